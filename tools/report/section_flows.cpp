#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/report/daily.h"
#include "tools/report/sections.h"
#include "tools/report/series_chart.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

using results::Statement;
constexpr std::size_t kMostKinds = 8;

}  // namespace

void add_flows(Page& page, const Subject& subject) {
  Daily net_equivalents, net_face;
  std::map<std::string, std::map<std::pair<std::string, std::string>, double>> matrix;  // day ("" for all) -> cell
  std::map<std::string, double> traded;
  const double runs = static_cast<double>(subject.runs);
  for_each_row(subject,
               "SELECT day, seller_kind, buyer_kind, sum(face_bn), sum(ten_year_equivalent_bn) FROM flows "
               "WHERE variant=? AND point=? GROUP BY 1,2,3",
               [&](const Statement& row) {
                 const std::string day = row.text(0), seller = row.text(1), buyer = row.text(2);
                 const double face = row.real(3) / runs, equivalents = row.real(4) / runs;
                 net_face.add(seller, day, -face);
                 net_face.add(buyer, day, face);
                 net_equivalents.add(seller, day, -equivalents);
                 net_equivalents.add(buyer, day, equivalents);
                 matrix[""][{seller, buyer}] += face;
                 matrix[day][{seller, buyer}] += face;
                 traded[seller] += face;
                 traded[buyer] += face;
               });
  if (net_face.empty()) return;
  page.open_section("flows", "Who sold to whom", "Treasury face that changed economic owner, mean over seeds.");
  page.html("<div class=\"grid two\">\n");
  const auto& days = net_face.days;
  page.chart({{"type", "stack"},
              {"days", days},
              {"sets",
               {daily_set("10-year equivalents", net_equivalents, days, subject.kinds, kMostKinds, Missing::zero),
                daily_set("face", net_face, days, subject.kinds, kMostKinds, Missing::zero)}}},
             "Net purchases by day", "$bn", ChartSize::large,
             "Above zero a kind bought, below it sold; the bars of a day sum to zero.");
  std::vector<std::string> names;
  for (const auto& [name, size] : traded) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const auto& a, const auto& b) { return traded[a] > traded[b]; });
  nlohmann::json sets = nlohmann::json::array(), labels = nlohmann::json::array();
  for (const std::string& name : names) labels.push_back(words_of(name));
  const auto place = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  };
  for (const auto& [day, cells] : matrix) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [pair, face] : cells) list.push_back({place(pair.second), place(pair.first), rounded(face), ""});
    sets.push_back({{"label", day.empty() ? "all days" : long_day(day)}, {"cells", list}});
  }
  page.chart({{"type", "matrix"},
              {"rows", labels},
              {"cols", labels},
              {"sets", sets},
              {"row_word", "seller"},
              {"col_word", "buyer"}},
             "Seller by buyer", "$bn face", ChartSize::large);
  page.html("</div>\n");
  page.close_section();
}

void add_positions(Page& page, const Subject& subject) {
  static const std::vector<std::string> series = {"basis_position_bn", "swap_spread_position_bn", "net_basis_10y_bp"};
  Daily total;
  std::map<std::string, Daily> books;
  const double runs = static_cast<double>(subject.runs);
  for_each_row(subject,
               "SELECT day, kind, book, sum(face_bn), sum(ten_year_equivalent_bn) FROM positions "
               "WHERE variant=? AND point=? GROUP BY 1,2,3",
               [&](const Statement& row) {
                 total.add(row.text(1), row.text(0), row.real(4) / runs);
                 books[row.text(2)].add(row.text(1), row.text(0), row.real(3) / runs);
               });
  const bool any =
      std::any_of(series.begin(), series.end(), [&](const auto& name) { return subject.bands.contains(name); });
  if (total.empty() && !any) return;
  page.open_section("positions", "Positions", "Net economic positions by kind at each day's end, mean over seeds.");
  if (!total.empty()) {
    const std::string first = *total.days.begin();
    Daily change;
    for (const auto& [kind, values] : total.by_name) {
      const auto start = values.find(first);
      for (const auto& [day, value] : values)
        change.add(kind, day, value - (start == values.end() ? 0 : start->second));
    }
    nlohmann::json sets = {
        daily_set("change since " + long_day(first) + ", 10-year equivalents", change, total.days, subject.kinds,
                  kMostKinds, Missing::zero),
        daily_set("level, 10-year equivalents", total, total.days, subject.kinds, kMostKinds, Missing::zero)};
    for (const auto& [book, daily] : books) {
      sets.push_back(daily_set(book == "swap" ? "swaps, 10-year equivalents" : book + ", face", daily, total.days,
                               subject.kinds, kMostKinds, Missing::zero));
    }
    page.chart({{"type", "lines"}, {"days", total.days}, {"sets", sets}}, "Positions by kind", "$bn", ChartSize::large);
  }
  if (any) {
    page.html("<div class=\"grid\">\n");
    for (const std::string& name : series) add_series_chart(page, subject, name, ChartSize::small);
    page.html("</div>\n");
  }
  page.close_section();
}

