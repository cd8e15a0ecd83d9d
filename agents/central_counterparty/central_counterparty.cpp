#include "agents/central_counterparty/central_counterparty.h"

#include <algorithm>

namespace haven::agents::central_counterparty {

void wake(const world::View& view, const Parameters& p, House& house, world::Intents& out) {
  if (house.managing == 0 || view.now() != house.slice) return;
  const auto ask_for = [&](base::Time next) {
    house.slice = next;
    out.wake(next, 0);
  };
  if (view.now() < house.auction) return ask_for(house.auction);
  const base::Duration slice = base::minutes(static_cast<std::int64_t>(p.slice_minutes));
  const std::int64_t left_ns = house.until.ns - view.now().ns;
  const int slices = static_cast<int>(std::max<std::int64_t>(1, left_ns / slice.ns + 1));
  world::send_slices(view, house.program, {slices, p.child_bn, 5, p.tolerance_bp}, out);
  ask_for(world::next_close_out_slice(view, slice));
}

void on_package(House& house, std::size_t tenor, base::Side side, std::int64_t lots) { house.program.cash[tenor] -= base::sign(side) * lots; }

Waterfall waterfall(const Resources& resources, const House& used, base::Money loss) {
  Waterfall w;
  const auto take = [&loss](base::Money most) {
    const base::Money part{std::clamp<std::int64_t>(most.v, 0, loss.v)};
    loss -= part;
    return part;
  };
  const base::Money own = base::money_from_bn(resources.own_capital_bn), fund = base::money_from_bn(resources.default_fund_bn);
  w.own_capital = take(own - used.own_used);
  w.default_fund = take(fund - used.fund_used);
  w.assessments = take(base::money_from_bn(resources.assessment_multiple * (resources.default_fund_bn > 0 ? resources.default_fund_bn : resources.own_capital_bn)) - used.assessed);
  w.uncovered = loss;
  return w;
}

}  // namespace haven::agents::central_counterparty
