// A bond traded for its issue date before it is auctioned (docs/decisions/0030).
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "agents/primary_dealer/auction.h"
#include "agents/primary_dealer/presale.h"
#include "engine/loop/market.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

constexpr std::size_t kTen = world::kTenYearNode, kBook = world::when_issued_book(kTen);
constexpr base::SecurityId kBond{kTen};
constexpr std::size_t kAnnounced = 0, kAuctioned = 1, kEve = 2, kIssued = 3;  // days

std::vector<std::string> terms(const std::string& from, const std::string& auction, const std::string& settles) {
  const std::string at = "scenario.auction[name=ten_year].";
  return {at + "date=" + auction, at + "when_issued.from=" + from, at + "when_issued.settles=" + settles, at + "when_issued.dealers_share=0.14", at + "when_issued.noise_share=0.2"};
}

// The short run, its ten-year announced on its first day, auctioned on the second, issued on the last.
const loop::Spec& forward_run() {
  static const assemble::Experiment experiment = short_run(terms("2025-01-06", "2025-01-07", "2025-01-09"));
  return experiment.spec;
}

loop::State at(std::size_t day, std::int64_t hour, std::int64_t minute = 0) {
  loop::State state = loop::initial_state(forward_run(), 1);
  advance_to(forward_run(), state, moment(forward_run(), day, hour, minute));
  return state;
}

std::vector<std::int64_t> forwards(const world::World& w) {
  std::vector<std::int64_t> face;
  for (std::uint32_t i = 0; i < w.accounts.size(); ++i) face.push_back(w.ledger.unsettled({i}, kBond, base::make_date(2025, 1, 9)).v);
  return face;
}

base::Money settled(const world::World& w, base::InstitutionId i) { return w.ledger.flow(i, ledger::Reason::trade) + w.ledger.flow(i, ledger::Reason::settlement_mark); }

base::InstitutionId member(world::Kind kind) {
  const auto& all = forward_run().world.institutions;
  return {static_cast<std::uint32_t>(std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.kind == kind; }) - all.begin())};
}

}  // namespace

TEST_CASE("a bond's own book is open from 11:00 of its announcement to the eve of its issue, and quoted on both sides", "[loop][when_issued]") {
  const auto quoted = [](const loop::State& state) { return state.world.books[kBook].has_bid() && state.world.books[kBook].has_ask(); };
  loop::State state = at(kAnnounced, 10, 59);
  CHECK(state.world.when_issued[kTen].open == 0);
  CHECK_FALSE(quoted(state));
  advance_to(forward_run(), state, moment(forward_run(), kAnnounced, 11, 10));
  CHECK(quoted(state));
  // The same bond, the same belief.
  CHECK(std::abs(state.world.when_issued_bp(forward_run().world, kTen) - state.world.security_yield_bp(forward_run().world, kTen)) < 0.5);
  advance_to(forward_run(), state, moment(forward_run(), kEve, 16, 30));
  CHECK(quoted(state));
  advance_to(forward_run(), state, moment(forward_run(), kIssued, 9));
  CHECK(state.world.when_issued[kTen].open == 0);
  CHECK_FALSE(state.world.books[kBook].has_bid());
  CHECK_FALSE(state.world.books[kBook].has_ask());
}

TEST_CASE("a firm has one opinion of a bond, whichever day it settles on", "[loop][when_issued]") {
  loop::State state = at(kAuctioned, 11);
  for (auto& firm : state.population.principal_trading_firm) firm.own[kBook] += 5;
  advance_to(forward_run(), state, moment(forward_run(), kAuctioned, 11, 2));
  for (const auto& firm : state.population.principal_trading_firm) CHECK(firm.own[kBook] == firm.own[kTen]);
}

