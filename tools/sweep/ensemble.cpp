#include "tools/sweep/ensemble.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <time.h>

#include <chrono>
#include <mutex>

namespace haven::sweep {
namespace {

double thread_cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Runs `body` and tells how it ended; `where` is what body reached.
Ended told(const Job& job, const std::function<void(Ended& ended, std::string& where)>& body) {
  Ended ended;
  ended.job = job;
  const double cpu = thread_cpu_seconds();
  const auto wall = std::chrono::steady_clock::now();
  std::string where = "before its first event";
  try {
    body(ended, where);
  } catch (const base::CheckFailure& failure) {
    ended.broken_invariant = true;
    ended.error = "seed " + std::to_string(job.seed) + " " + where + ": " + failure.what();
  } catch (const std::exception& error) {
    ended.error = "seed " + std::to_string(job.seed) + " " + where + ": " + error.what();
  }
  ended.timing.cpu_seconds = thread_cpu_seconds() - cpu;
  ended.timing.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  return ended;
}

void advance_told(const Job& job, const Options& options, base::Time stop_before, Start& from, Ended& ended, std::string& where) {
  try {
    loop::advance(job.experiment->spec, from.state, from.probes, options.plant, stop_before);
  } catch (...) {
    ended.reached = from.state.world.now;
    where = "at " + base::to_string(from.state.world.now) + ", event " + std::to_string(from.state.world.events);
    throw;
  }
}

Start first_event(const Job& job, const Options& options) {
  const auto& spec = job.experiment->spec;
  return {loop::initial_state(spec, job.seed), metrics::Probes(spec.world, options.watching, job.experiment->shadows)};
}

}  // namespace

Ended run_from(const Job& job, const Options& options, const std::function<Start()>& start) {
  return told(job, [&](Ended& ended, std::string& where) {
    Start from = start();
    advance_told(job, options, {}, from, ended, where);
    ended.result = from.probes.take(from.state.world, job.seed, job.experiment->metrics, job.experiment->calm_from, job.experiment->calm_to);
  });
}

Ended run_until(const Job& job, const Options& options, base::Time at, std::optional<Start>& reached) {
  return told(job, [&](Ended& ended, std::string& where) {
    reached.emplace(first_event(job, options));
    advance_told(job, options, at, *reached, ended, where);
  });
}

Ended run_one(const Job& job, const Options& options) {
  return run_from(job, options, [&] { return first_event(job, options); });
}

void run_all(const std::vector<Job>& jobs, const Options& options, const std::function<void(Ended&&)>& on_end, const std::atomic<bool>& stop) {
  std::unique_ptr<tbb::global_control> limit;
  if (options.threads > 0) limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(options.threads));
  std::mutex one_at_a_time;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, jobs.size(), 1),
      [&](const tbb::blocked_range<std::size_t>& range) {
        for (std::size_t i = range.begin(); i != range.end(); ++i) {
          if (stop) return;
          Ended ended = run_one(jobs[i], options);
          const std::lock_guard<std::mutex> lock(one_at_a_time);
          on_end(std::move(ended));
        }
      },
      tbb::simple_partitioner());
}

}  // namespace haven::sweep
