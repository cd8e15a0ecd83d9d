// The threshold along one axis, for every combination of the others.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "tools/plan/plan.h"
#include "tools/sweep/crossing.h"
#include "tools/sweep/sweep.h"

namespace haven::sweep {

/// What a search found for one point of the plan's design.
struct Threshold {
  results::PointRow slice;  ///< the other axes
  Crossing crossing;
  std::int64_t first_point = 0;  ///< number of the search's first run in the file
};

/// Searches slice by slice; the runs are rows under point numbers that follow from slice and site, so that the same call
/// goes on where it stopped. `on_slice` hears of each threshold when it is found. Returns those found before `stop`.
/// Requires plan.frontier. Throws StoreError.
std::vector<Threshold> find_frontier(const plan::Plan& plan, const Model& model, results::ResultStore& store, const SweepOptions& options,
                                     const std::function<void(const Threshold&)>& on_slice, const std::atomic<bool>& stop);

CrossingSearch search_of(const plan::Frontier& frontier);
std::vector<results::FrontierRow> rows_of(const plan::Frontier& frontier, const std::vector<Threshold>& thresholds);

}  // namespace haven::sweep
