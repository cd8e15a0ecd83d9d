// Makes the runs of a plan that a result file does not have yet.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "tools/plan/plan.h"
#include "tools/results/result_store.h"
#include "tools/sweep/model.h"

namespace haven::sweep {

/// Where a sweep stands. `runs_expected` is exact when seeds are fixed, else a guess from the points that are complete.
struct Standing {
  std::int64_t points = 0, points_complete = 0;
  std::int64_t runs_expected = 0, runs_there = 0;  ///< there: in the file, those of earlier commands among them
  std::int64_t made = 0, failed = 0;               ///< by this command
  bool broken_invariant = false;
};

struct SweepOptions {
  int threads = 0;  ///< 0: all processors
  plan::Shard shard;
  /// Called after every run, one call at a time.
  std::function<void(const Standing&)> on_progress;
};

/// Runs the shard's share of the plan; every run is in the store when this returns, or a little before. The rows do not
/// depend on threads, shards, or on how often this was stopped and called again. Once `stop` is true no further run is
/// started. Throws StoreError when a row cannot be written; those written before are kept.
Standing run_sweep(const plan::Plan& plan, const Model& model, results::ResultStore& store, const SweepOptions& options,
                   const std::atomic<bool>& stop);

/// Makes seeds first..last of one point that the store lacks, by the same rules.
Standing run_point(const plan::Plan& plan, const results::PointRow& point, int first, int last, const Model& model, results::ResultStore& store,
                   const SweepOptions& options, const std::atomic<bool>& stop);

/// The same of several points with different numbers, all at once.
Standing run_points(const plan::Plan& plan, const std::vector<results::PointRow>& points, int first, int last, const Model& model, results::ResultStore& store,
                    const SweepOptions& options, const std::atomic<bool>& stop);

/// Drops what the plan does not keep.
void keep_only(const plan::Plan& plan, metrics::RunResult& result);

}  // namespace haven::sweep
