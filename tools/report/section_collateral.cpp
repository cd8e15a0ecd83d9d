#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include "tools/report/sections.h"
#include "tools/report/text.h"

namespace haven::report {

namespace {

using results::Statement;
constexpr std::size_t kMostEdges = 300;
constexpr std::size_t kMostDefaults = 100;
constexpr std::size_t kMostFails = 20;

}  // namespace

void add_collateral(Page& page, const Subject& subject) {
  std::int64_t seed = -1;
  std::vector<std::string> days;
  for_each_row(subject, "SELECT min(seed) FROM collateral_edges WHERE variant=? AND point=?",
               [&](const Statement& row) {
                 if (!row.is_null(0)) seed = row.integer(0);
               });
  if (seed < 0) return;
  for_each_row(
      subject,
      fmt::format("SELECT DISTINCT day FROM collateral_edges WHERE variant=? AND point=? AND seed={} ORDER BY 1", seed),
      [&](const Statement& row) { days.push_back(row.text(0)); });
  std::vector<std::pair<std::string, std::string>> shown;  // day, why
  shown.emplace_back(days.front(), "first day");
  for (const std::string& day : days) {
    if (day == subject.peak_day && day != days.front() && day != days.back())
      shown.emplace_back(day, subject.peak_reason);
  }
  if (days.size() > 1) shown.emplace_back(days.back(), "last day");

  const std::size_t start = shown.size() == 3 ? 1 : 0;  // opens on the peak day

  std::map<std::string, results::CollateralNodeRow> nodes;
  for (const auto& node : subject.file.collateral_nodes()) nodes[node.name] = node;
  struct Link {
    std::string from, to;
    double face_bn;
    std::string segments;
  };
  std::vector<std::vector<Link>> links(shown.size());
  std::map<std::string, double> size;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    for_each_row(
        subject,
        fmt::format("SELECT giver, receiver, sum(face_bn), group_concat(DISTINCT segment) FROM collateral_edges "
                    "WHERE variant=? AND point=? AND seed={} AND day='{}' GROUP BY 1,2 ORDER BY 3 DESC, 1, 2",
                    seed, shown[i].first),
        [&](const Statement& row) {
          if (links[i].size() >= kMostEdges) return;
          links[i].push_back({row.text(0), row.text(1), row.real(2), row.text(3)});
        });
    std::map<std::string, double> today;
    for (const Link& link : links[i]) {
      today[link.from] += link.face_bn;
      today[link.to] += link.face_bn;
    }
    for (const auto& [name, face] : today) size[name] = std::max(size[name], face);
  }
  // Institutions that the layout does not know stand on a circle around the others.
  double reach = 1;
  std::vector<std::string> unplaced;
  for (const auto& [name, face] : size) {
    const auto node = nodes.find(name);
    if (node == nodes.end()) {
      unplaced.push_back(name);
    } else {
      reach = std::max({reach, 1.15 * std::fabs(node->second.x), 1.15 * std::fabs(node->second.y)});
    }
  }
  for (std::size_t i = 0; i < unplaced.size(); ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(unplaced.size());
    nodes[unplaced[i]] = {unplaced[i], "", reach * std::cos(angle), reach * std::sin(angle)};
  }
  std::map<std::string, std::size_t> place;
  nlohmann::json node_list = nlohmann::json::array();
  for (const auto& [name, face] : size) {
    const auto& node = nodes[name];
    place[name] = node_list.size();
    node_list.push_back({{"name", name},
                         {"key", node.kind},
                         {"kind", words_of(node.kind)},
                         {"x", rounded(node.x)},
                         {"y", rounded(node.y)},
                         {"face", rounded(face)}});
  }
  nlohmann::json sets = nlohmann::json::array();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    nlohmann::json list = nlohmann::json::array();
    for (const Link& link : links[i]) {
      list.push_back({place[link.from], place[link.to], rounded(link.face_bn), words_of(link.segments)});
    }
    sets.push_back({{"label", fmt::format("{} ({})", long_day(shown[i].first), shown[i].second)}, {"links", list}});
  }
  page.open_section(
      "collateral", "Collateral network",
      fmt::format("Who pledged Treasuries to whom at the day's end, seed {}. Arrows run from giver to receiver; "
                  "width and size follow face.",
                  seed));
  page.chart({{"type", "graph"}, {"start", start}, {"nodes", node_list}, {"sets", sets}}, "Pledged collateral",
             "$bn face", ChartSize::large,
             links[0].size() == kMostEdges ? fmt::format("The {} largest edges of each day.", kMostEdges) : "");
  page.close_section();
}

