// Who has what: cash, economic positions, physical securities, futures and swaps of every institution, and the trades
// that are agreed but not yet settled.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/journal.h"
#include "engine/base/time.h"
#include "engine/base/units.h"
#include "engine/ledger/reason.h"

namespace haven::ledger {

using base::Date;
using base::Face;
using base::InstitutionId;
using base::Journal;
using base::Money;
using base::SecurityId;
using base::Time;

/// Index of a futures contract in LedgerShape::futures.
struct FuturesId {
  std::uint16_t v = 0;
  constexpr auto operator<=>(const FuturesId&) const = default;
};
/// Index of a swap tenor in LedgerShape::swap_tenors.
struct TenorId {
  std::uint16_t v = 0;
  constexpr auto operator<=>(const TenorId&) const = default;
};
/// Index of a named flow with the outside world: 0 is kOpeningFlow, then LedgerShape::outside_flows in their order.
struct OutsideFlowId {
  std::uint16_t v = 0;
  constexpr auto operator<=>(const OutsideFlowId&) const = default;
};
/// Balances that institutions start with.
constexpr OutsideFlowId kOpeningFlow{0};

/// What a ledger is made of. Names are the stable names of the config; they key the digest and appear in failures.
struct LedgerShape {
  std::vector<std::string> institutions;
  InstitutionId rounding;                ///< holds fractions of 1/10,000 dollar; one of `institutions`
  InstitutionId outside;                 ///< the outside world; one of `institutions`
  std::vector<std::string> securities;
  std::vector<std::string> futures;
  std::vector<std::string> swap_tenors;
  std::vector<std::string> outside_flows;
  Money rounding_bound = base::dollars(1);  ///< the rounding account may hold at most this much, either sign
};

/// Code of a movement of securities, futures or swaps in a journal record.
enum class Movement : std::uint8_t { trade = 1, deliver, issue, redeem, futures, swap, title };

/// Double-entry books of all institutions.
///
/// Invariants (check_conservation):
///  - cash sums to zero; each institution's cash is the sum of its flows by reason, each reason sums to zero;
///  - each security's positions, and its boxes, sum to what is issued; no box is negative;
///  - futures and swaps sum to zero by contract and tenor;
///  - unsettled trades sum to zero in face by (day, security) and in money by day; due deliveries sum to zero in face;
///  - the rounding account is within its bound; the outside account is minus the sum of the named outside flows.
///
/// Journal records: a and b are the name keys of giver and taker with their low 16 bits replaced, in `a` by the reason
/// or movement, in `b` by the security, contract or tenor (0 for cash); c is the amount.
class Ledger {
 public:
  Ledger() = default;
  /// Requires distinct institution names, and `rounding` and `outside` to be two different institutions.
  explicit Ledger(const LedgerShape& shape);

  std::uint32_t institutions() const { return n_; }
  std::uint16_t securities() const { return static_cast<std::uint16_t>(security_names_.size()); }
  const std::string& name(InstitutionId i) const { return names_[i.v]; }
  std::uint64_t name_key(InstitutionId i) const { return keys_[i.v]; }
  /// Institutions ordered by name key: the order in which the ledger posts to many of them, whatever the config's.
  std::span<const InstitutionId> in_name_order() const { return by_name_; }
  InstitutionId rounding_account() const { return rounding_; }
  InstitutionId outside_account() const { return outside_; }

  // --- cash -------------------------------------------------------------------------------------------------------
  /// Negative during the day is a daylight overdraft.
  Money cash(InstitutionId i) const { return cash_[i.v]; }
  /// Net received by `i` for `reason` since the start of the run.
  Money flow(InstitutionId i, Reason reason) const { return flow_[i.v * kReasons + static_cast<std::size_t>(reason)]; }
  /// Net brought into the model by a named outside flow since the start of the run.
  Money outside_flow(OutsideFlowId f) const { return outside_total_[f.v]; }

  /// Moves `amount` from one institution to another; a negative amount moves the other way. No limit is applied.
  /// Requires from != to and neither to be the outside world or the rounding account.
  void pay(InstitutionId from, InstitutionId to, Money amount, Reason reason, Journal& journal, Time now);
  /// Money that enters (positive) or leaves (negative) the model through `account` for a named cause.
  void receive_from_outside(InstitutionId account, Money amount, OutsideFlowId flow, Journal& journal, Time now);
  /// A fraction left over by a division, taken from (positive) or given to (negative) `account`.
  void round_off(InstitutionId account, Money amount, Journal& journal, Time now);

