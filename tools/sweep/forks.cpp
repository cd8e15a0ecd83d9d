#include "tools/sweep/forks.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for_each.h>

#include <mutex>
#include <optional>

namespace haven::sweep {

double run_forks(const Forks& forks, const Wanted& wanted, const Options& options, const std::function<void(std::uint64_t, const loop::State&)>& on_trunk,
                 const std::function<void(Ended&&)>& on_end, const std::atomic<bool>& stop) {
  std::unique_ptr<tbb::global_control> limit;
  if (options.threads > 0) limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(options.threads));
  std::mutex one_at_a_time;
  double shared_cpu_seconds = 0;
  const auto ended = [&](Ended&& end) {
    const std::lock_guard<std::mutex> lock(one_at_a_time);
    on_end(std::move(end));
  };
  const auto seed_of = [&](const auto& seed_and_names) {
    const auto& [seed, names] = seed_and_names;
    if (stop || names.empty()) return;
    const auto& spec = forks.experiment->spec;
    std::vector<const Branch*> branches;
    for (const Branch& branch : forks.branches) {
      if (names.contains(branch.variant)) branches.push_back(&branch);
    }
    std::optional<Start> trunk;
    Ended past = run_until({forks.experiment, branches.front()->variant, 0, seed}, options, forks.at, trunk);
    {
      const std::lock_guard<std::mutex> lock(one_at_a_time);
      shared_cpu_seconds += past.timing.cpu_seconds;
      if (past.error.empty()) on_trunk(seed, trunk->state);
    }
    if (!past.error.empty()) return ended(std::move(past));
    tbb::parallel_for_each(branches.begin(), branches.end(), [&](const Branch* branch) {
      if (stop) return;
      const auto* experiment = branch->experiment != nullptr ? branch->experiment : forks.experiment;
      ended(run_from({experiment, branch->variant, 0, seed}, options, [&] {
        Start copy = *trunk;
        if (branch->change) branch->change(spec, copy.state);
        return copy;
      }));
    });
  };
  tbb::parallel_for_each(wanted.begin(), wanted.end(), seed_of);
  return shared_cpu_seconds;
}

}  // namespace haven::sweep
