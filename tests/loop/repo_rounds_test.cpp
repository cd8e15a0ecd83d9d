// The morning's repo in several rounds (docs/decisions/0027): what is dealt when, at which rate, and who waits for what.
#include <catch2/catch.hpp>

#include "engine/funding/repo_auction.h"
#include "engine/world/repo_rounds.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

std::vector<std::string> in_rounds(std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"funding.repo_round={ name: \"first\" time: \"07:00\" share: 0.5 }", "funding.repo_round={ name: \"middle\" time: \"08:00\" share: 0.8 }",
                             "funding.repo_round={ name: \"last\" time: \"09:30\" share: 1 }"});
  return more;
}

double lent_bn(const loop::State& state) {
  double sum = 0;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (c.segment == funding::Segment::tri_party || c.segment == funding::Segment::dvp || c.segment == funding::Segment::gcf) sum += base::to_bn(c.cash);
  });
  return sum;
}

double dealers_cash_bn(const loop::State& state) {
  double sum = 0;
  for (const auto& dealer : state.population.primary_dealer) sum += std::min(0.0, base::to_bn(state.world.ledger.cash(dealer.self)));
  return sum;
}

}  // namespace

TEST_CASE("who finds all it wants pays no more for cash now than the rate seen last; who finds none pays what its way out costs, and nobody more", "[loop][repo][rounds]") {
  CHECK(world::bid_before_the_last_round(675, 215, 0) == Approx(215));
  CHECK(world::bid_before_the_last_round(675, 215, 0.25) == Approx(330));
  CHECK(world::bid_before_the_last_round(675, 215, 1) == Approx(675));
  CHECK(world::bid_before_the_last_round(225, 500, 0.5) == Approx(225));
}

TEST_CASE("who could place all of its cash asks for the rate seen last, who placed none for what it could not do without, and nobody for less", "[loop][repo][rounds]") {
  CHECK(world::ask_before_the_last_round(210, 500, 0) == Approx(500));
  CHECK(world::ask_before_the_last_round(210, 500, 0.5) == Approx(355));
  CHECK(world::ask_before_the_last_round(210, 500, 1) == Approx(210));
  CHECK(world::ask_before_the_last_round(300, 215, 0) == Approx(300));
}

TEST_CASE("by a round's end no more is lent than its share of the day, and after the last round as much as in one morning's auction, at nearly the same rate", "[loop][repo][rounds]") {
  const auto one = plain_short_run().spec, several = short_run(in_rounds()).spec;
  auto a = loop::initial_state(one, 1), b = loop::initial_state(several, 1);
  advance_to(one, a, moment(one, 0, 7, 1));
  const double all_bn = lent_bn(a);
  const auto lent_by = [&](std::int64_t hour, std::int64_t minute) {
    advance_to(several, b, moment(several, 0, hour, minute));
    return lent_bn(b);
  };
  const double between_dealers_bn = all_bn - [&] {
    double sum = 0;
    a.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
      const bool dealer = one.world.institutions[c.lender.v].kind == world::Kind::primary_dealer;
      if (!dealer && (c.segment == funding::Segment::tri_party || c.segment == funding::Segment::dvp || c.segment == funding::Segment::gcf)) sum += base::to_bn(c.cash);
    });
    return sum;
  }();
  const double first_bn = lent_by(7, 1), middle_bn = lent_by(8, 1), last_bn = lent_by(9, 31);
  CHECK(first_bn <= 0.5 * all_bn + between_dealers_bn);
  CHECK(first_bn > 0.4 * all_bn);
  CHECK(middle_bn <= 0.8 * all_bn + between_dealers_bn);
  CHECK(middle_bn > first_bn + 0.2 * all_bn);
  CHECK(last_bn == Approx(all_bn).epsilon(0.01));
  CHECK(100.0 * std::abs(b.world.funding.sofr_pct - a.world.funding.sofr_pct) < 5);
}

TEST_CASE("cash that leaves lenders between two rounds makes the later one dearer and leaves the earlier as it was", "[loop][repo][rounds]") {
  const auto calm = short_run(in_rounds()).spec;
  const auto taxed = short_run(in_rounds({"scenario.payment={ name: \"tax\" date: \"2025-01-07\" from: \"government_money_funds\" to: \"us_treasury\" bn: 400 time: \"09:00\" }"})).spec;
  auto a = loop::initial_state(calm, 1), b = loop::initial_state(taxed, 1);
  const auto rate_bp = [](const loop::Spec& spec, loop::State& state, std::int64_t hour, std::int64_t minute) {
    advance_to(spec, state, moment(spec, 1, hour, minute));
    return state.world.funding.round_bp;
  };
  CHECK(rate_bp(calm, a, 8, 1) == rate_bp(taxed, b, 8, 1));
  CHECK(rate_bp(taxed, b, 9, 31) > rate_bp(calm, a, 9, 31) + 1);
}

