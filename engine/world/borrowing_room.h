// What a levered owner of bonds can still borrow against them.
#pragma once

#include <algorithm>

#include "engine/world/view.h"

namespace haven::world {

/// What its bonds would raise in repo at the market, accrued interest included, and at its haircut, with what its unsettled trades will
/// bring, less what it has borrowed, $bn; negative when it has borrowed more. A gain of today is cash at tomorrow morning's roll.
inline double borrowing_room_bn(const View& view) {
  double worth_bn = 0;
  for (std::size_t s = 0; s < kSecurities; ++s) {
    if (const std::int64_t lots = view.holding_lots(s); lots > 0) worth_bn += static_cast<double>(lots) * 1e-6 * view.security_dirty(s);
  }
  return worth_bn * (1.0 - std::max(0.0, view.own().haircut)) + view.unsettled_cash_bn() - base::to_bn(view.own().repo_borrowed);
}

/// Cash that it must find by selling: what it needs beyond what tomorrow's roll will lend it, $bn.
inline double cash_to_raise_bn(const View& view) { return std::max(0.0, view.cash_need_bn() - std::max(0.0, borrowing_room_bn(view))); }

}  // namespace haven::world
