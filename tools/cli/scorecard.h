// A reference's moments beside what the ensemble made of them.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/assemble/assemble.h"
#include "tools/results/rows.h"

namespace haven::cli {

/// Values over seeds, by metric.
using Values = std::map<std::string, std::vector<double>>;

std::vector<results::ScorecardRow> score(const std::vector<assemble::Moment>& moments, const Values& model, const Values& null_runs);
/// "[low, high]" or "-"; "yes", "yes (null too)", "no", or "-" without a band.
std::string band(const results::ScorecardRow& row);
std::string verdict(const results::ScorecardRow& row);
/// A table on standard output and, under it, how many outcome rows are inside.
void print_scorecard(const std::vector<results::ScorecardRow>& rows, std::size_t seeds);
nlohmann::ordered_json scorecard_json(const std::vector<results::ScorecardRow>& rows);
bool every_outcome_inside(const std::vector<results::ScorecardRow>& rows);

}  // namespace haven::cli
