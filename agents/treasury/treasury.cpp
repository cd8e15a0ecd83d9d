#include "agents/treasury/treasury.h"

#include <algorithm>

namespace haven::agents::treasury {

AuctionResult allot(std::vector<Bid> bids, std::int64_t offered_lots) {
  AuctionResult result;
  std::sort(bids.begin(), bids.end(), [](const Bid& a, const Bid& b) { return a.yield_bp != b.yield_bp ? a.yield_bp < b.yield_bp : a.name < b.name; });
  std::int64_t total = 0;
  for (const Bid& bid : bids) total += bid.lots;
  std::int64_t left = offered_lots;
  for (std::size_t i = 0; i < bids.size() && left > 0;) {
    std::size_t end = i;
    std::int64_t tied = 0;
    for (; end < bids.size() && bids[end].yield_bp == bids[i].yield_bp; ++end) tied += bids[end].lots;
    result.high_yield_bp = bids[i].yield_bp;
    const std::int64_t give = std::min(left, tied);
    std::int64_t given = 0;
    for (std::size_t j = i; j < end; ++j) {
      const std::int64_t part = j + 1 == end ? give - given : base::mul_div(give, bids[j].lots, tied);
      given += part;
      if (part > 0) result.awards.push_back({bids[j].bidder, part});
    }
    left -= give;
    i = end;
  }
  result.cover = offered_lots > 0 ? static_cast<double>(total) / static_cast<double>(offered_lots) : 0.0;
  return result;
}

}  // namespace haven::agents::treasury
