#include "engine/funding/contracts.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::funding {

Contracts::Contracts(std::uint32_t institutions, std::uint32_t capacity)
    : lent_head_(institutions, kNone),
      borrowed_head_(institutions, kNone),
      lent_(institutions * kSegments),
      borrowed_(institutions * kSegments) {
  rows_.reserve(capacity);
}

Contracts::Row& Contracts::row(ContractId id) {
  HAVEN_CHECK(lives(id), "contract row " + std::to_string(id.row) + " was closed");
  return rows_[id.row];
}

const Contract& Contracts::operator[](ContractId id) const {
  HAVEN_CHECK(lives(id), "contract row " + std::to_string(id.row) + " was closed");
  return rows_[id.row].contract;
}

void Contracts::push(std::uint32_t& head, std::uint32_t r, std::uint32_t Row::*next, std::uint32_t Row::*previous) {
  rows_[r].*next = head;
  rows_[r].*previous = kNone;
  if (head != kNone) rows_[head].*previous = r;
  head = r;
}

void Contracts::take(std::uint32_t& head, std::uint32_t r, std::uint32_t Row::*next, std::uint32_t Row::*previous) {
  const std::uint32_t after = rows_[r].*next, before = rows_[r].*previous;
  (before == kNone ? head : rows_[before].*next) = after;
  if (after != kNone) rows_[after].*previous = before;
}

void Contracts::add_cash(const Contract& c, Money change) {
  lent_[c.lender.v * kSegments + static_cast<std::size_t>(c.segment)] += change;
  borrowed_[c.borrower.v * kSegments + static_cast<std::size_t>(c.segment)] += change;
}

void Contracts::record(base::RecordKind kind, const Contract& c, const Ledger& names, Journal& journal,
                       Time now) const {
  constexpr std::uint64_t kLow = 0xffff;
  const std::uint64_t from = (names.name_key(c.lender) & ~kLow) | static_cast<std::uint64_t>(c.segment);
  const std::uint64_t to = (names.name_key(c.borrower) & ~kLow) | c.security.v;
  journal.record(kind, now, from, to, c.cash.v);
  if (kind == base::RecordKind::repo_open) {
    const auto rate = static_cast<std::uint32_t>(c.rate_hbp);
    const auto end = static_cast<std::uint32_t>(c.end.v);
    journal.record(kind, now, static_cast<std::uint64_t>(rate) << 32 | end, static_cast<std::uint64_t>(c.reuse), c.face.v);
  }
}

ContractId Contracts::open(const RepoTerms& t, const Ledger& names, Journal& journal, Time now) {
  HAVEN_CHECK(t.lender != t.borrower && t.lender.v < lent_head_.size() && t.borrower.v < lent_head_.size(),
              "a contract needs two institutions");
  HAVEN_CHECK(t.face.v > 0 && t.cash.v >= 0 && t.start <= t.end && t.haircut_hbp < kWhole,
              "contract between " + names.name(t.lender) + " and " + names.name(t.borrower));
  std::uint32_t r = free_;
  if (r != kNone) {
    free_ = rows_[r].older;
  } else {
    r = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(Row{});
  }
  Row& row = rows_[r];
  ++row.generation;
  row.live = 1;
  row.contract = Contract{t.face, {}, t.cash, ++serial_, t.lender, t.borrower, t.rate_hbp, t.haircut_hbp, t.start, t.end,
                          t.security, t.segment, t.reuse, Standing::open, t.notice_days, t.substitution, {}};
  push(lent_head_[t.lender.v], r, &Row::next_lent, &Row::previous_lent);
  push(borrowed_head_[t.borrower.v], r, &Row::next_borrowed, &Row::previous_borrowed);
  push(newest_, r, &Row::older, &Row::newer);
  add_cash(row.contract, t.cash);
  ++count_;
  record(base::RecordKind::repo_open, row.contract, names, journal, now);
  return {r, row.generation};
}

