// Calibration on functions whose minimum, flat directions and failures are known.
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "tests/sweep/test_models.h"
#include "tools/results/database.h"
#include "tools/sweep/calibrate.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

plan::Parameter parameter(const std::string& name, double low, double high, bool log = false) {
  plan::Parameter p;
  p.name = p.path = name;
  p.low = low;
  p.high = high;
  p.log = log;
  return p;
}

plan::Target target(const std::string& metric, double value, double scale, plan::Target::Side side = plan::Target::Side::both) { return {metric, value, scale, side, "", ""}; }

/// x in 0..10 and y in 0.1..10 (logarithmic); moments x + y and x - y. Targets 5 and 1 are met at x = 3, y = 2.
plan::Calibration two_by_two() {
  plan::Calibration c;
  c.parameters = {parameter("x", 0, 10), parameter("y", 0.1, 10, true)};
  c.targets = {target("sum", 5, 0.5), target("difference", 1, 0.5)};
  c.seeds = 2;
  c.evaluations = 201;
  c.population = 10;
  c.target_cap = 1e6;
  return c;
}

Metrics sums(const std::vector<double>& x, std::uint64_t seed) { return {{"sum", x[0] + x[1] + 0.2 * noise(seed)}, {"difference", x[0] - x[1] + 0.2 * noise(seed + 100)}}; }

plan::Plan plan_of(const plan::Calibration& c) {
  auto plan = grid(1, c.seeds);
  for (const auto& t : c.targets) plan.keep.needed.push_back(t.metric);
  return plan;
}

SweepOptions on(int threads) {
  SweepOptions options;
  options.threads = threads;
  return options;
}

const std::atomic<bool> kGoOn{false};
const OnGeneration kQuiet = [](const std::vector<Step>&) {};

Calibrated calibrated(const plan::Calibration& c, const Model& model, const std::string& file, int threads = 1) {
  results::ResultStore store(file, manifest());
  return *calibrate(plan_of(c), c, model, store, on(threads), kQuiet, kGoOn);
}

}  // namespace

TEST_CASE("CMA-ES finds the minimum of a noisy quadratic, in a value and in a logarithm", "[calibrate]") {
  const Folder folder;
  const auto c = two_by_two();
  const auto found = calibrated(c, model_of(sums), folder / "r.sqlite");
  // With common random numbers the noise moves the minimum and adds nothing to its loss.
  const double sum = 5 - 0.1 * (noise(1) + noise(2)), difference = 1 - 0.1 * (noise(101) + noise(102));
  CHECK(c.parameters[0].value_at(found.best.coordinates[0]) == Approx((sum + difference) / 2).epsilon(0.01));
  CHECK(c.parameters[1].value_at(found.best.coordinates[1]) == Approx((sum - difference) / 2).epsilon(0.02));
  CHECK(found.best.loss < 0.01);
  CHECK(found.start.loss > 1);
  CHECK(found.steps.front().loss == found.start.loss);
  CHECK(found.steps.back().best == found.best.loss);
  REQUIRE(found.best.moments.size() == 2);
  CHECK(found.best.moments[0].n == 2);
}

TEST_CASE("a calibration is the same for any number of threads", "[calibrate]") {
  const Folder one, three;
  auto c = two_by_two();
  c.evaluations = 61;
  calibrated(c, model_of(sums), one / "r.sqlite", 1);
  calibrated(c, model_of(sums), three / "r.sqlite", 3);
  CHECK(exported(one, one / "r.sqlite") == exported(three, three / "r.sqlite"));
}

TEST_CASE("a calibration stopped in the middle goes on to the end that one without a stop has, without repeating a run", "[calibrate][resume]") {
  const Folder whole, stopped;
  auto c = two_by_two();
  c.evaluations = 61;
  const auto expected = calibrated(c, model_of(sums), whole / "r.sqlite");
  std::atomic<bool> stop{false};
  std::atomic<int> runs{0};
  const auto counted = model_of([&](const std::vector<double>& x, std::uint64_t seed) {
    if (++runs == 47) stop = true;
    return sums(x, seed);
  });
  {
    results::ResultStore store(stopped / "r.sqlite", manifest());
    CHECK_FALSE(calibrate(plan_of(c), c, counted, store, on(1), kQuiet, stop).has_value());
  }
  const auto found = calibrated(c, counted, stopped / "r.sqlite");
  CHECK(runs == 2 * static_cast<int>(found.steps.size()));
  CHECK(found.best.point == expected.best.point);
  CHECK(found.best.coordinates == expected.best.coordinates);
  CHECK(exported(whole, whole / "r.sqlite") == exported(stopped, stopped / "r.sqlite"));
  calibrated(c, counted, stopped / "r.sqlite");
  CHECK(runs == 2 * static_cast<int>(found.steps.size()));
}

