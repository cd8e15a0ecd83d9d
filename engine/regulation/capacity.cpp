#include "engine/regulation/capacity.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/math.h"

namespace haven::regulation {
namespace {

using base::Money;

Money excluded_assets(const LeverageRule& rule, const BankingGroup& group, ExclusionState state) {
  Money out;
  if (state == ExclusionState::inactive) return out;
  if (rule.exclusion.reserves == Treatment::excluded) out += group.reserves;
  if (rule.exclusion.treasuries == Treatment::excluded) out += group.treasuries;
  return out;
}

Ratio risk_based_requirement(const RuleSet& rules, const BankingGroup& group, Level level) {
  if (level == Level::bank) return rules.risk_based.bank_requirement;
  return rules.risk_based.holding_company_minimum + group.stress_capital_buffer + std::max(group.method_1, group.method_2);
}

/// Exposure that spare risk-weighted assets allow: spare / density, where density is the firm's own mix or a weight.
Money risk_based_capacity(const RiskBasedFloor& floor, const CapitalPosition& position, Ratio requirement) {
  const Money spare = supported_exposure(position.tier1, requirement) - *position.risk_weighted_assets;
  if (floor.added_risk == AddedRisk::own_mix) {
    return {mul_div_floor(spare.v, position.leverage_exposure.v, position.risk_weighted_assets->v)};
  }
  if (floor.added_risk_weight == Ratio{0}) return kUnlimited;
  return {mul_div_floor(spare.v, kRatioOne, floor.added_risk_weight.v)};
}

}  // namespace

Money headroom(Money tier1, Money exposure, Ratio requirement) {
  HAVEN_CHECK(requirement > Ratio{0}, "headroom under a requirement of zero is unlimited");
  return supported_exposure(tier1, requirement) - exposure;
}

Money headroom(const LeverageRule& rule, Money tier1, Money exposure, Ratio method_1_surcharge) {
  return headroom(tier1, exposure, requirement(rule, method_1_surcharge));
}

std::string to_string(Level level, ConstraintKind kind) {
  const char* name = kind == ConstraintKind::supplementary_leverage ? " supplementary_leverage"
                     : kind == ConstraintKind::tier1_leverage       ? " tier1_leverage"
                                                                    : " risk_based";
  return to_string(level) + name;
}

Constraints constraints(const RuleSet& rules, const BankingGroup& group, Level level, const Relief& relief) {
  HAVEN_CHECK(level == Level::holding_company || group.bank.has_value(), group.name + ": the bank's balance sheet is not known");
  const CapitalPosition& position = level == Level::holding_company ? group.holding_company : *group.bank;
  const LeverageRule& rule = rule_at(rules, level);
  Constraints out;
  const auto add = [&out](Constraint constraint) { out.items[out.count++] = constraint; };

  const bool relieved = level == Level::holding_company;
  const Money netted = relieved ? relief.netted : Money{0};
  const Money excluded = relieved ? excluded_assets(rule, group, relief.exclusion) : Money{0};
  const Money exposure = position.leverage_exposure - netted - excluded;
  const Ratio leverage = requirement(rule, group.method_1);
  add({level, ConstraintKind::supplementary_leverage, leverage, required_capital(exposure, leverage),
       headroom(position.tier1, exposure, leverage)});

  if (position.average_assets) {
    const Ratio needed = level == Level::holding_company ? rules.tier1_leverage.holding_company : rules.tier1_leverage.bank;
    const Money assets = *position.average_assets - netted;
    add({level, ConstraintKind::tier1_leverage, needed, required_capital(assets, needed), headroom(position.tier1, assets, needed)});
  }
  if (position.risk_weighted_assets) {
    const Ratio needed = risk_based_requirement(rules, group, level);
    add({level, ConstraintKind::risk_based, needed, required_capital(*position.risk_weighted_assets, needed),
         risk_based_capacity(rules.risk_based, position, needed)});
  }
  return out;
}

const Constraint& binding(const Constraints& constraints) {
  HAVEN_CHECK(constraints.count > 0, "a level without a constraint");
  const auto* first = constraints.items.data();
  return *std::min_element(first, first + constraints.count,
                           [](const Constraint& a, const Constraint& b) { return a.capacity < b.capacity; });
}

Money required_tier1(const Constraints& constraints) {
  Money most;
  for (std::uint32_t i = 0; i < constraints.count; ++i) most = std::max(most, constraints.items[i].required_tier1);
  return most;
}

Constraint capacity(const RuleSet& rules, const BankingGroup& group, BookedIn booked_in, const Relief& relief) {
  const Constraint at_group = binding(constraints(rules, group, Level::holding_company, relief));
  if (booked_in == BookedIn::broker_dealer || !group.bank) return at_group;
  const Constraint at_bank = binding(constraints(rules, group, Level::bank, relief));
  return at_bank.capacity < at_group.capacity ? at_bank : at_group;
}

Money desk_capacity(Money group_capacity, Ratio desk_share) { return share_of(group_capacity, desk_share); }

double hurdle_cost_bp(Ratio requirement, double required_return_pct) { return to_pct(requirement) * required_return_pct; }

double use_of_limit(Money exposure, Money tier1, Ratio requirement) {
  HAVEN_CHECK(tier1 > Money{0}, "use of a limit needs tier 1 above zero");
  return static_cast<double>(exposure.v) * (to_pct(requirement) * 0.01) / static_cast<double>(tier1.v);
}

double binding_probability(double use, double use_sigma) {
  HAVEN_CHECK(use_sigma > 0.0, "use must have a positive standard deviation");
  HAVEN_CHECK(use == use, "use is not a number");
  return base::normal_cdf((use - 1.0) / use_sigma);
}

double shadow_price_bp(Ratio requirement, const ShadowPriceTerms& terms, double use) {
  const double multiple = std::min(terms.cap_multiple, terms.penalty_multiple * binding_probability(use, terms.use_sigma));
  return hurdle_cost_bp(requirement, terms.required_return_pct) * multiple;
}

}  // namespace haven::regulation
