#include <catch2/catch.hpp>

#include "engine/loop/state.h"
#include "tests/loop/short_run.h"

namespace haven::loop {

TEST_CASE("prices that were computed once follow a mid or a composite that moves", "[loop]") {
  const Spec& spec = tests::plain_short_run().spec;
  State state = initial_state(spec, 1);
  auto& w = state.world;
  const double note = w.security_price(spec.world, world::kTenYearNode), basket = w.security_price(spec.world, world::kNodes + 2);
  w.books_data[world::kTenYearNode].mid_ticks -= 64;
  CHECK(w.security_price(spec.world, world::kTenYearNode) == Approx(note - 1.0).margin(0.01));
  w.baskets[2].mid_bp = w.security_yield_bp(spec.world, world::kNodes + 2) + 10.0;
  CHECK(w.security_price(spec.world, world::kNodes + 2) < basket);
  Spec other = spec;
  other.world.securities[world::kTenYearNode].spread_bp += 5.0;
  CHECK(w.security_yield_bp(other.world, world::kTenYearNode) == Approx(w.security_yield_bp(spec.world, world::kTenYearNode) + 5.0));
}

}  // namespace haven::loop
