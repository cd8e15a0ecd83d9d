// Who joins a work-up, on which side and for how much: what each has to trade, and at what price it would (docs/decisions/0025).
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

namespace ptf = agents::principal_trading_firm;
namespace dealers = agents::primary_dealer;
namespace noise = agents::noise;
using base::Side;
constexpr std::size_t kTenYear = world::kTenYearNode;

struct Morning {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  Morning() { advance_to(spec, state, moment(spec, 1, 10)); }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }
};

}  // namespace

TEST_CASE("a fast trader offers in a work-up what it would quote at the price and takes where it would take, neither twice", "[work_up][principal_trading_firm]") {
  Morning m;
  auto p = m.spec.population.principal_trading_firm;
  p.informed_order_bn = 0;
  auto& firm = m.state.population.principal_trading_firm.front();
  ptf::Readings readings;
  firm.quotes = {};
  firm.lots.fill(0);
  double fair_bp = m.spec.world.books[kTenYear].spread_bp + firm.own[kTenYear];
  for (std::size_t n = 0; n < world::kNodes; ++n) fair_bp += m.spec.world.books[kTenYear].weight[n] * firm.belief[n];
  const auto fair = static_cast<std::int32_t>(std::lround(m.view(firm.self).ticks_of_yield(kTenYear, fair_bp)));
  const auto joins = [&](std::int32_t ticks, Side taker) { return ptf::joins(m.view(firm.self), p, readings, firm, kTenYear, {ticks}, taker); };
  // Against the taker from where it would quote on, and the more the better the price.
  CHECK(joins(fair - 3, Side::buy) >= 0);
  CHECK(joins(fair + 3, Side::buy) < 0);
  CHECK(joins(fair + 6, Side::buy) <= joins(fair + 3, Side::buy));
  CHECK(joins(fair - 3, Side::sell) > 0);
  // With the taker only where it would send an order itself: a price on its own side of fair is no reason.
  const std::int64_t bought = joins(fair - 12, Side::buy);
  CHECK(bought > 0);
  p.take_edge_ticks = 6;
  CHECK(joins(fair - 3, Side::buy) == 0);
  CHECK(joins(fair - 12, Side::buy) > 0);
  // Too much of it: it sells at prices at which it did not.
  const std::int64_t standard = static_cast<std::int64_t>(p.size_lots * firm.scale * readings[kTenYear].size);
  firm.lots[kTenYear] = 60 * standard;
  CHECK(joins(fair, Side::sell) < 0);
  CHECK(-joins(fair, Side::sell) < 60 * standard);
  firm.lots.fill(0);

  // What the flow may know it wants to be paid for.
  const auto blind = joins(fair + 3, Side::buy);
  readings = {};
  p.informed_order_bn = 2;
  CHECK(joins(fair + 3, Side::buy) > blind);
  p.informed_order_bn = 0;
  readings = {};
  firm.quotes[kTenYear][ptf::kLevels] = {{fair + 3}, 5};
  CHECK(joins(fair + 3, Side::buy) == blind + 5);
  firm.out = 1;
  CHECK(joins(fair + 3, Side::buy) == 0);
}

TEST_CASE("a dealer lays off in a work-up what it would hedge, once a look and at no price worse than its own", "[work_up][primary_dealer]") {
  Morning m;
  auto p = m.spec.population.primary_dealer;
  auto& dealer = m.state.population.primary_dealer.front();
  dealer.cash_lots = {};
  dealer.laid_off = 0;
  dealers::forget(dealer);
  const double dollars = m.spec.world.books[kTenYear].dv01_per_lot;
  const auto net = [&](std::int64_t lots) {  // beyond its target, in this bond and in all that the hedge's sector holds
    dealer.target_lots[kTenYear] = m.view(dealer.self).holding_lots(kTenYear) - lots;
    dealer.target_dv01 = m.view(dealer.self).own_dv01();
    dealer.target_dv01[kTenYear] -= static_cast<double>(lots) * dollars;
    dealers::forget(dealer);
  };
  const auto mid = static_cast<std::int32_t>(m.state.world.books_data[kTenYear].mid_ticks);
  const auto joins = [&](std::int32_t ticks) { return dealers::joins(m.view(dealer.self), p, dealer, kTenYear, {ticks}); };
  const auto band = static_cast<std::int64_t>(p.hedge_band_bn * dealer.scale * 1e4);
  net(band / 2);
  CHECK(joins(mid + 400) == 0);
  net(3 * band);
  const std::int64_t sold = joins(mid + 400);
  CHECK(sold == Approx(-p.hedge_share * 2.5 * static_cast<double>(band)).margin(3));
  CHECK(joins(mid - 4000) == 0);
  dealer.cash_quote[kTenYear][1] = mid + 400;
  dealer.cash_lots[kTenYear][1] = 60;
  CHECK(joins(mid + 400) == sold + 60);
  dealer.cash_lots = {};
  net(-3 * band);
  CHECK(joins(mid - 4000) == Approx(-sold).margin(3));
  dealers::worked_up(dealer);
  CHECK(joins(mid - 4000) == 0);
  world::Intents out;
  dealers::wake(m.view(dealer.self), p, dealer, out);
  CHECK(joins(mid - 4000) > 0);
}

TEST_CASE("a trader with a parent order asks for the rest of it, and sends the fewer slices later", "[work_up][noise]") {
  noise::Trader trader;
  trader.left_lots = {300, -200, 0, 50};
  trader.carried_lots = 40;
  CHECK(noise::joins(trader, Side::buy, true) == 390);
  CHECK(noise::joins(trader, Side::sell, true) == -200);
  CHECK(noise::joins(trader, Side::sell, false) == 190);
  noise::worked_up(trader, Side::buy, 360);
  CHECK(trader.carried_lots == 0);
  CHECK((trader.left_lots == std::array<std::int64_t, noise::kParents>{0, -200, 0, 30}));
  CHECK(trader.ahead_lots == 320);
  noise::worked_up(trader, Side::sell, 250);
  CHECK((trader.left_lots == std::array<std::int64_t, noise::kParents>{0, 0, 0, 30}));
  CHECK(trader.carried_lots == 50);  // fifty more than it had to sell
  noise::unfilled(trader, Side::sell, 70);
  CHECK(trader.carried_lots == -20);
}

}  // namespace haven::tests
