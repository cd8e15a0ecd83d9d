#include "tools/sweep/posterior_sample.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/math.h"
#include "engine/base/random.h"

namespace haven::sweep {
namespace {

/// Sweeps over all directions before the first draw and between two.
constexpr int kBurnIn = 500, kThinning = 50;
/// Below this precision, in ranges^-2, a step is uniform between the bounds: over a range the density changes by less than a two-thousandth.
constexpr double kFlat = 1e-3;

/// Of a normal cut off at low and high, by inversion; far in a tail, where the chances no longer differ, the nearer end.
double cut_normal(double mean, double sd, double low, double high, double u) {
  const bool upper = low > mean;  // the lower tail keeps its digits
  const double a = upper ? (mean - high) / sd : (low - mean) / sd, b = upper ? (mean - low) / sd : (high - mean) / sd;
  const double below = base::normal_cdf(a), inside = base::normal_cdf(b) - below;
  if (!(inside > 0)) return upper ? low : high;
  const double p = below + (upper ? 1.0 - u : u) * inside;
  const double z = std::clamp(base::inverse_normal(std::clamp(p, 1e-300, 1.0 - 1e-16)), a, b);
  return std::clamp(mean + sd * (upper ? -z : z), low, high);
}

}  // namespace

std::vector<std::vector<double>> posterior_sample(const plan::Calibration& calibration, const std::vector<double>& best, const Jacobian& jacobian, std::size_t draws, std::uint64_t shuffle) {
  const auto n = static_cast<Eigen::Index>(best.size());
  Eigen::MatrixXd precision = Eigen::MatrixXd::Zero(n, n);
  for (const auto& row : jacobian) {
    const Eigen::Map<const Eigen::VectorXd> slope(row.data(), n);
    precision += slope * slope.transpose();
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    if (const auto width = calibration.parameters[static_cast<std::size_t>(i)].prior_width()) precision(i, i) += 1.0 / (*width * *width);
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(precision);
  const Eigen::MatrixXd& directions = solver.eigenvectors();
  const Eigen::Map<const Eigen::VectorXd> centre(best.data(), n);
  Eigen::VectorXd x = centre;
  base::Draws uniforms{shuffle, base::name_key("posterior"), 0, 0};
  const auto step = [&] {
    for (Eigen::Index d = 0; d < n; ++d) {
      const Eigen::VectorXd v = directions.col(d);
      double low = -std::numeric_limits<double>::infinity(), high = -low;  // of t in x + t v, inside the cube
      for (Eigen::Index i = 0; i < n; ++i) {
        if (std::fabs(v(i)) < 1e-12) continue;
        const double at_zero = -x(i) / v(i), at_one = (1.0 - x(i)) / v(i);
        low = std::max(low, std::min(at_zero, at_one));
        high = std::min(high, std::max(at_zero, at_one));
      }
      const double u = uniforms.uniform(base::Purpose::choice), lambda = std::max(0.0, solver.eigenvalues()(d));
      if (!(high > low)) continue;
      const double t = lambda < kFlat ? low + u * (high - low) : cut_normal(v.dot(centre - x), 1.0 / std::sqrt(lambda), low, high, u);
      x = (x + t * v).cwiseMax(0.0).cwiseMin(1.0);
    }
  };
  for (int i = 0; i < kBurnIn; ++i) step();
  std::vector<std::vector<double>> sample;
  while (sample.size() < draws) {
    for (int i = 0; i < kThinning; ++i) step();
    sample.emplace_back(x.data(), x.data() + n);
  }
  return sample;
}

}  // namespace haven::sweep
