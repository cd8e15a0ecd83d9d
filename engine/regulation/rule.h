// A leverage regime as data: who must hold how much tier 1 against what, from when to when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/regulation/ratio.h"

namespace haven::regulation {

/// Which balance sheet a requirement applies to: the consolidated group, or its insured bank.
enum class Level : std::uint8_t { holding_company, bank };
std::string to_string(Level level);

/// How the buffer above the minimum is set.
enum class BufferKind : std::uint8_t {
  fixed,              // the same for every firm: 2 points for holding companies, 12 CFR 217.11 before 2026
  share_of_method_1,  // a share of the firm's method-1 surcharge: FR 2025-12787 and FR 2025-21626
};

/// The buffer above the minimum leverage ratio.
struct Buffer {
  BufferKind kind = BufferKind::fixed;
  Ratio fixed;               // of exposure; read when kind is fixed
  Ratio share;               // of the method-1 surcharge; read when kind is share_of_method_1
  std::optional<Ratio> cap;  // largest buffer; none: uncapped. 1% for banks in the final rule
};

/// A span of dates, both ends included. No start: always. No end: still in force.
struct Period {
  std::optional<base::Date> from;
  std::optional<base::Date> to;
};
bool contains(const Period& period, base::Date date);

enum class Treatment : std::uint8_t { counted, excluded };
/// Whether a firm of this level is in the exclusion by law or by its own notice.
enum class Adoption : std::uint8_t { mandatory, opt_in };

/// Assets taken out of total leverage exposure for a time. Source: 12 CFR 217.303 (holding companies "must", state
/// member banks "may" after notice) and 324.304 of the 2020 interim final rules; it never touched the tier-1
/// leverage ratio.
struct Exclusion {
  Treatment reserves = Treatment::counted;    // funds on deposit at a Federal Reserve Bank
  Treatment treasuries = Treatment::counted;  // US Treasury securities
  Adoption adoption = Adoption::mandatory;
  Period during;
};

/// Which repo is measured net in the exposure.
enum class NettingScope : std::uint8_t {
  gross,       // none: every reverse repo counts in full
  legal,       // the rule: same counterparty, same final settlement date, enforceable set-off; cleared trades face one
  all_cleared  // full clearing: every dated, enforceable trade is treated as novated to the clearing house
};

/// Whether a custody bank deducts central bank deposits up to its custody clients' deposits. Source: 12 CFR
/// 217.10(c)(2)(x).
enum class CustodyDeduction : std::uint8_t { none, central_bank_deposits };

/// One leverage requirement. Source of the ratio: 12 CFR 217.10(c).
struct LeverageRule {
  std::string name;
  Level level = Level::holding_company;
  Ratio minimum;  // tier 1 over total leverage exposure, before the buffer. Must be > 0
  Buffer buffer;
  Exclusion exclusion;
  Period in_force;
  std::optional<base::Date> early_adoption;  // first day on which a firm may choose the rule before in_force.from
  NettingScope netting = NettingScope::legal;
  CustodyDeduction custody = CustodyDeduction::central_bank_deposits;
};

/// Tier 1 over average total consolidated assets. Source: 12 CFR 217.10(a) (4%); 12 CFR 208.43 (5% for a
/// well-capitalized bank).
struct TierOneLeverage {
  Ratio holding_company = ratio_from_pct(4.0);
  Ratio bank = ratio_from_pct(5.0);
};

/// What one more dollar of balance sheet adds to risk-weighted assets.
enum class AddedRisk : std::uint8_t {
  own_mix,      // the firm's average: risk-weighted assets over leverage exposure. The headline measure
  fixed_weight  // a given risk weight; 0 says that added Treasuries carry none, and the constraint never binds
};

/// The risk-based tier-1 requirement: minimum + stress capital buffer + the larger surcharge for a holding company,
/// one number for a bank. Source: 12 CFR 217.10(a), 217.11.
struct RiskBasedFloor {
  Ratio holding_company_minimum = ratio_from_pct(6.0);
  Ratio bank_requirement = ratio_from_pct(8.5);
  AddedRisk added_risk = AddedRisk::own_mix;
  Ratio added_risk_weight;  // read when added_risk is fixed_weight
};

/// What a minimum haircut is charged on.
enum class HaircutBasis : std::uint8_t { net_of_package, each_trade };
/// A floor under haircuts of repo lending to clients. minimum 0: no floor.
struct HaircutFloor {
  Ratio minimum;
  HaircutBasis basis = HaircutBasis::net_of_package;
};

enum class ClearingScope : std::uint8_t { as_observed, full };
enum class CrossMargining : std::uint8_t { none, customers };
/// How much repo is centrally cleared, and whether a client's futures margin is offset against its cleared repo.
struct Clearing {
  ClearingScope scope = ClearingScope::as_observed;
  CrossMargining cross_margining = CrossMargining::none;
  /// Leverage exposure that full clearing would still net away over all primary dealers' parents; shared among them
  /// in proportion to their exposure by rule_table(). Runs compute netting from their own contracts instead.
  base::Money untapped_netting;
};

/// A whole regime: what `--with NAME` replaces.
struct RuleSet {
  std::string name;
  std::string title;
  LeverageRule holding_company;
  LeverageRule bank;
  TierOneLeverage tier1_leverage;
  RiskBasedFloor risk_based;
  HaircutFloor haircut_floor;
  Clearing clearing;
};

const LeverageRule& rule_at(const RuleSet& rules, Level level);

/// What is wrong with a rule that a user wrote; `field` is the path inside RuleSet, as in the config.
struct RuleFault {
  std::string field;
  std::string message;
};
/// Every fault: a minimum that is not above zero, negative ratios, a period that ends before it starts, levels in the
/// wrong slot. Empty when the rule can be used.
std::vector<RuleFault> faults(const RuleSet& rules);

/// Minimum plus buffer for a firm with this method-1 surcharge. Rounded up. Requires rule.minimum > 0.
Ratio requirement(const LeverageRule& rule, Ratio method_1_surcharge);

enum class Notice : std::uint8_t { none, given };
/// Is the exclusion in force for a firm of the rule's level on this date? `notice` matters where it is by opt-in.
bool exclusion_applies(const LeverageRule& rule, base::Date date, Notice notice);

/// The least a dealer may hold back from a client whose long and short positions it finances as one package (same
/// client, same tenor): the floor on the difference, or on each side. Both positions >= 0. Rounded up.
base::Money minimum_margin(const HaircutFloor& floor, base::Money financed_long, base::Money financed_short);

}  // namespace haven::regulation
