#include "tools/assemble/assemble.h"

namespace haven::assemble {

regulation::RuleSet rule_set(const config::RuleSet& m, const LoadedConfig& config) {
  using regulation::ratio_from_pct;
  regulation::RuleSet rules;
  rules.name = m.name();
  rules.title = m.title();
  const auto day = [](const std::string& text) {
    base::Date d;
    HAVEN_CHECK(base::parse_date(text, d), "the loader let the date " + text + " through");
    return d;
  };
  const auto level = [&](const config::RuleSet::LeverageRule& from, regulation::LeverageRule& to, regulation::Level at, const std::string& bank_from) {
    to.name = m.name();
    to.level = at;
    to.minimum = ratio_from_pct(from.minimum_pct());
    to.buffer.kind = from.buffer() == config::RuleSet::LeverageRule::FIXED ? regulation::BufferKind::fixed : regulation::BufferKind::share_of_method_1;
    to.buffer.fixed = ratio_from_pct(from.fixed_buffer_pct());
    to.buffer.share = ratio_from_pct(from.surcharge_share_pct());
    if (from.has_buffer_cap_pct()) to.buffer.cap = ratio_from_pct(from.buffer_cap_pct());
    if (from.has_from()) to.in_force.from = day(from.from());
    if (from.has_to()) to.in_force.to = day(from.to());
    if (from.has_early_adoption_from()) to.early_adoption = day(from.early_adoption_from());
    to.netting = m.repo_netting() == config::RuleSet::GROSS ? regulation::NettingScope::gross
                 : m.repo_netting() == config::RuleSet::LEGAL ? regulation::NettingScope::legal : regulation::NettingScope::all_cleared;
    to.custody = m.custody_deduction() ? regulation::CustodyDeduction::central_bank_deposits : regulation::CustodyDeduction::none;
    if (m.has_exclusion()) {
      const auto& x = m.exclusion();
      to.exclusion.reserves = x.reserves() ? regulation::Treatment::excluded : regulation::Treatment::counted;
      to.exclusion.treasuries = x.treasuries() ? regulation::Treatment::excluded : regulation::Treatment::counted;
      to.exclusion.adoption = at == regulation::Level::bank && x.bank_adoption() == config::RuleSet::Exclusion::OPT_IN ? regulation::Adoption::opt_in : regulation::Adoption::mandatory;
      if (!bank_from.empty()) to.exclusion.during.from = day(bank_from);
      if (x.has_to()) to.exclusion.during.to = day(x.to());
    }
  };
  if (m.has_holding_company()) level(m.holding_company(), rules.holding_company, regulation::Level::holding_company, m.exclusion().holding_company_from());
  if (m.has_bank()) level(m.bank(), rules.bank, regulation::Level::bank, m.exclusion().bank_from());
  rules.tier1_leverage = {ratio_from_pct(m.tier1_leverage().holding_company_pct()), ratio_from_pct(m.tier1_leverage().bank_pct())};
  rules.risk_based.holding_company_minimum = ratio_from_pct(m.risk_based().holding_company_minimum_pct());
  rules.risk_based.bank_requirement = ratio_from_pct(m.risk_based().bank_pct());
  rules.risk_based.added_risk = m.risk_based().added_risk() == config::RuleSet::RiskBasedFloor::OWN_MIX ? regulation::AddedRisk::own_mix : regulation::AddedRisk::fixed_weight;
  rules.risk_based.added_risk_weight = ratio_from_pct(m.risk_based().added_risk_weight_pct());
  rules.haircut_floor.minimum = ratio_from_pct(m.haircut_floor().minimum_pct());
  rules.haircut_floor.basis = m.haircut_floor().basis() == config::RuleSet::HaircutFloor::NET_OF_PACKAGE ? regulation::HaircutBasis::net_of_package : regulation::HaircutBasis::each_trade;
  rules.clearing.scope = m.clearing().scope() == config::RuleSet::Clearing::FULL ? regulation::ClearingScope::full : regulation::ClearingScope::as_observed;
  rules.clearing.cross_margining = m.clearing().cross_margining() == config::RuleSet::Clearing::CUSTOMERS ? regulation::CrossMargining::customers : regulation::CrossMargining::none;
  rules.clearing.untapped_netting = base::money_from_bn(m.clearing().untapped_netting_bn());
  std::vector<Fault> wrong;
  for (const auto& f : regulation::faults(rules)) wrong.push_back(config.fault(f.field, f.message, "a rule that can be used by itself; a partial rule needs a regime as its base"));
  if (!wrong.empty()) throw ConfigError(std::move(wrong));
  return rules;
}

std::vector<regulation::BankingGroup> banking_groups(const config::Firms& firms) {
  using regulation::ratio_from_pct;
  std::vector<regulation::BankingGroup> groups;
  for (const auto& g : firms.group()) {
    regulation::BankingGroup group;
    group.name = g.name();
    group.holding_company.tier1 = base::money_from_bn(g.tier1_bn());
    group.holding_company.leverage_exposure = base::money_from_bn(g.leverage_exposure_bn());
    if (g.has_average_assets_bn()) group.holding_company.average_assets = base::money_from_bn(g.average_assets_bn());
    if (g.has_risk_weighted_assets_bn()) group.holding_company.risk_weighted_assets = base::money_from_bn(g.risk_weighted_assets_bn());
    if (g.has_bank()) {
      regulation::CapitalPosition bank;
      bank.tier1 = base::money_from_bn(g.bank().tier1_bn());
      bank.leverage_exposure = base::money_from_bn(g.bank().leverage_exposure_bn());
      if (g.bank().has_average_assets_bn()) bank.average_assets = base::money_from_bn(g.bank().average_assets_bn());
      if (g.bank().has_risk_weighted_assets_bn()) bank.risk_weighted_assets = base::money_from_bn(g.bank().risk_weighted_assets_bn());
      group.bank = bank;
    }
    group.method_1 = ratio_from_pct(g.method_1_surcharge_pct());
    group.method_2 = ratio_from_pct(g.method_2_surcharge_pct());
    group.stress_capital_buffer = ratio_from_pct(g.stress_capital_buffer_pct());
    group.reserves = base::money_from_bn(g.reserves_bn());
    group.treasuries = base::money_from_bn(g.treasuries_bn());
    group.desk_share = ratio_from_pct(g.desk_share_pct());
    group.exclusion_notice = g.exclusion_notice() ? regulation::Notice::given : regulation::Notice::none;
    group.primary_dealers.assign(g.primary_dealer().begin(), g.primary_dealer().end());
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace haven::assemble
