// Work-ups in the bonds' interdealer books: who is asked, what displayed orders have to do with it, and how they end.
#include <algorithm>
#include <cstdlib>

#include "engine/loop/market.h"
#include "engine/metrics/recorder.h"

namespace haven::loop {

using base::InstitutionId;
using base::Side;
using world::IntentKind;
using world::Kind;
using Phase = markets::WorkUp::Phase;

namespace ptf = agents::principal_trading_firm;
namespace dealers = agents::primary_dealer;

void Market::schedule_work_up(std::size_t book) {
  const markets::WorkUp& u = state_.work_ups[book];
  schedule(EventKind::work_up, u.ends_at(), static_cast<std::uint32_t>(book) | (u.number() << 8));
}

bool Market::outbid(std::size_t k) const {
  const markets::OrderBook& book = state_.world.books[k];
  const base::Price price = state_.work_ups[k].price();
  return (book.has_ask() && book.best_ask() < price) || (book.has_bid() && book.best_bid() > price);
}

void Market::end_work_up(std::size_t k) {
  state_.work_ups[k].close([&](const markets::Interest& left) {
    const auto& inst = spec_.world.institutions[left.owner.v];
    if (left.sent != 0 && inst.kind == Kind::noise) agents::noise::unfilled(state_.population.noise[inst.index_in_kind], left.side, left.lots);
  });
}

void Market::credit(const markets::Interest& interest, std::int64_t lots) {
  const auto& inst = spec_.world.institutions[interest.owner.v];
  if (interest.sent == 0 && inst.kind == Kind::primary_dealer) dealers::worked_up(state_.population.primary_dealer[inst.index_in_kind]);
  if (interest.sent == 0 && inst.kind == Kind::noise) agents::noise::worked_up(state_.population.noise[inst.index_in_kind], interest.side, lots);
}

void Market::worked_up(std::size_t k, const markets::WorkedUp& met) {
  world::World& w = state_.world;
  const markets::WorkUp& u = state_.work_ups[k];
  const bool first_takes = met.first.side == u.taker_side();
  const InstitutionId taker = first_takes ? met.first.owner : met.second.owner, other = first_takes ? met.second.owner : met.first.owner;
  const bool taker_buys = u.taker_side() == Side::buy;
  if (auto* recorder = probes_.recorder()) recorder->work_up(w.now, k, taker, other, u.taker_side(), u.price(), met.lots);
  trade_book(k, taker_buys ? taker : other, taker_buys ? other : taker, u.price(), met.lots);
  probes_.filled(taker, other, k, met.lots);
  probes_.worked_up(k, met.lots);
  // The tape shows the side of the order that opened it.
  if (spec_.world.institutions[taker.v].kind != Kind::principal_trading_firm) w.books_data[k].signed_lots += base::sign(u.taker_side()) * met.lots;
  for (const markets::Interest& side : {met.first, met.second}) {
    executed(side.owner, k, side.side, u.price(), met.lots);
    credit(side, met.lots);
  }
}

std::int64_t Market::take_displayed(std::size_t k, InstitutionId who, Side side, std::int64_t lots) {
  const markets::WorkUp& u = state_.work_ups[k];
  if (u.phase() != Phase::public_phase || outbid(k) || state_.world.books[k].level_lots(base::opposite(side), u.price()) == 0) return 0;
  world::Intent order;
  order.kind = IntentKind::immediate;
  order.book = static_cast<std::uint16_t>(k);
  order.side = side;
  order.limit = u.price();
  order.lots = lots;
  ++state_.world.orders;
  const std::int64_t filled = to_book(who, order).filled;
  if (filled > 0) {
    probes_.worked_up(k, filled);
    state_.work_ups[k].restart(state_.world.now, *spec_.world.work_up);
  }
  return filled;
}

void Market::take_displayed(std::size_t k) {
  markets::WorkUp& u = state_.work_ups[k];
  for (const Side side : {Side::buy, Side::sell}) {
    while (const markets::Interest* front = u.front(side)) {
      const markets::Interest interest = *front;
      const std::int64_t filled = take_displayed(k, interest.owner, side, interest.lots);
      if (filled == 0) break;
      u.traded(side, filled, state_.world.now, *spec_.world.work_up);
      credit(interest, filled);
    }
  }
}

std::int64_t Market::meet_work_up(InstitutionId who, const world::Intent& intent) {
  const std::size_t k = intent.book;
  markets::WorkUp& u = state_.work_ups[k];
  const bool acceptable = intent.side == Side::buy ? intent.limit >= u.price() : intent.limit <= u.price();
  if (outbid(k)) {
    end_work_up(k);
    return intent.lots;
  }
  if (!acceptable) return intent.lots;
  const auto trade = [&](const markets::WorkedUp& met) { worked_up(k, met); };
  const base::Time now = state_.world.now;
  // While two have first refusal, an order that would trade waits for the others' turn.
  if (u.phase() == Phase::private_phase) {
    u.send(who, intent.side, intent.lots, now, *spec_.world.work_up, trade);
    return 0;
  }
  const std::int64_t left = intent.lots - take_displayed(k, who, intent.side, intent.lots);
  return left == 0 ? 0 : u.take(who, intent.side, left, now, *spec_.world.work_up, trade);
}

void Market::open_work_up(InstitutionId taker, const world::Intent& intent) {
  const std::size_t k = intent.book;
  const base::Price price = fills_.back().price;
  markets::WorkUp& u = state_.work_ups[k];
  // An order that trades through the price of one ends it.
  if (u.is_open()) end_work_up(k);
  u.open(price, intent.side, taker, state_.world.now, *spec_.world.work_up);
  for (const Filled& filled : fills_) {
    if (filled.price == price) u.admit(filled.maker);
  }
  if (spec_.world.work_up->private_phase.ns > 0) {
    for (std::size_t i = 0; i < u.parties().size(); ++i) ask_to_join(k, u.parties()[i]);
  }
  schedule_work_up(k);
}

std::int64_t Market::joins(std::size_t k, InstitutionId who) {
  const markets::WorkUp& u = state_.work_ups[k];
  const auto& inst = spec_.world.institutions[who.v];
  if (!lives(who)) return 0;
  switch (inst.kind) {
    case Kind::principal_trading_firm:
      return ptf::joins(view(who), spec_.population.principal_trading_firm, readings_, state_.population.principal_trading_firm[inst.index_in_kind], k, u.price(), u.taker_side());
    case Kind::primary_dealer: return dealers::joins(view(who), spec_.population.primary_dealer, state_.population.primary_dealer[inst.index_in_kind], k, u.price());
    case Kind::noise: return agents::noise::joins(state_.population.noise[inst.index_in_kind], u.taker_side(), u.taker() == who);
    default: return 0;
  }
}

void Market::ask_to_join(std::size_t k, InstitutionId who) {
  world::World& w = state_.world;
  markets::WorkUp& u = state_.work_ups[k];
  const std::int64_t wanted = joins(k, who);
  const Side side = wanted > 0 ? Side::buy : Side::sell;
  std::int64_t lots = std::abs(wanted);
  if (lots > u.lots_of(who, side)) {
    ++w.orders;
    w.journal.record(base::RecordKind::order, w.now, spec_.world.institutions[who.v].name_key,
                     k | (static_cast<std::uint64_t>(side) << 16) | (std::uint64_t{1} << 24) | (static_cast<std::uint64_t>(static_cast<std::uint32_t>(u.price().v)) << 32), lots);
    // What is displayed comes before what is not.
    const std::int64_t filled = take_displayed(k, who, side, lots - u.lots_of(who, side));
    if (filled > 0) credit({who, side, 0, filled}, filled);
    lots -= filled;
  }
  u.want(who, side, lots, w.now, *spec_.world.work_up, [&](const markets::WorkedUp& met) { worked_up(k, met); });
}

void Market::speak_anew(InstitutionId who) {
  for (markets::WorkUp& u : state_.work_ups) {
    if (u.is_open()) u.want(who, Side::buy, 0, state_.world.now, *spec_.world.work_up, [](const markets::WorkedUp&) {});
  }
}

// Those who traded first; then as fast as they are: fast traders, the many, dealers in turns.
void Market::ask_everybody(std::size_t k) {
  markets::WorkUp& u = state_.work_ups[k];
  for (std::size_t i = 0; i < u.parties().size(); ++i) ask_to_join(k, u.parties()[i]);
  const auto ask = [&](InstitutionId who) {
    if (!u.is_party(who)) ask_to_join(k, who);
  };
  for (const std::uint32_t i : by_speed_) ask(state_.population.principal_trading_firm[i].self);
  for (const auto& trader : state_.population.noise) {
    if (trader.book == k) ask(trader.self);
  }
  const auto& pool = state_.population.primary_dealer;
  for (std::size_t i = 0; i < pool.size(); ++i) ask(pool[(i + u.number()) % pool.size()].self);
}

void Market::work_up(std::uint32_t payload) {
  const std::size_t k = payload & 0xff;
  world::World& w = state_.world;
  markets::WorkUp& u = state_.work_ups[k];
  if (!u.is_open() || (u.number() << 8) != (payload & ~std::uint32_t{0xff})) return;
  if (w.now < u.ends_at()) return schedule_work_up(k);
  // The book has shut, or has a better price.
  if (w.next_open.ns != 0 || outbid(k)) return end_work_up(k);
  if (u.phase() == Phase::public_phase) return end_work_up(k);
  u.go_public(w.now, *spec_.world.work_up, [&](const markets::WorkedUp& met) { worked_up(k, met); }, [&] { take_displayed(k); });
  ask_everybody(k);
  schedule_work_up(k);
}

}  // namespace haven::loop
