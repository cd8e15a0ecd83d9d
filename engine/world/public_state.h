// What everybody knows: the outside world's current values, each visible only from the moment of its news.
#pragma once

#include "engine/world/spec.h"

namespace haven::world {

/// Current values of the outside inputs. Levels, not paths: the future is not here.
struct PublicState {
  double policy_shift_bp = 0;    ///< expected policy path at the two-year node, change since the start
  double uncertainty = 0;        ///< VIX-like index, points
  double equity_log_return = 0;  ///< since the start
  double confidence_lost = 0;    ///< in [0, 1]: the public's belief, moved by dated news only
  double fiscal_index = 0;       ///< in units of the scenario's fiscal news
  double foreign_hedged_bp = 0;  ///< change of FX-hedged foreign ten-year yields over the ten-year Treasury's, since the start
  double news_intensity = 0;     ///< scheduled-news burst, decays: 0 in quiet, 1 at a major release

  bool operator==(const PublicState&) const = default;
};

/// Expected-rates part of a node's yield, change since the start, bp.
inline double policy_bp(const Beliefs& beliefs, const PublicState& now, std::size_t node) {
  return beliefs.policy_loading[node] * now.policy_shift_bp;
}

/// Premium the public requires of a node, bp, up to a constant: falls with fear while confidence holds, rises with lost
/// confidence, and with fiscal news. Source: docs/model.md, "Required premium".
inline double required_premium_bp(const Beliefs& beliefs, const PublicState& now, std::size_t node) {
  const double fear = now.uncertainty > beliefs.fear_threshold ? now.uncertainty - beliefs.fear_threshold : 0.0;
  return beliefs.premium_loading[node] *
         (-beliefs.fear_coefficient_bp * fear * (1.0 - now.confidence_lost) +
          beliefs.confidence_premium_bp * now.confidence_lost + beliefs.fiscal_premium_bp * now.fiscal_index);
}

/// The part of the required premium that belongs to Treasuries alone and leaves swaps where they are, bp.
inline double treasury_specific_premium_bp(const Beliefs& beliefs, const PublicState& now, std::size_t node) {
  return beliefs.treasury_specific_share * beliefs.premium_loading[node] *
         (beliefs.confidence_premium_bp * now.confidence_lost + beliefs.fiscal_premium_bp * now.fiscal_index);
}

}  // namespace haven::world
