#include "engine/regulation/rule_table.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::regulation {
namespace {

using base::Money;
using base::to_bn;

struct Measured {
  Money required_tier1, headroom, overall_required_tier1;
  Constraint binding;
};

ExclusionState exclusion_state(const LeverageRule& rule, const BankingGroup& group) {
  const bool opted_out = rule.exclusion.adoption == Adoption::opt_in && group.exclusion_notice == Notice::none;
  return opted_out ? ExclusionState::inactive : ExclusionState::active;
}

std::optional<Measured> measure(const RuleSet& rules, const BankingGroup& group, Level level, std::span<const BankingGroup> firms) {
  if (level == Level::bank && !group.bank) return std::nullopt;
  const Relief relief = {exclusion_state(rule_at(rules, level), group), cleared_netting(rules, group, firms)};
  const Constraints all = constraints(rules, group, level, relief);
  const Constraint& leverage = all.items[0];
  return Measured{leverage.required_tier1, leverage.capacity, required_tier1(all), binding(all)};
}

}  // namespace

Money cleared_netting(const RuleSet& rules, const BankingGroup& group, std::span<const BankingGroup> firms) {
  if (rules.clearing.scope != ClearingScope::full || group.primary_dealers.empty()) return {};
  Money dealers;
  for (const BankingGroup& firm : firms) {
    if (!firm.primary_dealers.empty()) dealers += firm.holding_company.leverage_exposure;
  }
  return {mul_div_floor(rules.clearing.untapped_netting.v, group.holding_company.leverage_exposure.v, dealers.v)};
}

std::vector<RuleRow> rule_table(std::span<const RuleSet> rules, std::span<const BankingGroup> firms, const RuleSet* against) {
  std::vector<RuleRow> rows;
  for (const RuleSet& rule : rules) {
    const auto wrong = faults(rule);
    HAVEN_CHECK(wrong.empty(), rule.name + ": " + wrong.front().field + " " + wrong.front().message);
    for (const BankingGroup& firm : firms) {
      for (const Level level : {Level::holding_company, Level::bank}) {
        RuleRow row;
        row.rule = rule.name;
        row.firm = firm.name;
        row.level = level;
        row.requirement_pct = to_pct(requirement(rule_at(rule, level), firm.method_1));
        if (const auto measured = measure(rule, firm, level, firms)) {
          row.required_tier1_bn = to_bn(measured->required_tier1);
          row.headroom_bn = to_bn(measured->headroom);
          row.binding = to_string(measured->binding.level, measured->binding.kind);
          row.capacity_bn = to_bn(measured->binding.capacity);
          row.overall_required_tier1_bn = to_bn(measured->overall_required_tier1);
          if (against != nullptr) {
            const auto other = measure(*against, firm, level, firms);
            row.required_tier1_change_bn = to_bn(measured->required_tier1 - other->required_tier1);
            row.capacity_change_bn = to_bn(measured->binding.capacity - other->binding.capacity);
            row.overall_required_tier1_change_bn = to_bn(measured->overall_required_tier1 - other->overall_required_tier1);
          }
        }
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

std::vector<RuleTotal> totals(std::span<const RuleRow> rows) {
  std::vector<RuleTotal> out;
  for (const RuleRow& row : rows) {
    auto at = std::find_if(out.begin(), out.end(), [&row](const RuleTotal& t) { return t.rule == row.rule && t.level == row.level; });
    if (at == out.end()) {
      out.push_back({});
      at = out.end() - 1;
      at->rule = row.rule;
      at->level = row.level;
    }
    if (!row.headroom_bn) continue;
    ++at->firms;
    at->required_tier1_bn += *row.required_tier1_bn;
    at->headroom_bn += *row.headroom_bn;
    at->capacity_bn += *row.capacity_bn;
    at->overall_required_tier1_bn += *row.overall_required_tier1_bn;
    at->required_tier1_change_bn += row.required_tier1_change_bn.value_or(0.0);
    at->capacity_change_bn += row.capacity_change_bn.value_or(0.0);
    at->overall_required_tier1_change_bn += row.overall_required_tier1_change_bn.value_or(0.0);
  }
  return out;
}

}  // namespace haven::regulation
