// A small market for the tests of funding: a fund, two dealers, a money fund, a clearing house, and their books.
#pragma once

#include <catch2/catch.hpp>

#include "engine/base/check.h"
#include "engine/funding/margin.h"
#include "engine/funding/repo.h"

namespace haven::funding {

using base::dollars;

struct Desk {
  static constexpr InstitutionId fund{0}, dealer{1}, other_dealer{2}, money_fund{3}, clearing_house{4}, treasury{5},
      rounding{6}, outside{7};
  static constexpr SecurityId ten{0}, thirty{1};
  static constexpr ledger::FuturesId ty{0};
  static constexpr ledger::TenorId swap10{0};
  static constexpr Date today{9223}, tomorrow{9224};  // 2025-04-02 and 03

  Ledger books;
  Contracts contracts{8, 64};
  Collateral collateral{8, 2, 256};
  Deliveries deliveries;
  Maturities maturities;
  Journal journal;
  Time now = base::midnight(today) + base::hours(8);
  std::vector<Fail> fails;

  Desk()
      : books(ledger::LedgerShape{{"fund", "dealer", "other dealer", "money fund", "clearing house", "treasury", "rounding", "outside"},
                                  rounding, outside, {"10y", "30y"}, {"TY"}, {"10y"}, {}, dollars(1)}) {
    pay_in(fund, 10'000'000);
    pay_in(dealer, 500'000'000);
    pay_in(other_dealer, 500'000'000);
    pay_in(money_fund, 5'000'000'000);
  }
  void pay_in(InstitutionId i, std::int64_t amount) {
    books.receive_from_outside(i, dollars(amount), ledger::kOpeningFlow, journal, now);
  }
  void own(InstitutionId i, std::int64_t face, SecurityId s = ten) { collateral.issue(books, i, s, {face}, journal, now); }
  RepoTerms terms(InstitutionId lender, InstitutionId borrower, std::int64_t face, Reuse reuse = Reuse::permitted,
                  Date end = tomorrow, Segment segment = Segment::nccbr) const {
    RepoTerms t;
    t.lender = lender;
    t.borrower = borrower;
    t.segment = segment;
    t.reuse = reuse;
    t.security = ten;
    t.face = {face};
    t.cash = dollars(face);
    t.rate_hbp = bp(440);
    t.start = base::date_of(now);
    t.end = end;
    return t;
  }
  RepoOpened open(const RepoTerms& t) { return open_repo(books, contracts, collateral, t, journal, now); }
  RepoClosed close(ContractId id) { return close_repo(books, contracts, collateral, id, journal, now); }
  /// Sells and delivers within the day at par, through the clearing house.
  void sell_now(InstitutionId seller, InstitutionId buyer, std::int64_t face, SecurityId s = ten) {
    books.add_trade(buyer, seller, s, {face}, dollars(face), base::date_of(now), journal, now);
    settle_at(dollars(1'000'000));
  }
  void settle_at(Money per_million) {
    books.settle(base::date_of(now), clearing_house, std::vector<Money>{per_million, per_million}, journal, now);
    fails.clear();
    deliveries.deliver_all(books, contracts, collateral, clearing_house, fails, journal, now);
  }
  void close_all_maturing() {
    fails.clear();
    maturities.close_all(books, contracts, collateral, base::date_of(now), fails, journal, now);
  }
  void check() const {
    books.check_conservation();
    contracts.check();
    collateral.check(books, contracts);
  }
};

}  // namespace haven::funding
