// How many seeds a point gets, and who runs which.
#include <catch2/catch.hpp>

#include <set>
#include <utility>

#include "tools/plan/plan.h"

using namespace haven;
using namespace haven::plan;

namespace {

SeedRule precise(double standard_error) {
  SeedRule rule;
  rule.first = 4;
  rule.step = 2;
  rule.most = 20;
  rule.precision = Precision{"x", standard_error};
  return rule;
}

/// Values 0, 1, 0, 1, ... of seeds 1..n.
results::Outcomes alternating(int n) {
  results::Outcomes outcomes;
  for (int s = 1; s <= n; ++s) outcomes[static_cast<std::uint64_t>(s)] = std::map<std::string, double>{{"x", s % 2 == 0 ? 1.0 : 0.0}};
  return outcomes;
}

haven::plan::Plan grid_of(int points, int seeds, bool adaptive) {
  haven::plan::Plan plan;
  Axis axis;
  axis.name = "a";
  for (int i = 0; i < points; ++i) axis.levels.push_back({"a", static_cast<double>(i), ""});
  plan.design.axes = {axis};
  plan.seeds.first = plan.seeds.most = seeds;
  if (adaptive) plan.seeds.precision = Precision{"x", 1};
  return plan;
}

}  // namespace

TEST_CASE("fixed seeds are wanted until all are there", "[plan]") {
  SeedRule rule;
  rule.first = rule.most = 3;
  CHECK(seeds_wanted(rule, {}).seeds == 3);
  CHECK_FALSE(seeds_wanted(rule, alternating(2)).complete);
  CHECK(seeds_wanted(rule, alternating(3)).complete);
  CHECK(seeds_wanted(rule, alternating(9)).seeds == 3);
}

TEST_CASE("seeds are added batch by batch until the standard error is under its bound", "[plan]") {
  // Of n alternating values the standard error is sqrt(n/4 / (n-1) / n) = 1 / (2 sqrt(n - 1)): 0.189 at 8, 0.167 at 10.
  const SeedRule rule = precise(0.17);
  CHECK(seeds_wanted(rule, {}).seeds == 4);
  CHECK(seeds_wanted(rule, alternating(4)).seeds == 6);
  CHECK(seeds_wanted(rule, alternating(8)).seeds == 10);
  CHECK_FALSE(seeds_wanted(rule, alternating(8)).complete);
  CHECK(seeds_wanted(rule, alternating(10)).complete);
  CHECK(seeds_wanted(precise(0.001), alternating(20)).complete);
}

TEST_CASE("what came after a decision does not change it", "[plan]") {
  // More seeds are there than the rule wanted, as after a change of the rule: the first decision that ends it stands.
  CHECK(seeds_wanted(precise(0.17), alternating(20)).seeds == 10);
  auto holes = alternating(10);
  holes.erase(3);
  CHECK(seeds_wanted(precise(0.17), holes).seeds == 4);
  CHECK_FALSE(seeds_wanted(precise(0.17), holes).complete);
}

TEST_CASE("a stop ends a point whose mean is clearly beyond its bound, and not one that is near it", "[plan]") {
  SeedRule rule = precise(0);
  rule.stops = {Stop{"x", 0.4, std::nullopt, 0.1}};
  CHECK(seeds_wanted(rule, alternating(4)).complete);  // mean 0.5, s.e. 0.289
  rule.stops = {Stop{"x", 0.4, std::nullopt, 3}};
  CHECK_FALSE(seeds_wanted(rule, alternating(4)).complete);
  rule.stops = {Stop{"x", std::nullopt, 0.6, 0.1}};
  CHECK(seeds_wanted(rule, alternating(4)).complete);
  rule.stops = {Stop{"x", std::nullopt, 0.4, 0.1}};
  CHECK_FALSE(seeds_wanted(rule, alternating(4)).complete);
}

TEST_CASE("failed seeds count as made, say nothing, and a batch of nothing else ends the point", "[plan]") {
  auto outcomes = alternating(10);
  outcomes[2] = std::nullopt;
  CHECK_FALSE(seeds_wanted(precise(0.17), outcomes).complete);
  CHECK(seeds_wanted(precise(0.17), outcomes).seeds == 12);
  results::Outcomes failed;
  for (std::uint64_t s = 1; s <= 4; ++s) failed[s] = std::nullopt;
  CHECK(seeds_wanted(precise(0.17), failed).complete);
}

TEST_CASE("shares are disjoint, together everything, and equal to within one unit", "[plan]") {
  for (const bool adaptive : {false, true}) {
    const haven::plan::Plan plan = grid_of(7, 5, adaptive);
    for (const std::int64_t of : {1, 2, 3, 7, 34, 100}) {
      std::set<std::pair<std::int64_t, int>> runs;
      std::int64_t least = 1000, most = 0;
      for (std::int64_t i = 1; i <= of; ++i) {
        const Share share = share_of(plan, {i, of});
        least = std::min(least, share.size());
        most = std::max(most, share.size());
        for (std::int64_t s = 0; s < spans(plan, share); ++s) {
          const SeedSpan seeds = span(plan, share, s);
          REQUIRE(seeds.first <= seeds.last);
          for (int seed = seeds.first; seed <= seeds.last; ++seed) CHECK(runs.insert({seeds.point, seed}).second);
        }
      }
      CHECK(runs.size() == 35);
      CHECK(most - least <= 1);
    }
  }
}
