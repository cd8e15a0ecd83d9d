// Headroom, capacity, and the price of balance sheet.
#include <catch2/catch.hpp>

#include <limits>

#include "engine/base/check.h"
#include "engine/regulation/rule_table.h"
#include "tests/regulation/shipped_configs.h"

namespace {

using namespace haven::regulation;
using haven::base::CheckFailure;
using haven::base::dollars;
using haven::base::Money;
using haven::base::money_from_bn;

const Ratio kFive = ratio_from_pct(5.0);

}  // namespace

TEST_CASE("headroom is rounded down and required tier 1 up, to the ten-thousandth of a dollar", "[capacity]") {
  const Ratio third = ratio_from_pct(3.0);
  CHECK(supported_exposure(Money{1}, third) == Money{33});
  CHECK(required_capital(Money{34}, third) == Money{2});
  CHECK(headroom(Money{1}, Money{33}, third) == Money{0});
  CHECK(headroom(Money{1}, Money{34}, third) == Money{-1});
  CHECK(headroom(Money{-1}, Money{0}, third) == Money{-34});
}

TEST_CASE("headroom is what can be added: with it the ratio is met, with one more dollar it is not", "[capacity]") {
  for (const BankingGroup& group : shipped::baseline().groups) {
    for (const double pct : {3.5, 3.75, 4.0, 4.25, 5.0, 6.0}) {
      const Ratio need = ratio_from_pct(pct);
      const CapitalPosition& at = group.holding_company;
      const Money full = at.leverage_exposure + headroom(at.tier1, at.leverage_exposure, need);
      CHECK(required_capital(full, need) <= at.tier1);
      CHECK(required_capital(full + dollars(1), need) > at.tier1);
    }
  }
}

TEST_CASE("headroom under a requirement of zero is refused", "[capacity]") {
  CHECK_THROWS_AS(headroom(dollars(1), dollars(1), Ratio{0}), CheckFailure);
}

TEST_CASE("a breached ratio has negative headroom", "[capacity]") {
  CHECK(headroom(dollars(4), dollars(100), kFive) == dollars(-20));
}

TEST_CASE("capacity is the least over constraints and names it", "[capacity]") {
  RuleSet rules = shipped::rule("eslr_2014");
  BankingGroup group = shipped::group("Goldman Sachs");
  const Relief none;
  const Constraint now = capacity(rules, group, BookedIn::broker_dealer, none);
  CHECK(to_string(now.level, now.kind) == "holding_company supplementary_leverage");

  group.holding_company.average_assets = money_from_bn(2870);  // 115.1 / 4% = 2,877.5
  const Constraint leverage = capacity(rules, group, BookedIn::broker_dealer, none);
  CHECK(to_string(leverage.level, leverage.kind) == "holding_company tier1_leverage");
  CHECK(leverage.capacity == money_from_bn(7.5));

  group.holding_company.risk_weighted_assets = money_from_bn(757);  // 115.1 / 15.2% = 757.2
  const Constraint risk = capacity(rules, group, BookedIn::broker_dealer, none);
  CHECK(to_string(risk.level, risk.kind) == "holding_company risk_based");
  CHECK(risk.capacity < leverage.capacity);
}

