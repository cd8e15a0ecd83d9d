// Swap-spread funds: long Treasuries in repo, paying fixed, because they believe that balance-sheet relief will make
// swap spreads less negative. They lose when swap minus Treasury becomes more negative.
//
// Rule: wanted position = start + elasticity x (believed - market spread); never above what capital carries at the
// realised volatility of the spread; a drawdown stop sells a share of the position (docs/model.md).
#pragma once

#include "engine/world/program.h"

namespace haven::agents::swap_spread_fund {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double elasticity_bn_per_bp = 0;  ///< whole population, ten-year equivalents per bp of spread
  double relief_belief_bp = 0;  ///< believed further rise of the spread beyond the start
  double stop_drawdown = 0;  ///< of peak capital
  double stop_cut = 0;  ///< share of the position sold a day while stopped
  double adjust_per_day = 0;
  double risk_capital_sigmas = 0;  ///< capital must carry this many daily sigmas of the spread
  double buffer = 0;  ///< cash kept per dollar of position
  int looks_per_day = 0;
  double child_bn = 0;
  double tolerance_bp = 0;
};

struct Fund : world::Client {
  world::Nodes start_bn{};                ///< packages at the start, $bn notional
  double stopped_bn = 0;                  ///< sold by stops since the start, ten-year equivalents
  std::uint8_t started = 0, stopped = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, start_bn, stopped_bn, started, stopped); }
};

void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
/// A clearing house has called within the day: what its cash does not cover it starts to sell for. (The sale settles tomorrow.)
void on_call(const world::View& view, Fund& fund);

}  // namespace haven::agents::swap_spread_fund
