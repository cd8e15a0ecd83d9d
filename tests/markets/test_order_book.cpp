// The matching rules, one promise each. Prices and sizes are small made-up numbers worked out by hand.
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "engine/markets/order_book.h"

using namespace haven;
using markets::BookRules;
using markets::Fill;
using markets::NewOrder;
using markets::OrderBook;
using markets::OrderHandle;
using markets::OrderType;
using markets::Reject;
using markets::SelfCancel;
using markets::SubmitResult;

namespace {

constexpr auto buy = base::Side::buy;
constexpr auto sell = base::Side::sell;

struct Traded {
  std::uint32_t tag;
  std::int32_t price;
  std::int64_t lots;
  std::int64_t remaining;
  bool operator==(const Traded&) const = default;
};

/// A book and what happened on it. Orders have owner = tag unless said otherwise.
struct Venue {
  OrderBook book;
  std::vector<Traded> trades;
  std::vector<SelfCancel> self_cancels;

  SubmitResult send(NewOrder order) {
    return book.submit(
        order,
        [&](const Fill& f) {
          trades.push_back({f.maker_tag, f.price.v, f.lots, f.remaining});
        },
        [&](const SelfCancel& c) { self_cancels.push_back(c); });
  }
  SubmitResult send(std::uint32_t tag, base::Side side, std::int32_t price, std::int64_t lots,
                    OrderType type = OrderType::limit, std::int64_t shown = 0) {
    return send({{tag}, tag, side, type, {price}, lots, shown});
  }
  SubmitResult modify(OrderHandle handle, std::int32_t price, std::int64_t lots) {
    return book.modify(handle, {price}, lots, [&](const Fill& f) {
      trades.push_back({f.maker_tag, f.price.v, f.lots, f.remaining});
    });
  }
};

}  // namespace

TEST_CASE("a better price trades before a worse one that came earlier, at the resting order's price", "[order_book]") {
  Venue v;
  v.send(1, sell, 102, 5);
  v.send(2, sell, 101, 5);
  const SubmitResult r = v.send(3, buy, 103, 8);
  CHECK(v.trades == std::vector<Traded>{{2, 101, 5, 0}, {1, 102, 3, 2}});
  CHECK(r.filled == 8);
  CHECK(r.resting == 0);
  CHECK(r.handle == OrderHandle{});

  Venue w;
  w.send(1, buy, 98, 5);
  w.send(2, buy, 99, 5);
  w.send(3, sell, 97, 8);
  CHECK(w.trades == std::vector<Traded>{{2, 99, 5, 0}, {1, 98, 3, 2}});
}

TEST_CASE("at one price the earlier order trades first", "[order_book]") {
  Venue v;
  v.send(1, buy, 100, 4);
  v.send(2, buy, 100, 4);
  v.send(3, sell, 100, 6);
  CHECK(v.trades == std::vector<Traded>{{1, 100, 4, 0}, {2, 100, 2, 2}});
}

TEST_CASE("a limit order's remainder rests at its price and becomes the best", "[order_book]") {
  Venue v;
  v.send(1, sell, 101, 5);
  const SubmitResult r = v.send(2, buy, 101, 9);
  CHECK(r.filled == 5);
  CHECK(r.resting == 4);
  CHECK_FALSE(v.book.has_ask());
  REQUIRE(v.book.has_bid());
  CHECK(v.book.best_bid() == base::Price{101});
  CHECK(v.book.best_bid_lots() == 4);
  CHECK(v.book.find(r.handle)->shown == 4);
}

TEST_CASE("a market order takes any price and its remainder is dropped", "[order_book]") {
  Venue v;
  v.send(1, sell, 101, 5);
  v.send(2, sell, 1'000'000, 5);
  const SubmitResult r = v.send(3, buy, 0, 12, OrderType::market);
  CHECK(v.trades == std::vector<Traded>{{1, 101, 5, 0}, {2, 1'000'000, 5, 0}});
  CHECK(r.filled == 10);
  CHECK(r.resting == 0);
  CHECK(v.book.live_orders() == 0);
}

