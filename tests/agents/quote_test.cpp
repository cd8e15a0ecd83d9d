// What quotes and takes in the interdealer books (docs/decisions/0012).
#include <catch2/catch.hpp>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

namespace ptf = agents::principal_trading_firm;
namespace dealers = agents::primary_dealer;
constexpr std::size_t kTenYear = world::kTenYearNode;

// The second morning of the short run at ten: books are full, nobody else acts while a test looks.
struct Morning {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  Morning() { advance_to(spec, state, moment(spec, 1, 10)); }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }
  ptf::Parameters fast() const { return spec.population.principal_trading_firm; }
  ptf::Firm& firm(std::size_t i) { return state.population.principal_trading_firm.at(i); }
};

const world::Intent* first(const world::Intents& out, world::IntentKind kind, std::size_t book, base::Side side) {
  for (const auto& intent : out.list()) {
    if (intent.kind == kind && intent.book == book && intent.side == side) return &intent;
  }
  return nullptr;
}

// Widens the ten-year book to `ticks` and has a firm with no inventory quote it afresh.
std::int32_t quoted_width(Morning& m, const ptf::Parameters& p, ptf::Readings& readings) {
  auto& md = m.state.world.books_data[kTenYear];
  const auto mid = static_cast<std::int32_t>(md.mid_ticks);
  md.bid.v = mid - 200;
  md.ask.v = mid + 200;
  auto& firm = m.firm(0);
  readings = {};
  firm.lots.fill(0);
  firm.net_lots = 0;
  firm.quotes = {};
  world::Intents out;
  ptf::wake(m.view(firm.self), p, readings, firm, kTenYear, out);
  const auto* bid = first(out, world::IntentKind::limit, kTenYear, base::Side::buy);
  const auto* ask = first(out, world::IntentKind::limit, kTenYear, base::Side::sell);
  REQUIRE(bid != nullptr);
  REQUIRE(ask != nullptr);
  return ask->limit.v - bid->limit.v;
}

// The answer of a firm's ten-year belief to $1bn that others buy.
double answer_bp(Morning& m, ptf::Parameters p, double flow_ratio) {
  auto& firm = m.firm(0);
  ptf::Readings readings;
  p.belief_half_life_min = 1e12;
  p.predictable_share = 0;
  world::Intents out;
  ptf::wake(m.view(firm.self), p, readings, firm, ptf::kNews, out);  // takes in what came before
  firm.flow_variance = flow_ratio * firm.usual_flow_variance;
  const double before = firm.belief[kTenYear];
  m.state.world.books_data[kTenYear].signed_lots += 10'000;
  m.state.world.now = m.state.world.now + base::seconds(1);
  ptf::wake(m.view(firm.self), p, readings, firm, ptf::kNews, out);
  return firm.belief[kTenYear] - before;
}

}  // namespace

TEST_CASE("all fast traders look at the same moments, later by their own reaction time alone", "[principal_trading_firm]") {
  Morning m;
  const auto p = m.fast();
  const auto interval_ns = static_cast<std::int64_t>(p.quote_interval_s * 1e9);
  std::optional<std::int64_t> common;
  ptf::Readings readings;
  for (auto& firm : m.state.population.principal_trading_firm) {
    world::Intents out;
    ptf::wake(m.view(firm.self), p, readings, firm, ptf::kLook, out);
    REQUIRE(out.list().back().kind == world::IntentKind::wake);
    const std::int64_t next = base::time_of_day(out.list().back().time).ns;
    if (!common) common = next / interval_ns;
    CHECK(next / interval_ns == *common);
    CHECK(static_cast<double>(next % interval_ns) <= p.reaction_s * firm.speed * 1e9);
    CHECK(out.list().back().time > m.state.world.now);
  }
}

TEST_CASE("what one fast trader read off a book's volatility serves every other as if it had read it itself", "[principal_trading_firm]") {
  Morning m;
  const auto p = m.fast();
  ptf::Readings of_all;
  m.firm(1).scale = 2 * m.firm(0).scale;
  for (auto& firm : m.state.population.principal_trading_firm) {
    firm.quotes = {};
    ptf::Firm twin = firm;
    ptf::Readings own;
    world::Intents shared, alone;
    ptf::wake(m.view(firm.self), p, of_all, firm, ptf::kLook, shared);
    ptf::wake(m.view(twin.self), p, own, twin, ptf::kLook, alone);
    CHECK(shared.list().size() > 1);
    REQUIRE(shared.list().size() == alone.list().size());
    for (std::size_t i = 0; i < alone.list().size(); ++i) {
      CHECK(shared.list()[i].kind == alone.list()[i].kind);
      CHECK(shared.list()[i].limit == alone.list()[i].limit);
      CHECK(shared.list()[i].lots == alone.list()[i].lots);
    }
  }
}

