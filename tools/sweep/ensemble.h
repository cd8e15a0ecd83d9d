// Many runs at once: one task a run, result i into slot i, one callback at a time.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/loop/advance.h"
#include "tools/assemble/assemble.h"
#include "tools/results/rows.h"

namespace haven::sweep {

/// One run to make. `experiment` outlives the ensemble.
struct Job {
  const assemble::Experiment* experiment = nullptr;
  std::string variant = "model";
  std::int64_t point = 0;
  std::uint64_t seed = 1;
};

/// A run that ended. error: empty when it ended well.
struct Ended {
  Job job;
  metrics::RunResult result;
  results::Timing timing;
  std::string error;
  bool broken_invariant = false;  ///< one of haven's own checks failed
  base::Time reached;             ///< of a run that did not end well: the event under way
};

struct Options {
  int threads = 0;  ///< 0: all processors
  metrics::Probes::Watching watching = metrics::Probes::Watching::on;
  loop::Plant plant;
};

/// A run under way, and who watches it.
struct Start {
  loop::State state;
  metrics::Probes probes;
};

/// Runs one job here, from what `start` returns to the end.
Ended run_from(const Job& job, const Options& options, const std::function<Start()>& start);
/// Runs one job from its first event up to the first at or after `at`; `reached` is where it stands then, unless `error` says more.
Ended run_until(const Job& job, const Options& options, base::Time at, std::optional<Start>& reached);
/// Runs one job here, from its first event.
Ended run_one(const Job& job, const Options& options);

/// Runs all jobs; `on_end` is called once a run, never twice at a time, in the order in which runs end. Once `stop` is
/// true no further run is started; those under way end and are reported.
void run_all(const std::vector<Job>& jobs, const Options& options, const std::function<void(Ended&&)>& on_end, const std::atomic<bool>& stop);

}  // namespace haven::sweep
