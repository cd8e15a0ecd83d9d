#include "engine/loop/market.h"

#include <algorithm>
#include <cmath>

#include "agents/primary_dealer/presale.h"
#include "engine/loop/asking_order.h"
#include "engine/metrics/recorder.h"

namespace haven::loop {

using base::InstitutionId;
using base::Side;
using world::IntentKind;
using world::Kind;
using world::kNodes;
using world::kOutrightBooks;

namespace ptf = agents::principal_trading_firm;
namespace dealers = agents::primary_dealer;

std::uint16_t handle_slots_of(Kind kind) {
  switch (kind) {
    case Kind::principal_trading_firm: return 2 * ptf::kLevels;
    case Kind::primary_dealer: return 2 * dealers::kSwapLevels;
    case Kind::household: return 2 * agents::household::kRungs;
    default: return 0;
  }
}

Market::Market(const Spec& spec, State& state, metrics::Probes& probes) : spec_(spec), state_(state), probes_(probes) {
  follow_up_.reserve(64);
  offers_.reserve(state.population.primary_dealer.size());
  bids_.resize(state.population.primary_dealer.size());
  asks_.resize(bids_.size());
  if (!state.work_ups.empty()) {
    const auto& firms = state.population.principal_trading_firm;
    for (std::uint32_t i = 0; i < firms.size(); ++i) by_speed_.push_back(i);
    std::stable_sort(by_speed_.begin(), by_speed_.end(), [&](std::uint32_t a, std::uint32_t b) { return firms[a].speed < firms[b].speed; });
    fills_.reserve(256);
  }
}

void Market::schedule(EventKind kind, base::Time at, std::uint32_t payload) {
  base::Event e;
  e.time = at;
  e.phase = phase_of(kind);
  e.kind = static_cast<std::uint8_t>(kind);
  e.name = base::name_key("market");
  e.sequence = state_.sequence.back()++;
  e.payload = payload;
  state_.queue.push(e);
}

void Market::wake(InstitutionId who, base::Time at, std::uint16_t reason) {
  base::Event e;
  e.time = std::max(at, state_.world.now);
  e.phase = phase_of(EventKind::agent);
  e.kind = static_cast<std::uint8_t>(EventKind::agent);
  e.name = spec_.world.institutions[who.v].name_key;
  e.agent = who.v;
  e.sequence = state_.sequence[who.v]++;
  e.detail = reason;
  state_.queue.push(e);
}

void Market::apply(InstitutionId who, const world::Intents& intents) {
  if (!state_.work_ups.empty()) speak_anew(who);
  for (const world::Intent& intent : intents.list()) {
    switch (intent.kind) {
      case IntentKind::wake: wake(who, intent.time, intent.slot); break;
      case IntentKind::cancel: {
        if (cancel(who, intent.book, intent.slot)) refresh(intent.book);
        break;
      }
      case IntentKind::limit:
      case IntentKind::immediate: submit(who, intent); break;
      case IntentKind::request: request(who, intent); break;
    }
  }
}

bool Market::cancel(InstitutionId who, std::size_t k, std::size_t slot) {
  world::World& w = state_.world;
  markets::OrderHandle& h = handle(who, k, slot);
  if (auto* recorder = probes_.recorder()) recorder->cancel(w.now, k, w.books[k].find(h));
  const bool rested = w.books[k].cancel(h) > 0;
  if (rested) {
    ++w.orders;
    w.journal.record(base::RecordKind::cancel, w.now, spec_.world.institutions[who.v].name_key, k, static_cast<std::int64_t>(slot));
  }
  h = {};
  return rested;
}

void Market::cancel_all(InstitutionId who) {
  for (markets::WorkUp& u : state_.work_ups) u.withdraw(who);
  if (state_.handle_slots[who.v] == 0) return;
  for (std::size_t k = 0; k < state_.world.books.size(); ++k) {
    for (std::size_t slot = 0; slot < state_.handle_slots[who.v]; ++slot) cancel(who, k, slot);
    refresh(k);
  }
}

void Market::close_book(std::size_t k) {
  world::World& w = state_.world;
  std::vector<markets::OrderView> resting;
  for (const Side side : {Side::buy, Side::sell}) w.books[k].for_each_order(side, [&](const markets::OrderView& order) { resting.push_back(order); });
  for (const markets::OrderView& order : resting) {
    if (auto* recorder = probes_.recorder()) recorder->cancel(w.now, k, w.books[k].find(order.handle));
    w.books[k].cancel(order.handle);
    ++w.orders;
    w.journal.record(base::RecordKind::cancel, w.now, spec_.world.institutions[order.owner.v].name_key, k, order.tag);
  }
  for (auto& firm : state_.population.principal_trading_firm) ptf::forget_quotes(firm, k);
  for (auto& buyer : state_.population.household) buyer.resting[k].fill(0);
  refresh(k);
}

void Market::liquidate(Liquidation& liquidation, const world::Slicing& how) {
  slice_.clear();
  world::send_slices(view(liquidation.seller), liquidation.program, how, slice_);
  liquidating_ = &liquidation;
  apply(liquidation.seller, slice_);
  liquidating_ = nullptr;
}

void Market::submit(InstitutionId who, const world::Intent& intent) {
  world::World& w = state_.world;
  ++w.orders;
  // A venue's own rules: bonds and futures have a price above zero, spreads any sign; a contract's trading ends.
  if ((intent.limit.v < 1 && spec_.world.books[intent.book].kind < world::BookKind::spreadover) || (spec_.world.has_more_books() && !view(who).is_open(intent.book))) {
    ++w.rejected;
    if (intent.kind == IntentKind::limit) quote_rejected(who, intent.book, intent.side, intent.slot, intent.lots);
    return;
  }
  if (!has_work_ups(intent.book)) {
    to_book(who, intent);
    return;
  }
  world::Intent left = intent;
  if (intent.kind == IntentKind::immediate && state_.work_ups[intent.book].is_open()) left.lots = meet_work_up(who, intent);
  if (left.lots == 0) return;
  const auto result = to_book(who, left);
  if (result.filled > 0) open_work_up(who, left);
  if (result.resting > 0) take_displayed(intent.book);
}

markets::SubmitResult Market::to_book(InstitutionId who, const world::Intent& intent) {
  world::World& w = state_.world;
  markets::NewOrder order;
  order.owner = who;
  order.tag = intent.slot;
  order.side = intent.side;
  order.type = intent.kind == IntentKind::limit ? markets::OrderType::post_only : markets::OrderType::ioc;
  order.price = intent.limit;
  order.lots = intent.lots;
  if (has_work_ups(intent.book)) fills_.clear();
  w.journal.record(base::RecordKind::order, w.now, spec_.world.institutions[who.v].name_key,
                   intent.book | (static_cast<std::uint64_t>(intent.side) << 16) | (static_cast<std::uint64_t>(static_cast<std::uint32_t>(intent.limit.v)) << 32), intent.lots);
  metrics::Recorder* recorder = probes_.recorder();
  if (recorder != nullptr) recorder->order(w.now, intent.book, order);
  const auto result = w.books[intent.book].submit(order, [&](const markets::Fill& fill) { on_trade(who, intent, fill); }, [&](const markets::SelfCancel& gone) {
    if (recorder != nullptr) recorder->self_cancel(w.now, intent.book, who, base::opposite(intent.side), gone);
    quote_rejected(who, intent.book, base::opposite(intent.side), gone.tag, gone.lots);
  });
  if (recorder != nullptr) recorder->rests(intent.book, result.handle);
  if (!result.accepted()) ++w.rejected;
  if (result.filled > 0) probes_.took(w.measured_as(intent.book), intent.side);
  if (intent.kind == IntentKind::limit) {
    handle(who, intent.book, intent.slot) = result.handle;
    if (result.resting < intent.lots) quote_rejected(who, intent.book, intent.side, intent.slot, intent.lots - result.resting);
  }
  refresh(intent.book);
  return result;
}

void Market::on_trade(InstitutionId taker, const world::Intent& intent, const markets::Fill& fill) {
  base::Price price = fill.price;
  if (planted_tick_ > 0 && intent.book == world::kTenYearNode) {
    planted_tick_ = 0;
    price = price + base::Ticks{1};
  }
  if (auto* recorder = probes_.recorder()) recorder->trade(state_.world.now, intent.book, taker, intent.side, fill, price);
  const bool taker_buys = intent.side == Side::buy;
  trade_book(intent.book, taker_buys ? taker : fill.maker, taker_buys ? fill.maker : taker, price, fill.lots);
  probes_.filled(taker, fill.maker, intent.book, fill.lots);
  if (has_work_ups(intent.book)) fills_.push_back({fill.maker, fill.price});
  if (spec_.world.institutions[taker.v].kind != Kind::principal_trading_firm) {
    state_.world.books_data[intent.book].signed_lots += base::sign(intent.side) * fill.lots;
  }
  executed(taker, intent.book, intent.side, price, fill.lots);
  maker_filled(fill.maker, intent.book, base::opposite(intent.side), fill.maker_tag, price, fill.lots);
}

void Market::trade_book(std::size_t k, InstitutionId buyer, InstitutionId seller, base::Price price, std::int64_t lots) {
  world::World& w = state_.world;
  const auto& book = spec_.world.books[k];
  const std::uint64_t a = spec_.world.institutions[buyer.v].name_key, b = spec_.world.institutions[seller.v].name_key;
  ++w.trades;
  w.journal.record(base::RecordKind::trade, w.now, a, b, (static_cast<std::int64_t>(price.v) << 24) ^ lots);
  world::MarketData& md = w.books_data[k];
  md.volume_lots += lots;
  md.last_ticks = price.v;
  switch (book.kind) {
    case world::BookKind::cash: {
      trade_security(buyer, seller, book.index, lots, static_cast<double>(price.v) / book.grid.ticks_per_unit);
      break;
    }
    case world::BookKind::when_issued: trade_when_issued(buyer, seller, book.index, lots, static_cast<double>(price.v) / book.grid.ticks_per_unit); break;
    case world::BookKind::futures: {
      w.ledger.trade_futures(buyer, seller, ledger::FuturesId{book.index}, lots, w.journal, w.now);
      const base::Money value = world::cleared_value(book, lots, price.v);
      w.accounts[buyer.v].carried[world::carried_futures(book.index)] += value;
      w.accounts[seller.v].carried[world::carried_futures(book.index)] -= value;
      probes_.trade_futures(w, buyer, seller, book.index, lots);
      break;
    }
    case world::BookKind::spreadover: {
      // Both legs: the Treasury at its market price, the swap at that yield plus the spread dealt.
      const auto& bond = spec_.world.books[book.index];
      const double bond_ticks = w.books_data[book.index].mid_ticks;
      trade_security(buyer, seller, book.index, lots, bond_ticks / bond.grid.ticks_per_unit);
      w.ledger.trade_swap(buyer, seller, ledger::TenorId{book.index}, lots, w.journal, w.now);
      const auto rate_ticks = static_cast<std::int64_t>(std::floor(world::yield_of_ticks(bond, bond_ticks) * book.grid.ticks_per_unit + 0.5)) + price.v;
      const base::Money value = world::cleared_value(book, lots, rate_ticks);
      w.accounts[buyer.v].carried[world::carried_swap(book.index)] += value;
      w.accounts[seller.v].carried[world::carried_swap(book.index)] -= value;
      probes_.trade_package(w, buyer, seller, book.index, lots);
      break;
    }
    case world::BookKind::calendar: {
      // Both legs: the nearer contract at its market price, the next at that less the spread dealt.
      const std::uint16_t next = static_cast<std::uint16_t>(world::kContracts + book.index);
      w.ledger.trade_futures(buyer, seller, ledger::FuturesId{book.index}, lots, w.journal, w.now);
      w.ledger.trade_futures(seller, buyer, ledger::FuturesId{next}, lots, w.journal, w.now);
      const base::Money nearer = world::cleared_value(spec_.world.books[kNodes + book.index], lots, leg_ticks(book.index));
      const base::Money later = nearer - world::cleared_value(book, lots, price.v);
      w.accounts[buyer.v].carried[world::carried_futures(book.index)] += nearer;
      w.accounts[seller.v].carried[world::carried_futures(book.index)] -= nearer;
      w.accounts[buyer.v].carried[world::carried_futures(next)] -= later;
      w.accounts[seller.v].carried[world::carried_futures(next)] += later;
      break;
    }
  }
}

std::int64_t Market::leg_ticks(std::size_t contract) const { return static_cast<std::int64_t>(std::floor(state_.world.books_data[kNodes + contract].mid_ticks + 0.5)); }

void Market::award(InstitutionId buyer, std::size_t security, std::int64_t lots, double clean_points, std::int64_t of_program) {
  if (state_.world.when_issued[security].open) trade_when_issued(buyer, spec_.world.treasury, security, lots, clean_points);
  else trade_security(buyer, spec_.world.treasury, security, lots, clean_points);
  ++state_.world.trades;
  if (of_program > 0) executed_cash(buyer, security, Side::buy, of_program);
}

void Market::trade_security(InstitutionId buyer, InstitutionId seller, std::size_t security, std::int64_t lots, double clean_points) {
  const world::World& w = state_.world;
  settle_trade(buyer, seller, security, lots, clean_points + w.accrued_points[security], spec_.world.settle[static_cast<std::size_t>(w.day)]);
}

void Market::trade_when_issued(InstitutionId buyer, InstitutionId seller, std::size_t security, std::int64_t lots, double clean_points) {
  const world::WhenIssued& forward = state_.world.when_issued[security];
  settle_trade(buyer, seller, security, lots, clean_points + forward.accrued_points, forward.settles);
}

void Market::settle_trade(InstitutionId buyer, InstitutionId seller, std::size_t security, std::int64_t lots, double dirty_points, base::Date day) {
  world::World& w = state_.world;
  const base::Face face{lots * 100'000};
  const base::Price price = instruments::price_at(instruments::kQuote, dirty_points, instruments::Rounding::nearest);
  const base::Money money = instruments::value(instruments::kQuote, price, lots);
  w.ledger.add_trade(buyer, seller, base::SecurityId{static_cast<std::uint16_t>(security)}, face, money, day, w.journal, w.now);
  if (liquidating_ != nullptr) liquidating_->proceeds += seller == liquidating_->seller ? money : -money;
  const auto closing_out = [&](InstitutionId who, base::Money received) {
    const auto& inst = spec_.world.institutions[who.v];
    if (inst.kind == Kind::central_counterparty) state_.population.central_counterparty[inst.index_in_kind].traded += received;
  };
  closing_out(buyer, -money);
  closing_out(seller, money);
  probes_.trade_cash(w, buyer, seller, security, lots);
}

void Market::executed(InstitutionId who, std::size_t k, Side side, base::Price price, std::int64_t lots) {
  const auto& inst = spec_.world.institutions[who.v];
  const auto& book = spec_.world.books[k];
  if (inst.kind == Kind::principal_trading_firm) {
    fast_trader_traded(who, k, side, price, lots);
    return;
  }
  if (inst.kind == Kind::primary_dealer && book.kind == world::BookKind::when_issued) dealers::on_presale(state_.population.primary_dealer[inst.index_in_kind], book.index, lots);
  world::Program* program = program_of(who);
  if (program == nullptr) return;
  if (book.kind == world::BookKind::futures) world::executed_futures(*program, book.index, side, lots);
  if (book.kind == world::BookKind::cash) world::executed_cash(*program, book.index, side, lots);
  if (book.kind == world::BookKind::spreadover) world::executed_package(*program, book.index, side, lots);
  if (book.kind == world::BookKind::when_issued) executed_cash(who, book.index, side, lots);
  if (inst.kind == Kind::central_counterparty && book.kind == world::BookKind::spreadover) {
    agents::central_counterparty::on_package(state_.population.central_counterparty[inst.index_in_kind], book.index, side, lots);
  }
}

void Market::executed_cash(InstitutionId who, std::size_t security, Side side, std::int64_t lots) {
  if (liquidating_ != nullptr) return world::executed_cash(liquidating_->program, security, side, lots);
  if (world::Program* program = program_of(who)) world::executed_cash(*program, security, side, lots);
  auto& need = state_.world.accounts[who.v].need_lots[security];
  if (need > 0 && side == Side::sell) need -= std::min(need, lots);
  if (need < 0 && side == Side::buy) need += std::min(-need, lots);
  const auto& inst = spec_.world.institutions[who.v];
  if (inst.kind == Kind::basis_fund) {
    follow_up_.clear();
    agents::basis_fund::on_cash_leg(view(who), state_.population.basis_fund[inst.index_in_kind], security, side, lots, follow_up_);
    for (const world::Intent& intent : follow_up_.list()) submit(who, intent);
  }
}

void Market::fast_trader_traded(InstitutionId who, std::size_t k, Side side, base::Price price, std::int64_t lots) {
  auto& firm = state_.population.principal_trading_firm[spec_.world.institutions[who.v].index_in_kind];
  const auto& book = spec_.world.books[k];
  if (book.kind != world::BookKind::calendar) return ptf::on_trade(firm, k, side, static_cast<double>(price.v), lots);
  const auto& nearer = spec_.world.books[kNodes + book.index];
  const double ticks = static_cast<double>(leg_ticks(book.index));
  ptf::on_trade(firm, kNodes + book.index, side, ticks, lots);
  ptf::on_trade(firm, world::kBooks + book.index, base::opposite(side), ticks - static_cast<double>(price.v) * nearer.grid.ticks_per_unit / book.grid.ticks_per_unit, lots);
}

void Market::maker_filled(InstitutionId maker, std::size_t book, Side side, std::uint32_t slot, base::Price price, std::int64_t lots) {
  const auto& inst = spec_.world.institutions[maker.v];
  switch (inst.kind) {
    case Kind::principal_trading_firm: {
      auto& firm = state_.population.principal_trading_firm[inst.index_in_kind];
      fast_trader_traded(maker, book, side, price, lots);
      if (ptf::on_fill(firm, book, slot, lots)) {
        const double wait_s = spec_.population.principal_trading_firm.reaction_s * firm.speed;
        wake(maker, state_.world.now + base::Duration{static_cast<std::int64_t>(wait_s * 1e9)}, static_cast<std::uint16_t>(book));
      }
      break;
    }
    case Kind::primary_dealer: dealers::on_fill(state_.population.primary_dealer[inst.index_in_kind], book, side, slot, lots); break;
    case Kind::household: agents::household::on_fill(state_.population.household[inst.index_in_kind], book, slot, lots); break;
    default: HAVEN_CHECK(false, inst.name + " has a resting order but no kind that rests orders");
  }
}

void Market::quote_rejected(InstitutionId who, std::size_t book, Side side, std::uint32_t slot, std::int64_t lots) {
  const auto& inst = spec_.world.institutions[who.v];
  if (inst.kind == Kind::principal_trading_firm) state_.population.principal_trading_firm[inst.index_in_kind].quotes[book][slot].lots = 0;
  if (inst.kind == Kind::primary_dealer) dealers::on_fill(state_.population.primary_dealer[inst.index_in_kind], book, side, slot, lots);
  if (inst.kind == Kind::household) agents::household::on_fill(state_.population.household[inst.index_in_kind], book, slot, lots);
}

void Market::refresh(std::size_t k) {
  const markets::OrderBook& book = state_.world.books[k];
  if (auto* recorder = probes_.recorder()) recorder->quote(state_.world.now, k, book);
  world::MarketData& md = state_.world.books_data[k];
  md.has_bid = book.has_bid();
  md.has_ask = book.has_ask();
  if (md.has_bid) {
    md.bid = book.best_bid();
    md.bid_lots = book.best_bid_lots();
  }
  if (md.has_ask) {
    md.ask = book.best_ask();
    md.ask_lots = book.best_ask_lots();
  }
  // A wide market says little about the mid: then it moves only as far as the quotes force it.
  constexpr std::int32_t kWide = 24;
  if (md.has_bid && md.has_ask && md.ask.v - md.bid.v <= kWide) {
    md.mid_ticks = 0.5 * (static_cast<double>(md.bid.v) + static_cast<double>(md.ask.v));
  } else {
    if (md.has_bid) md.mid_ticks = std::max(md.mid_ticks, static_cast<double>(md.bid.v));
    if (md.has_ask) md.mid_ticks = std::min(md.mid_ticks, static_cast<double>(md.ask.v));
  }
}

void Market::request(InstitutionId who, const world::Intent& intent) {
  world::World& w = state_.world;
  auto& pool = state_.population.primary_dealer;
  if (pool.empty() || intent.lots <= 0) return;
  dealers::Request ask;
  ask.is_book = intent.basket == 0;
  ask.index = intent.book;
  ask.client_side = intent.side;
  ask.lots = intent.lots;
  const bool package = ask.is_book && intent.book >= kOutrightBooks;
  // For a package a client's buy lifts the spread, so a lower spread is better; for a bond more yield is better.
  const double better = (intent.side == Side::buy) != package ? 1.0 : -1.0;
  auto& draws = state_.request_draws[who.v];
  int asked = 0, leverage = 0, var = 0;
  offers_.clear();
  const auto n = static_cast<std::uint32_t>(pool.size());
  const std::uint32_t start = draws.below(base::Purpose::choice, n);
  const std::uint32_t stride = 1 + draws.below(base::Purpose::choice, n > 1 ? n - 1 : 1);
  AskingOrder order(n, start, stride);
  for (int i = 0; i < intent.dealers && i < static_cast<int>(n); ++i) {
    const std::uint32_t pick = order.next();
    dealers::Dealer& dealer = pool[pick];
    if (dealer.self == who || !lives(dealer.self)) continue;
    ++asked;
    const auto answer = dealers::answer(view(dealer.self), spec_.population.primary_dealer, dealer, ask);
    if (answer.decline != dealers::Decline::none) {
      (answer.decline == dealers::Decline::leverage ? leverage : var) += 1;
      continue;
    }
    offers_.push_back({pick, answer, answer.best_bp(), false});
  }
  // A dealer's limits only make its offer worse. So the most promising is told first, and what is worse than it even then is never told.
  double of_use = intent.limit_bp;
  for (;;) {
    Offer* next = nullptr;
    for (Offer& offer : offers_) {
      if (!offer.told && (next == nullptr || better * (offer.yield_bp - next->yield_bp) > 0)) next = &offer;
    }
    if (next == nullptr || better * (next->yield_bp - of_use) < 0) break;
    dealers::Dealer& dealer = pool[next->dealer];
    next->yield_bp = dealers::dealing_bp(view(dealer.self), spec_.population.primary_dealer, dealer, ask, next->answer);
    next->told = true;
    if (better * (next->yield_bp - of_use) > 0) of_use = next->yield_bp;
  }
  // Of equals the first that was asked.
  std::size_t best = pool.size();
  double best_yield = 0;
  for (const Offer& offer : offers_) {
    if (!offer.told || (best != pool.size() && better * (offer.yield_bp - best_yield) <= 0)) continue;
    best = offer.dealer;
    best_yield = offer.yield_bp;
  }
  const bool acceptable = best < pool.size() && better * (best_yield - intent.limit_bp) >= 0;
  double mid = 0;
  if (acceptable) {
    dealers::Dealer& dealer = pool[best];
    const bool client_buys = intent.side == Side::buy;
    const InstitutionId buyer = client_buys ? who : dealer.self, seller = client_buys ? dealer.self : who;
    if (package) {
      const auto& book = spec_.world.books[intent.book];
      const base::Price price = instruments::price_at(book.grid, best_yield, client_buys ? instruments::Rounding::up : instruments::Rounding::down);
      if (auto* recorder = probes_.recorder()) recorder->request_package(w.now, intent.book, who, dealer.self, intent.side, price, intent.lots);
      trade_book(intent.book, buyer, seller, price, intent.lots);
      executed(who, intent.book, intent.side, price, intent.lots);
    } else {
      mid = w.security_yield_bp(spec_.world, intent.book);
      const auto& security = spec_.world.securities[intent.book];
      ++w.trades;
      w.journal.record(base::RecordKind::quote_trade, w.now, spec_.world.institutions[buyer.v].name_key, spec_.world.institutions[seller.v].name_key,
                       (static_cast<std::int64_t>(intent.book) << 48) ^ intent.lots);
      const double clean_points = security.anchor.price_points(best_yield);
      if (auto* recorder = probes_.recorder()) {
        const base::Price clean = instruments::price_at(instruments::kQuote, clean_points, instruments::Rounding::nearest);
        recorder->request_security(w.now, intent.book, who, dealer.self, intent.side, clean, intent.lots);
      }
      trade_security(buyer, seller, intent.book, intent.lots, clean_points);
      if (security.kind == world::SecurityKind::off_the_run) {
        auto& basket = w.baskets[intent.book - kNodes];
        basket.volume_face += intent.lots * 100'000;
        basket.signed_face += base::sign(intent.side) * intent.lots * 100'000;
      }
      executed_cash(who, intent.book, intent.side, intent.lots);
    }
    dealers::on_request_trade(view(dealer.self), spec_.population.primary_dealer, dealer, ask);
  }
  probes_.request(asked, leverage, var, acceptable, acceptable && !package ? std::abs(best_yield - mid) : 0.0);
}

void Market::refresh_baskets() {
  auto& pool = state_.population.primary_dealer;
  const std::size_t n = pool.size();
  if (n == 0) return;
  for (std::size_t b = 0; b < world::kBaskets; ++b) {
    std::size_t streams = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!lives(pool[i].self)) continue;
      const auto s = dealers::stream(view(pool[i].self), spec_.population.primary_dealer, pool[i], b);
      bids_[streams] = s.bid_bp;
      asks_[streams++] = s.ask_bp;
    }
    if (streams == 0) return;
    const auto half = static_cast<std::ptrdiff_t>(streams / 2);
    std::nth_element(bids_.begin(), bids_.begin() + half, bids_.begin() + static_cast<std::ptrdiff_t>(streams));
    std::nth_element(asks_.begin(), asks_.begin() + half, asks_.begin() + static_cast<std::ptrdiff_t>(streams));
    const double bid = bids_[static_cast<std::size_t>(half)], ask = asks_[static_cast<std::size_t>(half)];
    state_.world.baskets[b].mid_bp = 0.5 * (bid + ask);
    state_.world.baskets[b].half_spread_bp = 0.5 * (bid - ask);
  }
}

world::Program* Market::program_of(InstitutionId who) {
  const auto& inst = spec_.world.institutions[who.v];
  auto& p = state_.population;
  const std::size_t i = inst.index_in_kind;
  switch (inst.kind) {
    case Kind::basis_fund: return &p.basis_fund[i].program;
    case Kind::swap_spread_fund: return &p.swap_spread_fund[i].program;
    case Kind::foreign_official: return &p.foreign_official[i].program;
    case Kind::foreign_private: return &p.foreign_private[i].program;
    case Kind::asset_manager: return &p.asset_manager[i].program;
    case Kind::bond_fund: return &p.bond_fund[i].program;
    case Kind::liability_investor: return &p.liability_investor[i].program;
    case Kind::mortgage_hedger: return &p.mortgage_hedger[i].program;
    case Kind::customer: return &p.customer[i].program;
    case Kind::central_bank: return &p.central_bank[i].program;
    case Kind::central_counterparty: return &p.central_counterparty[i].program;
    default: return nullptr;
  }
}

}  // namespace haven::loop
