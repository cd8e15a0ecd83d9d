// Cash, securities, futures, swaps, contracts and pledges are conserved, and the checks see it when they are not.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>

#include "engine/base/check.h"
#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;

namespace {

// The sums, added up here by hand.
void check_sums(const loop::Spec& spec, const world::World& w) {
  const auto n = static_cast<std::uint32_t>(spec.world.institutions.size());
  base::Money cash;
  for (std::uint32_t i = 0; i < n; ++i) cash += w.ledger.cash({i});
  CHECK(cash.v == 0);
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    const base::SecurityId security{s};
    std::int64_t positions = 0, boxes = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      positions += w.ledger.position({i}, security).v;
      boxes += w.ledger.box({i}, security).v;
      CHECK(w.ledger.box({i}, security).v >= 0);
    }
    INFO(spec.world.securities[s].name);
    CHECK(positions == w.ledger.issued(security).v);
    CHECK(boxes == w.ledger.issued(security).v);
  }
  for (std::uint16_t k = 0; k < world::kContracts; ++k) {
    std::int64_t futures = 0, swaps = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
      futures += w.ledger.futures({i}, ledger::FuturesId{k});
      swaps += w.ledger.swaps({i}, ledger::TenorId{k});
    }
    CHECK(futures == 0);
    CHECK(swaps == 0);
  }
  base::Money lent, borrowed;
  for (std::uint32_t i = 0; i < n; ++i) {
    lent += w.contracts.lent({i});
    borrowed += w.contracts.borrowed({i});
  }
  CHECK(lent == borrowed);
}

void check_books(const world::World& w) {
  for (std::size_t k = 0; k < world::kBooks; ++k) {
    const auto& book = w.books[k];
    if (book.has_bid() && book.has_ask()) CHECK(book.best_bid() < book.best_ask());
    CHECK((w.books_data[k].has_bid != 0) == book.has_bid());
    CHECK((w.books_data[k].has_ask != 0) == book.has_ask());
  }
}

loop::State at_noon(const loop::Spec& spec) {
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 12, 1));
  return state;
}

}  // namespace

TEST_CASE("cash, securities, futures, swaps, repo and pledges are conserved at every stop of a run, and no book is crossed", "[loop][conservation]") {
  const auto& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  std::uint32_t contracts = 0;
  for (std::size_t day = 0; day < spec.world.days.size(); ++day) {
    // After the funding morning, the morning's margin, the auction, the settlement price, and the day's end.
    for (const std::int64_t hour : {8, 9, 14, 16, 18}) {
      const base::Time at = moment(spec, day, hour);
      advance_to(spec, state, at);
      INFO(base::to_string(at));
      const auto& w = state.world;
      CHECK_NOTHROW(w.ledger.check_conservation());
      CHECK_NOTHROW(w.contracts.check());
      CHECK_NOTHROW(w.collateral.check(w.ledger, w.contracts));
      check_sums(spec, w);
      check_books(w);
      contracts = std::max(contracts, w.contracts.count());
    }
  }
  CHECK(state.finished);
  CHECK(contracts > 0);
}

TEST_CASE("the checks see cash from nowhere and a box that moved behind the pledges' back", "[loop][conservation]") {
  const auto& spec = two_day_run().spec;
  const loop::State sound = at_noon(spec);
  loop::State leaking = sound;
  leaking.world.ledger.plant_leak(spec.world.fed, base::Money{-1});
  CHECK_THROWS_AS(leaking.world.ledger.check_conservation(), base::CheckFailure);

  loop::State moved = sound;
  auto& w = moved.world;
  const base::SecurityId security{world::kTenYearNode};
  base::InstitutionId holder{0};
  while (w.ledger.box(holder, security).v == 0) ++holder.v;
  REQUIRE(holder != spec.world.treasury);
  w.ledger.deliver(holder, spec.world.treasury, security, base::Face{100'000}, w.journal, w.now);
  CHECK_NOTHROW(w.ledger.check_conservation());
  CHECK_THROWS_AS(w.collateral.check(w.ledger, w.contracts), base::CheckFailure);
}

TEST_CASE("a leak of one ten-thousandth of a dollar stops the run in the phase in which it happens", "[loop][conservation]") {
  const auto& spec = plain_short_run().spec;
  const std::int64_t leak = GENERATE(1, -1);
  const std::int32_t day = GENERATE(0, 2);
  loop::State state = loop::initial_state(spec, 1);
  loop::Plant plant;
  plant.day = day;
  plant.leak = base::Money{leak};
  CHECK_THROWS_WITH(advance_to(spec, state, {}, plant), Catch::Contains("cash of") && Catch::Contains(spec.world.institutions[state.population.bank.at(0).self.v].name));
  CHECK(state.world.now == moment(spec, static_cast<std::size_t>(day), 7));
  CHECK_THROWS_AS(state.world.ledger.check_conservation(), base::CheckFailure);
}

TEST_CASE("an ensemble reports a broken rule as haven's own, with seed and time, and goes on with the other seeds", "[loop][conservation]") {
  std::vector<sweep::Job> jobs;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) jobs.push_back({&two_day_run(), "model", 0, seed});
  sweep::Options options;
  options.plant.day = 1;
  options.plant.leak = base::Money{1};
  const std::atomic<bool> stop{false};
  std::vector<std::uint64_t> seeds;
  sweep::run_all(jobs, options, [&](sweep::Ended&& ended) {
    seeds.push_back(ended.job.seed);
    CHECK(ended.broken_invariant);
    CHECK_THAT(ended.error, Catch::Contains("seed " + std::to_string(ended.job.seed)) && Catch::Contains("2025-01-07 07:00"));
  }, stop);
  CHECK(seeds.size() == 2);

  const auto sound = sweep::run_one(jobs.front(), {});
  CHECK_FALSE(sound.broken_invariant);
  CHECK(sound.error.empty());
}
