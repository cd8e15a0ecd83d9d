// Basis funds: long the deliverable basket in repo, short the future, by implied repo minus financing.
//
// Rule: wanted position = start + elasticity x (implied repo - financing - start carry), never above
// W / (haircut + margin + buffer) (Barth and Kahn; Brunnermeier and Pedersen 2009); what no longer fits is sold at a
// speed bounded by market volume; a desk stop-loss cuts the position (docs/model.md, "Basis funds").
#pragma once

#include "engine/world/program.h"

namespace haven::agents::basis_fund {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double elasticity_bn_per_bp = 0;  ///< whole population, per bp of implied repo over financing
  double buffer = 0;  ///< cash kept per dollar of position against margin calls
  double slack = 0;  ///< share of the maximum position left unused in calm
  double adjust_per_day = 0;  ///< share of the gap to the wanted position traded in a day
  double participation = 0;  ///< of the contract's volume when it must sell
  double stop_loss = 0;  ///< of starting capital, the median fund's; at it the desk halves its limit
  double stop_dispersion = 0;  ///< standard deviation of the logarithm of a fund's own over the median
  int looks_per_day = 0;
  double child_bn = 0;
  double tolerance_bp = 0;
};

struct Fund : world::Client {
  std::array<double, world::kContracts> start_bn{};       ///< position at the start by contract, $bn face of the basket
  std::array<double, world::kListings> start_carry_pct{};
  double forced_bn = 0;                                   ///< sold because it no longer fitted, since the start
  double stop_loss = 0;                              ///< its own
  std::uint8_t started = 0, stopped = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, start_bn, start_carry_pct, forced_bn, stop_loss, started, stopped); }
};

void plan(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
void wake(const world::View& view, const Parameters& p, Fund& fund, world::Intents& out);
/// A clearing house has called within the day: what its cash does not cover it starts to sell for. (The sale settles tomorrow.)
void on_call(const world::View& view, const Parameters& p, Fund& fund);
/// The cash leg traded: the futures leg follows at once.
void on_cash_leg(const world::View& view, Fund& fund, std::size_t security, base::Side side, std::int64_t lots, world::Intents& out);

}  // namespace haven::agents::basis_fund
