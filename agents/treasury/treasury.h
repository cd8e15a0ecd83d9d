// The Treasury: sells new debt at single-price auctions by calendar, pays coupons, keeps its cash at the Fed.
#pragma once

#include "engine/base/random.h"
#include "engine/base/units.h"

namespace haven::agents::treasury {

struct Parameters {};

struct Office {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale); }
};

}  // namespace haven::agents::treasury
