#include "engine/base/math.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/base/digest.h"
#include "tests/base/math_answers.h"

using namespace haven;
using namespace haven::tests;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Distance in units of the last place of the true value.
double ulps(double value, double truth) {
  if (value == truth) return 0;
  const double next = std::bit_cast<double>((std::bit_cast<std::uint64_t>(truth) & ~(1ULL << 63)) + 1);
  return std::fabs(value - truth) / (next - std::fabs(truth));
}

}  // namespace

TEST_CASE("exp is within 1.5 units of the last place", "[math]") {
  for (const Answer& a : kExp) {
    INFO(a.x);
    CHECK(ulps(base::exp(a.x), a.value) <= 1.5);
  }
}

TEST_CASE("exp overflows to infinity, underflows through the subnormals to zero, and keeps NaN", "[math]") {
  CHECK(base::exp(710.0) == kInfinity);
  CHECK(base::exp(kInfinity) == kInfinity);
  CHECK(base::exp(-745.0) == 5e-324);
  CHECK(base::exp(-746.0) == 0.0);
  CHECK(base::exp(-kInfinity) == 0.0);
  CHECK(std::isnan(base::exp(std::nan(""))));
}

TEST_CASE("log is within one unit of the last place, also next to 1 and among the subnormals", "[math]") {
  for (const Answer& a : kLog) {
    INFO(a.x);
    CHECK(ulps(base::log(a.x), a.value) <= 1.0);
  }
}

TEST_CASE("log of zero is minus infinity and of a negative number NaN", "[math]") {
  CHECK(base::log(0.0) == -kInfinity);
  CHECK(base::log(kInfinity) == kInfinity);
  CHECK(std::isnan(base::log(-1.0)));
  CHECK(std::isnan(base::log(std::nan(""))));
}

TEST_CASE("pow errs by no more than its exponent allows", "[math]") {
  for (const PowerAnswer& a : kPow) {
    INFO(a.x << " ^ " << a.y);
    const double allowed = 1e-15 * std::fabs(a.y * base::log(a.x)) + 4e-16;
    CHECK(std::fabs(base::pow(a.x, a.y) / a.value - 1.0) <= allowed);
  }
  CHECK(base::pow(0.0, 2.0) == 0.0);
  CHECK(base::pow(0.0, 0.0) == 1.0);
  CHECK(base::pow(kInfinity, 0.0) == 1.0);
  CHECK(base::pow(0.0, -1.0) == kInfinity);
  CHECK(std::isnan(base::pow(-2.0, 3.0)));
}

TEST_CASE("the inverse normal has a relative error below 1e-15 in the middle and far in the tails", "[math]") {
  for (const Answer& a : kInverseNormal) {
    INFO(a.x);
    CHECK(std::fabs(base::inverse_normal(a.x) / a.value - 1.0) <= 1e-15);
  }
  CHECK(base::inverse_normal(0.5) == 0.0);
  CHECK(base::inverse_normal(0.0) == -kInfinity);
  CHECK(base::inverse_normal(1.0) == kInfinity);
}

TEST_CASE("the normal distribution function has an absolute error below 1.5e-15", "[math]") {
  for (const Answer& a : kNormalCdf) {
    INFO(a.x);
    CHECK(std::fabs(base::normal_cdf(a.x) - a.value) <= 1.5e-15);
  }
  CHECK(base::normal_cdf(-40.0) == 0.0);
  CHECK(base::normal_cdf(40.0) == 1.0);
  CHECK(std::isnan(base::normal_cdf(std::nan(""))));
}

TEST_CASE("every function gives the same bits whatever the optimiser and the processor", "[math]") {
  // Golden. The values change only with the functions themselves; a commit that moves it says so under Results.
  base::Digest digest;
  const auto add = [&digest](double value) { digest.add(std::bit_cast<std::uint64_t>(value)); };
  for (int i = 1; i < 20000; ++i) {
    const double u = i / 20000.0;
    add(base::exp(1400.0 * u - 700.0));
    add(base::exp(u - 0.5));
    add(base::log(u));
    add(base::log(base::exp(u * 600.0)));
    add(base::pow(0.1 + 3.0 * u, 5.0 - 9.0 * u));
    add(base::sqrt(u));
    add(base::inverse_normal(u));
    add(base::inverse_normal(base::exp(-600.0 * u)));
    add(base::normal_cdf(16.0 * u - 8.0));
  }
  CHECK(base::to_hex(digest) == "7c4b9a74e37cfad9fb2199bff0010eb4");
}

TEST_CASE("constants folded by the compiler equal values computed at run time", "[math]") {
  volatile double x = 0.7, y = 1.9;
  CHECK(std::bit_cast<std::uint64_t>(base::exp(0.7)) == std::bit_cast<std::uint64_t>(base::exp(x)));
  CHECK(std::bit_cast<std::uint64_t>(base::log(0.7)) == std::bit_cast<std::uint64_t>(base::log(x)));
  CHECK(std::bit_cast<std::uint64_t>(base::pow(0.7, 1.9)) == std::bit_cast<std::uint64_t>(base::pow(x, y)));
}
