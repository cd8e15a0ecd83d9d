// Which lot of collateral is where, under which contract, and whose it is at the end of the chain.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/funding/contracts.h"

namespace haven::funding {

using LotIndex = std::uint32_t;
constexpr LotIndex kNoLot = 0xffffffff;
constexpr Face kAllFace{std::numeric_limits<std::int64_t>::max()};

/// Part of an institution's holding of one security. Either the *root* lot of what the holder owns outright (no parent,
/// no contract), or a lot received under `contract` out of the pledger's lot `parent`.
struct Lot {
  Face face;     ///< owned or received
  Face pledged;  ///< of it, pledged onwards: the sum of the children's faces
  Face sold;     ///< of it, sold outright while owed back (a short sale out of received collateral)
  ContractId contract;
  InstitutionId holder;
  LotIndex parent, first_child;
  LotIndex next_sibling, previous_sibling;
  LotIndex next_held, previous_held;  ///< received lots of the holder in the security on the same shelf
  LotIndex next_in_contract, previous_in_contract;
  SecurityId security;
  std::uint8_t live;
  std::uint8_t shelf;  ///< of a received lot: 0 has something free, 1 nothing free and something sold, 2 all pledged
  constexpr Face free() const { return face - pledged - sold; }
};
static_assert(sizeof(Lot) == 72);

/// Whose the collateral of a pledge is: `owner` pledged it, and `depth` pledges later it is what the pledger received. 0: it is the owner's.
struct ChainOf {
  InstitutionId owner;
  std::uint32_t depth = 0;
  constexpr bool operator==(const ChainOf&) const = default;
};

/// What the collateral network looks like now, by face.
struct CollateralMeasures {
  Face pledged;         ///< all collateral delivered under living contracts
  Face own_financed;    ///< of it, pledged by its owner
  double multiplier = 0;  ///< pledged / own_financed; 0 when nothing is pledged. Source: Infante, Press and Saravay (2020)
  /// Face of lots that stand at the end of n pledges (what a receiver holds free or has sold), by n; [0] is owned and
  /// unencumbered; the last entry counts that length and longer.
  std::array<Face, 16> by_chain_length;
};

/// Living lots of all institutions and securities. Moves the ledger's boxes together with the lots.
///
/// Invariants (check):
///  - a lot's pledges are its children and never exceed what was received or is owned: face >= pledged + sold;
///  - a child's holder is its contract's lender, its parent's holder that contract's borrower, both in its security;
///  - the lots under a contract sum to what is delivered under it;
///  - every chain of parents ends at a root;
///  - a received lot is on the shelf that its state says;
///  - by holder and security, free faces sum to the ledger's box, and root face minus sold to its delivered position.
/// O(lots touched) per operation; allocates nothing while at most `capacity` lots live.
class Collateral {
 public:
  Collateral() = default;
  Collateral(std::uint32_t institutions, std::uint16_t securities, std::uint32_t capacity);

  // --- owned outright -------------------------------------------------------------------------------------------------
  /// Newly issued securities. Moves the ledger.
  void issue(Ledger& ledger, InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now);
  /// Cancels up to `face` of what `holder` owns and has free (buyback). Returns the shortage; nothing moves if any.
  Face redeem(Ledger& ledger, InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now);
  /// Maturity of the whole security (Ledger::mature). Requires no lot of it to be pledged or sold short.
  void mature(Ledger& ledger, InstitutionId issuer, SecurityId s, Money per_million, Journal& journal, Time now);
  /// Delivery of a sale. The seller gives what it owns first, then lots it may re-use (it still owes their return); the
  /// buyer fills its own short sales first and owns the rest. Returns the shortage: what the seller could not deliver.
  Face deliver_outright(Ledger& ledger, const Contracts& contracts, InstitutionId seller, InstitutionId buyer,
                        SecurityId s, Face face, Journal& journal, Time now);
  /// The same against what is due at the clearing house: delivers up to `face`, money through `clearing_house`.
  Face deliver_due(Ledger& ledger, const Contracts& contracts, InstitutionId seller, InstitutionId buyer, SecurityId s,
                   Face face, InstitutionId clearing_house, Journal& journal, Time now);

  // --- under contracts ------------------------------------------------------------------------------------------------
  /// Face that `holder` can pledge until `end_day`: what it owns free, and free received lots whose contract permits
  /// re-use and ends on or after `end_day`. With the earliest day: what it can deliver on a sale.
  /// Looks no further once it has found `enough`: then at least that much is returned.
  Face available(const Contracts& contracts, InstitutionId holder, SecurityId s, Date end_day, Face enough = kAllFace) const;
  /// Delivers the contract's collateral from borrower to lender: received lots first, the last to come free before the
  /// others, then owned.
  /// Returns the shortage: what the borrower did not have.
  Face pledge(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now);
  /// The same out of nothing but this chain.
  Face pledge_of(Ledger& ledger, Contracts& contracts, ContractId id, const ChainOf& chain, Journal& journal, Time now);
  /// Face of this chain that `holder` can pledge until `end_day`; `enough` as above.
  Face available_of(const Contracts& contracts, InstitutionId holder, SecurityId s, Date end_day, const ChainOf& chain, Face enough = kAllFace) const;
  /// Returns what the lender holds under the contract to the borrower. What it pledged or sold onwards is replaced out
  /// of its other free lots of the security; the onward pledges then hang on the replacement. Returns the shortage: a
  /// fail, with those lots still owed under the contract.
  Face return_collateral(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now);
  /// The lender keeps for good what it holds under the contract: title passes to it as if the borrower had sold it out of the
  /// lot that it came from. What the lender pledged or sold onwards now comes out of its own holding; where the borrower
  /// had received the collateral itself, it is short of it. No security moves. Returns the face kept.
  Face seize(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now);
  /// Returns that nobody can make first but all can make at once: `stuck` contracts whose lenders sold the collateral and
  /// are owed the same security by one another, round a circle of any length. No security moves. Contracts that are not
  /// in `stuck` stay as they are. Whatever it returns, it takes off the contracts' `delivered`.
  void return_together(Contracts& contracts, std::span<const ContractId> stuck);

