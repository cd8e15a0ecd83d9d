#include "tools/report/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tools/report/page.h"
#include "tools/report/sections.h"
#include "tools/report/subject.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

std::string header(const Subject& subject) {
  const results::Manifest& manifest = subject.file.manifest();
  const std::string name = manifest.event.empty() ? manifest.plan : manifest.event;
  std::string about =
      fmt::format("{} seed{} of <b>{}</b>", subject.runs, subject.runs == 1 ? "" : "s", escape_html(manifest.plan));
  if (subject.model.variant != "model") about += fmt::format(", variant {}", escape_html(subject.model.variant));
  for (const results::PointRow& point : subject.file.points()) {
    if (point.point != subject.model.point) continue;
    const char* before = ", shown at ";
    for (const results::AxisValue& axis : point.axes) {
      about += fmt::format("{}{} = {}", std::exchange(before, ", "), escape_html(axis.axis),
                           axis.label.empty() ? number(axis.value) : escape_html(axis.label));
    }
  }
  about += fmt::format(" &middot; haven {}", escape_html(manifest.version));
  return fmt::format("<header><h1>{}</h1><p class=\"about\">{}</p><p class=\"verdict\">{}</p></header>\n",
                     escape_html(name), about, escape_html(verdict(subject)));
}

std::string footer(const Subject& subject) {
  const results::Manifest& manifest = subject.file.manifest();
  std::string rows;
  const auto row = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) rows += fmt::format("<dt>{}</dt><dd>{}</dd>", name, escape_html(value));
  };
  row("Plan", manifest.plan);
  row("Created by", manifest.command);
  row("Version", manifest.version);
  row("Config digest", manifest.config_digest);
  if (manifest.plan_digest != manifest.config_digest) row("Plan digest", manifest.plan_digest);
  row("Ensemble digest", subject.file.ensemble_digest(subject.model));
  if (subject.null) row("Null ensemble digest", subject.file.ensemble_digest(*subject.null));
  std::uint64_t events = 0, orders = 0, trades = 0;
  for (const results::RunRow& run : subject.file.runs()) {
    events += run.events;
    orders += run.orders;
    trades += run.trades;
  }
  row("Events, orders, trades", fmt::format("{}, {}, {}", number(static_cast<double>(events)),
                                            number(static_cast<double>(orders)), number(static_cast<double>(trades))));
  std::string population;
  for (const auto& [kind, count] : manifest.population) {
    population += fmt::format("{}{} {}", population.empty() ? "" : ", ", count, words_of(kind));
  }
  row("Institutions", population);
  std::string config;
  if (!manifest.config.empty()) {
    config = fmt::format("<details><summary>Effective config</summary><pre>{}</pre></details>",
                         escape_html(manifest.config));
  }
  return fmt::format("<footer id=\"manifest\"><h2>Manifest</h2><dl>{}</dl>{}</footer>\n", rows, config);
}

}  // namespace

std::string render_report(const results::ResultFile& file) {
  const Subject subject = subject_of(file);
  Page page;
  page.set_kinds(subject.kinds);
  add_overview(page, subject);
  add_scorecard(page, subject);
  add_yields(page, subject);
  add_swap_spreads(page, subject);
  add_liquidity(page, subject);
  add_flows(page, subject);
  add_positions(page, subject);
  add_headroom(page, subject);
  add_constraints(page, subject);
  add_shadow_rules(page, subject);
  add_repo(page, subject);
  add_liquidity_needs(page, subject);
  add_collateral(page, subject);
  add_defaults(page, subject);
  add_frontier(page, subject);
  add_sensitivity(page, subject);
  add_calibration(page, subject);
  add_sweep(page, subject);
  add_other_series(page, subject);
  add_metrics(page, subject);
  add_failed_runs(page, subject);
  const results::Manifest& manifest = file.manifest();
  return page.finish((manifest.event.empty() ? manifest.plan : manifest.event) + " - haven", header(subject),
                     footer(subject));
}

void write_report(const std::string& result_path, const std::string& html_path) {
  const std::string html = render_report(results::ResultFile(result_path));
  const std::string unfinished = html_path + ".unfinished";
  const auto fail = [&] {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw results::StoreError(results::Fault::cannot_write, fmt::format("{}: cannot be written", html_path));
  };
  {
    std::ofstream out(unfinished, std::ios::binary);
    out << html;
    out.close();
    if (!out) fail();
  }
  std::error_code error;
  std::filesystem::rename(unfinished, html_path, error);
  if (error) fail();
}

}  // namespace haven::report