TEST_CASE("an immediate-or-cancel order stops at its price and its remainder is dropped", "[order_book]") {
  Venue v;
  v.send(1, buy, 100, 5);
  v.send(2, buy, 98, 5);
  const SubmitResult r = v.send(3, sell, 99, 12, OrderType::ioc);
  CHECK(r.filled == 5);
  CHECK(r.resting == 0);
  CHECK(v.book.live_orders() == 1);
  CHECK(v.send(3, sell, 99, 1, OrderType::ioc).filled == 0);
}

TEST_CASE("a fill-or-kill order fills whole, hidden lots included, or does nothing", "[order_book]") {
  Venue v;
  v.send(1, sell, 100, 6, OrderType::limit, 2);
  v.send(2, sell, 101, 3);
  v.send(3, sell, 102, 9);
  CHECK(v.send(4, buy, 101, 10, OrderType::fok).reject == Reject::not_fillable);
  CHECK(v.trades.empty());
  CHECK(v.book.live_orders() == 3);
  CHECK(v.send(4, buy, 99, 1, OrderType::fok).reject == Reject::not_fillable);
  const SubmitResult r = v.send(4, buy, 101, 9, OrderType::fok);
  CHECK(r.accepted());
  CHECK(r.filled == 9);
}

TEST_CASE("a fill-or-kill order does not count its owner's own orders, and cancels none when killed", "[order_book]") {
  Venue v;
  v.send({{7}, 1, sell, OrderType::limit, {100}, 5, 0});
  v.send({{8}, 2, sell, OrderType::limit, {100}, 5, 0});
  CHECK(v.send({{7}, 3, buy, OrderType::fok, {100}, 6, 0}).reject == Reject::not_fillable);
  CHECK(v.self_cancels.empty());
  CHECK(v.book.live_orders() == 2);
  CHECK(v.send({{7}, 3, buy, OrderType::fok, {100}, 5, 0}).filled == 5);
  REQUIRE(v.self_cancels.size() == 1);
  CHECK(v.self_cancels[0].tag == 1);
}

TEST_CASE("a post-only order rests or is refused, but never takes", "[order_book]") {
  Venue v;
  v.send(1, sell, 101, 5);
  const SubmitResult refused = v.send(2, buy, 101, 5, OrderType::post_only);
  CHECK(refused.reject == Reject::would_trade);
  CHECK(refused.handle == OrderHandle{});
  const SubmitResult rested = v.send(2, buy, 100, 5, OrderType::post_only);
  CHECK(rested.resting == 5);
  // Nor by being moved: it is left where it was.
  CHECK(v.modify(rested.handle, 101, 5).reject == Reject::would_trade);
  CHECK(v.book.level_lots(buy, {100}) == 5);
  CHECK(v.modify(rested.handle, 99, 5).accepted());
  CHECK(v.trades.empty());
}

TEST_CASE("an iceberg displays its shown size only, and its next tranche goes to the back of the queue",
          "[order_book]") {
  Venue v;
  v.send(1, sell, 100, 10, OrderType::limit, 4);
  v.send(2, sell, 100, 5);
  CHECK(v.book.best_ask_lots() == 9);
  v.send(3, buy, 100, 4);
  CHECK(v.trades == std::vector<Traded>{{1, 100, 4, 6}});
  CHECK(v.book.best_ask_lots() == 9);  // 4 refreshed, behind the 5
  v.trades.clear();
  v.send(4, buy, 100, 7);
  CHECK(v.trades == std::vector<Traded>{{2, 100, 5, 0}, {1, 100, 2, 4}});
  v.trades.clear();
  v.send(5, buy, 100, 9);  // one sweep takes the tranches one by one: 2, then the last 2
  CHECK(v.trades == std::vector<Traded>{{1, 100, 2, 2}, {1, 100, 2, 0}});
  CHECK(v.book.best_bid_lots() == 5);
}

