#include "tools/sweep/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/base/check.h"
#include "engine/base/random.h"
#include "tools/results/summary.h"

namespace haven::sweep {
namespace {

constexpr int kResamples = 500;

/// One index as a function of column sums over chosen blocks: columns are what every block contributes.
struct Estimator {
  std::string axis, index;
  std::function<double(const std::vector<double>& sums, double blocks)> value;
};

std::vector<double> sums_of(const std::vector<std::vector<double>>& blocks) {
  std::vector<double> sums(blocks.front().size());
  for (const auto& block : blocks) {
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] += block[c];
  }
  return sums;
}

std::vector<results::SensitivityRow> estimate(const std::string& metric, const std::vector<std::vector<double>>& blocks, const std::vector<Estimator>& estimators) {
  const auto n = static_cast<double>(blocks.size());
  const auto sums = sums_of(blocks);
  std::vector<std::vector<double>> resampled(estimators.size());
  base::Draws draws{1, base::name_key("bootstrap " + metric)};
  for (int r = 0; r < kResamples; ++r) {
    std::vector<double> drawn(sums.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto& block = blocks[draws.below(base::Purpose::choice, static_cast<std::uint32_t>(blocks.size()))];
      for (std::size_t c = 0; c < drawn.size(); ++c) drawn[c] += block[c];
    }
    for (std::size_t e = 0; e < estimators.size(); ++e) {
      const double value = estimators[e].value(drawn, n);
      if (std::isfinite(value)) resampled[e].push_back(value);
    }
  }
  std::vector<results::SensitivityRow> rows;
  for (std::size_t e = 0; e < estimators.size(); ++e) {
    const double value = estimators[e].value(sums, n);
    if (!std::isfinite(value) || resampled[e].empty()) continue;
    std::sort(resampled[e].begin(), resampled[e].end());
    rows.push_back({metric, estimators[e].axis, estimators[e].index, value, results::quantile(resampled[e], 0.025), results::quantile(resampled[e], 0.975)});
  }
  return rows;
}

/// Columns of axis d: effect, its absolute value, its square.
void morris(const plan::Plan& plan, const std::vector<double>& f, std::int64_t first, std::vector<double>& columns) {
  const std::size_t k = plan.design.axes.size();
  columns.assign(3 * k, 0);
  for (std::size_t step = 0; step < k; ++step) {
    const auto before = plan.design.unit(first + static_cast<std::int64_t>(step)), after = plan.design.unit(first + static_cast<std::int64_t>(step) + 1);
    for (std::size_t d = 0; d < k; ++d) {
      if (before[d] == after[d]) continue;
      const double effect = (f[static_cast<std::size_t>(first) + step + 1] - f[static_cast<std::size_t>(first) + step]) / (after[d] - before[d]);
      columns[3 * d] = effect;
      columns[3 * d + 1] = std::fabs(effect);
      columns[3 * d + 2] = effect * effect;
    }
  }
}

/// Columns: f(A) + f(B) and their squares, then of axis d: f(B) (f(AB) - f(A)) and (f(A) - f(AB))^2. f is centred.
void saltelli(const plan::Plan& plan, const std::vector<double>& f, double centre, std::int64_t first, std::vector<double>& columns) {
  const std::size_t k = plan.design.axes.size(), at = static_cast<std::size_t>(first);
  const double a = f[at] - centre, b = f[at + 1] - centre;
  columns.assign(2 + 2 * k, 0);
  columns[0] = a + b;
  columns[1] = a * a + b * b;
  for (std::size_t d = 0; d < k; ++d) {
    const double ab = f[at + 2 + d] - centre;
    columns[2 + 2 * d] = b * (ab - a);
    columns[3 + 2 * d] = (a - ab) * (a - ab);
  }
}

std::vector<Estimator> morris_estimators(const plan::Plan& plan) {
  std::vector<Estimator> estimators;
  for (std::size_t d = 0; d < plan.design.axes.size(); ++d) {
    const auto& axis = plan.design.axes[d].name;
    estimators.push_back({axis, "mu", [d](const auto& s, double n) { return s[3 * d] / n; }});
    estimators.push_back({axis, "mu_star", [d](const auto& s, double n) { return s[3 * d + 1] / n; }});
    estimators.push_back({axis, "sigma", [d](const auto& s, double n) { return std::sqrt(std::max(0.0, s[3 * d + 2] - s[3 * d] * s[3 * d] / n) / (n - 1)); }});
  }
  return estimators;
}

std::vector<Estimator> saltelli_estimators(const plan::Plan& plan) {
  std::vector<Estimator> estimators;
  const auto variance = [](const std::vector<double>& s, double n) { return s[1] / (2 * n) - s[0] * s[0] / (4 * n * n); };
  for (std::size_t d = 0; d < plan.design.axes.size(); ++d) {
    const auto& axis = plan.design.axes[d].name;
    estimators.push_back({axis, "first", [d, variance](const auto& s, double n) { return s[2 + 2 * d] / n / variance(s, n); }});
    estimators.push_back({axis, "total", [d, variance](const auto& s, double n) { return s[3 + 2 * d] / (2 * n) / variance(s, n); }});
  }
  return estimators;
}

}  // namespace

Sensitivity sensitivity_of(const plan::Plan& plan, const std::vector<double>& f, const std::string& metric) {
  const bool is_morris = plan.design.kind == plan::Kind::morris;
  HAVEN_CHECK(is_morris || plan.design.kind == plan::Kind::saltelli, "a sensitivity needs its design");
  const std::int64_t size = plan.design.block();
  Sensitivity result;
  result.blocks = plan.design.points() / size;
  std::vector<std::int64_t> whole;
  double sum = 0;
  bool varies = false;
  for (std::int64_t block = 0; block < result.blocks; ++block) {
    const auto begin = f.begin() + block * size;
    if (!std::all_of(begin, begin + size, [](double x) { return std::isfinite(x); })) continue;
    whole.push_back(block * size);
    sum += begin[0] + begin[1];
    varies = varies || std::any_of(begin, begin + size, [&](double x) { return x != f[static_cast<std::size_t>(whole.front())]; });
  }
  result.whole_blocks = static_cast<std::int64_t>(whole.size());
  if (whole.size() < 2 || !varies) return result;
  const double centre = sum / (2 * static_cast<double>(whole.size()));
  std::vector<std::vector<double>> columns(whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (is_morris) morris(plan, f, whole[i], columns[i]);
    else saltelli(plan, f, centre, whole[i], columns[i]);
  }
  result.rows = estimate(metric, columns, is_morris ? morris_estimators(plan) : saltelli_estimators(plan));
  return result;
}

Sensitivity sensitivity(const plan::Plan& plan, const results::ResultFile& file, const std::string& metric) {
  std::vector<double> f(static_cast<std::size_t>(plan.design.points()), NAN);
  results::Statement row(file.database(), "SELECT point, value FROM metrics WHERE variant='model' AND metric=? ORDER BY point, seed");
  row.bind(metric);
  std::int64_t point = -1;
  double sum = 0, n = 0;
  const auto close = [&] {
    if (point >= 0 && point < plan.design.points()) f[static_cast<std::size_t>(point)] = sum / n;
  };
  while (row.step()) {
    if (row.integer(0) != point) {
      close();
      point = row.integer(0);
      sum = n = 0;
    }
    sum += row.real(1);
    ++n;
  }
  close();
  return sensitivity_of(plan, f, metric);
}

}  // namespace haven::sweep