TEST_CASE("a larger budget goes on in the same file", "[calibrate][resume]") {
  const Folder folder;
  auto c = two_by_two();
  c.evaluations = 31;
  const auto few = calibrated(c, model_of(sums), folder / "r.sqlite");
  c.evaluations = 61;
  const auto more = calibrated(c, model_of(sums), folder / "r.sqlite");
  REQUIRE(few.steps.size() == 31);
  REQUIRE(more.steps.size() == 61);
  for (std::size_t i = 0; i < few.steps.size(); ++i) CHECK(few.steps[i].loss == more.steps[i].loss);
}

TEST_CASE("points that another search made are refused", "[calibrate][resume]") {
  const Folder folder;
  auto c = two_by_two();
  c.evaluations = 11;
  calibrated(c, model_of(sums), folder / "r.sqlite");
  c.optimiser_seed = 2;
  CHECK_THROWS_AS(calibrated(c, model_of(sums), folder / "r.sqlite"), results::StoreError);
}

TEST_CASE("a run that fails makes the stated loss, and the search goes round it", "[calibrate]") {
  const Folder folder;
  auto c = two_by_two();
  c.failure_loss = 500;
  c.parameters[0].start = 0.9;
  const auto found = calibrated(c, model_of([](const std::vector<double>& x, std::uint64_t seed) {
    if (x[0] > 8 && seed == 2) throw std::runtime_error("broke");
    return sums(x, seed);
  }), folder / "r.sqlite");
  CHECK(found.start.failed);
  CHECK(found.start.loss == 500);
  CHECK_FALSE(found.best.failed);
  CHECK(found.best.loss < 0.1);
  for (const auto& step : found.steps) CHECK(std::isfinite(step.loss));
}

TEST_CASE("a run without a target's metric makes the stated loss too", "[calibrate]") {
  const Folder folder;
  auto c = two_by_two();
  c.evaluations = 11;
  const auto found = calibrated(c, model_of([](const std::vector<double>& x, std::uint64_t) { return Metrics{{"sum", x[0]}}; }), folder / "r.sqlite");
  CHECK(found.best.failed);
  CHECK(found.best.loss == c.failure_loss);
}

TEST_CASE("a minimum at the end of a range is found there, and no point is made twice", "[calibrate]") {
  const Folder folder;
  plan::Calibration c;
  c.parameters = {parameter("x", 0, 10)};
  c.targets = {target("f", 20, 1)};
  c.evaluations = 1001;
  c.target_cap = 1e6;
  std::atomic<int> at_end{0};
  const auto found = calibrated(c, model_of([&](const std::vector<double>& x, std::uint64_t) {
    if (x[0] == 10) ++at_end;
    return Metrics{{"f", x[0]}};
  }), folder / "r.sqlite");
  CHECK(found.best.coordinates == std::vector<double>{1});
  CHECK(found.best.loss == Approx(100));
  CHECK(found.converged);
  CHECK(at_end == 1);
  CHECK(std::count_if(found.steps.begin(), found.steps.end(), [](const Step& s) { return s.loss < 100.0001; }) == 1);
}

TEST_CASE("no target adds more than the cap, and a one-sided one nothing on its free side", "[calibrate]") {
  auto c = two_by_two();
  c.target_cap = 25;
  CHECK(c.misfit({6, 1}) == Approx(4));
  CHECK(c.misfit({1000, 2}) == Approx(29));
  CHECK(target("f", 1, 0.5, plan::Target::Side::upper_only).deviation(0) == 0);
  CHECK(target("f", 1, 0.5, plan::Target::Side::upper_only).deviation(2) == Approx(2));
  CHECK(target("f", 1, 0.5, plan::Target::Side::lower_only).deviation(2) == 0);
  CHECK(target("f", 1, 0.5, plan::Target::Side::lower_only).deviation(0) == Approx(-2));
}

TEST_CASE("a prior costs the squared distance from its centre in widths, of the logarithm where the parameter is one", "[calibrate]") {
  auto c = two_by_two();
  c.parameters[0].prior = plan::Prior{4, 2};
  c.parameters[1].prior = plan::Prior{1, std::log(2.0)};
  const auto at = [&](double x, double y) { return c.prior_penalty({c.parameters[0].coordinate_of(x), c.parameters[1].coordinate_of(y)}); };
  CHECK(at(4, 1) == Approx(0).margin(1e-12));
  CHECK(at(8, 1) == Approx(4));
  CHECK(at(4, 0.25) == Approx(4));
  CHECK(c.parameters[1].value_at(0.5) == Approx(1));
  CHECK(c.parameters[1].value_at(-1) == 0.1);
  CHECK(c.parameters[1].value_at(2) == 10);
}

