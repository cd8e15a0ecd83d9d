// Committed unsecured lines: the last source of cash of an institution, and the loans drawn on them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/journal.h"
#include "engine/base/time.h"
#include "engine/funding/rates.h"
#include "engine/ledger/ledger.h"

namespace haven::funding {

/// One institution's line. Without one: provider is the institution itself, limit zero.
struct CreditLine {
  base::InstitutionId provider;
  std::int32_t spread_hbp = 0;  ///< over the reference rate, a year, 1/100 bp
  base::Money limit;            ///< most principal
  base::Money drawn;            ///< principal outstanding
  base::Money interest;         ///< accrued until `since`, not paid
  base::Date since;             ///< interest of `drawn` runs from here
  std::int32_t unused = 0;
};
static_assert(sizeof(CreditLine) == 40);

/// Lines and loans of all institutions.
/// Invariants (check): 0 <= drawn <= limit, interest >= 0, nobody is its own provider while it has a limit; lent(p) is the
/// sum of what is drawn from p. Every draw and repayment is a posting with reason `credit` or `credit_interest`.
class Credit {
 public:
  Credit() = default;
  explicit Credit(std::uint32_t institutions);

  /// Requires limit >= 0, provider != institution, and nothing drawn.
  void open_line(base::InstitutionId i, base::InstitutionId provider, base::Money limit, std::int32_t spread_hbp);
  const CreditLine& line(base::InstitutionId i) const { return lines_[i.v]; }
  base::Money undrawn(base::InstitutionId i) const { return lines_[i.v].limit - lines_[i.v].drawn; }
  /// Principal and interest owed on `today` at a reference rate, 1/100 bp.
  base::Money owed(base::InstitutionId i, std::int32_t reference_hbp, base::Date today) const;
  /// Principal lent by a provider.
  base::Money lent(base::InstitutionId provider) const { return lent_[provider.v]; }

  /// Draws up to `wanted`. Returns what was drawn.
  base::Money draw(ledger::Ledger& ledger, base::InstitutionId i, base::Money wanted, std::int32_t reference_hbp, base::Journal& journal, base::Time now);
  /// Pays interest, then principal, out of at most `available` >= 0. Returns what was paid.
  base::Money repay(ledger::Ledger& ledger, base::InstitutionId i, base::Money available, std::int32_t reference_hbp, base::Journal& journal, base::Time now);
  /// The loan ends as a claim outside this table and the line with it. Returns principal and interest.
  base::Money terminate(base::InstitutionId i, std::int32_t reference_hbp, base::Date today);
  /// A provider that lends no more: what is undrawn of its lines is gone.
  void withdraw(base::InstitutionId provider);

  void check() const;

  template <class Archive>
  void fields(Archive& archive) { archive(lines_, lent_); }

 private:
  void accrue(CreditLine& line, std::int32_t reference_hbp, base::Date today);
  std::vector<CreditLine> lines_;
  std::vector<base::Money> lent_;
};

}  // namespace haven::funding
