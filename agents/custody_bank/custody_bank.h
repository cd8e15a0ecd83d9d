// BNY and State Street: custody and tri-party agents, sponsors of cleared repo. They lend clients' cash overnight in
// cleared repo near the interest on reserves, within the leverage left to the desk.
#pragma once

#include "engine/base/random.h"
#include "engine/world/repo_supply.h"
#include "engine/world/view.h"

namespace haven::agents::custody_bank {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double spread_bp = 0;  ///< over interest on reserves at which it starts to lend (negative: below)
  double slope_bp = 0;  ///< from the first dollar to the last
  double spread_sd_bp = 0;  ///< of members' own curves around the common one
  double lend_share = 0;  ///< of its cash
};

struct Custodian {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale); }
};

void offer(const world::View& view, const Parameters& p, const Custodian& custodian, world::RepoVenue venue, world::Supply& supply);

}  // namespace haven::agents::custody_bank
