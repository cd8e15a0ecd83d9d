#include "engine/markets/order_book.h"

#include <fmt/format.h>

namespace haven::markets {

OrderBook::OrderBook(const BookRules& rules) : rules_(rules) {
  HAVEN_CHECK(rules.tick >= 1 && rules.lot >= 1 && rules.max_lots >= rules.lot,
              fmt::format("book rules: tick {}, lot {}, max_lots {}", rules.tick, rules.lot, rules.max_lots));
  best_[index(base::Side::buy)].price = -kBeyond;
  best_[index(base::Side::sell)].price = kBeyond;
  orders_.resize(1);
  reserves_.resize(1);
  pages_.resize(1);
  levels_.resize(kFan);
  nodes_.resize(1);
  root_ = take_node(kNone, 0);
}

void OrderBook::reserve(std::size_t orders, std::size_t pages) {
  orders_.reserve(orders + 1);
  reserves_.reserve(orders + 1);
  pages_.reserve(pages + 1);
  levels_.reserve((pages + 1) * kFan);
  // Lowest nodes: no more than pages, nor than cover 64^3 prices wherever these start. Above: at most two a height.
  nodes_.reserve(9 + std::min<std::size_t>(pages, kFan + 2));
}

// ---- The tree of pages ---------------------------------------------------------------------------------------------

std::uint32_t OrderBook::take_node(std::uint32_t parent, std::uint32_t place) {
  std::uint32_t node = free_node_;
  if (node != kNone) {
    free_node_ = nodes_[node].parent;
  } else {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  nodes_[node].parent = parent;
  nodes_[node].place = place;
  return node;
}

void OrderBook::release_node(std::uint32_t node) {
  nodes_[node].parent = free_node_;
  nodes_[node].place = 0;
  free_node_ = node;
}

std::uint32_t OrderBook::make_level(base::Price price) {
  if (nodes_[root_].occupied == 0) {
    root_shift_ = kMinShift;
    origin_ = std::int64_t{price.v} - kCentre;
    root_prefix_ = key(price) >> root_shift_;
  }
  const std::uint64_t k = key(price);
  while (k >> root_shift_ != root_prefix_) {
    HAVEN_CHECK(root_shift_ < kMaxShift, "the tree of price pages has outgrown the range of prices");
    const std::uint32_t place = static_cast<std::uint32_t>(root_prefix_ % kFan);
    const std::uint32_t root = take_node(kNone, 0);
    nodes_[root].occupied = std::uint64_t{1} << place;
    nodes_[root].child[place] = root_;
    nodes_[root_].parent = root;
    nodes_[root_].place = place;
    root_ = root;
    root_prefix_ >>= kFanBits;
    root_shift_ += kFanBits;
  }
  std::uint32_t node = root_;
  for (unsigned shift = root_shift_ - kFanBits;; shift -= kFanBits) {
    const std::uint32_t place = static_cast<std::uint32_t>((k >> shift) % kFan);
    std::uint32_t child = nodes_[node].child[place];
    if (shift == kFanBits) {
      if (child == kNone) {
        child = free_page_;
        if (child != kNone) {
          free_page_ = pages_[child].parent;
        } else {
          child = static_cast<std::uint32_t>(pages_.size());
          HAVEN_CHECK(child < std::numeric_limits<std::uint32_t>::max() / kFan, "too many price pages");
          pages_.emplace_back();
          levels_.resize(levels_.size() + kFan);
        }
        pages_[child].parent = node;
        pages_[child].place = place;
        pages_[child].base = static_cast<std::uint32_t>(price.v) - static_cast<std::uint32_t>(k % kFan);
        nodes_[node].child[place] = child;
        nodes_[node].occupied |= std::uint64_t{1} << place;
      }
      return child * kFan + static_cast<std::uint32_t>(k % kFan);
    }
    if (child == kNone) {
      child = take_node(node, place);
      nodes_[node].child[place] = child;
      nodes_[node].occupied |= std::uint64_t{1} << place;
    }
    node = child;
  }
}

void OrderBook::release_page(std::uint32_t page) {
  std::uint32_t node = pages_[page].parent, place = pages_[page].place;
  pages_[page] = {};
  pages_[page].parent = free_page_;
  free_page_ = page;
  while (true) {
    nodes_[node].child[place] = kNone;
    nodes_[node].occupied &= ~(std::uint64_t{1} << place);
    if (nodes_[node].occupied != 0 || node == root_) break;
    const std::uint32_t emptied = node;
    place = nodes_[node].place;
    node = nodes_[node].parent;
    release_node(emptied);
  }
  // A root with one child is a needless step on every way down.
  while (root_shift_ > kMinShift && std::has_single_bit(nodes_[root_].occupied)) {
    const std::uint32_t old = root_;
    const std::uint32_t only = static_cast<std::uint32_t>(std::countr_zero(nodes_[old].occupied));
    root_ = nodes_[old].child[only];
    nodes_[root_].parent = kNone;
    nodes_[root_].place = 0;
    root_prefix_ = root_prefix_ << kFanBits | only;
    root_shift_ -= kFanBits;
    nodes_[old].child[only] = kNone;
    nodes_[old].occupied = 0;
    release_node(old);
  }
}

// ---- Observation ---------------------------------------------------------------------------------------------------

bool OrderBook::fillable(std::uint32_t owner, base::Side side, std::int64_t limit, std::int64_t lots) const {
  const base::Side other = base::opposite(side);
  for (std::uint32_t level = best_[index(other)].level; level != kNone; level = neighbour(level, away(other))) {
    if (base::sign(side) * (limit - price_at(level).v) < 0) return false;
    for (std::uint32_t slot = levels_[level].head; slot != kNone; slot = orders_[slot].next) {
      if (orders_[slot].owner == owner) continue;
      lots -= std::int64_t{orders_[slot].lots} + hidden(slot);
      if (lots <= 0) return true;
    }
  }
  return false;
}

std::int64_t OrderBook::depth_lots(base::Side side, std::size_t levels) const {
  std::int64_t sum = 0;
  for_each_level(side, levels, [&](base::Price, std::int64_t lots) { sum += lots; });
  return sum;
}

std::int64_t OrderBook::lots_within(base::Side side, base::Ticks distance) const {
  const Best& best = best_[index(side)];
  std::int64_t sum = 0;
  for (std::uint32_t level = best.level; level != kNone; level = neighbour(level, away(side))) {
    if (base::sign(side) * (best.price - price_at(level).v) > distance.v) break;
    sum += levels_[level].lots;
  }
  return sum;
}

std::int64_t OrderBook::level_lots(base::Side side, base::Price price) const {
  const std::uint32_t level = find_level(price);
  return side_of(orders_[levels_[level].head]) == side ? levels_[level].lots : 0;
}

std::optional<std::int64_t> OrderBook::queue_ahead(OrderHandle handle) const {
  if (!is_live(handle)) return std::nullopt;
  std::int64_t sum = 0;
  for (std::uint32_t slot = orders_[handle.slot].prev; slot != kNone; slot = orders_[slot].prev)
    sum += orders_[slot].lots;
  return sum;
}

std::optional<OrderView> OrderBook::find(OrderHandle handle) const {
  if (!is_live(handle)) return std::nullopt;
  const Order& order = orders_[handle.slot];
  return OrderView{handle,     {order.owner},      order.tag, side_of(order), price_at(order.level),
                   order.lots, hidden(handle.slot)};
}

// ---- The book's own check ------------------------------------------------------------------------------------------

std::string OrderBook::fault() const {
  if (rules_.tick < 1 || rules_.lot < 1 || rules_.max_lots < rules_.lot) return "its rules cannot hold";
  if (orders_.empty() || reserves_.size() != orders_.size()) return "the order pool has no size";
  if (pages_.empty() || levels_.size() != pages_.size() * kFan) return "the level pool has no size";
  if (nodes_.size() < 2 || root_ == kNone || root_ >= nodes_.size()) return "the tree has no root";
  if (root_shift_ < kMinShift || root_shift_ > kMaxShift || root_shift_ % kFanBits != 0)
    return "the tree has no height";
  // A book that never held an order has no origin yet.
  const bool fresh = live_ == 0 && origin_ == 0;
  if (!fresh && (origin_ > std::numeric_limits<std::int32_t>::min() || origin_ < -2 * kCentre)) return "the origin is out of range";
  if (orders_[kNone].generation != 0 || orders_[kNone].flags != 0) return "order 0 is in use";
  if (nodes_[root_].parent != kNone) return "the root has a parent";

  std::vector<std::uint8_t> order_seen(orders_.size()), page_seen(pages_.size()), node_seen(nodes_.size());
  order_seen[kNone] = page_seen[kNone] = node_seen[kNone] = 1;

  // Down the tree, lowest price first. A visit is a node, the first key it covers and how many prices lie below it.
  struct Visit {
    std::uint32_t node;
    std::uint64_t first;
    unsigned shift;
  };
  std::vector<Visit> stack{{root_, root_prefix_ << root_shift_, root_shift_}};
  std::vector<std::uint32_t> level_order;  // ascending in price
  if (root_prefix_ >= std::uint64_t{1} << (kMaxShift - root_shift_)) return "the root's prefix is out of range";
  node_seen[root_] = 1;
  while (!stack.empty()) {
    const Visit at = stack.back();
    stack.pop_back();
    if (at.node == kNone) return "the tree reaches node 0";
    const unsigned shift = at.shift - kFanBits;
    const Node& node = nodes_[at.node];
    if (node.occupied == 0 && at.node != root_) return fmt::format("node {} is empty", at.node);
    std::vector<Visit> below;
    for (std::uint32_t place = 0; place < kFan; ++place) {
      const std::uint32_t child = node.child[place];
      if ((node.occupied >> place & 1) != (child != kNone ? 1U : 0U))
        return fmt::format("node {} miscounts its children", at.node);
      if (child == kNone) continue;
      const std::uint64_t first = at.first + (std::uint64_t{place} << shift);
      if (shift > kFanBits) {
        if (child >= nodes_.size() || node_seen[child]) return fmt::format("node {} is reached twice", child);
        node_seen[child] = 1;
        if (nodes_[child].parent != at.node || nodes_[child].place != place)
          return fmt::format("node {} does not know its parent", child);
        below.push_back({child, first, shift});
        continue;
      }
      if (child >= pages_.size() || page_seen[child]) return fmt::format("page {} is reached twice", child);
      page_seen[child] = 1;
      const Page& page = pages_[child];
      if (page.parent != at.node || page.place != place) return fmt::format("page {} does not know its parent", child);
      if (page.occupied == 0) return fmt::format("page {} is empty", child);
      if (page.base != static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(origin_)))
        return fmt::format("page {} has another price", child);
      for (std::uint32_t i = 0; i < kFan; ++i) {
        const std::uint32_t level = child * kFan + i;
        const std::int64_t price = static_cast<std::int64_t>(first + i) + origin_;
        if ((page.occupied >> i & 1) != (levels_[level].head != kNone ? 1U : 0U))
          return fmt::format("page {} miscounts its levels", child);
        if (levels_[level].head == kNone) continue;
        if (price != price_at(level).v) return fmt::format("level {} lies off the grid", level);
        level_order.push_back(level);
      }
    }
    stack.insert(stack.end(), below.rbegin(), below.rend());
  }

  // The queues.
  std::uint64_t live = 0;
  std::uint32_t best_bid = kNone, best_ask = kNone;
  for (const std::uint32_t at : level_order) {
    const Level& level = levels_[at];
    std::int64_t sum = 0;
    std::uint32_t prev = kNone;
    for (std::uint32_t slot = level.head; slot != kNone; prev = slot, slot = orders_[slot].next) {
      if (slot >= orders_.size() || order_seen[slot]) return fmt::format("order {} is reached twice", slot);
      order_seen[slot] = 1;
      const Order& order = orders_[slot];
      if (order.prev != prev || order.level != at) return fmt::format("order {} does not know its queue", slot);
      if ((order.generation & 1U) == 0 || order.flags > (kSell | kIceberg | kPostOnly))
        return fmt::format("order {} is not in use", slot);
      if (order.lots == 0 || std::int64_t{order.lots} + hidden(slot) > rules_.max_lots)
        return fmt::format("order {} has no size", slot);
      if ((order.flags & kIceberg) != 0 && order.lots > reserves_[slot].peak)
        return fmt::format("order {} displays more than it may", slot);
      if (side_of(order) != side_of(orders_[level.head])) return fmt::format("level {} holds both sides", at);
      sum += order.lots;
      ++live;
    }
    if (level.tail != prev) return fmt::format("level {} does not know its last order", at);
    if (level.lots != sum) return fmt::format("level {} miscounts its lots", at);
    if (side_of(orders_[level.head]) == base::Side::buy) {
      if (best_ask != kNone) return "the book is crossed";
      best_bid = at;
    } else if (best_ask == kNone) {
      best_ask = at;
    }
  }
  if (live != live_) return "the live orders are miscounted";
  const Best& bid = best_[index(base::Side::buy)];
  const Best& ask = best_[index(base::Side::sell)];
  if (bid.level != best_bid || bid.price != (best_bid != kNone ? std::int64_t{price_at(best_bid).v} : -kBeyond))
    return "the best bid is wrong";
  if (ask.level != best_ask || ask.price != (best_ask != kNone ? std::int64_t{price_at(best_ask).v} : kBeyond))
    return "the best ask is wrong";

  // The free lists hold all the rest, wiped.
  for (std::uint32_t slot = free_order_; slot != kNone; slot = orders_[slot].next) {
    if (slot >= orders_.size() || order_seen[slot]) return fmt::format("free order {} is reached twice", slot);
    order_seen[slot] = 1;
    if ((orders_[slot].generation & 1U) != 0) return fmt::format("free order {} is in use", slot);
  }
  for (std::uint32_t page = free_page_; page != kNone; page = pages_[page].parent) {
    if (page >= pages_.size() || page_seen[page]) return fmt::format("free page {} is reached twice", page);
    page_seen[page] = 1;
    if (pages_[page].occupied != 0) return fmt::format("free page {} is in use", page);
    for (std::uint32_t i = 0; i < kFan; ++i)
      if (levels_[page * kFan + i] != Level{}) return fmt::format("free page {} is not wiped", page);
  }
  for (std::uint32_t node = free_node_; node != kNone; node = nodes_[node].parent) {
    if (node >= nodes_.size() || node_seen[node]) return fmt::format("free node {} is reached twice", node);
    node_seen[node] = 1;
    if (nodes_[node].occupied != 0 || nodes_[node].child != Node{}.child)
      return fmt::format("free node {} is not wiped", node);
  }
  const auto all = [](const std::vector<std::uint8_t>& seen) {
    return std::find(seen.begin(), seen.end(), 0) == seen.end();
  };
  if (!all(order_seen) || !all(page_seen) || !all(node_seen)) return "a pool has lost an entry";
  for (std::uint32_t i = 0; i < kFan; ++i)
    if (levels_[i] != Level{}) return "page 0 is in use";
  // In an occupied page the levels without orders are wiped too, or the next order there would inherit lots.
  for (const Level& level : levels_)
    if (level.head == kNone && level != Level{}) return "an empty level is not wiped";
  return {};
}

}  // namespace haven::markets
