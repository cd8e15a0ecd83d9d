// Reverse stress on a function whose most plausible combination is known.
#include <catch2/catch.hpp>

#include <cmath>

#include "tests/sweep/test_models.h"
#include "tools/sweep/reverse_stress.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

plan::Plan plan_for(const std::string& metric) {
  auto plan = grid(1, 1);
  plan.keep.needed.push_back(metric);
  return plan;
}

const std::string kMetric("f");

}  // namespace

TEST_CASE("directions are unit vectors: both senses of every axis, then all round", "[stress]") {
  const auto all = directions(3, 40);
  REQUIRE(all.size() == 40);
  double mean[3] = {0, 0, 0};
  for (const auto& d : all) {
    CHECK(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] == Approx(1));
    for (int a = 0; a < 3; ++a) mean[a] += d[static_cast<std::size_t>(a)] / 40;
  }
  CHECK(all[1] == std::vector<double>{-1, 0, 0});
  for (const double m : mean) CHECK(std::abs(m) < 0.1);
}

TEST_CASE("the most plausible combination of a linear function is found near the foot of the perpendicular, and resumed without a run", "[stress]") {
  // x = 10 + 2 u, y = -5 + 4 v. f = 3 u + v reaches 4 first at (u, v) = (1.2, 0.4), 1.265 standard deviations away.
  StressSearch search;
  search.priors = {{"x", 10, 2}, {"y", -5, 4}};
  search.metric = kMetric;
  search.radius.to = 5;
  search.radius.level = 4;
  search.radius.tolerance = 0.05;
  search.radius.most_seeds = 256;
  search.rays = 48;
  const Folder folder;
  std::int64_t runs = 0;
  const auto model = model_of([&](const std::vector<double>& x, std::uint64_t seed) {
    ++runs;
    return Metrics{{kMetric, 3 * (x[0] - 10) / 2 + (x[1] + 5) / 4 + 0.3 * own_noise(x, seed)}};
  });
  results::ResultStore store(folder / "r.sqlite", manifest());
  SweepOptions options;
  options.threads = 1;
  const std::atomic<bool> stop{false};
  const auto found = most_plausible(plan_for(kMetric), search, model, store, options, [](int) {}, stop);
  REQUIRE(found.has_value());
  const double least = 4 / std::sqrt(10.0);
  CHECK(*found->radius.estimate == Approx(least).epsilon(0.05));
  CHECK(*found->radius.estimate > 0.97 * least);
  CHECK(found->values[0].value == Approx(12.4).margin(0.4));
  CHECK(found->values[1].value == Approx(-3.4).margin(1.2));
  const auto made = runs;
  const auto again = most_plausible(plan_for(kMetric), search, model, store, options, [](int) {}, stop);
  CHECK(runs == made);
  CHECK(*again->radius.estimate == *found->radius.estimate);
}

TEST_CASE("reverse stress holds the known distance along its ray in at least 95 of 100 repetitions, and its ray is near the best one", "[stress]") {
  // f = 3 u + v in standard deviations u, v; along the unit vector d it reaches 4 at 4 / (3 d_u + d_v), at best at 4 / sqrt(10).
  StressSearch search;
  search.priors = {{"x", 10, 2}, {"y", -5, 4}};
  search.metric = kMetric;
  search.radius.to = 5;
  search.radius.level = 4;
  search.radius.tolerance = 0.1;
  search.radius.most_seeds = 32;
  search.rays = 16;
  const double least = 4 / std::sqrt(10.0);
  int inside = 0, near = 0;
  for (std::uint64_t repetition = 1; repetition <= 100; ++repetition) {
    const Folder folder(memory_folder());
    results::ResultStore store(folder / "r.sqlite", manifest());
    const auto model = model_of([&](const std::vector<double>& x, std::uint64_t seed) {
      return Metrics{{kMetric, 3 * (x[0] - 10) / 2 + (x[1] + 5) / 4 + noise(1000 * repetition + seed)}};
    });
    SweepOptions options;
    options.threads = 1;
    const auto found = most_plausible(plan_for(kMetric), search, model, store, options, [](int) {}, std::atomic<bool>{false});
    REQUIRE(found.has_value());
    const double u = (found->values[0].value - 10) / 2, v = (found->values[1].value + 5) / 4, along = 4 * std::sqrt(u * u + v * v) / (3 * u + v);
    inside += found->radius.low <= along && along <= found->radius.high;
    near += along < 1.1 * least;
  }
  CHECK(inside >= 95);
  CHECK(near >= 95);
}

TEST_CASE("a level that no ray reaches is said not to be reached", "[stress]") {
  StressSearch search;
  search.priors = {{"x", 0, 1}, {"y", 0, 1}};
  search.metric = kMetric;
  search.radius.to = 3;
  search.radius.level = 100;
  search.radius.tolerance = 0.1;
  search.rays = 8;
  const Folder folder;
  results::ResultStore store(folder / "r.sqlite", manifest());
  CHECK_FALSE(most_plausible(plan_for(kMetric), search, model_of([](const std::vector<double>& x, std::uint64_t) { return Metrics{{kMetric, x[0] + x[1]}}; }), store, {}, [](int) {}, std::atomic<bool>{false}).has_value());
}
