#include "tools/sweep/crossing.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>

#include "engine/base/check.h"
#include "engine/base/math.h"

namespace haven::sweep {
namespace {

enum class Side { below, above, unknown };

double mean_of(const std::vector<double>& results) {
  double sum = 0;
  for (const double r : results) sum += r;
  return sum / static_cast<double>(results.size());
}

/// Numbers of seeds at which a site is judged.
std::vector<int> looks(const CrossingSearch& s) {
  std::vector<int> seeds;
  for (int n = s.first_seeds; n < s.most_seeds; n *= 2) seeds.push_back(n);
  seeds.push_back(s.most_seeds);
  return seeds;
}

class Search {
 public:
  Search(const CrossingSearch& search, const Sample& sample) : s_(search), sample_(sample), looks_(looks(search)), most_sites_(most_sites(search)) {
    alpha_ = (1 - s_.confidence) / (static_cast<double>(most_sites_) * static_cast<double>(looks_.size()));
  }

  Crossing run() {
    crossing_.low = s_.from;
    crossing_.high = s_.to;
    const Side left = side(s_.from), right = side(s_.to);
    if (left == Side::unknown || right == Side::unknown) return crossing_;
    if (left == right) {
      crossing_.outcome = left == Side::below ? CrossingOutcome::always_below : CrossingOutcome::always_above;
      return crossing_;
    }
    crossing_.outcome = CrossingOutcome::found;
    crossing_.rising = left == Side::below;
    double low = s_.from, high = s_.to;              // their sides are known
    std::optional<double> unknown_low, unknown_high;  // between them, values that cannot be told from the level
    while (crossing_.sites < most_sites_) {
      // Without unknown values the middle; else the wider of the two gaps beside them.
      const double left_gap = unknown_low ? *unknown_low - low : high - low, right_gap = unknown_high ? high - *unknown_high : high - low;
      if (unknown_low ? std::max(left_gap, right_gap) <= s_.tolerance / 2 : high - low <= s_.tolerance) break;
      const bool in_left = unknown_low && left_gap >= right_gap;
      const double x = !unknown_low ? middle(low, high) : in_left ? middle(low, *unknown_low) : middle(*unknown_high, high);
      if (!(x > low && x < high)) break;
      const Side at = side(x);
      if (at == Side::unknown) {
        if (!unknown_low || in_left) unknown_low = x;
        if (!unknown_high || !in_left) unknown_high = x;
      } else if (at == left) {
        low = x;
        if (unknown_low && *unknown_low <= low) unknown_low = unknown_high = std::nullopt;
      } else {
        high = x;
        if (unknown_high && *unknown_high >= high) unknown_low = unknown_high = std::nullopt;
      }
    }
    crossing_.low = low;
    crossing_.high = high;
    crossing_.estimate = where_means_cross(low, high);
    return crossing_;
  }

 private:
  double middle(double a, double b) const { return s_.log ? base::exp(0.5 * (base::log(a) + base::log(b))) : 0.5 * (a + b); }

  Side side(double x) {
    const int site = crossing_.sites++;
    Side found = Side::unknown;
    std::vector<double> results;
    int made = 0;
    for (const int seeds : looks_) {
      made = seeds;
      results = sample_(site, x, seeds);
      if (results.empty()) continue;
      const MeanBounds mean = mean_bounds(results, alpha_);
      if (mean.low > s_.level) found = Side::above;
      if (mean.high < s_.level) found = Side::below;
      if (found != Side::unknown) break;
    }
    crossing_.seeds += made;
    if (!results.empty()) means_[x] = mean_of(results);
    return found;
  }

  /// The line between the two neighbouring sites whose means lie on either side of the level; their middle when noise has
  /// put them elsewhere.
  double where_means_cross(double low, double high) const {
    const auto end = means_.upper_bound(high);
    for (auto a = means_.lower_bound(low); a != end && std::next(a) != end; ++a) {
      const auto b = std::next(a);
      if ((a->second < s_.level) == (b->second < s_.level) || a->second == b->second) continue;
      return a->first + (b->first - a->first) * (s_.level - a->second) / (b->second - a->second);
    }
    return middle(low, high);
  }

  const CrossingSearch& s_;
  const Sample& sample_;
  const std::vector<int> looks_;
  const int most_sites_;
  double alpha_ = 0;
  std::map<double, double> means_;
  Crossing crossing_;
};

}  // namespace

const char* to_string(CrossingOutcome outcome) {
  switch (outcome) {
    case CrossingOutcome::found: return "found";
    case CrossingOutcome::always_below: return "always_below";
    case CrossingOutcome::always_above: return "always_above";
    case CrossingOutcome::undecided: return "undecided";
  }
  return "";
}

int most_sites(const CrossingSearch& s) {
  // Two ends, the halvings, and as many again on the two sides of a stretch that cannot be told from the level.
  return 2 + 2 * static_cast<int>(std::ceil(std::log2(std::max(2.0, (s.to - s.from) / s.tolerance))));
}

MeanBounds mean_bounds(const std::vector<double>& results, double alpha) {
  HAVEN_CHECK(!results.empty(), "the mean of nothing has no bounds");
  const auto n = static_cast<double>(results.size());
  const double mean = mean_of(results);
  if (std::all_of(results.begin(), results.end(), [](double r) { return r == 0 || r == 1; })) {
    using boost::math::binomial_distribution;
    const double ones = std::round(mean * n);
    return {binomial_distribution<>::find_lower_bound_on_p(n, ones, alpha / 2), binomial_distribution<>::find_upper_bound_on_p(n, ones, alpha / 2)};
  }
  if (results.size() < 2) return {-INFINITY, INFINITY};
  double square = 0;
  for (const double r : results) square += (r - mean) * (r - mean);
  const double margin = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1), alpha / 2)) * std::sqrt(square / (n - 1) / n);
  return {mean - margin, mean + margin};
}

Crossing find_crossing(const CrossingSearch& search, const Sample& sample) { return Search(search, sample).run(); }

}  // namespace haven::sweep
