#include "engine/loop/when_issued.h"

namespace haven::loop {

void announce_auctions(const Spec& spec, State& state) {
  auto& w = state.world;
  const base::Date today = spec.world.days[static_cast<std::size_t>(w.day)];
  std::int32_t dealers = 0;
  for (const auto& dealer : state.population.primary_dealer) dealers += w.accounts[dealer.self.v].defaulted == 0 ? 1 : 0;
  for (const scenario::Auction& auction : spec.scenario.auctions) {
    if (!auction.when_issued || auction.when_issued->from != today) continue;
    const auto& terms = *auction.when_issued;
    const std::size_t n = auction.security, k = world::when_issued_book(n);
    auto& next = w.when_issued[n];
    next.open = 1;
    next.from = terms.from;
    next.auction = auction.day;
    next.settles = auction.settles;
    next.dealers = dealers;
    next.offered_bn = auction.offered_bn;
    next.dealers_share = terms.dealers_share;
    next.noise_share = terms.noise_share;
    next.accrued_points = instruments::remaining_flows(spec.world.securities[n].bond, auction.settles).accrued_points;
    // The same bond for another day: it begins at the on-the-run's price and volatility.
    const world::MarketData& now = w.books_data[n];
    world::MarketData& md = w.books_data[k];
    md.mid_ticks = now.mid_ticks;
    md.variance_bp2 = now.variance_bp2;
    md.recent_bp = now.recent_bp;
    md.recent = now.recent;
    for (auto& firm : state.population.principal_trading_firm) agents::principal_trading_firm::open_when_issued(firm, n, md.signed_lots);
  }
}

void close_when_issued(const Spec& spec, State& state, Market& market) {
  auto& w = state.world;
  const base::Date today = spec.world.days[static_cast<std::size_t>(w.day)];
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    if (!w.when_issued[n].open || today < w.when_issued[n].settles) continue;
    market.close_book(world::when_issued_book(n));
    w.when_issued[n] = {};
    for (auto& firm : state.population.principal_trading_firm) agents::principal_trading_firm::close_when_issued(firm, n);
    for (auto& dealer : state.population.primary_dealer) dealer.presold_lots[n] = 0;
  }
}

}  // namespace haven::loop
