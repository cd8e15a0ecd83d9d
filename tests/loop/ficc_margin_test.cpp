// FICC's margin, called at the day's end and at noon.
#include "engine/loop/ficc_margin.h"

#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

const assemble::Experiment& with_margin() {
  static const assemble::Experiment experiment = short_run({"funding.ficc_margin={ k: 4.9 decay: 0.97 step_pct: 10 lag_days: 1 }"});
  return experiment;
}

double posted_bn(const loop::Spec& spec, const loop::State& state) {
  double sum = 0;
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) sum += base::to_bn(state.world.accounts[i].ficc_margin);
  return sum;
}
double held_bn(const loop::Spec& spec, const loop::State& state) { return base::to_bn(state.world.ledger.flow(spec.world.ficc, ledger::Reason::initial_margin)); }

}  // namespace

TEST_CASE("FICC asks dealers for margin on their own and their clients' net forward positions, nobody else", "[loop][ficc]") {
  const auto& spec = with_margin().spec;
  auto state = loop::initial_state(spec, 1);
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) CHECK(loop::ficc_required_bn(spec, state, {i}) == 0);
  advance_to(spec, state, moment(spec, 0, 16));
  double dealers = 0;
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    const double required = loop::ficc_required_bn(spec, state, {i});
    if (spec.world.institutions[i].kind != world::Kind::primary_dealer) CHECK(required == 0);
    dealers += required;
  }
  CHECK(dealers > 0.5);
  CHECK(dealers < 100);
}

TEST_CASE("twice the margin per basis point is twice the margin, but for what trades would lose", "[loop][ficc]") {
  const auto& spec = with_margin().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 7, 1));  // repo is made, nothing is traded yet that could lose
  const auto dealer = state.population.primary_dealer.front().self;
  const double once = loop::ficc_required_bn(spec, state, dealer);
  for (auto& m : state.ficc_margin) m.level.in_force_hbp *= 2;
  const double none = [&] {
    auto copy = state;
    for (auto& m : copy.ficc_margin) m.level.in_force_hbp = 0;
    return loop::ficc_required_bn(spec, copy, dealer);
  }();
  REQUIRE(once > none);
  CHECK(loop::ficc_required_bn(spec, state, dealer) - none == Approx(2 * (once - none)));
}

TEST_CASE("the day's end call is in FICC's account at 09:30 and the noon call at 14:45, which only collects", "[loop][ficc]") {
  const auto& spec = with_margin().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 9, 29));
  CHECK(held_bn(spec, state) == 0);
  const double called = posted_bn(spec, state);
  REQUIRE(called > 0.5);
  advance_to(spec, state, moment(spec, 1, 9, 31));
  CHECK(held_bn(spec, state) == Approx(called).margin(1e-6));
  std::vector<base::Money> before;
  const auto dealers = [&](auto&& look) {
    for (const auto& dealer : state.population.primary_dealer) look(state.world.accounts[dealer.self.v].ficc_margin);
  };
  advance_to(spec, state, moment(spec, 1, 11, 59));
  dealers([&](base::Money posted) { before.push_back(posted); });
  advance_to(spec, state, moment(spec, 1, 14, 44));
  std::size_t i = 0;
  dealers([&](base::Money posted) { CHECK(posted >= before[i++]); });
  CHECK(held_bn(spec, state) == Approx(called).margin(1e-6));
  const double at_noon = posted_bn(spec, state);
  CHECK(at_noon > called);
  advance_to(spec, state, moment(spec, 1, 14, 46));
  CHECK(held_bn(spec, state) == Approx(at_noon).margin(1e-6));
}

TEST_CASE("a dealer's margin at FICC goes into its estate's account there when it fails", "[loop][ficc][default]") {
  loop::Spec spec = with_margin().spec;
  auto state = loop::initial_state(spec, 1);
  const auto dealer = state.population.primary_dealer.front().self;
  spec.scenario.failures = {{moment(spec, 2, 10), dealer}};
  advance_to(spec, state, moment(spec, 2, 9, 59));
  const auto posted = state.world.accounts[dealer.v].ficc_margin;
  REQUIRE(posted.v > 0);
  advance_to(spec, state, moment(spec, 2, 10, 1));
  CHECK(state.world.accounts[dealer.v].ficc_margin.v == 0);
  const std::uint32_t ficc = spec.world.institutions[spec.world.ficc.v].index_in_kind;
  base::Money held;
  for (const auto& a : state.house_accounts) held += a.house == ficc ? a.margin : base::Money{};
  CHECK(held == posted);
  CHECK_NOTHROW(advance_to(spec, state));
}