  // --- securities -------------------------------------------------------------------------------------------------
  /// Economic position: every trade agreed, settled or not; negative is short. Repo does not change it.
  Face position(InstitutionId i, SecurityId s) const { return position_[at(i, s)]; }
  /// Physical inventory: what can be delivered now.
  Face box(InstitutionId i, SecurityId s) const { return box_[at(i, s)]; }
  Face issued(SecurityId s) const { return issued_[s.v]; }
  /// Net face bought (positive) in trades whose settlement day has not been processed.
  Face unsettled(InstitutionId i, SecurityId s) const;
  /// The same of trades that settle on `day`.
  Face unsettled(InstitutionId i, SecurityId s, Date day) const;
  /// Net money to receive (positive) for trades whose settlement day has not been processed.
  Money unsettled_cash(InstitutionId i) const;
  /// Net face to receive (positive) or deliver (negative) at the clearing house now, past fails included.
  Face due(InstitutionId i, SecurityId s) const { return due_face_[at(i, s)]; }
  /// Money that goes against due(): positive when `i` pays on receipt.
  Money due_value(InstitutionId i, SecurityId s) const { return due_value_[at(i, s)]; }
  /// Position without what is unsettled or undelivered: owned outright minus sold out of borrowed collateral.
  Face delivered_position(InstitutionId i, SecurityId s) const { return position(i, s) - unsettled(i, s) - due(i, s); }

  /// New securities into `holder`'s position and box; the money is a separate posting (or, at an auction, the issuer
  /// sells through add_trade and holds the issue for a moment on settlement day).
  void issue(InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now);
  /// Cancels securities out of `holder`'s position and box (buyback). Requires box and delivered position >= face.
  void redeem(InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now);
  /// Maturity: pays every position (shorts pay), cancels all. Requires nothing unsettled or due in `s`.
  void mature(InstitutionId issuer, SecurityId s, Money per_million, Journal& journal, Time now);
  /// Pays `per_million` per $1m of face on every position that is settled by contract (a failing seller owes the coupon
  /// to its buyer); shorts pay. The issuer pays the coupon on `issued`, rounding goes to the rounding account.
  void pay_coupon(InstitutionId issuer, SecurityId s, Money per_million, Journal& journal, Time now);

  /// Moves physical securities. Requires face >= 0 and box(from) >= face.
  void deliver(InstitutionId from, InstitutionId to, SecurityId s, Face face, Journal& journal, Time now);

  /// Ownership changes where the securities already are (a lender keeps collateral): positions move, boxes do not.
  /// Requires face >= 0 and from != to.
  void transfer_title(InstitutionId from, InstitutionId to, SecurityId s, Face face, Journal& journal, Time now);

  /// A trade novated to the clearing house: positions change now, face and money net by institution until settle_day.
  /// Requires face > 0 and buyer != seller. `money` is what the buyer pays, accrued interest included.
  void add_trade(InstitutionId buyer, InstitutionId seller, SecurityId s, Face face, Money money, Date settle_day,
                 Journal& journal, Time now);
  /// Turns the trades due on or before `day`, together with past fails, into one net delivery per institution and
  /// security at today's settlement value (`value_per_million` by security), and pays the difference between contract
  /// and settlement values through `clearing_house` now. The deliveries then move by deliver_against_payment; what is
  /// not delivered stays due and is marked again on the next call. Rounding cancels within the clearing house: its cash
  /// plus the sum of due values does not change.
  /// Source: netting, transaction adjustment and fail mark payments after FICC's Government Securities Division
  /// rulebook (memory, unverified).
  void settle(Date day, InstitutionId clearing_house, std::span<const Money> value_per_million, Journal& journal,
              Time now);
  /// One delivery out of due(): securities from deliverer to receiver, money through the clearing house.
  /// Requires due(deliverer) <= -face, due(receiver) >= face, box(deliverer) >= face.
  void deliver_against_payment(InstitutionId deliverer, InstitutionId receiver, SecurityId s, Face face,
                               InstitutionId clearing_house, Journal& journal, Time now);

