// A leverage regime that meets the event with positions frozen or re-equilibrated.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>

#include "engine/loop/rule_change.h"
#include "tools/assemble/overlay.h"
#include "tools/assemble/sweep_plan.h"
#include "tools/sweep/forks.h"

using namespace haven;

namespace {

const char* const kPlan =
    "name: \"p\" run: \"studies/two_days\" seeds: 1\n"
    "axis { name: \"rule\" path: \"rule\" word: [\"rules/eslr_2014\", \"rules/eslr_2025_final\"] }\n"
    "axis { name: \"positions\" positions: [FROZEN, RE_EQUILIBRATED] }\n";

assemble::Experiment at(const assemble::SweepPlan& plan, std::int64_t point) { return plan.experiment(plan.plan().design.point(point)); }

base::Time opening(const loop::Spec& spec, std::size_t day) { return base::midnight(spec.world.days[day]) - base::hours(6); }

std::string state_at(const assemble::Experiment& e, base::Time when) {
  loop::State state = loop::initial_state(e.spec, 1);
  metrics::Probes probes(e.spec.world, metrics::Probes::Watching::off);
  loop::advance(e.spec, state, probes, {}, when);
  return loop::save(state);
}

}  // namespace

TEST_CASE("with positions frozen the warm-up is the run's own, and the other regime begins with the first scored day", "[sweep][positions]") {
  const auto plan = assemble::SweepPlan::of_text("plan", kPlan, {});
  const auto base = at(plan, 0), frozen = at(plan, 2);
  REQUIRE_FALSE(base.spec.rule_change.has_value());
  REQUIRE(frozen.spec.rule_change.has_value());
  CHECK(frozen.spec.rule_change->day == 1);
  const auto eve = opening(base.spec, 1);
  CHECK((state_at(base, eve) == state_at(frozen, eve)));
  CHECK((state_at(base, eve + base::hours(1)) != state_at(frozen, eve + base::hours(1))));
  const auto under = assemble::assemble(assemble::load_run_with("studies/two_days", {"rules/eslr_2025_final"}, {}), {});
  for (std::size_t i = 0; i < base.spec.openings.size(); ++i) {
    CHECK(frozen.spec.terms(i, 0).leverage_headroom_bn == base.spec.openings[i].leverage_headroom_bn);
    CHECK(frozen.spec.terms(i, 1).leverage_headroom_bn == under.spec.openings[i].leverage_headroom_bn);
    CHECK(frozen.spec.terms(i, 1).hurdle_scale == under.spec.openings[i].hurdle_scale);
    CHECK(frozen.spec.terms(i, 1).constraint == under.spec.openings[i].constraint);
  }
}

TEST_CASE("with positions re-equilibrated the regime holds from the first of the added calm days, which belong to no average", "[sweep][positions]") {
  assemble::LoadOptions options;
  options.sets = {"calendar.re_equilibration_days=3"};
  const auto plan = assemble::SweepPlan::of_text("plan", kPlan, options);
  const auto plain = at(plan, 0), settled = at(plan, 1), other = at(plan, 3);
  CHECK_FALSE(other.spec.rule_change.has_value());
  CHECK(other.spec.openings.size() == plain.spec.openings.size());
  for (const auto* e : {&settled, &other}) {
    REQUIRE(e->spec.world.days.size() == plain.spec.world.days.size() + 3);
    CHECK(std::equal(plain.spec.world.days.begin(), plain.spec.world.days.end(), e->spec.world.days.begin() + 3));
    CHECK(std::is_sorted(e->spec.world.days.begin(), e->spec.world.days.end()));
    CHECK(e->calm_from == plain.calm_from + 3);
    CHECK(e->first_scored_day == plain.first_scored_day + 3);
  }
}

TEST_CASE("in added calm days a given outside world stands where it was before", "[sweep][positions]") {
  assemble::LoadOptions options;
  options.sets = {"calendar.extra_calm_days=2"};
  const auto plain = assemble::assemble("replays/april_2025", {}), longer = assemble::assemble("replays/april_2025", options);
  const auto &path = longer.spec.scenario.path, &observed = plain.spec.scenario.path;
  REQUIRE(path.size() == observed.size() + 2);
  for (const std::size_t day : {0u, 1u}) {
    CHECK(path[day].day == longer.spec.world.days[day]);
    CHECK(path[day].policy_two_year_bp == plain.spec.scenario.before.policy_two_year_bp);
    CHECK(path[day].uncertainty == plain.spec.scenario.before.uncertainty);
  }
  CHECK(path[2].day == observed[0].day);
  CHECK(path[2].uncertainty == observed[0].uncertainty);
}

