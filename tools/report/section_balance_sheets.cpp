#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/report/daily.h"
#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

using results::Statement;
constexpr std::size_t kMostFirms = 30;

struct FirmDay {
  std::vector<double> use, headroom_bn;
  std::map<std::string, int> rules;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return results::quantile(values, 0.5);
}

std::string most_frequent(const std::map<std::string, int>& counts) {
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace

void add_headroom(Page& page, const Subject& subject) {
  std::map<std::string, std::map<std::string, FirmDay>> firms;
  std::map<std::string, std::string> kind_of;
  std::set<std::string> days;
  for_each_row(
      subject,
      "SELECT day, firm, kind, rule, use, headroom_bn FROM constraints WHERE variant=? AND point=? AND binding=1 "
      "ORDER BY seed, day, firm, rule",
      [&](const Statement& row) {
        FirmDay& one = firms[row.text(1)][row.text(0)];
        one.use.push_back(row.real(4));
        one.headroom_bn.push_back(row.real(5));
        ++one.rules[row.text(3)];
        kind_of[row.text(1)] = row.text(2);
        days.insert(row.text(0));
      });
  if (firms.empty()) return;
  std::vector<std::pair<double, std::string>> tightest;
  for (const auto& [firm, by_day] : firms) {
    double most = -INFINITY;
    for (const auto& [day, one] : by_day) most = std::max(most, median(one.use));
    tightest.emplace_back(-most, firm);
  }
  std::sort(tightest.begin(), tightest.end());
  const std::size_t all = tightest.size();
  tightest.resize(std::min(all, kMostFirms));

  std::string day = *days.begin();
  for (const std::string& one : days) {
    if (subject.peak_day.empty() || one <= subject.peak_day) day = one;
  }
  page.open_section("headroom", "Headroom by firm",
                    all > kMostFirms
                        ? fmt::format("The {} firms nearest their limits, of {}. Medians over seeds of each "
                                      "firm's binding constraint.",
                                      kMostFirms, all)
                        : "Medians over seeds of each firm's binding constraint.");
  page.html("<div class=\"grid two\">\n");
  nlohmann::json rows = nlohmann::json::array(), cells = nlohmann::json::array(), items = nlohmann::json::array();
  for (const auto& [key, firm] : tightest) {
    const auto row = rows.size();
    rows.push_back(firm);
    std::size_t column = 0;
    for (const std::string& one : days) {
      const auto found = firms[firm].find(one);
      if (found != firms[firm].end()) {
        const FirmDay& cell = found->second;
        cells.push_back({column, row, rounded(median(cell.use)),
                         fmt::format("{}, headroom {} $bn, {}", words_of(most_frequent(cell.rules)),
                                     number(median(cell.headroom_bn)), words_of(kind_of[firm]))});
        if (one == day) {
          std::vector<double> headroom = cell.headroom_bn;
          std::sort(headroom.begin(), headroom.end());
          items.push_back({{"name", firm},
                           {"value", rounded(results::quantile(headroom, 0.5))},
                           {"low", rounded(results::quantile(headroom, 0.05))},
                           {"high", rounded(results::quantile(headroom, 0.95))},
                           {"detail", words_of(most_frequent(cell.rules))}});
        }
      }
      ++column;
    }
  }
  page.chart({{"type", "matrix"},
              {"rows", rows},
              {"days", days},
              {"sets", {{{"label", ""}, {"cells", cells}}}},
              {"row_word", "firm"},
              {"col_word", "day"}},
             "Use of the binding constraint", "share of capacity; 1 binds", ChartSize::large);
  page.chart({{"type", "bars"}, {"items", items}}, "Headroom on " + long_day(day), "$bn of exposure", ChartSize::large,
             "Whiskers are the 5% and 95% quantiles over seeds; below zero the rule is breached.");
  page.html("</div>\n");
  page.close_section();
}

void add_constraints(Page& page, const Subject& subject) {
  // rule -> kind -> day -> the firm nearest its limit, a value a seed
  std::map<std::string, std::map<std::string, std::map<std::string, std::vector<double>>>> uses;
  for_each_row(subject,
               "SELECT rule, kind, day, seed, max(use) FROM constraints WHERE variant=? AND point=? GROUP BY 1,2,3,4",
               [&](const Statement& row) { uses[row.text(0)][row.text(1)][row.text(2)].push_back(row.real(4)); });
  if (uses.empty()) return;
  page.open_section("constraints", "Constraint use by kind",
                    "The firm nearest its limit in each kind, median over seeds. A constraint binds at 1.");
  page.html("<div class=\"grid\">\n");
  for (const auto& [rule, kinds] : uses) {
    Daily daily;
    for (const auto& [kind, by_day] : kinds) {
      for (const auto& [day, values] : by_day) daily.add(kind, day, median(values));
    }
    page.chart({{"type", "lines"},
                {"days", daily.days},
                {"threshold", 1},
                {"sets", {daily_set("", daily, daily.days, subject.kinds, 8, Missing::gap)}}},
               label_of(rule).text, "use", ChartSize::small);
  }
  page.html("</div>\n");
  page.close_section();
}

void add_shadow_rules(Page& page, const Subject& subject) {
  struct Rule {
    std::set<std::string> firms;
    std::map<std::string, std::vector<double>> headroom_bn;  // by day, summed over firms, a value a seed
    double binding = 0, least_bn = INFINITY;
    std::string least_firm;
  };
  std::map<std::string, Rule> rules;
  Daily daily;
  for_each_row(subject, "SELECT rule, day, seed, sum(headroom_bn), sum(binding) FROM shadow_rules WHERE variant=? AND point=? GROUP BY 1,2,3",
               [&](const Statement& row) {
                 Rule& rule = rules[row.text(0)];
                 rule.headroom_bn[row.text(1)].push_back(row.real(3));
                 rule.binding += row.real(4);
               });
  if (rules.empty()) return;
  for_each_row(subject, "SELECT rule, firm, avg(least) FROM (SELECT rule, firm, seed, min(headroom_bn) AS least FROM shadow_rules WHERE variant=? AND point=? GROUP BY 1,2,3) GROUP BY 1,2",
               [&](const Statement& row) {
                 Rule& rule = rules[row.text(0)];
                 rule.firms.insert(row.text(1));
                 if (row.real(2) >= rule.least_bn) return;
                 rule.least_bn = row.real(2);
                 rule.least_firm = row.text(1);
               });
  for (const auto& [name, rule] : rules) {
    for (const auto& [day, values] : rule.headroom_bn) daily.add(name, day, median(values));
  }
  page.open_section("shadow_rules", "Shadow rules",
                    "Leverage rules measured along the same runs without touching them: nobody trades differently because of one. Headroom of all dealers together, median over seeds.");
  page.chart({{"type", "lines"}, {"days", daily.days}, {"threshold", 0}, {"sets", {daily_set("", daily, daily.days, {}, 8, Missing::gap)}}}, "Headroom by rule", "$bn of exposure", ChartSize::medium);
  std::string rows;
  for (const auto& [name, rule] : rules) {
    rows += fmt::format("<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{:.1f}</td><td class=\"n\">{}</td><td>{}</td></tr>\n", escape_html(name), rule.firms.size(),
                        rule.binding / static_cast<double>(subject.runs), number(rule.least_bn), escape_html(rule.least_firm));
  }
  page.html("<div class=\"scroll\"><table><thead><tr><th>Rule</th><th class=\"n\">Firms</th><th class=\"n\">Firm-days binding a run</th><th class=\"n\">Least headroom, $bn</th>"
            "<th>Firm</th></tr></thead><tbody>\n" + rows + "</tbody></table></div>\n");
  page.close_section();
}

}  // namespace haven::report
