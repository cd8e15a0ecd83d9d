#include "engine/funding/repo.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::funding {
namespace {

using ledger::Reason;

Reason interest_reason(Segment segment) {
  return segment == Segment::securities_lending ? Reason::securities_lending_fee : Reason::repo_interest;
}

Money accrued(const Contract& c, Date today) {
  const Date until = std::min(today, c.end);
  return until <= c.start ? Money{} : interest(c.cash, c.rate_hbp, until.v - c.start.v);
}

}  // namespace

RepoOpened open_repo(Ledger& ledger, Contracts& contracts, Collateral& collateral, const RepoTerms& terms,
                     Journal& journal, Time now) {
  const Face has = collateral.available(contracts, terms.borrower, terms.security, terms.end, terms.face);
  if (has < terms.face) return {{}, terms.face - has};
  const ContractId id = contracts.open(terms, ledger, journal, now);
  const Face shortage = collateral.pledge(ledger, contracts, id, journal, now);
  HAVEN_CHECK(shortage.v == 0, "collateral of " + ledger.name(terms.borrower) + " was available and is not");
  ledger.pay(terms.lender, terms.borrower, terms.cash, Reason::repo_cash, journal, now);
  return {id, {}};
}

RepoOpened open_repo_of(Ledger& ledger, Contracts& contracts, Collateral& collateral, const RepoTerms& terms, const ChainOf& chain,
                        Journal& journal, Time now) {
  const Face has = collateral.available_of(contracts, terms.borrower, terms.security, terms.end, chain, terms.face);
  if (has < terms.face) return {{}, terms.face - has};
  const ContractId id = contracts.open(terms, ledger, journal, now);
  const Face shortage = collateral.pledge_of(ledger, contracts, id, chain, journal, now);
  HAVEN_CHECK(shortage.v == 0, "collateral of " + ledger.name(terms.borrower) + " was available and is not");
  ledger.pay(terms.lender, terms.borrower, terms.cash, Reason::repo_cash, journal, now);
  return {id, {}};
}

namespace {

/// Pays principal and interest for the collateral returned since `before` was out, and closes the contract or leaves it
/// failing with the rest.
RepoClosed repay_returned(Ledger& ledger, Contracts& contracts, ContractId id, Face before, Journal& journal, Time now) {
  const Contract c = contracts[id];
  const Money all_interest = accrued(c, base::date_of(now));
  RepoClosed closed{c.cash, all_interest, c.delivered};
  if (c.delivered.v > 0) {
    const std::int64_t returned = (before - c.delivered).v;
    closed.principal = {base::mul_div(c.cash.v, returned, before.v)};
    closed.interest = {base::mul_div(all_interest.v, returned, before.v)};
  }
  ledger.pay(c.borrower, c.lender, closed.principal, Reason::repo_cash, journal, now);
  ledger.pay(c.borrower, c.lender, closed.interest, interest_reason(c.segment), journal, now);
  if (c.delivered.v > 0) {
    contracts.set_cash(id, c.cash - closed.principal);
    contracts.set_standing(id, Standing::failing);
  } else {
    contracts.close(id, ledger, journal, now);
  }
  return closed;
}

}  // namespace

RepoClosed close_repo(Ledger& ledger, Contracts& contracts, Collateral& collateral, ContractId id, Journal& journal,
                      Time now) {
  const Face before = contracts[id].delivered;
  collateral.return_collateral(ledger, contracts, id, journal, now);
  return repay_returned(ledger, contracts, id, before, journal, now);
}

Remark remark_amounts(const Contract& c, Money per_million, Date today) {
  const Money principal = cash_against(value_of(c.face, per_million), c.haircut_hbp);
  return {principal - c.cash, accrued(c, today)};
}

Remark remark_repo(Ledger& ledger, Contracts& contracts, ContractId id, Money per_million, Journal& journal, Time now) {
  const Contract c = contracts[id];
  const Remark mark = remark_amounts(c, per_million, base::date_of(now));
  ledger.pay(c.lender, c.borrower, mark.cash_to_borrower, Reason::repo_cash, journal, now);
  ledger.pay(c.borrower, c.lender, mark.interest, interest_reason(c.segment), journal, now);
  contracts.set_cash(id, c.cash + mark.cash_to_borrower);
  contracts.set_start(id, std::max(c.start, std::min(base::date_of(now), c.end)));
  return mark;
}

