// Leverage rules that are measured along a run without touching it.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/paired_runs.h"

namespace haven::cli {

/// `model` under each of the rules, of which only what dealers could carry is kept; first the rule in force. Empty without names.
/// Throws BadInput on a name given twice, ConfigError on one that is no whole leverage regime.
std::vector<metrics::ShadowRule> shadow_rules(const Variant& model, const std::vector<std::string>& names);

/// A firm under a rule over a run's days, mean over seeds.
struct ShadowSummary {
  std::string rule, firm, kind, constraint;
  std::size_t seeds = 0;
  double days = 0, days_binding = 0, mean_headroom_bn = 0, least_headroom_bn = 0;
};
/// By rule in the order given, then firm.
std::vector<ShadowSummary> shadow_summaries(const KeptRuns& runs);
nlohmann::ordered_json shadow_json(const std::vector<ShadowSummary>& rows);
/// One line a rule; nothing without rows.
void print_shadows(const std::vector<ShadowSummary>& rows);

}  // namespace haven::cli
