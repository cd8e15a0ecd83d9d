// Statistics of daily series, on series whose answer is known.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "engine/base/math.h"
#include "engine/base/random.h"
#include "engine/metrics/metric.h"

using namespace haven;
using namespace haven::metrics;

namespace {

const base::Date kFirst = base::make_date(2025, 3, 3);
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<base::Date> days(std::size_t n) {
  std::vector<base::Date> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back({kFirst.v + static_cast<std::int32_t>(i)});
  return out;
}

/// The statistic over all days of "x"; the calm days are the first two.
std::optional<double> of(const std::string& word, const Daily& daily, const std::vector<std::string>& against = {}) {
  const auto all = days(daily.at("x").size());
  return evaluate({"m", "x", *parse_statistic(word), all.front(), all.back(), against}, daily, all, 0, 1);
}

}  // namespace

TEST_CASE("a change is from the first day to the last, and nothing when either has no value", "[metrics]") {
  CHECK(of("change", {{"x", {3, 9, 5}}}) == 2.0);
  CHECK(of("change_pct", {{"x", {4, 9, 5}}}) == 25.0);
  CHECK(of("last", {{"x", {4, 9, 5}}}) == 5.0);
  CHECK_FALSE(of("change", {{"x", {kNone, 9, 5}}}));
  CHECK_FALSE(of("last", {{"x", {4, 9, kNone}}}));
}

TEST_CASE("a day without a value is left out of a mean and of the changes on either side of it", "[metrics]") {
  CHECK(of("mean", {{"x", {1, kNone, 5}}}) == 3.0);
  CHECK(of("rms", {{"x", {0, 3, kNone, 10, 14}}}) == Approx(std::sqrt((9.0 + 16.0) / 2)));
  CHECK(of("largest_change", {{"x", {0, 3, kNone, 10, 6}}}) == 4.0);
}

TEST_CASE("multiples are over the calm days", "[metrics]") {
  CHECK(of("mean_multiple", {{"x", {2, 4, 9}}}) == Approx(5.0 / 3.0));
  CHECK(of("mean_change_pct", {{"x", {2, 4, 9}}}) == Approx(100.0 * (5.0 / 3.0 - 1.0)));
  CHECK(of("mean_ratio", {{"x", {2, 4, 9}}, {"y", {5, 5, 5}}}, {"y"}) == Approx(1.0));
}

TEST_CASE("correlations of changes and of logarithms have their textbook values", "[metrics]") {
  // Changes 1, 2, 3 against 2, 4, 3: covariance 1/3 over variances 2/3 each.
  CHECK(of("change_correlation", {{"x", {0, 1, 3, 6}}, {"y", {0, 2, 6, 9}}}, {"y"}) == Approx(0.5));
  CHECK(of("change_correlation", {{"x", {0, 1, 3, 6}}, {"y", {0, -1, -3, -6}}}, {"y"}) == Approx(-1.0));
  // x = y^-0.8: an elasticity of -0.8, exactly.
  std::vector<double> y = {1, 2, 4, 3, 8}, x;
  for (const double v : y) x.push_back(5.0 * std::pow(v, -0.8));
  CHECK(of("log_slope", {{"x", x}, {"y", y}}, {"y"}) == Approx(-0.8));
  CHECK(of("log_correlation", {{"x", x}, {"y", y}}, {"y"}) == Approx(-1.0));
  CHECK(of("log_r2", {{"x", x}, {"y", y}}, {"y"}) == Approx(1.0));
  y[2] = 0;  // has no logarithm: left out
  CHECK(of("log_slope", {{"x", x}, {"y", y}}, {"y"}) == Approx(-0.8));
  CHECK_FALSE(of("log_slope", {{"x", x}, {"y", {1, 1, 1, 1, 1}}}, {"y"}));
}

TEST_CASE("autocorrelation and kurtosis are of the daily changes", "[metrics]") {
  // Changes +1 -1 +1 -1: mean 0, variance sum 4, products -3.
  CHECK(of("autocorrelation", {{"x", {0, 1, 0, 1, 0}}}) == Approx(-0.75));
  // Absolute changes 1 3 1 3 of alternating size.
  CHECK(of("absolute_autocorrelation", {{"x", {0, 1, -2, -1, -4}}}) == Approx(-0.75));
  // Two equal sizes of either sign: the least kurtosis there is, -2 in the sample's moments; in four days that is 3/2 (5 (-2) + 6).
  CHECK(of("excess_kurtosis", {{"x", {0, 1, 0, 1, 0}}}) == Approx(-6.0));
  CHECK(of("level_autocorrelation_5", {{"x", {1, -1, 1, -1, 1, -1, 1, -1, 1, -1}}}) == Approx(-0.5));
}

TEST_CASE("kurtosis of few normal changes is right on average", "[metrics]") {
  constexpr std::uint32_t kSamples = 4000, kDays = 20;
  double sum = 0, squares = 0;
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    std::vector<double> x{0};
    for (std::uint32_t d = 0; d < kDays; ++d) x.push_back(x.back() + base::inverse_normal(base::unit_interval(base::philox(7, 1, base::Purpose::test, i, d))));
    const double one = *of("excess_kurtosis", {{"x", x}});
    sum += one;
    squares += one * one;
  }
  const double mean = sum / kSamples, error = base::sqrt((squares / kSamples - mean * mean) / kSamples);
  CHECK(error < 0.02);
  CHECK(std::abs(mean) < 3 * error);  // moments of the sample would give -6/21, fifteen errors below
}

TEST_CASE("the first factor has all the variance of series that move together and half that of two that do not", "[metrics]") {
  CHECK(of("first_factor_share", {{"x", {0, 1, 3, 6}}, {"y", {0, 2, 6, 12}}}, {"y"}) == Approx(1.0));
  CHECK(of("first_factor_share", {{"x", {0, 1, 0, 0, 0}}, {"y", {0, 0, 0, 1, 0}}}, {"y"}) == Approx(0.5));
}

TEST_CASE("a metric of a series that is missing, or of another that is, has no value", "[metrics]") {
  const auto all = days(3);
  const Daily daily = {{"x", {1, 2, 3}}};
  CHECK_FALSE(evaluate({"m", "z", Statistic::mean, all.front(), all.back()}, daily, all, 0, 1));
  CHECK_FALSE(evaluate({"m", "x", Statistic::mean_ratio, all.front(), all.back(), {"z"}}, daily, all, 0, 1));
}

TEST_CASE("every word of a statistic parses, and says how many other series it needs", "[metrics]") {
  CHECK_FALSE(parse_statistic("median"));
  CHECK(statistic_words().find("log_r2") != std::string::npos);
  CHECK(other_series(Statistic::mean) == 0);
  CHECK(other_series(Statistic::log_slope) == 1);
  CHECK(other_series(Statistic::first_factor_share) == kOneOrMore);
}
