// What a default leaves behind beyond its moment: what is being sold for whom, and who claims what.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/world/program.h"

namespace haven::loop {

/// Money that an estate owes to `creditor` (positive) or is owed by it (negative), after close-out netting.
struct Claim {
  base::InstitutionId creditor;
  std::uint32_t unused = 0;  ///< fills the gap, so that a saved claim has no undefined byte
  base::Money amount;
};

/// One defaulter, from its default until its obligations are cleared.
struct Estate {
  base::InstitutionId who;
  base::Time since;
  base::Money cash;                ///< at its default
  std::vector<Claim> claims;
  std::uint8_t cleared = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(who, since, cash, claims, cleared); }
};

/// One defaulter at one clearing house, until the house has closed its positions.
struct HouseAccount {
  std::uint32_t estate = 0, house = 0;  ///< house: index in kind
  base::Money margin;                   ///< left by the defaulter, its own default-fund contribution included
  base::Money uncollected;              ///< calls it did not meet, less what was owed to it
};

/// Securities that `seller` sells because of a default: a lender the collateral that it kept against `debt`, or the estate
/// itself what it owned free (seller is the defaulter, no debt).
struct Liquidation {
  base::InstitutionId seller;
  std::uint32_t estate = 0;
  world::Program program;
  base::Money debt, proceeds;
  base::Time until;
  std::uint8_t done = 0;
  template <class Archive>
  void fields(Archive& archive) { archive(seller, estate, program, debt, proceeds, until, done); }
};

}  // namespace haven::loop
