#include "engine/ledger/ledger.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/base/random.h"

namespace haven::ledger {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kMillion = 1'000'000;

Money value_of(Face face, Money per_million) { return {base::mul_div(face.v, per_million.v, kMillion)}; }

std::string exact_dollars(std::int64_t units) {
  const std::uint64_t size = units < 0 ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  std::string fraction = std::to_string(size % 10'000);
  fraction.insert(0, 4 - fraction.size(), '0');
  return (units < 0 ? "-$" : "$") + std::to_string(size / 10'000) + "." + fraction;
}

template <class Quantity>
std::int64_t amount(const Quantity& value) {
  if constexpr (requires { value.v; }) {
    return value.v;
  } else {
    return value;
  }
}

Wide sum(const std::vector<Money>& values) {
  Wide total = 0;
  for (const Money value : values) total += value.v;
  return total;
}

// check(column, its sum over institutions), of a table with one row an institution. It goes over the table once for sixteen columns.
template <class Quantity, class Check>
void for_each_column_sum(const std::vector<Quantity>& table, std::size_t columns, Check&& check) {
  constexpr std::size_t kAtOnce = 16;
  for (std::size_t first = 0; first < columns; first += kAtOnce) {
    const std::size_t n = std::min(kAtOnce, columns - first);
    std::array<Wide, kAtOnce> total{};
    for (std::size_t row = first; row < table.size(); row += columns) {
      for (std::size_t c = 0; c < n; ++c) total[c] += amount(table[row + c]);
    }
    for (std::size_t c = 0; c < n; ++c) check(first + c, total[c]);
  }
}

std::string off_by(Wide difference) { return std::to_string(static_cast<std::int64_t>(difference)); }

}  // namespace

Ledger::Ledger(const LedgerShape& shape)
    : n_(static_cast<std::uint32_t>(shape.institutions.size())),
      names_(shape.institutions),
      security_names_(shape.securities),
      futures_names_(shape.futures),
      tenor_names_(shape.swap_tenors),
      rounding_(shape.rounding),
      outside_(shape.outside),
      rounding_bound_(shape.rounding_bound),
      cash_(n_),
      flow_(n_ * kReasons),
      outside_total_(shape.outside_flows.size() + 1),
      position_(n_ * shape.securities.size()),
      box_(n_ * shape.securities.size()),
      issued_(shape.securities.size()),
      due_face_(n_ * shape.securities.size()),
      due_value_(n_ * shape.securities.size()),
      futures_(n_ * shape.futures.size()),
      swaps_(n_ * shape.swap_tenors.size()) {
  HAVEN_CHECK(rounding_.v < n_ && outside_.v < n_ && rounding_ != outside_,
              "the rounding account and the outside world must be two of the institutions");
  flow_names_.push_back("opening");
  flow_names_.insert(flow_names_.end(), shape.outside_flows.begin(), shape.outside_flows.end());
  for (std::uint32_t i = 0; i < n_; ++i) {
    keys_.push_back(base::name_key(names_[i]));
    by_name_.push_back({i});
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [this](InstitutionId a, InstitutionId b) { return keys_[a.v] < keys_[b.v]; });
  for (std::uint32_t k = 1; k < n_; ++k) {
    HAVEN_CHECK((keys_[by_name_[k - 1].v] >> 16) != (keys_[by_name_[k].v] >> 16),
                "two institutions share the name key of " + names_[by_name_[k].v]);
  }
}

void Ledger::record(base::RecordKind kind, InstitutionId from, InstitutionId to, std::uint64_t code, std::uint64_t item,
                    std::int64_t amount, Journal& journal, Time now) const {
  constexpr std::uint64_t kLow = 0xffff;
  journal.record(kind, now, (keys_[from.v] & ~kLow) | code, (keys_[to.v] & ~kLow) | item, amount);
}

void Ledger::post(InstitutionId from, InstitutionId to, Money amount, Reason reason, Journal& journal, Time now) {
  const auto r = static_cast<std::size_t>(reason);
  cash_[from.v] -= amount;
  cash_[to.v] += amount;
  flow_[from.v * kReasons + r] -= amount;
  flow_[to.v * kReasons + r] += amount;
  record(base::RecordKind::posting, from, to, r, 0, amount.v, journal, now);
}

void Ledger::pay(InstitutionId from, InstitutionId to, Money amount, Reason reason, Journal& journal, Time now) {
  if (amount.v == 0) return;
  HAVEN_CHECK(from.v < n_ && to.v < n_ && from != to, "a payment needs two institutions");
  HAVEN_CHECK(from != outside_ && to != outside_, "flows with the outside world are named: use receive_from_outside");
  HAVEN_CHECK(from != rounding_ && to != rounding_, "the rounding account moves by round_off alone");
  post(from, to, amount, reason, journal, now);
}

void Ledger::receive_from_outside(InstitutionId account, Money amount, OutsideFlowId flow, Journal& journal, Time now) {
  if (amount.v == 0) return;
  HAVEN_CHECK(account.v < n_ && account != outside_ && account != rounding_, "an outside flow needs an institution");
  HAVEN_CHECK(flow.v < outside_total_.size(), "unknown outside flow " + std::to_string(flow.v));
  post(outside_, account, amount, Reason::outside, journal, now);
  outside_total_[flow.v] += amount;
}

void Ledger::round_off(InstitutionId account, Money amount, Journal& journal, Time now) {
  if (amount.v == 0) return;
  HAVEN_CHECK(account.v < n_ && account != outside_ && account != rounding_, "rounding needs an institution");
  HAVEN_CHECK(amount < rounding_bound_ && -amount < rounding_bound_,
              "rounding of " + exact_dollars(amount.v) + " with " + names_[account.v] + " is no fraction");
  post(account, rounding_, amount, Reason::rounding, journal, now);
}

Face Ledger::unsettled(InstitutionId i, SecurityId s) const {
  Face total;
  for (const PendingDay& p : pending_) {
    if (p.live != 0) total += p.face[at(i, s)];
  }
  return total;
}

Face Ledger::unsettled(InstitutionId i, SecurityId s, Date day) const {
  for (const PendingDay& p : pending_) {
    if (p.live != 0 && p.day == day) return p.face[at(i, s)];
  }
  return {};
}

Money Ledger::unsettled_cash(InstitutionId i) const {
  Money total;
  for (const PendingDay& p : pending_) {
    if (p.live != 0) total += p.money[i.v];
  }
  return total;
}

void Ledger::issue(InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now) {
  HAVEN_CHECK(face.v >= 0 && holder.v < n_ && s.v < issued_.size(), "issue of a negative face or to nobody");
  issued_[s.v] += face;
  position_[at(holder, s)] += face;
  box_[at(holder, s)] += face;
  record(base::RecordKind::security, outside_, holder, static_cast<std::uint64_t>(Movement::issue), s.v, face.v,
         journal, now);
}

void Ledger::redeem(InstitutionId holder, SecurityId s, Face face, Journal& journal, Time now) {
  HAVEN_CHECK(face.v >= 0 && box(holder, s) >= face && delivered_position(holder, s) >= face,
              names_[holder.v] + " does not have " + std::to_string(face.v) + " of " + security_names_[s.v]);
  issued_[s.v] -= face;
  position_[at(holder, s)] -= face;
  box_[at(holder, s)] -= face;
  record(base::RecordKind::security, holder, outside_, static_cast<std::uint64_t>(Movement::redeem), s.v, face.v,
         journal, now);
}

void Ledger::pay_holders(InstitutionId issuer, SecurityId s, Money per_million, Reason reason, Journal& journal,
                         Time now) {
  Money owed = value_of(issued_[s.v] - (position(issuer, s) - unsettled(issuer, s)), per_million);
  for (const InstitutionId i : by_name_) {
    if (i == issuer) continue;
    const Money amount = value_of(position(i, s) - unsettled(i, s), per_million);
    pay(issuer, i, amount, reason, journal, now);
    owed -= amount;
  }
  round_off(issuer, owed, journal, now);
}

void Ledger::pay_coupon(InstitutionId issuer, SecurityId s, Money per_million, Journal& journal, Time now) {
  pay_holders(issuer, s, per_million, Reason::coupon, journal, now);
}

void Ledger::mature(InstitutionId issuer, SecurityId s, Money per_million, Journal& journal, Time now) {
  for (const InstitutionId i : by_name_) {
    HAVEN_CHECK(unsettled(i, s).v == 0 && due(i, s).v == 0,
                security_names_[s.v] + " matures while " + names_[i.v] + " has unsettled trades in it");
  }
  pay_holders(issuer, s, per_million, Reason::redemption, journal, now);
  record(base::RecordKind::security, issuer, outside_, static_cast<std::uint64_t>(Movement::redeem), s.v,
         issued_[s.v].v, journal, now);
  for (const InstitutionId i : by_name_) {
    position_[at(i, s)] = {};
    box_[at(i, s)] = {};
  }
  issued_[s.v] = {};
}

void Ledger::deliver(InstitutionId from, InstitutionId to, SecurityId s, Face face, Journal& journal, Time now) {
  if (face.v == 0) return;
  HAVEN_CHECK(from.v < n_ && to.v < n_ && from != to && face.v > 0, "a delivery needs two institutions and a face");
  HAVEN_CHECK(box(from, s) >= face, names_[from.v] + " delivers " + std::to_string(face.v) + " of " +
                                        security_names_[s.v] + " and has " + std::to_string(box(from, s).v));
  box_[at(from, s)] -= face;
  box_[at(to, s)] += face;
  record(base::RecordKind::security, from, to, static_cast<std::uint64_t>(Movement::deliver), s.v, face.v, journal,
         now);
}

Ledger::PendingDay& Ledger::pending_day(Date day) {
  PendingDay* free_slot = nullptr;
  for (PendingDay& p : pending_) {
    if (p.live != 0 && p.day == day) return p;
    if (p.live == 0 && free_slot == nullptr) free_slot = &p;
  }
  if (free_slot == nullptr) {
    free_slot = &pending_.emplace_back();
    free_slot->face.resize(position_.size());
    free_slot->money.resize(n_);
  }
  free_slot->day = day;
  free_slot->live = 1;
  return *free_slot;
}

void Ledger::add_trade(InstitutionId buyer, InstitutionId seller, SecurityId s, Face face, Money money, Date settle_day,
                       Journal& journal, Time now) {
  HAVEN_CHECK(buyer.v < n_ && seller.v < n_ && buyer != seller && face.v > 0, "a trade needs two sides and a face");
  PendingDay& p = pending_day(settle_day);
  position_[at(buyer, s)] += face;
  position_[at(seller, s)] -= face;
  p.face[at(buyer, s)] += face;
  p.face[at(seller, s)] -= face;
  p.money[buyer.v] -= money;
  p.money[seller.v] += money;
  record(base::RecordKind::security, seller, buyer, static_cast<std::uint64_t>(Movement::trade), s.v, face.v, journal,
         now);
}

void Ledger::settle(Date day, InstitutionId clearing_house, std::span<const Money> value_per_million, Journal& journal,
                    Time now) {
  HAVEN_CHECK(value_per_million.size() == issued_.size(), "one settlement value per security");
  HAVEN_CHECK(clearing_house.v < n_, "unknown clearing house");
  for (const InstitutionId i : by_name_) {
    Money receives;
    for (PendingDay& p : pending_) {
      if (p.live == 0 || p.day > day) continue;
      receives += p.money[i.v];
      p.money[i.v] = {};
    }
    for (std::uint16_t k = 0; k < issued_.size(); ++k) {
      const std::size_t row = at(i, SecurityId{k});
      for (PendingDay& p : pending_) {
        if (p.live == 0 || p.day > day) continue;
        due_face_[row] += p.face[row];
        p.face[row] = {};
      }
      const Money value = value_of(due_face_[row], value_per_million[k]);
      receives += value - due_value_[row];
      due_value_[row] = value;
    }
    if (i == clearing_house) {
      HAVEN_CHECK(receives.v == 0, names_[i.v] + " clears and trades");
      continue;
    }
    pay(clearing_house, i, receives, Reason::settlement_mark, journal, now);
  }
  for (PendingDay& p : pending_) {
    if (p.day <= day) p.live = 0;
  }
}

void Ledger::deliver_against_payment(InstitutionId deliverer, InstitutionId receiver, SecurityId s, Face face,
                                     InstitutionId clearing_house, Journal& journal, Time now) {
  if (face.v == 0) return;
  const std::size_t gives = at(deliverer, s), takes = at(receiver, s);
  HAVEN_CHECK(face.v > 0 && due_face_[gives] <= -face && due_face_[takes] >= face,
              names_[deliverer.v] + " to " + names_[receiver.v] + ": more " + security_names_[s.v] + " than is due");
  deliver(deliverer, receiver, s, face, journal, now);
  const Money earned{base::mul_div(-due_value_[gives].v, face.v, -due_face_[gives].v)};
  const Money owed{base::mul_div(due_value_[takes].v, face.v, due_face_[takes].v)};
  due_face_[gives] += face;
  due_value_[gives] += earned;
  due_face_[takes] -= face;
  due_value_[takes] -= owed;
  pay(receiver, clearing_house, owed, Reason::trade, journal, now);
  pay(clearing_house, deliverer, earned, Reason::trade, journal, now);
}

void Ledger::transfer_title(InstitutionId from, InstitutionId to, SecurityId s, Face face, Journal& journal, Time now) {
  HAVEN_CHECK(face.v >= 0 && from != to, "title passes from one to another");
  if (face.v == 0) return;
  position_[at(from, s)] -= face;
  position_[at(to, s)] += face;
  record(base::RecordKind::security, from, to, static_cast<std::uint64_t>(Movement::title), s.v, face.v, journal, now);
}

Money Ledger::take_over_trades(InstitutionId from, InstitutionId to, std::span<const Money> value_per_million,
                               Journal& journal, Time now) {
  HAVEN_CHECK(from != to && value_per_million.size() == issued_.size(), "trades pass from one to another, each security with a value");
  Money worth;
  for (PendingDay& p : pending_) {
    if (p.live == 0) continue;
    worth += p.money[from.v];
    p.money[to.v] += p.money[from.v];
    p.money[from.v] = {};
  }
  for (std::uint16_t k = 0; k < issued_.size(); ++k) {
    const SecurityId s{k};
    const std::size_t gives = at(from, s), takes = at(to, s);
    Face moved = due_face_[gives];
    worth -= due_value_[gives];
    for (PendingDay& p : pending_) {
      if (p.live == 0) continue;
      moved += p.face[gives];
      p.face[takes] += p.face[gives];
      p.face[gives] = {};
    }
    due_face_[takes] += due_face_[gives];
    due_value_[takes] += due_value_[gives];
    due_face_[gives] = {};
    due_value_[gives] = {};
    position_[gives] -= moved;
    position_[takes] += moved;
    worth += value_of(moved, value_per_million[k]);
    if (moved.v != 0) record(base::RecordKind::security, from, to, static_cast<std::uint64_t>(Movement::trade), s.v, moved.v, journal, now);
  }
  return worth;
}

void Ledger::trade_futures(InstitutionId buyer, InstitutionId seller, FuturesId c, std::int64_t lots, Journal& journal,
                           Time now) {
  HAVEN_CHECK(buyer.v < n_ && seller.v < n_ && buyer != seller && lots > 0 && c.v < futures_names_.size(),
              "a futures trade needs two sides, a contract and lots");
  futures_[at(buyer, c)] += lots;
  futures_[at(seller, c)] -= lots;
  record(base::RecordKind::security, seller, buyer, static_cast<std::uint64_t>(Movement::futures), c.v, lots, journal,
         now);
}

void Ledger::trade_swap(InstitutionId fixed_payer, InstitutionId fixed_receiver, TenorId t, std::int64_t lots,
                        Journal& journal, Time now) {
  HAVEN_CHECK(fixed_payer.v < n_ && fixed_receiver.v < n_ && fixed_payer != fixed_receiver && lots > 0 &&
                  t.v < tenor_names_.size(),
              "a swap needs two sides, a tenor and lots");
  swaps_[at(fixed_payer, t)] += lots;
  swaps_[at(fixed_receiver, t)] -= lots;
  record(base::RecordKind::security, fixed_receiver, fixed_payer, static_cast<std::uint64_t>(Movement::swap), t.v, lots,
         journal, now);
}

void Ledger::check_conservation() const {
  check_cash();
  check_securities();
  check_unsettled();
  check_derivatives();
}

void Ledger::check_cash() const {
  Wide by_reason[kReasons] = {};
  for (std::uint32_t i = 0; i < n_; ++i) {
    Wide booked = 0;
    for (std::size_t r = 0; r < kReasons; ++r) {
      by_reason[r] += flow_[i * kReasons + r].v;
      booked += flow_[i * kReasons + r].v;
    }
    HAVEN_CHECK(booked == cash_[i].v, "cash of " + names_[i] + " is " + exact_dollars(cash_[i].v) + ", its postings give " +
                                          exact_dollars(static_cast<std::int64_t>(booked)));
  }
  for (std::size_t r = 0; r < kReasons; ++r) {
    HAVEN_CHECK(by_reason[r] == 0, "postings for " + std::string(name_of(static_cast<Reason>(r))) + " sum to " +
                                       exact_dollars(static_cast<std::int64_t>(by_reason[r])));
  }
  const Wide total = sum(cash_);
  HAVEN_CHECK(total == 0, "cash sums to " + exact_dollars(static_cast<std::int64_t>(total)));
  const Money residue = cash_.empty() ? Money{} : cash_[rounding_.v];
  HAVEN_CHECK(residue <= rounding_bound_ && -residue <= rounding_bound_,
              "the rounding account holds " + exact_dollars(residue.v) + ", bound " + exact_dollars(rounding_bound_.v));
  const Wide named = sum(outside_total_);
  HAVEN_CHECK(cash_.empty() || -named == cash_[outside_.v].v,
              "the outside account holds " + exact_dollars(cash_[outside_.v].v) + ", its named flows brought in " +
                  exact_dollars(static_cast<std::int64_t>(named)));
}

void Ledger::check_securities() const {
  const std::size_t n = issued_.size();
  for_each_column_sum(position_, n, [&](std::size_t s, Wide held) {
    HAVEN_CHECK(held == issued_[s].v, "positions in " + security_names_[s] + " exceed what is issued by " + off_by(held - issued_[s].v));
  });
  for_each_column_sum(box_, n, [&](std::size_t s, Wide held) {
    HAVEN_CHECK(held == issued_[s].v, "boxes of " + security_names_[s] + " exceed what is issued by " + off_by(held - issued_[s].v));
  });
  for (std::size_t k = 0; k < box_.size(); ++k) {
    HAVEN_CHECK(box_[k].v >= 0, "box of " + names_[k / n] + " holds " + std::to_string(box_[k].v) + " of " + security_names_[k % n]);
  }
}

void Ledger::check_unsettled() const {
  for_each_column_sum(due_face_, issued_.size(), [&](std::size_t s, Wide due) {
    HAVEN_CHECK(due == 0, "due deliveries of " + security_names_[s] + " sum to " + off_by(due));
  });
  for (const PendingDay& p : pending_) {
    if (p.live == 0) continue;
    for_each_column_sum(p.face, issued_.size(), [&](std::size_t s, Wide face) {
      HAVEN_CHECK(face == 0, "unsettled " + security_names_[s] + " for " + base::to_string(p.day) + " sums to " + off_by(face));
    });
    const Wide money = sum(p.money);
    HAVEN_CHECK(money == 0, "unsettled money for " + base::to_string(p.day) + " sums to " +
                                exact_dollars(static_cast<std::int64_t>(money)));
  }
}

void Ledger::check_derivatives() const {
  for_each_column_sum(futures_, futures_names_.size(), [&](std::size_t c, Wide lots) {
    HAVEN_CHECK(lots == 0, "futures " + futures_names_[c] + " sum to " + off_by(lots) + " lots");
  });
  for_each_column_sum(swaps_, tenor_names_.size(), [&](std::size_t t, Wide lots) {
    HAVEN_CHECK(lots == 0, "swaps " + tenor_names_[t] + " sum to " + off_by(lots) + " lots");
  });
}

}  // namespace haven::ledger