void add_liquidity_needs(Page& page, const Subject& subject) {
  Daily total, variation, initial, haircut;
  const double runs = static_cast<double>(subject.runs);
  for_each_row(
      subject,
      "SELECT day, kind, sum(variation_margin_bn), sum(initial_margin_bn), sum(haircut_bn) FROM liquidity_needs "
      "WHERE variant=? AND point=? GROUP BY 1,2",
      [&](const Statement& row) {
        const std::string day = row.text(0), kind = row.text(1);
        variation.add(kind, day, row.real(2) / runs);
        initial.add(kind, day, row.real(3) / runs);
        haircut.add(kind, day, row.real(4) / runs);
        total.add(kind, day, (row.real(2) + row.real(3) + row.real(4)) / runs);
      });
  if (total.empty()) return;
  page.open_section("liquidity_needs", "Liquidity needs",
                    "Cash that each kind had to find on a day (above zero) or received (below), mean over seeds.");
  nlohmann::json sets = nlohmann::json::array();
  const std::pair<const char*, const Daily*> all[] = {
      {"all reasons", &total}, {"variation margin", &variation}, {"initial margin", &initial}, {"haircuts", &haircut}};
  for (const auto& [label, daily] : all) {
    sets.push_back(daily_set(label, *daily, total.days, subject.kinds, kMostKinds, Missing::zero));
  }
  page.chart({{"type", "stack"}, {"days", total.days}, {"sets", sets}}, "Cash needs by day and kind", "$bn",
             ChartSize::large);
  page.close_section();
}

void add_repo(Page& page, const Subject& subject) {
  Daily rate, volume, refused, haircut;
  const double runs = static_cast<double>(subject.runs);
  for_each_row(subject,
               "SELECT day, segment, sum(volume_bn), avg(rate_pct) FILTER (WHERE volume_bn > 0), avg(haircut_pct), sum(refused_bn) FROM repo "
               "WHERE variant=? AND point=? GROUP BY 1,2",
               [&](const Statement& row) {
                 const std::string day = row.text(0), segment = row.text(1);
                 volume.add(segment, day, row.real(2) / runs);
                 if (row.real(2) > 0) rate.add(segment, day, row.real(3));  // where nothing is lent there is no rate
                 haircut.add(segment, day, row.real(4));
                 refused.add(segment, day, row.real(5) / runs);
               });
  if (volume.empty() && !subject.bands.contains("sofr_pct") && !subject.bands.contains("iorb_pct")) return;
  page.open_section("repo", "Repo", "Rates, volumes and refusals by segment, mean over seeds.");
  page.html("<div class=\"grid two\">\n");
  const std::vector<std::string> order = {"tri_party", "gcf",           "dvp",      "nccbr",
                                          "on_rrp",    "standing_repo", "sofr_pct", "iorb_pct"};
  const auto lines = [&](const Daily& daily) {
    return nlohmann::json{
        {"type", "lines"}, {"days", daily.days}, {"sets", {daily_set("", daily, daily.days, order, 10, Missing::gap)}}};
  };
  if (!rate.empty()) {
    for (const char* name : {"sofr_pct", "iorb_pct"}) {
      const auto band = subject.bands.find(name);
      if (band == subject.bands.end()) continue;
      for (const std::string& day : volume.days) {
        double sum = 0;
        int count = 0;
        for (std::size_t i = 0; i < band->second.times.size(); ++i) {
          if (base::to_string(base::date_of(band->second.times[i])) != day) continue;
          sum += band->second.p50[i];
          ++count;
        }
        if (count > 0) rate.add(label_of(name).text, day, sum / count);
      }
    }
    page.chart(lines(rate), "Rates by segment", "%", ChartSize::medium);
  }
  if (subject.bands.contains("sofr_pct")) {
    add_series_chart(page, subject, "sofr_pct", ChartSize::medium, {"iorb_pct"});
  } else {
    add_series_chart(page, subject, "iorb_pct", ChartSize::medium);
  }
  const auto stack = [&](const Daily& daily) {
    return nlohmann::json{{"type", "stack"},
                          {"days", daily.days},
                          {"sets", {daily_set("", daily, daily.days, order, 10, Missing::zero)}}};
  };
  if (volume.shows_anything()) page.chart(stack(volume), "Volume by segment", "$bn", ChartSize::medium);
  if (!refused.empty()) {
    page.chart(stack(refused), "Refused by segment", "$bn", ChartSize::medium,
               refused.shows_anything() ? "" : "Nothing was refused.");
  }
  if (haircut.shows_anything()) page.chart(lines(haircut), "Haircuts by segment", "%", ChartSize::medium);
  page.html("</div>\n");
  page.close_section();
}

}  // namespace haven::report
