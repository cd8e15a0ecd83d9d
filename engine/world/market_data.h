// What the venues publish: quotes, trades and what everybody can compute from them.
#pragma once

#include <array>
#include <cstdint>

#include "engine/world/spec.h"

namespace haven::world {

/// Five-minute samples in half an hour: over shorter moves a large tick hides or exaggerates volatility.
constexpr std::size_t kRecent = 6;

/// Public data of one book. Updated by the loop after every applied order.
/// Invariant: bid < ask when both are present.
struct MarketData {
  base::Price bid, ask;               ///< valid when has_bid, has_ask
  std::uint8_t has_bid = 0, has_ask = 0;
  std::int64_t bid_lots = 0, ask_lots = 0;
  double mid_ticks = 0;               ///< last mid of a two-sided book, ticks; kept while a side is empty
  double last_ticks = 0;              ///< price of the last trade
  std::int64_t volume_lots = 0;       ///< traded today
  std::int64_t signed_lots = 0;       ///< aggressive buys minus sells by others than principal trading firms, cumulative
  std::int64_t settlement_ticks = 0;  ///< last official settlement price (futures, spreadovers)
  double variance_bp2 = 0;            ///< EWMA of squared half-hour moves of the mid's yield, bp^2 a day
  std::array<double, kRecent> recent_bp{};  ///< yields at the last samples, ring; by night only the last counts
  std::uint8_t recent = 0;            ///< samples in it since the day or the night began
};

/// One dealer's stream for one off-the-run basket: yields it would deal at, bp. bid_bp > ask_bp (a buyer wants yield).
struct Stream {
  double bid_bp = 0, ask_bp = 0;
};

/// Public data of an off-the-run basket: composite of dealers' streams.
struct BasketData {
  double mid_bp = 0;            ///< median of dealers' stream mids
  double half_spread_bp = 0;    ///< half the gap of best bid and best ask over dealers; may be negative in a cross
  std::int64_t signed_face = 0; ///< customers' buys minus sells today, $
  std::int64_t volume_face = 0;
};

/// Public rates of the last funding morning.
struct FundingData {
  double sofr_pct = 0, tri_party_pct = 0, gcf_pct = 0, dvp_pct = 0, bilateral_pct = 0;
  double round_bp = 0;       ///< rate of the last round of repo in which anything was dealt, as DVP's; 0: no rounds yet
  double refused_bn = 0;
  double fails_bn = 0;       ///< face that was not delivered or returned that morning
  double defaults_seen = 0;  ///< defaulters that everybody has heard of; halves with each session
};

}  // namespace haven::world
