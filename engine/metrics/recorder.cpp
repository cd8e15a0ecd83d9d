#include "engine/metrics/recorder.h"

#include <algorithm>
#include <utility>

namespace haven::metrics {

using base::Side;

constexpr std::size_t kWaiting = 4096;  // records

Recorder::Recorder(const Settings& settings, Write write) : settings_(settings), write_(std::move(write)) {
  HAVEN_CHECK(settings.levels >= 1 && settings.levels <= 255 && settings.every.ns > 0, "a recording's snapshots are out of range");
  waiting_.reserve(kWaiting);
  for (Book& book : books_) book.number.reserve(1024);
}

Recorded& Recorder::add(RecordedKind kind, base::Time now, std::size_t book) {
  if (waiting_.size() == kWaiting) flush();
  Recorded& r = waiting_.emplace_back();
  r.time_ns = now.ns;
  r.kind = static_cast<std::uint8_t>(kind);
  r.book = static_cast<std::uint8_t>(book);
  return r;
}

void Recorder::flush() {
  write_(waiting_);
  waiting_.clear();
}

std::uint32_t& Recorder::number_of(std::size_t book, markets::OrderHandle handle) {
  auto& number = books_[book].number;
  if (handle.slot >= number.size()) number.resize(handle.slot + 1);
  return number[handle.slot];
}

void Recorder::advance_to(const world::World& w, base::Time now) {
  if (now < next_snapshot_) return;
  // Nothing has happened since the first of the moments that have passed: its snapshot holds for the others.
  const base::Time last{now.ns - now.ns % settings_.every.ns};
  if (next_snapshot_.ns != 0) {
    for (std::size_t k = 0; k < w.books.size(); ++k) {
      if (books_[k].touched) snapshot(k, w.books[k], next_snapshot_);
    }
  }
  next_snapshot_ = last + settings_.every;
}

void Recorder::snapshot(std::size_t k, const markets::OrderBook& book, base::Time at) {
  struct Rung {
    std::int32_t price = 0;
    std::int64_t lots = 0;
  };
  std::array<std::array<Rung, 255>, 2> rungs;
  std::array<std::size_t, 2> depth{};
  for (const Side side : {Side::buy, Side::sell}) {
    auto& n = depth[static_cast<std::size_t>(side)];
    book.for_each_level(side, settings_.levels, [&](base::Price price, std::int64_t lots) { rungs[static_cast<std::size_t>(side)][n++] = {price.v, lots}; });
  }
  for (std::size_t i = 0; i == 0 || i < std::max(depth[0], depth[1]); ++i) {
    Recorded& r = add(RecordedKind::level, at, k);
    r.type = static_cast<std::uint8_t>(i + 1);
    if (i < depth[0]) r.price = rungs[0][i].price, r.lots = rungs[0][i].lots;
    if (i < depth[1]) r.ask = rungs[1][i].price, r.ask_lots = rungs[1][i].lots;
  }
  books_[k].touched = false;
}

void Recorder::order(base::Time now, std::size_t book, const markets::NewOrder& order) {
  if (!settings_.books.test(book)) return;
  Recorded& r = add(RecordedKind::order, now, book);
  r.order = books_[book].last_order = ++orders_;
  r.who = order.owner.v;
  r.side = static_cast<std::uint8_t>(order.side);
  r.type = static_cast<std::uint8_t>(order.type);
  r.price = order.price.v;
  r.lots = order.lots;
  books_[book].touched = true;
}

void Recorder::trade(base::Time now, std::size_t book, base::InstitutionId taker, Side side, const markets::Fill& fill, base::Price price) {
  if (!settings_.books.test(book)) return;
  Recorded& r = add(RecordedKind::trade, now, book);
  r.order = number_of(book, fill.maker_handle);
  r.who = taker.v;
  r.other = fill.maker.v;
  r.side = static_cast<std::uint8_t>(side);
  r.price = price.v;
  r.lots = fill.lots;
}

void Recorder::self_cancel(base::Time now, std::size_t book, base::InstitutionId who, Side side, const markets::SelfCancel& gone) {
  if (!settings_.books.test(book)) return;
  Recorded& r = add(RecordedKind::cancel, now, book);
  r.order = number_of(book, gone.handle);
  r.who = who.v;
  r.side = static_cast<std::uint8_t>(side);
  r.type = 1;
  r.price = gone.price.v;
  r.lots = gone.lots;
}

void Recorder::rests(std::size_t book, markets::OrderHandle handle) {
  if (settings_.books.test(book) && handle != markets::OrderHandle{}) number_of(book, handle) = books_[book].last_order;
}

void Recorder::cancel(base::Time now, std::size_t book, const std::optional<markets::OrderView>& resting) {
  if (!settings_.books.test(book) || !resting) return;
  Recorded& r = add(RecordedKind::cancel, now, book);
  r.order = number_of(book, resting->handle);
  r.who = resting->owner.v;
  r.side = static_cast<std::uint8_t>(resting->side);
  r.price = resting->price.v;
  r.lots = resting->shown + resting->hidden;
  books_[book].touched = true;
}

void Recorder::quote(base::Time now, std::size_t book, const markets::OrderBook& resting) {
  if (!settings_.books.test(book)) return;
  Recorded now_best;
  if (resting.has_bid()) now_best.price = resting.best_bid().v, now_best.lots = resting.best_bid_lots();
  if (resting.has_ask()) now_best.ask = resting.best_ask().v, now_best.ask_lots = resting.best_ask_lots();
  if (now_best == books_[book].quote) return;
  books_[book].quote = now_best;
  Recorded& r = add(RecordedKind::quote, now, book);
  r.price = now_best.price, r.lots = now_best.lots;
  r.ask = now_best.ask, r.ask_lots = now_best.ask_lots;
}

void Recorder::request_security(base::Time now, std::size_t security, base::InstitutionId client, base::InstitutionId dealer, Side side, base::Price clean, std::int64_t lots) {
  if (!settings_.securities.test(security)) return;
  Recorded& r = add(RecordedKind::request, now, security);
  r.who = client.v;
  r.other = dealer.v;
  r.side = static_cast<std::uint8_t>(side);
  r.price = clean.v;
  r.lots = lots;
}

void Recorder::request_package(base::Time now, std::size_t book, base::InstitutionId client, base::InstitutionId dealer, Side side, base::Price price, std::int64_t lots) {
  if (!settings_.books.test(book)) return;
  Recorded& r = add(RecordedKind::request, now, book);
  r.type = 1;
  r.who = client.v;
  r.other = dealer.v;
  r.side = static_cast<std::uint8_t>(side);
  r.price = price.v;
  r.lots = lots;
}

void Recorder::work_up(base::Time now, std::size_t book, base::InstitutionId taker, base::InstitutionId other, Side side, base::Price price, std::int64_t lots) {
  if (!settings_.books.test(book)) return;
  Recorded& r = add(RecordedKind::work_up, now, book);
  r.who = taker.v;
  r.other = other.v;
  r.side = static_cast<std::uint8_t>(side);
  r.price = price.v;
  r.lots = lots;
}

void Recorder::end(base::Time now, const base::Digest& digest) {
  Recorded& r = add(RecordedKind::end, now, 0);
  r.lots = static_cast<std::int64_t>(digest.a);
  r.ask_lots = static_cast<std::int64_t>(digest.b);
  flush();
}

}  // namespace haven::metrics
