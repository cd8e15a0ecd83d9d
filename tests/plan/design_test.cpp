// Designs: what is known of each from its definition.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/plan/design.h"

using namespace haven;
using namespace haven::plan;

namespace {

Axis listed(const std::string& name, int n) {
  Axis axis;
  axis.name = name;
  for (int i = 0; i < n; ++i) axis.levels.push_back({name, static_cast<double>(i), ""});
  return axis;
}

Axis ranged(const std::string& name, double from = 0, double to = 1) {
  Axis axis;
  axis.name = name;
  axis.from = from;
  axis.to = to;
  return axis;
}

Design design(Kind kind, std::size_t axes, std::int64_t size) {
  Design d;
  d.kind = kind;
  d.size = size;
  for (std::size_t a = 0; a < axes; ++a) d.axes.push_back(ranged(std::string(1, static_cast<char>('a' + a))));
  return d;
}

}  // namespace

TEST_CASE("a grid has every combination once, its first axis slowest", "[plan]") {
  Design d;
  d.axes = {listed("a", 2), listed("b", 3), listed("c", 4)};
  REQUIRE(d.points() == 24);
  std::int64_t i = 0;
  for (int a = 0; a < 2; ++a) {
    for (int b = 0; b < 3; ++b) {
      for (int c = 0; c < 4; ++c, ++i) {
        const auto point = d.point(i);
        CHECK(point.point == i);
        CHECK((point.axes[0].value == a && point.axes[1].value == b && point.axes[2].value == c));
        CHECK(point.axes[2].axis == "c");
      }
    }
  }
}

TEST_CASE("a permutation visits every place once, whatever its length", "[plan]") {
  for (const std::uint64_t n : {1, 2, 3, 5, 16, 17, 100, 1000}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < n; ++i) seen.insert(permuted(i, n, 7));
    CHECK(seen.size() == n);
    CHECK(*seen.rbegin() == n - 1);
  }
  int moved = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) moved += permuted(i, 1000, 1) != permuted(i, 1000, 2);
  CHECK(moved > 950);
}

TEST_CASE("a Latin hypercube has one point in each stratum of each axis", "[plan]") {
  for (const std::int64_t n : {1, 7, 50}) {
    const Design d = design(Kind::latin_hypercube, 3, n);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::set<std::int64_t> strata;
      for (std::int64_t i = 0; i < n; ++i) strata.insert(static_cast<std::int64_t>(d.unit(i)[axis] * static_cast<double>(n)));
      CHECK(strata.size() == static_cast<std::size_t>(n));
    }
  }
  const Design d = design(Kind::latin_hypercube, 2, 50);
  int same = 0;
  for (std::int64_t i = 0; i < 50; ++i) same += static_cast<int>(d.unit(i)[0] * 50) == static_cast<int>(d.unit(i)[1] * 50);
  CHECK(same < 10);  // the axes are shuffled apart
}

TEST_CASE("Sobol points put one of every 2^m in each of 2^m equal intervals of each axis", "[plan]") {
  const Design d = design(Kind::sobol, 5, 1 << 12);
  for (std::size_t axis = 0; axis < 5; ++axis) {
    // Aligned blocks of the sequence, whose point 0 is left out: points 63..126 are the sequence's 64..127.
    std::set<int> cells;
    for (std::int64_t i = 63; i < 127; ++i) cells.insert(static_cast<int>(d.unit(i)[axis] * 64));
    CHECK(cells.size() == 64);
  }
  double integral = 0;  // of the product of 2 u over the cube: 1
  for (std::int64_t i = 0; i < 4096; ++i) {
    double f = 1;
    for (const double u : d.unit(i)) f *= 2 * u;
    integral += f / 4096;
  }
  CHECK(std::abs(integral - 1) < 0.01);
}

TEST_CASE("a Morris trajectory changes one axis a step, each axis once, by half the levels", "[plan]") {
  Design d = design(Kind::morris, 4, 30);
  d.grid_levels = 6;
  REQUIRE(d.points() == 150);
  std::set<double> values;
  for (std::int64_t t = 0; t < 30; ++t) {
    std::set<std::size_t> moved;
    for (std::int64_t step = 0; step < 4; ++step) {
      const auto before = d.unit(5 * t + step), after = d.unit(5 * t + step + 1);
      int changes = 0;
      for (std::size_t a = 0; a < 4; ++a) {
        values.insert(after[a]);
        if (before[a] == after[a]) continue;
        ++changes;
        moved.insert(a);
        CHECK(std::abs(after[a] - before[a]) == Approx(0.6));
      }
      CHECK(changes == 1);
    }
    CHECK(moved.size() == 4);
  }
  CHECK(values.size() == 6);
  CHECK(*values.begin() == 0);
  CHECK(*values.rbegin() == 1);
}

TEST_CASE("a Saltelli row is A, B, and A with one column of B after the other", "[plan]") {
  const Design d = design(Kind::saltelli, 3, 20);
  REQUIRE(d.points() == 100);
  for (std::int64_t row = 0; row < 20; ++row) {
    const auto a = d.unit(5 * row), b = d.unit(5 * row + 1);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      auto mixed = a;
      mixed[axis] = b[axis];
      CHECK(d.unit(5 * row + 2 + static_cast<std::int64_t>(axis)) == mixed);
      CHECK(a[axis] != b[axis]);
    }
  }
}

TEST_CASE("values of a range lie evenly, or evenly in the logarithm, with both ends; whole numbers are whole", "[plan]") {
  Axis axis = ranged("x", 2, 32);
  CHECK(axis.at(0).value == 2);
  CHECK(axis.at(0.5).value == 17);
  CHECK(axis.at(1).value == 32);
  axis.log = true;
  CHECK(axis.at(0.5).value == Approx(8).epsilon(1e-12));
  CHECK(axis.at(1).value == 32);
  axis.whole = true;
  CHECK(axis.at(0.3).value == std::round(axis.at(0.3).value));
  Axis words;
  words.name = "rule";
  words.levels = {{"rule", 0, "old"}, {"rule", 1, "new"}};
  CHECK(words.at(0.49).label == "old");
  CHECK(words.at(0.5).label == "new");
  CHECK(words.at(1).label == "new");
}

TEST_CASE("a point depends on its number and the design's shuffle alone", "[plan]") {
  for (const Kind kind : {Kind::latin_hypercube, Kind::sobol, Kind::morris, Kind::saltelli}) {
    const Design d = design(kind, 3, 10), again = design(kind, 3, 10);
    Design other = d;
    other.shuffle = 2;
    CHECK(d.unit(9) == again.unit(9));
    CHECK(d.unit(9) != other.unit(9));
  }
}
