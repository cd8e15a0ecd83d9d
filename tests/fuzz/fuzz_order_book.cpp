// Messages out of the fuzzer's bytes, to the order book and to the naive one; what differs ends the process.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "engine/markets/order_book.h"
#include "tests/markets/naive_book.h"

using namespace haven;
using namespace haven::markets;

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  bool left() const { return at_ != end_; }
  std::uint32_t byte() { return left() ? *at_++ : 0; }
  std::uint32_t word() { return byte() | byte() << 8 | byte() << 16 | byte() << 24; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

[[noreturn]] void differ(const std::string& what) {
  std::fprintf(stderr, "the order book and the naive book differ: %s\n", what.c_str());
  std::abort();
}

void require(bool good, const char* what) {
  if (!good) differ(what);
}

class Duel {
 public:
  explicit Duel(Bytes bytes) : bytes_(bytes) {
    BookRules rules;
    rules.tick = 1 + static_cast<std::int32_t>(bytes_.byte() % 3);
    rules.lot = 1 + static_cast<std::int32_t>(bytes_.byte() % 3);
    rules.max_lots = bytes_.byte() % 4 == 0 ? 12 : std::numeric_limits<std::int32_t>::max();
    middle_ = static_cast<std::int32_t>(bytes_.word());
    book_ = OrderBook(rules);
  }

  void run() {
    while (bytes_.left()) {
      step();
      require(book_.live_orders() == naive_.queue.size(), "live orders");
      for (const base::Side side : {base::Side::buy, base::Side::sell}) {
        const auto best = naive_.next(base::opposite(side), -base::sign(side) * (std::int64_t{1} << 40));
        require(book_.has(side) == (best != naive_.queue.end()), "an empty side");
        if (book_.has(side)) require(book_.best(side).v == best->price, "best price");
      }
    }
    const std::string fault = book_.fault();
    if (!fault.empty()) differ(fault);
    for (const base::Side side : {base::Side::buy, base::Side::sell}) {
      std::vector<naive::Resting> expected;
      for (const naive::Resting& r : naive_.queue)
        if (r.side == side) expected.push_back(r);
      std::stable_sort(expected.begin(), expected.end(), [&](const auto& a, const auto& b) { return base::sign(side) * (a.price - b.price) > 0; });
      std::size_t i = 0;
      book_.for_each_order(side, [&](const OrderView& o) {
        require(i < expected.size(), "orders of a side");
        const naive::Resting& e = expected[i++];
        require(o.tag == e.tag && o.owner.v == e.owner && o.price.v == e.price && o.shown == e.shown && o.hidden == e.hidden, "an order in its place");
      });
      require(i == expected.size(), "orders of a side");
    }
  }

 private:
  /// Near the middle as a rule, now and then anywhere.
  base::Price price() {
    const std::uint32_t kind = bytes_.byte();
    if (kind == 255) return {static_cast<std::int32_t>(bytes_.word())};
    const std::int64_t p = std::int64_t{middle_} + static_cast<std::int64_t>(kind % 32) - 16;
    return {static_cast<std::int32_t>(std::clamp<std::int64_t>(p, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()))};
  }
  std::int64_t lots() {
    const std::uint32_t kind = bytes_.byte();
    return kind == 255 ? static_cast<std::int64_t>(bytes_.word() % 20'000) - 5'000 : kind % 24;
  }
  /// Any size at all: not for an iceberg, which trades what it shows at a time, and would do so for hours.
  std::int64_t any_lots() { return bytes_.byte() == 255 ? static_cast<std::int32_t>(bytes_.word()) : lots(); }
  std::uint32_t some_tag() { return last_tag_ == 0 ? 0 : 1 + (bytes_.byte() | bytes_.byte() << 8) % last_tag_; }

  /// What a venue demands is the book's own affair: the naive one never sees an order that breaks it.
  Reject rule(const NewOrder& o) const {
    const BookRules& rules = book_.rules();
    if (o.lots <= 0 || o.lots > rules.max_lots) return Reject::size;
    if (o.lots % rules.lot != 0 || o.shown % rules.lot != 0) return Reject::off_lot;
    if (o.type != OrderType::market && o.price.v % rules.tick != 0) return Reject::off_tick;
    const bool rests = o.type == OrderType::limit || o.type == OrderType::post_only;
    if (o.shown != 0 && (!rests || o.shown < 0 || o.shown > o.lots)) return Reject::shown;
    return Reject::none;
  }

  naive::Outcome outcome(const SubmitResult& result) {
    naive::Outcome out{result.reject, result.filled, result.resting, std::move(fills_), std::move(cancelled_)};
    fills_.clear();
    cancelled_.clear();
    return out;
  }
  auto on_fill() {
    return [this](const Fill& f) { fills_.push_back({f.maker_tag, f.price.v, f.lots, f.remaining}); };
  }
  auto on_self_cancel() {
    return [this](const SelfCancel& c) { cancelled_.push_back(c.tag); };
  }

  void step() {
    const std::uint32_t kind = bytes_.byte() % 8;
    if (kind < 5) {
      NewOrder o;
      o.owner = {bytes_.byte() % 4};
      o.tag = ++last_tag_;
      o.side = bytes_.byte() % 2 == 0 ? base::Side::buy : base::Side::sell;
      o.type = static_cast<OrderType>(bytes_.byte() % 5);
      o.price = price();
      o.lots = kind == 4 ? lots() : any_lots();
      if (kind == 4) o.shown = lots();
      const SubmitResult result = book_.submit(o, on_fill(), on_self_cancel());
      const Reject broken = rule(o);
      if (broken != Reject::none) {
        require(result.reject == broken, "why an order is refused");
        return;
      }
      require(outcome(result) == naive_.submit(o), "what an order does");
      require(book_.is_live(result.handle) == (result.resting > 0), "whether an order rests");
      handles_[o.tag] = result.handle;
      return;
    }
    const std::uint32_t tag = some_tag();
    const OrderHandle handle = handles_[tag];
    require(book_.is_live(handle) == (naive_.find(tag) != naive_.queue.end()), "whether an order lives");
    if (kind == 5) {
      require(book_.cancel(handle) == naive_.cancel(tag), "what a cancel removes");
      return;
    }
    const base::Price to = price();
    const std::int64_t size = lots();
    const SubmitResult result = book_.modify(handle, to, size, on_fill(), on_self_cancel());
    NewOrder wanted;
    wanted.price = to;
    wanted.lots = size;
    const Reject broken = naive_.find(tag) == naive_.queue.end() ? Reject::stale : rule(wanted);
    if (broken != Reject::none) {
      require(result.reject == broken, "why a change is refused");
      return;
    }
    require(outcome(result) == naive_.modify(tag, to.v, size), "what a change does");
  }

  Bytes bytes_;
  std::int32_t middle_ = 0;
  OrderBook book_;
  naive::Book naive_;
  std::map<std::uint32_t, OrderHandle> handles_;
  std::vector<naive::Trade> fills_;
  std::vector<std::uint32_t> cancelled_;
  std::uint32_t last_tag_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Duel(Bytes(data, size)).run();
  return 0;
}
