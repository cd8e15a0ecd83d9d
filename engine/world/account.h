// What an institution knows of itself beyond the ledger: financing, margin, limits, last night's marks.
#pragma once

#include <array>
#include <cstdint>

#include "engine/world/spec.h"

namespace haven::world {

/// Cleared products: contracts, swaps by tenor, then the contracts' next months.
constexpr std::size_t kCarried = kListings + kNodes;
constexpr std::size_t carried_futures(std::size_t listing) { return listing < kContracts ? listing : kNodes + listing; }
constexpr std::size_t carried_swap(std::size_t tenor) { return kContracts + tenor; }

/// One institution's own books. Written by the loop's phases, read by the institution alone.
struct Account {
  base::Money repo_borrowed;           ///< cash received in repo, outstanding
  base::Money futures_margin, swap_margin, ficc_margin;  ///< initial margin posted, or called, at each clearing house
  base::Money lent_this_morning;       ///< in repo, where it is made in rounds: what its cash was more before them
  base::Money maturing;                ///< principal of notes and bonds that mature as this run's auctions settle, not paid yet
  base::Money call_due;                ///< variation margin and calls due at the next payment phase (positive: it pays)
  std::array<base::Money, kHouses> default_fund{};  ///< prefunded at each clearing house, not yet used up
  std::array<base::Money, kCarried> carried{};  ///< value of futures and swaps at the last settlement
  double equity_bn = 0;                ///< at the last mark, market value of everything less debts
  double start_equity_bn = 0;          ///< at the first day's open
  double peak_equity_bn = 0;
  double haircut = 0;                  ///< on this client's repo, fraction
  double financing_pct = 0;            ///< rate of its repo this morning
  double refused_bn = 0;               ///< financing asked for and refused this morning
  double declined_bn = 0, unsecured_bn = 0;  ///< this morning's cash not got: dealers declined it; it had no free collateral for it
  double round_unfilled = 0;           ///< of what it bid, or offered at no more than the rate, in the last round of repo: share that was not dealt
  base::InstitutionId refused_by;      ///< who refused most of it; itself when nobody did
  double leverage_capacity_bn = 0;     ///< most exposure its desk may carry: minimum over constraints
  double leverage_exposure_bn = 0;     ///< this morning's, repo book and securities
  std::array<std::int64_t, kSecurities> need_lots{};  ///< outside instructions not yet executed: sell (+) by security
  std::uint8_t defaulted = 0;
};

}  // namespace haven::world
