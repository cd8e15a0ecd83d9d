// The cheapest to deliver is found anew as yields move (docs/decisions/0026).
#include <catch2/catch.hpp>
#include <vector>

#include "engine/metrics/cheapest.h"
#include "engine/metrics/probes.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;
using instruments::Contract;

namespace {

constexpr std::size_t kTy = 2;
constexpr instruments::DeliveryMonth kJune{2025, 6};

// The short run's market with two more notes that can be delivered into TY, one longer and one longest.
assemble::Experiment with_choice() {
  assemble::Experiment experiment = plain_short_run();
  auto& world = experiment.spec.world;
  auto& c = world.contracts[kTy];
  const auto& terms = instruments::spec(Contract::TY);
  const auto& basket = world.securities[c.basket];
  const auto add = [&](const char* name, const instruments::Bond& bond, const world::Nodes& weight) {
    c.candidates.push_back({name, {bond, instruments::conversion_factor(terms, bond.coupon, bond.maturity, kJune)}, weight, basket.spread_bp});
  };
  world::Nodes later = basket.weight;
  later[3] -= 0.2;
  later[4] += 0.2;
  add("shortest", basket.bond, basket.weight);
  add("longer", instruments::bond_of_term({2'875}, 10, base::make_date(2032, 5, 15)), basket.weight);
  add("longest", instruments::bond_of_term({3'375}, 10, base::make_date(2033, 5, 15)), later);
  return experiment;
}

// All bonds of the curve at one yield, the future at the price at which delivering the first candidate breaks even.
void flat_curve(const world::WorldSpec& spec, world::World& w, double yield_bp) {
  for (std::size_t n = 0; n < world::kNodes; ++n) w.books_data[n].mid_ticks = world::ticks_of_yield(spec.books[n], yield_bp + spec.books[n].spread_bp);
  const auto& c = spec.contracts[kTy];
  const auto& basket = spec.securities[c.basket];
  w.baskets[c.basket - world::kNodes].mid_bp = yield_bp + basket.spread_bp;
  const base::Date settle = spec.settle[static_cast<std::size_t>(w.day)];
  const double clean = instruments::clean_points(instruments::remaining_flows(basket.bond, settle), w.security_yield_bp(spec, c.basket));
  const double future = instruments::theoretical_futures_points(c.candidates[0].deliverable, clean, {settle, c.delivery, 440.0});
  w.books_data[world::kNodes + kTy].mid_ticks = future * spec.books[world::kNodes + kTy].grid.ticks_per_unit;
}

}  // namespace

TEST_CASE("below six per cent the shortest note is the cheapest to deliver, above it the longest", "[loop][futures]") {
  const auto experiment = with_choice();
  const auto& spec = experiment.spec.world;
  loop::State state = loop::initial_state(experiment.spec, 1);
  flat_curve(spec, state.world, 400);
  const auto low = metrics::cheapest(spec, state.world, kTy);
  REQUIRE(low);
  CHECK(low->candidate == 0);
  CHECK(low->implied_repo_bp == Approx(440.0).margin(1e-6));
  flat_curve(spec, state.world, 750);
  const auto high = metrics::cheapest(spec, state.world, kTy);
  REQUIRE(high);
  CHECK(high->candidate == 2);
  CHECK(high->implied_repo_bp > 440.0);
}

TEST_CASE("the cheapest to deliver at the market is the instruments' own choice among the same prices", "[loop][futures]") {
  const auto experiment = with_choice();
  const auto& spec = experiment.spec.world;
  loop::State state = loop::initial_state(experiment.spec, 1);
  advance_to(experiment.spec, state, moment(experiment.spec, 1, 10));
  if (GENERATE(false, true)) flat_curve(spec, state.world, 750);
  const auto& w = state.world;
  const auto& c = spec.contracts[kTy];
  const auto found = metrics::cheapest(spec, w, kTy);
  REQUIRE(found);
  std::vector<instruments::Deliverable> basket;
  std::vector<double> clean;
  const base::Date settle = spec.settle[1];
  const auto curve = [&](const world::Nodes& weight) {
    double y = 0;
    for (std::size_t n = 0; n < world::kNodes; ++n) y += weight[n] * w.prices(spec).node_bp[n];
    return y;
  };
  const auto& security = spec.securities[c.basket];
  const double richness = w.security_yield_bp(spec, c.basket) - curve(security.weight);
  for (const auto& candidate : c.candidates) {
    basket.push_back(candidate.deliverable);
    clean.push_back(instruments::clean_points(instruments::remaining_flows(candidate.deliverable.bond, settle), curve(candidate.weight) + candidate.spread_bp - security.spread_bp + richness));
  }
  const double future = w.books_data[world::kNodes + kTy].mid_ticks / spec.books[world::kNodes + kTy].grid.ticks_per_unit;
  const auto expected = instruments::cheapest_to_deliver(basket, clean, future, settle, c.delivery);
  CHECK(found->candidate == expected.index);
  CHECK(found->implied_repo_bp == Approx(expected.implied_repo_bp).margin(1e-6));
  basket.erase(basket.begin() + static_cast<std::ptrdiff_t>(expected.index));
  clean.erase(clean.begin() + static_cast<std::ptrdiff_t>(expected.index));
  CHECK(found->lead_bp == Approx(expected.implied_repo_bp - instruments::cheapest_to_deliver(basket, clean, future, settle, c.delivery).implied_repo_bp).margin(1e-6));
}

TEST_CASE("each day with another cheapest to deliver than the day before is a switch; without a choice nothing is told", "[loop][futures]") {
  const auto experiment = with_choice();
  const auto& spec = experiment.spec.world;
  loop::State state = loop::initial_state(experiment.spec, 1);
  const auto told = [&](const world::WorldSpec& of) {
    metrics::Probes probes(of, metrics::Probes::Watching::on);
    for (const double yield_bp : {400.0, 750.0, 760.0, 770.0}) {
      flat_curve(spec, state.world, yield_bp);
      probes.close(state.world);
      ++state.world.day;
    }
    state.world.day = 3;
    const base::Date from = of.days.front(), to = of.days[3];
    return probes.take(state.world, 1, {{"switches", "ctd_switches_TY", metrics::Statistic::last, from, to}, {"years", "ctd_TY_years", metrics::Statistic::maximum, from, to}, {"lead", "ctd_lead_TY_bp", metrics::Statistic::minimum, from, to}}, 0, 0).metrics;
  };
  const auto choice = told(spec);
  CHECK(choice.at("switches") == 1);
  CHECK(choice.at("years") == Approx(7.87).margin(0.02));
  CHECK(choice.at("lead") > 0);
  state.world.day = 0;
  CHECK(told(plain_short_run().spec.world).empty());
}

TEST_CASE("naming more deliverables changes nothing that anybody does", "[loop][futures]") {
  CHECK(run_whole(with_choice().spec) == plain_whole());
}
