#include "tests/loop/short_run.h"

#include <algorithm>
#include <stdexcept>

namespace haven::tests {
namespace {

constexpr const char* kText = R"(
base: "baseline/2025q1"
name: "short_run"
reference: ""
calendar { from: "2025-01-06" scored_from: "2025-01-08" to: "2025-01-09" burn_in_days: 0 }
scenario {
  before { date: "2025-01-03" two_year_pct: 4.00 uncertainty: 18 equity_index: 5900 }
  day { date: "2025-01-06" two_year_pct: 4.03 uncertainty: 18 equity_index: 5910 }
  day { date: "2025-01-07" two_year_pct: 3.99 uncertainty: 19 equity_index: 5890 }
  day { date: "2025-01-08" two_year_pct: 4.07 uncertainty: 22 equity_index: 5840 }
  day { date: "2025-01-09" two_year_pct: 4.02 uncertainty: 20 equity_index: 5870 }
  news { name: "surprise" date: "2025-01-08" time: "10:00" policy_share: 0.5 uncertainty_share: 0.5 intensity: 1 }
  news { name: "doubt" date: "2025-01-09" time: "13:30" confidence_step: 0.1 intensity: 1 }
  flow { name: "sales" population: "foreign_private" from: "2025-01-07" to: "2025-01-09" sell_bn_per_day: 2 share { name: "off_TY" bn: 1 } }
  auction { name: "three_year_january" remove: true }
  auction { name: "ten_year_january" remove: true }
  auction { name: "thirty_year_january" remove: true }
  auction { name: "ten_year" date: "2025-01-08" tenor: "10y" offered_bn: 39 }
}
)";

assemble::LoadOptions with(const std::vector<std::string>& sets) {
  assemble::LoadOptions options;
  options.sets = sets;
  return options;
}

}  // namespace

assemble::Experiment short_run(const std::vector<std::string>& sets) {
  const auto options = with(sets);
  return assemble::assemble(assemble::load_text<config::Run>("short_run", kText, options), options);
}

const assemble::Experiment& plain_short_run() {
  static const assemble::Experiment experiment = short_run();
  return experiment;
}

const assemble::Experiment& two_day_run() {
  static const assemble::Experiment experiment = assemble::assemble(
      "baseline/2025q1", with({"calendar.from=2025-01-06", "calendar.scored_from=2025-01-07", "calendar.to=2025-01-07", "calendar.burn_in_days=0", "reference=\"\""}));
  return experiment;
}

assemble::Located<config::Run> short_run_config() { return assemble::load_text<config::Run>("short_run", kText); }

Finished finished(const loop::State& state) {
  const auto& w = state.world;
  return {w.journal.digest(), w.events, w.orders, w.trades};
}

void advance_to(const loop::Spec& spec, loop::State& state, base::Time before, const loop::Plant& plant) {
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::advance(spec, state, probes, plant, before);
}

Finished run_whole(const loop::Spec& spec, const HowToRun& how) {
  loop::State state = loop::initial_state(spec, how.seed, how.tape);
  metrics::Probes probes(spec.world, how.watching);
  loop::advance(spec, state, probes, how.plant);
  return finished(state);
}

const Finished& plain_whole() {
  static const Finished whole = run_whole(plain_short_run().spec);
  return whole;
}

const std::vector<double>& daily(const metrics::RunResult& result, const std::string& name) {
  const auto found = std::find_if(result.series.begin(), result.series.end(), [&](const auto& series) { return series.name == name; });
  if (found == result.series.end()) throw std::out_of_range("no series " + name);
  return found->values;
}

base::Time moment(const loop::Spec& spec, std::size_t day, std::int64_t hour, std::int64_t minute) {
  return base::midnight(spec.world.days.at(day)) + base::hours(hour) + base::minutes(minute);
}

}  // namespace haven::tests
