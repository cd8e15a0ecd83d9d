#include "tools/plan/calibration.h"

#include <algorithm>
#include <cmath>

#include "engine/base/math.h"

namespace haven::plan {

double Parameter::value_at(double u) const {
  if (u <= 0) return low;
  if (u >= 1) return high;
  if (log) return std::clamp(low * base::exp(u * base::log(high / low)), low, high);
  return low + u * (high - low);
}

double Parameter::coordinate_of(double value) const {
  return log ? base::log(value / low) / base::log(high / low) : (value - low) / (high - low);
}

std::optional<double> Parameter::prior_width() const {
  if (!prior) return std::nullopt;
  return prior->width / (log ? base::log(high / low) : high - low);
}

double Target::deviation(double mean) const {
  const double z = (mean - value) / scale;
  switch (side) {
    case Side::both: return z;
    case Side::upper_only: return std::max(z, 0.0);
    case Side::lower_only: return std::min(z, 0.0);
  }
  return z;
}

double Calibration::misfit(const std::vector<double>& means) const {
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double z = targets[i].deviation(means[i]);
    sum += std::min(z * z, target_cap);
  }
  return sum;
}

double Calibration::prior_penalty(const std::vector<double>& coordinates) const {
  double sum = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = parameters[i];
    if (!p.prior) continue;
    const double z = (coordinates[i] - p.coordinate_of(p.prior->centre)) / *p.prior_width();
    sum += z * z;
  }
  return sum;
}

}  // namespace haven::plan
