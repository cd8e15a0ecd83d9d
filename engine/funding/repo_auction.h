// The morning auction of repo, and the secured overnight rate of a day's trades.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/funding/contracts.h"

namespace haven::funding {

/// One step of a schedule. A lender offers `cash` at `rate_hbp` or more, a borrower wants `cash` at `rate_hbp` or less.
/// An institution may place several steps. `name` is its stable name key: it breaks ties. Lenders of several segments may clear
/// together: then a step's rate is what its cash costs a borrower, all in, and `segment` says where a lender lends it.
struct RepoStep {
  InstitutionId institution;
  std::int32_t rate_hbp = 0;  ///< reservation rate of a lender, highest rate of a borrower
  Money cash;                 ///< >= 0, a multiple of the auction's grain
  std::uint64_t name = 0;
  Segment segment = Segment::tri_party;
};

/// A pair for one contract out of a cleared auction.
struct RepoMatch {
  InstitutionId lender, borrower;
  Money cash;
  Segment segment = Segment::tri_party;  ///< the lender's
};

/// Uniform-price clearing, with its results. Holds only results and scratch of the last clear().
///
/// Rule: volume is the most that lenders at or below and borrowers at or above one rate agree on. The rate is that of
/// the side rationed at the margin; when both sides' last steps fill exactly, the middle of the rates that clear,
/// rounded down. Steps better than the margin fill; steps at the rationed rate share pro rata in whole grains, and the
/// grains left over go one each by name. Independent of the order of the steps.
class RepoAuction {
 public:
  /// Requires grain > 0 and every step's cash to be a non-negative multiple of it.
  void clear(std::span<const RepoStep> supply, std::span<const RepoStep> demand, Money grain);

  /// Nothing when no lender and borrower agree.
  std::optional<std::int32_t> rate_hbp() const { return rate_hbp_; }
  Money volume() const { return volume_; }
  /// Cash lent by supply step k, in the order given to clear().
  Money lent(std::size_t k) const { return lent_[k]; }
  Money borrowed(std::size_t k) const { return borrowed_[k]; }
  /// Cash that demand step k wanted and did not get, at any price up to its own.
  Money refused(std::size_t k) const { return refused_[k]; }
  Money refused_total() const;
  /// Splits the cleared volume into contracts: lenders and borrowers by name, each against the next; at most one match
  /// fewer than there are filled steps, none of an institution with itself unless nobody else is left (such cash is
  /// left out and returned).
  Money match(std::vector<RepoMatch>& out) const;

 private:
  std::vector<RepoStep> supply_, demand_;
  std::vector<std::uint32_t> supply_order_, demand_order_;
  std::vector<Money> lent_, borrowed_, refused_;
  std::optional<std::int32_t> rate_hbp_;
  Money volume_;
};

/// One repo trade as a published rate sees it.
struct RepoTrade {
  Segment segment = Segment::tri_party;
  std::int32_t rate_hbp = 0;
  Money cash;
};

/// Volume-weighted percentiles of a day's trades.
struct OvernightRate {
  std::int32_t p01_hbp = 0, p25_hbp = 0, median_hbp = 0, p75_hbp = 0, p99_hbp = 0;
  Money volume;   ///< counted, after the trim
  Money trimmed;  ///< bilateral cleared volume removed as trading special
};

/// Share of DVP volume, lowest rates first, that is removed before the median.
/// Source: New York Fed, SOFR methodology; 25% before 2024-11-25 (memory of the notice of change).
constexpr std::int32_t kTrimFrom20241125Hbp = bp(2000);
constexpr std::int32_t kTrimBefore20241125Hbp = bp(2500);

/// SOFR: the volume-weighted median of tri-party, GCF and cleared bilateral (DVP and sponsored) trades, after `trim_hbp`
/// of the cleared bilateral volume with the lowest rates is removed (the trade at the edge in part). Uncleared
/// bilateral trades and the Fed's facilities do not count. A percentile is the rate at which the cumulated volume, from
/// the lowest rate up, first reaches it. Nothing when no volume counts. Reorders `trades`.
std::optional<OvernightRate> secured_overnight_rate(std::span<RepoTrade> trades, std::int32_t trim_hbp);

/// As published: rounded to the nearest basis point, halves away from zero.
constexpr std::int32_t published_bp(std::int32_t rate_hbp) {
  return (rate_hbp + (rate_hbp >= 0 ? 50 : -50)) / 100;
}

}  // namespace haven::funding
