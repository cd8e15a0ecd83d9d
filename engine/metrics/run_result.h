// What one run leaves behind: the contract between the probes and the result store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/time.h"

namespace haven::metrics {

/// A named series sampled at moments of simulated time. `values[i]` belongs to `times[i]`; NaN never occurs: a moment
/// without a value (an empty book has no spread) is left out. The name carries the unit: `yield_10y_pct`.
struct Series {
  std::string name;
  std::vector<base::Time> times;
  std::vector<double> values;
};

/// Treasury face that changed economic owner on a day, between institution kinds, by sector ("10y", "off_6.5_8y").
/// Source of truth: the trades. seller_kind and buyer_kind are kind names ("basis_fund").
struct FlowRow {
  base::Date day;
  std::string seller_kind, buyer_kind, sector;
  double face_bn = 0;
  double ten_year_equivalent_bn = 0;
};

/// A firm's use of one constraint at a day's end. use = exposure / capacity; 1 binds. headroom in $bn of exposure,
/// negative when breached. shadow_price_bp: annual cost of one more dollar of exposure, in bp.
struct ConstraintRow {
  base::Date day;
  std::string firm, kind, rule;
  double use = 0, headroom_bn = 0, shadow_price_bp = 0;
  bool binding = false;  ///< the one with the least headroom of this firm
};

/// A firm's use of the exposure that a rule which is not in force would leave it, at a day's end. rule: "in force" beside them.
struct ShadowRow {
  base::Date day;
  std::string rule, firm, kind, constraint;
  double use = 0, headroom_bn = 0;  ///< as ConstraintRow
  bool binding = false;             ///< use >= 1
};

/// Cash that a kind had to find on a day, by reason, $bn (positive: it pays).
struct LiquidityNeedRow {
  base::Date day;
  std::string kind;
  double variation_margin_bn = 0, initial_margin_bn = 0, haircut_bn = 0;
};

/// Net economic position of a kind at a day's end. book: "cash", "futures", "swap"; sector: tenor or basket or
/// contract name. face_bn long positive; for swaps, ten-year-equivalent of receiving fixed.
struct PositionRow {
  base::Date day;
  std::string kind, book, sector;
  double face_bn = 0;
  double ten_year_equivalent_bn = 0;
};

/// One repo segment on one day: "tri_party", "gcf", "dvp", "nccbr", "on_rrp", "standing_repo".
struct RepoRow {
  base::Date day;
  std::string segment;
  double volume_bn = 0, rate_pct = 0, haircut_pct = 0, refused_bn = 0;
};

/// One edge of the collateral network at a day's end: `from` pledged `face_bn` of `security` to `to`, who lent `cash_bn`
/// against it. The collateral is `owner`'s, `depth` legs before this one: 0 is the owner's own pledge.
struct CollateralEdgeRow {
  base::Date day;
  std::string from, to, segment, security;
  double face_bn = 0;
  std::string owner = {};
  int depth = 0;
  double cash_bn = 0;
  double rate_pct = 0, haircut_pct = 0;  ///< averages by face; not saved
};

/// An institution of the collateral network at a day's end. equity_bn: everything at market less debts; cash_bn may be
/// negative within a day.
struct InstitutionRow {
  base::Date day;
  std::string name, kind;
  double equity_bn = 0, cash_bn = 0;
};

/// A default with its cause in a sentence.
struct DefaultRow {
  base::Time time;
  std::string institution, kind, cause;
  double shortfall_bn = 0;
};

/// One step of a defaulter's trace, in the order in which it happened. account says whose books the amount is in: "trigger" (what led
/// to the default), a clearing house's name, "repo", "claims", "estate", "clearing". Amounts are exact to 1/10,000 dollar:
///   trigger:   call - cash - line left = short by
///   house:     margin held + own contribution - calls not met + close-out gain = its result
///   repo:      owed to a lender - sold - kept = its claim
///   estate:    cash at default + repaid + margin left over + securities sold (and marks until they settled) = cash at the clearing
///   clearing:  cash + received - paid = left in the estate
struct DefaultStepRow {
  base::Time time;
  std::string institution, account, item, counterparty;
  double amount_bn = 0;
};

/// A cause of a fail on one morning; a fail with several has a row each, whose cause_bn sum to its face_bn. kind: "return" of a contract's
/// collateral, "delivery" of a sale. cause:
///   not_returned:   `upstream` does not return what it got from the one who fails: a fail of its own
///   pledged_on:     `upstream` holds it under a contract that has not ended
///   not_delivered:  bought back through the clearing house `upstream`, where others' sales fail
///   sold_on:        collateral was sold and not bought back
///   sold_short:     more was sold than was there
///   others:         what is left after the largest causes
///   not_told:       `fails` smaller fails of one kind and security, together
struct FailRow {
  base::Date day, since;
  std::string kind, failing, owed_to, security;
  double face_bn = 0;
  std::int64_t fails = 1;  ///< that the row stands for
  std::string cause, upstream;
  double cause_bn = 0;
};

/// Everything one run produced. Kinds of institutions and their counts come with the manifest, not here.
struct RunResult {
  std::uint64_t seed = 0;
  base::Digest digest;
  std::uint64_t events = 0, orders = 0, trades = 0;
  std::map<std::string, double> metrics;  ///< name with unit -> value; a metric that has no value is absent
  std::vector<Series> series;
  std::vector<FlowRow> flows;
  std::vector<ConstraintRow> constraints;
  std::vector<ShadowRow> shadows;
  std::vector<LiquidityNeedRow> liquidity_needs;
  std::vector<PositionRow> positions;
  std::vector<RepoRow> repo;
  std::vector<CollateralEdgeRow> collateral;
  std::vector<InstitutionRow> institutions;
  std::vector<DefaultRow> defaults;
  std::vector<DefaultStepRow> default_steps;
  std::vector<FailRow> fails;
};

}  // namespace haven::metrics
