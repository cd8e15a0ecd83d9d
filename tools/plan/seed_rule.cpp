#include "tools/plan/seed_rule.h"

#include <algorithm>

#include "tools/results/summary.h"

namespace haven::plan {

namespace {

results::Summary of(const results::Outcomes& outcomes, int seeds, const std::string& metric) {
  std::vector<double> values;
  for (const auto& [seed, outcome] : outcomes) {
    if (seed > static_cast<std::uint64_t>(seeds)) break;
    if (!outcome) continue;
    if (const auto found = outcome->find(metric); found != outcome->end()) values.push_back(found->second);
  }
  return results::summarize(values);
}

bool enough(const SeedRule& rule, const results::Outcomes& outcomes, int seeds) {
  const bool none_good = std::none_of(outcomes.begin(), outcomes.end(), [&](const auto& o) {
    return o.first <= static_cast<std::uint64_t>(seeds) && o.second.has_value();
  });
  if (none_good) return true;
  if (rule.precision) {
    const auto s = of(outcomes, seeds, rule.precision->metric);
    if (s.se && *s.se <= rule.precision->standard_error) return true;
  }
  return std::any_of(rule.stops.begin(), rule.stops.end(), [&](const Stop& stop) {
    const auto s = of(outcomes, seeds, stop.metric);
    if (!s.se) return false;
    const double margin = stop.standard_errors * *s.se;
    return (stop.above && s.mean - margin > *stop.above) || (stop.below && s.mean + margin < *stop.below);
  });
}

}  // namespace

std::vector<std::string> SeedRule::metrics() const {
  std::vector<std::string> names;
  if (precision) names.push_back(precision->metric);
  for (const Stop& stop : stops) names.push_back(stop.metric);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Wanted seeds_wanted(const SeedRule& rule, const results::Outcomes& outcomes) {
  int have = 0;  // seeds 1..have are all there
  while (outcomes.contains(static_cast<std::uint64_t>(have) + 1)) ++have;
  int seeds = std::min(rule.first, rule.most);
  while (seeds <= have) {
    if (seeds == rule.most || enough(rule, outcomes, seeds)) return {seeds, true};
    seeds = std::min(rule.most, seeds + std::max(1, rule.step));
  }
  return {seeds, false};
}

}  // namespace haven::plan
