#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "engine/base/random.h"

using namespace haven::base;

namespace {

std::vector<double> uniforms(Draws draws, Purpose purpose, int n) {
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(draws.uniform(purpose));
  return values;
}

Draws on_day(std::uint64_t seed, std::uint64_t name, std::uint32_t day) {
  Draws draws{.seed = seed, .name = name};
  draws.start_day(day);
  return draws;
}

}  // namespace

// Source: Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds: words 1 and 0 of each answer, the counter and
// key words spread over our name of a draw.
TEST_CASE("Philox gives its published vectors under our naming of counter and key", "[draws]") {
  CHECK(philox(0, 0, Purpose{0}, 0, 0) == 0xe169c58d6627e8d5ULL);
  CHECK(philox(0xffffffffffffffffULL, 0xffffffffffffffffULL, Purpose{0xffff}, 0xffff, 0xffffffff) == 0x41c83b0e408f276dULL);
  // counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0
  CHECK(philox(0x299f31d0a4093822ULL, 0x0370734413198a2eULL, Purpose{0x08d3}, 0x85a3, 0x243f6a88) == 0x94fdccebd16cfe09ULL);
}

TEST_CASE("seed, name, purpose, day and index each name another draw", "[draws]") {
  const std::set<std::uint64_t> words = {
      philox(1, 2, Purpose::arrival, 3, 4),         philox(2, 2, Purpose::arrival, 3, 4),
      philox(1 | 1ULL << 32, 2, Purpose::arrival, 3, 4), philox(1, 3, Purpose::arrival, 3, 4),
      philox(1, 2 | 1ULL << 32, Purpose::arrival, 3, 4), philox(1, 2, Purpose::side, 3, 4),
      philox(1, 2, Purpose::arrival, 4, 4),         philox(1, 2, Purpose::arrival, 3, 5)};
  CHECK(words.size() == 8);
}

TEST_CASE("paired runs fall back in step at the start of a day however many draws the day before took", "[draws]") {
  Draws few = on_day(7, name_key("dealer_3"), 10), many = few;
  few.uniform(Purpose::arrival);
  for (int i = 0; i < 100; ++i) many.uniform(Purpose::arrival);
  CHECK(few.uniform(Purpose::arrival) != many.uniform(Purpose::arrival));
  few.start_day(11);
  many.start_day(11);
  CHECK(uniforms(few, Purpose::arrival, 20) == uniforms(many, Purpose::arrival, 20));
}

TEST_CASE("another agent's draws and another purpose's draws do not move an agent's own", "[draws]") {
  const auto alone = uniforms(on_day(7, name_key("a"), 1), Purpose::size, 5);
  Draws other = on_day(7, name_key("b"), 1);
  other.uniform(Purpose::size);
  CHECK(uniforms(on_day(7, name_key("a"), 1), Purpose::size, 5) == alone);

  // The same counter under two purposes: unrelated values.
  Draws a = on_day(7, name_key("a"), 1), b = a;
  double product = 0;
  for (int i = 0; i < 10000; ++i) product += (a.uniform(Purpose::size) - 0.5) * (b.uniform(Purpose::side) - 0.5);
  CHECK(std::abs(product / 10000) < 5 * (1.0 / 12) / 100);  // five standard errors
}

TEST_CASE("a uniform is never 0 or 1, for any word", "[draws]") {
  CHECK(unit_interval(0) == 0x1.0p-53);
  CHECK(unit_interval(~0ULL) == 1.0 - 0x1.0p-53);
  CHECK(inverse_normal(unit_interval(0)) > -9.0);
  CHECK(inverse_normal(unit_interval(~0ULL)) < 9.0);
  CHECK(unit_interval(1ULL << 63) > 0.5);
  CHECK(unit_interval((1ULL << 63) - 1) < 0.5);
}

TEST_CASE("each variate takes one uniform and has its moments", "[draws]") {
  Draws draws = on_day(11, name_key("moments"), 0);
  const int n = 200000;
  double normal = 0, square = 0, exponential = 0, pareto = 0;
  std::vector<int> counts(7, 0);
  for (int i = 0; i < n; ++i) {
    const double z = draws.normal(Purpose::test);
    normal += z;
    square += z * z;
    exponential += draws.exponential(Purpose::test);
    pareto += draws.pareto(Purpose::test, 5.0);
    ++counts[draws.below(Purpose::test, 7)];
  }
  CHECK(draws.index == 4U * n);
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(std::abs(normal / n) < 4 / root);
  CHECK(std::abs(square / n - 1) < 4 * std::sqrt(2.0) / root);
  CHECK(std::abs(exponential / n - 1) < 4 / root);
  CHECK(std::abs(pareto / n - 1.25) < 4 * std::sqrt(5.0 / 48) / root);  // mean a/(a-1), variance a/((a-1)^2 (a-2))
  for (const int count : counts) CHECK(std::abs(count - n / 7.0) < 4 * std::sqrt(n / 7.0));
}

TEST_CASE("below(n) stays below n at both ends of the uniform", "[draws]") {
  for (const std::uint32_t n : {1U, 2U, 3U, 7U, 1000U, 0x80000000U, 0x80000001U, 0xffffffffU}) {
    INFO(n);
    CHECK(static_cast<std::uint32_t>(unit_interval(~0ULL) * static_cast<double>(n)) == n - 1);
    CHECK(static_cast<std::uint32_t>(unit_interval(0) * static_cast<double>(n)) == 0);
  }
}

TEST_CASE("a trading day that does not fit the counter is refused", "[draws]") {
  Draws draws;
  draws.start_day(65535);
  CHECK_THROWS_AS(draws.start_day(65536), CheckFailure);
}

TEST_CASE("a name key is the same in every build", "[draws]") {
  STATIC_REQUIRE(name_key("") == mix(0xcbf29ce484222325ULL));
  STATIC_REQUIRE(name_key("a") == mix(0xaf63dc4c8601ec8cULL));       // FNV-1a 64 of "a", Noll's published vector
  STATIC_REQUIRE(name_key("foobar") == mix(0x85944171f73967e8ULL));  // and of "foobar"
}
