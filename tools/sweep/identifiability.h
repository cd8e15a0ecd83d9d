// What the targets pin down at a point, told from the slopes of the moments there.
#pragma once

#include <optional>
#include <vector>

#include "tools/plan/calibration.h"

namespace haven::sweep {

/// Slopes of the moments, row by target in its scale, column by parameter over its whole range.
using Jacobian = std::vector<std::vector<double>>;

/// A direction of the unit cube. `information` is its eigenvalue of J'J: along it the targets' standard error is 1 / sqrt(information).
struct Direction {
  double information = 0;
  std::vector<double> weights;  ///< of length 1; the largest is positive
};

struct Identifiability {
  std::vector<Direction> directions;  ///< least information first
  /// Of each parameter, as a share of its range, from targets and priors; nothing where neither says anything.
  std::vector<std::optional<double>> standard_error;
  /// False when that is more than a third of the prior's range: of the bounds, or of the prior's centre +- width where that is narrower.
  std::vector<bool> pinned_down;
};

/// True when the targets alone leave more than a third of a range open along the direction.
bool is_weak(const Direction& direction);

Identifiability identifiability(const plan::Calibration& calibration, const Jacobian& jacobian);

}  // namespace haven::sweep
