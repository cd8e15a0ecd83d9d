// Draws of parameters against densities whose moments are known.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "tools/sweep/posterior_sample.h"

using namespace haven;
using namespace haven::sweep;

namespace {

plan::Calibration two(std::optional<plan::Prior> prior = {}) {
  plan::Calibration c;
  for (const char* name : {"x", "y"}) {
    plan::Parameter p;
    p.name = p.path = name;
    p.low = 0;
    p.high = 1;
    c.parameters.push_back(p);
  }
  c.parameters[0].prior = prior;
  return c;
}

struct Moments {
  double mean_x = 0, mean_y = 0, sd_x = 0, sd_y = 0, correlation = 0;
};
Moments moments_of(const std::vector<std::vector<double>>& sample) {
  const auto n = static_cast<double>(sample.size());
  Moments m;
  for (const auto& d : sample) m.mean_x += d[0] / n, m.mean_y += d[1] / n;
  double xy = 0;
  for (const auto& d : sample) {
    m.sd_x += (d[0] - m.mean_x) * (d[0] - m.mean_x) / n;
    m.sd_y += (d[1] - m.mean_y) * (d[1] - m.mean_y) / n;
    xy += (d[0] - m.mean_x) * (d[1] - m.mean_y) / n;
  }
  m.sd_x = std::sqrt(m.sd_x), m.sd_y = std::sqrt(m.sd_y);
  m.correlation = xy / (m.sd_x * m.sd_y);
  return m;
}

}  // namespace

TEST_CASE("draws have the covariance that the targets' slopes leave: the inverse of J'J", "[calibrate][posterior]") {
  const Jacobian j = {{20, 12}, {0, 16}, {10, 0}, {0, 10}};
  // J'J = [[500, 240], [240, 500]].
  const auto m = moments_of(posterior_sample(two(), {0.5, 0.5}, j, 4000, 1));
  const double determinant = 500.0 * 500.0 - 240.0 * 240.0, sd = std::sqrt(500.0 / determinant);
  CHECK(m.mean_x == Approx(0.5).margin(0.004));
  CHECK(m.sd_x == Approx(sd).epsilon(0.05));
  CHECK(m.sd_y == Approx(sd).epsilon(0.05));
  CHECK(m.correlation == Approx(-240.0 / 500.0).margin(0.05));
}

TEST_CASE("what neither targets nor priors see is drawn evenly between its bounds, along any direction", "[calibrate][posterior]") {
  const auto one_sided = moments_of(posterior_sample(two(), {0.5, 0.9}, {{50, 0}}, 4000, 1));
  CHECK(one_sided.sd_x == Approx(0.02).epsilon(0.05));
  CHECK(one_sided.mean_y == Approx(0.5).margin(0.02));
  CHECK(one_sided.sd_y == Approx(std::sqrt(1.0 / 12)).epsilon(0.03));
  // Only the sum is seen: draws lie along x + y = 1, from corner to corner.
  const auto sum = posterior_sample(two(), {0.5, 0.5}, {{50, 50}}, 4000, 1);
  CHECK(moments_of(sum).correlation < -0.98);
  CHECK(moments_of(sum).sd_x == Approx(std::sqrt(1.0 / 12)).epsilon(0.05));
}

TEST_CASE("a prior holds what targets do not, and no draw is outside the bounds", "[calibrate][posterior]") {
  const auto held = posterior_sample(two(plan::Prior{0.2, 0.05}), {0.2, 0.5}, {}, 4000, 1);
  CHECK(moments_of(held).sd_x == Approx(0.05).epsilon(0.05));
  CHECK(moments_of(held).mean_x == Approx(0.2).margin(0.004));
  // The best point stands on a bound: half a normal, whose mean is sd sqrt(2/pi).
  const auto cut = posterior_sample(two(), {0.0, 0.5}, {{10, 0}}, 4000, 1);
  CHECK(moments_of(cut).mean_x == Approx(0.1 * std::sqrt(2 / 3.14159265)).epsilon(0.05));
  for (const auto& d : cut) CHECK((0 <= d[0] && d[0] <= 1 && 0 <= d[1] && d[1] <= 1));
}

TEST_CASE("the same calibration gives the same draws, another start of the draws others", "[calibrate][posterior]") {
  const Jacobian j = {{20, 5}};
  CHECK(posterior_sample(two(), {0.4, 0.5}, j, 20, 1) == posterior_sample(two(), {0.4, 0.5}, j, 20, 1));
  CHECK(posterior_sample(two(), {0.4, 0.5}, j, 20, 1) != posterior_sample(two(), {0.4, 0.5}, j, 20, 2));
}
