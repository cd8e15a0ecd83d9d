// A million random messages of every kind, against the naive book.
#include <catch2/catch.hpp>
#include <limits>
#include <map>
#include <random>
#include <source_location>
#include <vector>

#include "engine/markets/order_book.h"
#include "tests/markets/naive_book.h"

using namespace haven;
using namespace haven::markets;

namespace {

struct Range {
  const char* name;
  std::int64_t low, high;  // prices
  std::int64_t tick, lot;
};

class Duel {
 public:
  Duel(const Range& range, std::uint64_t seed)
      : range_(range),
        random_(seed),
        book_(BookRules{static_cast<std::int32_t>(range.tick), static_cast<std::int32_t>(range.lot),
                        std::numeric_limits<std::int32_t>::max()}) {}

  void run(int messages) {
    for (int i = 0; i < messages; ++i) {
      step();
      compare_top();
      if (i % 50 == 0) compare_all();
    }
    compare_all();
  }
  std::uint64_t trades = 0, self_cancels = 0, refused = 0, stale = 0, modified = 0;

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::int32_t price() {
    // Half of the prices near the middle, so that queues form; on the instrument's grid.
    const std::int64_t width = range_.high - range_.low + 1;
    const std::int64_t near =
        range_.low + width / 2 - 3 * range_.tick + static_cast<std::int64_t>(below(7)) * range_.tick;
    const std::int64_t p =
        below(2) == 0 ? near : range_.low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(width)));
    return static_cast<std::int32_t>(p / range_.tick * range_.tick);
  }
  std::int64_t lots(std::uint64_t most) { return (1 + static_cast<std::int64_t>(below(most))) * range_.lot; }

  naive::Outcome outcome(const SubmitResult& result) {
    naive::Outcome out{result.reject, result.filled, result.resting, std::move(fills_), std::move(cancelled_)};
    trades += out.trades.size();
    self_cancels += out.self_cancelled.size();
    refused += result.accepted() ? 0 : 1;
    for (const naive::Trade& t : out.trades)
      if (t.remaining == 0) bury(t.maker_tag);
    for (const std::uint32_t tag : out.self_cancelled) bury(tag);
    fills_.clear();
    cancelled_.clear();
    return out;
  }
  void bury(std::uint32_t tag) {
    dead_.push_back(live_.at(tag));
    live_.erase(tag);
  }
  auto on_fill() {
    return [this](const Fill& f) {
      fills_.push_back({f.maker_tag, f.price.v, f.lots, f.remaining});
      in_book_ -= f.lots;
      require(live_.at(f.maker_tag) == f.maker_handle);
    };
  }
  auto on_self_cancel() {
    return [this](const SelfCancel& c) {
      cancelled_.push_back(c.tag);
      in_book_ -= c.lots;
      require(live_.at(c.tag) == c.handle);
    };
  }
  // Catch's own assertions cost microseconds each: only a failure reaches them.
  void require(bool good, const std::source_location& where = std::source_location::current()) {
    if (!good) FAIL("line " << where.line() << ", message " << message_ << " in the range " << range_.name);
  }

  void step() {
    ++message_;
    const std::uint64_t kind = below(100);
    if (kind < 25 + 40 * (live_.size() < 60)) {
      NewOrder o;
      o.owner = {static_cast<std::uint32_t>(below(8))};
      o.tag = message_;
      o.side = below(2) == 0 ? base::Side::buy : base::Side::sell;
      o.price = {price()};
      o.lots = lots(40);
      const std::uint64_t type = below(20);
      o.type = type < 9    ? OrderType::limit
               : type < 11 ? OrderType::market
               : type < 13 ? OrderType::ioc
               : type < 15 ? OrderType::fok
                           : OrderType::post_only;
      if (type < 5) o.shown = std::min(o.lots, lots(8));
      if (type == 19) o.lots = 1 + static_cast<std::int64_t>(below(3)) * (std::numeric_limits<std::int32_t>::max() / 2);
      o.lots = std::max(o.lots / range_.lot, std::int64_t{1}) * range_.lot;
      const SubmitResult result = book_.submit(o, on_fill(), on_self_cancel());
      const naive::Outcome expected = naive_.submit(o);
      require(outcome(result) == expected);
      require(result.resting > 0 == book_.is_live(result.handle));
      in_book_ += result.resting;
      if (result.resting > 0) live_[o.tag] = result.handle;
    } else if (kind < 75 && !live_.empty()) {
      auto it = live_.lower_bound(static_cast<std::uint32_t>(below(message_)));
      if (it == live_.end()) it = live_.begin();
      const auto [tag, handle] = *it;
      const std::int64_t open = book_.find(handle)->shown + book_.find(handle)->hidden;
      if (kind < 50) {
        const std::int64_t removed = book_.cancel(handle);
        require(removed == open && removed == naive_.cancel(tag));
        in_book_ -= removed;
        bury(tag);
      } else {
        ++modified;
        const std::int32_t to = below(3) == 0 ? book_.find(handle)->price.v : price();
        const std::int64_t size =
            below(2) == 0
                ? lots(60)
                : (1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(open / range_.lot)))) * range_.lot;
        const SubmitResult result = book_.modify(handle, {to}, size, on_fill(), on_self_cancel());
        const naive::Outcome expected = naive_.modify(tag, to, size);
        require(outcome(result) == expected);
        if (result.accepted()) in_book_ += result.resting - open;
        if (result.accepted() && result.resting == 0) bury(tag);
        require(!result.accepted() || result.resting + result.filled == size);
      }
    } else if (!dead_.empty()) {
      ++stale;
      const OrderHandle handle = dead_[below(dead_.size())];
      require(book_.cancel(handle) == 0);
      require(book_.modify(handle, {price()}, range_.lot, on_fill()).reject == Reject::stale);
      if (dead_.size() > 1000) dead_.clear();
    }
  }

  void compare_top() {
    require(book_.live_orders() == naive_.queue.size());
    require(!(book_.has_bid() && book_.has_ask()) || book_.best_bid() < book_.best_ask());
    for (const base::Side side : {base::Side::buy, base::Side::sell}) {
      const auto it = naive_.next(base::opposite(side), -base::sign(side) * (std::int64_t{1} << 40));
      require(book_.has(side) == (it != naive_.queue.end()));
      if (it != naive_.queue.end()) require(book_.best(side).v == it->price);
    }
  }

  void compare_all() {
    const std::string fault = book_.fault();
    if (!fault.empty()) FAIL("message " << message_ << ": " << fault);
    std::int64_t total = 0;
    for (const base::Side side : {base::Side::buy, base::Side::sell}) {
      std::vector<naive::Resting> expected;
      for (const naive::Resting& r : naive_.queue)
        if (r.side == side) expected.push_back(r);
      std::stable_sort(expected.begin(), expected.end(),
                       [&](const auto& a, const auto& b) { return base::sign(side) * (a.price - b.price) > 0; });
      std::size_t i = 0;
      std::map<std::int64_t, std::int64_t> levels;  // by distance from the best
      std::int64_t ahead = 0;
      book_.for_each_order(side, [&](const OrderView& o) {
        require(i < expected.size());
        const naive::Resting& e = expected[i];
        require(o.tag == e.tag && o.owner.v == e.owner && o.price.v == e.price && o.shown == e.shown &&
                o.hidden == e.hidden);
        require(o.handle == live_.at(o.tag));
        ahead = i > 0 && expected[i - 1].price == e.price ? ahead + expected[i - 1].shown : 0;
        require(book_.queue_ahead(o.handle) == ahead);
        levels[base::sign(side) * (expected[0].price - e.price)] += e.shown;
        total += o.shown + o.hidden;
        ++i;
      });
      require(i == expected.size());
      std::int64_t depth = 0;
      std::size_t k = 0;
      for (const auto& [distance, shown] : levels) {
        depth += shown;
        ++k;
        require(book_.depth_lots(side, k) == depth);
        const base::Price at{static_cast<std::int32_t>(expected[0].price - base::sign(side) * distance)};
        require(book_.level_lots(side, at) == shown && book_.level_lots(base::opposite(side), at) == 0);
        if (distance <= std::numeric_limits<std::int32_t>::max())
          require(book_.lots_within(side, {static_cast<std::int32_t>(distance)}) == depth);
      }
      require(book_.best_lots(side) == (levels.empty() ? 0 : levels.begin()->second));
    }
    require(total == in_book_);
  }

  Range range_;
  std::mt19937_64 random_;
  OrderBook book_;
  naive::Book naive_;
  std::map<std::uint32_t, OrderHandle> live_;  // by tag
  std::vector<OrderHandle> dead_;
  std::vector<naive::Trade> fills_;
  std::vector<std::uint32_t> cancelled_;
  std::uint32_t message_ = 0;
  std::int64_t in_book_ = 0;  // lots that came to rest and have not left
};

}  // namespace

TEST_CASE("the book equals the naive book over a million messages, is never crossed and loses no lot",
          "[order_book][property]") {
  constexpr std::int64_t lowest = std::numeric_limits<std::int32_t>::min(),
                         highest = std::numeric_limits<std::int32_t>::max();
  const Range ranges[] = {
      {"a few ticks around zero", -10, 10, 1, 1},
      {"a few pages", 1'000'000, 1'000'400, 2, 1},
      {"the whole grid", lowest, highest, 1, 5},
      {"the top of the grid", highest - 5'000, highest, 1, 1},
      {"the bottom of the grid", lowest, lowest + 300'000, 1, 1},
  };
  for (const Range& range : ranges) {
    Duel duel(range, 20250402);
    duel.run(200'000);
    // The messages were what they claim to be: each kind happened often.
    CHECK(duel.trades > 10'000);
    CHECK(duel.self_cancels > 1'000);
    CHECK(duel.refused > 1'000);
    CHECK(duel.modified > 10'000);
    CHECK(duel.stale > 10'000);
  }
}