TEST_CASE("a dealer's limits make its offer worse for the client or leave it as it is, for securities and packages", "[primary_dealer]") {
  Morning m;
  const auto& p = m.spec.population.primary_dealer;
  int worse = 0, same = 0;
  const auto ask = [&](const dealers::Dealer& dealer, bool package, std::uint16_t index) {
    for (const base::Side client : {base::Side::buy, base::Side::sell}) {
      dealers::Dealer asked = dealer;
      const dealers::Request request{package, index, client, 100};
      const auto answer = dealers::answer(m.view(dealer.self), p, asked, request);
      if (answer.decline != dealers::Decline::none) continue;
      const double better = (client == base::Side::buy) != package ? 1.0 : -1.0;
      const double added = better * (dealers::dealing_bp(m.view(dealer.self), p, asked, request, answer) - answer.best_bp());
      CHECK(added <= 0);
      (added < 0 ? worse : same) += 1;
    }
  };
  for (const auto& dealer : m.state.population.primary_dealer) {
    for (std::uint16_t security = 0; security < world::kSecurities; ++security) ask(dealer, false, security);
    for (std::uint16_t tenor = 0; tenor < world::kNodes; ++tenor) ask(dealer, true, static_cast<std::uint16_t>(world::kOutrightBooks + tenor));
  }
  CHECK(worse > 100);
  CHECK(same > 100);
}

TEST_CASE("a fast trader that holds too much sells to the bid that crosses its own price, and less than it holds too much", "[principal_trading_firm]") {
  Morning m;
  auto p = m.fast();
  auto& firm = m.firm(0);
  ptf::Readings readings;
  world::Intents out;
  firm.lots[kTenYear] = 0;
  ptf::wake(m.view(firm.self), p, readings, firm, kTenYear, out);
  CHECK(first(out, world::IntentKind::immediate, kTenYear, base::Side::sell) == nullptr);

  const std::int64_t too_many = 60 * static_cast<std::int64_t>(p.size_lots * firm.scale * readings[kTenYear].size);
  firm.lots[kTenYear] = too_many;
  firm.net_lots = static_cast<double>(too_many);
  out.clear();
  ptf::wake(m.view(firm.self), p, readings, firm, kTenYear, out);
  const auto* sale = first(out, world::IntentKind::immediate, kTenYear, base::Side::sell);
  REQUIRE(sale != nullptr);
  CHECK(sale->limit == m.view(firm.self).book(kTenYear).bid);
  CHECK(sale->lots > 0);
  CHECK(sale->lots < too_many);
  CHECK(firm.net_lots < static_cast<double>(too_many));  // what it sold here it does not sell again in the next book
}

TEST_CASE("a fast trader's spread is wider by twice what a fill tells it", "[principal_trading_firm]") {
  Morning m;
  auto p = m.fast();
  ptf::Readings readings;
  p.informed_order_bn = 0;
  const std::int32_t blind = quoted_width(m, p, readings);
  p.informed_order_bn = 2;
  const std::int32_t wary = quoted_width(m, p, readings);
  const double told = readings[kTenYear].adverse_half / std::sqrt(m.firm(0).flow_variance / m.firm(0).usual_flow_variance);
  CHECK(told > 5);
  CHECK(std::abs(wary - blind - 2.0 * told) <= 2.0);
}

TEST_CASE("a dollar of surprise moves a belief more in a volatile market and less in one full of flow", "[principal_trading_firm]") {
  Morning usual, full, volatile_market;
  auto p = usual.fast();
  p.realised_weight = 0;
  const double answer = answer_bp(usual, p, 1);
  CHECK(answer < 0);
  CHECK(answer_bp(full, p, 4) / answer == Approx(0.5).epsilon(0.01));
  volatile_market.state.world.outside.uncertainty *= 2;
  CHECK(answer_bp(volatile_market, p, 1) / answer == Approx(std::pow(2.0, p.implied_elasticity)).epsilon(0.01));
}

