#include "agents/swap_spread_fund/swap_spread_fund.h"

#include <algorithm>
#include <cmath>

#include "engine/world/borrowing_room.h"

namespace haven::agents::swap_spread_fund {
namespace {

// Share of the position whose haircut and margin, freed tomorrow, make up for the cash it lacks.
double share_to_sell(const world::View& view) {
  const double need = world::cash_to_raise_bn(view);
  if (need <= 0 || view.spec().is_frozen(world::Channel::swap_spread_unwind)) return 0;
  double tied_up_bn = base::to_bn(view.own().swap_margin);
  for (std::size_t n = 0; n < world::kNodes; ++n) tied_up_bn += std::max(0.0, view.own().haircut) * std::max(0.0, static_cast<double>(view.holding_lots(n)) * 1e-6 * view.security_price(n));
  return tied_up_bn > 0 ? std::min(1.0, need / tied_up_bn) : 0.0;
}

}  // namespace

void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  const auto& spec = view.spec();
  const auto package = [&](std::size_t n) { return world::kOutrightBooks + n; };
  if (!fund.started) {
    fund.started = 1;
    for (std::size_t n = 0; n < world::kNodes; ++n) fund.start_bn[n] = static_cast<double>(view.swap_lots(n)) * 1e-4;
  }
  fund.program.clear();
  const bool frozen = spec.is_frozen(world::Channel::swap_spread_unwind);
  const double drawdown = 1.0 - view.own().equity_bn / std::max(1e-9, view.own().peak_equity_bn);
  fund.stopped = !frozen && drawdown > p.stop_drawdown;

  // Capital needed for one bp-sigma of the whole position.
  double at_risk_bn = 0;
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    const double sigma = std::max(view.realised_sigma_bp(package(n)), 0.5 * view.calm_sigma_bp(package(n)));
    at_risk_bn += std::abs(static_cast<double>(view.swap_lots(n))) * spec.books[package(n)].dv01_per_lot * sigma * 1e-9;
  }
  const double carried = p.risk_capital_sigmas * at_risk_bn;
  const double fit = frozen || carried <= 0 ? 1.0 : std::min(1.0, view.own().equity_bn / carried);
  const double short_of_cash = share_to_sell(view);
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    if (fund.start_bn[n] == 0) continue;
    const double now = static_cast<double>(view.swap_lots(n)) * 1e-4;
    const double believed = spec.start_swap_spread_bp[n] + p.relief_belief_bp;
    const double cheap_bp = std::clamp(believed - view.mid_yield_bp(package(n)), -40.0, 40.0);
    double wanted = frozen ? fund.start_bn[n]
                           : std::max(0.0, fund.start_bn[n] + p.elasticity_bn_per_bp * fund.scale / 3.0 / spec.books[package(n)].ten_year_equivalent * cheap_bp);
    if (fit < 1.0) wanted = std::min(wanted, now * fit);
    double trade = p.adjust_per_day * (wanted - now);
    if (fund.stopped) {
      trade = -p.stop_cut * now;
      fund.stopped_bn += p.stop_cut * now * spec.books[package(n)].ten_year_equivalent;
    }
    trade = std::min(trade, -short_of_cash * now);
    fund.program.packages[n] += static_cast<std::int64_t>(trade * 1e4);
  }
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void on_call(const world::View& view, Fund& fund) {
  const double share = share_to_sell(view);
  for (std::size_t n = 0; n < world::kNodes && share > 0; ++n) {
    fund.program.packages[n] = std::min(fund.program.packages[n], -static_cast<std::int64_t>(share * static_cast<double>(std::max<std::int64_t>(0, view.swap_lots(n)))));
  }
}

void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out) {
  world::work_program(view, fund, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

}  // namespace haven::agents::swap_spread_fund
