// Living repo, reverse repo and securities-lending contracts: the edges of the collateral network.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/journal.h"
#include "engine/base/time.h"
#include "engine/funding/rates.h"
#include "engine/ledger/ledger.h"

namespace haven::funding {

using base::Date;
using base::Journal;
using base::Time;
using ledger::Ledger;

/// Segments of the repo market; they differ in lenders, haircuts, netting and re-use.
enum class Segment : std::uint8_t {
  tri_party,           ///< not cleared, at a clearing bank
  gcf,                 ///< general collateral between dealers, cleared at FICC
  dvp,                 ///< delivery against payment, cleared at FICC
  sponsored,           ///< dvp of a client sponsored into FICC
  nccbr,               ///< bilateral, not centrally cleared
  on_rrp,              ///< the Fed borrows cash overnight
  standing_repo,       ///< the Fed lends cash overnight
  securities_lending,  ///< the cash borrower is the lender of the security
};
constexpr std::size_t kSegments = static_cast<std::size_t>(Segment::securities_lending) + 1;

constexpr std::string_view name_of(Segment segment) {
  constexpr std::string_view names[kSegments] = {"tri_party", "gcf",    "dvp",           "sponsored",
                                                 "nccbr",     "on_rrp", "standing_repo", "securities_lending"};
  return names[static_cast<std::size_t>(segment)];
}

/// May the receiver of the collateral pledge or sell it on?
enum class Reuse : std::uint8_t { forbidden, permitted };

/// Failing: the receiver of the collateral did not return all of it when the contract ended.
enum class Standing : std::uint8_t { open, failing };

/// What two parties agree.
struct RepoTerms {
  InstitutionId lender;    ///< gives cash, receives collateral
  InstitutionId borrower;  ///< receives cash, gives collateral
  Segment segment = Segment::nccbr;
  Reuse reuse = Reuse::permitted;
  SecurityId security;
  Face face;                     ///< collateral, > 0
  Money cash;                    ///< principal, >= 0
  std::int32_t rate_hbp = 0;     ///< annual, act/360, 1/100 bp; may be negative
  std::int32_t haircut_hbp = 0;  ///< 1/100 bp of value; may be zero or negative
  Date start, end;               ///< cash and collateral return on `end`; start <= end
  std::int8_t notice_days = -1;  ///< business days after which either side may end it before `end`; -1: nobody may
  std::uint8_t substitution = 0; ///< 1: the borrower may put other collateral in the place of this
};

/// A row and the generation that it had when the contract was opened, so that a stale id is noticed.
struct ContractId {
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::uint32_t row = kNone;
  std::uint32_t generation = 0;
  constexpr bool valid() const { return row != kNone; }
  constexpr bool operator==(const ContractId&) const = default;
};

/// A living contract.
struct Contract {
  Face face;             ///< collateral agreed
  Face delivered;        ///< collateral delivered and not yet returned
  Money cash;            ///< principal outstanding
  std::uint64_t serial;  ///< order of creation over the whole run
  InstitutionId lender, borrower;
  std::int32_t rate_hbp, haircut_hbp;
  Date start;  ///< interest runs from here; a re-mark moves it
  Date end;
  SecurityId security;
  Segment segment;
  Reuse reuse;
  Standing standing;
  std::int8_t notice_days;
  std::uint8_t substitution;
  std::uint8_t unused;
};
static_assert(sizeof(Contract) == 64);

/// Table of living contracts with a free list and intrusive lists by lender, by borrower and by age.
///
/// Invariants: a row is either free or on exactly three lists; lent(i, g) and borrowed(i, g) are the sums of cash over
/// i's lists in segment g. Opening and closing are O(1) and allocate nothing while at most `capacity` contracts live.
class Contracts {
 public:
  Contracts() = default;
  Contracts(std::uint32_t institutions, std::uint32_t capacity);

  /// Requires distinct parties, face > 0, cash >= 0, start <= end, haircut < 100%. Moves no cash and no collateral
  /// (open_repo does).
  ContractId open(const RepoTerms& terms, const Ledger& names, Journal& journal, Time now);
  /// Requires nothing delivered to remain with the lender.
  void close(ContractId id, const Ledger& names, Journal& journal, Time now);

  const Contract& operator[](ContractId id) const;
  bool lives(ContractId id) const {
    return id.row < rows_.size() && rows_[id.row].generation == id.generation && rows_[id.row].live != 0;
  }
  std::uint32_t count() const { return count_; }

  void set_cash(ContractId id, Money cash);
  void set_start(ContractId id, Date start);
  void set_standing(ContractId id, Standing standing);
  /// Earlier, or later for a contract that rolls. Requires start <= end.
  void set_end(ContractId id, Date end);
  /// From today's start of interest on: what is accrued is paid first (remark_repo).
  void set_rate(ContractId id, std::int32_t rate_hbp);
  void add_delivered(ContractId id, Face face);

  /// Cash lent (borrowed) by `i` in a segment.
  Money lent(InstitutionId i, Segment g) const { return lent_[i.v * kSegments + static_cast<std::size_t>(g)]; }
  Money borrowed(InstitutionId i, Segment g) const { return borrowed_[i.v * kSegments + static_cast<std::size_t>(g)]; }
  Money lent(InstitutionId i) const;
  Money borrowed(InstitutionId i) const;

  /// f(ContractId, const Contract&) over the contracts in which `i` lends cash, newest first. `f` may close the
  /// contract that it is given and open others.
  template <class F>
  void for_each_lent(InstitutionId i, F&& f) const { walk(lent_head_[i.v], &Row::next_lent, f); }
  template <class F>
  void for_each_borrowed(InstitutionId i, F&& f) const { walk(borrowed_head_[i.v], &Row::next_borrowed, f); }
  /// Over all contracts, newest first.
  template <class F>
  void for_each(F&& f) const { walk(newest_, &Row::older, f); }

  /// Contracts that end on or before `day`, newest first, into `out` (cleared first).
  void maturing(Date day, std::vector<ContractId>& out) const;

  /// CheckFailure if a list, a sum or a count is wrong.
  void check() const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(rows_, lent_head_, borrowed_head_, lent_, borrowed_, newest_, free_, count_, serial_);
  }

 private:
  static constexpr std::uint32_t kNone = ContractId::kNone;
  struct Row {
    Contract contract;
    std::uint32_t generation, live;
    std::uint32_t next_lent, previous_lent;
    std::uint32_t next_borrowed, previous_borrowed;
    std::uint32_t older, newer;  // `older` links the free list as well
  };

  template <class F>
  void walk(std::uint32_t row, std::uint32_t Row::*next, F& f) const {
    while (row != kNone) {
      const std::uint32_t following = rows_[row].*next;
      f(ContractId{row, rows_[row].generation}, rows_[row].contract);
      row = following;
    }
  }
  Row& row(ContractId id);
  void push(std::uint32_t& head, std::uint32_t row, std::uint32_t Row::*next, std::uint32_t Row::*previous);
  void take(std::uint32_t& head, std::uint32_t row, std::uint32_t Row::*next, std::uint32_t Row::*previous);
  void add_cash(const Contract& c, Money change);
  void record(base::RecordKind kind, const Contract& c, const Ledger& names, Journal& journal, Time now) const;

  std::vector<Row> rows_;
  std::vector<std::uint32_t> lent_head_, borrowed_head_;  // by institution
  std::vector<Money> lent_, borrowed_;                    // by institution and segment
  std::uint32_t newest_ = kNone, free_ = kNone, count_ = 0;
  std::uint64_t serial_ = 0;
};

}  // namespace haven::funding