TEST_CASE("a fast trader that holds too much offers less of what would add to it and more of what takes it away, and without a lean as much on both sides", "[principal_trading_firm]") {
  Morning m;
  auto p = m.fast();
  auto& firm = m.firm(0);
  const auto offered = [&](double lean, double sizes) {
    p.size_lean = lean;
    ptf::Readings readings;
    firm.quotes = {};
    firm.lots.fill(0);
    world::Intents out;
    ptf::wake(m.view(firm.self), p, readings, firm, kTenYear, out);
    firm.lots[kTenYear] = static_cast<std::int64_t>(sizes * p.size_lots * firm.scale * readings[kTenYear].size);
    firm.net_lots = sizes * p.size_lots * firm.scale;
    firm.quotes = {};
    out.clear();
    ptf::wake(m.view(firm.self), p, readings, firm, kTenYear, out);
    std::pair<double, double> lots{};
    for (const auto& intent : out.list()) {
      if (intent.kind != world::IntentKind::limit || intent.book != kTenYear) continue;
      (intent.side == base::Side::buy ? lots.first : lots.second) += static_cast<double>(intent.lots);
    }
    return lots;
  };
  const auto even = offered(0, 2), longer = offered(1, 2), shorter = offered(1, -2), full = offered(1, 5);
  CHECK(even.first == even.second);
  CHECK(longer.first < 0.8 * even.first);
  CHECK(longer.second > 1.2 * even.second);
  CHECK(longer.first + longer.second == Approx(even.first + even.second).epsilon(0.05));
  CHECK(shorter.first == longer.second);
  CHECK(shorter.second == longer.first);
  CHECK(full.first < longer.first);
}

TEST_CASE("a bond's standard size is the larger the more a tick pays for the risk of a lot, and the longer that risk stays the smaller", "[principal_trading_firm]") {
  Morning m;
  auto p = m.fast();
  const auto size = [&](std::size_t book) {
    ptf::Readings readings;
    world::Intents out;
    m.firm(0).quotes = {};
    ptf::wake(m.view(m.firm(0).self), p, readings, m.firm(0), static_cast<std::uint16_t>(book), out);
    return readings[book].size;
  };
  const auto& books = m.spec.world.books;
  const auto risk = [&](std::size_t b) { return books[b].ten_year_equivalent * m.view(m.firm(0).self).calm_sigma_bp(b); };
  constexpr std::size_t kTwoYear = 0;
  // Where all of the risk is the curve's, a tick over the cube of a lot's risk; where all stays in the book, volume and a tick over the square.
  p.own_inventory_weight = 0;
  const double tick = m.view(m.firm(0).self).dollars_per_tick(kTwoYear) / m.view(m.firm(0).self).dollars_per_tick(kTenYear), ratio = risk(kTwoYear) / risk(kTenYear);
  CHECK(size(kTwoYear) / size(kTenYear) == Approx(std::sqrt(tick / (ratio * ratio * ratio))));
  p.own_inventory_weight = 1;
  CHECK(size(kTwoYear) / size(kTenYear) == Approx(std::sqrt(tick * books[kTwoYear].calm_volume_bn / books[kTenYear].calm_volume_bn) / ratio));
}

