// Central counterparties: they novate, call margin and, when a member cannot pay, take its positions over, close them out
// through the venues in slices, and share the loss by their own waterfall. FICC has no separate default fund.
#pragma once

#include <string>
#include <vector>

#include "engine/world/program.h"

namespace haven::agents::central_counterparty {

/// What stands behind one house after the defaulter's margin.
struct Resources {
  std::string name;
  double own_capital_bn = 0;       ///< skin in the game, before mutualisation
  double default_fund_bn = 0;      ///< prefunded by members; zero at FICC
  double assessment_multiple = 0;  ///< of each member's contribution (at FICC: of own capital, over all members), once the fund is used
};

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  std::vector<Resources> resources;  ///< by index in kind
  double close_out_hours = 0;        ///< over which a defaulter's positions are closed
  double slice_minutes = 0;
  double child_bn = 0;
  double tolerance_bp = 0;
};

/// Invariant: outside default management the program is empty, and `gain` and `traded` are zero.
struct House : world::Client {
  base::Money own_used, fund_used, assessed;  ///< since the start
  // The pool of the defaults under management.
  base::Money gain;    ///< marks of the positions taken over
  base::Money traded;  ///< money for bonds sold less bonds bought in closing swaps
  base::Time until;    ///< when the positions should be closed
  base::Time auction;  ///< when they are auctioned, or were; no order is sent before
  base::Time slice;    ///< when the next slice is due: a wake at another time is left from accounts that have been closed
  std::uint8_t managing = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(self, draws, scale, program, own_used, fund_used, assessed, gain, traded, until, auction, slice, managing);
  }
};

/// Sends the slice that is due and asks for the next while anything is left.
void wake(const world::View& view, const Parameters& p, House& house, world::Intents& out);
/// A package was dealt: its bond leg goes back to the market.
void on_package(House& house, std::size_t tenor, base::Side side, std::int64_t lots);

/// How a loss left by a member is shared.
struct Waterfall {
  base::Money own_capital, default_fund, assessments, uncovered;
};
/// Requires loss >= 0, after the defaulter's margin. `used`: what earlier losses took. Order: own capital, the fund, assessments.
Waterfall waterfall(const Resources& resources, const House& used, base::Money loss);

}  // namespace haven::agents::central_counterparty
