#include "tools/sweep/identifiability.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace haven::sweep {
namespace {

constexpr double kThird = 1.0 / 3;
/// Information below this share of a whole range's (a standard error of a thousand ranges) is rounding.
constexpr double kNoInformation = 1e-6;

using Solver = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>;

}  // namespace

bool is_weak(const Direction& direction) { return direction.information < 1 / (kThird * kThird); }

Identifiability identifiability(const plan::Calibration& calibration, const Jacobian& jacobian) {
  const auto n = static_cast<Eigen::Index>(calibration.parameters.size());
  Eigen::MatrixXd information = Eigen::MatrixXd::Zero(n, n);
  for (const auto& row : jacobian) {
    const Eigen::Map<const Eigen::VectorXd> slope(row.data(), n);
    information += slope * slope.transpose();
  }
  Identifiability found;
  const Solver targets(information);
  for (Eigen::Index d = 0; d < n; ++d) {
    const Eigen::VectorXd v = targets.eigenvectors().col(d);
    Eigen::Index largest = 0;
    v.cwiseAbs().maxCoeff(&largest);
    const double sign = v(largest) < 0 ? -1 : 1;
    Direction direction{std::max(targets.eigenvalues()(d), 0.0), std::vector<double>(static_cast<std::size_t>(n))};
    for (Eigen::Index i = 0; i < n; ++i) direction.weights[static_cast<std::size_t>(i)] = sign * v(i);
    found.directions.push_back(std::move(direction));
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    if (const auto width = calibration.parameters[static_cast<std::size_t>(i)].prior_width()) information(i, i) += 1 / (*width * *width);
  }
  const Solver all(information);
  for (Eigen::Index i = 0; i < n; ++i) {
    double variance = 0, unseen = 0;
    for (Eigen::Index d = 0; d < n; ++d) {
      const double weight = all.eigenvectors()(i, d) * all.eigenvectors()(i, d);
      if (all.eigenvalues()(d) > kNoInformation) variance += weight / all.eigenvalues()(d);
      else unseen += weight;
    }
    const auto width = calibration.parameters[static_cast<std::size_t>(i)].prior_width();
    const double range = width ? std::min(1.0, 2 * *width) : 1.0;
    const bool known = unseen < kNoInformation;
    found.standard_error.push_back(known ? std::optional(std::sqrt(variance)) : std::nullopt);
    found.pinned_down.push_back(known && std::sqrt(variance) <= kThird * range);
  }
  return found;
}

}  // namespace haven::sweep
