// What a firm can still add before a constraint binds, which constraint that is, and what one more dollar costs.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "engine/regulation/exposure.h"
#include "engine/regulation/firm.h"
#include "engine/regulation/rule.h"

namespace haven::regulation {

/// Leverage exposure that can still be added before the ratio binds. Negative when it is breached.
/// Requires requirement > 0. Rounds against the firm. Source: 12 CFR 217.10(c).
base::Money headroom(base::Money tier1, base::Money exposure, Ratio requirement);
/// The same under a rule, for a firm with this method-1 surcharge.
base::Money headroom(const LeverageRule& rule, base::Money tier1, base::Money exposure, Ratio method_1_surcharge);

enum class ConstraintKind : std::uint8_t { supplementary_leverage, tier1_leverage, risk_based };
/// "holding_company supplementary_leverage", "bank tier1_leverage", ...
std::string to_string(Level level, ConstraintKind kind);

/// The capacity of a constraint that added Treasuries do not touch.
constexpr base::Money kUnlimited = {std::numeric_limits<std::int64_t>::max()};

/// One constraint on one legal level.
struct Constraint {
  Level level = Level::holding_company;
  ConstraintKind kind = ConstraintKind::supplementary_leverage;
  Ratio requirement;
  base::Money required_tier1;  // against what the firm holds now
  base::Money capacity;        // exposure that can be added; negative when breached, kUnlimited when it never binds
};

/// The constraints that could be measured at one level; those whose denominator is not published are missing.
struct Constraints {
  std::array<Constraint, 3> items;
  std::uint32_t count = 0;
};

/// What a rule takes off the holding company's reported exposure, beyond what the report already reflects.
struct Relief {
  ExclusionState exclusion = ExclusionState::inactive;  // exclusion_applies() decides, from date and notice
  base::Money netted;                                   // repo newly netted, off average assets as well; >= 0
};

/// Every constraint at one level. Relief acts on the holding company alone: what a bank could exclude or net is not
/// published. A dollar of balance sheet adds a dollar to both leverage denominators, and to
/// risk-weighted assets what `rules.risk_based.added_risk` says. Requires the level's position to be known.
Constraints constraints(const RuleSet& rules, const BankingGroup& group, Level level, const Relief& relief);

/// The smallest capacity of a level, with the constraint that sets it. Ties go to the first kind in ConstraintKind.
/// Requires count > 0.
const Constraint& binding(const Constraints& constraints);
/// The largest required tier 1 of a level: what the firm must hold under all constraints together.
base::Money required_tier1(const Constraints& constraints);

/// Where a position is carried: in the broker-dealer, under the holding company's rules alone, or in the bank, under
/// both levels' rules.
enum class BookedIn : std::uint8_t { broker_dealer, bank };
/// Capacity of the group for a position booked there, the minimum over every constraint that it meets. A bank whose
/// balance sheet is not published is left out.
Constraint capacity(const RuleSet& rules, const BankingGroup& group, BookedIn booked_in, const Relief& relief);

/// The desk's part of the group's capacity, rounded down. A breach (negative capacity) is the desk's in the same part.
base::Money desk_capacity(base::Money group_capacity, Ratio desk_share);

/// Annual cost of one more dollar of exposure when the requirement binds, in bp of that dollar:
/// requirement x required return on equity. 5% x 10% is 50 bp.
double hurdle_cost_bp(Ratio requirement, double required_return_pct);

/// Exposure over the exposure that the firm's tier 1 supports: 1 when the requirement binds. Requires tier1 > 0.
double use_of_limit(base::Money exposure, base::Money tier1, Ratio requirement);

/// How a dealer prices balance sheet that does not bind yet but may before the position is gone.
struct ShadowPriceTerms {
  double required_return_pct = 0.0;  // on tier 1, a year
  double use_sigma = 0.0;            // standard deviation of use over the holding period. Must be > 0
  double penalty_multiple = 1.0;     // cost of binding over the hurdle: forced shrinking, payout limits
  double cap_multiple = 1.0;         // largest multiple of the hurdle cost that is charged
};

/// Probability that the requirement binds within the holding period: Phi((use - 1) / sigma).
double binding_probability(double use, double use_sigma);
/// Shadow price of one more dollar of exposure, annual bp: hurdle_cost x min(cap, penalty x P(binding)).
/// The expected multiplier of a chance constraint: smooth, rising with use, half the hurdle at use = 1 when the
/// penalty is 1. Charge it on trades that add use; the side that reduces use is not charged.
/// Derivation: docs/rules.md, "Shadow price".
double shadow_price_bp(Ratio requirement, const ShadowPriceTerms& terms, double use);

}  // namespace haven::regulation
