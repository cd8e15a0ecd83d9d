// The Treasury: sells new debt at single-price auctions by calendar, pays coupons, keeps its cash at the Fed.
#pragma once

#include <vector>

#include "engine/base/random.h"
#include "engine/base/units.h"

namespace haven::agents::treasury {


struct Parameters {};

struct Office {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale); }
};

/// A competitive bid: `lots` at `yield_bp` or more.
struct Bid {
  base::InstitutionId bidder;
  std::uint64_t name = 0;
  double yield_bp = 0;
  std::int64_t lots = 0;
};
struct Award {
  base::InstitutionId bidder;
  std::int64_t lots = 0;
};
/// Result of a single-price auction: everyone pays the stop-out yield.
struct AuctionResult {
  double high_yield_bp = 0;
  double cover = 0;                       ///< bids over awards
  std::vector<Award> awards;
};
/// Lowest yields first; at the stop-out pro rata by lots, leftovers by name. Bids may fall short: then all are filled.
/// Source: 31 CFR 356.20 to 356.21.
AuctionResult allot(std::vector<Bid> bids, std::int64_t offered_lots);

}  // namespace haven::agents::treasury
