// Every rule applied to every firm: what `haven rules` prints.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/regulation/capacity.h"
#include "engine/regulation/firm.h"
#include "engine/regulation/rule.h"

namespace haven::regulation {

/// One rule, firm and level. Amounts in $bn. Absent: the level's balance sheet is not published, or no rule to compare
/// with was given.
struct RuleRow {
  std::string rule;
  std::string firm;
  Level level = Level::holding_company;
  double requirement_pct = 0.0;                  // supplementary leverage ratio: minimum plus buffer
  std::optional<double> required_tier1_bn;       // leverage only
  std::optional<double> headroom_bn;             // leverage only, the theoretical figure
  std::optional<std::string> binding;            // the constraint with the least capacity
  std::optional<double> capacity_bn;             // least capacity over all constraints of the level
  std::optional<double> overall_required_tier1_bn;  // largest requirement over all constraints of the level
  std::optional<double> required_tier1_change_bn;   // leverage only, this rule minus `against`
  std::optional<double> capacity_change_bn;         // over all constraints, this rule minus `against`
  std::optional<double> overall_required_tier1_change_bn;
};

/// Rows by rule, then firm, then level, in the order given. Each rule is taken as if in force, whatever its dates: a
/// comparison of rules, not of days. Full clearing takes the untapped netting off the exposure of the parents of
/// primary dealers, in proportion to it. Requires faults() to be empty for every rule.
std::vector<RuleRow> rule_table(std::span<const RuleSet> rules, std::span<const BankingGroup> firms, const RuleSet* against = nullptr);

/// Sums of one rule's rows at one level over the firms whose balance sheet is known. The headline of a comparison is
/// capacity_change_bn and overall_required_tier1_change_bn: the minimum over constraints, far below leverage alone.
struct RuleTotal {
  std::string rule;
  Level level = Level::holding_company;
  int firms = 0;
  double required_tier1_bn = 0.0;
  double headroom_bn = 0.0;
  double capacity_bn = 0.0;
  double overall_required_tier1_bn = 0.0;
  double required_tier1_change_bn = 0.0;
  double capacity_change_bn = 0.0;
  double overall_required_tier1_change_bn = 0.0;
};
/// One total for each rule and level that has rows, in the order of the rows.
std::vector<RuleTotal> totals(std::span<const RuleRow> rows);

/// The group's share of what full clearing would net away; 0 under clearing as observed and for a group without a
/// primary dealer. Rounded down.
base::Money cleared_netting(const RuleSet& rules, const BankingGroup& group, std::span<const BankingGroup> firms);

}  // namespace haven::regulation