TEST_CASE("a regime forked off a shared warm-up ends as the whole run under it", "[sweep][positions]") {
  const auto plan = assemble::SweepPlan::of_text("plan", kPlan, {});
  const auto base = at(plan, 0), frozen = at(plan, 2);
  std::map<std::string, base::Digest> forked;
  const sweep::Forks forks{&base, opening(base.spec, 1), {{"base", {}, nullptr}, {"rule", {}, &frozen}}};
  sweep::run_forks(forks, {{1, {"base", "rule"}}}, {1, metrics::Probes::Watching::on, {}}, [](std::uint64_t, const loop::State&) {},
                   [&](sweep::Ended&& ended) { forked[ended.job.variant] = ended.result.digest; }, false);
  const auto whole = [](const assemble::Experiment& e) { return sweep::run_one({&e, "model", 0, 1}, {}).result.digest; };
  CHECK(forked.at("base") == whole(base));
  CHECK(forked.at("rule") == whole(frozen));
  CHECK(forked.at("rule") != forked.at("base"));
}

TEST_CASE("a change of regime reaches dealers and haircuts and leaves what volatility has added", "[sweep][positions]") {
  auto e = assemble::assemble("studies/two_days", {});
  loop::State state = loop::initial_state(e.spec, 1);
  loop::RuleChange change;
  for (const auto& opening : e.spec.openings) change.terms.push_back(opening);
  const auto dealer = state.population.primary_dealer.front().self.v, client = state.population.basis_fund.front().self.v;
  change.terms[dealer].cleared_share = 1;
  change.terms[dealer].hurdle_scale = 0.5;
  change.terms[client].haircut += 0.01;
  e.spec.rule_change = change;
  state.haircuts[client].in_force_hbp += 70;
  state.haircuts[client].announced_hbp += 90;
  const auto before = state.haircuts;
  loop::change_rule(e.spec, state);
  CHECK(state.population.primary_dealer.front().cleared_share == 1);
  CHECK(state.population.primary_dealer.front().hurdle_scale == 0.5);
  CHECK(state.haircuts[client].in_force_hbp == before[client].in_force_hbp + 10'000);
  CHECK(state.haircuts[client].announced_hbp == before[client].announced_hbp + 10'000);
  CHECK(state.haircuts[dealer].in_force_hbp == before[dealer].in_force_hbp);
}

TEST_CASE("a plan that varies the regime must say what happens to positions", "[sweep][positions][bad]") {
  for (const char* axis : {"axis { name: \"rule\" path: \"rule\" word: [\"rules/eslr_2025_final\"] }", "axis { name: \"rule\" with: [\"rules/eslr_2025_final\"] }"}) {
    CHECK_THROWS_WITH(assemble::SweepPlan::of_text("plan", std::string("name: \"p\" run: \"studies/two_days\" seeds: 1\n") + axis, {}), Catch::Contains("no positions"));
  }
}

TEST_CASE("a factor multiplies every field that it names, and the dealers' own scale their parents' rule too", "[sweep][positions]") {
  const auto plan = assemble::SweepPlan::of_text("plan",
      "name: \"p\" run: \"studies/two_days\" seeds: 1\n"
      "axis { name: \"held\" times: [\"population[name=foreign_private].holding[*].bn\", \"population[name=basis_funds].capital_bn\"] value: [1, 1.5] }\n"
      "axis { name: \"room\" path: \"population[name=primary_dealers].headroom_scale\" value: [1, 2] }\n", {});
  const auto one = at(plan, 0), more = at(plan, 2), roomy = at(plan, 1);
  const auto held = [](const assemble::Experiment& e, world::Kind kind) {
    double sum = 0;
    for (std::size_t i = 0; i < e.spec.openings.size(); ++i) {
      for (const double bn : e.spec.openings[i].holding_bn) sum += e.spec.world.institutions[i].kind == kind ? bn : 0.0;
    }
    return sum;
  };
  CHECK(held(more, world::Kind::foreign_private) == Approx(1.5 * held(one, world::Kind::foreign_private)).epsilon(1e-6));
  CHECK(held(more, world::Kind::foreign_official) == held(one, world::Kind::foreign_official));
  int with_parent = 0;
  for (std::size_t i = 0; i < one.spec.openings.size(); ++i) {
    if (one.spec.world.institutions[i].kind != world::Kind::primary_dealer) continue;
    with_parent += !one.spec.openings[i].parent.empty();
    CHECK(one.spec.openings[i].leverage_headroom_bn > 0);
    CHECK(roomy.spec.openings[i].leverage_headroom_bn == Approx(2 * one.spec.openings[i].leverage_headroom_bn));
  }
  CHECK(with_parent > 0);
  const auto refused = [](const char* times) {
    return std::string("name: \"p\" run: \"studies/two_days\" seeds: 1\naxis { name: \"x\" times: [\"") + times + "\"] value: [2] }\n";
  };
  CHECK_THROWS_WITH(assemble::SweepPlan::of_text("plan", refused("population[name=nobody].capital_bn"), {}), Catch::Contains("nobody"));
  CHECK_THROWS_WITH(assemble::SweepPlan::of_text("plan", refused("rule"), {}), Catch::Contains("a number to multiply"));
}
