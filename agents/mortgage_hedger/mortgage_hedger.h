// Mortgage hedgers: servicers and agencies whose assets lengthen as yields rise; they pay fixed and sell ten-year
// futures to keep duration constant. Rule: hedge = convexity x (ten-year yield - slow reference) (docs/model.md).
#pragma once

#include "engine/world/program.h"

namespace haven::agents::mortgage_hedger {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double convexity_bn_per_bp = 0;  ///< ten-year equivalents sold per bp rise, whole population
  double reference_days = 0;  ///< half-life of the reference yield (new mortgages at new rates)
  double speed_per_day = 0;
  double swap_share = 0;  ///< hedged by paying fixed; the rest in futures
  int looks_per_day = 0;
  double child_bn = 0;  ///< largest single request or order, ten-year equivalents, $bn
  double tolerance_bp = 0;  ///< worst yield accepted against the market's mid
};

struct Hedger : world::Client {
  double reference_bp = 0;
  double hedged_bn = 0;                   ///< sold since the start, ten-year equivalents

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, reference_bp, hedged_bn); }
};

/// The morning's decision: what to buy and sell today, and the first look.
void plan(const world::View& view, const Parameters& p, Hedger& hedger, world::Intents& out);
/// One look: a slice of the program.
void wake(const world::View& view, const Parameters& p, Hedger& hedger, world::Intents& out);

}  // namespace haven::agents::mortgage_hedger
