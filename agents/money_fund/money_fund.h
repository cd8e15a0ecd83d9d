// Money funds: lend overnight against Treasuries in tri-party and as sponsored members, keep the rest at the Fed's
// overnight reverse repo. Government and prime funds differ: investors run from prime to government funds, which
// raises the cash that looks for Treasury repo.
//
// Rule: a supply curve over the reverse-repo rate, never below it, that steepens with the share of cash placed, because of
// counterparty limits; each fund's lies higher or lower by its own amount; prime funds lose a share of assets as uncertainty rises, government funds gain it (docs/model.md).
#pragma once

#include "engine/base/random.h"
#include "engine/world/repo_supply.h"
#include "engine/world/view.h"

namespace haven::agents::money_fund {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double repo_share = 0;  ///< of assets, cash for repo and reverse repo; the rest is bills and other
  double first_spread_bp = 0;  ///< over the reverse-repo rate for the first dollar
  double last_spread_bp = 0;  ///< for the last
  double spread_sd_bp = 0;  ///< of funds' own curves around the common one
  double sponsored_share = 0;  ///< offered in cleared (sponsored) repo; the rest tri-party
  double flight_share = 0;  ///< of assets moving per 10 points of uncertainty above calm: negative leaves (prime)
};

struct Fund {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  double assets_bn = 0;
  double start_assets_bn = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, assets_bn, start_assets_bn); }
};

/// Cash brought by (taken by) investors this morning, $bn; updates assets.
double investor_flow_bn(const world::View& view, const Parameters& p, Fund& fund);
/// Adds this morning's offer in `venue` to `supply`.
void offer(const world::View& view, const Parameters& p, const Fund& fund, world::RepoVenue venue, world::Supply& supply);

}  // namespace haven::agents::money_fund
