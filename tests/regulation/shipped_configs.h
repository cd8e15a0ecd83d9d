// The rules and firms that ship under configs/, as the engine's types. Tests on published figures read them from there,
// so that a figure is written once.
#pragma once

#include <string>
#include <vector>

#include "engine/regulation/capacity.h"
#include "engine/regulation/dealer_rules.h"
#include "engine/regulation/firm.h"
#include "engine/regulation/rule.h"

namespace haven::regulation::shipped {

/// configs/rules/NAME.textproto with its bases merged under it. A partial rule is laid over `regime`.
RuleSet rule(const std::string& name, const std::string& regime = "");
/// The names of every file in configs/rules, sorted.
std::vector<std::string> rule_names();
/// Is the file a partial rule: one without its own leverage requirement?
bool is_partial(const std::string& name);

struct Baseline {
  std::vector<BankingGroup> groups;
  ShadowPriceTerms shadow_price;
  std::vector<HomeRule> home_rules;
  NetCapitalRule net_capital;
};
/// configs/baseline/firms_2025q1.textproto.
const Baseline& baseline();
const BankingGroup& group(const std::string& name);

}  // namespace haven::regulation::shipped
