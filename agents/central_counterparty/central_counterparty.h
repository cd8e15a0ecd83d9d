// Central counterparties: they novate, call margin and, when a member cannot pay, use what it left, then the sponsor's
// guarantee or the default fund, then their own capital. FICC has no separate default fund.
#pragma once

#include "engine/base/units.h"
#include "engine/base/random.h"

namespace haven::agents::central_counterparty {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double own_capital_bn = 0;  ///< skin in the game, before mutualisation
  double default_fund_bn = 0;  ///< prefunded by members; zero at FICC
};

struct House {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  double used_bn = 0;                     ///< losses borne by own capital and fund since the start
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, used_bn); }
};

/// How a loss left by a member is shared.
struct Waterfall {
  base::Money defaulter_margin, own_capital, default_fund, uncovered;
};
/// Requires loss >= 0. Order: the defaulter's margin, own capital, the fund; the rest is uncovered (assessed on members).
Waterfall waterfall(const Parameters& p, const House& house, base::Money loss, base::Money defaulter_margin);

}  // namespace haven::agents::central_counterparty
