// What a lender of cash offers in one repo segment on a morning: a few steps of a supply curve.
#pragma once

#include <vector>

#include "engine/base/units.h"

namespace haven::world {

/// `cash_bn` more at `rate_bp` or better (bp a year).
struct SupplyStep {
  double rate_bp = 0;
  double cash_bn = 0;
};
using Supply = std::vector<SupplyStep>;

enum class RepoVenue : std::uint8_t { tri_party, dvp, gcf };

}  // namespace haven::world
