#include "engine/markets/auction.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"

namespace haven::markets {
namespace {

constexpr std::int64_t kWhole = 10'000;  // hundredths of a percentage point in all of it

std::int64_t divided_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Cuts each bidder's bids, the highest yields first, to what may be awarded to one.
void cut_to_limit(std::vector<AuctionBid>& bids, std::int64_t most) {
  std::sort(bids.begin(), bids.end(), [](const AuctionBid& a, const AuctionBid& b) { return a.name != b.name ? a.name < b.name : a.yield_tenths < b.yield_tenths; });
  std::int64_t left = most;
  for (std::size_t i = 0; i < bids.size(); ++i) {
    if (i == 0 || bids[i].name != bids[i - 1].name) left = most;
    if (!bids[i].competitive) continue;
    bids[i].lots = std::min(bids[i].lots, left);
    left -= bids[i].lots;
  }
}

void give(AuctionResult& result, const AuctionBid& bid, std::int64_t lots) {
  if (lots <= 0) return;
  result.awards.push_back({bid.bidder, bid.from, lots});
  result.awarded_by_class[static_cast<std::size_t>(bid.from)] += lots;
  result.awarded_lots += lots;
}

}  // namespace

void AuctionBids::competitive(base::InstitutionId bidder, std::uint64_t name, BidderClass from, double yield_bp, std::int64_t lots) {
  if (lots > 0) list_.push_back({bidder, name, from, true, static_cast<std::int32_t>(std::floor(yield_bp * 10.0 + 0.5)), lots});
}

void AuctionBids::noncompetitive(base::InstitutionId bidder, std::uint64_t name, BidderClass from, std::int64_t lots) {
  if (lots > 0) list_.push_back({bidder, name, from, false, 0, lots});
}

void hold_auction(AuctionBids& book, std::int64_t offered_lots, AuctionResult& result) {
  HAVEN_CHECK(offered_lots > 0, "an auction of " + std::to_string(offered_lots) + " lots");
  auto& bids = book.list();
  result.awards.clear();
  result.awarded_by_class.fill(0);
  result.awarded_lots = 0;
  result.high_yield_bp = result.median_yield_bp = result.cover = result.share_at_high = 0;
  std::int64_t tendered = 0, noncompetitive = 0;
  for (const AuctionBid& bid : bids) {
    tendered += bid.lots;
    if (!bid.competitive) noncompetitive += bid.lots;
  }
  cut_to_limit(bids, offered_lots * kMostToOneBidderPct / 100);
  std::sort(bids.begin(), bids.end(), [](const AuctionBid& a, const AuctionBid& b) {
    if (a.competitive != b.competitive) return b.competitive;
    return a.yield_tenths != b.yield_tenths ? a.yield_tenths < b.yield_tenths : a.name < b.name;
  });
  // Without a competitive bid there is no yield to sell at.
  if (bids.empty() || !bids.back().competitive) return;
  const std::int64_t most_noncompetitive = offered_lots * kMostNoncompetitivePct / 100;
  std::size_t i = 0;
  for (; i < bids.size() && !bids[i].competitive; ++i) {
    give(result, bids[i], noncompetitive <= most_noncompetitive ? bids[i].lots : base::mul_div(bids[i].lots, most_noncompetitive, noncompetitive));
  }
  const std::int64_t before = result.awarded_lots;
  std::int32_t high_tenths = 0;
  std::size_t accepted_end = i;
  const std::size_t first = i;
  for (std::int64_t left = offered_lots - before; i < bids.size() && left > 0;) {
    std::size_t end = i;
    std::int64_t tied = 0;
    for (; end < bids.size() && bids[end].yield_tenths == bids[i].yield_tenths; ++end) tied += bids[end].lots;
    if (tied > 0) {
      high_tenths = bids[i].yield_tenths;
      const std::int64_t part = std::min(kWhole, divided_up(left * kWhole, tied));
      result.share_at_high = static_cast<double>(part) / static_cast<double>(kWhole);
      for (std::size_t j = i; j < end; ++j) {
        bids[j].lots = divided_up(bids[j].lots * part, kWhole);
        give(result, bids[j], bids[j].lots);
      }
      accepted_end = end;
      left -= tied;
    }
    i = end;
  }
  const std::int64_t half = divided_up(result.awarded_lots - before, 2);
  std::int64_t sum = 0;
  for (std::size_t j = first; j < accepted_end; ++j) {
    sum += bids[j].lots;
    if (sum < half) continue;
    result.median_yield_bp = static_cast<double>(bids[j].yield_tenths) / 10.0;
    break;
  }
  result.high_yield_bp = static_cast<double>(high_tenths) / 10.0;
  result.cover = result.awarded_lots > 0 ? static_cast<double>(tendered) / static_cast<double>(result.awarded_lots) : 0.0;
}

}  // namespace haven::markets
