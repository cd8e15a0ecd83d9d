// A clearing house auctions what it took over among its members (docs/decisions/0031).
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "agents/primary_dealer/default_bids.h"
#include "engine/loop/default.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

namespace dealers = agents::primary_dealer;

const std::string kAuction = "funding.close_out.auction={ notice_minutes: 60 piece_bn: 0.5 reserve_bp: 10 source { tag: CHOSEN text: \"test\" } }";

// The largest basis fund and a swap-spread fund fail on the second day at nine; their houses' auctions are at ten. Another basis fund
// fails at 10:37, when its house is at work.
loop::Spec failing(const std::vector<std::string>& sets) {
  loop::Spec spec = short_run(sets).spec;
  for (const auto& [name, hour, minute] : {std::tuple{"basis_funds-1", 9, 0}, {"swap_spread_funds-1", 9, 0}, {"basis_funds-2", 10, 37}}) {
    const auto& all = spec.world.institutions;
    const auto found = std::find_if(all.begin(), all.end(), [&, who = std::string(name)](const auto& i) { return i.name == who; });
    REQUIRE(found != all.end());
    spec.scenario.failures.push_back({moment(spec, 1, hour, minute), {static_cast<std::uint32_t>(found - all.begin())}});
  }
  return spec;
}

// Futures by listing, then swaps by tenor.
std::vector<std::int64_t> cleared(const loop::Spec& spec, const loop::State& state, base::InstitutionId who) {
  std::vector<std::int64_t> lots;
  for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) lots.push_back(state.world.ledger.futures(who, ledger::FuturesId{c}));
  for (std::uint16_t t = 0; t < world::kNodes; ++t) lots.push_back(state.world.ledger.swaps(who, ledger::TenorId{t}));
  return lots;
}

std::int64_t all_of(const std::vector<std::int64_t>& lots) {
  std::int64_t sum = 0;
  for (const std::int64_t one : lots) sum += std::abs(one);
  return sum;
}

std::int64_t under_management(const loop::Spec& spec, const loop::State& state) { return all_of(cleared(spec, state, spec.world.cme)) + all_of(cleared(spec, state, spec.world.lch)); }

double use_of_var(const loop::Spec& spec, loop::State& state, std::size_t dealer) {
  auto& d = state.population.primary_dealer[dealer];
  dealers::forget(d);
  return dealers::taken_over({spec.world, state.world, d.self}, spec.population.primary_dealer, d, world::kNodes, 0, 0).use_var;
}

struct Told {
  loop::State state;
  metrics::RunResult result;
};

Told told(const loop::Spec& spec) {
  Told t;
  t.state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  loop::advance(spec, t.state, probes);
  t.state.world.ledger.check_conservation();
  t.result = probes.take(t.state.world, 1, {}, 0, 0);
  return t;
}

constexpr double kExact = 1e-9;  // a dollar

}  // namespace

