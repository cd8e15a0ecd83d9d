// A contract's next month: quoted, rolled into through the calendar spread, and the end of what is not rolled (docs/decisions/0028).
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "engine/loop/market.h"
#include "engine/world/roll.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;
using world::kContracts;
using world::kNodes;

namespace {

constexpr std::size_t kFv = 1, kTy = 2, kUs = 4;

// 24 to 28 February 2025: the last three days before the first intention day, that day, and one more. TY and FV have a next month.
const assemble::Experiment& rolling() {
  static const assemble::Experiment experiment = [] {
    assemble::LoadOptions options;
    options.sets = {"calendar.from=2025-02-24", "calendar.scored_from=2025-02-25", "calendar.to=2025-02-28", "calendar.burn_in_days=0", "reference=\"\"", "metrics=\"\""};
    auto result = assemble::assemble("studies/calm_2025q1_roll", options);
    return result;
  }();
  return experiment;
}

std::int64_t futures(const world::World& w, base::InstitutionId i, std::size_t listing) { return w.ledger.futures(i, ledger::FuturesId{static_cast<std::uint16_t>(listing)}); }

// What a kind holds, lots: of the contract and of its next.
std::array<std::int64_t, 2> held_by(const world::WorldSpec& spec, const world::World& w, world::Kind kind, std::size_t contract) {
  std::array<std::int64_t, 2> lots{};
  for (std::uint32_t i = 0; i < spec.institutions.size(); ++i) {
    if (spec.institutions[i].kind != kind) continue;
    lots[0] += futures(w, {i}, contract);
    lots[1] += futures(w, {i}, kContracts + contract);
  }
  return lots;
}

void check_sums(const world::WorldSpec& spec, const world::World& w) {
  base::Money cash;
  std::vector<base::Money> carried(world::kCarried);
  std::vector<std::int64_t> open(spec.contracts.size());
  std::vector<std::int64_t> face(world::kSecurities);
  for (std::uint32_t i = 0; i < spec.institutions.size(); ++i) {
    cash += w.ledger.cash({i});
    for (std::size_t l = 0; l < open.size(); ++l) open[l] += futures(w, {i}, l);
    for (std::size_t c = 0; c < carried.size(); ++c) carried[c] += w.accounts[i].carried[c];
    for (std::uint16_t s = 0; s < face.size(); ++s) face[s] += w.ledger.position({i}, base::SecurityId{s}).v;
  }
  CHECK(cash.v == 0);
  for (const std::int64_t lots : open) CHECK(lots == 0);
  for (std::size_t l = 0; l < open.size(); ++l) CHECK(carried[world::carried_futures(l)].v == 0);
  for (std::uint16_t s = 0; s < face.size(); ++s) CHECK(face[s] == w.ledger.issued(base::SecurityId{s}).v);
}

loop::State at(const loop::Spec& spec, std::size_t day, std::int64_t hour, std::int64_t minute = 0) {
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, day, hour, minute));
  return state;
}

// The rolling run in which nobody rolls and the first day is the contract's last.
loop::Spec ending_on_the_first_day(std::size_t contract) {
  loop::Spec spec = rolling().spec;
  auto& c = spec.world.contracts[contract];
  c.roll_days = {spec.world.settle.back()};
  c.last_trading = spec.world.days.front();
  return spec;
}

}  // namespace

TEST_CASE("the months' critical days are the exchange's", "[loop][roll]") {
  const auto& spec = rolling().spec.world;
  const auto& h5 = spec.contracts[kTy];
  const auto& m5 = spec.contracts[kContracts + kTy];
  CHECK(h5.month_name == "TYH5");
  CHECK(m5.month_name == "TYM5");
  CHECK(h5.first_intention == base::make_date(2025, 2, 27));
  CHECK(h5.last_trading == base::make_date(2025, 3, 20));
  CHECK(h5.delivery == base::make_date(2025, 3, 31));
  CHECK(m5.delivery == base::make_date(2025, 6, 30));
  CHECK(h5.roll_days == std::vector<base::Date>{base::make_date(2025, 2, 19), base::make_date(2025, 2, 20), base::make_date(2025, 2, 21), base::make_date(2025, 2, 24), base::make_date(2025, 2, 25), base::make_date(2025, 2, 26)});
  CHECK(spec.contracts[kContracts + kFv].delivery == base::make_date(2025, 7, 3));
}

