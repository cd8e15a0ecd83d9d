#include "tools/cli/paired_difference.h"

#include <cmath>

#include "tools/results/summary.h"

namespace haven::cli {

std::optional<bool> PairedDifference::beyond_two_se() const {
  if (!se) return std::nullopt;
  return std::abs(mean) > 2.0 * *se;
}

PairedDifference paired_difference(const std::string& metric, const KeptRuns& base, const KeptRuns& other) {
  std::vector<double> a, b, d;
  for (const auto& [seed, run] : base) {
    const auto twin = other.find(seed);
    if (twin == other.end()) continue;
    const auto x = run.metrics.find(metric), y = twin->second.metrics.find(metric);
    if (x == run.metrics.end() || y == twin->second.metrics.end()) continue;
    a.push_back(x->second);
    b.push_back(y->second);
    d.push_back(y->second - x->second);
  }
  PairedDifference out;
  out.seeds = d.size();
  if (d.empty()) return out;
  const auto sa = results::summarize(a), sb = results::summarize(b), sd = results::summarize(d);
  out.base_mean = sa.mean;
  out.base_median = sa.p50;
  out.other_mean = sb.mean;
  out.other_median = sb.p50;
  out.mean = sd.mean;
  out.median = sd.p50;
  out.se = sd.se;
  return out;
}

}  // namespace haven::cli
