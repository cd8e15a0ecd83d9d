// Runs that share their past: each seed is run once up to a moment, then copied for everything that may happen from there on.
#pragma once

#include <map>
#include <set>

#include "tools/sweep/ensemble.h"

namespace haven::sweep {

/// What happens to the copy called `variant` at the moment. Neither: nothing, the copy goes on as the run would have.
struct Branch {
  std::string variant;
  std::function<void(const loop::Spec&, loop::State&)> change;
  const assemble::Experiment* experiment = nullptr;  ///< whose run the copy is from there on; its past must be the shared one. Outlives the runs
};

struct Forks {
  const assemble::Experiment* experiment = nullptr;  ///< outlives the runs
  base::Time at;                                     ///< copies stand before the first event at or after it
  std::vector<Branch> branches;
};

/// For each seed the names of the branches that are to be run.
using Wanted = std::map<std::uint64_t, std::set<std::string>>;

/// Runs what is wanted, seeds and branches in parallel; `on_trunk` sees each seed's state at the moment, `on_end` each run, never
/// two at a time. A shared past that does not end well is one ended run of the variant of the first branch wanted, and its seed goes
/// no further. Once `stop` is true no further run is started. Returns the CPU seconds of the shared pasts.
double run_forks(const Forks& forks, const Wanted& wanted, const Options& options, const std::function<void(std::uint64_t, const loop::State&)>& on_trunk,
                 const std::function<void(Ended&&)>& on_end, const std::atomic<bool>& stop);

}  // namespace haven::sweep
