// The most plausible combination of several variables at which a metric reaches a level.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/plan/plan.h"
#include "tools/sweep/crossing.h"
#include "tools/sweep/sweep.h"

namespace haven::sweep {

/// What is believed of a variable: normal, independent of the others.
struct Prior {
  std::string axis;
  double mean = 0, standard_deviation = 1;
};

struct StressSearch {
  std::vector<Prior> priors;
  std::string metric;
  CrossingSearch radius;  ///< along a ray from the means, in standard deviations; from is 0
  int rays = 32;
};

/// A point on the level, on the ray that meets it first of all that were tried.
struct Combination {
  std::vector<results::AxisValue> values;
  Crossing radius;  ///< the distance from the means, in standard deviations
};

/// Searches along rays spread evenly over directions, each no further than the best so far. The chance of a deviation of so many
/// standard deviations falls with the distance alone, so the least distance is the most plausible combination; between the
/// rays there may be one a little nearer. Nothing when the level is not reached within radius.to on any ray, or `stop` came.
/// Runs are rows under numbers that follow from ray and site. `on_ray` hears how many are done. Requires priors, rays >= 2 a prior. Throws StoreError.
std::optional<Combination> most_plausible(const plan::Plan& plan, const StressSearch& search, const Model& model, results::ResultStore& store,
                                          const SweepOptions& options, const std::function<void(int)>& on_ray, const std::atomic<bool>& stop);

/// Unit vectors: the two senses of every axis first, then directions from a Sobol sequence.
std::vector<std::vector<double>> directions(std::size_t dimensions, int count);

}  // namespace haven::sweep