TEST_CASE("a month's factor is the exchange's for that month", "[loop][roll]") {
  const auto& spec = rolling().spec.world;
  const auto& h5 = spec.contracts[kTy];
  const auto& m5 = spec.contracts[kContracts + kTy];
  const auto& bond = spec.securities[h5.basket].bond;
  const auto& terms = instruments::spec(instruments::Contract::TY);
  CHECK(h5.deliverable.factor == instruments::conversion_factor(terms, bond.coupon, bond.maturity, {2025, 3}));
  CHECK(m5.deliverable.factor == instruments::conversion_factor(terms, bond.coupon, bond.maturity, {2025, 6}));
  CHECK(h5.deliverable.factor < m5.deliverable.factor);
}

TEST_CASE("a run without a next month has neither its books nor its listings", "[loop][roll]") {
  const auto& spec = plain_short_run().spec.world;
  CHECK(spec.books.size() == world::kBooks);
  CHECK(spec.contracts.size() == kContracts);
  CHECK_FALSE(spec.rolls());
}

TEST_CASE("the next month and the calendar spread are quoted on both sides from the first morning, the spread about the difference of the two", "[loop][roll]") {
  const auto& spec = rolling().spec;
  const loop::State state = at(spec, 0, 7, 30);
  for (const std::size_t c : {kFv, kTy, kUs}) {
    const auto points = [&](std::size_t book) { return state.world.books_data[book].mid_ticks / spec.world.books[book].grid.ticks_per_unit; };
    const std::size_t next = world::kBooks + c, calendar = world::calendar_book(c);
    INFO(spec.world.contracts[c].month_name);
    for (const std::size_t book : {next, calendar}) {
      CHECK(state.world.books[book].has_bid());
      CHECK(state.world.books[book].has_ask());
    }
    // Each outright mid is good for about a tick.
    CHECK(points(calendar) == Approx(points(kNodes + c) - points(next)).margin(1.5 / spec.world.books[next].grid.ticks_per_unit));
  }
}

TEST_CASE("a calendar spread moves one lot out of the nearer month and one into the next, at prices that differ by the spread", "[loop][roll]") {
  const auto& spec = rolling().spec;
  loop::State state = at(spec, 0, 7, 30);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, state, probes);
  auto& w = state.world;
  const auto manager = state.population.asset_manager.front().self;
  const std::size_t book = world::calendar_book(kTy);
  const auto bid = w.books[book].best_bid();
  const std::array<std::int64_t, 2> before{futures(w, manager, kTy), futures(w, manager, kContracts + kTy)};
  const auto carried = w.accounts[manager.v].carried;
  world::Intents sell;
  sell.immediate(book, base::Side::sell, bid, 1);
  market.apply(manager, sell);
  CHECK(futures(w, manager, kTy) == before[0] - 1);
  CHECK(futures(w, manager, kContracts + kTy) == before[1] + 1);
  const auto& after = w.accounts[manager.v].carried;
  const base::Money nearer = after[world::carried_futures(kTy)] - carried[world::carried_futures(kTy)];
  const base::Money next = after[world::carried_futures(kContracts + kTy)] - carried[world::carried_futures(kContracts + kTy)];
  // It sold the nearer and bought the next: what the two prices differ by is the spread, to the 1/10,000 dollar.
  CHECK(-nearer - next == instruments::value(spec.world.books[book].grid, bid, 1));
  check_sums(spec.world, w);
}