TEST_CASE("what a house gives up at its auction its members have, lot for lot, and what it does not give up it still has", "[loop][default_auction]") {
  const auto spec = failing({kAuction});
  loop::State state = loop::initial_state(spec, 1);
  // No order is sent before.
  advance_to(spec, state, moment(spec, 1, 9, 1));
  const auto cme = cleared(spec, state, spec.world.cme), lch = cleared(spec, state, spec.world.lch);
  REQUIRE(all_of(cme) > 0);
  REQUIRE(all_of(lch) > 0);
  const base::Time ten = moment(spec, 1, 10);
  advance_to(spec, state, ten);
  CHECK(cleared(spec, state, spec.world.cme) == cme);
  CHECK(cleared(spec, state, spec.world.lch) == lch);
  loop::State after = state;
  const auto sum = [&](const loop::State& s, base::InstitutionId house) {
    auto lots = cleared(spec, s, house);
    for (const auto& dealer : s.population.primary_dealer) {
      const auto own = cleared(spec, s, dealer.self);
      for (std::size_t i = 0; i < lots.size(); ++i) lots[i] += own[i];
    }
    return lots;
  };
  const auto before_auction = sum(state, spec.world.cme);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, after, probes);
  loop::PhaseScratch scratch;
  for (const std::size_t house : {0, 2}) loop::DefaultDesk{spec, after, market, probes, scratch}.hold_auction(house);
  CHECK(under_management(spec, after) < under_management(spec, state));
  CHECK(all_of(cleared(spec, after, spec.world.cme)) < all_of(cme));
  CHECK(all_of(cleared(spec, after, spec.world.lch)) < all_of(lch));
  // The two houses' positions are of different kinds of lots: futures of one, swaps of the other.
  const auto after_auction = sum(after, spec.world.cme);
  for (std::size_t i = 0; i < spec.world.contracts.size(); ++i) CHECK(after_auction[i] == before_auction[i]);
  const auto swaps_before = sum(state, spec.world.lch), swaps_after = sum(after, spec.world.lch);
  for (std::size_t i = spec.world.contracts.size(); i < swaps_before.size(); ++i) CHECK(swaps_after[i] == swaps_before[i]);
  // What it still works is what it still has.
  const auto& program = after.population.central_counterparty[0].program;
  for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) CHECK(program.futures[c] == -after.world.ledger.futures(spec.world.cme, ledger::FuturesId{c}));
  for (std::uint16_t t = 0; t < world::kNodes; ++t) CHECK(after.population.central_counterparty[2].program.packages[t] == -after.world.ledger.swaps(spec.world.lch, ledger::TenorId{t}));
  // No cash moves before the next mark.
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) CHECK(after.world.ledger.cash({i}) == state.world.ledger.cash({i}));
}

TEST_CASE("a house that is at work sends no order until what has come in is auctioned too", "[loop][default_auction]") {
  const auto spec = failing({kAuction});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10, 36));
  const std::int64_t before = under_management(spec, state);
  advance_to(spec, state, moment(spec, 1, 10, 38));
  const auto cme = cleared(spec, state, spec.world.cme);
  CHECK(under_management(spec, state) > before);
  advance_to(spec, state, moment(spec, 1, 11, 37));
  CHECK(cleared(spec, state, spec.world.cme) == cme);
  advance_to(spec, state, moment(spec, 1, 11, 38));
  CHECK(all_of(cleared(spec, state, spec.world.cme)) < all_of(cme));
}

TEST_CASE("an auction's cash adds up to the dollar: margin, calls, close-out and what each layer of the waterfall bears", "[loop][default_auction]") {
  // At a hundred basis points from the mid the close-out costs more than the margin, and goes down the waterfall.
  const bool dear = GENERATE(false, true);
  auto sets = std::vector<std::string>{kAuction};
  if (dear) sets.insert(sets.end(), {"funding.close_out.auction.reserve_bp=500", "population[name=primary_dealers].primary_dealer.order_cost_bp=100"});
  INFO(dear);
  const auto t = told(failing(sets));
  std::map<std::string, std::map<std::string, double>> by_defaulter;
  for (const auto& step : t.result.default_steps) by_defaulter[step.institution][step.account + ": " + step.item] += step.amount_bn;
  std::size_t placed = 0, closed = 0, beyond_margin = 0;
  for (auto& [who, by] : by_defaulter) {
    for (const std::string house : {"CME", "LCH"}) {
      INFO(who << " at " << house);
      if (by.count(house + ": default auction: positions offered, face")) {
        CHECK(by[house + ": default auction: positions offered, face"] > 0);
        CHECK(by[house + ": default auction: positions taken by a member, face"] + by[house + ": default auction: positions left to orders, face"] == Approx(by[house + ": default auction: positions offered, face"]).margin(kExact));
        placed += by[house + ": default auction: positions taken by a member, face"] > 0;
      }
      // A house that is not flat by the end has not closed its accounts.
      if (!by.count(house + ": close-out gain")) continue;
      ++closed;
      const double result = by[house + ": margin less calls not met, with the close-out"];
      CHECK(by[house + ": margin held"] + by[house + ": its own default-fund contribution"] - by[house + ": calls not met"] + by[house + ": close-out gain"] == Approx(result).margin(kExact));
      const double borne = by[house + ": borne by the house's own capital"] + by[house + ": borne by a member's default-fund contribution"] + by[house + ": assessed on a member"] + by[house + ": covered by nobody"];
      CHECK(borne == Approx(std::max(0.0, -result)).margin(kExact));
      beyond_margin += result < 0;
    }
  }
  CHECK(placed >= 2);
  CHECK(closed >= 2);
  if (dear) CHECK(beyond_margin > 0);
}

