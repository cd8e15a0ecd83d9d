// Whom a client asks, and whose streams make the public composite.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "engine/loop/asking_order.h"
#include "engine/loop/market.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

TEST_CASE("a client never asks the same dealer twice for one quote, whatever the stride divides", "[loop][request]") {
  for (std::uint32_t n = 1; n <= 40; ++n) {
    for (std::uint32_t stride = 1; stride <= n; ++stride) {
      const std::uint32_t start = (7 * stride) % n;
      loop::AskingOrder order(n, start, stride);
      std::set<std::uint32_t> asked;
      for (std::uint32_t i = 0; i < n; ++i) asked.insert(order.next());
      INFO(n << " dealers, stride " << stride);
      CHECK(asked.size() == n);
      CHECK(*asked.rbegin() < n);
      CHECK(order.next() < n);
    }
  }
}

TEST_CASE("the composite of a basket is the median over every dealer, also where there are more than sixty-four", "[loop][request]") {
  const auto many = short_run({"population[name=primary_dealers].count=75"});
  loop::State state = loop::initial_state(many.spec, 1);
  advance_to(many.spec, state, moment(many.spec, 0, 10));
  auto& dealers = state.population.primary_dealer;
  REQUIRE(dealers.size() > 90);
  metrics::Probes probes(many.spec.world, metrics::Probes::Watching::off);
  loop::Market market(many.spec, state, probes);
  std::vector<double> bids, asks;
  for (auto dealer : dealers) {  // a copy: to ask changes its view of the basket
    const auto s = agents::primary_dealer::stream(market.view(dealer.self), many.spec.population.primary_dealer, dealer, 0);
    bids.push_back(s.bid_bp);
    asks.push_back(s.ask_bp);
  }
  std::sort(bids.begin(), bids.end());
  std::sort(asks.begin(), asks.end());
  REQUIRE(bids.front() < bids.back());
  market.refresh_baskets();
  CHECK(state.world.baskets[0].mid_bp == Approx(0.5 * (bids[bids.size() / 2] + asks[asks.size() / 2])).epsilon(1e-12));
  CHECK(state.world.baskets[0].half_spread_bp == Approx(0.5 * (bids[bids.size() / 2] - asks[asks.size() / 2])).epsilon(1e-9));
}
