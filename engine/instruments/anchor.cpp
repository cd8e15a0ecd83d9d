#include "engine/instruments/anchor.h"

namespace haven::instruments {

PriceAnchor anchor_bond(const Bond& bond, base::Date settle, double yield_bp) {
  const RemainingFlows flows = remaining_flows(bond, settle);
  const PriceRisk risk = price_risk(flows, yield_bp);
  return {risk.dirty_points - flows.accrued_points, yield_bp, risk.dv01_points_per_bp, risk.convexity_points_per_bp2};
}

PriceAnchor anchor_future(const Deliverable& cheapest, base::Date delivery, double forward_yield_bp) {
  PriceAnchor anchor = anchor_bond(cheapest.bond, delivery, forward_yield_bp);
  const double factor = to_double(cheapest.factor);
  anchor.anchor_price_points /= factor;
  anchor.dv01_points_per_bp /= factor;
  anchor.convexity_points_per_bp2 /= factor;
  return anchor;
}

PriceAnchor anchor_future_at_price(const Deliverable& cheapest, base::Date delivery, double futures_points) {
  const double forward_clean = futures_points * to_double(cheapest.factor);
  return anchor_future(cheapest, delivery, yield_bp(remaining_flows(cheapest.bond, delivery), forward_clean));
}

}  // namespace haven::instruments
