#include "engine/markets/piece_auction.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::markets {

void place_pieces(std::vector<PieceBid>& bids, bool bidders_buy, std::int32_t worst_ticks, std::int64_t offered) {
  HAVEN_CHECK(offered >= 0, "fewer than no lots are offered");
  const auto better = [&](std::int32_t a, std::int32_t b) { return bidders_buy ? a > b : a < b; };
  std::stable_sort(bids.begin(), bids.end(), [&](const PieceBid& a, const PieceBid& b) { return a.ticks != b.ticks ? better(a.ticks, b.ticks) : a.name < b.name; });
  std::size_t accepted = 0;
  for (; accepted < bids.size() && offered > 0 && !better(worst_ticks, bids[accepted].ticks); ++accepted) {
    bids[accepted].lots = std::min(bids[accepted].lots, offered);
    offered -= bids[accepted].lots;
  }
  bids.resize(accepted);
}

}  // namespace haven::markets
