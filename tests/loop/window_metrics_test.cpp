// The statistics that every run reports over its scored window.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;

TEST_CASE("a run without a reference reports every metric of its list, from the last close before the scored days", "[loop][metrics]") {
  const auto& experiment = two_day_run();
  REQUIRE(experiment.moments.empty());
  REQUIRE(experiment.metrics.size() > 50);
  const auto ended = sweep::run_one({&experiment, "model", 0, 1}, {});
  REQUIRE(ended.error.empty());
  for (const auto& metric : experiment.metrics) {
    INFO(metric.name << " of " << metric.series);
    CHECK(ended.result.metrics.contains(metric.name));
    CHECK(metric.to == experiment.spec.world.days.back());
    const bool change = metric.statistic == metrics::Statistic::change;
    CHECK(metric.from == experiment.spec.world.days[change ? 0 : 1]);
  }
  CHECK(ended.result.metrics.at("window_yield_10y_change_bp") != 0);
}

TEST_CASE("a run may name another list of metrics, or none", "[loop][metrics]") {
  CHECK(short_run({"metrics=\"\""}).metrics.empty());
  CHECK_THROWS_WITH(short_run({"metrics=reference/atlantis"}), Catch::Contains("reference/atlantis"));
  CHECK(run_whole(short_run({"metrics=\"\""}).spec) == plain_whole());
}
