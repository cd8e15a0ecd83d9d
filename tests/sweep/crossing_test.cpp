// The search for a crossing, on functions whose crossing is known.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>

#include "engine/base/math.h"
#include "engine/base/random.h"
#include "tools/sweep/crossing.h"

using namespace haven;
using namespace haven::sweep;

namespace {

using Draw = std::function<double(double x, double u)>;  ///< u uniform

/// `shared`: a seed draws the same at every site, as runs do; else anew.
Sample sample_of(const Draw& draw, std::uint64_t repetition, bool shared) {
  return [=](int site, double x, int seeds) {
    std::vector<double> results;
    base::Draws draws{repetition, base::name_key(shared ? "shared" : fmt::format("site {}", site))};
    for (int s = 0; s < seeds; ++s) results.push_back(draw(x, draws.uniform(base::Purpose::test)));
    return results;
  };
}

double normal(double u) { return base::inverse_normal(u); }

/// Repetitions of 100 in which the interval holds the crossing.
int covered(const CrossingSearch& search, const Draw& draw, double crossing, bool shared, int& wide) {
  int inside = 0;
  for (std::uint64_t repetition = 1; repetition <= 100; ++repetition) {
    const auto found = find_crossing(search, sample_of(draw, repetition, shared));
    if (found.outcome != CrossingOutcome::found) continue;
    inside += found.low <= crossing && crossing <= found.high;
    wide += found.high - found.low > 0.5 * (search.to - search.from);
    CHECK((found.low <= *found.estimate && *found.estimate <= found.high));
  }
  return inside;
}

}  // namespace

TEST_CASE("the interval holds the known threshold in at least 95 of 100 repetitions, for shares and for means", "[crossing]") {
  CrossingSearch search;
  search.to = 10;
  search.tolerance = 0.1;
  search.most_seeds = 64;
  const auto collapse = [](double x, double u) { return u < 1 / (1 + std::exp(-3 * (x - 6.2))) ? 1.0 : 0.0; };
  const auto metric = [](double x, double u) { return 20 * (x - 6.2) + 15 * normal(u); };
  for (const bool shared : {false, true}) {
    int wide = 0;
    search.level = 0.5;
    CHECK(covered(search, collapse, 6.2, shared, wide) >= 95);
    search.level = 0;
    CHECK(covered(search, metric, 6.2, shared, wide) >= 95);
    CHECK(wide == 0);
  }
}

TEST_CASE("a falling function, a logarithmic range and a skewed metric are covered as well", "[crossing]") {
  CrossingSearch search;
  search.from = 0.1;
  search.to = 1000;
  search.log = true;
  search.tolerance = 0.5;
  search.level = 3;
  int wide = 0;
  CHECK(covered(search, [](double x, double u) { return 3 + std::log(20 / x) - (1 + std::log(u)); }, 20, false, wide) >= 95);
}

TEST_CASE("more seeds and a lower tolerance make the interval narrower, down to the tolerance", "[crossing]") {
  const auto sample = sample_of([](double x, double u) { return x - 0.3 + 0.3 * normal(u); }, 1, true);
  CrossingSearch search;
  search.level = 0;
  search.tolerance = 0.02;
  search.most_seeds = 16;
  const auto few = find_crossing(search, sample);
  search.most_seeds = 4096;
  const auto many = find_crossing(search, sample);
  CHECK(many.high - many.low < 0.5 * (few.high - few.low));
  const auto exact = find_crossing(search, [](int, double x, int) { return std::vector<double>{x - 0.3, x - 0.3, x - 0.3}; });
  CHECK(exact.high - exact.low <= 0.02);
  CHECK(exact.low < 0.3);
  CHECK(exact.high > 0.3);
  CHECK(*exact.estimate == Approx(0.3));
  CHECK(exact.sites <= most_sites(search));
}

TEST_CASE("a level that is not reached between the ends, or cannot be told from one, is said to be so", "[crossing]") {
  CrossingSearch search;
  CHECK(find_crossing(search, sample_of([](double, double u) { return u < 0.01 ? 1.0 : 0.0; }, 1, false)).outcome == CrossingOutcome::always_below);
  CHECK(find_crossing(search, sample_of([](double, double u) { return u < 0.99 ? 1.0 : 0.0; }, 1, false)).outcome == CrossingOutcome::always_above);
  CHECK(find_crossing(search, sample_of([](double, double u) { return u < 0.5 ? 1.0 : 0.0; }, 1, false)).outcome == CrossingOutcome::undecided);
  CHECK(find_crossing(search, [](int, double, int) { return std::vector<double>{}; }).outcome == CrossingOutcome::undecided);
}

TEST_CASE("bounds of a share are those of Clopper and Pearson, bounds of a mean Student's", "[crossing]") {
  // 0 of 10 at 95%: upper bound 1 - 0.025^(1/10) = 0.3085. 5 of 10: 0.1871 to 0.8129 (tables).
  CHECK(mean_bounds(std::vector<double>(10, 0.0), 0.05).high == Approx(0.3085).margin(5e-5));
  CHECK(mean_bounds(std::vector<double>(10, 0.0), 0.05).low == 0);
  const auto half = mean_bounds({1, 1, 1, 1, 1, 0, 0, 0, 0, 0}, 0.05);
  CHECK(half.low == Approx(0.1871).margin(5e-5));
  CHECK(half.high == Approx(0.8129).margin(5e-5));
  // 1, 2, 3, 4, 5: mean 3, s.e. 0.7071, t(4, 97.5%) = 2.776.
  const auto mean = mean_bounds({1, 2, 3, 4, 5}, 0.05);
  CHECK(mean.low == Approx(3 - 2.776 * 0.7071).margin(1e-3));
  CHECK(std::isinf(mean_bounds({2.5}, 0.05).high));
}
