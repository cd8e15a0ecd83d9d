// Total leverage exposure: the denominator of the supplementary leverage ratio, with repo netting as the rule grants it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/time.h"
#include "engine/base/units.h"
#include "engine/regulation/rule.h"

namespace haven::regulation {

enum class Maturity : std::uint8_t { dated, open };          // open: no explicit final settlement date
enum class Novation : std::uint8_t { bilateral, cleared };   // cleared: faces the clearing house, whoever traded
enum class SetOff : std::uint8_t { enforceable, none };      // in the ordinary course and in default
enum class CashLeg : std::uint8_t { lent, borrowed };        // lent: a reverse repo, a cash receivable

/// One repo or reverse repo as the exposure measure sees it.
struct RepoTrade {
  std::uint32_t counterparty = 0;
  base::Date end;           // final settlement date; not read when open
  Maturity maturity = Maturity::dated;
  Novation novation = Novation::bilateral;
  SetOff set_off = SetOff::enforceable;
  CashLeg cash_leg = CashLeg::lent;
  base::Money cash;         // >= 0
  base::Money collateral;   // market value of the securities against it, >= 0
};

/// Exposure from repo, in three parts.
struct RepoExposure {
  base::Money netted;        // net receivables of sets that may be netted: sum over sets of max(0, lent - borrowed)
  base::Money gross;         // receivables that may not
  base::Money counterparty;  // add-on for what was given beyond what was received: sum of max(0, E - C)
};
constexpr base::Money total(const RepoExposure& exposure) { return exposure.netted + exposure.gross + exposure.counterparty; }

/// Working memory of repo_exposure(), kept by the caller so that the steady loop allocates nothing.
struct NettingLine {
  std::uint32_t counterparty = 0;
  std::int32_t end = 0;
  base::Money lent, borrowed, given, received;
};

/// Repo's part of total leverage exposure. A receivable is set against a payable when both are dated, end on the same
/// day, face the same counterparty and may be set off; trades that are cleared (under all_cleared: all dated ones with
/// enforceable set-off) face one counterparty, the clearing house. The add-on is per counterparty under enforceable
/// set-off, per trade otherwise. The result does not depend on the order of trades.
/// Source: 12 CFR 217.10(c)(2); the conditions in the words of the Basel text, LEV30 (securities financing).
RepoExposure repo_exposure(std::span<const RepoTrade> trades, NettingScope scope, std::vector<NettingLine>& scratch);

/// The parts of a balance sheet that enter the measure, apart from reverse repo.
struct Balance {
  base::Money assets;            // on-balance-sheet assets, daily average, without reverse repo receivables
  base::Money reserves;          // of which on deposit at Federal Reserve Banks
  base::Money treasuries;        // of which US Treasury securities
  base::Money custody_deposits;  // deposits of custody and fiduciary clients; 0 for a firm that is no custody bank
  base::Money derivatives;       // derivatives exposure, after its own netting
  base::Money off_balance;       // commitments after conversion factors
};

enum class ExclusionState : std::uint8_t { inactive, active };

/// Total leverage exposure: assets - excluded + repo + derivatives + off balance. `excluded` is what the exclusion and
/// the custody deduction take out together; a reserve dollar leaves once (12 CFR 217.303(e)).
/// Requires reserves and treasuries to be parts of assets.
struct LeverageExposure {
  base::Money total;
  base::Money excluded;
};
LeverageExposure leverage_exposure(const LeverageRule& rule, const Balance& balance, const RepoExposure& repo, ExclusionState state);

/// How a quarter's days enter the reported exposure.
enum class Averaging : std::uint8_t { daily_average, quarter_end };
/// Reported exposure of a quarter from its business days in order. Average rounded up. Requires at least one day.
base::Money reported_exposure(Averaging averaging, std::span<const base::Money> days);
/// What one dollar held on business day `day` of `days` adds to the reported exposure, in units of a dollar held every
/// day, times the number of days: 1 each day under daily averaging; 0, and `days` on the last, under a snapshot. It
/// scales a daily cost of balance sheet so that both average to the same. Requires 0 <= day < days.
std::int32_t daily_cost_weight(Averaging averaging, std::int32_t day, std::int32_t days);

}  // namespace haven::regulation
