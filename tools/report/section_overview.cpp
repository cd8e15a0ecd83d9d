#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

using results::Statement;
using results::Summary;

/// Last minus first sample of a series, over seeds, times `scale`.
std::optional<Summary> change_of(const Subject& subject, const std::string& series, double scale) {
  std::vector<double> changes;
  for (const auto& [seed, one] : subject.file.series(series, subject.model)) {
    if (!one.values.empty()) changes.push_back(scale * (one.values.back() - one.values.front()));
  }
  if (changes.empty()) return std::nullopt;
  return results::summarize(std::move(changes));
}

struct Share {
  std::string name;
  double value = 0;
  std::optional<double> se;
};

std::string bars(const std::vector<Share>& shares, const std::string& unit) {
  double low = 0, high = 0;
  for (const Share& share : shares) {
    const double reach = 1.96 * share.se.value_or(0);
    low = std::min(low, share.value - reach);
    high = std::max(high, share.value + reach);
  }
  const double span = high > low ? high - low : 1;
  const auto percent = [&](double value) { return 100 * (value - low) / span; };
  std::string out = "<div class=\"shares\">";
  for (const Share& share : shares) {
    const double left = percent(std::min(0.0, share.value)), right = percent(std::max(0.0, share.value));
    std::string whisker;
    if (share.se) {
      whisker = fmt::format("<i style=\"left:{:.2f}%;width:{:.2f}%\"></i>", percent(share.value - 1.96 * *share.se),
                            100 * 3.92 * *share.se / span);
    }
    out += fmt::format(
        "<div><span>{}</span><span class=\"bar\"><u style=\"left:{:.2f}%\"></u><b "
        "style=\"left:{:.2f}%;width:{:.2f}%\"></b>"
        "{}</span><span class=\"n\">{}</span></div>",
        escape_html(words_of(share.name)), percent(0), left, right - left, whisker,
        escape_html(with_error(share.value, share.se, Sign::always)));
  }
  return out + fmt::format("</div><p class=\"small\">{}; whiskers are 95% intervals of the mean over seeds.</p>",
                           escape_html(unit));
}

void card(Page& page, const std::string& title, const std::string& figure, const std::string& body) {
  page.html(fmt::format("<div class=\"card\"><h3>{}</h3>{}{}</div>\n", title,
                        figure.empty() ? "" : fmt::format("<p class=\"figure\">{}</p>", figure), body));
}

void add_edge_card(Page& page, const Subject& subject) {
  const auto edges = subject.file.edge();
  if (edges.empty()) {
    card(
        page, "Distance to the edge", "Not yet qualified",
        "<p>No collapse threshold is stated: the model must first collapse in March 2020 in at least 90% of seeds, and "
        "in April 2025 in at most 10%.</p>");
    return;
  }
  std::string figure, body;
  for (const results::EdgeRow& edge : edges) {
    const std::string distance = edge.today != 0 ? signed_number(100 * (edge.threshold / edge.today - 1)) + "%" : "";
    if (figure.empty()) figure = escape_html(distance.empty() ? number(edge.threshold) : distance);
    body += fmt::format("<p>{}: today {}, collapse at {} [{}, {}].</p>", escape_html(words_of(edge.axis)),
                        number(edge.today), number(edge.threshold), number(edge.low), number(edge.high));
  }
  card(page, "Distance to the edge", figure, body);
}

void add_binding_card(Page& page, const Subject& subject) {
  // Per seed, the firm nearest its limit on the last day up to the peak that has constraints.
  struct Nearest {
    std::string rule, kind;
    double use = -INFINITY, shadow_price_bp = 0;
  };
  std::string day;
  for_each_row(subject, "SELECT DISTINCT day FROM constraints WHERE variant=? AND point=? ORDER BY day",
               [&](const Statement& row) {
                 if (day.empty() || subject.peak_day.empty() || row.text(0) <= subject.peak_day) day = row.text(0);
               });
  if (day.empty()) return;
  std::map<std::int64_t, Nearest> nearest;
  for_each_row(subject,
               "SELECT seed, rule, kind, use, shadow_price_bp FROM constraints WHERE variant=? AND point=? AND day='" +
                   day + "' AND binding=1 ORDER BY seed, firm, rule",
               [&](const Statement& row) {
                 Nearest& best = nearest[row.integer(0)];
                 if (row.real(3) > best.use) best = {row.text(1), row.text(2), row.real(3), row.real(4)};
               });
  if (nearest.empty()) return;
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  for (const auto& [seed, one] : nearest) ++counts[{one.rule, one.kind}];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<double> uses, prices;
  for (const auto& [seed, one] : nearest) {
    if (std::pair(one.rule, one.kind) != most->first) continue;
    uses.push_back(one.use);
    prices.push_back(one.shadow_price_bp);
  }
  const Summary use = results::summarize(uses), price = results::summarize(prices);
  card(page, "Binding constraint", escape_html(words_of(most->first.first)),
       fmt::format("<p>of {} on {}{}, in {} of {} seeds. Use {} of capacity at the firm nearest its limit; one more "
                   "dollar of exposure costs it {} bp a year.</p>",
                   escape_html(words_of(most->first.second)), escape_html(long_day(day)),
                   subject.peak_reason.empty() || day != subject.peak_day
                       ? ""
                       : fmt::format(" (the {})", escape_html(subject.peak_reason)),
                   most->second, nearest.size(), number(use.p50), number(price.p50)));
}

