// What a default does to loans, lots and trades; docs/model.md, "Defaults".
#include "engine/base/random.h"
#include "engine/funding/credit.h"
#include "tests/funding/desk.h"

namespace haven::funding {

TEST_CASE("a lender that keeps its collateral owns it, and what it had pledged on now hangs on its own holding", "[funding][default]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId loan = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  const ContractId onward = d.open(d.terms(d.money_fund, d.dealer, 700, Reuse::forbidden)).id;
  CHECK(d.collateral.seize(d.books, d.contracts, loan, d.journal, d.now) == Face{1000});
  d.contracts.close(loan, d.books, d.journal, d.now);
  d.check();
  CHECK(d.books.position(d.fund, d.ten).v == 0);
  CHECK(d.books.position(d.dealer, d.ten) == Face{1000});
  CHECK(d.books.box(d.money_fund, d.ten) == Face{700});
  std::vector<LotIndex> chain;
  d.collateral.chain(d.collateral.first_in_contract(onward), chain);
  REQUIRE(chain.size() == 2);
  CHECK(d.collateral[chain.back()].holder == d.dealer);
  // The end of the chain unwinds as ever.
  CHECK(d.close(onward).shortage.v == 0);
  CHECK(d.books.box(d.dealer, d.ten) == Face{1000});
  d.check();
}

TEST_CASE("a lender that had sold its collateral short is no longer short once it keeps it", "[funding][default]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId loan = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  d.sell_now(d.dealer, d.other_dealer, 400);
  CHECK(d.books.position(d.dealer, d.ten) == Face{-400});
  d.collateral.seize(d.books, d.contracts, loan, d.journal, d.now);
  d.contracts.close(loan, d.books, d.journal, d.now);
  CHECK(d.books.position(d.dealer, d.ten) == Face{600});
  CHECK(d.books.box(d.dealer, d.ten) == Face{600});
  d.check();
}

TEST_CASE("a default in the middle of a chain leaves the one above short of what it must return", "[funding][default]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId first = d.open(d.terms(d.other_dealer, d.fund, 1000)).id;
  const ContractId second = d.open(d.terms(d.dealer, d.other_dealer, 800)).id;
  const ContractId third = d.open(d.terms(d.money_fund, d.dealer, 500)).id;
  // The dealer defaults: the money fund keeps 500; the dealer returns the 300 that it has.
  d.collateral.seize(d.books, d.contracts, third, d.journal, d.now);
  d.contracts.set_cash(third, {});
  d.contracts.close(third, d.books, d.journal, d.now);
  d.check();
  CHECK(d.close(second).shortage == Face{500});
  CHECK(d.collateral.seize(d.books, d.contracts, second, d.journal, d.now) == Face{500});
  d.contracts.close(second, d.books, d.journal, d.now);
  d.check();
  CHECK(d.books.position(d.money_fund, d.ten) == Face{500});
  CHECK(d.books.position(d.dealer, d.ten).v == 0);
  CHECK(d.books.position(d.other_dealer, d.ten) == Face{-500});
  CHECK(d.books.position(d.fund, d.ten) == Face{1000});
  // The fund repays, and only half of its bonds come back: a fail, made by a default further down.
  d.now = base::midnight(d.tomorrow) + base::hours(7);
  CHECK(d.close(first).shortage == Face{500});
  CHECK(d.contracts[first].standing == Standing::failing);
  d.check();
}

TEST_CASE("random defaults in random chains conserve securities, lots and cash", "[funding][default]") {
  base::Draws draws{7, base::name_key("defaults"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(base::Purpose::choice, n); };
  int seized = 0;
  for (int round = 0; round < 40; ++round) {
    Desk d;
    d.own(d.fund, 4000);
    d.own(d.dealer, 1000);
    for (int k = 0; k < 40; ++k) {
      const InstitutionId borrower{below(4)}, lender{below(4)};
      if (borrower == lender) continue;
      const auto has = d.collateral.available(d.contracts, borrower, d.ten, d.tomorrow).v;
      if (below(4) == 0 && has > 0) d.sell_now(borrower, lender, 1 + below(static_cast<std::uint32_t>(has)));
      else if (has > 0) d.open(d.terms(lender, borrower, 1 + below(static_cast<std::uint32_t>(has))));
    }
    const InstitutionId gone{below(4)};
    std::vector<ContractId> own, theirs;
    d.contracts.for_each_borrowed(gone, [&](ContractId id, const Contract&) { own.push_back(id); });
    for (const ContractId id : own) {
      seized += d.collateral.seize(d.books, d.contracts, id, d.journal, d.now).v > 0;
      d.contracts.close(id, d.books, d.journal, d.now);
      d.check();
    }
    d.contracts.for_each_lent(gone, [&](ContractId id, const Contract&) { theirs.push_back(id); });
    for (const ContractId id : theirs) {
      d.close(id);
      if (d.contracts.lives(id)) {
        d.collateral.seize(d.books, d.contracts, id, d.journal, d.now);
        d.contracts.close(id, d.books, d.journal, d.now);
      }
      d.check();
    }
    CHECK(d.books.position(gone, d.ten) == d.collateral.owned(gone, d.ten));
    CHECK(d.books.position(gone, d.ten) == d.books.box(gone, d.ten));
  }
  CHECK(seized > 100);
}

TEST_CASE("trades that another takes over cost it what they are worth, and leave nothing with the first", "[funding][default]") {
  Desk d;
  d.own(d.money_fund, 1000);
  const std::vector<Money> values{dollars(990'000), dollars(1'000'000)};
  d.books.add_trade(d.fund, d.money_fund, d.ten, {600}, dollars(600), d.tomorrow, d.journal, d.now);
  // Bought at par, worth 0.99: six dollars lost.
  CHECK(d.books.take_over_trades(d.fund, d.dealer, values, d.journal, d.now) == dollars(-6));
  CHECK(d.books.position(d.fund, d.ten).v == 0);
  CHECK(d.books.unsettled_cash(d.fund).v == 0);
  CHECK(d.books.position(d.dealer, d.ten) == Face{600});
  CHECK(d.books.unsettled_cash(d.dealer) == dollars(-600));
  d.check();
  d.now = base::midnight(d.tomorrow) + base::hours(7);
  const Money before = d.books.cash(d.dealer);
  d.settle_at(dollars(990'000));
  CHECK(d.fails.empty());
  CHECK(d.books.cash(d.dealer) - before == dollars(-600));
  CHECK(d.books.box(d.dealer, d.ten) == Face{600});
  d.check();
}

TEST_CASE("a committed line is drawn up to its limit, costs its rate by the day, and is paid back interest first", "[funding][default]") {
  Desk d;
  Credit credit(8);
  credit.open_line(d.fund, d.dealer, dollars(3'600'000), bp(100));
  const std::int32_t reference = bp(440);
  CHECK(credit.draw(d.books, d.fund, dollars(1'000'000), reference, d.journal, d.now) == dollars(1'000'000));
  CHECK(credit.draw(d.books, d.fund, dollars(9'000'000), reference, d.journal, d.now) == dollars(2'600'000));
  CHECK(credit.undrawn(d.fund).v == 0);
  CHECK(credit.lent(d.dealer) == dollars(3'600'000));
  // 3,600,000 x 5.40% / 360 = 540 a day.
  CHECK(credit.owed(d.fund, reference, d.tomorrow) == dollars(3'600'540));
  d.now = base::midnight(d.tomorrow) + base::hours(7);
  CHECK(credit.repay(d.books, d.fund, dollars(1'000'540), reference, d.journal, d.now) == dollars(1'000'540));
  CHECK(credit.line(d.fund).drawn == dollars(2'600'000));
  CHECK(credit.line(d.fund).interest.v == 0);
  CHECK(d.books.flow(d.dealer, ledger::Reason::credit_interest) == dollars(540));
  CHECK(credit.terminate(d.fund, reference, d.tomorrow) == dollars(2'600'000));
  CHECK(credit.lent(d.dealer).v == 0);
  CHECK(credit.draw(d.books, d.fund, dollars(1), reference, d.journal, d.now).v == 0);
  credit.check();
  d.books.check_conservation();
}

}  // namespace haven::funding
