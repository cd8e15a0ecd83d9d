#include "engine/funding/credit.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::funding {

using base::Date;
using base::InstitutionId;
using base::Journal;
using base::Money;
using base::Time;
using ledger::Ledger;
using ledger::Reason;

namespace {

Money accrued(const CreditLine& line, std::int32_t reference_hbp, Date today) {
  if (line.drawn.v == 0 || today <= line.since) return {};
  return interest(line.drawn, std::max(0, reference_hbp + line.spread_hbp), today.v - line.since.v);
}

}  // namespace

Credit::Credit(std::uint32_t institutions) : lines_(institutions), lent_(institutions) {
  for (std::uint32_t i = 0; i < institutions; ++i) lines_[i].provider = {i};
}

void Credit::open_line(InstitutionId i, InstitutionId provider, Money limit, std::int32_t spread_hbp) {
  HAVEN_CHECK(i != provider && limit.v >= 0 && lines_[i.v].drawn.v == 0, "a line needs another's money");
  lines_[i.v].provider = provider;
  lines_[i.v].limit = limit;
  lines_[i.v].spread_hbp = spread_hbp;
}

Money Credit::owed(InstitutionId i, std::int32_t reference_hbp, Date today) const {
  const CreditLine& line = lines_[i.v];
  return line.drawn + line.interest + accrued(line, reference_hbp, today);
}

void Credit::accrue(CreditLine& line, std::int32_t reference_hbp, Date today) {
  line.interest += accrued(line, reference_hbp, today);
  line.since = today;
}

Money Credit::draw(Ledger& ledger, InstitutionId i, Money wanted, std::int32_t reference_hbp, Journal& journal, Time now) {
  CreditLine& line = lines_[i.v];
  const Money part{std::clamp<std::int64_t>(wanted.v, 0, undrawn(i).v)};
  if (part.v == 0) return {};
  accrue(line, reference_hbp, base::date_of(now));
  line.drawn += part;
  lent_[line.provider.v] += part;
  ledger.pay(line.provider, i, part, Reason::credit, journal, now);
  return part;
}

Money Credit::repay(Ledger& ledger, InstitutionId i, Money available, std::int32_t reference_hbp, Journal& journal, Time now) {
  CreditLine& line = lines_[i.v];
  if (line.drawn.v == 0 && line.interest.v == 0) return {};
  accrue(line, reference_hbp, base::date_of(now));
  const Money on_interest = std::min(available, line.interest), on_principal = std::min(available - on_interest, line.drawn);
  line.interest -= on_interest;
  line.drawn -= on_principal;
  lent_[line.provider.v] -= on_principal;
  ledger.pay(i, line.provider, on_interest, Reason::credit_interest, journal, now);
  ledger.pay(i, line.provider, on_principal, Reason::credit, journal, now);
  return on_interest + on_principal;
}

Money Credit::terminate(InstitutionId i, std::int32_t reference_hbp, Date today) {
  CreditLine& line = lines_[i.v];
  const Money claim = owed(i, reference_hbp, today);
  lent_[line.provider.v] -= line.drawn;
  line.limit = line.drawn = line.interest = {};
  return claim;
}

void Credit::withdraw(InstitutionId provider) {
  for (CreditLine& line : lines_) {
    if (line.provider == provider) line.limit = line.drawn;
  }
}

void Credit::check() const {
  std::vector<Money> lent(lent_.size());
  for (std::uint32_t i = 0; i < lines_.size(); ++i) {
    const CreditLine& line = lines_[i];
    HAVEN_CHECK(line.drawn.v >= 0 && line.drawn <= line.limit && line.interest.v >= 0, "line of institution " + std::to_string(i) + " is overdrawn or below zero");
    HAVEN_CHECK(line.limit.v == 0 || line.provider.v != i, "institution " + std::to_string(i) + " lends to itself");
    lent[line.provider.v] += line.drawn;
  }
  HAVEN_CHECK(lent == lent_, "loans by provider do not add up");
}

}  // namespace haven::funding
