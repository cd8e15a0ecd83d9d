// A central limit order book with price-time priority.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/check.h"
#include "engine/base/units.h"

namespace haven::markets {

/// Names one resting order. A handle goes stale when its order is filled or cancelled, and stays stale when the slot is
/// used again (until the same slot has been used 2^31 more times). The default handle names nothing.
struct OrderHandle {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  constexpr bool operator==(const OrderHandle&) const = default;
};

/// What a venue demands of every order in one instrument.
struct BookRules {
  std::int32_t tick = 1;  // a price must be a multiple of this many grid steps (base::Ticks); >= 1
  std::int32_t lot = 1;   // a size must be a multiple of this many lots; >= 1
  std::int32_t max_lots = std::numeric_limits<std::int32_t>::max();  // largest order, lots; >= lot
  constexpr bool operator==(const BookRules&) const = default;
};

enum class OrderType : std::uint8_t {
  limit,      // trades what it can at its price or better, the remainder rests
  market,     // trades at any price, the remainder is dropped; `price` is not read
  ioc,        // immediate or cancel: trades at its price or better, the remainder is dropped
  fok,        // fill or kill: trades its whole size at its price or better, or nothing happens at all
  post_only,  // rests without trading, or is refused
};

/// Why a venue refused an order. An ordinary value: the caller counts it.
enum class Reject : std::uint8_t {
  none,
  off_tick,      // price is not a multiple of BookRules::tick
  off_lot,       // size, or shown size, is not a multiple of BookRules::lot
  size,          // size is not in 1..BookRules::max_lots
  shown,         // shown size is negative, above the size, or given for an order that cannot rest
  would_trade,   // a post-only order would have traded
  not_fillable,  // a fill-or-kill order would not have been filled whole
  stale,         // the handle names no resting order
};

/// An order on its way in.
struct NewOrder {
  base::InstitutionId owner;
  std::uint32_t tag = 0;  // the caller's own; returned with every fill
  base::Side side = base::Side::buy;
  OrderType type = OrderType::limit;
  base::Price price;
  std::int64_t lots = 0;
  std::int64_t shown = 0;  // iceberg: lots displayed at a time; 0 displays everything
};

/// One trade against a resting order, at the resting order's price. `remaining` counts displayed and hidden lots; at 0
/// the handle is stale.
struct Fill {
  base::InstitutionId maker;
  std::uint32_t maker_tag;
  OrderHandle maker_handle;
  base::Price price;
  std::int64_t lots;
  std::int64_t remaining;
};

/// A resting order that self-trade prevention removed; its handle is stale.
struct SelfCancel {
  std::uint32_t tag;
  OrderHandle handle;
  base::Price price;
  std::int64_t lots;  // displayed and hidden
};

/// What became of an order that came in or was modified. filled + resting + (dropped or killed) = lots asked for.
struct SubmitResult {
  Reject reject = Reject::none;
  OrderHandle handle;        // of the resting remainder; the default handle when nothing rests
  std::int64_t filled = 0;   // lots
  std::int64_t resting = 0;  // lots, displayed and hidden
  bool accepted() const { return reject == Reject::none; }
};

/// A resting order as an observer with the venue's own records sees it.
struct OrderView {
  OrderHandle handle;
  base::InstitutionId owner;
  std::uint32_t tag;
  base::Side side;
  base::Price price;
  std::int64_t shown;   // lots displayed now
  std::int64_t hidden;  // lots held back behind them
};

/// What self-trade prevention removed is of no interest to the caller.
struct IgnoreSelfCancel {
  void operator()(const SelfCancel&) const {}
};

/// Matching rules:
/// - Better price first, then earlier arrival at that price; a fill is at the resting order's price.
/// - An iceberg displays at most `shown` lots. When they are gone it displays the next ones and goes to the back of the
///   queue at its price: hidden lots have no time priority. Market depth counts displayed lots only.
/// - Modifying to fewer lots at the same price keeps the place in the queue (hidden lots go first). Another price or
///   more lots lose it; a new price may trade at once, except for a post-only order, which is then left as it was.
/// - Self-trade prevention: a resting order of the incoming order's owner that stands next in line is cancelled whole
///   and matching goes on. For fill-or-kill the owner's own orders do not count as available, and a killed order
///   cancels none.
///
/// Prices are any base::Price. Orders lie in a pool with a free list; the levels in pages of 64 neighbouring prices
/// that exist only while they hold an order; the pages hang in a tree of fan-out 64 that is just as high as the range
/// of prices in use needs. Nothing is allocated once the pools have grown to the largest use (or after reserve()).
///
/// The callbacks of submit() and modify() must not call the book.
///
/// Invariants: the best bid is below the best ask. A level's lots are the sum of its orders' displayed lots, each
/// positive. A page exists if and only if one of its levels holds an order. Index 0 of every pool is never in use and
/// stands for "none". Generations are odd while a slot is in use. fault() verifies all of this.
class OrderBook {
 public:
  /// Requires rules.tick >= 1, rules.lot >= 1, rules.max_lots >= rules.lot.
  explicit OrderBook(const BookRules& rules = {});

