#include "tools/results/summary.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace haven::results {

double quantile(const std::vector<double>& ascending, double p) {
  HAVEN_CHECK(!ascending.empty() && p >= 0 && p <= 1, "quantile of nothing, or outside 0..1");
  const double place = p * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] + (place - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

Summary summarize(std::vector<double> values) {
  Summary summary;
  summary.n = values.size();
  if (values.empty()) return summary;
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  for (const double value : values) summary.mean += value / n;
  if (values.size() > 1) {
    double squares = 0;
    for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
    summary.se = std::sqrt(squares / (n - 1) / n);
  }
  summary.p05 = quantile(values, 0.05);
  summary.p50 = quantile(values, 0.50);
  summary.p95 = quantile(values, 0.95);
  return summary;
}

Band band(const std::map<std::uint64_t, metrics::Series>& by_seed) {
  Band band;
  band.runs = by_seed.size();
  std::vector<std::pair<base::Time, double>> all;
  for (const auto& [seed, series] : by_seed) {
    for (std::size_t i = 0; i < series.times.size(); ++i) all.emplace_back(series.times[i], series.values[i]);
  }
  std::sort(all.begin(), all.end());
  std::vector<double> values;
  for (std::size_t begin = 0; begin < all.size();) {
    values.clear();
    const base::Time time = all[begin].first;
    for (; begin < all.size() && all[begin].first == time; ++begin) values.push_back(all[begin].second);
    if (2 * values.size() < by_seed.size()) continue;
    band.times.push_back(time);
    band.seeds.push_back(values.size());
    band.p05.push_back(quantile(values, 0.05));
    band.p25.push_back(quantile(values, 0.25));
    band.p50.push_back(quantile(values, 0.50));
    band.p75.push_back(quantile(values, 0.75));
    band.p95.push_back(quantile(values, 0.95));
  }
  return band;
}

}  // namespace haven::results
