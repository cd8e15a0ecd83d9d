// Noise and hedging flow: small orders, most of them with no memory, some of them slices of large parent orders whose
// sizes are Pareto distributed, so that signs have long memory (Lillo and Farmer 2004). Volume rises with volatility;
// the net imbalance much less, because parents arrive at a rate that rises with a smaller exponent.
#pragma once

#include <array>

#include "engine/base/random.h"
#include "engine/world/intents.h"
#include "engine/world/order_flow.h"

namespace haven::agents::noise {

constexpr std::size_t kParents = 4;

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double child_bn = 0;  ///< an order at fidelity 1; scales with fidelity
  double parent_share = 0;  ///< share of calm volume that belongs to parents
  world::ParentSizes parents;
  double volume_elasticity = 0;  ///< of gross volume to believed volatility
  double net_elasticity = 0;  ///< of parents' volume to believed volatility
  double implied_elasticity = 0;  ///< of implied volatility to the uncertainty index
  world::SelfExcitation arrivals;
  double night_rate = 0;  ///< arrival intensity at night relative to the day's mean
  double queue_share = 0;  ///< an order takes at most this share of the best queue
  double band_ticks = 0;  ///< never trades further than this through the best price
  double substitution_bp = 0;  ///< a future this much cheaper than usual against its bonds, or a bond against its future, draws all the parents that can choose
  double usual_gap_minutes = 0;  ///< memory of that usual gap
  double inventory_scale_bn = 0;  ///< parents lean against own inventory of this size, ten-year equivalents
};

/// What a trader takes from volatility alone; good as long as both inputs stand. Not part of the saved state.
struct Reading {
  double variance_bp2 = -1, uncertainty = -1;  ///< the inputs it was made from; no market has these
  double gross = 0;                            ///< multiple of the calm day's volume
  double parents = 0;                          ///< the parents' share of volume, on the calm day's
  std::size_t twin = 0;                        ///< of a bond: the book of the contract that most of it goes into; kOutrightBooks: none
};

struct Trader {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  std::uint32_t book = 0;
  std::array<std::int64_t, kParents> left_lots{};  ///< signed remainder of each parent
  std::int64_t start_lots = 0;                     ///< opening inventory: what it leans towards
  std::uint8_t started = 0;
  double slice_lots = 0;                           ///< average size lately sent
  double usual_gap_bp = 0;                         ///< the book's yield over that of what has the same cash flows, slow average
  std::int32_t last_sign = 0;                      ///< of the last order without a parent
  world::Excess excess;                            ///< arrivals that earlier ones bring about
  std::int64_t carried_lots = 0;                   ///< signed part of orders the queue was too thin for
  std::int64_t ahead_lots = 0;                     ///< of parents, traded in work-ups before their slices' time
  Reading reading;

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, book, left_lots, start_lots, started, slice_lots, usual_gap_bp, last_sign, excess, carried_lots, ahead_lots); }
};

/// Drops what was computed under another description of the market or other parameters.
inline void forget(Trader& trader) { trader.reading = {}; }
void wake(const world::View& view, const Parameters& p, Trader& trader, world::Intents& out);

/// What it wants more of at the price of a work-up in its book, signed lots: as the taker all that it has left to trade on that side,
/// else what it has left on balance. Where the price is fixed nothing is gained by slicing.
std::int64_t joins(const Trader& trader, base::Side taker_side, bool taker);
/// That much of it traded; slices that were to come are not sent.
void worked_up(Trader& trader, base::Side side, std::int64_t lots);
/// That much of an order that it had sent did not.
inline void unfilled(Trader& trader, base::Side side, std::int64_t lots) { trader.carried_lots += base::sign(side) * lots; }

}  // namespace haven::agents::noise
