// The shipped rules on the shipped balance sheets, against figures that others published.
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <stdexcept>

#include "engine/regulation/rule_table.h"
#include "tests/regulation/shipped_configs.h"

namespace {

using namespace haven::regulation;
using haven::base::Date;
using haven::base::make_date;
using haven::base::to_bn;

/// Tier 1 is known to about half a billion where it is remembered, and half a billion at 5% is ten of exposure.
constexpr double kRoundingBn = 12.0;

const RuleTotal& total_of(const std::vector<RuleTotal>& all, const std::string& rule, Level level) {
  for (const RuleTotal& total : all) {
    if (total.rule == rule && total.level == level) return total;
  }
  throw std::runtime_error("no total for " + rule);
}

}  // namespace

TEST_CASE("requirement and headroom of each holding company, at 5% and under the new rule, are the published arithmetic", "[rules]") {
  struct Expected { const char* firm; double new_requirement_pct, headroom_at_5_bn, headroom_new_bn; };
  // Leverage-only arithmetic on tier 1 and exposure of 2025Q1 (tier 1 / requirement - exposure), tag: computed.
  const Expected expected[] = {{"JPMorgan Chase", 4.25, 986, 2034}, {"Citigroup", 4.00, 470, 1345},   {"Bank of America", 3.75, 580, 2080},
                               {"Goldman Sachs", 3.75, 191, 959},   {"Morgan Stanley", 3.50, 157, 874}, {"Wells Fargo", 3.50, 790, 2101},
                               {"BNY", 3.50, 130, 344},             {"State Street", 3.50, 60, 201}};
  const RuleSet old_rule = shipped::rule("eslr_2014");
  for (const char* name : {"eslr_2025_proposal", "eslr_2025_final"}) {
    const RuleSet new_rule = shipped::rule(name);
    for (const Expected& e : expected) {
      INFO(e.firm << " under " << name);
      const BankingGroup& group = shipped::group(e.firm);
      const auto room = [&](const RuleSet& rules) {
        return to_bn(headroom(rules.holding_company, group.holding_company.tier1, group.holding_company.leverage_exposure, group.method_1));
      };
      CHECK(to_pct(requirement(old_rule.holding_company, group.method_1)) == Approx(5.0));
      CHECK(to_pct(requirement(new_rule.holding_company, group.method_1)) == Approx(e.new_requirement_pct));
      CHECK(room(old_rule) == Approx(e.headroom_at_5_bn).margin(kRoundingBn));
      CHECK(room(new_rule) == Approx(e.headroom_new_bn).margin(kRoundingBn));
    }
  }
}

TEST_CASE("from 5% to the proposal holding companies need about $210bn less tier 1 and gain $6.6tn of headroom, leverage alone", "[rules]") {
  // -$210bn: M. Barr, statement of 25 June 2025 (read). +$6.6tn, $3.4tn -> $9.9tn, 3.87% on average: computed.
  const RuleSet against = shipped::rule("eslr_2014");
  const std::vector<RuleSet> rules = {against, shipped::rule("eslr_2025_proposal")};
  const auto rows = rule_table(rules, shipped::baseline().groups, &against);
  const auto all = totals(rows);
  const RuleTotal& before = total_of(all, "eslr_2014", Level::holding_company);
  const RuleTotal& after = total_of(all, "eslr_2025_proposal", Level::holding_company);
  CHECK(after.firms == 8);
  CHECK(after.required_tier1_change_bn == Approx(-209.2).margin(0.1));
  CHECK(before.headroom_bn == Approx(3364).margin(10));
  CHECK(after.headroom_bn == Approx(9939).margin(15));
  CHECK(after.headroom_bn - before.headroom_bn == Approx(6575).margin(15));
  CHECK(after.required_tier1_bn / 18437.0 * 100.0 == Approx(3.87).margin(0.01));
  CHECK(before.required_tier1_change_bn == 0.0);
}

