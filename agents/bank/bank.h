// Banks: hold reserves, lend in repo above the interest on reserves until their liquidity floor binds, take the
// deposits where sale proceeds land.
//
// Rule: offers reserves above the floor at interest on reserves plus a spread that rises as reserves fall towards the
// floor: the demand curve for reserves (docs/model.md, "Banks").
#pragma once

#include "engine/base/random.h"
#include "engine/world/repo_supply.h"
#include "engine/world/view.h"

namespace haven::agents::bank {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double first_spread_bp = 0;  ///< over interest on reserves for the first dollar lent
  double last_spread_bp = 0;  ///< for the dollar that takes it to its floor
  double floor_share = 0;  ///< of starting reserves it keeps for liquidity rules
  double gcf_share = 0;  ///< lent through GCF; the rest DVP
};

struct Bank {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  double start_reserves_bn = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, start_reserves_bn); }
};

void offer(const world::View& view, const Parameters& p, const Bank& bank, world::RepoVenue venue, world::Supply& supply);

}  // namespace haven::agents::bank
