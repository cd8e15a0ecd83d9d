// Collateral that its pledger wants back before the contract ends.
#pragma once

#include <functional>
#include <span>

#include "engine/funding/repo.h"

namespace haven::funding {

/// What a morning's recalls did, by face.
struct Recalled {
  Face substituted;  ///< other collateral took its place, the loan goes on
  Face terminated;   ///< the loan ended early, in whole or in part
  Face notified;     ///< notice was given: the loan ends later
  Recalled& operator+=(const Recalled& r) {
    substituted += r.substituted;
    terminated += r.terminated;
    notified += r.notified;
    return *this;
  }
};

/// What a recall needs to know of the market.
struct RecallTerms {
  std::span<const Money> per_million;                      ///< value of $1m face, by security
  Date today, tomorrow;                                    ///< this and the next business day
  std::function<Date(std::int32_t business_days)> after;   ///< that many business days from today
  Face grain{100'000};                                     ///< substitutes come in multiples of this
};

/// Frees up to `wanted` of a security that `holder` has pledged under contracts that run on: first by putting other collateral that it
/// has free until the contract's end in its place, where the contract permits; then by ending loans that may be ended today, only as much
/// as is missing; what needs notice is given notice. A lender that passed the collateral on recalls it in turn, and so on down the chain;
/// where somebody on it sold the collateral, the recall ends the contract tomorrow, and what does not come then is a fail.
/// Repayment may leave the holder's cash negative. Nothing happens while `holder` has `wanted` free.
Recalled recall(Ledger& ledger, Contracts& contracts, Collateral& collateral, InstitutionId holder, SecurityId s, Face wanted, const RecallTerms& terms,
                Journal& journal, Time now);

}  // namespace haven::funding