TEST_CASE("an incoming iceberg trades with its whole size and displays the remainder by its shown size",
          "[order_book]") {
  Venue v;
  v.send(1, sell, 100, 7);
  const SubmitResult r = v.send(2, buy, 100, 20, OrderType::limit, 5);
  CHECK(r.filled == 7);
  CHECK(r.resting == 13);
  CHECK(v.book.best_bid_lots() == 5);
  CHECK(v.book.find(r.handle)->hidden == 8);
  CHECK(v.book.cancel(r.handle) == 13);
}

TEST_CASE("a cancelled order is gone with its hidden lots, and its handle is stale", "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 5).handle;
  const OrderHandle b = v.send(2, buy, 100, 6).handle;
  const OrderHandle c = v.send(3, buy, 99, 7).handle;
  CHECK(v.book.cancel(a) == 5);
  CHECK(v.book.cancel(a) == 0);
  CHECK(v.book.best_bid_lots() == 6);
  CHECK(v.book.cancel(b) == 6);
  CHECK(v.book.best_bid() == base::Price{99});
  CHECK(v.book.cancel(c) == 7);
  CHECK_FALSE(v.book.has_bid());
  CHECK(v.book.best_bid_lots() == 0);
  CHECK(v.book.fault() == "");
}

TEST_CASE("a handle stays stale after a fill even when its slot is used again", "[order_book]") {
  Venue v;
  const OrderHandle old = v.send(1, buy, 100, 5).handle;
  v.send(2, sell, 100, 5);
  const OrderHandle fresh = v.send(3, buy, 100, 5).handle;
  REQUIRE(fresh.slot == old.slot);
  CHECK_FALSE(v.book.is_live(old));
  CHECK(v.book.cancel(old) == 0);
  CHECK(v.modify(old, 100, 4).reject == Reject::stale);
  CHECK_FALSE(v.book.find(old).has_value());
  CHECK_FALSE(v.book.queue_ahead(old).has_value());
  CHECK(v.book.is_live(fresh));
}

TEST_CASE("handles that never named an order are stale", "[order_book]") {
  Venue v;
  const OrderHandle live = v.send(1, buy, 100, 5).handle;
  v.book.cancel(v.send(2, buy, 100, 5).handle);
  for (const OrderHandle h :
       {OrderHandle{}, OrderHandle{0, 1}, OrderHandle{live.slot, live.generation + 2}, OrderHandle{live.slot + 1, 0},
        OrderHandle{live.slot + 1, 2}, OrderHandle{1'000'000, 1}}) {
    CHECK(v.book.cancel(h) == 0);
    CHECK_FALSE(v.book.is_live(h));
  }
  CHECK(v.book.live_orders() == 1);
}

TEST_CASE("modifying to fewer lots keeps the place in the queue", "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 5).handle;
  v.send(2, buy, 100, 5);
  CHECK(v.modify(a, 100, 3).resting == 3);
  CHECK(v.book.best_bid_lots() == 8);
  v.send(3, sell, 100, 4);
  CHECK(v.trades == std::vector<Traded>{{1, 100, 3, 0}, {2, 100, 1, 4}});
}

TEST_CASE("modifying an iceberg to fewer lots takes the hidden ones first and keeps its place", "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 10, OrderType::limit, 4).handle;
  v.send(2, buy, 100, 5);
  CHECK(v.modify(a, 100, 5).accepted());
  CHECK(v.book.find(a)->shown == 4);
  CHECK(v.book.find(a)->hidden == 1);
  CHECK(v.modify(a, 100, 3).accepted());
  CHECK(v.book.find(a)->shown == 3);
  CHECK(v.book.best_bid_lots() == 8);
  CHECK(v.book.queue_ahead(a) == 0);
}