TEST_CASE("a member pays or is paid the difference between what it bid and the next mark", "[loop][default_auction]") {
  const auto spec = failing({kAuction});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, state, probes);
  loop::PhaseScratch scratch;
  const auto carried = [&] {
    base::Money sum;
    for (const auto& dealer : state.population.primary_dealer) {
      for (const base::Money value : state.world.accounts[dealer.self.v].carried) sum += value;
    }
    return sum;
  };
  const auto of_house = [&] {
    base::Money sum;
    for (const base::Money value : state.world.accounts[spec.world.cme.v].carried) sum += value;
    return sum;
  };
  const base::Money before = carried(), house_before = of_house();
  loop::DefaultDesk{spec, state, market, probes, scratch}.hold_auction(0);
  CHECK(carried() != before);
  CHECK(carried() + of_house() == before + house_before);
}

TEST_CASE("no member comes over its value-at-risk limit by a bid, or further over it", "[loop][default_auction]") {
  const std::string limit = GENERATE("4", "0.5", "0.05");
  const auto spec = failing({kAuction, "population[name=primary_dealers].primary_dealer.var_limit_sigma_bn=" + limit});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  std::vector<double> before;
  for (std::size_t i = 0; i < state.population.primary_dealer.size(); ++i) before.push_back(use_of_var(spec, state, i));
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, state, probes);
  loop::PhaseScratch scratch;
  for (const std::size_t house : {0, 2}) loop::DefaultDesk{spec, state, market, probes, scratch}.hold_auction(house);
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO(spec.world.institutions[state.population.primary_dealer[i].self.v].name);
    CHECK(use_of_var(spec, state, i) <= std::max(1.0, before[i]) + 1e-9);
  }
}

TEST_CASE("where nobody bids, a house works all that it took over by orders, from the minute of its auction", "[loop][default_auction]") {
  // Every dealer wants more than the reserve lets it have.
  const auto spec = failing({kAuction, "population[name=primary_dealers].primary_dealer.order_cost_bp=50"});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  const std::int64_t before = under_management(spec, state);
  loop::State after = state;
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, after, probes);
  loop::PhaseScratch scratch;
  for (const std::size_t house : {0, 2}) loop::DefaultDesk{spec, after, market, probes, scratch}.hold_auction(house);
  CHECK(under_management(spec, after) == before);
  advance_to(spec, state, moment(spec, 1, 10, 1));
  CHECK(under_management(spec, state) < before);
}

TEST_CASE("a config that names the auction runs as one that does not until somebody defaults", "[loop][default_auction]") {
  CHECK(run_whole(short_run({kAuction}).spec) == plain_whole());
  CHECK_FALSE(run_whole(failing({kAuction})).digest == run_whole(failing({})).digest);
}

TEST_CASE("a run saved between a default and its auction goes on as one that never stopped", "[loop][default_auction][checkpoint]") {
  const auto spec = failing({kAuction});
  loop::State state = loop::initial_state(spec, 1);
  for (const auto& [hour, minute] : {std::pair{9, 30}, {10, 40}}) {
    advance_to(spec, state, moment(spec, 1, hour, minute));
    state = loop::load(loop::save(state));
  }
  advance_to(spec, state);
  CHECK(finished(state) == run_whole(spec));
}

