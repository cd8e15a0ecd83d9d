// The search for the parameters that bring a model's moments to their targets.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <vector>

#include "tools/plan/calibration.h"
#include "tools/results/summary.h"
#include "tools/sweep/identifiability.h"
#include "tools/sweep/sweep.h"

namespace haven::sweep {

/// A point that was looked at.
struct Evaluation {
  std::int64_t point = 0;               ///< its number in the result file
  std::vector<double> coordinates;      ///< in the unit cube
  std::vector<results::Summary> moments;  ///< over the seeds, in the order of targets; n = 0 when no run has it
  bool failed = false;                  ///< a run failed or has no value of a target
  double loss = 0;                      ///< misfit and prior penalty; the plan's failure_loss when it failed
};

/// One point asked for, which generation by which number: what the search did, in order. Points asked for again are not listed again.
struct Step {
  std::int64_t point = 0, generation = 0;
  double loss = 0, best = 0;
};

struct Calibrated {
  std::vector<Step> steps;
  Evaluation start, best;  ///< start: the first point; best: the one with the least loss, the earliest of equals
  bool converged = false;  ///< the search had nothing left to look at before the budget was spent
};

/// Hears of every generation.
using OnGeneration = std::function<void(const std::vector<Step>&)>;

/// Runs CMA-ES over the plan's axes, which are the calibration's parameters in their order. Points are numbered in the order in which
/// they were asked for. The result is a function of calibration and outcomes: threads and interruptions leave no trace. Nothing when `stop` came. Throws
/// StoreError (conflict) when the store has a point of that number with other values: another build's search made it.
std::optional<Calibrated> calibrate(const plan::Plan& plan, const plan::Calibration& calibration, const Model& model, results::ResultStore& store,
                                    const SweepOptions& options, const OnGeneration& on_generation, const std::atomic<bool>& stop);

/// Central differences of the moments at a point, from two further points a parameter that are rows of the store too; one-sided where the range ends or
/// the point of one side failed. A target that adds nothing or its cap to the loss has no slope, and so has a parameter both of whose points failed.
/// Nothing when `stop` came. Requires that `at` did not fail.
std::optional<Jacobian> slopes(const plan::Plan& plan, const plan::Calibration& calibration, const Evaluation& at, const Model& model, results::ResultStore& store,
                               const SweepOptions& options, const std::atomic<bool>& stop);

}  // namespace haven::sweep
