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