TEST_CASE("what is left to roll is spread evenly over the looks that are left, and all of it goes at the last", "[loop][roll]") {
  CHECK(world::lots_to_roll(1000, 46, 460, 1) == -100);   // a long sells spreads
  CHECK(world::lots_to_roll(-1000, 46, 460, 1) == 100);   // a short buys them
  CHECK(world::lots_to_roll(-1000, 46, 46, 1) == 1000);
  CHECK(world::lots_to_roll(-1000, 46, 10, 1) == 1000);
  CHECK(world::lots_to_roll(-1000, 46, 0, 1) == 0);
  CHECK(world::lots_to_roll(1000, 1, 9, 2) == -112);      // whole contracts of two lots
}

TEST_CASE("before the first intention day longs and shorts have moved into the next month, and what they hold is the same in sum", "[loop][roll]") {
  const auto& spec = rolling().spec;
  const loop::State start = loop::initial_state(spec, 1);
  const loop::State state = at(spec, 3, 7);
  for (const std::size_t c : {kFv, kTy}) {
    INFO(spec.world.contracts[c].month_name);
    CHECK(start.world.open_interest(kContracts + c) == 0);
    CHECK(state.world.open_interest(kContracts + c) > 20 * state.world.open_interest(c));
    CHECK(state.world.lead_listing(c) == kContracts + c);
    for (const auto kind : {world::Kind::asset_manager, world::Kind::basis_fund}) {
      const auto before = held_by(spec.world, start.world, kind, c), after = held_by(spec.world, state.world, kind, c);
      INFO(world::to_string(kind));
      CHECK(before[1] == 0);
      CHECK(std::abs(after[0]) * 20 < std::abs(before[0]));
      // Their rules trade a little besides.
      CHECK(static_cast<double>(after[0] + after[1]) == Approx(static_cast<double>(before[0])).epsilon(0.05));
    }
  }
  check_sums(spec.world, state.world);
}

TEST_CASE("the month in which more is open leads from the next evening on", "[loop][roll]") {
  const auto& spec = rolling().spec;
  loop::State state = loop::initial_state(spec, 1);
  bool led = false;
  for (std::size_t day = 0; day < 4; ++day) {
    advance_to(spec, state, moment(spec, day, 16, 59));
    const bool more = state.world.open_interest(kContracts + kTy) > state.world.open_interest(kTy);
    advance_to(spec, state, moment(spec, day + 1, 7));
    CHECK((state.world.lead_listing(kTy) == kContracts + kTy) == (led || more));
    led |= more;
    CHECK(state.world.lead_book(kNodes + kTy) == (led ? world::kBooks + kTy : kNodes + kTy));
  }
  CHECK(led);
}