TEST_CASE("the headline, the minimum over constraints, is a small part of what leverage alone promises", "[rules]") {
  // The proposal's own estimate is -$13bn or -1.4% of holding companies' tier 1 requirement (Barr, June 2025, read).
  const RuleSet against = shipped::rule("eslr_2014");
  const std::vector<RuleSet> rules = {against, shipped::rule("eslr_2025_proposal")};
  const auto all = totals(rule_table(rules, shipped::baseline().groups, &against));
  const RuleTotal& before = total_of(all, "eslr_2014", Level::holding_company);
  const RuleTotal& after = total_of(all, "eslr_2025_proposal", Level::holding_company);
  CHECK(after.overall_required_tier1_change_bn < 0.0);
  CHECK(after.overall_required_tier1_change_bn > -15.0);
  CHECK(100.0 * after.overall_required_tier1_change_bn / before.overall_required_tier1_bn == Approx(-1.4).margin(0.7));
  CHECK(after.capacity_change_bn > 0.0);
  CHECK(after.capacity_change_bn < 0.1 * (after.headroom_bn - before.headroom_bn));
}

TEST_CASE("under 5% leverage binds five of the eight holding companies; under the new rule risk-based requirements are above it everywhere", "[rules]") {
  // The new standard lies below the risk-based tier 1 requirement of every G-SIB: Davis Wright Tremaine, December 2025 (read).
  const RuleSet old_rule = shipped::rule("eslr_2014"), final_rule = shipped::rule("eslr_2025_final");
  std::set<std::string> bound;
  for (const BankingGroup& group : shipped::baseline().groups) {
    INFO(group.name);
    const Constraint now = capacity(old_rule, group, BookedIn::broker_dealer, {});
    if (now.kind == ConstraintKind::supplementary_leverage) bound.insert(group.name);
    const Constraints after = constraints(final_rule, group, Level::holding_company, {});
    REQUIRE(after.count == 3);
    CHECK(after.items[0].required_tier1 < after.items[2].required_tier1);
    CHECK(binding(after).kind != ConstraintKind::supplementary_leverage);
  }
  CHECK(bound == std::set<std::string>{"BNY", "Goldman Sachs", "JPMorgan Chase", "Morgan Stanley", "State Street"});
}

TEST_CASE("over all constraints the banks' requirement falls by 30% at the four whose balance sheets are known", "[rules]") {
  // All covered banks: -27% under the proposal and -28% under the final rule (Barr, June and November 2025, read).
  const RuleSet against = shipped::rule("eslr_2014");
  const std::vector<RuleSet> rules = {against, shipped::rule("eslr_2025_proposal"), shipped::rule("eslr_2025_final")};
  const auto all = totals(rule_table(rules, shipped::baseline().groups, &against));
  const double before = total_of(all, "eslr_2014", Level::bank).overall_required_tier1_bn;
  const double proposal = total_of(all, "eslr_2025_proposal", Level::bank).overall_required_tier1_change_bn;
  const double final_rule = total_of(all, "eslr_2025_final", Level::bank).overall_required_tier1_change_bn;
  CHECK(100.0 * proposal / before == Approx(-27).margin(4));
  CHECK(100.0 * final_rule / before == Approx(-28).margin(4));
  CHECK(final_rule < proposal);
}

TEST_CASE("the proposal lowers banks' requirement by 36% on average and the final rule caps it at 4%", "[rules]") {
  // -23% for holding companies and -36% for banks: senators' letter of 2025 (read), weighted here by exposure.
  const RuleSet old_rule = shipped::rule("eslr_2014"), proposal = shipped::rule("eslr_2025_proposal"), final_rule = shipped::rule("eslr_2025_final");
  double exposure = 0, holding = 0, bank = 0;
  for (const BankingGroup& group : shipped::baseline().groups) {
    const double weight = to_bn(group.holding_company.leverage_exposure);
    exposure += weight;
    holding += weight * to_pct(requirement(proposal.holding_company, group.method_1));
    bank += weight * to_pct(requirement(proposal.bank, group.method_1));
    CHECK(to_pct(requirement(old_rule.bank, group.method_1)) == Approx(6.0));
    CHECK(to_pct(requirement(final_rule.bank, group.method_1)) <= 4.0);
  }
  CHECK(100.0 * (holding / exposure / 5.0 - 1.0) == Approx(-23).margin(1));
  CHECK(100.0 * (bank / exposure / 6.0 - 1.0) == Approx(-36).margin(1));
  const Ratio jpm = shipped::group("JPMorgan Chase").method_1;
  CHECK(to_pct(requirement(proposal.bank, jpm)) == Approx(4.25));
  CHECK(to_pct(requirement(final_rule.bank, jpm)) == Approx(4.0));
  CHECK(to_pct(requirement(final_rule.holding_company, jpm)) == Approx(4.25));
}

