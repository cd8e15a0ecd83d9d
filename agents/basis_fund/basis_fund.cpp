#include "agents/basis_fund/basis_fund.h"

#include <algorithm>
#include <cmath>

#include "engine/base/math.h"
#include "engine/world/borrowing_room.h"

namespace haven::agents::basis_fund {
namespace {

double held_bn(const world::View& view, std::size_t contract) {
  return static_cast<double>(view.holding_lots(world::kNodes + contract)) * 1e-4;
}

double financing_pct(const world::View& view) {
  return view.own().financing_pct > 0 ? view.own().financing_pct : view.spec().rates.iorb_pct;
}

// Haircut and initial margin that a dollar of position ties up, and a sale frees.
double tied_up(const world::View& view) {
  double margin = 0, total = 1e-9;
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const double size = std::max(held_bn(view, c), 1e-9);
    margin += size * view.futures_margin_points(view.lead_listing(c)) * 0.01;
    total += size;
  }
  return std::max(0.0, view.own().haircut) + margin / total;
}

// Most it can hold, $bn, given capital and what a dollar of position ties up.
double limit_bn(const world::View& view, const Parameters& p, const Fund& fund) {
  return std::max(0.0, view.own().equity_bn) / std::max(0.004, tied_up(view) + p.buffer) * (fund.stopped ? 0.5 : 1.0);
}

double total_bn(const world::View& view) {
  double held = 0;
  for (std::size_t c = 0; c < world::kContracts; ++c) held += held_bn(view, c);
  return held;
}

// What it sells of contract c's basket when `must_go` of everything has to: no more than its share of the market's volume.
double forced_bn(const world::View& view, const Parameters& p, Fund& fund, std::size_t c, double must_go, double held) {
  const double volume_bn = std::max(5.0, static_cast<double>(view.volume_today_lots(world::kNodes + c)) * 1e-4);
  const double forced = std::min(must_go * held_bn(view, c) / held, p.participation * volume_bn * fund.scale);
  fund.forced_bn += forced;
  return forced;
}

// What it is short of the one of a contract and its next that does not lead, in lots of the one that does, whose factor is `factor`.
std::int64_t in_the_other(const world::View& view, std::size_t contract, double factor) {
  if (!view.spec().has_next(contract)) return 0;
  const std::size_t other = view.lead_listing(contract) == contract ? world::kContracts + contract : contract;
  return static_cast<std::int64_t>(static_cast<double>(view.futures_lots(other)) * factor / view.spec().contracts[other].conversion_factor);
}

}  // namespace

void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  if (!fund.started) {
    fund.started = 1;
    fund.stop_loss = p.stop_loss * base::exp(p.stop_dispersion * fund.draws.normal(base::Purpose::heterogeneity));
    for (std::size_t c = 0; c < world::kContracts; ++c) {
      fund.start_bn[c] = held_bn(view, c);
    }
    for (std::size_t c = 0; c < view.spec().contracts.size(); ++c) {
      if (view.spec().is_listed(c)) fund.start_carry_pct[c] = view.implied_repo_pct(c) - financing_pct(view);
    }
  }
  fund.program.clear();
  const bool frozen = view.spec().is_frozen(world::Channel::basis_unwind);
  if (!frozen && view.own().equity_bn < (1.0 - fund.stop_loss) * view.own().start_equity_bn) fund.stopped = 1;
  double held = 0, wanted_total = 0, start_total = 0;
  for (const double bn : fund.start_bn) start_total += bn;
  std::array<double, world::kContracts> wanted{};
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const std::size_t listing = view.lead_listing(c);
    const double carry_bp = 100.0 * (view.implied_repo_pct(listing) - financing_pct(view) - fund.start_carry_pct[listing]);
    const double share = start_total > 0 ? fund.start_bn[c] / start_total : 0.0;
    wanted[c] = std::max(0.0, fund.start_bn[c] + p.elasticity_bn_per_bp * fund.scale * share * std::clamp(carry_bp, -60.0, 60.0));
    wanted_total += wanted[c];
    held += held_bn(view, c);
  }
  const double limit = limit_bn(view, p, fund);
  // In calm it leaves slack; only what exceeds the hard limit must go.
  const double soft = std::max(limit * (1.0 - p.slack), held);
  const double shrink = wanted_total > soft ? soft / wanted_total : 1.0;
  const double must_go = frozen ? 0.0 : std::max(0.0, held - limit) + view.own().refused_bn + world::cash_to_raise_bn(view) / std::max(0.004, tied_up(view));
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const double now = held_bn(view, c);
    double trade = p.adjust_per_day * (wanted[c] * shrink - now);
    if (must_go > 0 && held > 0) {
      trade = std::min(trade, -forced_bn(view, p, fund, c, must_go, held));
    }
    fund.program.cash[world::kNodes + c] += static_cast<std::int64_t>(trade * 1e4);
    // Legs that drifted apart (futures left over from partial fills) are squared today.
    const std::size_t listing = view.lead_listing(c);
    const double factor = view.spec().contracts[listing].conversion_factor;
    const auto target = static_cast<std::int64_t>(-factor * now * 1e4);
    const std::int64_t off = target - view.futures_lots(listing) - in_the_other(view, c, factor);
    const auto band = static_cast<std::int64_t>(0.02 * std::abs(static_cast<double>(target))) + 4;
    if (std::abs(off) > band) fund.program.futures[listing] += off;
  }
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void on_call(const world::View& view, const Parameters& p, Fund& fund) {
  const double need = world::cash_to_raise_bn(view), held = total_bn(view);
  if (need <= 0 || held <= 0 || view.spec().is_frozen(world::Channel::basis_unwind)) return;
  const double must_go = std::min(held, need / std::max(0.004, tied_up(view)));
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    auto& left = fund.program.cash[world::kNodes + c];
    left = std::min(left, -static_cast<std::int64_t>(forced_bn(view, p, fund, c, must_go, held) * 1e4));
  }
}

void on_cash_leg(const world::View& view, Fund& fund, std::size_t security, base::Side side, std::int64_t lots, world::Intents& out) {
  if (security < world::kNodes || security >= world::kNodes + world::kContracts) return;
  const std::size_t c = view.lead_listing(security - world::kNodes);
  const std::size_t book = view.lead_book(security);
  const auto& instrument = view.spec().books[book];
  const auto& md = view.book(book);
  const base::Side hedge_side = base::opposite(side);
  fund.program.futures[c] += base::sign(hedge_side) * static_cast<std::int64_t>(static_cast<double>(lots) * view.spec().contracts[c].conversion_factor);
  const std::int64_t now = std::abs(fund.program.futures[c]) / instrument.lot_multiple * instrument.lot_multiple;
  if (now <= 0 || (hedge_side == base::Side::buy ? !md.has_ask : !md.has_bid) || (fund.program.futures[c] > 0) != (hedge_side == base::Side::buy)) return;
  out.immediate(book, hedge_side, hedge_side == base::Side::buy ? md.ask + base::Ticks{3} : md.bid - base::Ticks{3}, now);
}

}  // namespace haven::agents::basis_fund
