// The oracle of the order book's tests: the matching rules said as plainly as possible, over one list in order of time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/base/units.h"
#include "engine/markets/order_book.h"

namespace haven::markets::naive {

struct Resting {
  std::uint32_t owner, tag;
  base::Side side;
  std::int64_t price, shown, hidden, peak;  // peak 0: not an iceberg
  bool post_only;
};
struct Trade {
  std::uint32_t maker_tag;
  std::int64_t price, lots, remaining;
  bool operator==(const Trade&) const = default;
};
struct Outcome {
  Reject reject = Reject::none;
  std::int64_t filled = 0, resting = 0;
  std::vector<Trade> trades;
  std::vector<std::uint32_t> self_cancelled;  // tags
  bool operator==(const Outcome&) const = default;
};

/// Tags are unique. `queue` is in order of arrival; priority is (price, place in queue).
class Book {
 public:
  std::vector<Resting> queue;

  /// The next order that would trade against `side` at `limit`; queue.end() when none would.
  std::vector<Resting>::iterator next(base::Side side, std::int64_t limit) {
    auto best = queue.end();
    for (auto it = queue.begin(); it != queue.end(); ++it)
      if (it->side != side && base::sign(side) * (limit - it->price) >= 0)
        if (best == queue.end() || base::sign(side) * (best->price - it->price) > 0) best = it;
    return best;
  }

  void match(Resting taker, std::int64_t limit, bool rests, Outcome& out) {
    std::int64_t lots = taker.shown + taker.hidden;
    for (auto it = next(taker.side, limit); lots > 0 && it != queue.end(); it = next(taker.side, limit)) {
      if (it->owner == taker.owner) {
        out.self_cancelled.push_back(it->tag);
        queue.erase(it);
        continue;
      }
      const std::int64_t n = std::min(lots, it->shown);
      lots -= n, it->shown -= n, out.filled += n;
      out.trades.push_back({it->tag, it->price, n, it->shown + it->hidden});
      if (it->shown > 0) continue;
      Resting refreshed = *it;
      queue.erase(it);
      refreshed.shown = std::min(refreshed.peak, refreshed.hidden);
      refreshed.hidden -= refreshed.shown;
      if (refreshed.shown > 0) queue.push_back(refreshed);
    }
    if (lots == 0 || !rests) return;
    taker.shown = taker.peak == 0 ? lots : std::min(taker.peak, lots);
    taker.hidden = lots - taker.shown;
    out.resting = lots;
    queue.push_back(taker);
  }

  Outcome submit(const NewOrder& o) {
    const std::int64_t limit = o.type == OrderType::market ? base::sign(o.side) * (std::int64_t{1} << 40) : o.price.v;
    Outcome out;
    if (o.type == OrderType::post_only && next(o.side, limit) != queue.end())
      return out.reject = Reject::would_trade, out;
    if (o.type == OrderType::fok) {
      std::int64_t there = 0;
      for (const Resting& r : queue)
        if (r.side != o.side && r.owner != o.owner.v && base::sign(o.side) * (limit - r.price) >= 0)
          there += r.shown + r.hidden;
      if (there < o.lots) return out.reject = Reject::not_fillable, out;
    }
    match({o.owner.v, o.tag, o.side, o.price.v, o.lots, 0, o.shown, o.type == OrderType::post_only}, limit,
          o.type == OrderType::limit || o.type == OrderType::post_only, out);
    return out;
  }

  std::vector<Resting>::iterator find(std::uint32_t tag) {
    return std::find_if(queue.begin(), queue.end(), [&](const Resting& r) { return r.tag == tag; });
  }

  std::int64_t cancel(std::uint32_t tag) {
    const auto it = find(tag);
    if (it == queue.end()) return 0;
    const std::int64_t lots = it->shown + it->hidden;
    queue.erase(it);
    return lots;
  }

  Outcome modify(std::uint32_t tag, std::int64_t price, std::int64_t lots) {
    Outcome out;
    const auto it = find(tag);
    if (it == queue.end()) return out.reject = Reject::stale, out;
    if (it->post_only && next(it->side, price) != queue.end()) return out.reject = Reject::would_trade, out;
    if (price == it->price && lots <= it->shown + it->hidden) {
      it->shown = std::min(it->shown, lots);
      it->hidden = lots - it->shown;
      out.resting = lots;
      return out;
    }
    Resting moved = *it;
    queue.erase(it);
    moved.price = price, moved.shown = lots, moved.hidden = 0;
    match(moved, price, true, out);
    return out;
  }
};

}  // namespace haven::markets::naive
