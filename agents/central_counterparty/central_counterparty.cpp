#include "agents/central_counterparty/central_counterparty.h"

#include <algorithm>

namespace haven::agents::central_counterparty {

Waterfall waterfall(const Parameters& p, const House& house, base::Money loss, base::Money defaulter_margin) {
  Waterfall w;
  const auto take = [&loss](base::Money most) {
    const base::Money part{std::clamp<std::int64_t>(most.v, 0, loss.v)};
    loss -= part;
    return part;
  };
  const double left_bn = std::max(0.0, p.own_capital_bn + p.default_fund_bn - house.used_bn);
  w.defaulter_margin = take(defaulter_margin);
  w.own_capital = take(base::money_from_bn(std::min(left_bn, p.own_capital_bn)));
  w.default_fund = take(base::money_from_bn(std::max(0.0, left_bn - p.own_capital_bn)));
  w.uncovered = loss;
  return w;
}

}  // namespace haven::agents::central_counterparty
