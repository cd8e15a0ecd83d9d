#include "engine/metrics/statistics.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "engine/base/math.h"

namespace haven::metrics {

std::vector<double> changes(const std::vector<double>& values, std::size_t from, std::size_t to) {
  std::vector<double> out;
  for (std::size_t i = std::max<std::size_t>(from, 1); i <= to; ++i) out.push_back(values[i] - values[i - 1]);
  return out;
}

std::optional<Regression> regress(const std::vector<double>& x, const std::vector<double>& y) {
  double n = 0, sx = 0, sy = 0;
  const auto both = [&](std::size_t i) { return std::isfinite(x[i]) && std::isfinite(y[i]); };
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!both(i)) continue;
    n += 1;
    sx += x[i];
    sy += y[i];
  }
  if (n < 3) return std::nullopt;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!both(i)) continue;
    const double a = x[i] - sx / n, b = y[i] - sy / n;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  if (xx <= 0 || yy <= 0) return std::nullopt;
  return Regression{xy / std::sqrt(xx * yy), xy / xx};
}

std::optional<double> autocorrelation(const std::vector<double>& x, std::size_t lag) {
  if (x.size() <= lag) return std::nullopt;
  double n = 0, sum = 0;
  for (const double v : x) {
    if (!std::isfinite(v)) continue;
    n += 1;
    sum += v;
  }
  if (n < 3) return std::nullopt;
  double variance = 0, covariance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i])) continue;
    variance += (x[i] - sum / n) * (x[i] - sum / n);
    if (i >= lag && std::isfinite(x[i - lag])) covariance += (x[i] - sum / n) * (x[i - lag] - sum / n);
  }
  return variance > 0 ? std::optional<double>(covariance / variance) : std::nullopt;
}

std::optional<double> excess_kurtosis(const std::vector<double>& x) {
  double n = 0, sum = 0;
  for (const double v : x) {
    if (!std::isfinite(v)) continue;
    n += 1;
    sum += v;
  }
  if (n < 4) return std::nullopt;
  double second = 0, fourth = 0;
  for (const double v : x) {
    if (!std::isfinite(v)) continue;
    const double square = (v - sum / n) * (v - sum / n);
    second += square / n;
    fourth += square * square / n;
  }
  if (second <= 0) return std::nullopt;
  const double of_sample = fourth / (second * second) - 3.0;
  return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * of_sample + 6);
}

std::optional<double> first_factor_share(const std::vector<std::vector<double>>& series) {
  std::vector<std::size_t> days;
  for (std::size_t i = 0; i < series.front().size(); ++i) {
    if (std::all_of(series.begin(), series.end(), [&](const auto& x) { return std::isfinite(x[i]); })) days.push_back(i);
  }
  if (days.size() < 3) return std::nullopt;
  Eigen::MatrixXd x(static_cast<Eigen::Index>(days.size()), static_cast<Eigen::Index>(series.size()));
  for (Eigen::Index r = 0; r < x.rows(); ++r) {
    for (Eigen::Index c = 0; c < x.cols(); ++c) x(r, c) = series[static_cast<std::size_t>(c)][days[static_cast<std::size_t>(r)]];
  }
  const Eigen::MatrixXd centred = x.rowwise() - x.colwise().mean();
  const Eigen::VectorXd variances = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(centred.transpose() * centred, Eigen::EigenvaluesOnly).eigenvalues();
  return variances.sum() > 0 ? std::optional<double>(variances.maxCoeff() / variances.sum()) : std::nullopt;
}

std::vector<double> logarithms(const std::vector<double>& values, std::size_t from, std::size_t to) {
  std::vector<double> out;
  for (std::size_t i = from; i <= to; ++i) out.push_back(values[i] > 0 ? base::log(values[i]) : std::nan(""));
  return out;
}

}  // namespace haven::metrics
