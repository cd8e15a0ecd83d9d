// The repo morning: who sets the rate, and what a drain of reserves does to it (docs/decisions/0014).
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/world/borrowing_room.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

double sofr_after_bp(const loop::Spec& spec, std::size_t day) {
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, day, 10));  // with rounds of repo, after the last
  return 100.0 * state.world.funding.sofr_pct;
}

double cash_bn(const loop::Spec& spec, const loop::State& state, world::Kind kind) {
  double sum = 0;
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    if (spec.world.institutions[i].kind == kind) sum += base::to_bn(state.world.ledger.cash({i}));
  }
  return sum;
}

const std::string kTax = "scenario.payment={ name: \"tax\" date: \"2025-01-07\" from: \"households\" to: \"us_treasury\" bn: 30 }";

}  // namespace

TEST_CASE("a little less of one kind of cash moves the secured rate by a few basis points, not to the borrowers' last bid", "[loop][repo]") {
  const double with = sofr_after_bp(plain_short_run().spec, 1);
  const double without = sofr_after_bp(short_run({"population[name=prime_money_funds].count=0"}).spec, 1);
  CHECK(without > with - 1e-9);
  CHECK(without - with < 5);
}

TEST_CASE("the drain of September 2019 lifts the secured rate with that time's reserves, and by less than 10 bp with those of 2025", "[loop][repo]") {
  const auto scarce = assemble::assemble("replays/september_2019", {}), ample = assemble::assemble("studies/september_2019_ample_reserves", {});
  const auto& days = scarce.spec.world.days;
  base::Date friday;
  REQUIRE(base::parse_date("2019-09-13", friday));
  const auto before = static_cast<std::size_t>(std::find(days.begin(), days.end(), friday) - days.begin());
  REQUIRE(before + 2 < days.size());
  const auto moved = [&](const loop::Spec& spec) { return sofr_after_bp(spec, before + 2) - sofr_after_bp(spec, before); };
  const double ample_bp = moved(ample.spec);
  CHECK(moved(scarce.spec) > std::max(5.0, ample_bp));
  CHECK(std::abs(ample_bp) < 10);
}

TEST_CASE("of levered funds those without a haircut do the share of business that the config says, and the others have the config's haircut", "[loop][repo]") {
  const auto& spec = plain_short_run().spec;
  for (const world::Kind kind : {world::Kind::basis_fund, world::Kind::swap_spread_fund}) {
    double all = 0, without = 0;
    for (std::size_t i = 0; i < spec.openings.size(); ++i) {
      if (spec.world.institutions[i].kind != kind) continue;
      all += spec.openings[i].scale;
      if (spec.openings[i].haircut == 0) without += spec.openings[i].scale;
      else CHECK(spec.openings[i].haircut == Approx(kind == world::Kind::basis_fund ? 0.02 : 0.01));
    }
    CHECK(all == Approx(1));
    CHECK(without <= 0.42 + 1e-9);
    CHECK(without > 0.36);
  }
}

TEST_CASE("after the morning a levered fund knows what it has borrowed, so that its room to borrow is what its haircut leaves and not its bonds", "[loop][repo]") {
  const auto& spec = plain_short_run().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 7, 1));
  const auto knows = [&](const auto& funds) {
    REQUIRE(!funds.empty());
    for (const auto& fund : funds) {
      const auto& account = state.world.accounts[fund.self.v];
      REQUIRE(account.repo_borrowed.v > 0);
      CHECK(account.repo_borrowed == state.world.contracts.borrowed(fund.self));
      const world::View view{spec.world, state.world, fund.self};
      CHECK(world::borrowing_room_bn(view) < 0.2 * base::to_bn(account.repo_borrowed));
    }
  };
  knows(state.population.basis_fund);
  knows(state.population.swap_spread_fund);
}

TEST_CASE("what a config says that payments within the day take out of banks makes their last dollars dearer, and nothing else of the morning", "[loop][repo]") {
  const auto rate_bp = [](const char* share) {
    const auto spec = short_run({std::string("population[name=banks].bank.intraday_share=") + share, "population[name=government_money_funds].cash_bn=300"}).spec;
    auto state = loop::initial_state(spec, 1);
    advance_to(spec, state, moment(spec, 0, 7, 1));
    return std::pair{100.0 * state.world.funding.dvp_pct, base::to_bn(state.world.contracts.borrowed(state.population.primary_dealer.front().self))};
  };
  const auto none = rate_bp("0"), half = rate_bp("0.5");
  CHECK(half.first > none.first + 5);
  CHECK(half.second == Approx(none.second).epsilon(0.01));
}