namespace {

// The first defaulter of the lowest seed, step by step.
void add_default_steps(Page& page, const Subject& subject) {
  std::string who;
  std::int64_t seed = 0;
  std::string rows;
  for_each_row(subject,
               "SELECT seed, institution, substr(time, 1, 16), account, item, counterparty, amount_bn FROM default_steps "
               "WHERE variant=? AND point=? ORDER BY seed, place",
               [&](const Statement& row) {
                 if (who.empty()) {
                   seed = row.integer(0);
                   who = row.text(1);
                 }
                 if (row.integer(0) != seed || row.text(1) != who) return;
                 rows += fmt::format("<tr><td class=\"time\">{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.4f}</td></tr>\n",
                                     escape_html(row.text(2)), escape_html(row.text(3)), escape_html(row.text(4)), escape_html(row.text(5)), row.real(6));
               });
  if (rows.empty()) return;
  page.html(fmt::format("<h3>{}, seed {}, step by step</h3>\n<div class=\"scroll\"><table><thead><tr><th>Time</th><th>Account</th><th>Step</th>"
                        "<th>With</th><th class=\"n\">$bn</th></tr></thead><tbody>\n{}</tbody></table></div>\n",
                        escape_html(who), seed, rows));
}

std::string why(const std::string& cause, const std::string& upstream) {
  if (cause == "not_returned") return upstream + " does not return it";
  if (cause == "pledged_on") return upstream + " holds it under a contract that runs on";
  if (cause == "not_delivered") return "bought back and not delivered through " + upstream;
  if (cause == "sold_on") return "sold, and not bought back";
  if (cause == "sold_short") return "sold without having it";
  return words_of(cause);
}

// The largest fails of the lowest seed that has any, over all their days, with their causes on the worst one.
void add_fails(Page& page, const Subject& subject) {
  struct Fail {
    std::string failing, owed_to, security, kind, since, worst_day, last_day, causes;
    double worst_bn = 0, sum_bn = 0;
    std::string counted;  // the day that sum_bn has last counted
  };
  std::optional<std::int64_t> seed;
  std::map<std::string, Fail> fails;
  for_each_row(subject,
               "SELECT seed, day, since, kind, failing, owed_to, security, face_bn, cause, upstream, cause_bn FROM fails "
               "WHERE variant=? AND point=? AND cause<>'not_told' ORDER BY seed, place",
               [&](const Statement& row) {
                 if (!seed) seed = row.integer(0);
                 if (row.integer(0) != *seed) return;
                 Fail& fail = fails[fmt::format("{}\n{}\n{}\n{}\n{}", row.text(2), row.text(3), row.text(4), row.text(5), row.text(6))];
                 const std::string day = row.text(1);
                 if (fail.counted != day) {
                   fail.counted = fail.last_day = day;
                   fail.sum_bn += row.real(7);
                   if (row.real(7) > fail.worst_bn) {
                     fail.worst_bn = row.real(7);
                     fail.worst_day = day;
                     fail.causes.clear();
                   }
                 }
                 fail.since = row.text(2), fail.kind = row.text(3), fail.failing = row.text(4), fail.owed_to = row.text(5), fail.security = row.text(6);
                 if (fail.worst_day == day) fail.causes += fmt::format("{}{} ({} bn)", fail.causes.empty() ? "" : "; ", why(row.text(8), row.text(9)), number(row.real(10)));
               });
  if (fails.empty()) return;
  std::vector<const Fail*> list;
  for (const auto& [place, fail] : fails) list.push_back(&fail);
  std::stable_sort(list.begin(), list.end(), [](const Fail* a, const Fail* b) { return a->sum_bn > b->sum_bn; });
  std::string rows;
  for (std::size_t i = 0; i < list.size() && i < kMostFails; ++i) {
    const Fail& f = *list[i];
    rows += fmt::format("<tr><td>{}</td><td data-is=\"Owed to\">{}</td><td data-is=\"Security\">{}</td><td data-is=\"Of a\">{}</td><td class=\"time\" data-is=\"Since\">{}</td>"
                        "<td class=\"time\" data-is=\"Last\">{}</td><td class=\"n\" data-is=\"Most, $bn\">{}</td><td class=\"trace\">{}</td></tr>\n",
                        escape_html(f.failing), escape_html(f.owed_to), escape_html(f.security), escape_html(f.kind), f.since, f.last_day, number(f.worst_bn), escape_html(f.causes));
  }
  page.html(fmt::format("<h3>Fails, seed {}</h3>\n<div class=\"scroll\"><table class=\"folding\"><thead><tr><th>Who fails</th><th>Owed to</th><th>Security</th><th>Of a</th><th>Since</th><th>Last</th>"
                        "<th class=\"n\">Most, $bn</th><th>Because, on its worst day</th></tr></thead><tbody>\n{}</tbody></table></div>\n",
                        *seed, rows));
  if (list.size() > kMostFails) page.html(fmt::format("<p class=\"note\">and {} more.</p>", list.size() - kMostFails));
}

}  // namespace

