#include "tools/assemble/assembler.h"

#include "engine/regulation/capacity.h"

namespace haven::assemble {

using world::Kind;

std::vector<loop::RuleTerms> Assembler::terms_under(const regulation::RuleSet& rules, const std::vector<regulation::BankingGroup>& groups) {
  const base::Date day = world().days[experiment_.first_scored_day];
  const auto requirement_at_5 = regulation::ratio_from_pct(5.0);
  const double floor = regulation::to_pct(rules.haircut_floor.minimum) * 0.01;
  std::vector<loop::RuleTerms> all;
  for (std::size_t i = 0; i < world().institutions.size(); ++i) {
    auto& opening = spec().openings[i];
    loop::RuleTerms terms = opening;
    const auto& inst = world().institutions[i];
    terms.constraint = inst.kind == Kind::primary_dealer ? "home rule or net capital" : "";
    for (const auto& group : groups) {
      const bool dealer = std::find(group.primary_dealers.begin(), group.primary_dealers.end(), inst.name) != group.primary_dealers.end();
      if (!dealer && !(inst.kind == Kind::custody_bank && inst.name == group.name)) continue;
      regulation::Relief relief;
      if (regulation::exclusion_applies(rules.holding_company, day, group.exclusion_notice)) relief.exclusion = regulation::ExclusionState::active;
      relief.netted = regulation::cleared_netting(rules, group, groups);
      const auto constraint = regulation::capacity(rules, group, regulation::BookedIn::broker_dealer, relief);
      opening.parent = group.name;
      terms.constraint = regulation::to_string(constraint.level, constraint.kind);
      terms.leverage_headroom_bn = base::to_bn(regulation::desk_capacity(constraint.capacity, group.desk_share));
      const auto requirement = regulation::requirement(rules.holding_company, group.method_1);
      terms.hurdle_scale = regulation::to_pct(requirement) / regulation::to_pct(requirement_at_5);
    }
    if (const auto scale = headroom_scale_.find(i); scale != headroom_scale_.end()) terms.leverage_headroom_bn *= scale->second;
    if (rules.clearing.scope == regulation::ClearingScope::full) terms.cleared_share = terms.cleared_share > 0 ? 1.0 : 0.0;
    if (!opening.financiers.empty()) terms.haircut = std::max(terms.haircut, floor);
    all.push_back(std::move(terms));
  }
  return all;
}

void Assembler::leverage() {
  const auto firms_config = part<config::Firms>("firms", run_->firms());
  const auto groups = banking_groups(*firms_config);
  const auto terms_of = [&](const std::string& path, const std::string& name) {
    const auto rule_config = part<config::RuleSet>(path, name);
    return terms_under(rule_set(*rule_config, rule_config), groups);
  };
  auto terms = terms_of("rule", run_->rule());
  if (run_->has_warm_up_rule() && run_->warm_up_rule() != run_->rule()) {
    auto before = terms_of("warm_up_rule", run_->warm_up_rule());
    spec().rule_change = {static_cast<std::int32_t>(experiment_.first_scored_day), std::move(terms)};
    terms = std::move(before);
  }
  for (std::size_t i = 0; i < terms.size(); ++i) static_cast<loop::RuleTerms&>(spec().openings[i]) = std::move(terms[i]);
}

}  // namespace haven::assemble
