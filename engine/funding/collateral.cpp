#include "engine/funding/collateral.h"

#include <algorithm>
#include <limits>

#include "engine/base/check.h"

namespace haven::funding {
namespace {

constexpr Date kAnyDay{std::numeric_limits<std::int32_t>::min()};

bool may_use(const Contracts& contracts, const Lot& lot, Date end_day) {
  const Contract& c = contracts[lot.contract];
  return c.reuse == Reuse::permitted && c.end >= end_day;
}

}  // namespace

Collateral::Collateral(std::uint32_t institutions, std::uint16_t securities, std::uint32_t capacity)
    : institutions_(institutions),
      root_(static_cast<std::size_t>(institutions) * securities, kNoLot),
      held_(kShelves * institutions * securities, kNoLot) {
  lots_.reserve(capacity);
  in_contract_.reserve(capacity);
}

// --- rows and lists ---------------------------------------------------------------------------------------------------

LotIndex Collateral::take_row() {
  LotIndex lot = free_;
  if (lot != kNoLot) {
    free_ = lots_[lot].parent;
  } else {
    lot = static_cast<LotIndex>(lots_.size());
    lots_.push_back(Lot{});
  }
  Lot& l = lots_[lot];
  l = Lot{};
  l.parent = l.first_child = l.next_sibling = l.previous_sibling = kNoLot;
  l.next_held = l.previous_held = l.next_in_contract = l.previous_in_contract = kNoLot;
  l.live = 1;
  ++count_;
  return lot;
}

LotIndex Collateral::root_of(InstitutionId holder, SecurityId s) {
  LotIndex& root = root_[at(holder, s)];
  if (root == kNoLot) {
    root = take_row();
    lots_[root].holder = holder;
    lots_[root].security = s;
  }
  return root;
}

std::uint8_t Collateral::shelf_for(const Lot& lot) {
  return lot.free().v > 0 ? kFreeShelf : lot.sold.v > 0 ? kSoldShelf : kPledgedShelf;
}

void Collateral::put_on_shelf(LotIndex lot) {
  Lot& l = lots_[lot];
  l.shelf = shelf_for(l);
  LotIndex& first = shelf(l.holder, l.security, l.shelf);
  l.next_held = first;
  l.previous_held = kNoLot;
  if (first != kNoLot) lots_[first].previous_held = lot;
  first = lot;
}

void Collateral::take_off_shelf(LotIndex lot) {
  const Lot& l = lots_[lot];
  (l.previous_held == kNoLot ? shelf(l.holder, l.security, l.shelf) : lots_[l.previous_held].next_held) = l.next_held;
  if (l.next_held != kNoLot) lots_[l.next_held].previous_held = l.previous_held;
}

/// After any change of a lot's faces: a received lot goes to the shelf where it now belongs.
void Collateral::refile(LotIndex lot) {
  const Lot& l = lots_[lot];
  if (l.parent == kNoLot || l.shelf == shelf_for(l)) return;
  take_off_shelf(lot);
  put_on_shelf(lot);
}

void Collateral::link_child(LotIndex lot, LotIndex parent) {
  Lot& l = lots_[lot];
  Lot& p = lots_[parent];
  l.parent = parent;
  l.next_sibling = p.first_child;
  l.previous_sibling = kNoLot;
  if (p.first_child != kNoLot) lots_[p.first_child].previous_sibling = lot;
  p.first_child = lot;
  p.pledged += l.face;
  refile(parent);
}

void Collateral::unlink_child(LotIndex lot) {
  Lot& l = lots_[lot];
  Lot& p = lots_[l.parent];
  (l.previous_sibling == kNoLot ? p.first_child : lots_[l.previous_sibling].next_sibling) = l.next_sibling;
  if (l.next_sibling != kNoLot) lots_[l.next_sibling].previous_sibling = l.previous_sibling;
  p.pledged -= l.face;
  refile(l.parent);
}

void Collateral::link_received(LotIndex lot) {
  Lot& l = lots_[lot];
  put_on_shelf(lot);
  if (l.contract.row >= in_contract_.size()) in_contract_.resize(l.contract.row + 1, kNoLot);
  LotIndex& first = in_contract_[l.contract.row];
  l.next_in_contract = first;
  l.previous_in_contract = kNoLot;
  if (first != kNoLot) lots_[first].previous_in_contract = lot;
  first = lot;
}

LotIndex Collateral::add_child(LotIndex parent, Face face, InstitutionId holder, ContractId contract) {
  const LotIndex lot = take_row();
  Lot& l = lots_[lot];
  l.face = face;
  l.holder = holder;
  l.security = lots_[parent].security;
  l.contract = contract;
  link_child(lot, parent);
  link_received(lot);
  return lot;
}

void Collateral::release(LotIndex lot) {
  Lot& l = lots_[lot];
  unlink_child(lot);
  take_off_shelf(lot);
  (l.previous_in_contract == kNoLot ? in_contract_[l.contract.row] : lots_[l.previous_in_contract].next_in_contract) =
      l.next_in_contract;
  if (l.next_in_contract != kNoLot) lots_[l.next_in_contract].previous_in_contract = l.previous_in_contract;
  l.live = 0;
  l.parent = free_;
  free_ = lot;
  --count_;
}

/// Gives `face` of a received lot's free part back to its parent.
void Collateral::shrink(LotIndex lot, Face face) {
  const LotIndex parent = lots_[lot].parent;
  lots_[lot].face -= face;
  lots_[parent].pledged -= face;
  refile(parent);
  if (lots_[lot].face.v == 0) {
    release(lot);
  } else {
    refile(lot);
  }
}

void Collateral::reparent(LotIndex lot, LotIndex parent) {
  unlink_child(lot);
  link_child(lot, parent);
}

/// Cuts `face` off a received lot into a lot of its own with the same parent: free parts go first, then sold ones, then
/// onward pledges. Returns the cut piece (the lot itself when it has that face).
LotIndex Collateral::split(LotIndex lot, Face face) {
  if (lots_[lot].face == face) return lot;
  const Face from_free = std::min(face, lots_[lot].free());
  const Face from_sold = std::min(face - from_free, lots_[lot].sold);
  Face from_pledged = face - from_free - from_sold;
  lots_[lot].face -= face;
  lots_[lot].sold -= from_sold;
  const LotIndex parent = lots_[lot].parent;
  lots_[parent].pledged -= face;
  const LotIndex piece = add_child(parent, face, lots_[lot].holder, lots_[lot].contract);
  lots_[piece].sold = from_sold;
  refile(piece);
  refile(lot);
  while (from_pledged.v > 0) {
    const LotIndex child = lots_[lot].first_child;
    const LotIndex moved = split(child, std::min(from_pledged, lots_[child].face));
    from_pledged -= lots_[moved].face;
    reparent(moved, piece);
  }
  return piece;
}

bool Collateral::descends_from(LotIndex lot, LotIndex ancestor) const {
  for (; lot != kNoLot; lot = lots_[lot].parent) {
    if (lot == ancestor) return true;
  }
  return false;
}

// --- owned outright -----------------------------------------------------------------------------------------------------

Face Collateral::owned(InstitutionId holder, SecurityId s) const {
  const LotIndex root = root_[at(holder, s)];
  return root == kNoLot ? Face{} : lots_[root].face;
}

void Collateral::receive_outright(InstitutionId holder, SecurityId s, Face face) {
  for (const std::size_t where : {kFreeShelf, kSoldShelf}) {
    for (LotIndex lot = shelf(holder, s, where), following; lot != kNoLot && face.v > 0; lot = following) {
      following = lots_[lot].next_held;
      const Face filled = std::min(face, lots_[lot].sold);
      lots_[lot].sold -= filled;
      face -= filled;
      refile(lot);
    }
  }
  if (face.v > 0) lots_[root_of(holder, s)].face += face;
}

Face Collateral::give_outright(const Contracts& contracts, InstitutionId holder, SecurityId s, Face face) {
  Face given;
  const LotIndex root = root_[at(holder, s)];
  if (root != kNoLot) {
    given = std::min(face, lots_[root].free());
    lots_[root].face -= given;
  }
  for (LotIndex lot = shelf(holder, s, kFreeShelf), following; lot != kNoLot && given < face; lot = following) {
    following = lots_[lot].next_held;
    if (!may_use(contracts, lots_[lot], kAnyDay)) continue;
    const Face part = std::min(face - given, lots_[lot].free());
    lots_[lot].sold += part;
    given += part;
    refile(lot);
  }
  return given;
}

void Collateral::issue(Ledger& ledger, InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now) {
  ledger.issue(holder, s, face, journal, now);
  lots_[root_of(holder, s)].face += face;
}

Face Collateral::redeem(Ledger& ledger, InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now) {
  const LotIndex root = root_of(holder, s);
  Face shortage = face - std::min({face, lots_[root].free(), ledger.delivered_position(holder, s)});
  if (shortage.v > 0) return shortage;
  ledger.redeem(holder, s, face, journal, now);
  lots_[root].face -= face;
  return {};
}

void Collateral::mature(Ledger& ledger, InstitutionId issuer, SecurityId s, Money per_million, Journal& journal,
                        Time now) {
  for (std::uint32_t i = 0; i < institutions_; ++i) {
    for_each_received({i}, s, [&](LotIndex) { HAVEN_CHECK(false, "a maturing security is still pledged to " + ledger.name({i})); });
  }
  ledger.mature(issuer, s, per_million, journal, now);
  for (std::uint32_t i = 0; i < institutions_; ++i) {
    if (root_[at({i}, s)] != kNoLot) lots_[root_[at({i}, s)]].face = {};
  }
}

Face Collateral::deliver_outright(Ledger& ledger, const Contracts& contracts, InstitutionId seller, InstitutionId buyer,
                                  SecurityId s, Face face, Journal& journal, Time now) {
  const Face given = give_outright(contracts, seller, s, face);
  ledger.deliver(seller, buyer, s, given, journal, now);
  receive_outright(buyer, s, given);
  return face - given;
}

Face Collateral::deliver_due(Ledger& ledger, const Contracts& contracts, InstitutionId seller, InstitutionId buyer,
                             SecurityId s, Face face, InstitutionId clearing_house, Journal& journal, Time now) {
  const Face given = give_outright(contracts, seller, s, face);
  ledger.deliver_against_payment(seller, buyer, s, given, clearing_house, journal, now);
  receive_outright(buyer, s, given);
  return face - given;
}

// --- under contracts ----------------------------------------------------------------------------------------------------

Face Collateral::available(const Contracts& contracts, InstitutionId holder, SecurityId s, Date end_day, Face enough) const {
  Face total;
  if (const LotIndex root = root_[at(holder, s)]; root != kNoLot) total = lots_[root].free();
  for (LotIndex lot = shelf(holder, s, kFreeShelf); lot != kNoLot && total < enough; lot = lots_[lot].next_held) {
    if (may_use(contracts, lots_[lot], end_day)) total += lots_[lot].free();
  }
  return total;
}

Face Collateral::pledge(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now) {
  const Contract c = contracts[id];
  Face missing = c.face - c.delivered;
  const Face wanted = missing;
  for (LotIndex lot = shelf(c.borrower, c.security, kFreeShelf), following; lot != kNoLot && missing.v > 0; lot = following) {
    following = lots_[lot].next_held;
    if (!may_use(contracts, lots_[lot], c.end)) continue;
    const Face part = std::min(missing, lots_[lot].free());
    add_child(lot, part, c.lender, id);
    missing -= part;
  }
  if (const LotIndex root = root_[at(c.borrower, c.security)]; root != kNoLot && missing.v > 0) {
    const Face part = std::min(missing, lots_[root].free());
    if (part.v > 0) add_child(root, part, c.lender, id);
    missing -= part;
  }
  ledger.deliver(c.borrower, c.lender, c.security, wanted - missing, journal, now);
  contracts.add_delivered(id, wanted - missing);
  return missing;
}

Face Collateral::available_of(const Contracts& contracts, InstitutionId holder, SecurityId s, Date end_day, const ChainOf& chain, Face enough) const {
  if (chain.depth == 0) {
    const LotIndex root = root_[at(holder, s)];
    return root == kNoLot || holder != chain.owner ? Face{} : lots_[root].free();
  }
  Face total;
  for (LotIndex lot = shelf(holder, s, kFreeShelf); lot != kNoLot && total < enough; lot = lots_[lot].next_held) {
    if (may_use(contracts, lots_[lot], end_day) && chain_of(lot) == chain) total += lots_[lot].free();
  }
  return total;
}

Face Collateral::pledge_of(Ledger& ledger, Contracts& contracts, ContractId id, const ChainOf& chain, Journal& journal, Time now) {
  const Contract c = contracts[id];
  Face missing = c.face - c.delivered;
  const Face wanted = missing;
  const auto take = [&](LotIndex lot) {
    const Face part = std::min(missing, lots_[lot].free());
    if (part.v > 0) add_child(lot, part, c.lender, id);
    missing -= part;
  };
  if (chain.depth == 0) {
    if (const LotIndex root = root_[at(c.borrower, c.security)]; root != kNoLot && c.borrower == chain.owner) take(root);
  } else {
    for (LotIndex lot = shelf(c.borrower, c.security, kFreeShelf), following; lot != kNoLot && missing.v > 0; lot = following) {
      following = lots_[lot].next_held;
      if (may_use(contracts, lots_[lot], c.end) && chain_of(lot) == chain) take(lot);
    }
  }
  ledger.deliver(c.borrower, c.lender, c.security, wanted - missing, journal, now);
  contracts.add_delivered(id, wanted - missing);
  return missing;
}

/// Lets `source`'s free part stand for what was sold out of `owed`. Returns the face replaced.
Face Collateral::replace_sold(LotIndex owed, LotIndex source) {
  const Face part = std::min(lots_[owed].sold, lots_[source].free());
  if (lots_[source].parent == kNoLot) {
    lots_[source].face -= part;
  } else {
    lots_[source].sold += part;
  }
  lots_[owed].sold -= part;
  refile(source);
  refile(owed);
  return part;
}

/// Hangs an onward pledge of `owed` on `source`'s free part instead. Returns the face replaced, 0 when the source's own
/// contract ends before the pledge.
Face Collateral::replace_pledged(LotIndex owed, LotIndex source, const Contracts& contracts) {
  for (LotIndex child = lots_[owed].first_child; child != kNoLot; child = lots_[child].next_sibling) {
    const bool is_root = lots_[source].parent == kNoLot;
    if (!is_root && !may_use(contracts, lots_[source], contracts[lots_[child].contract].end)) continue;
    const Face part = std::min(lots_[child].face, lots_[source].free());
    if (!is_root && descends_from(source, child)) {
      // The collateral came back to its pledger along its own chain. The pledger gives it up, short against the one it
      // came from, and stands as the owner of what it is still owed at the other end.
      lots_[source].sold += part;
      refile(source);
      const LotIndex root = root_of(lots_[owed].holder, lots_[owed].security);
      const LotIndex piece = split(child, part);
      lots_[root].face += part;
      reparent(piece, root);
    } else {
      reparent(split(child, part), source);
    }
    return part;
  }
  return {};
}

/// Finds another free lot of the holder for what `owed` lacks. Returns the face replaced, 0 when there is none.
Face Collateral::replace(LotIndex owed, const Contracts& contracts) {
  const auto try_source = [&](LotIndex source) {
    if (lots_[owed].sold.v > 0) return replace_sold(owed, source);
    return replace_pledged(owed, source, contracts);
  };
  const InstitutionId holder = lots_[owed].holder;
  const SecurityId s = lots_[owed].security;
  if (const LotIndex root = root_[at(holder, s)]; root != kNoLot && lots_[root].free().v > 0) return try_source(root);
  for (LotIndex lot = shelf(holder, s, kFreeShelf); lot != kNoLot; lot = lots_[lot].next_held) {
    if (lot == owed || !may_use(contracts, lots_[lot], kAnyDay)) continue;
    if (const Face part = try_source(lot); part.v > 0) return part;
  }
  return {};
}

Face Collateral::return_collateral(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now) {
  const Contract c = contracts[id];
  Face returned;
  LotIndex lot = first_in_contract(id);
  while (lot != kNoLot) {
    const LotIndex following = lots_[lot].next_in_contract;
    if (const Face part = lots_[lot].free(); part.v > 0) {
      returned += part;
      shrink(lot, part);
    }
    lot = following;
  }
  while ((lot = first_in_contract(id)) != kNoLot) {
    const Face part = replace(lot, contracts);
    if (part.v == 0) {
      // The newest lot cannot be replaced; an older one may still be (its onward pledge may end earlier).
      Face other;
      for (LotIndex older = lots_[lot].next_in_contract; older != kNoLot && other.v == 0;
           older = lots_[older].next_in_contract) {
        other = replace(older, contracts);
        if (other.v > 0) {
          returned += other;
          shrink(older, other);
          break;
        }
      }
      if (other.v == 0) break;
      continue;
    }
    returned += part;
    shrink(lot, part);
  }
  ledger.deliver(c.lender, c.borrower, c.security, returned, journal, now);
  contracts.add_delivered(id, -returned);
  return contracts[id].delivered;
}

Face Collateral::seize(Ledger& ledger, Contracts& contracts, ContractId id, Journal& journal, Time now) {
  const Contract c = contracts[id];
  Face kept;
  for (LotIndex lot; (lot = first_in_contract(id)) != kNoLot;) {
    const Face face = lots_[lot].face;
    const LotIndex parent = lots_[lot].parent, root = root_of(c.lender, c.security);
    lots_[root].face += face - lots_[lot].sold;
    while (lots_[lot].first_child != kNoLot) reparent(lots_[lot].first_child, root);
    release(lot);
    if (lots_[parent].parent == kNoLot) {
      lots_[parent].face -= face;
    } else {
      lots_[parent].sold += face;
      refile(parent);
    }
    kept += face;
  }
  ledger.transfer_title(c.borrower, c.lender, c.security, kept, journal, now);
  contracts.add_delivered(id, -kept);
  return kept;
}

LotIndex Collateral::top_of(LotIndex lot, std::span<const ContractId> stuck) const {
  while (lots_[lot].parent != kNoLot && std::find(stuck.begin(), stuck.end(), lots_[lot].contract) != stuck.end()) {
    lot = lots_[lot].parent;
  }
  return lot;
}

void Collateral::return_together(Contracts& contracts, std::span<const ContractId> stuck) {
  circular_.clear();
  for (const ContractId id : stuck) {
    for (LotIndex lot = first_in_contract(id); lot != kNoLot; lot = lots_[lot].next_in_contract) {
      if (lots_[lot].sold.v > 0) circular_.push_back({lot, top_of(lot, stuck), lots_[lot].sold});
    }
  }
  // The greatest set of returns in which nobody gives more than it is given: whoever would, gives less, until all agree.
  // Since nobody has anything to begin with, all then give exactly what they are given.
  constexpr int kMostRounds = 1000;
  net_.assign(root_.size(), {});
  bool agreed = false;
  for (int round = 0; round < kMostRounds && !agreed; ++round) {
    agreed = true;
    for (const CircularReturn& r : circular_) net_[at(lots_[r.lot].holder, lots_[r.lot].security)] = {};
    for (const CircularReturn& r : circular_) net_[at(lots_[r.top].holder, lots_[r.lot].security)] = {};
    for (const CircularReturn& r : circular_) {
      net_[at(lots_[r.lot].holder, lots_[r.lot].security)] -= r.face;
      if (lots_[r.top].parent == kNoLot || may_use(contracts, lots_[r.top], kAnyDay)) {
        net_[at(lots_[r.top].holder, lots_[r.lot].security)] += r.face;
      }
    }
    for (auto r = circular_.rbegin(); r != circular_.rend(); ++r) {
      Face& net = net_[at(lots_[r->lot].holder, lots_[r->lot].security)];
      const Face cut = std::min(r->face, -net);
      if (cut.v <= 0) continue;
      r->face -= cut;
      net += cut;
      agreed = false;
    }
  }
  if (!agreed) return;
  for (const CircularReturn& r : circular_) {
    if (r.face.v == 0) continue;
    lots_[r.lot].sold -= r.face;
    for (LotIndex lot = r.lot; lot != r.top;) {
      const LotIndex parent = lots_[lot].parent;
      contracts.add_delivered(lots_[lot].contract, -r.face);
      shrink(lot, r.face);
      lot = parent;
    }
    // What the top gets back makes good what its holder gave elsewhere on the circle.
    if (lots_[r.top].parent == kNoLot) {
      lots_[r.top].face -= r.face;
    } else {
      lots_[r.top].sold += r.face;
      refile(r.top);
    }
  }
}

// --- reading ------------------------------------------------------------------------------------------------------------

void Collateral::chain(LotIndex lot, std::vector<LotIndex>& out) const {
  out.clear();
  for (; lot != kNoLot; lot = lots_[lot].parent) out.push_back(lot);
}

CollateralMeasures Collateral::measure() const {
  CollateralMeasures m;
  for (LotIndex lot = 0; lot < lots_.size(); ++lot) {
    const Lot& l = lots_[lot];
    if (l.live == 0) continue;
    if (l.parent == kNoLot) {
      m.own_financed += l.pledged;
    } else {
      m.pledged += l.face;
    }
    const std::size_t length = std::min<std::size_t>(chain_length(lot), m.by_chain_length.size() - 1);
    m.by_chain_length[length] += l.face - l.pledged;
  }
  if (m.own_financed.v > 0) m.multiplier = static_cast<double>(m.pledged.v) / static_cast<double>(m.own_financed.v);
  return m;
}

void Collateral::check(const Ledger& ledger, const Contracts& contracts) const {
  std::uint32_t seen = 0;
  const auto check_lot = [&](LotIndex lot, InstitutionId holder, SecurityId s) {
    const Lot& l = lots_[lot];
    ++seen;
    const auto where = [&] { return ledger.name(holder) + ", security " + std::to_string(s.v) + ", lot " + std::to_string(lot); };
    HAVEN_CHECK(l.live != 0 && l.holder == holder && l.security == s, "a lot on another's list: " + where());
    HAVEN_CHECK(l.face.v >= 0 && l.pledged.v >= 0 && l.sold.v >= 0, "a negative lot: " + where());
    HAVEN_CHECK(l.free().v >= 0, "more pledged or sold than received: " + where());
    Face children;
    for (LotIndex child = l.first_child; child != kNoLot; child = lots_[child].next_sibling) {
      HAVEN_CHECK(lots_[child].parent == lot && lots_[child].live != 0, "a pledge of another's lot: " + where());
      children += lots_[child].face;
    }
    HAVEN_CHECK(children == l.pledged, "pledges do not add up: " + where());
    if (l.parent == kNoLot) {
      HAVEN_CHECK(lot == root_[at(holder, s)] && !l.contract.valid() && l.sold.v == 0, "no root: " + where());
      return;
    }
    HAVEN_CHECK(l.shelf == shelf_for(l), "a lot on the wrong shelf: " + where());
    const Contract& c = contracts[l.contract];
    HAVEN_CHECK(c.lender == holder && c.security == s, "a lot its contract does not know: " + where());
    HAVEN_CHECK(lots_[l.parent].holder == c.borrower && lots_[l.parent].security == s,
                "collateral that its pledger neither owned nor received: " + where());
    std::uint32_t steps = 0;
    for (LotIndex up = l.parent; up != kNoLot; up = lots_[up].parent) {
      HAVEN_CHECK(++steps <= count_, "a chain without an owner: " + where());
    }
  };
  for (std::uint32_t k = 0; k < root_.size(); ++k) {
    const InstitutionId holder{k % institutions_};
    const SecurityId s{static_cast<std::uint16_t>(k / institutions_)};
    Face free, net;
    if (root_[k] != kNoLot) {
      check_lot(root_[k], holder, s);
      free += lots_[root_[k]].free();
      net += lots_[root_[k]].face;
    }
    for_each_received(holder, s, [&](LotIndex lot) {
      check_lot(lot, holder, s);
      free += lots_[lot].free();
      net -= lots_[lot].sold;
    });
    HAVEN_CHECK(free == ledger.box(holder, s), "free lots of " + ledger.name(holder) + " in security " + std::to_string(s.v) +
                                                   " are " + std::to_string(free.v) + ", the box holds " +
                                                   std::to_string(ledger.box(holder, s).v));
    HAVEN_CHECK(net == ledger.delivered_position(holder, s),
                "owned minus sold of " + ledger.name(holder) + " in security " + std::to_string(s.v) + " is " +
                    std::to_string(net.v) + ", the position " + std::to_string(ledger.delivered_position(holder, s).v));
  }
  HAVEN_CHECK(seen == count_, "lots lost from the lists");
  contracts.for_each([&](ContractId id, const Contract& c) {
    Face delivered;
    for (LotIndex lot = first_in_contract(id); lot != kNoLot; lot = lots_[lot].next_in_contract) {
      HAVEN_CHECK(lots_[lot].contract == id, "a lot of another contract");
      delivered += lots_[lot].face;
    }
    HAVEN_CHECK(delivered == c.delivered, "lots under a contract between " + ledger.name(c.lender) + " and " +
                                              ledger.name(c.borrower) + " do not sum to what was delivered");
  });
}

}  // namespace haven::funding