TEST_CASE("only the month that leads is traded outright: the next is quiet before the roll, the nearer after it", "[loop][roll]") {
  const auto& spec = rolling().spec;
  loop::State state = at(spec, 0, 15);
  const auto volume = [&](std::size_t book) { return state.world.books_data[book].volume_lots; };
  CHECK(volume(kNodes + kTy) > 500'000);
  CHECK(volume(world::kBooks + kTy) == 0);
  CHECK(volume(world::calendar_book(kTy)) > 100'000);
  advance_to(spec, state, moment(spec, 4, 15));
  CHECK(volume(kNodes + kTy) == 0);
  CHECK(volume(world::kBooks + kTy) > 500'000);
}

TEST_CASE("longs and shorts that roll at the same pace leave the calendar spread where it was, and what moves one month moves the other", "[loop][roll]") {
  const auto& spec = rolling().spec;
  const loop::State start = loop::initial_state(spec, 1);
  const auto points = [&](const loop::State& state, std::size_t book) { return state.world.books_data[book].mid_ticks / spec.world.books[book].grid.ticks_per_unit; };
  const std::size_t next = world::kBooks + kTy, calendar = world::calendar_book(kTy);
  loop::State state = loop::initial_state(spec, 1);
  for (std::size_t day = 0; day < 5; ++day) {
    advance_to(spec, state, moment(spec, day, 15));
    INFO("day " << day);
    CHECK(points(state, calendar) == Approx(points(start, calendar)).margin(0.06));
    CHECK(points(state, kNodes + kTy) - points(state, next) == Approx(points(start, calendar)).margin(0.08));
  }
  CHECK(std::abs(points(state, next) - points(start, next)) > 0.1);
}

TEST_CASE("what flow in one month says of a contract's own yield it says of both months", "[loop][roll]") {
  namespace ptf = agents::principal_trading_firm;
  const auto& spec = rolling().spec;
  loop::State state = at(spec, 0, 11);
  const auto after = [&](std::int64_t bought_lots) {
    loop::State seen = loop::load(loop::save(state));
    seen.world.books_data[kNodes + kTy].signed_lots += bought_lots;
    auto firm = seen.population.principal_trading_firm.front();
    ptf::Readings readings{};
    world::Intents out;
    ptf::wake({spec.world, seen.world, firm.self}, spec.population.principal_trading_firm, readings, firm, ptf::kLook, out);
    return std::array{firm.own[kNodes + kTy], firm.own[world::kBooks + kTy], firm.own[kNodes + kFv]};
  };
  const auto quiet = after(0), bought = after(20'000);
  CHECK(bought[0] - quiet[0] < -0.001);
  CHECK(bought[1] - quiet[1] == Approx(bought[0] - quiet[0]).margin(1e-12));
  CHECK(bought[2] == quiet[2]);
}

TEST_CASE("a short that has not rolled delivers at the invoice price and the long takes the bonds, to the cent", "[loop][roll]") {
  const std::size_t c = GENERATE(kFv, kTy);
  const loop::Spec spec = ending_on_the_first_day(c);
  loop::State state = at(spec, 0, 15);
  const auto& contract = spec.world.contracts[c];
  const auto n = static_cast<std::uint32_t>(spec.world.institutions.size());
  std::vector<std::int64_t> lots(n), face(n);
  std::vector<base::Money> unsettled(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    lots[i] = futures(state.world, {i}, c);
    face[i] = state.world.ledger.position({i}, {contract.basket}).v;
    unsettled[i] = state.world.ledger.unsettled_cash({i});
  }
  REQUIRE(state.world.open_interest(c) > 0);
  advance_to(spec, state, moment(spec, 0, 15) + base::Duration{1});
  const auto& w = state.world;
  const auto& terms = instruments::spec(static_cast<instruments::Contract>(c));
  const base::Money each = instruments::invoice(terms, {static_cast<std::int32_t>(w.books_data[kNodes + c].settlement_ticks)}, contract.deliverable, spec.world.settle.front()).total();
  CHECK(each.v % 100 == 0);
  CHECK(w.open_interest(c) == 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    INFO(spec.world.institutions[i].name);
    CHECK(futures(w, {i}, c) == 0);
    CHECK(w.ledger.position({i}, {contract.basket}).v - face[i] == lots[i] * 100'000);
    CHECK(w.ledger.unsettled_cash({i}) - unsettled[i] == base::Money{-each.v * lots[i] / terms.lots});
    CHECK(w.accounts[i].carried[world::carried_futures(c)].v == 0);
  }
  check_sums(spec.world, w);
  w.ledger.check_conservation();
}

TEST_CASE("after the last trading day nothing rests in a contract's book and no order is taken there, while its next goes on", "[loop][roll]") {
  const loop::Spec spec = ending_on_the_first_day(kTy);
  loop::State state = at(spec, 1, 11);
  auto& w = state.world;
  for (const std::size_t book : {kNodes + kTy, world::calendar_book(kTy)}) {
    CHECK_FALSE(w.books[book].has_bid());
    CHECK_FALSE(w.books[book].has_ask());
    CHECK(w.books_data[book].volume_lots == 0);
  }
  CHECK(w.books_data[world::kBooks + kTy].volume_lots > 0);
  CHECK(w.lead_listing(kTy) == kContracts + kTy);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::Market market(spec, state, probes);
  world::Intents order;
  order.limit(kNodes + kTy, base::Side::buy, {7000}, 10, 0);
  const auto rejected = w.rejected;
  market.apply(state.population.principal_trading_firm.front().self, order);
  CHECK(w.rejected == rejected + 1);
  CHECK_FALSE(w.books[kNodes + kTy].has_bid());
}

TEST_CASE("delivered bonds settle the next morning, and a run goes on to its end", "[loop][roll]") {
  const loop::Spec spec = ending_on_the_first_day(kTy);
  loop::State state = at(spec, 0, 17, 1);
  const auto waiting = [&] {
    std::int64_t face = 0;
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) face += std::max<std::int64_t>(0, state.world.ledger.unsettled({i}, {spec.world.contracts[kTy].basket}).v);
    return face;
  };
  const std::int64_t delivered = waiting();
  CHECK(delivered > 0);
  // What the night has traded waits for the day after.
  advance_to(spec, state, moment(spec, 1, 7, 1));
  CHECK(waiting() * 10 < delivered);
  advance_to(spec, state);
  CHECK(state.finished != 0);
  check_sums(spec.world, state.world);
}

TEST_CASE("a fund that fails in the middle of the roll leaves both months to the house, which closes both", "[loop][roll]") {
  loop::Spec spec = rolling().spec;
  loop::State state = at(spec, 1, 11);
  const auto who = state.population.basis_fund.front().self;
  REQUIRE(futures(state.world, who, kTy) < 0);
  REQUIRE(futures(state.world, who, kContracts + kTy) < 0);
  const base::Time failure = moment(spec, 1, 11, 1);
  loop::schedule_failure(spec, state, {failure, who});
  advance_to(spec, state, failure + base::Duration{1});
  for (const std::size_t l : {kTy, kContracts + kTy}) CHECK(futures(state.world, who, l) == 0);
  CHECK(futures(state.world, spec.world.cme, kTy) < 0);
  CHECK(futures(state.world, spec.world.cme, kContracts + kTy) < 0);
  check_sums(spec.world, state.world);
  advance_to(spec, state);
  for (std::size_t l = 0; l < spec.world.contracts.size(); ++l) CHECK(futures(state.world, spec.world.cme, l) == 0);
  check_sums(spec.world, state.world);
}

TEST_CASE("a house that still holds a defaulter's futures on the last trading day delivers or takes the bonds, and deals them back", "[loop][roll]") {
  loop::Spec spec = ending_on_the_first_day(kTy);
  loop::State state = at(spec, 0, 14);
  const auto who = state.population.basis_fund.front().self;
  const auto bonds = [&] { return state.world.ledger.position(spec.world.cme, {spec.world.contracts[kTy].basket}).v; };
  const base::Time failure = moment(spec, 0, 14, 58);
  loop::schedule_failure(spec, state, {failure, who});
  advance_to(spec, state, failure + base::Duration{1});
  const std::int64_t left = futures(state.world, spec.world.cme, kTy);
  REQUIRE(left < 0);
  advance_to(spec, state, moment(spec, 0, 15) + base::Duration{1});
  CHECK(futures(state.world, spec.world.cme, kTy) == 0);
  CHECK(bonds() == left * 100'000);
  advance_to(spec, state);
  CHECK(bonds() == 0);
  check_sums(spec.world, state.world);
}

TEST_CASE("both months are marked and margined", "[loop][roll]") {
  const auto& spec = rolling().spec;
  const loop::State state = at(spec, 1, 17, 1);
  const auto& w = state.world;
  std::size_t seen = 0;
  for (const auto& manager : state.population.asset_manager) {
    double required_bn = 0;
    for (std::size_t l = 0; l < spec.world.contracts.size(); ++l) required_bn += std::abs(static_cast<double>(futures(w, manager.self, l))) * w.margin_points[l] * 1e-6;
    CHECK(base::to_bn(w.accounts[manager.self.v].futures_margin) == Approx(required_bn).margin(1e-9));
    for (const std::size_t l : {kTy, kContracts + kTy}) {
      const std::int64_t lots = futures(w, manager.self, l);
      if (lots == 0) continue;
      ++seen;
      CHECK(w.margin_points[l] > 0);
    }
  }
  CHECK(seen >= 2);
  for (const std::size_t l : {kTy, kContracts + kTy}) {
    const std::size_t book = world::book_of_listing(l);
    CHECK(w.books_data[book].settlement_ticks > 6000);
    CHECK(state.last_settlement_points[l] == static_cast<double>(w.books_data[book].settlement_ticks) / spec.world.books[book].grid.ticks_per_unit);
  }
}

TEST_CASE("a run that rolls is the same whole and from a checkpoint, in the roll, after it or after the delivery", "[loop][roll]") {
  const auto [delivers, day] = GENERATE(std::pair{false, 1}, std::pair{false, 3}, std::pair{true, 1});
  const loop::Spec spec = delivers ? ending_on_the_first_day(kTy) : rolling().spec;
  const Finished whole = run_whole(spec);
  loop::State state = at(spec, static_cast<std::size_t>(day), 11, 17);
  loop::State again = loop::load(loop::save(state));
  advance_to(spec, again);
  CHECK(finished(again) == whole);
}

TEST_CASE("a next month that is no later, has no bond of the basket's, or comes after one that is traded no more is refused where it stands", "[loop][roll]") {
  const auto refused = [](const std::string& set) {
    assemble::LoadOptions options;
    options.sets = {"calendar.from=2025-03-24", "calendar.scored_from=2025-03-25", "calendar.to=2025-03-28", "calendar.burn_in_days=0", "reference=\"\"", "metrics=\"\"", set};
    try {
      assemble::assemble("studies/calm_2025q1_roll", options);
      return std::string("nothing");
    } catch (const assemble::ConfigError& error) {
      return std::string(error.what());
    }
  };
  const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has(refused("market.basket[name=off_TY].next.delivery_month=2025-03"), "found 2025-03, expected a month after 2025-03"));
  CHECK(has(refused("market.basket[name=off_TY].next.delivery_month=2025-05"), "found 2025-05, expected YYYY-MM with month 03, 06, 09 or 12"));
  CHECK(has(refused("market.basket[name=off_TY].next.delivery_month=2025-09"), "expected a bond deliverable into TY in 2025-09 too"));
  CHECK(has(refused("market.basket[name=off_TY].delivery_month=2024-03"), "found TYH4, expected a month of the run or of the year after it"));
  // Trading in TYH5 ended on 20 March; FVH5's goes on to the end of the month.
  const std::string late = refused("title=\"late\"");
  CHECK(has(late, "found after TYH5, traded until 2025-03-20"));
  CHECK_FALSE(has(late, "FVH5"));
}

TEST_CASE("watching a roll changes nothing, and tells both months", "[loop][roll]") {
  const auto& spec = rolling().spec;
  HowToRun watched;
  watched.watching = metrics::Probes::Watching::on;
  CHECK(run_whole(spec, watched) == run_whole(spec));
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  loop::advance(spec, state, probes);
  const auto result = probes.take(state.world, 1, {}, 0, 0);
  const auto last = [&](const std::string& name) { return daily(result, name).back(); };
  CHECK(last("open_interest_TYH5_bn") == Approx(static_cast<double>(state.world.open_interest(kTy)) * 1e-4));
  CHECK(last("open_interest_TYM5_bn") == Approx(static_cast<double>(state.world.open_interest(kContracts + kTy)) * 1e-4));
  CHECK(last("rolled_TY_share") == Approx(last("open_interest_TYM5_bn") / (last("open_interest_TYM5_bn") + last("open_interest_TYH5_bn"))));
  // The contract's own statistics are those of the month that leads.
  CHECK(last("implied_repo_TY_pct") == last("implied_repo_TYM5_pct"));
  CHECK(last("implied_repo_TY_pct") != last("implied_repo_TYH5_pct"));
  CHECK(last("volume_TY_bn") == last("volume_TYM5_bn"));
  for (const char* name : {"settlement_TYH5_points", "settlement_TYM5_points", "implied_repo_TYM5_pct", "gross_basis_TYH5_points", "net_basis_TYM5_points", "calendar_spread_TY_points", "volume_TY_calendar_bn"}) last(name);
}