TEST_CASE("Goldman Sachs and Morgan Stanley report a supplementary leverage ratio of 5.5%", "[rules]") {
  // 10-Q of September 2024 (read).
  for (const char* name : {"Goldman Sachs", "Morgan Stanley"}) {
    const CapitalPosition& position = shipped::group(name).holding_company;
    CHECK(100.0 * to_bn(position.tier1) / to_bn(position.leverage_exposure) == Approx(5.5).margin(0.05));
  }
}

TEST_CASE("required tier 1 ratios are those of the filings", "[rules]") {
  // Bank of America 12.2 (10-K 2024), Goldman Sachs 15.2 (10-Q 2025Q3), Wells Fargo 11.3 (10-Q 2025Q1), State Street 9.5 (10-Q 2025Q2).
  const RuleSet rules = shipped::rule("eslr_2014");
  const std::map<std::string, double> filed = {{"Bank of America", 12.2}, {"Goldman Sachs", 15.2}, {"Wells Fargo", 11.3}, {"State Street", 9.5}};
  for (const auto& [name, pct] : filed) {
    const Constraints all = constraints(rules, shipped::group(name), Level::holding_company, {});
    REQUIRE(all.count == 3);
    CHECK(to_pct(all.items[2].requirement) == Approx(pct));
  }
}

TEST_CASE("six of the eight G-SIBs own primary dealers", "[rules]") {
  std::set<std::string> parents;
  for (const BankingGroup& group : shipped::baseline().groups) {
    if (!group.primary_dealers.empty()) parents.insert(group.name);
  }
  CHECK(shipped::baseline().groups.size() == 8);
  CHECK(parents == std::set<std::string>{"Bank of America", "Citigroup", "Goldman Sachs", "JPMorgan Chase", "Morgan Stanley", "Wells Fargo"});
}

TEST_CASE("every shipped rule and firm is without fault, and a rule's name is its file's", "[rules]") {
  const auto names = shipped::rule_names();
  CHECK(names.size() == 9);
  for (const std::string& name : names) {
    INFO(name);
    const RuleSet rules = shipped::rule(name, shipped::is_partial(name) ? "eslr_2014" : "");
    CHECK(rules.name == name);
    CHECK_FALSE(rules.title.empty());
    CHECK(faults(rules).empty());
  }
  for (const BankingGroup& group : shipped::baseline().groups) {
    INFO(group.name);
    CHECK(faults(group).empty());
  }
  CHECK(faults(shipped::baseline().net_capital).empty());
}

TEST_CASE("the exclusion does not act in March 2020, acts on holding companies from April, and on banks that gave notice from June", "[rules]") {
  // 12 CFR 217.303 and 324.304.
  const RuleSet rules = shipped::rule("eslr_2020_exclusion");
  const auto on = [&](Level level, Date day, Notice notice) { return exclusion_applies(rule_at(rules, level), day, notice); };
  CHECK_FALSE(on(Level::holding_company, make_date(2020, 3, 31), Notice::none));
  CHECK(on(Level::holding_company, make_date(2020, 4, 1), Notice::none));
  CHECK(on(Level::holding_company, make_date(2021, 3, 31), Notice::none));
  CHECK_FALSE(on(Level::holding_company, make_date(2021, 4, 1), Notice::none));
  CHECK_FALSE(on(Level::bank, make_date(2020, 7, 1), Notice::none));
  CHECK_FALSE(on(Level::bank, make_date(2020, 5, 31), Notice::given));
  CHECK(on(Level::bank, make_date(2020, 6, 1), Notice::given));
  CHECK_FALSE(on(Level::bank, make_date(2021, 4, 1), Notice::given));
  CHECK(to_pct(requirement(rules.holding_company, ratio_from_pct(2.5))) == Approx(5.0));
}

TEST_CASE("the exclusion frees over $1tn of exposure at the six largest and adds half a point or more to their ratio", "[rules]") {
  // ">$1tn at five banks", ratio up by about 0.5 to 1 point: Fed note of August 2023 and Risk.net (read).
  const RuleSet before = shipped::rule("eslr_2014");
  const std::vector<RuleSet> rules = {before, shipped::rule("eslr_2020_exclusion")};
  double freed = 0;
  for (const RuleRow& row : rule_table(rules, shipped::baseline().groups, &before)) {
    if (row.rule != "eslr_2020_exclusion" || row.level != Level::holding_company) continue;
    const BankingGroup& group = shipped::group(row.firm);
    if (group.primary_dealers.empty()) continue;
    const double removed = -*row.required_tier1_change_bn / 0.05;
    const double tier1 = to_bn(group.holding_company.tier1), exposure = to_bn(group.holding_company.leverage_exposure);
    freed += removed;
    CHECK(100.0 * (tier1 / (exposure - removed) - tier1 / exposure) > 0.5);
    CHECK(100.0 * (tier1 / (exposure - removed) - tier1 / exposure) < 1.4);
  }
  CHECK(freed > 1000.0);
}