TEST_CASE("the secured rate is over the trades of all rounds: when the last one is dear its median is the earlier ones' and its 99th percentile the last one's", "[loop][repo][rounds]") {
  const auto spec = short_run(in_rounds({"scenario.payment={ name: \"tax\" date: \"2025-01-07\" from: \"banks\" to: \"us_treasury\" bn: 2400 time: \"09:00\" }",
                                          "scenario.payment={ name: \"redemptions\" date: \"2025-01-07\" from: \"government_money_funds\" to: \"us_treasury\" bn: 600 time: \"09:00\" }"})).spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 8, 1));
  const double early_bp = state.world.funding.round_bp;
  advance_to(spec, state, moment(spec, 1, 9, 31));
  const double late_bp = state.world.funding.round_bp;
  REQUIRE(late_bp > early_bp + 2);
  CHECK(100.0 * state.world.funding.sofr_pct < 0.5 * (early_bp + late_bp));
  std::vector<funding::RepoTrade> trades;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) { trades.push_back({c.segment, c.rate_hbp, c.cash}); });
  const auto all = funding::secured_overnight_rate(trades, funding::bp(static_cast<std::int32_t>(spec.world.sofr_trim * 1e4)));
  REQUIRE(all);
  CHECK(100.0 * state.world.funding.sofr_pct == Approx(funding::published_bp(all->median_hbp)));
  CHECK(all->p99_hbp * 0.01 > 0.5 * (early_bp + late_bp));
}

TEST_CASE("a dealer that still has repo to find pays its margin call out of credit within the day, and nobody owes any when the rounds are over", "[loop][repo][rounds]") {
  const auto spec = short_run(in_rounds({"population[name=primary_dealers].credit_line.bn=0"})).spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 8, 31));
  CHECK(dealers_cash_bn(state) < -10);
  for (const auto& dealer : state.population.primary_dealer) CHECK(state.world.accounts[dealer.self.v].defaulted == 0);
  advance_to(spec, state, moment(spec, 1, 9, 31));
  CHECK(dealers_cash_bn(state) > -0.1);
  CHECK_NOTHROW(run_whole(spec));
}

TEST_CASE("a run stopped between two rounds of repo and loaded again goes on as if it had not been", "[loop][repo][rounds]") {
  const auto spec = short_run(in_rounds()).spec;
  auto whole = loop::initial_state(spec, 1), stopped = loop::initial_state(spec, 1);
  advance_to(spec, whole);
  advance_to(spec, stopped, moment(spec, 1, 8, 30));
  auto loaded = loop::load(loop::save(stopped));
  advance_to(spec, loaded);
  CHECK(finished(loaded) == finished(whole));
}

TEST_CASE("rounds that begin late, end short of all, fall back, coincide or stand beside specials, and a floor of who is no bank, are refused with their place", "[loop][repo][rounds][bad]") {
  const auto with = [](std::vector<std::string> sets) { return short_run(sets); };
  const std::string first = "funding.repo_round={ name: \"a\" time: \"07:00\" share: 0.5 }", last = "funding.repo_round={ name: \"b\" time: \"09:00\" share: 1 }";
  CHECK_NOTHROW(with({first, last}));
  CHECK_THROWS_WITH(with({last}), Catch::Contains("a first round after 07:00"));
  CHECK_THROWS_WITH(with({first}), Catch::Contains("0.5"));
  CHECK_THROWS_WITH(with({first, last, "funding.repo_round={ name: \"c\" time: \"08:00\" share: 0.4 }"}), Catch::Contains("0.4 after 0.5"));
  CHECK_THROWS_WITH(with({first, last, "funding.repo_round={ name: \"c\" time: \"09:00\" share: 0.9 }"}), Catch::Contains("two rounds at one time"));
  CHECK_THROWS_WITH(with({first, last, "funding.repo_round={ name: \"c\" time: \"13:00\" share: 1 }"}), Catch::Contains("13:00"));
  CHECK_THROWS_WITH(with({"population[name=custody_banks].member={ name: \"a_custodian\" floor_share: 0.5 }"}), Catch::Contains("a member of a population of banks"));
  CHECK_THROWS_WITH(with({first, last, "funding.specials={ lender { name: \"bond_funds\" lendable_share: 0.5 least_spread_bp: 1 most_spread_bp: 5 } }"}), Catch::Contains("specials"));
}