  /// Room for `orders` resting orders on `pages` pages of 64 prices without further allocation, provided the prices
  /// span less than 64^3 grid steps.
  void reserve(std::size_t orders, std::size_t pages);

  /// `on_fill(const Fill&)` runs once per trade, in the order of priority; `on_self_cancel(const SelfCancel&)` once per
  /// order that self-trade prevention removed.
  template <class OnFill, class OnSelfCancel = IgnoreSelfCancel>
  SubmitResult submit(const NewOrder& order, OnFill&& on_fill, OnSelfCancel&& on_self_cancel = {});

  /// Removes a resting order whole. Returns the lots removed (displayed and hidden), 0 when the handle is stale.
  std::int64_t cancel(OrderHandle handle);

  /// Gives a resting order this price and this many open lots (displayed and hidden together; not the original size).
  /// The handle stays good while anything rests. A refusal leaves the order as it was; lots = 0 is refused.
  template <class OnFill, class OnSelfCancel = IgnoreSelfCancel>
  SubmitResult modify(OrderHandle handle, base::Price price, std::int64_t lots, OnFill&& on_fill,
                      OnSelfCancel&& on_self_cancel = {});

  bool has_bid() const { return has(base::Side::buy); }
  bool has_ask() const { return has(base::Side::sell); }
  bool has(base::Side side) const { return best_[index(side)].level != kNone; }
  /// Requires has_bid().
  base::Price best_bid() const { return best(base::Side::buy); }
  /// Requires has_ask().
  base::Price best_ask() const { return best(base::Side::sell); }
  /// Requires has(side).
  base::Price best(base::Side side) const {
    HAVEN_CHECK(has(side), "the best price of an empty side was asked for");
    return {static_cast<std::int32_t>(best_[index(side)].price)};
  }
  /// Displayed lots at the best price; 0 when the side is empty.
  std::int64_t best_bid_lots() const { return best_lots(base::Side::buy); }
  std::int64_t best_ask_lots() const { return best_lots(base::Side::sell); }
  std::int64_t best_lots(base::Side side) const { return levels_[best_[index(side)].level].lots; }
  /// Displayed lots on the best `levels` prices that hold orders.
  std::int64_t depth_lots(base::Side side, std::size_t levels) const;
  /// Displayed lots at the best price and up to `distance` behind it. Requires distance >= 0.
  std::int64_t lots_within(base::Side side, base::Ticks distance) const;
  /// Displayed lots of `side` at one price.
  std::int64_t level_lots(base::Side side, base::Price price) const;
  /// Displayed lots that trade before this order at its price (0: it is next); nothing when the handle is stale.
  /// Takes time in proportion to the orders ahead.
  std::optional<std::int64_t> queue_ahead(OrderHandle handle) const;
  bool is_live(OrderHandle handle) const {
    return handle.slot < orders_.size() && (handle.generation & 1U) != 0 &&
           orders_[handle.slot].generation == handle.generation;
  }
  /// The resting order; nothing when the handle is stale.
  std::optional<OrderView> find(OrderHandle handle) const;
  std::size_t live_orders() const { return live_; }
  const BookRules& rules() const { return rules_; }

