// Work-ups in a market run.
#include <catch2/catch.hpp>
#include <map>
#include <optional>

#include "engine/loop/market.h"
#include "engine/metrics/recorder.h"
#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;
using base::Side;
using metrics::Recorded;
using metrics::RecordedKind;
using Phase = markets::WorkUp::Phase;

namespace {

const assemble::Experiment& with_work_up() {
  static const assemble::Experiment experiment = short_run({"market.work_up.private_s=2", "market.work_up.public_s=3"});
  return experiment;
}

constexpr std::size_t kTenYear = world::kTenYearNode;

struct Morning {
  const loop::Spec& spec = with_work_up().spec;
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes{spec.world, metrics::Probes::Watching::off};
  loop::Market market{spec, state, probes};
  Morning() {
    advance_to(spec, state, moment(spec, 1, 10));
    markets::WorkUp& u = state.work_ups[kTenYear];
    u.close([](const markets::Interest&) {});
  }
  base::InstitutionId trader() const {
    for (const auto& t : state.population.noise) {
      if (t.book == kTenYear) return t.self;
    }
    return {};
  }
  void buys(base::InstitutionId who, std::int64_t lots) {
    world::Intents out;
    out.immediate(kTenYear, Side::buy, state.world.books[kTenYear].best_ask(), lots);
    market.apply(who, out);
  }
  void at_its_moment() {
    const markets::WorkUp& u = state.work_ups[kTenYear];
    state.world.now = u.ends_at();
    market.work_up(static_cast<std::uint32_t>(kTenYear) | (u.number() << 8));
  }
};

}  // namespace

