// The line of illiquidity over volatility that quiet days lie on, and how far off it other days are.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haven::metrics {

/// What is laid on the line: natural logarithms of multiples of calm, of volatility one daily series, of illiquidity the mean over several.
struct LineSeries {
  std::vector<std::string> rises, falls;  ///< with illiquidity
  std::string volatility;
};

/// illiquidity = constant + slope x volatility + a residual of this standard deviation, day by day. Source: `haven line` (docs/calibration.md).
struct Line {
  LineSeries of;
  double constant = 0, slope = 0, residual_sd = 1;
};

/// A day's place.
struct LinePoint {
  double volatility = 0, illiquidity = 0;
};

/// Value of a daily series on a day; nothing where it has none.
using DayValue = std::function<std::optional<double>(const std::string& series, std::size_t day)>;

/// Means over days from..to, by series; nothing when one has no positive mean.
std::optional<std::map<std::string, double>> line_calm(const LineSeries& of, const DayValue& value, std::size_t from, std::size_t to);
/// Nothing where a series has no positive value on that day.
std::optional<LinePoint> line_point(const LineSeries& of, const DayValue& value, std::size_t day, const std::map<std::string, double>& calm);
/// In standard deviations above the line.
double residual(const Line& line, const LinePoint& point);

/// Least squares over at least three points that differ in volatility.
struct FittedLine {
  double constant = 0, slope = 0, residual_sd = 0, r2 = 0;
};
std::optional<FittedLine> fit_line(const std::vector<LinePoint>& points);

}  // namespace haven::metrics
