#include <algorithm>
#include <cstdlib>

#include "engine/loop/default.h"

namespace haven::loop {

using base::Face;
using base::InstitutionId;
using base::Money;
using world::kNodes;

namespace {

bool nothing_left(const world::Program& program) {
  const auto zero = [](const auto& list) { return std::all_of(list.begin(), list.end(), [](std::int64_t lots) { return lots == 0; }); };
  return zero(program.cash) && zero(program.futures) && zero(program.packages);
}

}  // namespace

void DefaultDesk::schedule_slice() {
  if (state.slice_scheduled || std::all_of(state.liquidations.begin(), state.liquidations.end(), [](const Liquidation& l) { return l.done != 0; })) return;
  state.slice_scheduled = 1;
  const base::Duration slice{static_cast<std::int64_t>(spec.close_out.slice_minutes * 6e10)};
  market.schedule(EventKind::close_out_slice, world::next_close_out_slice(market.view(spec.world.fed), slice));
}

void DefaultDesk::sell_slice() {
  auto& w = state.world;
  state.slice_scheduled = 0;
  const base::Duration slice{static_cast<std::int64_t>(spec.close_out.slice_minutes * 6e10)};
  for (Liquidation& l : state.liquidations) {
    if (l.done) continue;
    const auto slices = static_cast<int>(std::max<std::int64_t>(1, (l.until.ns - w.now.ns) / slice.ns + 1));
    market.liquidate(l, {slices, spec.close_out.child_bn, 5, spec.close_out.tolerance_bp});
    if (nothing_left(l.program)) finish(l);
  }
  schedule_slice();
}

void DefaultDesk::finish(Liquidation& l) {
  auto& w = state.world;
  l.done = 1;
  Estate& estate = state.estates[l.estate];
  if (l.seller == estate.who) return step(estate.who, "estate", "free securities sold", l.seller, l.proceeds);
  values_now();
  Money kept;
  for (std::size_t s = 0; s < world::kSecurities; ++s) kept += funding::value_of(Face{-l.program.cash[s] * 100'000}, scratch.trade_per_million[s]);
  l.program.clear();
  step(estate.who, "repo", "collateral sold by the lender", l.seller, l.proceeds);
  if (kept.v != 0) step(estate.who, "repo", "collateral kept by the lender, at market", l.seller, kept);
  w.journal.record(base::RecordKind::default_event, w.now, spec.world.institutions[estate.who.v].name_key, spec.world.institutions[l.seller.v].name_key, (l.debt - l.proceeds - kept).v);
  add_claim(estate, l.seller, l.debt - l.proceeds - kept, "repo debt less its collateral");
}

void DefaultDesk::end_windows() {
  auto& w = state.world;
  for (Liquidation& l : state.liquidations) {
    if (l.done) continue;
    const bool own = l.seller == state.estates[l.estate].who;
    if (nothing_left(l.program) || (w.now >= l.until && !own)) finish(l);
  }
  for (std::size_t h = 0; h < state.population.central_counterparty.size(); ++h) close_house(h);
}

// Once a house is flat and what it did is marked, its defaulters' accounts close: each bears its own calls and, by its margin, its
// share of the close-out.
void DefaultDesk::close_house(std::size_t index) {
  auto& w = state.world;
  auto& house = state.population.central_counterparty[index];
  if (house.managing == 0 || !nothing_left(house.program)) return;
  for (const Money carried : w.accounts[house.self.v].carried) {
    if (carried.v != 0) return;
  }
  for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) {
    if (w.ledger.futures(house.self, ledger::FuturesId{c}) != 0) return;
  }
  for (std::uint16_t t = 0; t < kNodes; ++t) {
    if (w.ledger.swaps(house.self, ledger::TenorId{t}) != 0) return;
  }
  const char* name = spec.world.institutions[house.self.v].name.c_str();
  by_margin(index, house.gain + house.traded, [&](const HouseAccount& a, Money share) {
    const InstitutionId who = state.estates[a.estate].who;
    const Money result = a.margin - a.uncollected + share;
    step(who, name, "close-out gain", house.self, share);
    step(who, name, "margin less calls not met, with the close-out", house.self, result);
    if (result.v > 0) {
      w.ledger.pay(house.self, who, result, ledger::Reason::default_loss, w.journal, w.now);
      step(who, "estate", "margin left over", house.self, result);
    } else if (result.v < 0) {
      share_loss(index, who, -result);
    }
  });
  std::erase_if(state.house_accounts, [&](const HouseAccount& a) { return a.house == index; });
  house.gain = house.traded = {};
  house.managing = 0;
}

void DefaultDesk::share_loss(std::size_t index, InstitutionId who, Money loss) {
  auto& w = state.world;
  auto& house = state.population.central_counterparty[index];
  const char* name = spec.world.institutions[house.self.v].name.c_str();
  const auto shares = agents::central_counterparty::waterfall(spec.population.central_counterparty.resources[index], house, loss);
  house.own_used += shares.own_capital;
  house.fund_used += shares.default_fund;
  house.assessed += shares.assessments;
  if (shares.own_capital.v > 0) step(who, name, "borne by the house's own capital", house.self, shares.own_capital);
  // Surviving members share in proportion to their size; the last takes what rounding leaves.
  const auto& members = state.population.primary_dealer;
  double total = 0;
  InstitutionId last = house.self;
  for (const auto& dealer : members) {
    if (!lives(dealer.self)) continue;
    total += dealer.scale;
    last = dealer.self;
  }
  Money fund_left = shares.default_fund, assessed_left = shares.assessments;
  for (const auto& dealer : members) {
    if (!lives(dealer.self)) continue;
    const auto part = [&](Money whole, Money left) { return dealer.self == last ? left : Money{static_cast<std::int64_t>(static_cast<double>(whole.v) * (dealer.scale / total))}; };
    Money& contribution = w.accounts[dealer.self.v].default_fund[index];
    const Money used = std::min(part(shares.default_fund, fund_left), contribution);
    const Money assessed = part(shares.assessments, assessed_left);
    fund_left -= used;
    assessed_left -= assessed;
    contribution -= used;
    w.ledger.pay(dealer.self, house.self, assessed, ledger::Reason::default_loss, w.journal, w.now);
    if (used.v > 0) step(who, name, "borne by a member's default-fund contribution", dealer.self, used);
    if (assessed.v > 0) step(who, name, "assessed on a member", dealer.self, assessed);
  }
  const Money uncovered = shares.uncovered + fund_left + assessed_left;
  if (uncovered.v > 0) step(who, name, "covered by nobody", house.self, uncovered);
  w.journal.record(base::RecordKind::default_event, w.now, spec.world.institutions[who.v].name_key, spec.world.institutions[house.self.v].name_key, -loss.v);
}

}  // namespace haven::loop