TEST_CASE("a dealer asks more for each further piece, and less of a position that takes off what it has", "[loop][default_auction]") {
  const auto& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  auto& dealer = state.population.primary_dealer.front();
  const world::View view{spec.world, state.world, dealer.self};
  const auto& p = spec.population.primary_dealer;
  constexpr std::size_t kTenYearFuture = world::kNodes + 2;
  const auto bids = [&](std::int64_t lots) {
    dealers::forget(dealer);
    std::vector<markets::PieceBid> out;
    dealers::default_bids(view, p, dealer, {kTenYearFuture, lots, 1000, 0, 0}, out);
    return out;
  };
  for (const std::int64_t lots : {20'000, -20'000}) {
    const auto made = bids(lots);
    REQUIRE(made.size() > 2);
    for (std::size_t i = 1; i < made.size(); ++i) CHECK((lots > 0 ? made[i].ticks <= made[i - 1].ticks : made[i].ticks >= made[i - 1].ticks));
    CHECK(made.back().ticks != made.front().ticks);
  }
  // With nothing in the sector, and with $5bn that it is long of, ten-year equivalents in its own size.
  const auto asks = [&](std::int64_t lots) {
    dealers::forget(dealer);
    return dealers::taken_over(view, p, dealer, kTenYearFuture, 0, lots);
  };
  dealer.target_dv01 = view.own_dv01();
  const auto flat = asks(-1000), more = asks(1000);
  for (const std::size_t n : {3, 4}) dealer.target_dv01[n] -= 2.5e4 * dealer.scale * spec.world.books[world::kTenYearNode].dv01_per_lot;
  CHECK(asks(-1000).yield_bp > flat.yield_bp);
  CHECK(asks(1000).yield_bp > more.yield_bp);
  CHECK(asks(-1000).use_var < asks(1000).use_var);
}

TEST_CASE("a dealer bids for no more than what its cash and line cover the initial margin of, and a variation of the same size", "[loop][default_auction]") {
  const auto& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 10));
  auto& dealer = state.population.primary_dealer.front();
  const world::View view{spec.world, state.world, dealer.self};
  const double liquid_bn = view.cash_bn() + view.line_undrawn_bn() - std::max(0.0, base::to_bn(view.own().call_due));
  REQUIRE(liquid_bn > 0);
  const std::int64_t held = view.futures_lots(2), sign = held >= 0 ? 1 : -1;
  const auto pieces = [&](std::int64_t lots, double uncalled_bn) {
    std::vector<markets::PieceBid> out;
    dealers::default_bids(view, spec.population.primary_dealer, dealer, {world::kNodes + 2, lots, 100, liquid_bn / 1000.0, uncalled_bn}, out);
    return out.size();
  };
  CHECK(pieces(sign * 2000, 0) == 5);
  CHECK(pieces(sign * 2000, 0.5 * liquid_bn) == 2);
  CHECK(pieces(sign * 2000, liquid_bn) == 0);
}

TEST_CASE("numbers of an auction out of their range, or left out, are refused by their place", "[loop][default_auction]") {
  const auto with = [](const std::string& block) { return short_run({"funding.close_out.auction={ " + block + " source { tag: CHOSEN text: \"test\" } }"}); };
  CHECK_THROWS_WITH(with("notice_minutes: 0 piece_bn: 1 reserve_bp: 10"), Catch::Contains("notice_minutes") && Catch::Contains("expected"));
  CHECK_THROWS_WITH(with("notice_minutes: 60 piece_bn: -1 reserve_bp: 10"), Catch::Contains("piece_bn") && Catch::Contains("expected"));
  CHECK_THROWS_WITH(with("notice_minutes: 60 piece_bn: 1 reserve_bp: nan"), Catch::Contains("reserve_bp") && Catch::Contains("expected"));
  CHECK_THROWS_WITH(with("notice_minutes: 60 piece_bn: 1"), Catch::Contains("reserve_bp"));
}

TEST_CASE("a house sends each slice once: a wake left over from accounts that were closed sends none", "[loop][default_auction]") {
  const auto spec = failing({});
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 9, 1));
  auto& house = state.population.central_counterparty[spec.world.institutions[spec.world.cme.v].index_in_kind];
  REQUIRE(house.managing == 1);
  const auto sent = [&](base::Time now) {
    state.world.now = now;
    world::Intents out;
    agents::central_counterparty::wake({spec.world, state.world, house.self}, spec.population.central_counterparty, house, out);
    return out.list().size();
  };
  const base::Time due = house.slice;
  CHECK(sent(due - base::minutes(1)) == 0);
  REQUIRE(sent(due) > 1);  // orders and the next wake
  CHECK(sent(due) == 0);
  CHECK(house.slice > due);
}
