#include "tools/cli/shadow_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace haven::cli {

std::vector<metrics::ShadowRule> shadow_rules(const Variant& model, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto& openings = model.experiment->spec.openings;
  const auto measured = [&](const std::string& name, const std::vector<loop::Opening>& under) {
    metrics::ShadowRule rule;
    rule.name = name;
    for (std::size_t i = 0; i < openings.size(); ++i) {
      rule.capacity_change_bn.push_back(under[i].leverage_headroom_bn - openings[i].leverage_headroom_bn);
      rule.constraint.push_back(under[i].constraint);
    }
    return rule;
  };
  std::vector<metrics::ShadowRule> rules = {measured("in force", openings)};
  for (const auto& name : names) {
    if (std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.name == name; })) throw BadInput("--shadow " + name + ": named twice");
    Variant other = model;
    other.configs.sets.push_back("rule=" + name);
    rules.push_back(measured(name, assembled(other).spec.openings));
  }
  return rules;
}

std::vector<ShadowSummary> shadow_summaries(const KeptRuns& runs) {
  std::vector<ShadowSummary> all;
  std::map<std::pair<std::string, std::string>, std::size_t> at;  // rule and firm
  for (const auto& [seed, run] : runs) {
    std::map<std::size_t, double> least;
    for (const auto& row : run.shadows) {
      const auto [place, fresh] = at.try_emplace({row.rule, row.firm}, all.size());
      if (fresh) all.push_back({row.rule, row.firm, row.kind, row.constraint});
      ShadowSummary& s = all[place->second];
      s.days += 1;
      s.days_binding += row.binding ? 1 : 0;
      s.mean_headroom_bn += row.headroom_bn;
      const auto [lowest, first] = least.try_emplace(place->second, row.headroom_bn);
      lowest->second = std::min(lowest->second, row.headroom_bn);
    }
    for (const auto& [place, headroom_bn] : least) {
      ++all[place].seeds;
      all[place].least_headroom_bn += headroom_bn;
    }
  }
  for (ShadowSummary& s : all) {
    const auto seeds = static_cast<double>(s.seeds);
    s.mean_headroom_bn /= s.days;
    s.days /= seeds;
    s.days_binding /= seeds;
    s.least_headroom_bn /= seeds;
  }
  std::map<std::string, std::size_t> order;
  for (const ShadowSummary& s : all) order.try_emplace(s.rule, order.size());
  std::sort(all.begin(), all.end(), [&](const ShadowSummary& a, const ShadowSummary& b) { return order[a.rule] != order[b.rule] ? order[a.rule] < order[b.rule] : a.firm < b.firm; });
  return all;
}

nlohmann::ordered_json shadow_json(const std::vector<ShadowSummary>& rows) {
  nlohmann::ordered_json j = nlohmann::ordered_json::array();
  for (const ShadowSummary& s : rows) {
    j.push_back({{"rule", s.rule}, {"firm", s.firm}, {"kind", s.kind}, {"constraint", s.constraint}, {"seeds", s.seeds}, {"days", s.days}, {"days_binding", s.days_binding},
                 {"mean_headroom_bn", s.mean_headroom_bn}, {"least_headroom_bn", s.least_headroom_bn}});
  }
  return j;
}

void print_shadows(const std::vector<ShadowSummary>& rows) {
  if (rows.empty()) return;
  fmt::print("{:<36} {:>6} {:>12} {:>18} {:>19}  {}\n", "shadow rule", "firms", "days binding", "mean headroom, $bn", "least headroom, $bn", "firm of the least");
  for (std::size_t i = 0; i < rows.size();) {
    std::size_t firms = 0, tightest = i;
    double binding = 0, headroom_bn = 0;
    const std::string& rule = rows[i].rule;
    for (; i < rows.size() && rows[i].rule == rule; ++i) {
      ++firms;
      binding += rows[i].days_binding;
      headroom_bn += rows[i].mean_headroom_bn;
      if (rows[i].least_headroom_bn < rows[tightest].least_headroom_bn) tightest = i;
    }
    fmt::print("{:<36} {:>6} {:>12.1f} {:>18.1f} {:>19.1f}  {}\n", rule, firms, binding, headroom_bn, rows[tightest].least_headroom_bn, rows[tightest].firm);
  }
}

}  // namespace haven::cli
