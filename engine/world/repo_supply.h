// What a lender of cash offers, or a borrower bids, on a repo morning: a few steps of a curve.
#pragma once

#include <vector>

#include "engine/base/units.h"

namespace haven::world {

/// `cash_bn` more: offered at `rate_bp` or better, or wanted at `rate_bp` at most (bp a year).
struct CashStep {
  double rate_bp = 0;
  double cash_bn = 0;
};
using Supply = std::vector<CashStep>;
using Demand = std::vector<CashStep>;

enum class RepoVenue : std::uint8_t { tri_party, dvp, gcf };

}  // namespace haven::world