void Contracts::close(ContractId id, const Ledger& names, Journal& journal, Time now) {
  Row& closing = row(id);
  HAVEN_CHECK(closing.contract.delivered.v == 0, "collateral of " + std::to_string(closing.contract.delivered.v) +
                                                     " is still with " + names.name(closing.contract.lender));
  record(base::RecordKind::repo_close, closing.contract, names, journal, now);
  add_cash(closing.contract, -closing.contract.cash);
  take(lent_head_[closing.contract.lender.v], id.row, &Row::next_lent, &Row::previous_lent);
  take(borrowed_head_[closing.contract.borrower.v], id.row, &Row::next_borrowed, &Row::previous_borrowed);
  take(newest_, id.row, &Row::older, &Row::newer);
  closing.live = 0;
  closing.older = free_;
  free_ = id.row;
  --count_;
}

void Contracts::set_cash(ContractId id, Money cash) {
  HAVEN_CHECK(cash.v >= 0, "principal below zero");
  Contract& c = row(id).contract;
  add_cash(c, cash - c.cash);
  c.cash = cash;
}

void Contracts::set_start(ContractId id, Date start) { row(id).contract.start = start; }
void Contracts::set_end(ContractId id, Date end) {
  Contract& c = row(id).contract;
  HAVEN_CHECK(c.start <= end, "a contract that ends before it starts");
  c.end = end;
}
void Contracts::set_rate(ContractId id, std::int32_t rate_hbp) { row(id).contract.rate_hbp = rate_hbp; }
void Contracts::set_standing(ContractId id, Standing standing) { row(id).contract.standing = standing; }

void Contracts::add_delivered(ContractId id, Face face) {
  Contract& c = row(id).contract;
  c.delivered += face;
  HAVEN_CHECK(c.delivered.v >= 0 && c.delivered <= c.face, "more returned or delivered than agreed");
}

Money Contracts::lent(InstitutionId i) const {
  Money total;
  for (std::size_t g = 0; g < kSegments; ++g) total += lent_[i.v * kSegments + g];
  return total;
}

Money Contracts::borrowed(InstitutionId i) const {
  Money total;
  for (std::size_t g = 0; g < kSegments; ++g) total += borrowed_[i.v * kSegments + g];
  return total;
}

void Contracts::maturing(Date day, std::vector<ContractId>& out) const {
  out.clear();
  for_each([&](ContractId id, const Contract& c) {
    if (c.end <= day) out.push_back(id);
  });
}

void Contracts::check() const {
  std::uint64_t lent_count = 0, borrowed_count = 0, live_count = 0;
  for (std::uint32_t i = 0; i < lent_head_.size(); ++i) {
    for (std::size_t g = 0; g < kSegments; ++g) {
      Money lent_sum, borrowed_sum;
      for_each_lent({i}, [&](ContractId, const Contract& c) {
        HAVEN_CHECK(c.lender.v == i, "a contract on another lender's list");
        if (static_cast<std::size_t>(c.segment) == g) {
          lent_sum += c.cash;
          ++lent_count;
        }
      });
      for_each_borrowed({i}, [&](ContractId, const Contract& c) {
        HAVEN_CHECK(c.borrower.v == i, "a contract on another borrower's list");
        if (static_cast<std::size_t>(c.segment) == g) {
          borrowed_sum += c.cash;
          ++borrowed_count;
        }
      });
      const std::string where = "institution " + std::to_string(i) + ", " + std::string(name_of(static_cast<Segment>(g)));
      HAVEN_CHECK(lent_sum == lent_[i * kSegments + g], "cash lent does not add up: " + where);
      HAVEN_CHECK(borrowed_sum == borrowed_[i * kSegments + g], "cash borrowed does not add up: " + where);
    }
  }
  std::uint64_t serial_before = ~std::uint64_t{0};
  for_each([&](ContractId, const Contract& c) {
    HAVEN_CHECK(c.serial < serial_before, "contracts are not in order of age");
    serial_before = c.serial;
    ++live_count;
  });
  HAVEN_CHECK(lent_count == count_ && borrowed_count == count_ && live_count == count_, "contracts lost from a list");
}

}  // namespace haven::funding
