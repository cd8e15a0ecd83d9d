// The balance sheets that leverage rules are applied to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/units.h"
#include "engine/regulation/rule.h"

namespace haven::regulation {

/// Capital and the three denominators of one legal level. What is not published is absent, not zero.
struct CapitalPosition {
  base::Money tier1;
  base::Money leverage_exposure;                 // total leverage exposure, daily average of the quarter
  std::optional<base::Money> average_assets;     // denominator of the tier-1 leverage ratio
  std::optional<base::Money> risk_weighted_assets;  // standardized approach
};

/// A US G-SIB with its insured bank.
struct BankingGroup {
  std::string name;
  CapitalPosition holding_company;
  std::optional<CapitalPosition> bank;      // the largest insured subsidiary
  Ratio method_1;                           // G-SIB surcharges: 12 CFR 217.404 and 217.405
  Ratio method_2;
  Ratio stress_capital_buffer;
  base::Money reserves;                     // parts of the holding company's leverage exposure that an exclusion can
  base::Money treasuries;                   // remove, after the custody deduction
  Ratio desk_share;                         // part of the group's capacity that the Treasury desk may use
  Notice exclusion_notice = Notice::none;   // has the bank opted in where exclusion is by notice
  std::vector<std::string> primary_dealers; // names of its primary dealers; empty: custody banks
};

/// What is wrong with a balance sheet that a user wrote: amounts that are not above zero, excludable assets above the
/// exposure that they are part of, ratios out of range. Empty when it can be used.
std::vector<RuleFault> faults(const BankingGroup& group);

}  // namespace haven::regulation