TEST_CASE("modifying to more lots loses the place in the queue", "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 5).handle;
  v.send(2, buy, 100, 5);
  const SubmitResult r = v.modify(a, 100, 6);
  CHECK(r.handle == a);
  CHECK(r.resting == 6);
  v.send(3, sell, 100, 6);
  CHECK(v.trades == std::vector<Traded>{{2, 100, 5, 0}, {1, 100, 1, 5}});
}

TEST_CASE("modifying to another price loses the place, also on the way back", "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 5).handle;
  v.send(2, buy, 100, 5);
  v.modify(a, 99, 5);
  CHECK(v.book.level_lots(buy, {99}) == 5);
  v.modify(a, 100, 5);
  CHECK(v.book.queue_ahead(a) == 5);
}

TEST_CASE("modifying to a price that crosses trades at once, and the remainder rests under the same handle",
          "[order_book]") {
  Venue v;
  const OrderHandle a = v.send(1, buy, 100, 9).handle;
  v.send(2, sell, 102, 4);
  const SubmitResult r = v.modify(a, 102, 9);
  CHECK(v.trades == std::vector<Traded>{{2, 102, 4, 0}});
  CHECK(r.filled == 4);
  CHECK(r.resting == 5);
  CHECK(v.book.best_bid() == base::Price{102});
  CHECK(v.book.is_live(a));
  v.send(3, sell, 103, 8);
  CHECK(v.modify(a, 103, 5).handle == OrderHandle{});
  CHECK_FALSE(v.book.is_live(a));
}

TEST_CASE("self-trade prevention cancels the owner's resting order, not the incoming one, and matching goes on",
          "[order_book]") {
  Venue v;
  v.send({{7}, 1, sell, OrderType::limit, {100}, 9, 3});
  v.send({{8}, 2, sell, OrderType::limit, {100}, 5, 0});
  v.send({{7}, 3, sell, OrderType::limit, {105}, 5, 0});
  const SubmitResult r = v.send({{7}, 4, buy, OrderType::limit, {101}, 8, 0});
  REQUIRE(v.self_cancels.size() == 1);
  CHECK(v.self_cancels[0].tag == 1);
  CHECK(v.self_cancels[0].lots == 9);
  CHECK_FALSE(v.book.is_live(v.self_cancels[0].handle));
  CHECK(v.trades == std::vector<Traded>{{2, 100, 5, 0}});
  CHECK(r.resting == 3);
  CHECK(v.book.best_ask() == base::Price{105});  // out of reach, left alone
}

TEST_CASE("an order off the tick or lot grid is refused as a value and changes nothing", "[order_book]") {
  Venue v{OrderBook(BookRules{2, 5, 100}), {}, {}};
  CHECK(v.send(1, buy, 101, 10).reject == Reject::off_tick);
  CHECK(v.send(1, buy, -101, 10).reject == Reject::off_tick);
  CHECK(v.send(1, buy, 100, 11).reject == Reject::off_lot);
  CHECK(v.send(1, buy, 100, 20, OrderType::limit, 7).reject == Reject::off_lot);
  CHECK(v.send(1, buy, 100, 0).reject == Reject::size);
  CHECK(v.send(1, buy, 100, -5).reject == Reject::size);
  CHECK(v.send(1, buy, 100, 105).reject == Reject::size);
  CHECK(v.send(1, buy, 100, 20, OrderType::limit, 25).reject == Reject::shown);
  CHECK(v.send(1, buy, 100, 20, OrderType::limit, -5).reject == Reject::shown);
  CHECK(v.send(1, buy, 100, 20, OrderType::ioc, 5).reject == Reject::shown);
  CHECK(v.book.live_orders() == 0);
  const OrderHandle a = v.send(1, buy, -100, 100).handle;
  CHECK(v.modify(a, -99, 100).reject == Reject::off_tick);
  CHECK(v.modify(a, -100, 99).reject == Reject::off_lot);
  CHECK(v.modify(a, -100, 0).reject == Reject::size);
  CHECK(v.book.best_bid_lots() == 100);
  CHECK(v.send(2, sell, 1, 5, OrderType::market).filled == 5);  // a market order's price is not read
}