TEST_CASE("risk-based capacity is spare risk-weighted assets over the firm's own density, or over a given weight, or unlimited", "[capacity]") {
  RuleSet rules = shipped::rule("eslr_2014");
  BankingGroup group;
  group.name = "round numbers";
  group.holding_company = {money_from_bn(100), money_from_bn(1'000), std::nullopt, money_from_bn(500)};
  group.stress_capital_buffer = ratio_from_pct(2.5);
  group.method_2 = ratio_from_pct(1.5);  // requirement 10%, so 1,000 of risk-weighted assets are allowed
  const auto risk = [&] { return constraints(rules, group, Level::holding_company, {}).items[1]; };
  CHECK(risk().kind == ConstraintKind::risk_based);
  CHECK(risk().required_tier1 == money_from_bn(50));
  CHECK(risk().capacity == money_from_bn(1'000));  // 500 spare at a density of one half
  rules.risk_based.added_risk = AddedRisk::fixed_weight;
  rules.risk_based.added_risk_weight = ratio_from_pct(20);
  CHECK(risk().capacity == money_from_bn(2'500));
  rules.risk_based.added_risk_weight = Ratio{0};
  CHECK(risk().capacity == kUnlimited);
  CHECK(risk().required_tier1 == money_from_bn(50));
}

TEST_CASE("a position in the bank meets the bank's rules as well, one in the broker-dealer does not", "[capacity]") {
  RuleSet rules = shipped::rule("eslr_2014");
  BankingGroup group = shipped::group("JPMorgan Chase");
  group.bank->tier1 = money_from_bn(255);  // just above 6% of 4,246.5
  const Constraint in_bank = capacity(rules, group, BookedIn::bank, {});
  CHECK(to_string(in_bank.level, in_bank.kind) == "bank supplementary_leverage");
  CHECK(capacity(rules, group, BookedIn::broker_dealer, {}).level == Level::holding_company);
  CHECK(in_bank.capacity < capacity(rules, group, BookedIn::broker_dealer, {}).capacity);
  group.bank.reset();
  CHECK(capacity(rules, group, BookedIn::bank, {}).level == Level::holding_company);
  CHECK_THROWS_AS(constraints(rules, group, Level::bank, {}), CheckFailure);
}

TEST_CASE("a looser rule never lowers capacity, at any firm and level", "[capacity]") {
  const RuleSet strict = shipped::rule("eslr_2014");
  for (const char* name : {"eslr_2025_proposal", "eslr_2025_final", "eslr_2014_exclusion", "eslr_2020_exclusion", "eslr_2025_final_exclusion"}) {
    const std::vector<RuleSet> rules = {shipped::rule(name)};
    for (const RuleRow& row : rule_table(rules, shipped::baseline().groups, &strict)) {
      if (!row.capacity_change_bn) continue;
      INFO(name << " " << row.firm);
      CHECK(*row.capacity_change_bn >= 0.0);
      CHECK(*row.required_tier1_change_bn <= 0.0);
    }
  }
}

TEST_CASE("a bank whose balance sheet is not published has a requirement and no amounts", "[capacity]") {
  const std::vector<RuleSet> rules = {shipped::rule("eslr_2025_final")};
  int without = 0;
  const auto rows = rule_table(rules, shipped::baseline().groups);
  CHECK(rows.size() == 16);
  for (const RuleRow& row : rows) {
    CHECK(row.requirement_pct >= 3.5);
    CHECK_FALSE(row.capacity_change_bn);
    if (row.headroom_bn) continue;
    ++without;
    CHECK(row.level == Level::bank);
    CHECK_FALSE(row.binding);
    CHECK_FALSE(row.required_tier1_bn);
  }
  CHECK(without == 4);
  for (const RuleTotal& total : totals(rows)) CHECK(total.firms == (total.level == Level::bank ? 4 : 8));
}

TEST_CASE("a rule with a fault is not tabulated", "[capacity]") {
  std::vector<RuleSet> rules = {shipped::rule("eslr_2014")};
  rules[0].haircut_floor.minimum = ratio_from_pct(-2.0);
  CHECK_THROWS_AS(rule_table(rules, shipped::baseline().groups), CheckFailure);
}

TEST_CASE("a firm with negative, missing or inconsistent amounts is rejected with its field", "[capacity]") {
  BankingGroup group = shipped::group("Wells Fargo");
  group.holding_company.tier1 = Money{0};
  group.bank->leverage_exposure = Money{-1};
  group.treasuries = group.holding_company.leverage_exposure;
  group.desk_share = ratio_from_pct(101);
  std::vector<std::string> fields;
  for (const RuleFault& fault : faults(group)) fields.push_back(fault.field);
  CHECK(fields == std::vector<std::string>{"tier1_bn", "bank.leverage_exposure_bn", "desk_share_pct", "treasuries_bn"});
}

TEST_CASE("the desk gets its share of the group's capacity", "[capacity]") {
  CHECK(desk_capacity(money_from_bn(200), ratio_from_pct(10)) == money_from_bn(20));
  CHECK(desk_capacity(money_from_bn(-200), ratio_from_pct(10)) == money_from_bn(-20));
  CHECK(desk_capacity(Money{19}, ratio_from_pct(10)) == Money{1});
}

TEST_CASE("one more dollar of exposure costs requirement times required return: 5% at 10% is 50 bp a year", "[shadow_price]") {
  CHECK(hurdle_cost_bp(kFive, 10.0) == Approx(50.0));
  CHECK(hurdle_cost_bp(ratio_from_pct(3.75), 10.0) == Approx(37.5));
}

TEST_CASE("use of a limit is one exactly when headroom is none", "[shadow_price]") {
  CHECK(use_of_limit(dollars(2'000), dollars(100), kFive) == Approx(1.0));
  CHECK(headroom(dollars(100), dollars(2'000), kFive) == Money{0});
  CHECK(use_of_limit(dollars(1'000), dollars(100), kFive) == Approx(0.5));
  CHECK_THROWS_AS(use_of_limit(dollars(1), Money{0}, kFive), CheckFailure);
}

TEST_CASE("the shadow price is the hurdle times the probability of binding: none far below the limit, half at it, all far above", "[shadow_price]") {
  const ShadowPriceTerms terms{10.0, 0.05, 1.0, 1.0};
  CHECK(shadow_price_bp(kFive, terms, 0.5) < 1e-12);
  CHECK(shadow_price_bp(kFive, terms, 1.0) == Approx(25.0));
  CHECK(shadow_price_bp(kFive, terms, 0.95) == Approx(50.0 * 0.158655253931457).epsilon(1e-9));  // Phi(-1)
  CHECK(shadow_price_bp(kFive, terms, 1.5) == Approx(50.0));
  double last = -1.0;
  for (double use = 0.7; use <= 1.3; use += 0.01) {
    const double price = shadow_price_bp(kFive, terms, use);
    CHECK(price > last);
    last = price;
  }
}

TEST_CASE("the penalty scales the shadow price until the cap stops it", "[shadow_price]") {
  const ShadowPriceTerms terms{10.0, 0.05, 3.0, 2.0};
  CHECK(shadow_price_bp(kFive, terms, 0.95) == Approx(3.0 * 50.0 * 0.158655253931457).epsilon(1e-9));
  CHECK(shadow_price_bp(kFive, terms, 1.5) == Approx(100.0));
}

TEST_CASE("a lower requirement lowers the shadow price twice: less capital a dollar, and less likely to bind", "[shadow_price]") {
  const BankingGroup& group = shipped::group("Goldman Sachs");
  const ShadowPriceTerms terms = shipped::baseline().shadow_price;
  const auto price = [&](const char* rule) {
    const Ratio need = requirement(shipped::rule(rule).holding_company, group.method_1);
    return shadow_price_bp(need, terms, use_of_limit(group.holding_company.leverage_exposure, group.holding_company.tier1, need));
  };
  CHECK(price("eslr_2014") > 1.0);
  CHECK(price("eslr_2025_proposal") < 0.01 * price("eslr_2014"));
}

TEST_CASE("a standard deviation of zero and a use that is not a number are refused", "[shadow_price]") {
  CHECK_THROWS_AS(binding_probability(0.9, 0.0), CheckFailure);
  CHECK_THROWS_AS(binding_probability(std::numeric_limits<double>::quiet_NaN(), 0.05), CheckFailure);
}
