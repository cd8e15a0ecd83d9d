// A local map between price and yield, cheap enough for the hot loop.
#pragma once

#include "engine/base/math.h"
#include "engine/base/time.h"
#include "engine/instruments/bond.h"
#include "engine/instruments/futures.h"

namespace haven::instruments {

/// The second-order expansion of price in yield around an anchor:
///   price = anchor_price - dv01 x + convexity x^2 / 2,   x = yield - anchor_yield in bp,
/// up to the knee, half-way to the parabola's lowest point (165 bp above the anchor or more), and its tangent beyond it:
/// the price falls strictly with the yield everywhere, and the two directions are inverses of each other.
/// Invariants: dv01_points_per_bp > 0 and convexity_points_per_bp2 > 0.
/// Error of yield_bp against the exact yield: within 25 bp of the anchor below 0.001 bp (2y), 0.003 bp (10y), 0.025 bp
/// (30y); within 150 bp below 0.04 bp (2y), 0.75 bp (10y), 5.1 bp (30y at 4.3%), 8.5 bp (30y at 0.6%). It grows with the
/// cube of the distance, so anchor again after some 50 bp. Too cheap below the anchor's yield, too dear above it.
struct PriceAnchor {
  double anchor_price_points = 100;
  double anchor_yield_bp = 0;
  double dv01_points_per_bp = 0.01;
  double convexity_points_per_bp2 = 1e-8;

  /// Distance in bp above the anchor where the tangent takes over.
  double knee_bp() const { return 0.5 * dv01_points_per_bp / convexity_points_per_bp2; }

  double price_points(double yield_bp) const {
    const double x = yield_bp - anchor_yield_bp;
    const double knee = knee_bp();
    if (x > knee) return anchor_price_points - dv01_points_per_bp * (0.75 * knee + 0.5 * (x - knee));
    return anchor_price_points + x * (0.5 * convexity_points_per_bp2 * x - dv01_points_per_bp);
  }
  double yield_bp(double price_points) const {
    const double fall = anchor_price_points - price_points;
    const double knee = knee_bp();
    const double beyond = fall - 0.75 * dv01_points_per_bp * knee;
    if (beyond > 0.0) return anchor_yield_bp + knee + 2.0 * beyond / dv01_points_per_bp;
    // The root that does not cancel near the anchor: 2 c / (b + sqrt(b^2 - 2 a c)).
    const double under = dv01_points_per_bp * dv01_points_per_bp - 2.0 * convexity_points_per_bp2 * fall;
    return anchor_yield_bp + 2.0 * fall / (dv01_points_per_bp + base::sqrt(under));
  }
  /// Fall of the price per bp at a yield: the anchor's DV01 less convexity times the distance, half of it at the knee.
  double dv01_at(double yield_bp) const {
    const double x = yield_bp - anchor_yield_bp;
    const double knee = knee_bp();
    return dv01_points_per_bp - convexity_points_per_bp2 * (x < knee ? x : knee);
  }
};

/// Clean price against yield of a bond that settles on `settle`.
PriceAnchor anchor_bond(const Bond& bond, base::Date settle, double yield_bp);
/// Futures price against the forward yield of its cheapest-to-deliver: clean price at `delivery` over the factor.
/// The net basis (delivery option) is taken as zero; a price that carries one reads as a higher yield.
PriceAnchor anchor_future(const Deliverable& cheapest, base::Date delivery, double forward_yield_bp);
/// The same, anchored where the futures price is `futures_points`.
PriceAnchor anchor_future_at_price(const Deliverable& cheapest, base::Date delivery, double futures_points);

}  // namespace haven::instruments
