#include "agents/mortgage_hedger/mortgage_hedger.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::mortgage_hedger {

void plan(const world::View& view, const Parameters& p, Hedger& hedger, world::Intents& out) {
  const auto& spec = view.spec();
  const double y = view.node_yield_bp(world::kTenYearNode);
  if (hedger.reference_bp == 0) hedger.reference_bp = y;
  hedger.reference_bp += (y - hedger.reference_bp) * 0.6931 / p.reference_days;
  const double target = p.convexity_bn_per_bp * hedger.scale * (y - hedger.reference_bp);
  const double today = p.speed_per_day * (target - hedger.hedged_bn);
  hedger.hedged_bn += today;
  hedger.program.futures[view.lead_listing(2)] -= static_cast<std::int64_t>(today * 1e4 / spec.books[view.lead_book(world::kNodes + 2)].ten_year_equivalent);
  // Paying fixed outright is buying the package and selling the Treasury: the Treasury leg is in the futures above.
  hedger.program.packages[world::kTenYearNode] += static_cast<std::int64_t>(p.swap_share * today * 1e4 / spec.books[world::kOutrightBooks + world::kTenYearNode].ten_year_equivalent);
  world::work_program(view, hedger, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Hedger& hedger, world::Intents& out) {
  world::work_program(view, hedger, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

}  // namespace haven::agents::mortgage_hedger
