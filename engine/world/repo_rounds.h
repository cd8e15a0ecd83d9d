// What it is worth to wait for the next round of a morning's repo, to who needs cash and to who has it.
//
// Rule: the rate seen last is what everybody expects of the next round. Whether the own bid or offer finds somebody then, each
// judges by how it fared itself the last time; there is no screen of all that is wanted and offered (Paddrik, Young, Kahn,
// McCormick and Nguyen 2023: repo's segments do not see each other's prices).
#pragma once

#include <algorithm>

namespace haven::world {

/// Most that a borrower pays now, bp: what waiting would cost it. `way_out_bp` is what a dollar costs that is not found at all, `unfilled`
/// the share of its own bids of the last round that was not filled. Never over its way out.
constexpr double bid_before_the_last_round(double way_out_bp, double expected_bp, double unfilled) {
  return std::min(way_out_bp, expected_bp + unfilled * std::max(0.0, way_out_bp - expected_bp));
}

/// Least that a lender takes now, bp: what waiting would bring. `reservation_bp` is what it could not do without in any round, `unfilled` the share
/// of what it offered at no more than the rate in the last round, and could not place. Never under its reservation.
constexpr double ask_before_the_last_round(double reservation_bp, double expected_bp, double unfilled) {
  return reservation_bp + (1.0 - unfilled) * std::max(0.0, expected_bp - reservation_bp);
}

}  // namespace haven::world
