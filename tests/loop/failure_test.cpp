// An institution that the scenario makes fail.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

base::InstitutionId named(const loop::Spec& spec, const std::string& name) {
  const auto& all = spec.world.institutions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == name; });
  REQUIRE(found != all.end());
  return {static_cast<std::uint32_t>(found - all.begin())};
}

}  // namespace

TEST_CASE("a failure put into a fork gives the run whose scenario named it from the start, at every hour", "[loop][failure]") {
  const auto& plain = plain_short_run().spec;
  const auto who = named(plain, "basis_funds-1");
  const auto [day, hour, minute] = GENERATE(table<std::size_t, int, int>({{1, 9, 0}, {1, -3, 0}, {2, 7, 0}, {2, 15, 0}, {1, 12, 17}}));
  const base::Time at = moment(plain, day, hour, minute);
  loop::State state = loop::initial_state(plain, 1);
  advance_to(plain, state, at);
  loop::schedule_failure(plain, state, {at, who});
  advance_to(plain, state);
  loop::Spec whole = plain;
  whole.scenario.failures.push_back({at, who});
  INFO(base::to_string(at));
  CHECK(finished(state) == run_whole(whole));
  CHECK(finished(state).digest != plain_whole().digest);
  CHECK(state.world.accounts[who.v].defaulted == 1);
}

TEST_CASE("a failure of one that is in default already changes nothing more", "[loop][failure]") {
  loop::Spec once = plain_short_run().spec;
  const auto who = named(once, "basis_funds-1");
  once.scenario.failures.push_back({moment(once, 1, 9), who});
  loop::Spec twice = once;
  twice.scenario.failures.push_back({moment(once, 1, 10), who});
  CHECK(run_whole(once).digest == run_whole(twice).digest);
}

TEST_CASE("every kind that can fail can be made to: cash and securities are conserved and the run ends", "[loop][failure]") {
  const auto& plain = plain_short_run().spec;
  for (std::size_t k = 0; k < world::kKinds; ++k) {
    const auto kind = static_cast<world::Kind>(k);
    const auto& all = plain.world.institutions;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.kind == kind; });
    if (!world::can_default(kind) || found == all.end()) continue;
    INFO(found->name);
    const base::InstitutionId who{static_cast<std::uint32_t>(found - all.begin())};
    loop::Spec spec = plain;
    spec.scenario.failures.push_back({moment(spec, 1, 9), who});
    loop::State state = loop::initial_state(spec, 1);
    metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
    loop::advance(spec, state, probes);
    CHECK(state.finished == 1);
    state.world.ledger.check_conservation();
    state.world.collateral.check(state.world.ledger, state.world.contracts);
    const auto result = probes.take(state.world, 1, {}, 0, 0);
    REQUIRE_FALSE(result.defaults.empty());
    CHECK(result.defaults.front().institution == found->name);
    CHECK(result.defaults.front().shortfall_bn == 0);
  }
}

TEST_CASE("what a failed lender had lent runs to its end, and its borrowers find the money next morning", "[loop][failure]") {
  loop::Spec spec = plain_short_run().spec;
  const auto who = named(spec, "government_money_funds-1");
  spec.scenario.failures.push_back({moment(spec, 1, 9), who});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 8, 59));
  const base::Money lent = state.world.contracts.lent(who);
  REQUIRE(lent > base::money_from_bn(1));
  advance_to(spec, state, moment(spec, 1, 16, 59));
  CHECK(state.world.accounts[who.v].defaulted == 1);
  CHECK(state.world.contracts.lent(who) == lent);
  REQUIRE(state.estates.size() == 1);
  CHECK(state.estates.front().cleared == 0);
  advance_to(spec, state, moment(spec, 2, 7, 1));
  CHECK(state.world.contracts.lent(who).v == 0);
  CHECK(state.world.ledger.cash(who) >= lent);
  CHECK(std::none_of(state.world.accounts.begin(), state.world.accounts.end(), [&](const world::Account& a) { return a.defaulted != 0 && &a != &state.world.accounts[who.v]; }));
}

TEST_CASE("collateral that a failed dealer had passed on is lost to its client at once, who keeps the cash", "[loop][failure]") {
  loop::Spec spec = plain_short_run().spec;
  const auto& all = spec.world.institutions;
  const auto found = std::find_if(all.begin(), all.end(), [](const auto& i) { return i.kind == world::Kind::primary_dealer; });
  const base::InstitutionId who{static_cast<std::uint32_t>(found - all.begin())};
  spec.scenario.failures.push_back({moment(spec, 1, 9), who});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 8, 59));
  const base::Money lent = state.world.contracts.lent(who), borrowed = state.world.contracts.borrowed(who);
  REQUIRE(lent > base::money_from_bn(1));
  REQUIRE(borrowed > base::money_from_bn(1));
  advance_to(spec, state, moment(spec, 1, 9, 1));
  CHECK(state.world.contracts.borrowed(who).v == 0);
  CHECK(state.world.contracts.lent(who) < lent);
}

TEST_CASE("the estate of a failed lender that has nothing to sell waits until it is repaid what it had lent", "[loop][failure]") {
  loop::Spec spec = plain_short_run().spec;
  const auto who = named(spec, "home_loan_banks-1");
  spec.scenario.failures.push_back({moment(spec, 1, 9), who});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 17, 1));
  REQUIRE(state.estates.size() == 1);
  REQUIRE(state.world.contracts.lent(who) > base::money_from_bn(1));
  CHECK(state.estates.front().cleared == 0);
  advance_to(spec, state, moment(spec, 2, 17, 1));
  CHECK(state.world.contracts.lent(who).v == 0);
  CHECK(state.estates.front().cleared == 1);
}

TEST_CASE("an estate that is owed by a later defaulter keeps its collateral and sells it for its own creditors", "[loop][failure]") {
  loop::Spec spec = plain_short_run().spec;
  const auto lender = named(spec, "government_money_funds-1");
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 8, 59));
  base::InstitutionId borrower = lender;
  state.world.contracts.for_each_lent(lender, [&](funding::ContractId, const funding::Contract& c) {
    if (spec.world.institutions[c.borrower.v].kind == world::Kind::primary_dealer && c.delivered.v > 0) borrower = c.borrower;
  });
  REQUIRE(borrower != lender);
  spec.scenario.failures = {{moment(spec, 1, 9), lender}, {moment(spec, 1, 10), borrower}};
  state = loop::initial_state(spec, 1);
  const auto of_lender = [&](const loop::Liquidation& l) { return l.seller == lender && state.estates[l.estate].who == lender; };
  const auto sales = [&] { return std::count_if(state.liquidations.begin(), state.liquidations.end(), of_lender); };
  advance_to(spec, state, moment(spec, 1, 9, 59));
  const auto before = sales();
  advance_to(spec, state, moment(spec, 1, 10, 1));
  CHECK(state.world.accounts[borrower.v].defaulted == 1);
  CHECK(sales() == before + 1);
  state.world.contracts.for_each_lent(lender, [&](funding::ContractId, const funding::Contract& c) { CHECK(c.borrower != borrower); });
  advance_to(spec, state);
  CHECK(std::all_of(state.liquidations.begin(), state.liquidations.end(), [&](const loop::Liquidation& l) { return !of_lender(l) || l.done == 1; }));
  CHECK(state.world.contracts.lent(lender).v == 0);
}
