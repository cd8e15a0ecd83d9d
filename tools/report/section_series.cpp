#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tools/report/sections.h"
#include "tools/report/series_chart.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

constexpr int kTenors[] = {2, 3, 5, 7, 10, 20, 30};

std::vector<std::string> by_tenor(const char* pattern) {
  std::vector<std::string> names;
  for (const int tenor : kTenors) names.push_back(fmt::format(fmt::runtime(pattern), tenor));
  return names;
}

const std::vector<std::string>& liquidity_series() {
  static const std::vector<std::string> names = {"bid_ask_10y_ticks",    "bid_ask_30y_ticks",     "depth_10y_bn",
                                                 "impact_10y_bp_per_bn", "volume_10y_futures_bn", "volume_10y_cash_bn"};
  return names;
}

bool has_any(const Subject& subject, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return subject.bands.contains(name); });
}

void add_grid(Page& page, const Subject& subject, const std::vector<std::string>& names) {
  page.html("<div class=\"grid\">\n");
  for (const std::string& name : names) add_series_chart(page, subject, name, ChartSize::small);
  page.html("</div>\n");
}

void add_series_section(Page& page, const Subject& subject, const char* id, const char* title, const char* lede,
                        const std::vector<std::string>& names) {
  if (!has_any(subject, names)) return;
  page.open_section(id, title, lede);
  add_grid(page, subject, names);
  page.close_section();
}

}  // namespace

void add_series_chart(Page& page, const Subject& subject, const std::string& name, ChartSize size,
                      const std::vector<std::string>& references) {
  const auto found = subject.bands.find(name);
  if (found == subject.bands.end()) return;
  const results::Band& band = found->second;
  // A page shows at most this many moments a chart; more would only make it heavy.
  const std::size_t stride = band.times.size() / 800 + 1;
  nlohmann::json data = {{"type", "band"}, {"runs", band.runs}};
  nlohmann::json times = nlohmann::json::array(), seeds = nlohmann::json::array();
  nlohmann::json quantiles(5, nlohmann::json::array());
  const std::vector<double>* sources[] = {&band.p05, &band.p25, &band.p50, &band.p75, &band.p95};
  for (std::size_t i = 0; i < band.times.size(); i += stride) {
    times.push_back(page_time(band.times[i]));
    seeds.push_back(band.seeds[i]);
    for (std::size_t q = 0; q < 5; ++q) quantiles[q].push_back(rounded((*sources[q])[i]));
  }
  data["t"] = times;
  data["n"] = seeds;
  data["q"] = quantiles;
  const auto line = [&](const results::Band& other) {
    nlohmann::json points = nlohmann::json::array();
    const std::size_t step = other.times.size() / 800 + 1;
    for (std::size_t i = 0; i < other.times.size(); i += step) {
      points.push_back({page_time(other.times[i]), rounded(other.p50[i])});
    }
    return points;
  };
  if (subject.null) {
    const results::Band null = subject.file.band(name, *subject.null);
    if (!null.times.empty()) data["null"] = line(null);
  }
  data["refs"] = nlohmann::json::array();
  for (const std::string& reference : references) {
    const auto other = subject.bands.find(reference);
    if (other != subject.bands.end()) {
      data["refs"].push_back({{"name", label_of(reference).text}, {"points", line(other->second)}});
    }
  }
  data["observed"] = nlohmann::json::array();
  if (const auto rows = subject.observed.find(name); rows != subject.observed.end()) {
    for (const results::ObservedRow& row : rows->second) {
      // Drawn at 15:30, when the day's closing prices are taken.
      data["observed"].push_back({page_time(base::midnight(row.day) + base::minutes(930)), rounded(row.value),
                                  row.tag.empty() ? row.source : row.source + " (" + row.tag + ")"});
    }
  }
  const Label label = label_of(name);
  page.chart(std::move(data), label.text, label.unit, size);
}

void add_yields(Page& page, const Subject& subject) {
  add_series_section(
      page, subject, "yields", "Yields",
      "Median over seeds with the middle 50% and 90%; diamonds are observed closes, the dashed line is the "
      "null's median.",
      by_tenor("yield_{}y_pct"));
}

void add_swap_spreads(Page& page, const Subject& subject) {
  add_series_section(page, subject, "swap_spreads", "Swap spreads",
                     "Par SOFR swap rate minus Treasury yield: an outcome of orders in both.",
                     by_tenor("swap_spread_{}y_bp"));
}

void add_liquidity(Page& page, const Subject& subject) {
  static constexpr std::string_view words[] = {"bid_ask_", "depth_", "impact_", "volume_"};
  std::string rows;
  for (const auto& [name, s] : subject.metrics) {
    const bool about =
        std::any_of(std::begin(words), std::end(words), [&](auto word) { return name.starts_with(word); });
    if (!about || !(name.ends_with("_multiple") || name.ends_with("_change_pct"))) continue;
    const auto null = subject.null_metrics.find(name);
    const Label label = label_of(name);
    rows += fmt::format(
        "<tr><td title=\"{}\">{}</td><td class=\"n\">{} {}</td><td class=\"n\">{} to {}</td><td "
        "class=\"n\">{}</td></tr>\n",
        escape_html(name), escape_html(label.text), with_error(s.mean, s.se), escape_html(label.unit), number(s.p05),
        number(s.p95), null != subject.null_metrics.end() ? number(null->second.mean) : "");
  }
  if (rows.empty() && !has_any(subject, liquidity_series())) return;
  page.open_section("liquidity", "Liquidity",
                    "Spread, depth, impact and volume; multiples are against the run's own calm.");
  add_grid(page, subject, liquidity_series());
  if (!rows.empty()) {
    page.html(
        "<div class=\"scroll\"><table class=\"narrow\"><thead><tr><th>Against calm</th><th class=\"n\">Mean</th>"
        "<th class=\"n\">5% to 95% of seeds</th><th class=\"n\">Null mean</th></tr></thead><tbody>\n" +
        rows + "</tbody></table></div>\n");
  }
  page.close_section();
}

void add_other_series(Page& page, const Subject& subject) {
  std::set<std::string> drawn = {"sofr_pct", "iorb_pct", "basis_position_bn", "swap_spread_position_bn",
                                 "net_basis_10y_bp"};
  for (const auto& list : {by_tenor("yield_{}y_pct"), by_tenor("swap_spread_{}y_bp"), liquidity_series()}) {
    drawn.insert(list.begin(), list.end());
  }
  std::vector<std::string> rest;
  for (const auto& [name, band] : subject.bands) {
    if (!drawn.contains(name)) rest.push_back(name);
  }
  add_series_section(page, subject, "other_series", "Other series", "", rest);
}

}  // namespace haven::report
