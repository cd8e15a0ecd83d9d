#include "tools/report/subject.h"

#include <algorithm>
#include <cmath>

namespace haven::report {

namespace {

/// Mean over the New York day (08:00 to 17:00, else all hours) of a band's median, by day.
std::map<std::string, double> by_day(const results::Band& band) {
  std::map<std::string, std::pair<double, int>> day_hours, all_hours;
  for (std::size_t i = 0; i < band.times.size(); ++i) {
    const std::string day = base::to_string(base::date_of(band.times[i]));
    const base::Duration at = base::time_of_day(band.times[i]);
    auto& all = all_hours[day];
    all.first += band.p50[i];
    ++all.second;
    if (at < base::hours(8) || at > base::hours(17)) continue;
    auto& open = day_hours[day];
    open.first += band.p50[i];
    ++open.second;
  }
  std::map<std::string, double> means;
  for (const auto& [day, sum] : day_hours.empty() ? all_hours : day_hours) means[day] = sum.first / sum.second;
  return means;
}

void find_peak(Subject& subject) {
  struct Sign {
    const char* series;
    double direction;
    const char* reason;
  };
  static constexpr Sign signs[] = {{"depth_10y_bn", -1, "lowest ten-year depth"},
                                   {"bid_ask_10y_ticks", 1, "widest ten-year bid-ask"},
                                   {"yield_10y_pct", 1, "highest ten-year yield"}};
  for (const Sign& sign : signs) {
    const auto band = subject.bands.find(sign.series);
    if (band == subject.bands.end()) continue;
    double most = -INFINITY;
    for (const auto& [day, mean] : by_day(band->second)) {
      if (sign.direction * mean <= most) continue;
      most = sign.direction * mean;
      subject.peak_day = day;
    }
    subject.peak_reason = sign.reason;
    return;
  }
}

void order_kinds(Subject& subject) {
  std::map<std::string, double> weight;
  std::map<std::pair<std::string, std::string>, double> net;  // (day, kind)
  for_each_row(subject,
               "SELECT day, seller_kind, buyer_kind, sum(ten_year_equivalent_bn) FROM flows "
               "WHERE variant=? AND point=? GROUP BY 1,2,3",
               [&](const results::Statement& row) {
                 net[{row.text(0), row.text(1)}] -= row.real(3);
                 net[{row.text(0), row.text(2)}] += row.real(3);
               });
  for (const auto& [key, value] : net) weight[key.second] += std::fabs(value);
  for_each_row(subject,
               "SELECT kind, sum(abs(ten_year_equivalent_bn)) FROM positions WHERE variant=? AND point=? GROUP BY 1",
               [&](const results::Statement& row) { weight[row.text(0)] += 1e-6 * row.real(1); });
  for (const char* table : {"constraints", "liquidity_needs"}) {
    for_each_row(subject, "SELECT DISTINCT kind FROM " + std::string(table) + " WHERE variant=? AND point=?",
                 [&](const results::Statement& row) { weight[row.text(0)] += 0; });
  }
  for (const auto& node : subject.file.collateral_nodes()) weight[node.kind] += 0;
  for (const auto& [kind, value] : weight) subject.kinds.push_back(kind);
  std::stable_sort(subject.kinds.begin(), subject.kinds.end(),
                   [&](const std::string& a, const std::string& b) { return weight[a] > weight[b]; });
}

}  // namespace

Subject subject_of(const results::ResultFile& file) {
  Subject subject{file, {}, {}, 0, {}, {}, {}, {}, {}, {}, {}};
  const std::vector<results::RunRow> runs = file.runs();
  const auto slice = [&](const std::string& variant) -> std::optional<results::Slice> {
    for (const results::RunRow& run : runs) {
      if (run.status == results::RunStatus::done && (variant.empty() || run.key.variant == variant)) {
        return results::Slice{run.key.variant, run.key.point};
      }
    }
    return std::nullopt;
  };
  if (const auto model = slice("model")) {
    subject.model = *model;
  } else if (const auto first = slice("")) {
    subject.model = *first;
  }
  for (const results::RunRow& run : runs) {
    const bool done = run.status == results::RunStatus::done && run.key.point == subject.model.point;
    if (done && run.key.variant == subject.model.variant) ++subject.runs;
    if (done && run.key.variant == "null" && subject.model.variant != "null") {
      subject.null = results::Slice{"null", run.key.point};
    }
  }
  for (const auto& row : file.observed()) subject.observed[row.series].push_back(row);
  for (const std::string& name : file.series_names(subject.model)) {
    results::Band band = file.band(name, subject.model);
    if (!band.times.empty()) subject.bands.emplace(name, std::move(band));
  }
  subject.metrics = file.summarize_all(subject.model);
  if (subject.null) subject.null_metrics = file.summarize_all(*subject.null);
  find_peak(subject);
  order_kinds(subject);
  return subject;
}

}  // namespace haven::report
