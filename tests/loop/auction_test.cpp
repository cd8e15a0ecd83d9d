// The day's auction in a run: who gets bonds, and that it is cheap.
#include <catch2/catch.hpp>

#include "engine/base/allocations.h"
#include "tests/loop/short_run.h"

namespace haven::loop {
namespace {

constexpr std::size_t kTenYear = world::kTenYearNode;

// The short run just before its ten-year auction.
struct AuctionDay {
  const Spec& spec = tests::plain_short_run().spec;
  State state = initial_state(spec, 1);
  base::Time auction = tests::moment(spec, 2, 13);
  AuctionDay() { tests::advance_to(spec, state, auction); }
  void hold() { tests::advance_to(spec, state, auction + base::Duration{1}); }
  std::int64_t lots(base::InstitutionId id) const { return state.world.ledger.position(id, base::SecurityId{kTenYear}).v / 100'000; }
};

}  // namespace

TEST_CASE("buyers at an auction get together what was offered, and who has defaulted gets nothing", "[loop][auction]") {
  AuctionDay day;
  const base::InstitutionId gone = day.state.population.primary_dealer.front().self;
  day.state.world.accounts[gone.v].defaulted = 1;
  std::vector<std::int64_t> before;
  for (std::uint32_t i = 0; i < day.spec.world.institutions.size(); ++i) before.push_back(day.lots({i}));
  day.hold();
  std::int64_t bought = 0, buyers = 0;
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    if (base::InstitutionId{i} == day.spec.world.treasury) continue;
    const std::int64_t more = day.lots({i}) - before[i];
    bought += more;
    buyers += more > 0 ? 1 : 0;
  }
  CHECK(day.lots(gone) == before[gone.v]);
  CHECK(buyers > 20);
  CHECK(bought >= 390'000);
  CHECK(bought <= 390'000 + 100);  // the percentage at the high yield is rounded up, and each bid's part to a lot
}

TEST_CASE("what matures is an asset of investors until the awards settle, and their cash from then on", "[loop][auction]") {
  const auto experiment = tests::short_run({"scenario.auction[name=ten_year].maturing_bn=39"});
  const Spec& spec = experiment.spec;
  State state = initial_state(spec, 1);
  const auto& w = state.world;
  const auto all = [&](auto&& of) {
    std::int64_t sum = 0;
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
      if (base::InstitutionId{i} != spec.world.treasury) sum += of(i).v;
    }
    return sum;
  };
  const auto claims = [&] { return all([&](std::uint32_t i) { return w.accounts[i].maturing; }); };
  const auto paid = [&] { return all([&](std::uint32_t i) { return w.ledger.flow({i}, ledger::Reason::redemption); }); };
  const auto a_dollar_each = static_cast<std::int64_t>(spec.world.institutions.size()) * base::kMoneyPerDollar;
  const std::int64_t at_start = claims();
  CHECK(std::abs(at_start - base::money_from_bn(39).v) <= a_dollar_each);
  CHECK(w.accounts[state.population.bond_fund.front().self.v].maturing.v > 0);
  CHECK(w.accounts[state.population.primary_dealer.front().self.v].maturing.v == 0);
  // It is owned, whether the claim is there or not: without it the same institution starts poorer by just that.
  const State without = initial_state(tests::plain_short_run().spec, 1);
  const base::InstitutionId fund = state.population.bond_fund.front().self;
  CHECK(w.accounts[fund.v].start_equity_bn - without.world.accounts[fund.v].start_equity_bn == Approx(base::to_bn(w.accounts[fund.v].maturing)));
  tests::advance_to(spec, state, tests::moment(spec, 3, 7));
  CHECK(claims() == at_start);
  CHECK(paid() == 0);
  tests::advance_to(spec, state, tests::moment(spec, 3, 9));
  CHECK(claims() == 0);
  CHECK(paid() == at_start);
  CHECK(w.ledger.flow(spec.world.treasury, ledger::Reason::redemption).v == -at_start);
}

TEST_CASE("what matures for somebody in default is its estate's, and the trace says so", "[loop][auction][default]") {
  const auto experiment = tests::short_run({"scenario.auction[name=ten_year].maturing_bn=39", "scenario.failure={ name: \"fund\" institution: \"bond_funds-1\" date: \"2025-01-08\" time: \"15:00\" }"});
  const Spec& spec = experiment.spec;
  State state = initial_state(spec, 1);
  const base::InstitutionId fund = state.population.bond_fund.front().self;
  const double claim_bn = base::to_bn(state.world.accounts[fund.v].maturing);
  REQUIRE(claim_bn > 0);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  advance(spec, state, probes, {}, tests::moment(spec, 3, 7, 1));
  REQUIRE(state.world.accounts[fund.v].defaulted == 1);
  double told_bn = 0;
  for (const auto& s : probes.take(state.world, 1, {}, 0, 0).default_steps) {
    if (s.institution == "bond_funds-1" && s.item == "principal that matured") told_bn += s.amount_bn;
  }
  CHECK(told_bn == Approx(claim_bn));
}

TEST_CASE("of a calendar of auctions a run has those of its days", "[loop][auction]") {
  const auto auctions = [](const std::string& from, const std::string& to) {
    const auto options = assemble::LoadOptions{.sets = {"calendar.from=" + from, "calendar.scored_from=" + to, "calendar.to=" + to, "calendar.burn_in_days=0", "reference=\"\""}};
    return assemble::assemble("baseline/2025q1", options).spec.scenario.auctions;
  };
  const auto january = auctions("2025-01-07", "2025-01-08");
  REQUIRE(january.size() == 2);
  CHECK(base::to_string(january[0].day) == "2025-01-07");
  CHECK(january[0].offered_bn == 39);
  CHECK(base::to_string(january[0].settles) == "2025-01-08");
  CHECK(auctions("2025-01-15", "2025-01-17").empty());
}

TEST_CASE("an auction allocates nothing for its bids", "[loop][auction]") {
  AuctionDay day;
  const base::AllocationCount set_up;
  tests::advance_to(day.spec, day.state, day.auction);  // no event: the call's own scratch
  const std::uint64_t of_a_call = set_up.so_far();
  const base::AllocationCount count;
  day.hold();
  CHECK(count.so_far() - of_a_call == 0);
}

}  // namespace haven::loop