  // --- reading --------------------------------------------------------------------------------------------------------
  const Lot& operator[](LotIndex lot) const { return lots_[lot]; }
  std::uint32_t count() const { return count_; }
  Face owned(InstitutionId holder, SecurityId s) const;
  LotIndex root(InstitutionId holder, SecurityId s) const { return root_[at(holder, s)]; }
  /// f(LotIndex) over the lots that `holder` received under contracts.
  template <class F>
  void for_each_received(InstitutionId holder, SecurityId s, F&& f) const {
    for (std::size_t shelf = 0; shelf < kShelves; ++shelf) {
      for (LotIndex lot = held_[kShelves * at(holder, s) + shelf]; lot != kNoLot; lot = lots_[lot].next_held) f(lot);
    }
  }
  /// f(LotIndex) over all lots received under contracts, in the order of the table. The lots that the coming ones were
  /// pledged from lie anywhere in the table; they are fetched ahead.
  template <class F>
  void for_each_pledge(F&& f) const {
    constexpr LotIndex kAhead = 32;
    for (LotIndex lot = 0; lot < lots_.size(); ++lot) {
      if (lot + kAhead < lots_.size() && lots_[lot + kAhead].parent != kNoLot) __builtin_prefetch(&lots_[lots_[lot + kAhead].parent].holder);
      if (lots_[lot].live != 0 && lots_[lot].parent != kNoLot) f(lot);
    }
  }
  LotIndex first_in_contract(ContractId id) const {
    return id.row < in_contract_.size() ? in_contract_[id.row] : kNoLot;
  }
  /// Whose the lot is and the number of pledges between it and that owner: 0 for a root.
  ChainOf chain_of(LotIndex lot) const {
    std::uint32_t length = 0;
    for (; lots_[lot].parent != kNoLot; lot = lots_[lot].parent) ++length;
    return {lots_[lot].holder, length};
  }
  std::uint32_t chain_length(LotIndex lot) const { return chain_of(lot).depth; }
  /// The lot, its parent, and so on to the owner's root, into `out` (cleared first).
  void chain(LotIndex lot, std::vector<LotIndex>& out) const;
  CollateralMeasures measure() const;

  /// CheckFailure naming holder and security of the first broken invariant. O(lots x chain length); no allocation.
  void check(const Ledger& ledger, const Contracts& contracts) const;

  template <class Archive>
  void fields(Archive& archive) { archive(institutions_, lots_, root_, held_, in_contract_, free_, count_); }

 private:
  std::size_t at(InstitutionId i, SecurityId s) const { return static_cast<std::size_t>(s.v) * institutions_ + i.v; }
  static constexpr std::size_t kShelves = 3, kFreeShelf = 0, kSoldShelf = 1, kPledgedShelf = 2;
  LotIndex& shelf(InstitutionId i, SecurityId s, std::size_t which) { return held_[kShelves * at(i, s) + which]; }
  LotIndex shelf(InstitutionId i, SecurityId s, std::size_t which) const { return held_[kShelves * at(i, s) + which]; }
  static std::uint8_t shelf_for(const Lot& lot);
  LotIndex take_row();
  LotIndex root_of(InstitutionId holder, SecurityId s);
  LotIndex add_child(LotIndex parent, Face face, InstitutionId holder, ContractId contract);
  void link_child(LotIndex lot, LotIndex parent);
  void unlink_child(LotIndex lot);
  void put_on_shelf(LotIndex lot);
  void take_off_shelf(LotIndex lot);
  void refile(LotIndex lot);
  void link_received(LotIndex lot);
  void release(LotIndex lot);
  void shrink(LotIndex lot, Face face);
  LotIndex split(LotIndex lot, Face face);
  void reparent(LotIndex lot, LotIndex parent);
  bool descends_from(LotIndex lot, LotIndex ancestor) const;
  void receive_outright(InstitutionId holder, SecurityId s, Face face);
  Face give_outright(const Contracts& contracts, InstitutionId holder, SecurityId s, Face face);
  Face replace_sold(LotIndex owed, LotIndex source);
  Face replace_pledged(LotIndex owed, LotIndex source, const Contracts& contracts);
  Face replace(LotIndex owed, const Contracts& contracts);
  LotIndex top_of(LotIndex lot, std::span<const ContractId> stuck) const;

  struct CircularReturn {
    LotIndex lot, top;  // sold out of `lot`; the highest lot above it that is not itself to be returned
    Face face;
  };

  std::uint32_t institutions_ = 0;
  std::vector<Lot> lots_;
  std::vector<LotIndex> root_;         // by at(holder, security)
  std::vector<LotIndex> held_;         // first received lot, by at(holder, security), then shelf
  std::vector<LotIndex> in_contract_;  // newest lot, by contract row
  LotIndex free_ = kNoLot;
  std::uint32_t count_ = 0;
  std::vector<CircularReturn> circular_;  // scratch of return_together
  std::vector<Face> net_;                 // scratch of return_together, by at(holder, security)
};

}  // namespace haven::funding
