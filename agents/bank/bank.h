// Banks: hold reserves, lend in repo above the interest on reserves as long as that pays more than a dollar of reserves is
// worth to them, take the deposits where sale proceeds land.
//
// Rule: a bank that ends the day below its own floor prices every missing dollar like an overnight overdraft at the central
// bank. The day's unplanned payments are normal; so one dollar less in the morning costs that price times the chance to end
// below the floor. It lends while the rate pays its own spread over interest on reserves and that cost (Poole 1968, Journal
// of Finance; docs/model.md, "Banks"). Floors and spreads are each bank's own.
#pragma once

#include "engine/base/random.h"
#include "engine/world/repo_supply.h"
#include "engine/world/view.h"

namespace haven::agents::bank {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  int repo_lenders = 0;         ///< the largest so many lend in repo, the others never
  double least_spread_bp = 0;   ///< over interest on reserves with reserves to spare: each lender's own, at even
  double most_spread_bp = 0;    ///< distances between these, the largest bank's lowest
  double floor_share = 0;       ///< of its normal reserves: what it wants to end a day with, mean over banks
  double floor_sd = 0;          ///< of banks' own shares around that mean
  double intraday_share = 0;    ///< of its normal reserves: what an ordinary day's payments take before they come back
  double payment_sd = 0;        ///< of a day's unplanned payments, share of its normal reserves
  double gcf_share = 0;         ///< lent through GCF; the rest DVP
};

struct Bank {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  double start_reserves_bn = 0;  ///< its normal reserves
  double own_floor_share = -1;   ///< of them, what it keeps, where it has said so itself; negative: by its population's rule
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, start_reserves_bn, own_floor_share); }
};

/// What the last dollar of `reserves_bn` is worth to a bank over interest on reserves, bp a year.
double reserve_value_bp(double reserves_bn, double floor_bn, double payment_sd_bn, double overdraft_spread_bp);

void offer(const world::View& view, const Parameters& p, const Bank& bank, world::RepoVenue venue, world::Supply& supply);

}  // namespace haven::agents::bank
