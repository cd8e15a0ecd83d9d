// Illiquidity over volatility, on days that lie on a line and off it.
#include <catch2/catch.hpp>

#include <cmath>

#include "engine/metrics/metric.h"

using namespace haven;
using namespace haven::metrics;

namespace {

const LineSeries kOf{{"spread"}, {"depth"}, "sigma"};

/// Two calm days, then days of these multiples of volatility, with spread and depth at the given powers of it.
Daily days_of(const std::vector<double>& multiples, double spread_power, double depth_power) {
  Daily daily{{"spread", {2, 2}}, {"depth", {50, 50}}, {"sigma", {5, 5}}};
  for (const double m : multiples) {
    daily["spread"].push_back(2 * std::pow(m, spread_power));
    daily["depth"].push_back(50 * std::pow(m, depth_power));
    daily["sigma"].push_back(5 * m);
  }
  return daily;
}

std::optional<double> mean_residual(const Line& line, const Daily& daily) {
  std::vector<base::Date> days;
  for (std::size_t i = 0; i < daily.at("sigma").size(); ++i) days.push_back({static_cast<std::int32_t>(i)});
  return evaluate({"m", "sigma", Statistic::line_residual, days[2], days.back(), {}, line}, daily, days, 0, 1);
}

}  // namespace

TEST_CASE("days on the line have no residual, whatever their volatility; days off it have their distance in standard deviations", "[metrics]") {
  // Spread at 0.6 and depth at -1.0: illiquidity at 0.8.
  const Line line{kOf, 0, 0.8, 0.1};
  CHECK(*mean_residual(line, days_of({1, 2, 4}, 0.6, -1.0)) == Approx(0).margin(1e-9));
  CHECK(*mean_residual({kOf, -0.2, 0.8, 0.1}, days_of({1, 2, 4}, 0.6, -1.0)) == Approx(2.0));
  CHECK(*mean_residual(line, days_of({2, 2}, 0.8, -1.2)) == Approx(0.2 * std::log(2.0) / 0.1));
}

TEST_CASE("a day on which a series has no positive value is left out of a residual, and no day at all gives none", "[metrics]") {
  const Line line{kOf, 0, 0.8, 0.1};
  auto daily = days_of({2, 2}, 0.8, -1.2);
  daily["depth"][3] = 0;
  CHECK(*mean_residual(line, daily) == Approx(0.2 * std::log(2.0) / 0.1));
  daily["depth"][2] = std::nan("");
  CHECK_FALSE(mean_residual(line, daily));
  daily.erase("depth");
  CHECK_FALSE(mean_residual(line, daily));
}

TEST_CASE("a line through points gives back its constant, its slope and the spread around it", "[metrics]") {
  std::vector<LinePoint> points;
  for (int i = 0; i < 1000; ++i) {
    const double x = 0.001 * i;
    points.push_back({x, 0.3 + 0.7 * x + (i % 2 == 0 ? 0.05 : -0.05)});
  }
  const auto line = fit_line(points);
  REQUIRE(line);
  CHECK(line->constant == Approx(0.3).margin(0.001));
  CHECK(line->slope == Approx(0.7).margin(0.002));
  CHECK(line->residual_sd == Approx(0.05).epsilon(0.01));
  CHECK(line->r2 == Approx(1 - 0.05 * 0.05 / (0.05 * 0.05 + 0.49 / 12)).epsilon(0.01));
  CHECK_FALSE(fit_line({{1, 1}, {2, 2}}));
  CHECK_FALSE(fit_line({{1, 1}, {1, 2}, {1, 3}}));
}
