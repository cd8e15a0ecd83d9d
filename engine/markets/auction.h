// A single-price Treasury auction: bids in, one yield and awards out. Source: 31 CFR 356 (Uniform Offering Circular).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/units.h"

namespace haven::markets {

/// How a bid reaches the Treasury; only reported.
enum class BidderClass : std::uint8_t { primary_dealer, direct, indirect, count };

/// `lots` of $100,000 at `yield_tenths` (0.1 bp, the three decimals of 356.12(c)) or more; a non-competitive bid names no yield.
struct AuctionBid {
  base::InstitutionId bidder;
  std::uint64_t name = 0;  ///< stable key of the bidder's name: ties and roundings do not depend on ids
  BidderClass from = BidderClass::indirect;
  bool competitive = true;
  std::int32_t yield_tenths = 0;
  std::int64_t lots = 0;
};

/// Invariant: cleared before each auction; never reallocates after warm-up.
class AuctionBids {
 public:
  void reserve(std::size_t n) { list_.reserve(n); }
  void clear() { list_.clear(); }
  std::vector<AuctionBid>& list() { return list_; }
  const std::vector<AuctionBid>& list() const { return list_; }
  /// Rounds the yield to the nearest 0.1 bp. Bids of no lots are no bids.
  void competitive(base::InstitutionId bidder, std::uint64_t name, BidderClass from, double yield_bp, std::int64_t lots);
  void noncompetitive(base::InstitutionId bidder, std::uint64_t name, BidderClass from, std::int64_t lots);

 private:
  std::vector<AuctionBid> list_;
};

struct AuctionAward {
  base::InstitutionId bidder;
  BidderClass from = BidderClass::indirect;
  std::int64_t lots = 0;
};

struct AuctionResult {
  double high_yield_bp = 0;     ///< stop-out: everybody pays it; 0 when nobody bid a yield
  double median_yield_bp = 0;   ///< half of the accepted competitive amount was bid at or below it
  double cover = 0;             ///< tendered over awarded
  double share_at_high = 0;     ///< of each bid at the high yield that is awarded, rounded up to 0.0001
  std::int64_t awarded_lots = 0;
  std::array<std::int64_t, static_cast<std::size_t>(BidderClass::count)> awarded_by_class{};
  std::vector<AuctionAward> awards;  ///< one an accepted bid, non-competitive first, then by yield and name
};

constexpr std::int64_t kMostToOneBidderPct = 35;       ///< 356.22(b), with no net long position
constexpr std::int64_t kMostNoncompetitivePct = 50;    ///< leaves "a fair determination of the yield", 356.20(a)(1); the number is chosen

/// Non-competitive bids in full, then competitive ones from the lowest yield up; at the high yield each gets the same percentage,
/// rounded up (356.20(a)), so that awards may exceed the offering by a lot a bid. Bids may fall short: then all are filled.
/// Without a competitive bid nothing is sold.
/// Sorts `bids`; overwrites `result`. Requires offered_lots > 0.
void hold_auction(AuctionBids& bids, std::int64_t offered_lots, AuctionResult& result);

}  // namespace haven::markets
