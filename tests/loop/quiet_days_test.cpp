// Quiet days: what they leave for a definition of collapse, and the latest baseline.
#include <catch2/catch.hpp>

#include "engine/metrics/collapse.h"
#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;

TEST_CASE("a sign of collapse that every run shows is found in what a run leaves", "[loop][metrics]") {
  const auto& experiment = two_day_run();
  const auto ended = sweep::run_one({&experiment, "model", 0, 1}, {});
  REQUIRE(ended.error.empty());
  const auto& days = experiment.spec.world.days;
  const auto collapse = [&](double least) {
    const metrics::Collapse signs{{{"depth", "depth_10y_bn", false, least, {}}}, {{"spread", "bid_ask_30y_ticks", false, 0.0, {}}}};
    return metrics::first_collapse(signs, ended.result.series, {days.front(), days.front()}, {days.back(), days.back()});
  };
  REQUIRE(collapse(0.0));
  CHECK(*collapse(0.0) == days.back());
  CHECK_FALSE(collapse(1e9));
}

TEST_CASE("the baseline of 2026Q3 opens under the rule of its time, larger than that of 2025Q1, and its first days pass without a default", "[loop][baseline]") {
  const assemble::LoadOptions options{.configs_dir = "", .sets = {"calendar.scored_from=2026-07-07", "calendar.to=2026-07-08", "calendar.burn_in_days=0", "market.fidelity=50"}};
  const auto experiment = assemble::assemble("baseline/2026q3", options);
  CHECK_THAT(experiment.effective_text, Catch::Contains("rules/eslr_2025_final"));
  CHECK(base::to_string(experiment.spec.world.days.front()) == "2026-07-06");
  const auto ended = sweep::run_one({&experiment, "model", 0, 1}, {});
  REQUIRE(ended.error.empty());
  CHECK(ended.result.defaults.empty());
  double basis_bn = 0;
  for (const auto& row : ended.result.positions) {
    if (row.kind == "basis_fund" && row.book == "cash" && row.day == experiment.spec.world.days.front()) basis_bn += row.face_bn;
  }
  CHECK(basis_bn == Approx(830).epsilon(0.02));
}