TEST_CASE("prices reach from one end of the grid to the other", "[order_book]") {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  Venue v;
  v.send(1, buy, 0, 1);
  v.send(2, buy, lowest, 2);
  v.send(3, sell, highest, 3);
  v.send(4, buy, -1, 4);
  v.send(5, sell, 1, 5);
  CHECK(v.book.fault() == "");
  CHECK(v.book.depth_lots(buy, 2) == 5);
  CHECK(v.book.depth_lots(buy, 9) == 7);
  CHECK(v.book.lots_within(sell, {highest}) == 8);
  CHECK(v.send(6, sell, 0, 100, OrderType::market).filled == 7);
  CHECK(v.send(7, buy, highest, 8).filled == 8);
  CHECK(v.book.live_orders() == 0);
  CHECK(v.trades ==
        std::vector<Traded>{{1, 0, 1, 0}, {4, -1, 4, 0}, {2, lowest, 2, 0}, {5, 1, 5, 0}, {3, highest, 3, 0}});
  CHECK(v.book.fault() == "");
}

TEST_CASE("depth, lots within a distance and lots at a price count displayed lots of the side", "[order_book]") {
  Venue v;
  v.send(1, buy, 100, 5);
  v.send(2, buy, 98, 6, OrderType::limit, 2);
  v.send(3, buy, 90, 7);
  v.send(4, sell, 103, 8);
  v.send(5, sell, 180, 9);
  CHECK(v.book.depth_lots(buy, 1) == 5);
  CHECK(v.book.depth_lots(buy, 2) == 7);
  CHECK(v.book.depth_lots(sell, 5) == 17);
  CHECK(v.book.lots_within(buy, {0}) == 5);
  CHECK(v.book.lots_within(buy, {2}) == 7);
  CHECK(v.book.lots_within(buy, {9}) == 7);
  CHECK(v.book.lots_within(buy, {10}) == 14);
  CHECK(v.book.lots_within(sell, {77}) == 17);
  CHECK(v.book.level_lots(buy, {98}) == 2);
  CHECK(v.book.level_lots(sell, {98}) == 0);
  CHECK(v.book.level_lots(buy, {103}) == 0);
  CHECK(v.book.level_lots(sell, {5000}) == 0);
  CHECK(v.book.best_ask() == base::Price{103});
  CHECK(v.book.best_ask_lots() == 8);
  std::vector<std::int64_t> seen;
  v.book.for_each_level(buy, 2, [&](base::Price p, std::int64_t lots) { seen.insert(seen.end(), {p.v, lots}); });
  CHECK(seen == std::vector<std::int64_t>{100, 5, 98, 2});
}

TEST_CASE("an order knows the displayed lots ahead of it", "[order_book]") {
  Venue v;
  v.send(1, sell, 100, 5);
  const OrderHandle b = v.send(2, sell, 100, 6, OrderType::limit, 2).handle;
  const OrderHandle c = v.send(3, sell, 100, 1).handle;
  v.send(4, sell, 99, 50);
  CHECK(v.book.queue_ahead(b) == 5);
  CHECK(v.book.queue_ahead(c) == 7);
  v.send(5, buy, 99, 50);
  v.send(6, buy, 100, 7);  // takes 5 and 2; the refreshed 2 stand behind
  CHECK(v.book.queue_ahead(c) == 0);
  CHECK(v.book.queue_ahead(b) == 1);
}

TEST_CASE("the best price of an empty side is one of our own faults", "[order_book]") {
  OrderBook book;
  CHECK_THROWS_AS(book.best_bid(), base::CheckFailure);
  CHECK_THROWS_AS(book.best_ask(), base::CheckFailure);
  CHECK_THROWS_AS(OrderBook(BookRules{0, 1, 1}), base::CheckFailure);
}
