// From a checked config to the constant description of a run. The only code that reads config messages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "configs/schema/firms.pb.h"
#include "configs/schema/metrics.pb.h"
#include "configs/schema/reference.pb.h"
#include "configs/schema/rules.pb.h"
#include "configs/schema/run.pb.h"
#include "engine/loop/spec.h"
#include "engine/metrics/metric.h"
#include "engine/metrics/shadow_rule.h"
#include "engine/regulation/rule_table.h"
#include "tools/assemble/loader.h"

namespace haven::assemble {

enum class Flag { input, implied, outcome };

/// One observed moment to score against.
struct Moment {
  metrics::Metric metric;
  std::optional<double> observed, low, high;
  Flag flag = Flag::outcome;
  std::string source, tag;
};

struct ObservedPoint {
  std::string series;
  base::Date date;
  double value = 0;
  std::string source, tag;
};

/// A run, ready to simulate and to be scored.
struct Experiment {
  loop::Spec spec;
  std::vector<metrics::Metric> metrics;      ///< those of the reference, then those over the scored window
  std::vector<Moment> moments;               ///< empty without a reference
  std::vector<ObservedPoint> observed;
  std::vector<metrics::ShadowRule> shadows;  ///< measured along the run; not in the spec, where institutions could read them
  std::size_t calm_from = 0, calm_to = 0;    ///< indices of calm days, both included
  std::size_t first_scored_day = 0;          ///< index; not in the spec, where institutions could read when the event begins
  std::string effective_text;
  base::Digest config_digest;                ///< run, rule, firms and reference together
};

/// Throws ConfigError with every fault that could be found: unknown rule or institution, dates outside the calendar,
/// futures that do not sum to zero. Not safe on two threads at once (calendars).
Experiment assemble(const Located<config::Run>& run, const LoadOptions& options);
/// A run config, loaded and checked but not assembled.
LoadedConfig load_run(const std::string& run, const LoadOptions& options);
/// Loads and assembles.
Experiment assemble(const std::string& run, const LoadOptions& options);

regulation::RuleSet rule_set(const config::RuleSet& rule, const LoadedConfig& config);
std::vector<regulation::BankingGroup> banking_groups(const config::Firms& firms);

}  // namespace haven::assemble
