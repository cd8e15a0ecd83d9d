// Scheduled releases of synthetic days.
#include <catch2/catch.hpp>

#include "engine/scenario/scenario.h"
#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

constexpr std::int32_t kDay = 4;  // 10 January 2025, the employment report

constexpr const char* kText = R"(
base: "baseline/2025q1"
name: "releases"
reference: ""
calendar { from: "2025-01-06" scored_from: "2025-01-07" to: "2025-01-10" burn_in_days: 0 }
scenario { synthetic {
  release { name: "employment_january" date: "2025-01-10" time: "08:30" variance: 1.05 intensity: 1 }
  release { name: "services_survey_january" date: "2025-01-07" time: "10:00" variance: 0.39 intensity: 0.5 }
  release { name: "consumer_prices_january" date: "2025-01-15" time: "08:30" variance: 1.05 intensity: 1 }
} }
)";

assemble::Experiment calm_days(const std::vector<std::string>& sets = {}) {
  assemble::LoadOptions options;
  options.sets = sets;
  return assemble::assemble(assemble::load_text<config::Run>("releases", kText, options), options);
}

std::vector<scenario::Step> steps_of(const assemble::Experiment& e, std::uint64_t seed) {
  std::vector<scenario::Step> steps;
  scenario::day_steps(e.spec.scenario, e.spec.world, seed, kDay, scenario::initial_public(e.spec.scenario, e.spec.world), steps);
  return steps;
}

}  // namespace

TEST_CASE("a release moves the policy expectation at its minute, with its variance, and brings a burst of trading", "[scenario]") {
  const auto e = calm_days();
  REQUIRE(base::to_string(e.spec.world.days[kDay]) == "2025-01-10");
  const base::Time at = base::midnight(e.spec.world.days[kDay]) + base::minutes(8 * 60 + 30);
  const auto& s = e.spec.scenario.synthetic;
  double sum = 0, squares = 0;
  constexpr int kSeeds = 4000;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const auto steps = steps_of(e, static_cast<std::uint64_t>(seed));
    const auto release = std::find_if(steps.begin(), steps.end(), [&](const auto& step) { return step.time == at; });
    REQUIRE(release != steps.end());
    REQUIRE(release != steps.begin());
    const double move = release->state.policy_shift_bp - std::prev(release)->state.policy_shift_bp;
    sum += move;
    squares += move * move;
    CHECK(release->state.news_intensity == 1.0);
    CHECK(std::is_sorted(steps.begin(), steps.end(), [](const auto& a, const auto& b) { return a.time < b.time; }));
  }
  CHECK(sum / kSeeds == Approx(0.0).margin(0.2));
  CHECK(squares / kSeeds == Approx(1.05 * s.policy_sigma_bp * s.policy_sigma_bp).epsilon(0.1));
}

TEST_CASE("releases outside the run's calendar do not happen, and a change of one changes no draw before it", "[scenario]") {
  const auto e = calm_days();
  CHECK(e.spec.scenario.synthetic.releases.size() == 2);  // services on the 7th, employment on the 10th; prices come later
  const auto other = calm_days({"scenario.synthetic.release[name=employment_january].variance=100"});
  const auto a = steps_of(e, 3), b = steps_of(other, 3);
  REQUIRE(a.size() == b.size());
  const base::Time at = base::midnight(e.spec.world.days[kDay]) + base::minutes(8 * 60 + 30);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK((a[i].state.policy_shift_bp == b[i].state.policy_shift_bp) == (a[i].time < at));
}

}  // namespace haven::tests
