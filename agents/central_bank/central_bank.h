// The central bank: overnight reverse repo for eligible lenders, standing repo for primary dealers, securities lending
// out of its portfolio, purchases only where a scenario orders them. It has no view on prices.
#pragma once

#include "engine/world/program.h"

namespace haven::agents::central_bank {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double on_rrp_cap_bn = 0;  ///< per counterparty, $bn
  double standing_repo_cap_bn = 0;  ///< in total
  double lending_fee_bp = 0;  ///< securities lending, over the general rate
  int purchase_looks = 0;
  double child_bn = 0;
  double tolerance_bp = 0;
};

struct Desk : world::Client {
  double bought_bn = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, bought_bn); }
};

/// The day's purchase order, already in the desk's own need (negative: buy), is worked in operations.
void plan(const world::View& view, const Parameters& p, Desk& desk, world::Intents& out);
void wake(const world::View& view, const Parameters& p, Desk& desk, world::Intents& out);

}  // namespace haven::agents::central_bank