TEST_CASE("a direction that no target sees is named, and its parameters are not pinned down", "[calibrate][identifiability]") {
  // Moments see x + y and z; x - y is free.
  const Folder folder;
  plan::Calibration c;
  c.parameters = {parameter("x", 0, 1), parameter("y", 0, 1), parameter("z", 0, 1)};
  c.targets = {target("xy", 1, 0.05), target("z", 0.3, 0.05)};
  c.seeds = 2;
  c.evaluations = 101;
  c.target_cap = 1e6;
  const auto model = model_of([](const std::vector<double>& x, std::uint64_t seed) { return Metrics{{"xy", x[0] + x[1] + 0.01 * noise(seed)}, {"z", x[2] * x[2] + 0.21}}; });
  results::ResultStore store(folder / "r.sqlite", manifest());
  const auto found = calibrate(plan_of(c), c, model, store, on(2), kQuiet, kGoOn);
  REQUIRE(found.has_value());
  const auto jacobian = slopes(plan_of(c), c, found->best, model, store, on(2), kGoOn);
  REQUIRE(jacobian.has_value());
  CHECK((*jacobian)[0][0] == Approx(20));
  CHECK((*jacobian)[0][2] == Approx(0).margin(1e-9));
  CHECK((*jacobian)[1][2] == Approx(2 * found->best.coordinates[2] / 0.05));
  auto told = identifiability(c, *jacobian);
  REQUIRE(told.directions.size() == 3);
  CHECK(is_weak(told.directions[0]));
  CHECK_FALSE(is_weak(told.directions[1]));
  CHECK(std::abs(told.directions[0].weights[0] + told.directions[0].weights[1]) < 1e-6);
  CHECK(std::abs(told.directions[0].weights[2]) < 1e-6);
  CHECK_FALSE(told.standard_error[0].has_value());
  CHECK(told.pinned_down == std::vector<bool>{false, false, true});
  CHECK(*told.standard_error[2] == Approx(1 / (*jacobian)[1][2]));

  // A prior on x pins y through the sum; x itself is known no better than before.
  c.parameters[0].prior = plan::Prior{0.5, 0.1};
  told = identifiability(c, *jacobian);
  CHECK(*told.standard_error[0] == Approx(0.1));
  CHECK(*told.standard_error[1] == Approx(std::sqrt(0.01 + 0.0025)));
  CHECK(told.pinned_down == std::vector<bool>{false, true, true});
}

TEST_CASE("a target on its free side, or beyond the cap, pins nothing down", "[calibrate][identifiability]") {
  const Folder folder;
  plan::Calibration c;
  c.parameters = {parameter("x", 0, 1)};
  c.targets = {target("free", 10, 1, plan::Target::Side::upper_only), target("far", 100, 1)};
  const auto model = model_of([](const std::vector<double>& x, std::uint64_t) { return Metrics{{"free", x[0]}, {"far", x[0]}}; });
  results::ResultStore store(folder / "r.sqlite", manifest());
  Evaluation at{0, {0.5}, {results::summarize({0.5}), results::summarize({0.5})}, false, 25};
  CHECK(slopes(plan_of(c), c, at, model, store, on(1), kGoOn) == Jacobian{{0}, {0}});
  c.targets[0].value = c.targets[1].value = 0;
  at.point = 1;
  CHECK(slopes(plan_of(c), c, at, model, store, on(1), kGoOn)->at(1)[0] == Approx(1));
}

TEST_CASE("a slope is one-sided where the range ends or one side fails, and none where both do", "[calibrate][identifiability]") {
  const Folder folder;
  plan::Calibration c;
  c.parameters = {parameter("x", 0, 1), parameter("y", 0, 1), parameter("z", 0, 1)};
  c.targets = {target("f", 0, 1)};
  const auto f = [](const std::vector<double>& x) { return x[0] + 2 * x[1] * x[1] + x[2]; };
  const auto model = model_of([&](const std::vector<double>& x, std::uint64_t) {
    if (x[1] > 0.5 || x[2] != 0.5) throw std::runtime_error("broke");
    return Metrics{{"f", f(x)}};
  });
  results::ResultStore store(folder / "r.sqlite", manifest());
  const std::vector<double> x = {0, 0.5, 0.5};
  const auto found = slopes(plan_of(c), c, {0, x, {results::summarize({f(x)})}, false, 0}, model, store, on(1), kGoOn);
  REQUIRE(found.has_value());
  CHECK(found->at(0)[0] == Approx(1));
  CHECK(found->at(0)[1] == Approx(2 * (0.25 - 0.45 * 0.45) / 0.05));
  CHECK(found->at(0)[2] == 0);
}