TEST_CASE("a trade opens a work-up at its price, in which an outsider's order waits until it is public", "[loop][work_up]") {
  Morning m;
  markets::OrderBook& book = m.state.world.books[kTenYear];
  for (auto& trader : m.state.population.noise) {
    trader.left_lots.fill(0);
    trader.carried_lots = 0;
  }
  const base::Price ask = book.best_ask();
  const std::int64_t there = book.best_ask_lots();
  m.buys(m.trader(), 1);
  const markets::WorkUp& u = m.state.work_ups[kTenYear];
  REQUIRE(u.phase() == Phase::private_phase);
  CHECK(u.price() == ask);
  CHECK(u.taker() == m.trader());
  CHECK(u.parties().size() == 2);

  // A fast trader that is no party and wants to buy at the price: it gets nothing yet, neither here nor in the book.
  base::InstitutionId outsider;
  for (const auto& firm : m.state.population.principal_trading_firm) {
    if (!u.is_party(firm.self)) outsider = firm.self;
  }
  for (auto& firm : m.state.population.principal_trading_firm) firm.out = firm.self == outsider;  // it wants nothing else
  m.market.cancel_all(outsider);
  const std::int64_t volume = m.state.world.books_data[kTenYear].volume_lots;
  const std::int64_t had = m.state.world.ledger.position(outsider, base::SecurityId{kTenYear}).v;
  m.buys(outsider, 3);
  CHECK(m.state.world.books_data[kTenYear].volume_lots == volume);
  CHECK(u.lots_of(outsider, Side::buy) == 3);

  const std::int64_t displayed = book.level_lots(Side::sell, ask);
  REQUIRE(displayed > 3);
  CHECK(displayed <= there);
  m.at_its_moment();
  CHECK(m.state.world.books_data[kTenYear].volume_lots > volume);
  CHECK(book.level_lots(Side::sell, ask) < displayed);  // what was displayed came first
  CHECK(m.state.world.ledger.position(outsider, base::SecurityId{kTenYear}).v == had + 300'000);
  CHECK(u.lots_of(outsider, Side::buy) == 0);
  for (int i = 0; i < 100 && m.state.work_ups[kTenYear].is_open(); ++i) m.at_its_moment();
  CHECK(!m.state.work_ups[kTenYear].is_open());
  m.state.world.ledger.check_conservation();
}

TEST_CASE("a better price in the book ends a work-up", "[loop][work_up]") {
  Morning m;
  m.buys(m.trader(), 1);
  const base::Price price = m.state.work_ups[kTenYear].price();
  m.at_its_moment();
  markets::WorkUp& u = m.state.work_ups[kTenYear];
  REQUIRE(u.phase() == Phase::public_phase);
  // Everybody's offers from the price on are gone; somebody waits for more at the price, somebody else bids more than it.
  std::vector<markets::OrderHandle> asks;
  m.state.world.books[kTenYear].for_each_order(Side::sell, [&](const markets::OrderView& order) { asks.push_back(order.handle); });
  for (const auto& handle : asks) m.state.world.books[kTenYear].cancel(handle);
  auto& firms = m.state.population.principal_trading_firm;
  u.close([](const markets::Interest&) {});
  u.open(price, Side::buy, m.trader(), m.state.world.now, *m.spec.world.work_up);
  u.go_public(m.state.world.now, *m.spec.world.work_up, [](const markets::WorkedUp&) {});
  u.send(firms[1].self, Side::buy, 7, m.state.world.now, *m.spec.world.work_up, [](const markets::WorkedUp&) {});
  world::Intents out;
  out.limit(kTenYear, Side::buy, price + base::Ticks{1}, 50, 0);
  m.market.apply(firms[0].self, out);
  REQUIRE(m.state.world.books[kTenYear].best_bid() == price + base::Ticks{1});
  const std::uint32_t number = u.number();
  out.clear();
  out.immediate(kTenYear, Side::sell, price, 5);
  m.market.apply(m.trader(), out);
  CHECK(m.state.world.books_data[kTenYear].last_ticks == price.v + 1);
  CHECK(u.number() == number + 1);
  CHECK(u.price() == price + base::Ticks{1});
  CHECK(u.lots_of(firms[1].self, Side::buy) == 0);  // it waited in the work-up that is over
}

TEST_CASE("who is taken out of the market wants nothing more in a work-up, whether it rests orders or not", "[loop][work_up]") {
  Morning m;
  m.buys(m.trader(), 1);
  m.buys(m.trader(), 100'000);
  const markets::WorkUp& u = m.state.work_ups[kTenYear];
  REQUIRE(u.lots_of(m.trader(), Side::buy) > 0);
  m.market.cancel_all(m.trader());
  CHECK(u.lots_of(m.trader(), Side::buy) == 0);
}

TEST_CASE("in a run all of a work-up trades at the price that opened it, books shut without one, and its share is told", "[loop][work_up]") {
  const auto& spec = with_work_up().spec;
  std::vector<Recorded> records;
  metrics::Recorder recorder({}, [&](std::span<const Recorded> some) { records.insert(records.end(), some.begin(), some.end()); });
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  probes.attach(recorder);
  loop::State state = loop::initial_state(spec, 1);
  loop::advance(spec, state, probes, {}, moment(spec, 1, 17, 30));
  recorder.end(state.world.now, {});
  for (const auto& u : state.work_ups) CHECK(!u.is_open());
  std::map<int, std::int32_t> last;
  std::map<int, std::int64_t> lots, worked_up;
  std::size_t worked = 0;
  for (const Recorded& r : records) {
    const auto kind = static_cast<RecordedKind>(r.kind);
    if (kind != RecordedKind::trade && kind != RecordedKind::work_up) continue;
    if (r.book >= world::kNodes) CHECK(kind == RecordedKind::trade);
    if (kind == RecordedKind::work_up) {
      ++worked;
      REQUIRE(r.price == last[r.book]);
      worked_up[r.book] += r.lots;
      REQUIRE(r.who != r.other);
    }
    last[r.book] = r.price;
    lots[r.book] += r.lots;
  }
  CHECK(worked > 20);
  CHECK(worked_up[static_cast<int>(kTenYear)] < lots[static_cast<int>(kTenYear)]);
}

TEST_CASE("the share of volume in work-ups is a metric of a run that has them, and of no other", "[loop][work_up]") {
  const auto share = [](const assemble::Experiment& of, const std::string& series) {
    assemble::Experiment experiment = of;
    experiment.metrics = {{"share", series, metrics::Statistic::mean, of.spec.world.days.front(), of.spec.world.days.back()}};
    const auto ended = sweep::run_one({&experiment, "model", 0, 1}, {});
    REQUIRE(ended.error.empty());
    const auto found = ended.result.metrics.find("share");
    return found == ended.result.metrics.end() ? std::nullopt : std::optional<double>(found->second);
  };
  for (const char* series : {"workup_share", "workup_10y_share"}) {
    CHECK(!share(plain_short_run(), series));
    const auto found = share(with_work_up(), series);
    REQUIRE(found);
    CHECK(*found > 0.0);
    CHECK(*found < 1.0);
  }
}

TEST_CASE("a run with work-ups saved amid one goes on as the run that was not", "[loop][work_up]") {
  const auto& spec = with_work_up().spec;
  const Finished whole = run_whole(spec);
  loop::State state = loop::initial_state(spec, 1);
  base::Time at = moment(spec, 1, 9);
  const auto open = [&] { return std::ranges::any_of(state.work_ups, [](const auto& u) { return u.is_open() && !u.interests().empty(); }); };
  for (int i = 0; i < 20'000 && !open(); ++i) {
    at = at + base::seconds(1);
    advance_to(spec, state, at);
  }
  REQUIRE(open());
  loop::State again = loop::load(loop::save(state));
  CHECK((again.work_ups == state.work_ups));
  advance_to(spec, again);
  CHECK(finished(again) == whole);
}
