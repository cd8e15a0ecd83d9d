// Draws from what a calibration leaves open about its parameters.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/plan/calibration.h"
#include "tools/sweep/identifiability.h"

namespace haven::sweep {

/// Points of the unit cube, drawn from the density exp(-d/2) on it, with d the loss of moments that are linear around `best`: |J (x - best)|^2 and the
/// priors' squared distances from it in their widths. That is Laplace's approximation, cut off at the bounds: flat between them along what neither targets nor priors see.
/// Gibbs steps along the eigenvectors of J'J + priors; `shuffle` starts the draws, which depend on nothing else. docs/decisions/0022.
std::vector<std::vector<double>> posterior_sample(const plan::Calibration& calibration, const std::vector<double>& best, const Jacobian& jacobian, std::size_t draws, std::uint64_t shuffle);

}  // namespace haven::sweep
