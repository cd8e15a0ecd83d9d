// What the flow of the many has in common, whether it goes to a book or to dealers: its clock, its parents, its signs.
#pragma once

#include "engine/base/random.h"
#include "engine/world/view.h"

namespace haven::world {

/// Intensity of orders relative to the New York day's mean: U-shape with bursts at 08:30, 10:00, 13:00 and 15:00 and at
/// news; at night `night_rate`, twice that in London's morning.
double intensity_of_hour(const View& view, double night_rate);

/// Arrivals that bring about others (Hawkes process with an exponential kernel).
struct SelfExcitation {
  double share = 0;          ///< arrivals that an arrival brings about on average, in [0, 1)
  double half_life_min = 0;  ///< over which it does
};

/// What earlier arrivals still bring about.
struct Excess {
  double per_minute = 0;     ///< at the last arrival
  base::Time since;          ///< of the last arrival

  template <class Archive>
  void fields(Archive& archive) { archive(per_minute, since); }
};

/// Minutes from an arrival now to the next, with `per_minute` arrivals on average. Exact while that rate stands, by inversion
/// (Dassios and Zhao 2013, algorithm 3.1).
double next_arrival_min(base::Draws& draws, const SelfExcitation& p, double per_minute, base::Time now, Excess& excess);

/// Volatility of a book over calm, half realised and half implied: the multiple that volume follows.
double volatility_multiple(const View& view, double implied_elasticity, std::size_t book);

/// How large parent orders are: Pareto, so that signs have long memory (Lillo and Farmer 2004).
struct ParentSizes {
  double mean_bn = 0;   ///< ten-year equivalents
  double tail = 0;      ///< Pareto index
};

/// A new parent, signed lots of something of `ten_year_equivalent`. It buys with chance 1/2 - 0.4 `lean`, within [.05, .95].
std::int64_t draw_parent(base::Draws& draws, const ParentSizes& sizes, double ten_year_equivalent, double lean);

/// Side of an order that stands for `fidelity` independent ones, whose net is smaller than their sum: signs alternate just so
/// often that a day's net has the variance it has at market scale. (1 + m)/(1 - m) = 1/fidelity.
/// `lean` in [-1, 1] takes 0.4 of itself from the chance of a buy.
base::Side draw_side(base::Draws& draws, double fidelity, double lean, std::int32_t& last_sign);

}  // namespace haven::world