TEST_CASE("taking Treasuries out alone frees less than taking reserves out too, and never touches the tier-1 leverage ratio", "[rules]") {
  const RuleSet both = shipped::rule("eslr_2020_exclusion"), treasuries = shipped::rule("eslr_2014_exclusion"), none = shipped::rule("eslr_2014");
  const BankingGroup& group = shipped::group("JPMorgan Chase");
  const Relief active = {ExclusionState::active, {}};
  const Constraints with_both = constraints(both, group, Level::holding_company, active);
  const Constraints with_one = constraints(treasuries, group, Level::holding_company, active);
  const Constraints with_none = constraints(none, group, Level::holding_company, active);
  CHECK(with_both.items[0].capacity > with_one.items[0].capacity);
  CHECK(with_one.items[0].capacity - with_none.items[0].capacity == group.treasuries);
  CHECK(with_both.items[1].capacity == with_none.items[1].capacity);
  CHECK(with_both.items[2].capacity == with_none.items[2].capacity);
}

TEST_CASE("the final rule is in force from April 2026, may be adopted from January, and 2014's ends the day before", "[rules]") {
  const RuleSet final_rule = shipped::rule("eslr_2025_final"), old_rule = shipped::rule("eslr_2014");
  CHECK_FALSE(contains(final_rule.bank.in_force, make_date(2026, 3, 31)));
  CHECK(contains(final_rule.bank.in_force, make_date(2026, 4, 1)));
  CHECK(final_rule.holding_company.early_adoption == make_date(2026, 1, 1));
  CHECK(contains(old_rule.holding_company.in_force, make_date(2025, 4, 9)));
  CHECK(contains(old_rule.holding_company.in_force, make_date(2026, 3, 31)));
  CHECK_FALSE(contains(old_rule.holding_company.in_force, make_date(2026, 4, 1)));
}

TEST_CASE("a partial rule changes its own blocks and nothing else of the regime under it", "[rules]") {
  const RuleSet base = shipped::rule("eslr_2014");
  const RuleSet floor = shipped::rule("haircut_floor_2pct", "eslr_2014");
  const RuleSet cleared = shipped::rule("full_clearing", "eslr_2014");
  const RuleSet crossed = shipped::rule("full_clearing_cross_margining", "eslr_2014");
  CHECK(to_pct(floor.haircut_floor.minimum) == Approx(2.0));
  CHECK(floor.clearing.scope == ClearingScope::as_observed);
  CHECK(base.haircut_floor.minimum == Ratio{0});
  CHECK(cleared.holding_company.netting == NettingScope::all_cleared);
  CHECK(cleared.clearing.cross_margining == CrossMargining::none);
  CHECK(crossed.clearing.cross_margining == CrossMargining::customers);
  CHECK(crossed.clearing.untapped_netting == cleared.clearing.untapped_netting);
  for (const RuleSet* rules : {&floor, &cleared, &crossed}) {
    CHECK(requirement(rules->holding_company, ratio_from_pct(2.5)) == requirement(base.holding_company, ratio_from_pct(2.5)));
    CHECK(requirement(rules->bank, ratio_from_pct(2.5)) == requirement(base.bank, ratio_from_pct(2.5)));
  }
}

TEST_CASE("full clearing nets $700bn more, all of it at the parents of primary dealers, and lowers no one's capacity", "[rules]") {
  const RuleSet against = shipped::rule("eslr_2014");
  const std::vector<RuleSet> rules = {shipped::rule("full_clearing", "eslr_2014")};
  double gained = 0;
  for (const RuleRow& row : rule_table(rules, shipped::baseline().groups, &against)) {
    if (row.level != Level::holding_company) continue;
    INFO(row.firm);
    CHECK(*row.capacity_change_bn >= 0.0);
    if (shipped::group(row.firm).primary_dealers.empty()) CHECK(*row.required_tier1_change_bn == 0.0);
    gained += -*row.required_tier1_change_bn / 0.05;
  }
  CHECK(gained == Approx(700).margin(0.01));
}