  /// `to` steps into every trade of `from` that is not settled or not delivered, at the contracts' money, so that `from` has
  /// none left. Returns what those trades were worth to `from` at `value_per_million`: positive, `to` gained. Requires from != to.
  Money take_over_trades(InstitutionId from, InstitutionId to, std::span<const Money> value_per_million, Journal& journal, Time now);

  // --- futures and swaps --------------------------------------------------------------------------------------------
  /// Lots of $100,000 underlying face; positive is long.
  std::int64_t futures(InstitutionId i, FuturesId c) const { return futures_[at(i, c)]; }
  /// Lots of $100,000 notional; positive pays fixed.
  std::int64_t swaps(InstitutionId i, TenorId t) const { return swaps_[at(i, t)]; }
  /// Everything `i` holds, by security, contract and tenor.
  std::span<const Face> positions(InstitutionId i) const { return {&position_[at(i, SecurityId{})], issued_.size()}; }
  std::span<const std::int64_t> futures(InstitutionId i) const { return {&futures_[at(i, FuturesId{})], futures_names_.size()}; }
  std::span<const std::int64_t> swaps(InstitutionId i) const { return {&swaps_[at(i, TenorId{})], tenor_names_.size()}; }
  void trade_futures(InstitutionId buyer, InstitutionId seller, FuturesId c, std::int64_t lots, Journal& journal,
                     Time now);
  void trade_swap(InstitutionId fixed_payer, InstitutionId fixed_receiver, TenorId t, std::int64_t lots,
                  Journal& journal, Time now);

  // --- checks -------------------------------------------------------------------------------------------------------
  /// Recomputes every sum of the class invariants; CheckFailure names the account, security or contract and by how
  /// much it is off. O(institutions x (securities + contracts)); allocates nothing.
  void check_conservation() const;
  /// Breaks the books on purpose, by one side of a posting, so that the check can be seen to fail.
  void plant_leak(InstitutionId account, Money amount) { cash_[account.v] += amount; }

  template <class Archive>
  void fields(Archive& archive) {
    archive(n_, names_, keys_, by_name_, security_names_, futures_names_, tenor_names_, flow_names_, rounding_, outside_,
            rounding_bound_, cash_, flow_, outside_total_, position_, box_, issued_, due_face_, due_value_, pending_,
            futures_, swaps_);
  }

 private:
  struct PendingDay {
    Date day;
    std::uint32_t live = 0;      // 0: the slot is free for another day
    std::vector<Face> face;      // net bought, by at(institution, security)
    std::vector<Money> money;    // net to receive, by institution
    template <class Archive>
    void fields(Archive& archive) { archive(day, live, face, money); }
  };

  // One institution's holdings lie side by side.
  std::size_t at(InstitutionId i, SecurityId s) const { return i.v * issued_.size() + s.v; }
  std::size_t at(InstitutionId i, FuturesId c) const { return i.v * futures_names_.size() + c.v; }
  std::size_t at(InstitutionId i, TenorId t) const { return i.v * tenor_names_.size() + t.v; }
  void post(InstitutionId from, InstitutionId to, Money amount, Reason reason, Journal& journal, Time now);
  void record(base::RecordKind kind, InstitutionId from, InstitutionId to, std::uint64_t code, std::uint64_t item,
              std::int64_t amount, Journal& journal, Time now) const;
  PendingDay& pending_day(Date day);
  void pay_holders(InstitutionId issuer, SecurityId s, Money per_million, Reason reason, Journal& journal, Time now);
  void check_cash() const;
  void check_securities() const;
  void check_unsettled() const;
  void check_derivatives() const;

  std::uint32_t n_ = 0;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> keys_;
  std::vector<InstitutionId> by_name_;
  std::vector<std::string> security_names_, futures_names_, tenor_names_, flow_names_;
  InstitutionId rounding_, outside_;
  Money rounding_bound_;
  std::vector<Money> cash_;            // by institution
  std::vector<Money> flow_;            // by institution and reason
  std::vector<Money> outside_total_;   // by flow
  std::vector<Face> position_, box_;   // by at(institution, security)
  std::vector<Face> issued_;           // by security
  std::vector<Face> due_face_;         // by at(institution, security)
  std::vector<Money> due_value_;       // by at(institution, security)
  std::vector<PendingDay> pending_;
  std::vector<std::int64_t> futures_, swaps_;  // by institution, then contract or tenor
};

}  // namespace haven::ledger
