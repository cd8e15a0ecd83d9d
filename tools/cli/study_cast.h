// The runs that a study needs.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "tools/assemble/study_plan.h"
#include "tools/cli/paired_runs.h"

namespace haven::cli {

/// A metric that a study adds to every run: how many outcome rows of the scorecard are inside their band.
inline constexpr const char* kRowsInside = "outcome_rows_inside";

/// The plan's own run, its null twin, and one for every combination that a proof names.
struct StudyCast {
  std::vector<Variant> variants;
  std::deque<assemble::Experiment> experiments;
};

/// Assembles them. Throws ConfigError: a config that cannot be laid over the run, a proof of a metric that the run does not have.
StudyCast study_cast(const assemble::StudyPlan& plan, const ConfigOptions& configs);

/// "base", or the overlays' names without folders: "scarce_cash + without_banks".
std::string variant_name(const std::vector<std::string>& overlays);
/// The overlays of a proof's changed side.
std::vector<std::string> changed(const assemble::Proof& proof);

}  // namespace haven::cli
