// Measures below the day, on flows and samples whose answer is known.
#include <catch2/catch.hpp>

#include <cmath>
#include <map>

#include "engine/base/random.h"
#include "engine/metrics/microstructure.h"

using namespace haven;
using namespace haven::metrics;

namespace {

world::WorldSpec spec_of(std::vector<world::Kind> kinds) {
  world::WorldSpec spec;
  for (const auto kind : kinds) {
    spec.institutions.emplace_back();
    spec.institutions.back().kind = kind;
  }
  spec.books.resize(world::kBooks);
  for (std::size_t k = 0; k < world::kBooks; ++k) spec.books[k].name = std::to_string(k);
  return spec;
}

std::map<std::string, double> values_of(Microstructure& m) {
  std::map<std::string, double> out;
  m.day_end(world::World{}, [&](const std::string& name, double value) { out[name] = value; });
  return out;
}

}  // namespace

TEST_CASE("a power law of lags gives back its exponent, and fewer than three positive correlations give none", "[metrics]") {
  const std::vector<double> lags = {1, 2, 4, 8};
  std::vector<double> c;
  for (const double lag : lags) c.push_back(0.3 * std::pow(lag, -0.6));
  CHECK(decay_exponent(lags, c) == Approx(0.6));
  c[1] = -0.01;  // no logarithm: left out
  CHECK(decay_exponent(lags, c) == Approx(0.6));
  c[2] = 0;
  CHECK(std::isnan(decay_exponent(lags, c)));
}

TEST_CASE("Hill's index of a Pareto sample is its exponent", "[metrics]") {
  std::vector<double> values;
  for (int i = 1; i <= 20000; ++i) values.push_back(std::pow((i - 0.5) / 20000.0, -1.0 / 3.0));  // quantiles of a tail index of 3
  CHECK(hill_index(values, 0.05) == Approx(3.0).epsilon(0.01));
  CHECK(std::isnan(hill_index({1, 2, 3}, 0.05)));
}

TEST_CASE("signs that come in runs have memory, and signs that alternate have the opposite", "[metrics]") {
  const auto spec = spec_of({});
  Microstructure runs(spec), alternate(spec);
  for (int i = 0; i < 40000; ++i) {
    runs.took(4, (i / 10) % 2 == 0 ? base::Side::buy : base::Side::sell);
    alternate.took(4, i % 2 == 0 ? base::Side::buy : base::Side::sell);
  }
  // Runs of ten: nine products of ten are +1.
  CHECK(values_of(runs).at("sign_correlation_4_lag_1") == Approx(0.8).margin(0.001));
  CHECK(values_of(alternate).at("sign_correlation_4_lag_1") == Approx(-1.0).margin(0.001));
}

TEST_CASE("shares of volume count both sides of a trade, books apart from all trades", "[metrics]") {
  const auto spec = spec_of({world::Kind::principal_trading_firm, world::Kind::noise});
  Microstructure m(spec);
  const base::InstitutionId fast{0}, other{1};
  m.filled(other, fast, 4, 100);    // one side of two
  m.filled(fast, fast, 4, 100);     // both
  m.filled(fast, fast, world::kNodes, 1000);  // a future: not a bond
  m.traded_cash(other, other, 4, 100);
  m.traded_cash(fast, other, 4, 100);
  const auto v = values_of(m);
  CHECK(v.at("fast_traders_book_volume_share") == Approx(0.75));
  CHECK(v.at("fast_traders_cash_volume_share") == Approx(0.25));
  CHECK(values_of(m).count("fast_traders_book_volume_share") == 0);  // a day without trades has no share
}