TEST_CASE("what firms hold of a bond for its issue date moves both its books alike", "[loop][when_issued]") {
  loop::State state = at(kAuctioned, 11);
  const auto& data = state.world.books_data;
  const double before = data[kTen].mid_ticks;
  auto& firms = state.population.principal_trading_firm;
  for (auto& firm : firms) firm.lots[kBook] += 12'000 / static_cast<std::int64_t>(firms.size());
  advance_to(forward_run(), state, moment(forward_run(), kAuctioned, 11, 2));
  CHECK(data[kTen].mid_ticks <= before - 1);
  CHECK(std::abs(data[kBook].mid_ticks - data[kTen].mid_ticks) <= 1);
}

TEST_CASE("forwards sum to zero and stand over the mornings before the issue date", "[loop][when_issued]") {
  loop::State state = at(kAuctioned, 6, 59);
  const auto before = forwards(state.world);
  std::int64_t sum = 0, gross = 0;
  for (const std::int64_t face : before) {
    sum += face;
    gross += std::abs(face);
  }
  CHECK(sum == 0);
  CHECK(gross > 100'000'000);
  advance_to(forward_run(), state, moment(forward_run(), kAuctioned, 7) + base::Duration{1});
  CHECK(forwards(state.world) == before);
}

TEST_CASE("a forward delivers its bonds on the issue date, and its buyer pays the price it dealt at to the cent", "[loop][when_issued]") {
  const auto& spec = forward_run();
  // The eve's late afternoon: neither of the two does anything else before the morning.
  loop::State without = at(kEve, 16, 30), with = without;
  const base::InstitutionId buyer = member(world::Kind::bond_fund), seller = member(world::Kind::foreign_official);
  REQUIRE(with.world.ledger.box(seller, kBond).v > 0);
  const std::int64_t lots = 25;
  {
    metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
    loop::Market market(spec, with, probes);
    market.trade_when_issued(buyer, seller, kTen, lots, 99.5);
  }
  for (loop::State* state : {&without, &with}) advance_to(spec, *state, moment(spec, kIssued, 7) + base::Duration{1});
  // 2.5 million at 99.5 and the interest accrued on the issue date, on the grid of quotes.
  const auto accrued = instruments::remaining_flows(spec.world.securities[kTen].bond, base::make_date(2025, 1, 9)).accrued_points;
  const auto price = instruments::price_at(instruments::kQuote, 99.5 + accrued, instruments::Rounding::nearest);
  const base::Money paid = instruments::value(instruments::kQuote, price, lots);
  const auto more = [&](base::InstitutionId i) {
    return settled(with.world, i) - with.world.ledger.due_value(i, kBond) - settled(without.world, i) + without.world.ledger.due_value(i, kBond);
  };
  CHECK(-more(buyer).v == paid.v);
  CHECK(more(seller).v == paid.v);
  CHECK((with.world.ledger.delivered_position(buyer, kBond) - without.world.ledger.delivered_position(buyer, kBond)).v == lots * 100'000);
  CHECK((with.world.ledger.delivered_position(seller, kBond) - without.world.ledger.delivered_position(seller, kBond)).v == -lots * 100'000);
}

TEST_CASE("a forward dealt at the market is worth nothing to either side", "[loop][when_issued]") {
  const auto& spec = forward_run();
  loop::State state = at(kAuctioned, 12);
  const base::InstitutionId buyer = member(world::Kind::bond_fund), seller = member(world::Kind::foreign_official);
  const auto equity = [&](base::InstitutionId i) { return state.world.equity_bn(spec.world, i); };
  const double bought = equity(buyer), sold = equity(seller);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market(spec, state, probes).trade_when_issued(buyer, seller, kTen, 10'000, state.world.security_price(spec.world, kTen));
  // A billion: half a step of the quotes' grid is $20,000, two days' interest ten times as much.
  CHECK(std::abs(equity(buyer) - bought) < 0.00003);
  CHECK(std::abs(equity(seller) - sold) < 0.00003);
}

TEST_CASE("awards settle on the issue date", "[loop][when_issued]") {
  const auto& spec = forward_run();
  const base::InstitutionId treasury = spec.world.treasury;
  loop::State state = at(kAuctioned, 13);
  const auto before = forwards(state.world)[treasury.v];
  advance_to(spec, state, moment(spec, kAuctioned, 13) + base::Duration{1});
  const auto sold = before - forwards(state.world)[treasury.v];
  CHECK(sold >= 39'000'000'000);
  CHECK(state.world.ledger.unsettled(treasury, kBond, base::make_date(2025, 1, 8)).v == 0);
  const auto cash = settled(state.world, treasury);
  advance_to(spec, state, moment(spec, kEve, 12));
  CHECK(settled(state.world, treasury) == cash);
  advance_to(spec, state, moment(spec, kIssued, 7) + base::Duration{1});
  CHECK(base::to_bn(settled(state.world, treasury) - cash) > 0.9 * static_cast<double>(sold) * 1e-9);
  CHECK(state.world.ledger.unsettled(treasury, kBond).v == 0);
}

TEST_CASE("dealers come into the auction short of most of what they expect, and bid to cover", "[loop][when_issued]") {
  const auto& spec = forward_run();
  loop::State state = at(kAuctioned, 13);
  auto& w = state.world;
  std::int64_t presold = 0, expected = 0, short_of = 0;
  for (const auto& dealer : state.population.primary_dealer) {
    const world::View view{spec.world, w, dealer.self};
    presold += dealer.presold_lots[kTen];
    expected += agents::primary_dealer::expected_award_lots(view, dealer, kTen);
    short_of -= w.forward(dealer.self, kTen).v / 100'000;
  }
  CHECK(presold == short_of);
  CHECK(expected == Approx(54'600).margin(30));
  CHECK(presold <= expected);
  CHECK(presold > expected / 2);
  // The dealer with a larger short bids a lower yield.
  const auto& dealer = state.population.primary_dealer.front();
  const auto lowest = [&] {
    markets::AuctionBids bids;
    bid({spec.world, w, dealer.self}, spec.population.primary_dealer, dealer, {kTen, 39, 24}, bids);
    return bids.list().front().yield_tenths;
  };
  const auto bid_before = lowest();
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market(spec, state, probes).trade_when_issued(member(world::Kind::bond_fund), dealer.self, kTen, 20'000, 99);
  CHECK(lowest() < bid_before);
}

TEST_CASE("a dealer hedges nothing of what it has sold ahead of an award, and everything else that it is short of", "[loop][when_issued]") {
  const auto& spec = forward_run();
  const loop::State state = at(kAuctioned, 12);
  // Lots of futures that the first dealer sends at a look, bought less sold.
  const auto hedged = [&](std::int64_t sold, std::int64_t ahead) {
    loop::State copy = state;
    auto& dealer = copy.population.primary_dealer.front();
    metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
    if (sold > 0) loop::Market(spec, copy, probes).trade_when_issued(member(world::Kind::bond_fund), dealer.self, kTen, sold, 99);
    dealer.presold_lots[kTen] += ahead;
    world::Intents out;
    wake({spec.world, copy.world, dealer.self}, spec.population.primary_dealer, dealer, out);
    std::int64_t lots = 0;
    for (const auto& intent : out.list()) {
      if (intent.kind == world::IntentKind::immediate && intent.book >= world::kNodes && intent.book < world::kOutrightBooks) lots += base::sign(intent.side) * intent.lots;
    }
    return lots;
  };
  CHECK(hedged(20'000, 20'000) == hedged(0, 0));
  CHECK(hedged(20'000, 0) > hedged(0, 0));
}

TEST_CASE("after the auction nothing counts as sold ahead", "[loop][when_issued]") {
  loop::State state = at(kAuctioned, 13);
  REQUIRE(std::any_of(state.population.primary_dealer.begin(), state.population.primary_dealer.end(), [](const auto& d) { return d.presold_lots[kTen] > 0; }));
  advance_to(forward_run(), state, moment(forward_run(), kEve, 12));
  for (const auto& dealer : state.population.primary_dealer) CHECK(dealer.presold_lots[kTen] == 0);
}

TEST_CASE("a tail is the stop-out over the mid of the when-issued book", "[loop][when_issued]") {
  const auto& spec = forward_run();
  loop::State state = at(kAuctioned, 13);
  // A book that is off the on-the-run's, to tell the two.
  state.world.books_data[kBook].mid_ticks += 20;
  const double market_bp = state.world.when_issued_bp(spec.world, kTen);
  REQUIRE(std::abs(market_bp - state.world.security_yield_bp(spec.world, kTen)) > 1);
  std::vector<base::Record> tape;
  state.world.journal.attach(&tape);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  loop::advance(spec, state, probes, {}, moment(spec, kAuctioned, 13) + base::Duration{1});
  const auto sale = std::find_if(tape.begin(), tape.end(), [](const base::Record& r) { return r.kind == static_cast<std::uint64_t>(base::RecordKind::auction); });
  REQUIRE(sale != tape.end());
  const auto result = probes.take(state.world, 1, {}, 0, 0);
  CHECK(daily(result, "auction_tail_10y_bp").back() == Approx(static_cast<double>(sale->c) * 1e-3 - market_bp).margin(1e-6));
}

TEST_CASE("a run saved with open forwards goes on as if it had not been", "[loop][when_issued]") {
  const auto& spec = forward_run();
  loop::State state = at(kAuctioned, 12), loaded = loop::load(loop::save(state));
  advance_to(spec, state);
  advance_to(spec, loaded);
  CHECK(finished(state) == finished(loaded));
}

TEST_CASE("watching when-issued trading changes nothing, and tells its volume, yield and dealers' position", "[loop][when_issued]") {
  const auto& spec = forward_run();
  HowToRun watched;
  watched.watching = metrics::Probes::Watching::on;
  CHECK(run_whole(spec, watched) == run_whole(spec));
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  loop::advance(spec, state, probes);
  const auto result = probes.take(state.world, 1, {}, 0, 0);
  for (const char* name : {"volume_when_issued_10y_bn", "yield_when_issued_10y_bp", "forward_dealers_10y_bn", "bid_ask_when_issued_10y_ticks", "depth_when_issued_10y_bn"}) CHECK(daily(result, name).size() == 3);
  CHECK(daily(result, "forward_dealers_10y_bn").front() < 0);
}

TEST_CASE("an issue that is not after its auction, an announcement that is not before it, and two that overlap are refused where they stand", "[loop][when_issued]") {
  const auto refused = [](std::vector<std::string> sets) {
    try {
      short_run(sets);
      return std::string("nothing");
    } catch (const assemble::ConfigError& error) {
      return std::string(error.what());
    }
  };
  const auto has = [](const std::string& text, const std::string& part) { INFO(text); CHECK(text.find(part) != std::string::npos); };
  has(refused(terms("2025-01-06", "2025-01-08", "2025-01-08")), "scenario.auction[name=ten_year].when_issued.settles");
  has(refused(terms("2025-01-06", "2025-01-08", "2025-01-08")), "a day after the auction's, 2025-01-08");
  has(refused(terms("2025-01-09", "2025-01-08", "2025-01-10")), "a day that is not after the auction's, 2025-01-08");
  has(refused(terms("2025-01-06", "2025-01-07", "2025-01-11")), "a business day of the run or of the year after it");
  has(refused(terms("2025-01-03", "2025-01-07", "2025-01-10")), "no trading day of this run");
  constexpr const char* kTwo = R"(
base: "studies/april_2025_when_issued"
name: "two"
scenario { auction { name: "again" date: "2025-04-11" tenor: "10y" offered_bn: 5 when_issued { from: "2025-04-10" settles: "2025-04-16" dealers_share: 0.1 noise_share: 0.1 } } }
)";
  try {
    assemble::assemble(assemble::load_text<config::Run>("two", kTwo, {}), {});
    FAIL("two overlap");
  } catch (const assemble::ConfigError& error) {
    has(error.what(), "two:4:");
    has(error.what(), "days apart from those of the tenor's other auction, 2025-04-03 to 2025-04-15");
  }
}
