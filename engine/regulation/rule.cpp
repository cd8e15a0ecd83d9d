#include "engine/regulation/rule.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::regulation {
namespace {

void check_period(const Period& period, const std::string& path, std::vector<RuleFault>& out) {
  if (period.from && period.to && *period.to < *period.from) {
    out.push_back({path + ".to", "ends on " + base::to_string(*period.to) + ", before it starts on " + base::to_string(*period.from)});
  }
}

void check_not_negative(Ratio ratio, const std::string& field, std::vector<RuleFault>& out) {
  if (ratio < Ratio{0}) out.push_back({field, "must not be negative"});
}

void check_positive(Ratio ratio, const std::string& field, std::vector<RuleFault>& out) {
  if (ratio <= Ratio{0}) out.push_back({field, "must be above 0: no exposure is unlimited"});
}

void check_leverage(const LeverageRule& rule, Level level, const std::string& path, std::vector<RuleFault>& out) {
  if (rule.level != level) out.push_back({path, "holds a rule for the other level, " + to_string(rule.level)});
  check_positive(rule.minimum, path + ".minimum_pct", out);
  check_not_negative(rule.buffer.fixed, path + ".fixed_buffer_pct", out);
  check_not_negative(rule.buffer.share, path + ".surcharge_share_pct", out);
  if (rule.buffer.cap) check_not_negative(*rule.buffer.cap, path + ".buffer_cap_pct", out);
  check_period(rule.in_force, path, out);
  if (rule.early_adoption && (!rule.in_force.from || *rule.in_force.from < *rule.early_adoption)) {
    out.push_back({path + ".early_adoption_from", "must not be later than the day on which the rule takes force"});
  }
  check_period(rule.exclusion.during, "exclusion", out);
}

}  // namespace

std::string to_string(Level level) { return level == Level::holding_company ? "holding_company" : "bank"; }

bool contains(const Period& period, base::Date date) {
  return (!period.from || *period.from <= date) && (!period.to || date <= *period.to);
}

const LeverageRule& rule_at(const RuleSet& rules, Level level) {
  return level == Level::holding_company ? rules.holding_company : rules.bank;
}

std::vector<RuleFault> faults(const RuleSet& rules) {
  std::vector<RuleFault> out;
  if (rules.name.empty()) out.push_back({"name", "a rule needs a name"});
  check_leverage(rules.holding_company, Level::holding_company, "holding_company", out);
  check_leverage(rules.bank, Level::bank, "bank", out);
  check_positive(rules.tier1_leverage.holding_company, "tier1_leverage.holding_company_pct", out);
  check_positive(rules.tier1_leverage.bank, "tier1_leverage.bank_pct", out);
  check_positive(rules.risk_based.holding_company_minimum, "risk_based.holding_company_minimum_pct", out);
  check_positive(rules.risk_based.bank_requirement, "risk_based.bank_pct", out);
  check_not_negative(rules.risk_based.added_risk_weight, "risk_based.added_risk_weight_pct", out);
  check_not_negative(rules.haircut_floor.minimum, "haircut_floor.minimum_pct", out);
  if (rules.clearing.untapped_netting < base::Money{0}) out.push_back({"clearing.untapped_netting_bn", "must not be negative"});
  return out;
}

Ratio requirement(const LeverageRule& rule, Ratio method_1_surcharge) {
  HAVEN_CHECK(rule.minimum > Ratio{0}, rule.name + " has no minimum");
  Ratio buffer = rule.buffer.fixed;
  if (rule.buffer.kind == BufferKind::share_of_method_1) {
    buffer = {mul_div_ceil(method_1_surcharge.v, rule.buffer.share.v, kRatioOne)};
  }
  if (rule.buffer.cap) buffer = std::min(buffer, *rule.buffer.cap);
  return rule.minimum + buffer;
}

bool exclusion_applies(const LeverageRule& rule, base::Date date, Notice notice) {
  const Exclusion& exclusion = rule.exclusion;
  if (exclusion.reserves == Treatment::counted && exclusion.treasuries == Treatment::counted) return false;
  if (exclusion.adoption == Adoption::opt_in && notice == Notice::none) return false;
  return contains(exclusion.during, date);
}

base::Money minimum_margin(const HaircutFloor& floor, base::Money financed_long, base::Money financed_short) {
  HAVEN_CHECK(financed_long >= base::Money{0} && financed_short >= base::Money{0}, "financed positions are amounts, not signed");
  if (floor.basis == HaircutBasis::each_trade) {
    return required_capital(financed_long, floor.minimum) + required_capital(financed_short, floor.minimum);
  }
  const base::Money net = financed_long > financed_short ? financed_long - financed_short : financed_short - financed_long;
  return required_capital(net, floor.minimum);
}

}  // namespace haven::regulation
