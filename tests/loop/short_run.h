// A short run that meets every phase of a day: four trading days of the baseline with an outside path, dated news, an
// outside flow and an auction. Tests bend it with settings; nothing in them depends on a calibrated value.
#pragma once

#include <string>
#include <vector>

#include "engine/loop/advance.h"
#include "tools/assemble/assemble.h"

namespace haven::tests {

/// 6 to 9 January 2025. News on 8 January at 10:00 and on 9 January at 13:30; a ten-year auction on 8 January.
/// `sets` are applied last, as `--set` is.
assemble::Experiment short_run(const std::vector<std::string>& sets = {});
/// The same without settings, assembled once.
const assemble::Experiment& plain_short_run();
/// The baseline itself on 6 and 7 January 2025: the outside world is drawn.
const assemble::Experiment& two_day_run();

/// The config of short_run(), loaded.
assemble::Located<config::Run> short_run_config();

/// What a run left behind.
struct Finished {
  base::Digest digest;
  std::uint64_t events = 0, orders = 0, trades = 0;
  bool operator==(const Finished&) const = default;
};
Finished finished(const loop::State& state);

struct HowToRun {
  std::uint64_t seed = 1;
  loop::Plant plant = {};
  metrics::Probes::Watching watching = metrics::Probes::Watching::off;
  std::vector<base::Record>* tape = nullptr;
};
/// From the first event to the last.
Finished run_whole(const loop::Spec& spec, const HowToRun& how = {});
/// run_whole(plain_short_run().spec), run once.
const Finished& plain_whole();

/// Daily values of a series that a watched run must have left; std::out_of_range with its name.
const std::vector<double>& daily(const metrics::RunResult& result, const std::string& name);

/// Goes on to `before` (or to the end), unwatched.
void advance_to(const loop::Spec& spec, loop::State& state, base::Time before = {}, const loop::Plant& plant = {});

/// A moment of the run's day number `day`.
base::Time moment(const loop::Spec& spec, std::size_t day, std::int64_t hour, std::int64_t minute = 0);

}  // namespace haven::tests