  /// visit(base::Price, displayed lots) from the best price on, at most `levels` times.
  template <class Visit>
  void for_each_level(base::Side side, std::size_t levels, Visit&& visit) const;
  /// visit(const OrderView&) over a side in the order in which the orders would trade.
  template <class Visit>
  void for_each_order(base::Side side, Visit&& visit) const;

  /// Asks the processor to load the order. For callers who know their cancels some messages ahead and hold more orders
  /// than the cache does.
  void prefetch(OrderHandle handle) const { __builtin_prefetch(orders_.data() + handle.slot, 1); }

  /// What is wrong with the book's own structure; empty when nothing is. Walks everything.
  std::string fault() const;

  bool operator==(const OrderBook&) const = default;

  /// Throws base::ArchiveError on reading a book that is not whole.
  template <class Archive>
  void fields(Archive& archive) {
    archive(rules_, orders_, reserves_, levels_, pages_, nodes_, best_, live_, origin_, root_prefix_, root_,
            root_shift_, free_order_, free_page_, free_node_);
    if constexpr (std::is_same_v<Archive, base::Reader>) {
      if (const std::string what = fault(); !what.empty())
        throw base::ArchiveError("checkpoint holds a broken order book: " + what);
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0;
  static constexpr unsigned kFanBits = 6;
  static constexpr std::uint32_t kFan = 64;
  static constexpr unsigned kMinShift = 2 * kFanBits;  // one node above the pages
  static constexpr unsigned kMaxShift = 6 * kFanBits;  // 2^36 prices: more than base::Price has
  // Key of the price that an empty book starts from: the middle of its block at every height of the tree.
  static constexpr std::int64_t kCentre = 0x8'2082'0820;
  static constexpr std::int64_t kBeyond = std::int64_t{1} << 40;          // further from zero than any price
  static constexpr std::uint32_t kSell = 1, kIceberg = 2, kPostOnly = 4;  // Order::flags

  struct alignas(32) Order {
    std::uint32_t next = kNone;  // in the level's queue, or the next free slot
    std::uint32_t prev = kNone;
    std::uint32_t level = kNone;
    std::uint32_t lots = 0;  // displayed
    std::uint32_t owner = 0;
    std::uint32_t tag = 0;
    std::uint32_t generation = 0;
    std::uint32_t flags = 0;
    bool operator==(const Order&) const = default;
  };
  struct Reserve {  // of an iceberg, by slot
    std::uint32_t hidden = 0;
    std::uint32_t peak = 0;
    bool operator==(const Reserve&) const = default;
  };
  struct Level {
    std::uint32_t head = kNone;
    std::uint32_t tail = kNone;
    std::int64_t lots = 0;  // displayed
    bool operator==(const Level&) const = default;
  };
  struct Page {                    // levels_[64 p .. 64 p + 63]
    std::uint64_t occupied = 0;    // bit i: level i holds an order
    std::uint32_t parent = kNone;  // node, or the next free page
    std::uint32_t place = 0;       // in the parent
    std::uint32_t base = 0;        // price of level 0, modulo 2^32
    std::uint32_t unused = 0;
    bool operator==(const Page&) const = default;
  };
  struct Node {
    std::uint64_t occupied = 0;    // bit i: child i exists
    std::uint32_t parent = kNone;  // node, or the next free node
    std::uint32_t place = 0;
    std::array<std::uint32_t, kFan> child{};  // pages in the lowest nodes, nodes above
    bool operator==(const Node&) const = default;
  };
  struct Best {
    std::int64_t price;  // beyond every price when the side is empty, so that nothing crosses it
    std::uint32_t level = kNone;
    std::uint32_t unused = 0;
    bool operator==(const Best&) const = default;
  };
  enum class Direction { down, up };

  static constexpr std::size_t index(base::Side side) { return static_cast<std::size_t>(side); }
  static constexpr Direction away(base::Side side) { return side == base::Side::buy ? Direction::down : Direction::up; }
  static base::Side side_of(const Order& order) { return static_cast<base::Side>(order.flags & kSell); }
  static std::uint64_t beyond(std::uint64_t occupied, std::uint32_t place, Direction direction) {
    return occupied & (direction == Direction::up ? ~std::uint64_t{1} << place : (std::uint64_t{1} << place) - 1);
  }
  static std::uint32_t nearest(std::uint64_t occupied, Direction direction) {
    return static_cast<std::uint32_t>(direction == Direction::up ? std::countr_zero(occupied)
                                                                 : 63 - std::countl_zero(occupied));
  }
  /// condition ? yes : no, without a branch: whether a queue is empty is a coin toss in a thin book, and g++ 12
  /// branches.
  static std::uint32_t select(bool condition, std::uint32_t yes, std::uint32_t no) {
    return no ^ ((yes ^ no) & (0U - static_cast<std::uint32_t>(condition)));
  }
  base::Price price_at(std::uint32_t level) const {
    return {static_cast<std::int32_t>(pages_[level / kFan].base + level % kFan)};
  }
  std::uint64_t key(base::Price price) const { return static_cast<std::uint64_t>(std::int64_t{price.v} - origin_); }
  std::uint32_t hidden(std::uint32_t slot) const {
    return (orders_[slot].flags & kIceberg) != 0 ? reserves_[slot].hidden : 0;
  }
  OrderHandle handle_of(std::uint32_t slot) const { return {slot, orders_[slot].generation}; }
  /// Whether an order of this side and limit would trade now.
  bool crosses(base::Side side, std::int64_t limit) const {
    return base::sign(side) * (limit - best_[index(base::opposite(side))].price) >= 0;
  }

  Reject broken_rule(const NewOrder& order) const;
  bool fillable(std::uint32_t owner, base::Side side, std::int64_t limit, std::int64_t lots) const;
  template <class OnFill, class OnSelfCancel>
  std::int64_t match(std::uint32_t owner, base::Side side, std::int64_t limit, std::int64_t lots, OnFill& on_fill,
                     OnSelfCancel& on_self_cancel);

  std::uint32_t take_slot();
  void release_slot(std::uint32_t slot);
  void append(std::uint32_t slot, std::uint32_t level);
  /// Takes the order out of its level's queue; an emptied level stays until settle_level.
  void unlink(std::uint32_t slot, Level& level);
  void rest(std::uint32_t slot, base::Side side, base::Price price);

  std::uint32_t level_for(base::Price price);
  std::uint32_t find_level(base::Price price) const;
  std::uint32_t neighbour(std::uint32_t level, Direction direction) const;
  /// After an order has left: takes the level out of the tree if that was its last one.
  void settle_level(std::uint32_t level, base::Side side);

  // Slow paths, in order_book.cpp.
  std::uint32_t make_level(base::Price price);
  void release_page(std::uint32_t page);
  std::uint32_t take_node(std::uint32_t parent, std::uint32_t place);
  void release_node(std::uint32_t node);

  BookRules rules_;
  std::vector<Order> orders_;
  std::vector<Reserve> reserves_;  // one per order slot
  std::vector<Level> levels_;      // 64 per page
  std::vector<Page> pages_;
  std::vector<Node> nodes_;
  std::array<Best, 2> best_;  // by side
  std::uint64_t live_ = 0;
  std::int64_t origin_ = 0;        // key = price - origin_, never negative
  std::uint64_t root_prefix_ = 0;  // key >> root_shift_ of every price in the tree
  std::uint32_t root_ = kNone;
  std::uint32_t root_shift_ = kMinShift;  // the root covers 2^root_shift_ prices
  std::uint32_t free_order_ = kNone;
  std::uint32_t free_page_ = kNone;
  std::uint32_t free_node_ = kNone;
};

// ---- Levels --------------------------------------------------------------------------------------------------------

inline std::uint32_t OrderBook::find_level(base::Price price) const {
  const std::uint64_t k = key(price);
  if (k >> root_shift_ != root_prefix_) [[unlikely]]
    return kNone;
  std::uint32_t at = root_;
  unsigned shift = root_shift_ - kFanBits;
  do {
    at = nodes_[at].child[(k >> shift) % kFan];
    if (at == kNone) [[unlikely]]
      return kNone;
    shift -= kFanBits;
  } while (shift != 0);
  return at * kFan + static_cast<std::uint32_t>(k % kFan);
}

inline std::uint32_t OrderBook::level_for(base::Price price) {
  const std::uint32_t level = find_level(price);
  return level != kNone ? level : make_level(price);
}

inline std::uint32_t OrderBook::neighbour(std::uint32_t level, Direction direction) const {
  const Page& page = pages_[level / kFan];
  if (const std::uint64_t rest = beyond(page.occupied, level % kFan, direction); rest != 0) [[likely]]
    return level / kFan * kFan + nearest(rest, direction);
  std::uint32_t node = page.parent, place = page.place;
  for (unsigned height = 1; node != kNone; ++height) {
    if (const std::uint64_t rest = beyond(nodes_[node].occupied, place, direction); rest != 0) {
      std::uint32_t at = nodes_[node].child[nearest(rest, direction)];
      for (; height > 1; --height) at = nodes_[at].child[nearest(nodes_[at].occupied, direction)];
      return at * kFan + nearest(pages_[at].occupied, direction);
    }
    place = nodes_[node].place;
    node = nodes_[node].parent;
  }
  return kNone;
}

// Whether a level has just lost its last order is a coin toss in a thin book, so only the rare consequences branch.
inline void OrderBook::settle_level(std::uint32_t level, base::Side side) {
  const std::uint64_t emptied = levels_[level].head == kNone ? 1 : 0;
  Best& best = best_[index(side)];
  if ((emptied & (best.level == level ? 1U : 0U)) != 0) {
    best.level = neighbour(level, away(side));
    best.price = best.level != kNone ? std::int64_t{price_at(best.level).v} : -base::sign(side) * kBeyond;
  }
  Page& page = pages_[level / kFan];
  page.occupied &= ~(emptied << level % kFan);
  if (page.occupied == 0) [[unlikely]]
    release_page(level / kFan);
}

// ---- Orders --------------------------------------------------------------------------------------------------------

inline std::uint32_t OrderBook::take_slot() {
  std::uint32_t slot = free_order_;
  if (slot != kNone) [[likely]] {
    free_order_ = orders_[slot].next;
  } else {
    slot = static_cast<std::uint32_t>(orders_.size());
    orders_.emplace_back();
    reserves_.emplace_back();
  }
  ++orders_[slot].generation;
  ++live_;
  return slot;
}

inline void OrderBook::release_slot(std::uint32_t slot) {
  Order& order = orders_[slot];
  ++order.generation;
  order.next = free_order_;
  free_order_ = slot;
  --live_;
}

// Slot 0 takes the writes that have no neighbour to go to, so that linking and unlinking need no branches.
inline void OrderBook::append(std::uint32_t slot, std::uint32_t at) {
  Level& level = levels_[at];
  Order& order = orders_[slot];
  order.level = at;
  order.prev = level.tail;
  order.next = kNone;
  orders_[level.tail].next = slot;
  level.head = select(level.tail == kNone, slot, level.head);
  level.tail = slot;
  level.lots += order.lots;
}

inline void OrderBook::unlink(std::uint32_t slot, Level& level) {
  const Order& order = orders_[slot];
  const std::uint32_t next = order.next, prev = order.prev;
  level.lots -= order.lots;
  orders_[prev].next = next;
  orders_[next].prev = prev;
  level.head = select(prev == kNone, next, level.head);
  level.tail = select(next == kNone, prev, level.tail);
}

inline void OrderBook::rest(std::uint32_t slot, base::Side side, base::Price price) {
  const std::uint32_t level = level_for(price);
  append(slot, level);
  pages_[level / kFan].occupied |= std::uint64_t{1} << level % kFan;
  Best& best = best_[index(side)];
  const bool better = base::sign(side) * (price.v - best.price) > 0;
  best.price = better ? price.v : best.price;
  best.level = better ? level : best.level;
}

inline std::int64_t OrderBook::cancel(OrderHandle handle) {
  if (!is_live(handle)) [[unlikely]]
    return 0;
  const Order& order = orders_[handle.slot];
  const std::int64_t removed = std::int64_t{order.lots} + hidden(handle.slot);
  unlink(handle.slot, levels_[order.level]);
  settle_level(order.level, side_of(order));
  release_slot(handle.slot);
  return removed;
}

inline Reject OrderBook::broken_rule(const NewOrder& order) const {
  if (order.lots <= 0 || order.lots > rules_.max_lots) [[unlikely]]
    return Reject::size;
  if (rules_.lot != 1 && (order.lots % rules_.lot != 0 || order.shown % rules_.lot != 0)) [[unlikely]]
    return Reject::off_lot;
  if (rules_.tick != 1 && order.type != OrderType::market && order.price.v % rules_.tick != 0) [[unlikely]]
    return Reject::off_tick;
  if (order.shown != 0) [[unlikely]] {
    const bool rests = order.type == OrderType::limit || order.type == OrderType::post_only;
    if (!rests || order.shown < 0 || order.shown > order.lots) return Reject::shown;
  }
  return Reject::none;
}

template <class OnFill, class OnSelfCancel>
std::int64_t OrderBook::match(std::uint32_t owner, base::Side side, std::int64_t limit, std::int64_t lots,
                              OnFill& on_fill, OnSelfCancel& on_self_cancel) {
  const Best& best = best_[index(base::opposite(side))];
  do {
    const std::uint32_t at = best.level;
    const base::Price price{static_cast<std::int32_t>(best.price)};
    Level& level = levels_[at];
    do {
      const std::uint32_t slot = level.head;
      Order& maker = orders_[slot];
      if (maker.owner == owner) [[unlikely]] {
        const SelfCancel removed{maker.tag, handle_of(slot), price, std::int64_t{maker.lots} + hidden(slot)};
        unlink(slot, level);
        release_slot(slot);
        on_self_cancel(removed);
        continue;
      }
      const std::uint32_t taken = static_cast<std::uint32_t>(std::min<std::int64_t>(lots, maker.lots));
      const Fill fill{{maker.owner}, maker.tag, handle_of(slot),
                      price,         taken,     std::int64_t{maker.lots} - taken + hidden(slot)};
      lots -= taken;
      if (taken < maker.lots) {
        maker.lots -= taken;
        level.lots -= taken;
      } else {
        unlink(slot, level);
        if (fill.remaining == 0) {
          release_slot(slot);
        } else {
          Reserve& reserve = reserves_[slot];
          maker.lots = std::min(reserve.peak, reserve.hidden);
          reserve.hidden -= maker.lots;
          append(slot, at);
        }
      }
      on_fill(fill);
    } while (lots > 0 && level.head != kNone);
    settle_level(at, base::opposite(side));
  } while (lots > 0 && crosses(side, limit));
  return lots;
}

template <class OnFill, class OnSelfCancel>
SubmitResult OrderBook::submit(const NewOrder& order, OnFill&& on_fill, OnSelfCancel&& on_self_cancel) {
  SubmitResult result;
  result.reject = broken_rule(order);
  if (result.reject != Reject::none) [[unlikely]]
    return result;
  const std::int64_t limit = order.type == OrderType::market ? base::sign(order.side) * (kBeyond - 1) : order.price.v;
  std::int64_t lots = order.lots;
  if (crosses(order.side, limit)) {
    if (order.type == OrderType::post_only) {
      result.reject = Reject::would_trade;
      return result;
    }
    if (order.type == OrderType::fok && !fillable(order.owner.v, order.side, limit, lots)) {
      result.reject = Reject::not_fillable;
      return result;
    }
    lots = match(order.owner.v, order.side, limit, lots, on_fill, on_self_cancel);
    result.filled = order.lots - lots;
    if (lots == 0) return result;
  } else if (order.type == OrderType::fok) {
    result.reject = Reject::not_fillable;
    return result;
  }
  if (order.type != OrderType::limit && order.type != OrderType::post_only) return result;

  const std::uint32_t slot = take_slot();
  Order& resting = orders_[slot];
  resting.owner = order.owner.v;
  resting.tag = order.tag;
  resting.lots = static_cast<std::uint32_t>(lots);
  resting.flags = static_cast<std::uint32_t>(order.side) | (order.type == OrderType::post_only ? kPostOnly : 0);
  if (order.shown != 0) [[unlikely]] {
    resting.flags |= kIceberg;
    resting.lots = static_cast<std::uint32_t>(std::min(lots, order.shown));
    reserves_[slot] = {static_cast<std::uint32_t>(lots) - resting.lots, static_cast<std::uint32_t>(order.shown)};
  }
  result.handle = {slot, resting.generation};
  result.resting = lots;
  rest(slot, order.side, order.price);
  return result;
}

template <class OnFill, class OnSelfCancel>
SubmitResult OrderBook::modify(OrderHandle handle, base::Price price, std::int64_t lots, OnFill&& on_fill,
                               OnSelfCancel&& on_self_cancel) {
  SubmitResult result;
  if (!is_live(handle)) {
    result.reject = Reject::stale;
    return result;
  }
  const std::uint32_t slot = handle.slot;
  Order& order = orders_[slot];
  const base::Side side = side_of(order);
  NewOrder wanted;
  wanted.price = price;
  wanted.lots = lots;
  result.reject = broken_rule(wanted);
  if (result.reject != Reject::none) return result;
  if ((order.flags & kPostOnly) != 0 && crosses(side, price.v)) {
    result.reject = Reject::would_trade;
    return result;
  }
  result.handle = handle;

  const std::int64_t open = std::int64_t{order.lots} + hidden(slot);
  Level& level = levels_[order.level];
  if (price == price_at(order.level) && lots <= open) {
    const std::int64_t from_hidden = std::min<std::int64_t>(open - lots, hidden(slot));
    const std::int64_t from_shown = open - lots - from_hidden;
    if (from_hidden != 0) reserves_[slot].hidden -= static_cast<std::uint32_t>(from_hidden);
    order.lots -= static_cast<std::uint32_t>(from_shown);
    level.lots -= from_shown;
    result.resting = lots;
    return result;
  }

  unlink(slot, level);
  settle_level(order.level, side);
  std::int64_t left = lots;
  if (crosses(side, price.v)) left = match(order.owner, side, price.v, lots, on_fill, on_self_cancel);
  result.filled = lots - left;
  result.resting = left;
  if (left == 0) {
    release_slot(slot);
    result.handle = {};
    return result;
  }
  order.lots = static_cast<std::uint32_t>(left);
  if ((order.flags & kIceberg) != 0) {
    Reserve& reserve = reserves_[slot];
    order.lots = std::min(reserve.peak, order.lots);
    reserve.hidden = static_cast<std::uint32_t>(left) - order.lots;
  }
  rest(slot, side, price);
  return result;
}

// ---- Observation ---------------------------------------------------------------------------------------------------

template <class Visit>
void OrderBook::for_each_level(base::Side side, std::size_t levels, Visit&& visit) const {
  std::uint32_t level = best_[index(side)].level;
  for (; levels > 0 && level != kNone; --levels, level = neighbour(level, away(side)))
    visit(price_at(level), levels_[level].lots);
}

template <class Visit>
void OrderBook::for_each_order(base::Side side, Visit&& visit) const {
  for (std::uint32_t level = best_[index(side)].level; level != kNone; level = neighbour(level, away(side))) {
    for (std::uint32_t slot = levels_[level].head; slot != kNone; slot = orders_[slot].next) {
      const Order& order = orders_[slot];
      visit(OrderView{handle_of(slot), {order.owner}, order.tag, side, price_at(level), order.lots, hidden(slot)});
    }
  }
}

}  // namespace haven::markets
