// From a sweep's config to its plan, and from a point of it to the run's config.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "configs/schema/sweep.pb.h"
#include "engine/metrics/collapse.h"
#include "tools/assemble/assemble.h"
#include "tools/plan/plan.h"

namespace haven::assemble {

/// The metric that a plan's definition of a collapse adds to every run: 1 or 0.
inline constexpr const char* kCollapseShare = "collapse_share";

/// A plan with the run that it varies.
/// Invariants: every value of every axis was tried by itself against the run's schema; the metrics that the plan names are the runs'.
class SweepPlan {
 public:
  /// Loads the plan `name` with `settings` of its own ("seeds=4"); options.sets are the run's. Throws ConfigError: an axis without
  /// values, a path or a metric that names nothing, more points than any machine would finish.
  SweepPlan(const std::string& name, const LoadOptions& options, const std::vector<std::string>& settings = {});
  /// The same for a plan that is no file; `shown` names it in faults.
  static SweepPlan of_text(const std::string& shown, const std::string& text, const LoadOptions& options);

  const plan::Plan& plan() const { return plan_; }
  const Located<config::Sweep>& config() const { return sweep_; }
  std::string effective_text() const { return assemble::effective_text(sweep_); }
  /// Of everything that can change a row or the number of rows.
  base::Digest digest() const;
  /// The same without what only decides how many seeds a point gets: asking for more goes on in the same file.
  base::Digest resumable_digest() const;

  /// Names of the metrics that runs of the plan have.
  const std::set<std::string>& metrics() const { return metrics_; }
  /// Nothing when the plan names none.
  const std::optional<metrics::Collapse>& collapse() const { return collapse_; }

  /// The run at a point. Throws ConfigError when this combination of values makes no run. Not safe on two threads at once.
  Experiment experiment(const results::PointRow& point) const;

 private:
  SweepPlan(Located<config::Sweep> sweep, const LoadOptions& options);
  Located<config::Run> run_at(const std::vector<results::AxisValue>& values) const;
  base::Digest digest_of(const config::Sweep& sweep) const;
  void try_value(const config::Axis& axis, const results::AxisValue& value);
  void learn_metrics(const Experiment& experiment);
  void check_metrics() const;

  Located<config::Sweep> sweep_;
  LoadOptions options_;
  std::vector<std::string> with_;
  Located<config::Run> base_;
  plan::Plan plan_;
  base::Digest base_digest_;
  std::set<std::string> metrics_;  ///< of any run of the plan
  std::optional<metrics::Collapse> collapse_;
};

/// The plan alone, from the config text that a result file keeps: whether fields are whole numbers is not known to it.
plan::Plan plan_of_text(const std::string& shown, const std::string& text);

/// What counts as a collapse, from a config of its own ("reference/collapse"). Throws ConfigError.
metrics::Collapse collapse_of(const std::string& name, const LoadOptions& options);

}  // namespace haven::assemble
