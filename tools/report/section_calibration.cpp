#include <fmt/format.h>

#include <cmath>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {
namespace {

std::string interval(const results::CalibrationRows::Parameter& p) {
  if (!p.minus_se || !p.plus_se) return "the targets say nothing";
  return fmt::format("{} to {}", number(*p.minus_se), number(*p.plus_se));
}

// "+0.71 a - 0.70 b", one line a direction.
std::string weak_combinations(const std::vector<results::CalibrationRows::Direction>& directions) {
  std::string lines;
  std::int64_t open = -1;
  for (const auto& d : directions) {
    // Along a direction of information below 9 the targets leave more than a third of a range open (docs/calibration.md).
    if (d.information >= 9.0 || std::abs(d.weight) < 0.25) continue;
    if (d.direction != open) lines += open < 0 ? "<li>" : "</li><li>";
    open = d.direction;
    lines += fmt::format("{:+.2f} {} ", d.weight, escape_html(d.parameter));
  }
  return lines.empty() ? lines : lines + "</li>";
}

}  // namespace

void add_calibration(Page& page, const Subject& subject) {
  const auto rows = subject.file.calibration();
  if (rows.steps.empty()) return;
  nlohmann::json points = nlohmann::json::array(), best = nlohmann::json::array();
  for (const auto& step : rows.steps) {
    points.push_back({step.point, rounded(step.loss)});
    best.push_back({step.point, rounded(step.best)});
  }
  const auto& last = rows.steps.back();
  page.open_section("calibration", "Calibration",
                    fmt::format("{} points looked at in {} generations; loss {} at the start, {} at the best.", rows.steps.size(), last.generation + 1, number(rows.steps.front().loss), number(last.best)));
  page.chart({{"type", "convergence"}, {"points", points}, {"best", best}}, "Convergence", "loss", ChartSize::large, "A search that still improves near its end wants a larger budget.");
  nlohmann::json items = nlohmann::json::array();
  for (const auto& target : rows.targets) {
    if (!target.deviation || !target.model_mean) continue;
    const double se = target.model_se ? *target.model_se / target.scale : 0.0;
    items.push_back({{"name", target.metric}, {"value", rounded(*target.deviation)}, {"low", rounded(*target.deviation - se)}, {"high", rounded(*target.deviation + se)},
                     {"detail", fmt::format("model {}, wanted {}, scale {}", number(*target.model_mean), number(target.value), number(target.scale))}});
  }
  if (!items.empty()) {
    page.chart({{"type", "bars"}, {"items", items}, {"value_word", "off by"}, {"bounds_word", "one standard error"}}, "Targets at the best point", "scales", ChartSize::large,
               "Model less target, over the target's scale: a good fit has every bar within one.");
  }
  std::string table = "<div class=\"scroll\"><table><thead><tr><th>Parameter</th><th class=\"n\">Start</th><th class=\"n\">Value</th><th>Unit</th><th>One standard error</th><th>Range</th><th></th></tr></thead><tbody>";
  for (const auto& p : rows.parameters) {
    table += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{} to {}</td><td>{}</td></tr>", escape_html(p.parameter), number(p.start), number(p.value), escape_html(p.unit), interval(p), number(p.low),
                         number(p.high), p.pinned_down ? "" : "not pinned down");
  }
  page.html(table + "</tbody></table></div>\n");
  if (const std::string weak = weak_combinations(rows.directions); !weak.empty()) page.html("<p>Combinations that the targets hardly tell apart:</p><ul>" + weak + "</ul>\n");
  page.close_section();
}

}  // namespace haven::report