void add_ten_year_card(Page& page, const Subject& subject) {
  const auto total = change_of(subject, "yield_10y_pct", 100);
  std::vector<Share> shares;
  std::string unit;
  const auto rows = subject.file.attribution();
  for (const char* moment : {"peak", "end"}) {
    if (!shares.empty()) break;
    for (const results::AttributionRow& row : rows) {
      if (row.metric != "yield_10y_change_bp" || row.moment != moment) continue;
      shares.push_back({row.channel, row.share, row.se});
      unit = fmt::format("Shapley shares at the {}, bp", moment);
    }
  }
  if (shares.empty()) {
    for (const auto& [name, band] : subject.bands) {
      static constexpr std::string_view before = "component_", after = "_10y_bp";
      if (!name.starts_with(before) || !name.ends_with(after)) continue;
      const auto change = change_of(subject, name, 1);
      shares.push_back(
          {name.substr(before.size(), name.size() - before.size() - after.size()), change->mean, change->se});
      unit = "Components from the first sample to the last, bp";
    }
  }
  if (!total && shares.empty()) return;
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return std::fabs(a.value) > std::fabs(b.value); });
  card(page, "What moved the ten-year",
       total ? escape_html(with_error(total->mean, total->se, Sign::always)) + " bp" : "",
       shares.empty() ? "<p>from the first sample to the last; not yet attributed.</p>" : bars(shares, unit));
}

void add_confidence_card(Page& page, const Subject& subject) {
  const auto band = subject.bands.find("confidence_lost");
  if (band == subject.bands.end()) return;
  const std::vector<double>& median = band->second.p50;
  const auto top = std::max_element(median.begin(), median.end());
  const base::Time when = band->second.times[static_cast<std::size_t>(top - median.begin())];
  std::string share;
  if (const auto metric = subject.metrics.find("confidence_share_10y_pct"); metric != subject.metrics.end()) {
    share = fmt::format(" It carries {}% of the ten-year's move.", with_error(metric->second.mean, metric->second.se));
  } else if (const auto part = change_of(subject, "component_confidence_10y_bp", 1)) {
    const auto total = change_of(subject, "yield_10y_pct", 100);
    share = fmt::format(" It carries {} bp", with_error(part->mean, part->se, Sign::always));
    share += total ? fmt::format(" of the ten-year's {} bp.", signed_number(total->mean)) : " of the ten-year's move.";
  } else {
    share = " Its share of the ten-year's move is not yet attributed.";
  }
  card(page, "Confidence", number(median.back()) + " lost",
       fmt::format("<p>at the end; {} at most, on {}.{} A latent outside input that steps at dated news.</p>",
                   number(*top), escape_html(long_day(base::to_string(base::date_of(when)))), escape_html(share)));
}

}  // namespace

std::string verdict(const Subject& subject) {
  std::size_t outcomes = 0, inside = 0, null_inside = 0;
  for (const results::ScorecardRow& row : subject.file.scorecard()) {
    if (!row.scores() || !row.model_mean) continue;
    ++outcomes;
    if (!row.inside) continue;
    ++inside;
    null_inside += row.null_inside();
  }
  std::string text;
  if (outcomes > 0) {
    text = fmt::format("{} of {} scored outcomes lie inside their observed bands", inside, outcomes);
    if (null_inside > 0) {
      text += fmt::format("; {} of them would lie there with every feedback frozen too, and so {} no evidence",
                          null_inside, null_inside == 1 ? "is" : "are");
    }
    text += ". ";
  }
  if (const auto found = subject.metrics.find("collapse_share"); found != subject.metrics.end()) {
    const auto& s = found->second;
    text += fmt::format("The market collapses in {} of {} seeds. ", std::lround(s.mean * static_cast<double>(s.n)), s.n);
  }
  if (text.empty())
    text = subject.runs > 0 ? "Nothing is scored: the plan names no observed targets." : "No finished run.";
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

void add_overview(Page& page, const Subject& subject) {
  if (subject.runs == 0) return;
  page.open_section("overview", "Overview");
  page.html("<div class=\"cards\">\n");
  add_edge_card(page, subject);
  add_binding_card(page, subject);
  add_ten_year_card(page, subject);
  add_confidence_card(page, subject);
  page.html("</div>\n");
  page.close_section();
}

}  // namespace haven::report
