#include "tools/cli/scorecard.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/results/summary.h"

namespace haven::cli {
namespace {

const char* name_of(assemble::Flag flag) { return flag == assemble::Flag::input ? "input" : flag == assemble::Flag::implied ? "implied" : "outcome"; }

std::string number(const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "-"; }

}  // namespace

std::string band(const results::ScorecardRow& row) { return row.low ? fmt::format("[{:g}, {:g}]", *row.low, *row.high) : "-"; }

std::string verdict(const results::ScorecardRow& row) { return !row.low ? "-" : !row.inside ? "no" : row.null_inside() ? "yes (null too)" : "yes"; }

std::vector<results::ScorecardRow> score(const std::vector<assemble::Moment>& moments, const Values& model, const Values& null_runs) {
  std::vector<results::ScorecardRow> rows;
  for (const auto& moment : moments) {
    results::ScorecardRow row;
    row.metric = moment.metric.name;
    row.observed = moment.observed;
    row.low = moment.low;
    row.high = moment.high;
    row.flag = name_of(moment.flag);
    row.source = moment.source;
    row.tag = moment.tag;
    if (const auto found = model.find(row.metric); found != model.end()) {
      const auto s = results::summarize(found->second);
      row.model_mean = s.mean;
      row.model_se = s.se;
      row.inside = moment.low && s.mean >= *moment.low && s.mean <= *moment.high;
    }
    if (const auto found = null_runs.find(row.metric); found != null_runs.end()) row.null_mean = results::summarize(found->second).mean;
    rows.push_back(row);
  }
  return rows;
}

void print_scorecard(const std::vector<results::ScorecardRow>& rows, std::size_t seeds) {
  if (rows.empty()) return;
  fmt::print("{:<40} {:>9} {:>17} {:>8} {:>9} {:>9} {:>7}  {}\n", "metric", "observed", "band", "flag", "null", "model", "s.e.", "inside");
  int outcomes = 0, inside = 0, null_too = 0;
  for (const auto& row : rows) {
    fmt::print("{:<40} {:>9} {:>17} {:>8} {:>9} {:>9} {:>7}  {}\n", row.metric, number(row.observed), band(row), row.flag, number(row.null_mean), number(row.model_mean),
               number(row.model_se), verdict(row));
    if (!row.scores()) continue;
    ++outcomes;
    inside += row.inside;
    null_too += row.inside && row.null_inside();
  }
  fmt::print("{} of {} outcome rows inside their band over {} seeds; of these {} are inside in the null as well and are no evidence\n", inside, outcomes, seeds, null_too);
}

nlohmann::ordered_json scorecard_json(const std::vector<results::ScorecardRow>& rows) {
  using Json = nlohmann::ordered_json;
  const auto known = [](const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); };
  Json list = Json::array();
  for (const auto& row : rows) {
    list.push_back({{"metric", row.metric}, {"observed", known(row.observed)}, {"low", known(row.low)}, {"high", known(row.high)}, {"flag", row.flag},
                    {"null_mean", known(row.null_mean)}, {"model_mean", known(row.model_mean)}, {"model_se", known(row.model_se)},
                    {"inside", row.inside}, {"source", row.source}, {"tag", row.tag}});
  }
  return list;
}

bool every_outcome_inside(const std::vector<results::ScorecardRow>& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const auto& row) { return !row.scores() || row.inside; });
}

}  // namespace haven::cli