void Maturities::close_all(Ledger& ledger, Contracts& contracts, Collateral& collateral, Date day,
                           std::vector<Fail>& fails, Journal& journal, Time now) {
  contracts.maturing(day, due_);
  bool collateral_came_in = true;
  while (collateral_came_in && !due_.empty()) {
    collateral_came_in = false;
    std::size_t kept = 0;
    for (const ContractId id : due_) {
      const Face before = contracts[id].delivered;
      const Face shortage = close_repo(ledger, contracts, collateral, id, journal, now).shortage;
      if (shortage < before) collateral_came_in = true;
      if (shortage.v > 0) due_[kept++] = id;
    }
    due_.resize(kept);
  }
  if (!due_.empty()) {
    before_.clear();
    for (const ContractId id : due_) before_.push_back(contracts[id].delivered);
    collateral.return_together(contracts, due_);
    for (std::size_t k = 0; k < due_.size(); ++k) {
      if (contracts[due_[k]].delivered < before_[k]) {
        repay_returned(ledger, contracts, due_[k], before_[k], journal, now);
      }
    }
  }
  for (const ContractId id : due_) {
    if (!contracts.lives(id)) continue;
    const Contract& c = contracts[id];
    fails.push_back({id, c.lender, c.borrower, c.security, c.delivered, c.cash});
  }
}

void Deliveries::deliver_all(Ledger& ledger, const Contracts& contracts, Collateral& collateral,
                             InstitutionId clearing_house, std::vector<Fail>& fails, Journal& journal, Time now) {
  for (std::uint16_t k = 0; k < ledger.securities(); ++k) {
    const SecurityId s{k};
    deliverers_.clear();
    receivers_.clear();
    for (const InstitutionId i : ledger.in_name_order()) {
      if (ledger.due(i, s).v < 0) deliverers_.push_back(i);
      if (ledger.due(i, s).v > 0) receivers_.push_back(i);
    }
    const auto larger = [&](InstitutionId a, InstitutionId b) {
      const std::int64_t size_a = std::abs(ledger.due(a, s).v), size_b = std::abs(ledger.due(b, s).v);
      return size_a != size_b ? size_a > size_b : ledger.name_key(a) < ledger.name_key(b);
    };
    std::sort(deliverers_.begin(), deliverers_.end(), larger);
    std::sort(receivers_.begin(), receivers_.end(), larger);
    auto receiver = receivers_.begin();
    for (const InstitutionId deliverer : deliverers_) {
      Face short_by;
      while (ledger.due(deliverer, s).v < 0 && short_by.v == 0) {
        const Face face = std::min(-ledger.due(deliverer, s), ledger.due(*receiver, s));
        short_by = collateral.deliver_due(ledger, contracts, deliverer, *receiver, s, face, clearing_house, journal, now);
        if (ledger.due(*receiver, s).v == 0) ++receiver;
      }
      if (const Face missing = -ledger.due(deliverer, s); missing.v > 0) {
        fails.push_back({{}, deliverer, clearing_house, s, missing, -ledger.due_value(deliverer, s)});
      }
    }
  }
}

Money fails_charge(Money value, std::int32_t target_lower_bound_hbp, std::int32_t days) {
  return interest(value, fails_rate_hbp(target_lower_bound_hbp), days);
}

Money freed_by_sale(Money value, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t slippage_hbp) {
  return share(value, std::int64_t{haircut_hbp} + margin_hbp - slippage_hbp);
}

Money value_to_sell(Money call, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t slippage_hbp) {
  const std::int64_t freed_hbp = std::int64_t{haircut_hbp} + margin_hbp - slippage_hbp;
  if (call.v <= 0) return {};
  if (freed_hbp <= 0) return kUnlimited;
  return {mul_div_to(call.v, kWhole, freed_hbp, Rounding::up)};
}

Money max_position(Money capital, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t buffer_hbp) {
  const std::int64_t tied_up_hbp = std::int64_t{haircut_hbp} + margin_hbp + buffer_hbp;
  if (capital.v <= 0) return {};
  if (tied_up_hbp <= 0) return kUnlimited;
  return {mul_div_to(capital.v, kWhole, tied_up_hbp, Rounding::down)};
}

}  // namespace haven::funding