TEST_CASE("a dated payment takes cash from one population to another on its morning, and nothing else is made or lost", "[loop][repo]") {
  const auto& plain = plain_short_run().spec;
  const auto taxed = short_run({kTax}).spec;
  REQUIRE(taxed.scenario.payments.size() == 1);
  auto a = loop::initial_state(plain, 1), b = loop::initial_state(taxed, 1);
  advance_to(plain, a, moment(plain, 1, 6));
  advance_to(taxed, b, moment(taxed, 1, 6));
  CHECK(a.world.journal.digest() == b.world.journal.digest());
  advance_to(plain, a, moment(plain, 1, 7, 1));
  advance_to(taxed, b, moment(taxed, 1, 7, 1));
  CHECK(cash_bn(taxed, b, world::Kind::treasury) - cash_bn(plain, a, world::Kind::treasury) == Approx(30).margin(1e-6));
  CHECK(cash_bn(plain, a, world::Kind::household) - cash_bn(taxed, b, world::Kind::household) == Approx(30).margin(1e-6));
  CHECK_NOTHROW(run_whole(taxed));
}

TEST_CASE("a dated payment with an hour of its own comes then, after the morning's repo", "[loop][repo]") {
  const auto& plain = plain_short_run().spec;
  auto late = kTax;
  late.insert(late.find(" bn:"), " time: \"09:00\"");
  const auto taxed = short_run({late}).spec;
  auto a = loop::initial_state(plain, 1), b = loop::initial_state(taxed, 1);
  const auto paid_bn = [&](std::int64_t hour, std::int64_t minute) {
    advance_to(plain, a, moment(plain, 1, hour, minute));
    advance_to(taxed, b, moment(taxed, 1, hour, minute));
    return cash_bn(taxed, b, world::Kind::treasury) - cash_bn(plain, a, world::Kind::treasury);
  };
  CHECK(paid_bn(8, 59) == Approx(0).margin(1e-9));
  CHECK(a.world.funding.sofr_pct == b.world.funding.sofr_pct);
  CHECK(paid_bn(9, 1) == Approx(30).margin(1e-6));
  late.replace(late.find("09:00"), 5, "06:00");
  CHECK_THROWS_WITH(short_run({late}), Catch::Contains("06:00"));
}

TEST_CASE("a payment of nobody, to the payer itself or on a day without trading is refused with its place", "[loop][repo][bad]") {
  const auto with = [](std::string from, std::string to, std::string date) {
    return short_run({"scenario.payment={ name: \"tax\" date: \"" + date + "\" from: \"" + from + "\" to: \"" + to + "\" bn: 30 }"});
  };
  CHECK_THROWS_WITH(with("atlantis", "us_treasury", "2025-01-07"), Catch::Contains("atlantis"));
  CHECK_THROWS_WITH(with("banks", "banks", "2025-01-07"), Catch::Contains("another population"));
  CHECK_THROWS_WITH(with("banks", "us_treasury", "2025-01-05"), Catch::Contains("2025-01-05"));
}

TEST_CASE("nobody lends against a bond whose price is below zero, and the morning goes on without it", "[loop][repo]") {
  const auto& spec = plain_short_run().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 6, 59));
  const auto basket = std::size_t{3};
  state.world.baskets[basket].mid_bp += 1e5;
  REQUIRE(state.world.security_dirty(spec.world, world::kNodes + basket) < 0);
  REQUIRE_NOTHROW(advance_to(spec, state, moment(spec, 1, 7, 1)));
  double borrowed_bn = 0, against_it_bn = 0;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (c.start != spec.world.days[1] || c.segment == funding::Segment::securities_lending) return;
    borrowed_bn += base::to_bn(c.cash);
    if (c.security.v == world::kNodes + basket) against_it_bn += base::to_bn(c.cash);
  });
  CHECK(borrowed_bn > 100);
  CHECK(against_it_bn == 0);
}
