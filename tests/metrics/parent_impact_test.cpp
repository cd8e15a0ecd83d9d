// Impact of parent orders, where the law that moved the price is known.
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <map>

#include "engine/base/random.h"
#include "engine/metrics/parent_impact.h"

using namespace haven;
using namespace haven::metrics;

namespace {

constexpr std::size_t kBook = 4;
constexpr std::int64_t kDayLots = 1'000'000, kSlice = 10;
constexpr double kSigma = 5;

/// A book quoted in yield: a tick is a basis point.
world::WorldSpec spec_of_one_trader() {
  world::WorldSpec spec;
  spec.institutions.emplace_back();
  spec.books.resize(world::kBooks);
  for (std::size_t k = 0; k < world::kBooks; ++k) {
    spec.books[k].name = std::to_string(k);
    spec.books[k].kind = world::BookKind::spreadover;
    spec.books[k].grid.ticks_per_unit = 1;
  }
  return spec;
}

using Values = std::map<std::string, double>;
using Slots = std::array<std::int64_t, 2>;

/// A market in which parents move the yield as they are told to.
struct Market {
  world::WorldSpec spec = spec_of_one_trader();
  world::World w;
  ParentImpact impact{spec};

  Market() {
    w.books_data[kBook].mid_ticks = 400;
    w.books_data[kBook].variance_bp2 = kSigma * kSigma;
    end_day();
  }
  Values end_day() {
    Values out;
    w.books_data[kBook].volume_lots = kDayLots;
    impact.day_end(w, [&](const std::string& name, double value) { out[name] = value; });
    return out;
  }
  /// The trader acts, and the yield moves by `bp`.
  void act(Slots before, Slots after, double bp) {
    const double mid = w.books_data[kBook].mid_ticks;
    w.books_data[kBook].mid_ticks += bp;
    impact.worked(w, {base::InstitutionId{0}, kBook, mid, kSlice, before, after});
  }
  /// A whole parent of these signed lots that moves the yield by `bp`, half with the first slice and half with the last.
  void parent(std::int64_t lots, double bp) {
    const std::int64_t left = lots > 0 ? lots - kSlice : lots + kSlice;
    act({0, 0}, {left, 0}, 0.5 * bp);
    act({left, 0}, {0, 0}, 0.5 * bp);
  }
};

/// Parents of 100 to 12,800 lots, buyers and sellers in turn, whose yields move by Y sigma (Q/V)^exponent against them, and by noise.
void parents(Market& market, double level, double exponent) {
  const base::Draws seed{1, base::name_key("parents"), 0, 0};
  base::Draws draws = seed;
  for (int i = 0; i < 400; ++i) {
    for (std::int64_t lots = 100; lots <= 12'800; lots *= 2) {
      const int sign = i % 2 == 0 ? 1 : -1;
      const double law = level * kSigma * std::pow(static_cast<double>(lots) / static_cast<double>(kDayLots), exponent);
      market.parent(sign * lots, -sign * law + 0.05 * draws.normal(base::Purpose::test));
    }
  }
}

}  // namespace

TEST_CASE("parents that move the price by a power of their size give back the power, and the level of the square root", "[metrics]") {
  Market root, linear;
  parents(root, 0.8, 0.5);
  parents(linear, 3, 1);
  const auto v = root.end_day();
  CHECK(v.at("parent_impact_4_exponent") == Approx(0.5).margin(0.04));
  CHECK(v.at("parent_impact_4_level") == Approx(0.8).epsilon(0.03));
  CHECK(linear.end_day().at("parent_impact_4_exponent") == Approx(1.0).margin(0.04));
}

TEST_CASE("a parent counts from before its first slice to after its last, and by itself when another is worked beside it", "[metrics]") {
  std::vector<SizeBin> bins;
  for (const double size : {0.001, 0.002, 0.004, 0.008}) bins.push_back({100, size, 2 * std::sqrt(size), 1});
  CHECK(impact_law(bins).exponent == Approx(0.5));
  CHECK(impact_law(bins).level == Approx(2.0));
  bins.pop_back();
  CHECK(std::isnan(impact_law(bins).exponent));  // three sizes are too few
  Market market;
  for (int i = 0; i < 60; ++i) {
    for (std::int64_t lots = 100; lots <= 800; lots *= 2) {
      market.act({0, 500}, {lots - kSlice, 500}, -1 - 0.01 * (i % 2));   // the other slot's parent was there before: not followed
      market.act({lots - kSlice, 500}, {lots - kSlice, 250}, -2);
      market.act({lots - kSlice, 250}, {0, 250}, -1);
    }
  }
  const double level = market.end_day().at("parent_impact_4_level");
  Market whole;
  for (int i = 0; i < 60; ++i) {
    for (std::int64_t lots = 100; lots <= 800; lots *= 2) whole.parent(lots, -4 - 0.01 * (i % 2));
  }
  CHECK(level == Approx(whole.end_day().at("parent_impact_4_level")));
}

TEST_CASE("a parent that a day's end cuts in two, one of a single slice and those of the first day are left out", "[metrics]") {
  Market market;
  for (int i = 0; i < 400; ++i) {
    for (std::int64_t lots = 100; lots <= 800; lots *= 2) {
      market.act({0, 0}, {lots, 0}, -1);
      market.end_day();
      market.act({lots, 0}, {0, 0}, -1 - 0.01 * (i % 2));
      market.act({0, 0}, {0, 0}, -1);
    }
  }
  CHECK(market.end_day().empty());
}