void add_defaults(Page& page, const Subject& subject) {
  struct Institution {
    std::string kind, first_time, trace;
    std::set<std::int64_t> seeds;
    std::vector<double> shortfalls;
  };
  std::map<std::string, Institution> institutions;
  std::size_t count = 0;
  for_each_row(subject,
               "SELECT seed, time, institution, kind, shortfall_bn, cause FROM defaults WHERE variant=? AND point=? "
               "ORDER BY seed, time_ns, institution",
               [&](const Statement& row) {
                 ++count;
                 Institution& one = institutions[row.text(2)];
                 if (one.seeds.empty()) {
                   one.kind = row.text(3);
                   one.first_time = row.text(1);
                   one.trace = row.text(5);
                 }
                 one.seeds.insert(row.integer(0));
                 one.shortfalls.push_back(row.real(4));
               });
  bool any_fail = false;
  for_each_row(subject, "SELECT 1 FROM fails WHERE variant=? AND point=? LIMIT 1", [&](const Statement&) { any_fail = true; });
  if (count == 0 && !any_fail) return;
  std::vector<std::pair<std::string, const Institution*>> list;
  for (const auto& [name, one] : institutions) list.emplace_back(name, &one);
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.second->seeds.size() > b.second->seeds.size(); });
  page.open_section("defaults", "Defaults and fails",
                    count == 0 ? "No institution defaulted."
                               : fmt::format("{} in {} seed{}, at {} institution{}. The trace is that of the lowest seed.", count,
                                             subject.runs, subject.runs == 1 ? "" : "s", list.size(), list.size() == 1 ? "" : "s"));
  if (count > 0) {
    page.html(
        "<div class=\"scroll\"><table class=\"folding\"><thead><tr><th>Institution</th><th>Kind</th><th "
        "class=\"n\">Seeds</th><th "
        "class=\"n\">Shortfall, "
        "$bn</th><th>Time</th><th>Trace</th></tr></thead><tbody>\n");
    for (std::size_t i = 0; i < list.size() && i < kMostDefaults; ++i) {
      const auto& [name, one] = list[i];
      page.html(
          fmt::format("<tr><td>{}</td><td data-is=\"Kind\">{}</td><td class=\"n\" data-is=\"Seeds\">{} of {}</td>"
                      "<td class=\"n\" data-is=\"Shortfall, $bn\">{}</td><td class=\"time\" data-is=\"Time\">{}</td>"
                      "<td class=\"trace\">{}</td></tr>\n",
                      escape_html(name), escape_html(words_of(one->kind)), one->seeds.size(), subject.runs,
                      number(results::summarize(one->shortfalls).p50), escape_html(one->first_time.substr(0, 16)),
                      escape_html(one->trace)));
    }
    page.html("</tbody></table></div>\n");
    add_default_steps(page, subject);
    if (list.size() > kMostDefaults)
      page.html(fmt::format("<p class=\"note\">and {} more.</p>", list.size() - kMostDefaults));
  }
  add_fails(page, subject);
  page.close_section();
}

}  // namespace haven::report
