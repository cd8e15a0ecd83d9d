#include "engine/base/units.h"

#include <catch2/catch.hpp>
#include <limits>
#include <type_traits>

#include "engine/base/time.h"

using namespace haven::base;

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Subtractable = requires(A a, B b) { a - b; };
template <class A, class B>
concept Multipliable = requires(A a, B b) { a* b; };
template <class A, class B>
concept Comparable = requires(A a, B b) { a < b; };

template <class A, class B>
using Sum = decltype(A{} + B{});
template <class A, class B>
using Difference = decltype(A{} - B{});

}  // namespace

TEST_CASE("a position is not a distance: what does not mean anything does not compile", "[units]") {
  STATIC_REQUIRE(std::is_same_v<Sum<Price, Ticks>, Price>);
  STATIC_REQUIRE(std::is_same_v<Difference<Price, Price>, Ticks>);
  STATIC_REQUIRE_FALSE(Addable<Price, Price>);
  STATIC_REQUIRE_FALSE(Addable<Price, int>);
  STATIC_REQUIRE_FALSE(Comparable<Price, Ticks>);
  STATIC_REQUIRE(std::is_same_v<Sum<Time, Duration>, Time>);
  STATIC_REQUIRE(std::is_same_v<Difference<Time, Time>, Duration>);
  STATIC_REQUIRE_FALSE(Addable<Time, Time>);
}

TEST_CASE("money and face do not mix, and money times money is nothing", "[units]") {
  STATIC_REQUIRE(Addable<Money, Money>);
  STATIC_REQUIRE_FALSE(Addable<Money, Face>);
  STATIC_REQUIRE_FALSE(Subtractable<Face, Money>);
  STATIC_REQUIRE_FALSE(Comparable<Money, Face>);
  STATIC_REQUIRE_FALSE(Multipliable<Money, Money>);
  STATIC_REQUIRE(Multipliable<Money, int>);
  STATIC_REQUIRE_FALSE(Addable<Money, double>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::int64_t, Money>);
  STATIC_REQUIRE_FALSE(Comparable<SecurityId, InstrumentId>);
}

TEST_CASE("billions become whole dollars by rounding, not by cutting", "[units]") {
  STATIC_REQUIRE(face_from_bn(2.3).v == 2'300'000'000);
  STATIC_REQUIRE(face_from_bn(0.29).v == 290'000'000);
  STATIC_REQUIRE(face_from_bn(-0.29).v == -290'000'000);
  STATIC_REQUIRE(money_from_bn(1.001).v == 10'010'000'000'000);
  bool all = true;
  for (std::int64_t million = -5'000'000; million <= 5'000'000; million += 37) {
    all = all && face_from_bn(static_cast<double>(million) / 1000.0).v == million * 1'000'000;
  }
  CHECK(all);
}

TEST_CASE("a tick of 1/256 point on a million of face is exact money", "[units]") {
  CHECK(mul_div(1'000'000 * kMoneyPerDollar, 1, 256 * 100) == 390'625);
}

TEST_CASE("mul_div rounds to nearest, ties away from zero, through a product wider than 64 bits", "[units]") {
  STATIC_REQUIRE(mul_div(7, 1, 2) == 4);
  STATIC_REQUIRE(mul_div(-7, 1, 2) == -4);
  STATIC_REQUIRE(mul_div(5, 1, 3) == 2);
  STATIC_REQUIRE(mul_div(4, 1, 3) == 1);
  STATIC_REQUIRE(mul_div(-5, 1, 3) == -2);
  STATIC_REQUIRE(mul_div(-4, 1, 3) == -1);
  STATIC_REQUIRE(mul_div(1, 1, 3) == 0);
  STATIC_REQUIRE(mul_div(0, 5, 3) == 0);
  constexpr std::int64_t max = std::numeric_limits<std::int64_t>::max(), min = std::numeric_limits<std::int64_t>::min();
  STATIC_REQUIRE(mul_div(max, max, max) == max);
  STATIC_REQUIRE(mul_div(min, max, max) == min);
  STATIC_REQUIRE(mul_div(max, 3, 6) == max / 2 + 1);  // max is odd: a tie, away from zero
  STATIC_REQUIRE(mul_div(300'000'000'000'000'000, 99'999, 100'000) == 299'997'000'000'000'000);  // $30tn at a price
}

TEST_CASE("a side is the opposite of its opposite and carries its sign", "[units]") {
  STATIC_REQUIRE(opposite(Side::buy) == Side::sell);
  STATIC_REQUIRE(opposite(opposite(Side::buy)) == Side::buy);
  STATIC_REQUIRE(sign(Side::buy) == 1);
  STATIC_REQUIRE(sign(Side::sell) == -1);
}
