// Frontier and inversion on models whose threshold is known, through the runs that they ask for and the rows these leave.
#include <catch2/catch.hpp>

#include <cmath>

#include "engine/base/math.h"
#include "tests/sweep/test_models.h"
#include "tools/sweep/frontier.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

constexpr int kRepetitions = 100;
const std::string kMetric("m");

/// Uniform draws that a seed has in a repetition, the same at every value of the axis: common random numbers.
double draw(double repetition, std::uint64_t seed) { return base::Draws{seed, base::name_key("repetition") + static_cast<std::uint64_t>(repetition)}.uniform(base::Purpose::test); }

/// The metric's mean crosses the level at x = threshold.
using Known = std::function<double(double x, double threshold, double u)>;
double collapse(double x, double threshold, double u) { return u < 1 / (1 + base::exp(-3 * (x - threshold))) ? 1 : 0; }
double move_bp(double x, double threshold, double u) { return 60 + 20 * (x - threshold) + 15 * base::inverse_normal(u); }

plan::Plan plan_of(double level) {
  plan::Plan plan;
  plan.name = "test";
  plan.keep.needed.push_back(kMetric);
  plan.frontier = plan::Frontier{range("x", 0, 10), kMetric, level, 0.2, 0.95, 4, 64};
  return plan;
}

/// Runs take no time, so one thread is quickest.
SweepOptions one_thread() {
  SweepOptions options;
  options.threads = 1;
  return options;
}

struct Tally {
  int found = 0, inside = 0, wide = 0, seeds = 0;
  void add(const Crossing& c, double threshold) {
    if (c.outcome != CrossingOutcome::found) return;
    ++found;
    inside += c.low <= threshold && threshold <= c.high;
    wide += c.high - c.low > 4;
    seeds += c.seeds;
    CHECK((c.low <= *c.estimate && *c.estimate <= c.high));
  }
};

/// One frontier whose slices are the repetitions, each with a threshold of its own.
Tally frontier(const Known& known, double level) {
  const auto threshold_of = [](double repetition) { return 3 + 0.04 * repetition; };
  auto plan = plan_of(level);
  plan::Axis axis;
  axis.name = "repetition";
  for (int i = 0; i < kRepetitions; ++i) axis.levels.push_back({axis.name, static_cast<double>(i), ""});
  plan.design.axes = {axis};
  const Folder folder(memory_folder());
  results::ResultStore store(folder / "r.sqlite", manifest());
  const auto model = model_of([&](const std::vector<double>& x, std::uint64_t seed) { return Metrics{{kMetric, known(x[1], threshold_of(x[0]), draw(x[0], seed))}}; });
  const auto thresholds = find_frontier(plan, model, store, one_thread(), [](const Threshold&) {}, std::atomic<bool>{false});
  Tally tally;
  for (const auto& t : thresholds) tally.add(t.crossing, threshold_of(t.slice.axes[0].value));
  return tally;
}

/// As many inversions, each a search of its own in a file of its own.
Tally inversions(const Known& known, double level) {
  const auto plan = plan_of(level);
  Tally tally;
  for (int i = 0; i < kRepetitions; ++i) {
    const Folder folder(memory_folder());
    results::ResultStore store(folder / "r.sqlite", manifest());
    const auto model = model_of([&](const std::vector<double>& x, std::uint64_t seed) { return Metrics{{kMetric, known(x[0], 6.2, draw(i, seed))}}; });
    const auto thresholds = find_frontier(plan, model, store, one_thread(), [](const Threshold&) {}, std::atomic<bool>{false});
    REQUIRE(thresholds.size() == 1);
    tally.add(thresholds[0].crossing, 6.2);
  }
  return tally;
}

void check(const Tally& tally) {
  INFO(tally.found << " found, " << tally.inside << " inside, " << tally.wide << " wide, " << tally.seeds << " seeds");
  CHECK(tally.inside >= 95);
  CHECK(tally.wide == 0);
}

}  // namespace

TEST_CASE("a frontier holds the known threshold of its slice in at least 95 of 100 slices, for shares of collapse and for means", "[frontier]") {
  check(frontier(collapse, 0.5));
  check(frontier(move_bp, 60));
}

TEST_CASE("an inversion holds the known value in at least 95 of 100 repetitions", "[frontier]") { check(inversions(move_bp, 60)); }
