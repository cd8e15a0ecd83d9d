// Real money chooses among bonds of one maturity by price (docs/model.md, Real money).
#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

namespace real_money = agents::liability_investor;
constexpr std::size_t kBasket = 2;  // the ten-year contract's
constexpr std::size_t kOld = world::kNodes + kBasket;

// The second morning of the short run at ten, an investor that has begun, and its next program when the basket yields `over_bp` more
// over the curve than at the start.
world::Program program_at(double over_bp, double selection_bn_per_bp) {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  auto p = spec.population.liability_investor;
  p.demand_bn_per_bp = 0;  // nothing but the choice
  p.selection_bn_per_bp = selection_bn_per_bp;
  auto investor = state.population.liability_investor.front();
  investor.program.clear();
  investor.held_bn = {};
  investor.selected_bn = {};
  const world::View view{spec.world, state.world, investor.self};
  for (std::size_t b = 0; b < world::kBaskets; ++b) {
    const auto& basket = spec.world.securities[world::kNodes + b];
    state.world.baskets[b].mid_bp = view.curve_bp(basket.weight) + basket.spread_bp + (b == kBasket ? over_bp : 0.0);
  }
  world::Intents out;
  real_money::plan(view, p, investor, out);
  return investor.program;
}

}  // namespace

TEST_CASE("real money buys older bonds that have cheapened and sells newer ones for them, more the more they have", "[agents]") {
  const auto ten = program_at(10, 24), twenty = program_at(20, 24);
  CHECK(ten.cash[kOld] > 0);
  CHECK(twenty.cash[kOld] > ten.cash[kOld]);
  std::int64_t newer = 0;
  for (std::size_t n = 0; n < world::kNodes; ++n) {
    CHECK(ten.cash[n] <= 0);
    newer += ten.cash[n];
  }
  CHECK(newer < 0);
}

TEST_CASE("real money sells older bonds that have richened", "[agents]") { CHECK(program_at(-10, 24).cash[kOld] < 0); }

TEST_CASE("a switch that its dealing costs would eat is not made", "[agents]") {
  CHECK(program_at(5.9, 24).cash[kOld] == 0);
  CHECK(program_at(-5.9, 24).cash[kOld] == 0);
}

TEST_CASE("an investor that does not choose by price leaves cheap bonds alone", "[agents]") { CHECK(program_at(20, 0).cash[kOld] == 0); }

}  // namespace haven::tests
