// Statistics of daily series. A day without a value is NaN and left out; too few days, or no variance, give nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace haven::metrics {

/// Daily changes over from..to; NaN where either day has no value.
std::vector<double> changes(const std::vector<double>& values, std::size_t from, std::size_t to);
/// Logarithms over from..to; NaN where a value is not positive.
std::vector<double> logarithms(const std::vector<double>& values, std::size_t from, std::size_t to);

struct Regression {
  double correlation = 0, slope = 0;
};
/// Least squares of y on x, with a constant; equal lengths, three days or more.
std::optional<Regression> regress(const std::vector<double>& x, const std::vector<double>& y);
/// At `lag` days, biased (divided by the variance of all days); three days or more.
std::optional<double> autocorrelation(const std::vector<double>& x, std::size_t lag);
/// Fisher's G2, unbiased for normal changes (Joanes and Gill 1998, equation 3); four days or more. The ratio of the sample's moments, less 3,
/// would be 6/(n + 1) below the truth there: .2 in thirty days.
std::optional<double> excess_kurtosis(const std::vector<double>& x);
/// Share of the total variance of equally long series that their first principal component has; three days or more.
std::optional<double> first_factor_share(const std::vector<std::vector<double>>& series);

}  // namespace haven::metrics
