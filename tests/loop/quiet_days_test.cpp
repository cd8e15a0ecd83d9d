// Quiet days: news larger than usual, what days leave for a definition of collapse, the latest baseline.
#include <catch2/catch.hpp>

#include "engine/metrics/collapse.h"
#include "engine/scenario/scenario.h"
#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;

TEST_CASE("news three times as large moves the policy expectation three times as far on the same draws, and leaves uncertainty alone", "[loop][scenario]") {
  const auto& spec = two_day_run().spec;
  const auto louder = assemble::assemble("baseline/2025q1", {.configs_dir = "", .sets = {"calendar.from=2025-01-06", "calendar.scored_from=2025-01-07", "calendar.to=2025-01-07", "calendar.burn_in_days=0",
                                                                                          "reference=\"\"", "scenario.synthetic.news_multiple=3"}});
  auto loud = louder.spec.scenario;
  loud.bridge_sigma_bp = 3 * spec.scenario.bridge_sigma_bp;
  const world::PublicState before = scenario::initial_public(spec.scenario, spec.world);
  std::vector<scenario::Step> usual, large;
  scenario::day_steps(spec.scenario, spec.world, 1, 0, before, usual);
  scenario::day_steps(loud, spec.world, 1, 0, before, large);
  REQUIRE(usual.size() == large.size());
  REQUIRE(!usual.empty());
  CHECK(usual.back().state.policy_shift_bp != 0);
  for (std::size_t i = 0; i < usual.size(); ++i) {
    CHECK(large[i].state.policy_shift_bp == Approx(3 * usual[i].state.policy_shift_bp));
    CHECK(large[i].state.uncertainty == usual[i].state.uncertainty);
  }
}

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
