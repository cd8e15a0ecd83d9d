#include <fmt/format.h>

#include <algorithm>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {
namespace {

/// A page with more would be hundreds of megabytes, and so would the memory that makes it.
constexpr std::int64_t kMostCells = 500'000, kMostValues = 10'000'000;

std::int64_t counted(const Subject& subject, const char* sql) {
  results::Statement row(subject.file.database(), sql);
  row.step();
  return row.integer(0);
}

}  // namespace

void add_sweep(Page& page, const Subject& subject) {
  const std::int64_t number_of_points = counted(subject, "SELECT count(*) FROM (SELECT DISTINCT point FROM points)");
  if (number_of_points == 0) return;
  const std::int64_t metrics_of_run = counted(subject, "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM raw_metrics WHERE run IN (SELECT run FROM runs LIMIT 16) GROUP BY run)");
  if (number_of_points * metrics_of_run > kMostCells || counted(subject, "SELECT count(*) FROM runs") * metrics_of_run > kMostValues) {
    page.open_section("sweep", "Sweep", fmt::format("{} points of {} metrics: more than a page can draw. haven export writes them as tables; keep_metric in the plan keeps fewer.", number_of_points, metrics_of_run));
    page.close_section();
    return;
  }
  const std::vector<results::PointRow> points = subject.file.points();
  // metric -> point -> (seed, value)
  std::map<std::string, std::map<std::int64_t, std::vector<std::pair<std::int64_t, double>>>> values;
  {
    results::Statement row(
        subject.file.database(),
        "SELECT metric, point, seed, value FROM metrics WHERE variant=? ORDER BY metric, point, seed");
    row.bind(subject.model.variant);
    while (row.step()) values[row.text(0)][row.integer(1)].emplace_back(row.integer(2), row.real(3));
  }
  if (values.empty()) return;
  nlohmann::json axes = nlohmann::json::array();
  std::vector<std::vector<std::pair<double, std::string>>> ticks;
  for (const results::PointRow& point : points) {
    for (std::size_t i = 0; i < point.axes.size(); ++i) {
      const results::AxisValue& axis = point.axes[i];
      if (ticks.size() <= i) {
        ticks.emplace_back();
        axes.push_back({{"name", axis.axis}});
      }
      const std::pair<double, std::string> tick{axis.value, axis.label.empty() ? number(axis.value) : axis.label};
      if (std::find(ticks[i].begin(), ticks[i].end(), tick) == ticks[i].end()) ticks[i].push_back(tick);
    }
  }
  double cells_of_grid = 1;
  for (const auto& axis : ticks) cells_of_grid *= static_cast<double>(axis.size());
  if (cells_of_grid > 2 * static_cast<double>(points.size())) return;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    std::sort(ticks[i].begin(), ticks[i].end());
    axes[i]["ticks"] = nlohmann::json::array();
    for (const auto& tick : ticks[i]) axes[i]["ticks"].push_back(tick.second);
  }
  nlohmann::json places = nlohmann::json::array();
  for (const results::PointRow& point : points) {
    nlohmann::json place = nlohmann::json::array();
    for (std::size_t i = 0; i < point.axes.size(); ++i) {
      const auto& axis = point.axes[i];
      const std::pair<double, std::string> tick{axis.value, axis.label.empty() ? number(axis.value) : axis.label};
      place.push_back(std::find(ticks[i].begin(), ticks[i].end(), tick) - ticks[i].begin());
    }
    places.push_back(place);
  }
  std::size_t cells = 0;
  for (const auto& [metric, by_point] : values) {
    for (const auto& [point, seeds] : by_point) cells += seeds.size();
  }
  const bool with_seeds = cells <= 50'000;
  const auto searched = subject.file.frontier();
  nlohmann::json chart = {{"type", "sweep"}};
  nlohmann::json metrics = nlohmann::json::array();
  for (const auto& [metric, by_point] : values) {
    nlohmann::json list = nlohmann::json::array();
    for (const results::PointRow& point : points) {
      const auto found = by_point.find(point.point);
      if (found == by_point.end()) {
        list.push_back(nullptr);
        continue;
      }
      std::vector<double> numbers;
      nlohmann::json seeds = nlohmann::json::array();
      for (const auto& [seed, value] : found->second) {
        numbers.push_back(value);
        if (with_seeds) seeds.push_back({seed, rounded(value)});
      }
      const results::Summary s = results::summarize(numbers);
      nlohmann::json cell = {{"mean", rounded(s.mean)}, {"n", s.n}, {"seeds", seeds}};
      if (s.se) cell["se"] = rounded(*s.se);
      list.push_back(cell);
    }
    if (!searched.empty() && metric == searched.front().metric) chart["start"] = metrics.size();
    const Label label = label_of(metric);
    metrics.push_back({{"label", label.unit.empty() ? label.text : label.text + ", " + label.unit}, {"cells", list}});
  }
  page.open_section(
      "sweep", "Sweep",
      fmt::format("{} points; each cell is the mean over its seeds. Choose a cell to see the seeds behind it. A third axis makes small maps side by side, all on one scale. A thick line, where there is one, parts points that collapse in half of their seeds or more from those that do not, or, with a value under \"line at\", those where the metric is at that value or above.",
                  points.size()));
  if (chart.contains("start")) chart["line"] = searched.front().level;
  chart["axes"] = axes;
  chart["points"] = places;
  chart["metrics"] = metrics;
  page.chart(chart, "Mean over seeds", "", ChartSize::large);
  page.html("<div id=\"cell\" class=\"scroll\" aria-live=\"polite\"></div>\n");
  page.close_section();
}

}  // namespace haven::report
