#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

/// Band, observed value, null and model mean with its 95% interval on one line, drawn to the row's own scale.
std::string drawing(const results::ScorecardRow& row) {
  const double reach = 1.96 * row.model_se.value_or(0);
  double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
  const auto stretch = [&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& known : {row.low, row.high, row.observed, row.null_mean}) {
    if (known) stretch(*known);
  }
  if (row.model_mean) {
    stretch(*row.model_mean - reach);
    stretch(*row.model_mean + reach);
  }
  const double span = high > low ? high - low : 1;
  const auto x = [&](double value) { return 8 + 164 * (value - low) / span; };
  std::string svg;
  if (row.low) svg += fmt::format("<rect class=\"target\" x=\"{:.1f}\" y=\"5\" width=\"{:.1f}\" height=\"12\"/>", x(*row.low), std::max(1.0, x(*row.high) - x(*row.low)));
  if (low < 0 && high > 0)
    svg += fmt::format("<line class=\"zero\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"1\" y2=\"21\"/>", x(0));
  if (row.observed) svg += fmt::format("<path class=\"seen\" d=\"M{0:.1f} 4l5 7-5 7-5-7z\"/>", x(*row.observed));
  if (row.null_mean) svg += fmt::format("<path class=\"null\" d=\"M{0:.1f} 7l8 8m0-8l-8 8\"/>", x(*row.null_mean) - 4);
  if (row.model_mean) {
    svg += fmt::format("<line class=\"model\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"11\" y2=\"11\"/>",
                       x(*row.model_mean - reach), x(*row.model_mean + reach));
    svg += fmt::format("<circle class=\"model\" cx=\"{:.1f}\" cy=\"11\" r=\"4\"/>", x(*row.model_mean));
  }
  return "<svg class=\"score\" viewBox=\"0 0 180 22\" width=\"180\" height=\"22\" aria-hidden=\"true\">" + svg +
         "</svg>";
}

}  // namespace

void add_scorecard(Page& page, const Subject& subject) {
  const auto rows = subject.file.scorecard();
  if (rows.empty()) return;
  page.open_section(
      "scorecard", "Scorecard",
      "Observed moments and their bands against the model's mean over seeds. Only outcomes score; the null "
      "column is the outside path alone, every feedback frozen.");
  page.html(
      "<p class=\"key\"><svg viewBox=\"0 0 22 22\" width=\"18\" height=\"18\"><rect class=\"target\" x=\"1\" y=\"5\" "
      "width=\"20\" height=\"12\"/>"
      "</svg>band <svg viewBox=\"0 0 22 22\" width=\"18\" height=\"18\"><path class=\"seen\" d=\"M11 4l5 7-5 "
      "7-5-7z\"/></svg>observed "
      "<svg viewBox=\"0 0 22 22\" width=\"18\" height=\"18\"><path class=\"null\" d=\"M7 7l8 8m0-8l-8 8\"/></svg>null "
      "<svg viewBox=\"0 0 22 22\" width=\"18\" height=\"18\"><line class=\"model\" x1=\"1\" x2=\"21\" y1=\"11\" "
      "y2=\"11\"/><circle class=\"model\" cx=\"11\" "
      "cy=\"11\" r=\"4\"/></svg>model mean, 95% interval</p>\n");
  page.html(
      "<div class=\"scroll\"><table class=\"folding\"><thead><tr><th>Moment</th><th>Flag</th><th "
      "class=\"n\">Observed</th><th "
      "class=\"n\">Band</th>"
      "<th class=\"n\">Null</th><th "
      "class=\"n\">Model</th><th>Picture</th><th>Inside</th><th>Source</th></tr></thead><tbody>\n");
  for (const results::ScorecardRow& row : rows) {
    const Label label = label_of(row.metric);
    const char* inside = !row.low ? "<td class=\"mute\">no band</td>" : !row.model_mean ? "<td class=\"mute\">no value</td>"
                         : row.inside    ? "<td class=\"in\">&#9679; inside</td>"
                                         : "<td class=\"out\">&#9675; outside</td>";
    page.html(
        fmt::format("<tr{}><td title=\"{}\">{} <span class=\"unit\">{}</span></td><td data-is=\"Flag\">{}</td>"
                    "<td class=\"n\" data-is=\"Observed\">{}</td><td class=\"n\" data-is=\"Band\">{}</td>"
                    "<td class=\"n\" data-is=\"Null\">{}</td><td class=\"n\" data-is=\"Model\">{}</td><td>{}</td>{}"
                    "<td class=\"source\">{}{}</td></tr>\n",
                    row.scores() ? "" : " class=\"unscored\"", escape_html(row.metric),
                    escape_html(label.text), escape_html(label.unit), escape_html(row.flag), row.observed ? number(*row.observed) : "",
                    row.low ? number(*row.low) + " to " + number(*row.high) : "", row.null_mean ? number(*row.null_mean) : "",
                    row.model_mean ? with_error(*row.model_mean, row.model_se) : "", drawing(row), inside,
                    escape_html(row.source), row.tag.empty() ? "" : fmt::format(" <i>{}</i>", escape_html(row.tag))));
  }
  page.html("</tbody></table></div>\n");
  page.close_section();
}

void add_metrics(Page& page, const Subject& subject) {
  if (subject.metrics.empty()) return;
  page.open_section("metrics", "All metrics");
  page.html(fmt::format(
      "<details><summary>{} metrics: mean, standard error and quantiles over seeds</summary>"
      "<div class=\"scroll\"><table><thead><tr><th>Metric</th><th class=\"n\">Seeds</th><th class=\"n\">Mean</th>"
      "<th class=\"n\">s.e.</th><th class=\"n\">5%</th><th class=\"n\">Median</th><th class=\"n\">95%</th>"
      "<th class=\"n\">Null mean</th></tr></thead><tbody>\n",
      subject.metrics.size()));
  for (const auto& [name, s] : subject.metrics) {
    const auto null = subject.null_metrics.find(name);
    page.html(fmt::format(
        "<tr><td><code>{}</code></td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        escape_html(name), s.n, number(s.mean), s.se ? number(*s.se) : "", number(s.p05), number(s.p50), number(s.p95),
        null != subject.null_metrics.end() ? number(null->second.mean) : ""));
  }
  page.html("</tbody></table></div></details>\n");
  page.close_section();
}

void add_failed_runs(Page& page, const Subject& subject) {
  std::string rows;
  std::size_t failed = 0;
  for (const results::RunRow& run : subject.file.runs()) {
    if (run.status != results::RunStatus::failed) continue;
    if (++failed > 100) continue;
    rows +=
        fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"trace\">{}</td></tr>\n",
                    escape_html(run.key.variant), run.key.point, run.key.seed, escape_html(run.error));
  }
  if (failed == 0) return;
  page.open_section("failed_runs", "Failed runs",
                    fmt::format("{} run{} ended in an error; no statistic on this page counts {}.", failed,
                                failed == 1 ? "" : "s", failed == 1 ? "it" : "them"));
  page.html(
      "<div class=\"scroll\"><table><thead><tr><th>Variant</th><th class=\"n\">Point</th><th "
      "class=\"n\">Seed</th><th>Error</th></tr></thead><tbody>\n");
  page.html(rows + "</tbody></table></div>\n");
  page.close_section();
}

}  // namespace haven::report