TEST_CASE("a dealer that could not deliver a bond it sold short bids and offers it dearer by what the fail costs, and one that could does not", "[primary_dealer]") {
  Morning m;
  const auto& p = m.spec.population.primary_dealer;
  auto& dealer = m.state.population.primary_dealer.front();
  auto& w = m.state.world;
  const auto security = base::SecurityId{0};
  const auto yields = [&] {
    std::array<double, 2> bp{};
    for (const base::Side client : {base::Side::buy, base::Side::sell}) {
      dealers::Dealer asked = dealer;
      bp[client == base::Side::buy] = dealers::answer(m.view(dealer.self), p, asked, {false, security.v, client, 10}).best_bp();
    }
    return bp;
  };
  const auto buyer = m.state.population.household.front().self;
  const base::Face sold{w.ledger.position(dealer.self, security).v + 2'000'000'000};
  w.ledger.add_trade(buyer, dealer.self, security, sold, {sold.v * 10'000}, m.spec.world.settle[1], w.journal, w.now);
  const auto sold_short = yields();
  CHECK(m.view(dealer.self).undelivered_share(security.v) == 0);
  std::vector<base::Money> at_par(world::kSecurities, base::Money{10'000'000'000});
  w.ledger.settle(m.spec.world.settle[1], m.spec.world.ficc, at_par, w.journal, w.now);
  CHECK(m.view(dealer.self).undelivered_share(security.v) > 0.5);
  const auto failing = yields();
  const double duration = m.spec.world.securities[security.v].dv01_per_lot / 1e5 * 1e4;
  const double cost_bp = m.view(dealer.self).undelivered_share(security.v) * 100 * m.view(dealer.self).fail_cost_pct() * p.holding_days / 360 / duration;
  CHECK(cost_bp > 1);
  for (const std::size_t side : {0U, 1U}) CHECK(sold_short[side] - failing[side] == Approx(cost_bp).epsilon(1e-6));
}

TEST_CASE("every resting order of a fast trader is one that it knows of, at its price and of its size, all through a day", "[principal_trading_firm]") {
  Morning m;
  for (const std::int64_t hour : {11, 13, 15}) {
    advance_to(m.spec, m.state, moment(m.spec, 1, hour));
    std::size_t resting = 0, unknown = 0;
    for (std::size_t k = 0; k < world::kOutrightBooks; ++k) {
      for (const base::Side side : {base::Side::buy, base::Side::sell}) {
        m.state.world.books[k].for_each_order(side, [&](const auto& order) {
          for (const auto& firm : m.state.population.principal_trading_firm) {
            if (firm.self != order.owner) continue;
            ++resting;
            const auto& quote = firm.quotes[k][order.tag];
            if (quote.lots != order.shown + order.hidden || quote.price != order.price) ++unknown;
          }
        });
      }
    }
    CHECK(resting > 100);
    CHECK(unknown == 0);
  }
}

TEST_CASE("public news enters a dealer's view of the curve at once, and the books' mids only with time", "[primary_dealer]") {
  Morning m;
  const auto& p = m.spec.population.primary_dealer;
  auto& dealer = m.state.population.primary_dealer.front();
  world::Intents out;
  dealers::wake(m.view(dealer.self), p, dealer, out);
  const world::Nodes before = dealer.curve_view_bp;
  m.state.world.outside.policy_shift_bp += 10;
  const double news = m.view(dealer.self).public_change_bp(0) - dealer.seen_public_bp[0];
  CHECK(news > 5);
  out.clear();
  dealers::wake(m.view(dealer.self), p, dealer, out);
  CHECK(dealer.curve_view_bp[0] - before[0] == Approx(news).margin(0.2));
  // The book has not moved: hours later the view is back near it.
  for (int i = 0; i < 60; ++i) {
    m.state.world.now = m.state.world.now + base::minutes(1);
    out.clear();
    dealers::wake(m.view(dealer.self), p, dealer, out);
  }
  CHECK(dealer.curve_view_bp[0] - before[0] < 0.5 * news);
}

TEST_CASE("a household joins the best price and never betters it", "[household]") {
  Morning m;
  auto& buyer = m.state.population.household.front();
  const auto& p = m.spec.population.household;
  for (auto& md : m.state.world.books_data) {  // a wide market, with the prices that it waits for inside
    md.bid.v -= 2000;
    md.ask.v += 2000;
  }
  for (const double away_bp : {-60.0, 60.0}) {
    for (auto& usual : buyer.usual_bp) usual += away_bp;  // what it waits for is far through the market
    world::Intents out;
    agents::household::wake(m.view(buyer.self), p, buyer, out);
    int orders = 0;
    for (const auto& intent : out.list()) {
      if (intent.kind != world::IntentKind::limit) continue;
      const auto& md = m.state.world.books_data[intent.book];
      ++orders;
      if (intent.side == base::Side::buy) CHECK(intent.limit <= md.bid);
      if (intent.side == base::Side::sell) CHECK(intent.limit >= md.ask);
    }
    CHECK(orders > 10);
  }
}

TEST_CASE("what public news made of a yield is no bargain to a household: its orders move with it", "[household]") {
  Morning m;
  auto& buyer = m.state.population.household.front();
  const auto& p = m.spec.population.household;
  // Highest price at which it buys the ten-year, in yield.
  const auto buys_at_bp = [&] {
    for (auto& slots : buyer.resting) slots.fill(0);
    world::Intents out;
    agents::household::wake(m.view(buyer.self), p, buyer, out);
    double best = 1e9;
    for (const auto& intent : out.list()) {
      if (intent.kind == world::IntentKind::limit && intent.book == world::kTenYearNode && intent.side == base::Side::buy) {
        best = std::min(best, m.view(buyer.self).yield_of_ticks(world::kTenYearNode, intent.limit.v));
      }
    }
    return best;
  };
  const double before = buys_at_bp();
  constexpr double kNews_bp = 20;
  m.state.world.outside.policy_shift_bp += kNews_bp;
  const double loading = m.spec.world.beliefs.policy_loading[world::kTenYearNode];
  CHECK(buys_at_bp() - before == Approx(kNews_bp * loading).margin(1.5));
}

}  // namespace haven::tests
