#include "engine/metrics/line.h"

#include <algorithm>
#include <cmath>

#include "engine/base/math.h"

namespace haven::metrics {
namespace {

std::vector<std::string> all_of(const LineSeries& of) {
  std::vector<std::string> names = of.rises;
  names.insert(names.end(), of.falls.begin(), of.falls.end());
  names.push_back(of.volatility);
  return names;
}

}  // namespace

std::optional<std::map<std::string, double>> line_calm(const LineSeries& of, const DayValue& value, std::size_t from, std::size_t to) {
  std::map<std::string, double> calm;
  for (const auto& name : all_of(of)) {
    double sum = 0;
    int n = 0;
    for (std::size_t day = from; day <= to; ++day) {
      if (const auto x = value(name, day)) {
        sum += *x;
        ++n;
      }
    }
    if (n == 0 || !(sum > 0)) return std::nullopt;
    calm[name] = sum / n;
  }
  return calm;
}

std::optional<LinePoint> line_point(const LineSeries& of, const DayValue& value, std::size_t day, const std::map<std::string, double>& calm) {
  std::map<std::string, double> logs;
  for (const auto& name : all_of(of)) {
    const auto x = value(name, day);
    if (!x || !(*x > 0)) return std::nullopt;
    logs[name] = base::log(*x / calm.at(name));
  }
  double illiquidity = 0;
  for (const auto& name : of.rises) illiquidity += logs.at(name);
  for (const auto& name : of.falls) illiquidity -= logs.at(name);
  return LinePoint{logs.at(of.volatility), illiquidity / static_cast<double>(of.rises.size() + of.falls.size())};
}

double residual(const Line& line, const LinePoint& point) { return (point.illiquidity - line.constant - line.slope * point.volatility) / line.residual_sd; }

std::optional<FittedLine> fit_line(const std::vector<LinePoint>& points) {
  const auto n = static_cast<double>(points.size());
  if (points.size() < 3) return std::nullopt;
  double x = 0, y = 0;
  for (const auto& p : points) {
    x += p.volatility / n;
    y += p.illiquidity / n;
  }
  double xx = 0, xy = 0, yy = 0;
  for (const auto& p : points) {
    xx += (p.volatility - x) * (p.volatility - x);
    xy += (p.volatility - x) * (p.illiquidity - y);
    yy += (p.illiquidity - y) * (p.illiquidity - y);
  }
  if (!(xx > 0) || !(yy > 0)) return std::nullopt;
  const double slope = xy / xx, unexplained = std::max(0.0, yy - slope * xy);
  return FittedLine{y - slope * x, slope, std::sqrt(unexplained / (n - 2.0)), 1.0 - unexplained / yy};
}

}  // namespace haven::metrics
