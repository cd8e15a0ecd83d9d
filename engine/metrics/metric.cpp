#include "engine/metrics/metric.h"

#include <algorithm>
#include <cmath>

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

std::optional<double> known(double x) { return std::isfinite(x) ? std::optional<double>(x) : std::nullopt; }

}  // namespace

std::optional<Statistic> parse_statistic(const std::string& word) {
  static const std::map<std::string, Statistic> words = {
      {"change", Statistic::change}, {"change_pct", Statistic::change_pct}, {"mean", Statistic::mean}, {"sum", Statistic::sum},
      {"maximum", Statistic::maximum}, {"minimum", Statistic::minimum}, {"mean_multiple", Statistic::mean_multiple},
      {"mean_change_pct", Statistic::mean_change_pct}, {"rms_multiple", Statistic::rms_multiple}, {"rms", Statistic::rms},
      {"largest_change", Statistic::largest_change}};
  const auto found = words.find(word);
  return found == words.end() ? std::nullopt : std::optional<Statistic>(found->second);
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
  }
  return std::nullopt;
}

}  // namespace haven::metrics
