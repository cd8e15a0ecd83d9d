// What haven frontier and haven invert share: the search of a plan with a frontier, and how its thresholds are told.
#pragma once

#include <string>

#include "tools/cli/sweep_command.h"
#include "tools/sweep/frontier.h"

namespace haven::cli {

/// Searches, keeps the thresholds in `out`, prints them as they are found. Returns the exit code.
int run_frontier(const SweepCommand& options, const assemble::SweepPlan& plan, const std::string& out);

}  // namespace haven::cli
