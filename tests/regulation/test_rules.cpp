// Rules as pure functions: worked examples, edges, refusals.
#include <catch2/catch.hpp>

#include "engine/base/check.h"
#include "engine/regulation/rule.h"

namespace {

using namespace haven::regulation;
using haven::base::CheckFailure;
using haven::base::dollars;
using haven::base::make_date;
using haven::base::Money;

LeverageRule plain_rule(Level level) {
  LeverageRule rule;
  rule.name = "plain";
  rule.level = level;
  rule.minimum = ratio_from_pct(3.0);
  return rule;
}

RuleSet plain_rules() {
  RuleSet rules;
  rules.name = "plain";
  rules.holding_company = plain_rule(Level::holding_company);
  rules.bank = plain_rule(Level::bank);
  return rules;
}

bool names(const std::vector<RuleFault>& found, const std::string& field) {
  for (const RuleFault& fault : found) {
    if (fault.field == field) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a rule with a zero or negative minimum is rejected with its field, and never computed with", "[rules]") {
  RuleSet rules = plain_rules();
  REQUIRE(faults(rules).empty());
  for (const double pct : {0.0, -3.0}) {
    rules.bank.minimum = ratio_from_pct(pct);
    CHECK(names(faults(rules), "bank.minimum_pct"));
    CHECK_THROWS_AS(requirement(rules.bank, ratio_from_pct(2.5)), CheckFailure);
  }
}

TEST_CASE("zero tier-1 leverage, zero risk-based minimum, negative buffers, swapped levels and turned periods are rejected", "[rules]") {
  RuleSet rules = plain_rules();
  rules.tier1_leverage.holding_company = Ratio{0};
  rules.risk_based.holding_company_minimum = Ratio{0};
  rules.holding_company.buffer.fixed = ratio_from_pct(-1.0);
  rules.bank.level = Level::holding_company;
  rules.bank.in_force = {make_date(2026, 4, 1), make_date(2026, 3, 31)};
  rules.haircut_floor.minimum = ratio_from_pct(-2.0);
  rules.clearing.untapped_netting = dollars(-1);
  const auto found = faults(rules);
  for (const char* field : {"tier1_leverage.holding_company_pct", "risk_based.holding_company_minimum_pct", "holding_company.fixed_buffer_pct",
                            "bank", "bank.to", "haircut_floor.minimum_pct", "clearing.untapped_netting_bn"}) {
    INFO(field);
    CHECK(names(found, field));
  }
}

TEST_CASE("early adoption may not be later than the day the rule takes force", "[rules]") {
  RuleSet rules = plain_rules();
  rules.bank.in_force.from = make_date(2026, 4, 1);
  rules.bank.early_adoption = make_date(2026, 1, 1);
  CHECK(faults(rules).empty());
  rules.bank.early_adoption = make_date(2026, 4, 2);
  CHECK(names(faults(rules), "bank.early_adoption_from"));
}

TEST_CASE("a buffer that is a share of the surcharge is halved, capped, and rounded against the firm", "[rules]") {
  LeverageRule rule = plain_rule(Level::bank);
  rule.buffer.kind = BufferKind::share_of_method_1;
  rule.buffer.share = ratio_from_pct(50.0);
  CHECK(to_pct(requirement(rule, ratio_from_pct(1.0))) == Approx(3.5));
  CHECK(to_pct(requirement(rule, ratio_from_pct(4.5))) == Approx(5.25));
  CHECK(to_pct(requirement(rule, Ratio{0})) == Approx(3.0));
  rule.buffer.cap = ratio_from_pct(1.0);
  CHECK(to_pct(requirement(rule, ratio_from_pct(4.5))) == Approx(4.0));
  CHECK(requirement(rule, Ratio{1}) == Ratio{30'001});
}

TEST_CASE("a period includes both its ends and is open where it has none", "[rules]") {
  const Period closed = {make_date(2020, 4, 1), make_date(2021, 3, 31)};
  CHECK_FALSE(contains(closed, make_date(2020, 3, 31)));
  CHECK(contains(closed, make_date(2020, 4, 1)));
  CHECK(contains(closed, make_date(2021, 3, 31)));
  CHECK_FALSE(contains(closed, make_date(2021, 4, 1)));
  CHECK(contains({}, make_date(1999, 1, 1)));
}

TEST_CASE("a rule without excluded assets is never in exclusion, whatever its dates", "[rules]") {
  LeverageRule rule = plain_rule(Level::holding_company);
  CHECK_FALSE(exclusion_applies(rule, make_date(2020, 6, 1), Notice::given));
  rule.exclusion.treasuries = Treatment::excluded;
  CHECK(exclusion_applies(rule, make_date(2020, 6, 1), Notice::none));
}

TEST_CASE("a haircut floor on the net spares a matched package and charges an outright position", "[rules]") {
  HaircutFloor floor{ratio_from_pct(2.0), HaircutBasis::net_of_package};
  CHECK(minimum_margin(floor, dollars(100'000'000), dollars(100'000'000)) == Money{0});
  CHECK(minimum_margin(floor, dollars(100'000'000), dollars(0)) == dollars(2'000'000));
  CHECK(minimum_margin(floor, dollars(30'000'000), dollars(100'000'000)) == dollars(1'400'000));
  floor.basis = HaircutBasis::each_trade;
  CHECK(minimum_margin(floor, dollars(100'000'000), dollars(100'000'000)) == dollars(4'000'000));
  floor.minimum = Ratio{0};
  CHECK(minimum_margin(floor, dollars(100'000'000), dollars(0)) == Money{0});
}
