#include <fmt/format.h>

#include <map>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {
namespace {

/// The point's coordinates but for one axis: "rule = eslr_2014, haircut = 2".
std::string place_without(const results::PointRow& point, const std::string& axis) {
  std::vector<std::string> parts;
  for (const auto& a : point.axes) {
    if (a.axis != axis) parts.push_back(fmt::format("{} = {}", a.axis, a.label.empty() ? number(a.value) : a.label));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string outcome_words(const results::FrontierRow& row) {
  const std::string range = fmt::format("{} to {}", number(row.low), number(row.high));
  if (row.outcome == "always_below") return fmt::format("stays below {} from {}", number(row.level), range);
  if (row.outcome == "always_above") return fmt::format("stays above {} from {}", number(row.level), range);
  return fmt::format("the seeds allowed do not tell an end of {} from {}", range, number(row.level));
}

}  // namespace

void add_frontier(Page& page, const Subject& subject) {
  const auto rows = subject.file.frontier();
  if (rows.empty()) return;
  std::map<std::int64_t, results::PointRow> points;
  for (const auto& point : subject.file.points()) points[point.point] = point;
  nlohmann::json items = nlohmann::json::array();
  std::string others;
  for (const auto& row : rows) {
    const std::string place = place_without(points[row.point], row.axis), name = place.empty() ? row.axis : place;
    if (row.threshold) {
      items.push_back({{"name", name}, {"value", rounded(*row.threshold)}, {"low", rounded(row.low)}, {"high", rounded(row.high)}, {"detail", ""}});
    } else {
      others += fmt::format("<li>{}: {}</li>", escape_html(name), escape_html(outcome_words(row)));
    }
  }
  const auto& first = rows.front();
  const char* caveat = first.metric == "collapse_share" ? "Not validated: no replay of March 2020 has shown yet that what counts as a collapse here is one, nor April 2025 that it is not. " : "";
  page.open_section("frontier", "Threshold", fmt::format("{}Value of {} at which {} reaches {}.", caveat, first.axis, first.metric, number(first.level)));
  if (!items.empty()) {
    page.chart({{"type", "bars"}, {"items", items}, {"value_word", "threshold"}, {"bounds_word", fmt::format("{:g}% interval", 100 * first.confidence)}}, "Threshold", first.axis, ChartSize::large,
               fmt::format("Whiskers hold the threshold with {:g}% confidence, all steps of the search together.", 100 * first.confidence));
  }
  if (!others.empty()) page.html("<p>Not crossed between the ends:</p><ul>" + others + "</ul>\n");
  page.close_section();
}

void add_sensitivity(Page& page, const Subject& subject) {
  const auto rows = subject.file.sensitivity();
  if (rows.empty()) return;
  // metric -> axis -> index
  std::map<std::string, std::map<std::string, std::map<std::string, results::SensitivityRow>>> by_metric;
  for (const auto& row : rows) by_metric[row.metric][row.axis][row.index] = row;
  const bool morris = rows.front().index.starts_with("mu") || rows.front().index == "sigma";
  const std::string shown = morris ? "mu_star" : "total";
  nlohmann::json sets = nlohmann::json::array();
  std::size_t start = 0;
  for (const auto& [metric, axes] : by_metric) {
    if (metric.find("yield_10y_change") != std::string::npos) start = sets.size();
    nlohmann::json items = nlohmann::json::array();
    for (const auto& [axis, indices] : axes) {
      const auto main = indices.find(shown);
      if (main == indices.end()) continue;
      std::vector<std::string> details;
      for (const auto& [index, row] : indices) {
        if (index != shown) details.push_back(fmt::format("{} {} [{}, {}]", index, number(row.value), number(row.low), number(row.high)));
      }
      items.push_back({{"name", axis}, {"value", rounded(main->second.value)}, {"low", rounded(main->second.low)}, {"high", rounded(main->second.high)}, {"detail", fmt::format("{}", fmt::join(details, "; "))}});
    }
    const Label label = label_of(metric);
    sets.push_back({{"label", label.unit.empty() ? label.text : label.text + ", " + label.unit}, {"items", items}});
  }
  page.open_section("sensitivity", "Sensitivity",
                    morris ? "Mean absolute effect of moving one axis over its whole range, in the metric's unit (Morris)."
                           : "Share of the metric's variance that would remain if all axes but this one were fixed (total Sobol index).");
  page.chart({{"type", "bars"}, {"largest_first", true}, {"start", start}, {"sets", sets}, {"value_word", shown}, {"bounds_word", "95% interval"}}, "Sensitivity", morris ? "metric's unit" : "share of variance", ChartSize::large, "Whiskers are a 95% bootstrap interval.");
  page.close_section();
}

}  // namespace haven::report
