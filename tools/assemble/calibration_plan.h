// From a calibration's config to what is searched, and to the sweep whose points the search picks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "configs/schema/calibration.pb.h"
#include "tools/assemble/sweep_plan.h"
#include "tools/plan/calibration.h"

namespace haven::assemble {

/// Invariants: the run assembles with every parameter at either end and has every target among its metrics.
class CalibrationPlan {
 public:
  /// Loads the plan `name` with `settings` of its own; options.sets are the run's, after the plan's own. Throws ConfigError.
  CalibrationPlan(const std::string& name, const LoadOptions& options, const std::vector<std::string>& settings = {});

  const std::string& name() const { return config_->name(); }
  std::string title() const;
  const std::string& run() const { return config_->run(); }
  const plan::Calibration& calibration() const { return calibration_; }
  /// One axis a parameter, in their order.
  const SweepPlan& sweep() const { return *sweep_; }
  std::string effective_text() const { return assemble::effective_text(config_); }
  /// Of everything that can change a row, or how many there are.
  base::Digest digest() const;
  /// The same without the number of evaluations: a larger budget goes on in the same file.
  base::Digest resumable_digest() const;

 private:
  base::Digest digest_of(const config::Calibration& config) const;

  Located<config::Calibration> config_;
  plan::Calibration calibration_;
  std::unique_ptr<const SweepPlan> sweep_;
};

/// A value that was found.
struct FittedValue {
  std::string path;  ///< of a field, through named elements
  double value = 0;
  std::string comment;
};

/// A run config, to be laid over the plan's run, with `values`; `source` becomes their provenance (tag COMPUTED). `about`: comment lines at the top.
std::string overlay_text(const std::string& name, const std::vector<std::string>& about, const std::vector<FittedValue>& values, const std::string& source);

}  // namespace haven::assemble
