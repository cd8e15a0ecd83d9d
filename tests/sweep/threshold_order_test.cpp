// What a looser rule or lower leverage does to a threshold, against the errors of both.
#include <catch2/catch.hpp>

#include "tools/sweep/threshold_order.h"

using namespace haven;
using sweep::CrossingOutcome;
using sweep::Threshold;

namespace {

/// A slice called by its number, and what its search found.
Threshold threshold(double slice, CrossingOutcome outcome, double low, double high, bool rising = true) {
  Threshold t;
  t.slice.axes = {{"x", slice, ""}};
  t.crossing.outcome = outcome;
  t.crossing.low = low;
  t.crossing.high = high;
  t.crossing.rising = rising;
  if (outcome == CrossingOutcome::found) t.crossing.estimate = 0.5 * (low + high);
  return t;
}

std::vector<sweep::OrderedPair> pairs(const Threshold& mild, const Threshold& other) {
  return sweep::ordered_pairs({mild, other}, [](const Threshold& a, const Threshold& b) { return a.slice.axes[0].value < b.slice.axes[0].value ? "milder" : ""; }, 15);
}

}  // namespace

TEST_CASE("a threshold is lower only by what lies between the two intervals", "[sweep][order]") {
  const auto found = CrossingOutcome::found;
  const auto one = [&](const Threshold& mild, const Threshold& other) {
    const auto all = pairs(mild, other);
    REQUIRE(all.size() == 1);
    CHECK(all[0].mild == 0);
    CHECK(all[0].other == 1);
    return all[0];
  };
  const auto other = threshold(2, found, 40, 50);
  CHECK(one(threshold(1, found, 45, 60), other).beyond_error == 0);
  CHECK(one(threshold(1, found, 35, 41), other).beyond_error == 0);
  CHECK(*one(threshold(1, found, 35, 41), other).difference == -7);
  CHECK(one(threshold(1, found, 20, 30), other).beyond_error == 10);
  // No crossing up to the end of the range: the threshold lies beyond it. Above the level from the beginning: before it.
  CHECK(one(threshold(1, CrossingOutcome::always_below, 10, 100), other).beyond_error == 0);
  CHECK(one(threshold(1, CrossingOutcome::always_above, 10, 100), other).beyond_error == 30);
  CHECK(one(other.crossing.outcome == found ? threshold(1, found, 20, 30) : other, threshold(2, CrossingOutcome::always_below, 10, 100)).beyond_error == 70);
  const auto undecided = one(threshold(1, CrossingOutcome::undecided, 10, 100), other);
  CHECK_FALSE(undecided.decided);
  CHECK(undecided.beyond_error == 0);
}

TEST_CASE("an interval wider than the plan allows decides nothing, unless it lies apart from the other", "[sweep][order]") {
  const auto found = CrossingOutcome::found;
  const auto other = threshold(2, found, 40, 50);
  CHECK(pairs(threshold(1, found, 38, 52), other)[0].decided);
  CHECK_FALSE(pairs(threshold(1, found, 38, 60), other)[0].decided);
  CHECK_FALSE(pairs(threshold(1, found, 45, 52), threshold(2, found, 30, 50))[0].decided);
  CHECK(pairs(threshold(1, found, 50, 90), other)[0].decided);
  const auto below = pairs(threshold(1, found, 10, 39), other)[0];
  CHECK(below.decided);
  CHECK(below.beyond_error == 1);
  CHECK(pairs(threshold(1, CrossingOutcome::always_below, 10, 100), threshold(2, found, 20, 90))[0].decided);
}

TEST_CASE("where the metric falls along the axis a low threshold is no near one, and nothing is said", "[sweep][order]") {
  CHECK(pairs(threshold(1, CrossingOutcome::found, 20, 30, false), threshold(2, CrossingOutcome::found, 40, 50, false)).empty());
}

TEST_CASE("a regime that leaves every institution at least as much room is the looser one, whatever it is called", "[sweep][order]") {
  const auto plan = assemble::SweepPlan::of_text("plan",
      "name: \"p\" run: \"studies/two_days\" seeds: 1\n"
      "axis { name: \"rule\" path: \"rule\" word: [\"rules/eslr_2014\", \"rules/eslr_2025_final\"] }\n"
      "axis { name: \"positions\" positions: [FROZEN, RE_EQUILIBRATED] }\n"
      "axis { name: \"leverage\" leverage { population: \"basis_funds\" hold: FIXED_POSITION } value: [15, 30] }\n"
      "axis { name: \"haircut\" path: \"population[name=swap_spread_funds].haircut_pct\" range { from: 1 to: 2 } }\n"
      "frontier { along: \"haircut\" metric: \"window_defaults_count\" level: 1 tolerance: 1 most_seeds: 2 }\n", {});
  const auto slice = [&](std::int64_t i) {
    Threshold t;
    t.slice = plan.plan().design.point(i);
    t.first_point = 10 * i;
    return t;
  };
  const auto milder = sweep::milder_of(plan);
  // Slices in order: rule, positions, leverage; the last fastest.
  const Threshold strict = slice(0), levered = slice(1), settled = slice(2), loose = slice(4), loose_settled = slice(6);
  CHECK_THAT(milder(loose, strict), Catch::Contains("rules/eslr_2025_final, looser than rules/eslr_2014"));
  CHECK(milder(strict, loose).empty());
  CHECK_THAT(milder(strict, levered), Catch::Contains("less levered"));
  CHECK(milder(levered, strict).empty());
  CHECK(milder(loose, levered).empty());
  CHECK(milder(strict, settled).empty());
  CHECK(sweep::positions_frozen(plan, strict));
  CHECK(sweep::positions_frozen(plan, loose));
  CHECK_FALSE(sweep::positions_frozen(plan, loose_settled));
}
