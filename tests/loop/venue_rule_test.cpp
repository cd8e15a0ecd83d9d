#include <catch2/catch.hpp>

#include "engine/loop/market.h"
#include "tests/loop/short_run.h"

namespace haven::tests {

TEST_CASE("a bond order at no price is rejected and counted, a spread below zero is an ordinary order", "[market]") {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, state, probes);
  const auto dealer = state.population.primary_dealer.front().self;
  world::Intents intents;
  intents.limit(world::kTenYearNode, base::Side::buy, {0}, 10, 0);
  intents.limit(world::kOutrightBooks + world::kTenYearNode, base::Side::buy, {-400}, 10, 0);
  market.apply(dealer, intents);
  CHECK(state.world.rejected == 1);
  CHECK_FALSE(state.world.books[world::kTenYearNode].has_bid());
  CHECK(state.world.books[world::kOutrightBooks + world::kTenYearNode].best_bid().v == -400);
}

}  // namespace haven::tests
