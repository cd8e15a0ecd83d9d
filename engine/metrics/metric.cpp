#include "engine/metrics/metric.h"

#include <algorithm>
#include <cmath>

#include "engine/metrics/statistics.h"

namespace haven::metrics {
namespace {

std::optional<std::size_t> index_of(const std::vector<base::Date>& days, base::Date day) {
  const auto at = std::lower_bound(days.begin(), days.end(), day);
  if (at == days.end() || *at != day) return std::nullopt;
  return static_cast<std::size_t>(at - days.begin());
}

std::optional<double> mean_of(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  int n = 0;
  for (std::size_t i = from; i <= to; ++i) {
    if (std::isnan(values[i])) continue;
    sum += values[i];
    ++n;
  }
  if (n == 0) return std::nullopt;
  return sum / n;
}

std::optional<double> rms_change(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  int n = 0;
  for (std::size_t i = std::max<std::size_t>(from, 1); i <= to; ++i) {
    const double move = values[i] - values[i - 1];
    if (std::isnan(move)) continue;
    sum += move * move;
    ++n;
  }
  if (n == 0) return std::nullopt;
  return std::sqrt(sum / n);
}

const std::map<std::string, Statistic>& words() {
  static const std::map<std::string, Statistic> all = {
      {"change", Statistic::change}, {"change_pct", Statistic::change_pct}, {"mean", Statistic::mean}, {"sum", Statistic::sum},
      {"maximum", Statistic::maximum}, {"minimum", Statistic::minimum}, {"mean_multiple", Statistic::mean_multiple},
      {"mean_change_pct", Statistic::mean_change_pct}, {"rms_multiple", Statistic::rms_multiple}, {"rms", Statistic::rms},
      {"largest_change", Statistic::largest_change}, {"last", Statistic::last}, {"excess_kurtosis", Statistic::excess_kurtosis},
      {"autocorrelation", Statistic::autocorrelation}, {"absolute_autocorrelation", Statistic::absolute_autocorrelation},
      {"level_autocorrelation_5", Statistic::level_autocorrelation_5}, {"mean_ratio", Statistic::mean_ratio},
      {"change_correlation", Statistic::change_correlation}, {"first_factor_share", Statistic::first_factor_share},
      {"log_correlation", Statistic::log_correlation}, {"log_slope", Statistic::log_slope}, {"log_r2", Statistic::log_r2}, {"line_residual", Statistic::line_residual}};
  return all;
}

std::optional<double> mean_residual(const Line& line, const Daily& daily, std::size_t from, std::size_t to, std::size_t calm_from, std::size_t calm_to) {
  const DayValue value = [&](const std::string& series, std::size_t day) -> std::optional<double> {
    const auto found = daily.find(series);
    if (found == daily.end() || found->second.size() <= day || std::isnan(found->second[day])) return std::nullopt;
    return found->second[day];
  };
  const auto calm = line_calm(line.of, value, calm_from, calm_to);
  if (!calm) return std::nullopt;
  std::vector<double> residuals;
  for (std::size_t day = from; day <= to; ++day) {
    if (const auto point = line_point(line.of, value, day, *calm)) residuals.push_back(residual(line, *point));
  }
  return residuals.empty() ? std::nullopt : mean_of(residuals, 0, residuals.size() - 1);
}

std::optional<double> known(double x) { return std::isfinite(x) ? std::optional<double>(x) : std::nullopt; }

}  // namespace

std::optional<Statistic> parse_statistic(const std::string& word) {
  const auto found = words().find(word);
  return found == words().end() ? std::nullopt : std::optional<Statistic>(found->second);
}

std::string statistic_words() {
  std::string text;
  for (const auto& [word, statistic] : words()) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::size_t other_series(Statistic statistic) {
  switch (statistic) {
    case Statistic::first_factor_share: return kOneOrMore;
    case Statistic::mean_ratio:
    case Statistic::change_correlation:
    case Statistic::log_correlation:
    case Statistic::log_slope:
    case Statistic::log_r2: return 1;
    default: return 0;
  }
}

std::optional<double> evaluate(const Metric& metric, const Daily& daily, const std::vector<base::Date>& days, std::size_t calm_from,
                               std::size_t calm_to) {
  const auto series = daily.find(metric.series);
  const auto from = index_of(days, metric.from), to = index_of(days, metric.to);
  if (series == daily.end() || !from || !to || *to < *from || series->second.size() <= *to) return std::nullopt;
  const std::vector<double>& v = series->second;
  const auto begin = v.begin() + static_cast<std::ptrdiff_t>(*from), end = v.begin() + static_cast<std::ptrdiff_t>(*to) + 1;
  const auto over_calm = [&](std::optional<double> event, std::optional<double> calm) -> std::optional<double> {
    if (!event || !calm || *calm == 0) return std::nullopt;
    return known(*event / *calm);
  };
  std::vector<const std::vector<double>*> others;
  for (const auto& name : metric.against) {
    const auto other = daily.find(name);
    if (other == daily.end() || other->second.size() <= *to) return std::nullopt;
    others.push_back(&other->second);
  }
  const auto log_regression = [&] { return regress(logarithms(*others.front(), *from, *to), logarithms(v, *from, *to)); };
  switch (metric.statistic) {
    case Statistic::change: return known(v[*to] - v[*from]);
    case Statistic::change_pct: return v[*from] == 0 ? std::nullopt : known(100.0 * (v[*to] / v[*from] - 1.0));
    case Statistic::mean: return mean_of(v, *from, *to);
    case Statistic::sum: {
      double sum = 0;
      for (auto at = begin; at != end; ++at) sum += std::isnan(*at) ? 0.0 : *at;
      return known(sum);
    }
    case Statistic::maximum: return known(*std::max_element(begin, end, [](double a, double b) { return !std::isnan(b) && (std::isnan(a) || a < b); }));
    case Statistic::minimum: return known(*std::min_element(begin, end, [](double a, double b) { return !std::isnan(a) && (std::isnan(b) || a < b); }));
    case Statistic::mean_multiple: return over_calm(mean_of(v, *from, *to), mean_of(v, calm_from, calm_to));
    case Statistic::mean_change_pct: {
      const auto multiple = over_calm(mean_of(v, *from, *to), mean_of(v, calm_from, calm_to));
      return multiple ? known(100.0 * (*multiple - 1.0)) : std::nullopt;
    }
    case Statistic::rms_multiple: return over_calm(rms_change(v, *from, *to), rms_change(v, calm_from, calm_to));
    case Statistic::rms: return rms_change(v, *from, *to);
    case Statistic::largest_change: {
      double largest = 0;
      for (std::size_t i = std::max<std::size_t>(*from, 1); i <= *to; ++i) {
        if (!std::isnan(v[i] - v[i - 1])) largest = std::max(largest, std::abs(v[i] - v[i - 1]));
      }
      return largest;
    }
    case Statistic::last: return known(v[*to]);
    case Statistic::excess_kurtosis: return excess_kurtosis(changes(v, *from, *to));
    case Statistic::autocorrelation: return autocorrelation(changes(v, *from, *to), 1);
    case Statistic::absolute_autocorrelation: {
      auto moves = changes(v, *from, *to);
      for (double& move : moves) move = std::abs(move);
      return autocorrelation(moves, 1);
    }
    case Statistic::level_autocorrelation_5: return autocorrelation({begin, end}, 5);
    case Statistic::mean_ratio: return over_calm(mean_of(v, *from, *to), mean_of(*others.front(), *from, *to));
    case Statistic::change_correlation: {
      const auto r = regress(changes(*others.front(), *from, *to), changes(v, *from, *to));
      return r ? known(r->correlation) : std::nullopt;
    }
    case Statistic::first_factor_share: {
      std::vector<std::vector<double>> all = {changes(v, *from, *to)};
      for (const auto* other : others) all.push_back(changes(*other, *from, *to));
      return first_factor_share(all);
    }
    case Statistic::log_correlation: {
      const auto r = log_regression();
      return r ? known(r->correlation) : std::nullopt;
    }
    case Statistic::log_slope: {
      const auto r = log_regression();
      return r ? known(r->slope) : std::nullopt;
    }
    case Statistic::log_r2: {
      const auto r = log_regression();
      return r ? known(r->correlation * r->correlation) : std::nullopt;
    }
    case Statistic::line_residual: return metric.line ? mean_residual(*metric.line, daily, *from, *to, calm_from, calm_to) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace haven::metrics
