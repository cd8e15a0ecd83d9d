// The cash mechanics of levered bond positions, worked to the ten-thousandth of a dollar.
#include "tests/funding/desk.h"

namespace haven::funding {
namespace {

using ledger::Reason;

constexpr Money kTickOfTy{1'562'500};  // 1/64 point on $1m: $156.25

/// $100m of ten-year notes at par, financed overnight at 4.40% and no haircut by the dealer.
struct LeveredFund : Desk {
  MarginCalls calls;
  std::vector<MarginCall> due;
  ContractId repo;

  LeveredFund() {
    own(fund, 100'000'000);
    repo = open(terms(dealer, fund, 100'000'000)).id;
    books.pay(fund, treasury, dollars(100'000'000), Reason::trade, journal, now);  // paid for the notes with the loan
  }
  void pay_due(Time at) {
    now = at;
    calls.take_due(now, due);
    for (const MarginCall& call : due) books.pay(call.institution, call.house, call.amount, Reason::variation_margin, journal, now);
  }
  void futures_close(std::int32_t ticks) {
    now = priced_at(kEndOfDayCycle, today);
    call_futures_variation(books, ty, {ticks}, kTickOfTy, clearing_house, due_at(kEndOfDayCycle, today, tomorrow), calls, journal, now);
  }
  void swap_close(Money change_per_million) {
    now = priced_at(kEndOfDayCycle, today);
    call_swap_variation(books, swap10, {}, change_per_million, clearing_house, due_at(kEndOfDayCycle, today, tomorrow), calls, journal, now);
  }
  /// Closes the overnight repo and opens the next at the new price.
  void roll_at(Money per_million) {
    now = base::midnight(tomorrow) + base::hours(9);
    close(repo);
    RepoTerms t = terms(dealer, fund, 100'000'000, Reuse::permitted, {tomorrow.v + 1});
    t.cash = cash_against(value_of(t.face, per_million), t.haircut_hbp);
    repo = open(t).id;
  }
};

constexpr Money kInterest{122'222'222};  // $100m x 4.40% / 360 = $12,222.2222

}  // namespace

TEST_CASE("basis fund: futures up one point cost a million at the cycle, the bond's gain is cash only when repo rolls", "[funding]") {
  LeveredFund d;
  d.books.trade_futures(d.dealer, d.fund, d.ty, 1'000, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  d.futures_close(64);
  CHECK(d.books.cash(d.fund) == start);  // priced at 15:00, paid tomorrow
  d.pay_due(base::midnight(d.tomorrow) + base::hours(8));
  CHECK(d.books.cash(d.fund) == start);
  d.pay_due(base::midnight(d.tomorrow) + base::hours(8) + base::minutes(30));
  CHECK(d.books.cash(d.fund) == start - dollars(1'000'000));
  d.roll_at(dollars(1'010'000));
  CHECK(d.books.cash(d.fund) == start - kInterest);
  CHECK(d.contracts[d.repo].cash == dollars(101'000'000));
  d.check();
}

TEST_CASE("basis fund: yields rising make it receive at the cycle and pay at the roll", "[funding]") {
  LeveredFund d;
  d.books.trade_futures(d.dealer, d.fund, d.ty, 1'000, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  d.futures_close(-64);
  d.pay_due(base::midnight(d.tomorrow) + base::hours(9));
  CHECK(d.books.cash(d.fund) == start + dollars(1'000'000));
  d.roll_at(dollars(990'000));
  CHECK(d.books.cash(d.fund) == start - kInterest);
}

TEST_CASE("basis fund: it loses when cash cheapens against futures", "[funding]") {
  LeveredFund d;
  d.books.trade_futures(d.dealer, d.fund, d.ty, 1'000, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  d.futures_close(64);
  d.pay_due(base::midnight(d.tomorrow) + base::hours(9));
  d.roll_at(dollars(1'005'000));  // the bond follows only half way
  CHECK(d.books.cash(d.fund) == start - dollars(500'000) - kInterest);
}

TEST_CASE("term repo: a re-mark brings the bond's gain in cash without waiting for the end", "[funding]") {
  Desk d;
  d.own(d.fund, 100'000'000);
  RepoTerms t = d.terms(d.dealer, d.fund, 100'000'000, Reuse::permitted, {d.today.v + 30});
  t.haircut_hbp = bp(200);
  t.cash = cash_against(dollars(100'000'000), t.haircut_hbp);
  const ContractId repo = d.open(t).id;
  CHECK(d.contracts[repo].cash == dollars(98'000'000));
  const Money start = d.books.cash(d.fund);
  d.now = base::midnight({d.today.v + 9});
  const Remark mark = remark_repo(d.books, d.contracts, repo, dollars(1'010'000), d.journal, d.now);
  CHECK(mark.cash_to_borrower == dollars(980'000));
  CHECK(mark.interest == dollars(107'800));  // $98m x 4.40% x 9 / 360
  CHECK(d.books.cash(d.fund) == start + dollars(980'000 - 107'800));
  d.now = base::midnight({d.today.v + 30});
  const RepoClosed closed = d.close(repo);
  CHECK(closed.principal == dollars(98'980'000));
  CHECK(closed.interest == Money{2'540'486'667});  // 21 days on the new principal: $254,048.6667
  d.check();
}

TEST_CASE("swap-spread fund: two cash legs, swap variation margin at the cycle and the bond at the roll", "[funding]") {
  LeveredFund d;
  d.books.trade_swap(d.fund, d.dealer, d.swap10, 1'000, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  d.swap_close(dollars(-8'500));  // swap rates and yields 10 bp lower at $850 a bp and $1m
  d.pay_due(base::midnight(d.tomorrow) + base::hours(9));
  CHECK(d.books.cash(d.fund) == start - dollars(850'000));
  d.roll_at(dollars(1'008'500));
  CHECK(d.books.cash(d.fund) == start - kInterest);
}

TEST_CASE("swap-spread fund: it loses when swap minus Treasury becomes more negative", "[funding]") {
  LeveredFund d;
  d.books.trade_swap(d.fund, d.dealer, d.swap10, 1'000, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  SECTION("because swap rates fall 5 bp and yields stay") {
    d.swap_close(dollars(-4'250));
    d.pay_due(base::midnight(d.tomorrow) + base::hours(9));
    d.roll_at(dollars(1'000'000));
    CHECK(d.books.cash(d.fund) == start - dollars(425'000) - kInterest);
  }
  SECTION("because yields rise 5 bp and swap rates stay") {
    d.swap_close({});
    d.pay_due(base::midnight(d.tomorrow) + base::hours(9));
    d.roll_at(dollars(995'750));
    CHECK(d.books.cash(d.fund) == start - dollars(425'000) - kInterest);
  }
}

TEST_CASE("unwind: a $1m call needs $58.9m of bonds sold, and the cash comes tomorrow", "[funding]") {
  // By formula.
  CHECK(value_to_sell(dollars(1'000'000), 0, bp(170), 0) == Money{588'235'294'118});  // $58,823,529.4118
  CHECK(freed_by_sale(dollars(58'900'000), 0, bp(170), 0) == dollars(1'001'300));
  CHECK(freed_by_sale(dollars(58'900'000), bp(200), bp(170), bp(10)) == dollars(2'120'400));
  CHECK(value_to_sell(dollars(1'000'000), bp(200), bp(170), 0) == Money{270'270'270'271});
  CHECK(value_to_sell(dollars(1), 0, bp(170), bp(170)) == kUnlimited);
  CHECK(value_to_sell({}, 0, 0, 0) == Money{});

  // And by the books: 589 of 1,000 lots are unwound.
  LeveredFund d;
  const Money margin_before = initial_margin(1'000, dollars(1'000'000), bp(170));
  CHECK(margin_before == dollars(1'700'000));
  d.books.trade_futures(d.dealer, d.fund, d.ty, 1'000, d.journal, d.now);
  d.books.pay(d.fund, d.clearing_house, margin_before, Reason::initial_margin, d.journal, d.now);
  const Money start = d.books.cash(d.fund);
  d.books.add_trade(d.money_fund, d.fund, d.ten, {58'900'000}, dollars(58'900'000), d.tomorrow, d.journal, d.now);
  d.books.trade_futures(d.fund, d.dealer, d.ty, 589, d.journal, d.now);
  CHECK(d.books.cash(d.fund) == start);  // nothing today: no sale proceeds and no repo repaid

  d.now = base::midnight(d.tomorrow) + base::hours(9);
  const Money margin_after = initial_margin(d.books.futures(d.fund, d.ty), dollars(1'000'000), bp(170));
  d.books.pay(d.clearing_house, d.fund, margin_before - margin_after, Reason::initial_margin, d.journal, d.now);
  d.close(d.repo);
  d.settle_at(dollars(1'000'000));
  CHECK(d.fails.empty());
  d.open(d.terms(d.dealer, d.fund, 41'100'000, Reuse::permitted, {d.tomorrow.v + 1}));
  CHECK(d.books.cash(d.fund) == start + dollars(1'001'300) - kInterest);  // not $58.9m
  d.check();
}

TEST_CASE("capital carries 59 times itself at no haircut and 1.7% margin", "[funding]") {
  CHECK(max_position(dollars(1'000'000), 0, bp(170), 0) == Money{588'235'294'117});
  CHECK(max_position(dollars(1'000'000), bp(200), bp(170), 0) == Money{270'270'270'270});  // 27 times
  CHECK(max_position(dollars(1'000'000), bp(200), bp(340), 0) == Money{185'185'185'185});  // 18 to 19 times
  CHECK(max_position(dollars(1'000'000), 0, bp(170), bp(330)) == dollars(20'000'000));
  CHECK(max_position(dollars(-1), 0, bp(170), 0) == Money{});
  CHECK(max_position(dollars(1), bp(-200), bp(170), 0) == kUnlimited);
}

TEST_CASE("a fail costs the greater of 1% and 3% less the target's lower bound", "[funding]") {
  CHECK(fails_charge(dollars(36'000'000), bp(425), 1) == dollars(1'000));  // 1% when rates are above 2%
  CHECK(fails_charge(dollars(36'000'000), bp(25), 1) == dollars(2'750));
  CHECK(fails_charge(dollars(36'000'000), bp(0), 3) == dollars(9'000));
}

TEST_CASE("cash against collateral rounds against the borrower, face to raise cash rounds up to whole grains", "[funding]") {
  CHECK(cash_against({10'001}, bp(200)) == Money{9'800});
  CHECK(cash_against(dollars(100), bp(-100)) == dollars(101));
  CHECK(face_to_raise(dollars(1'000'000), dollars(990'000), bp(200), {100'000}) == Face{1'100'000});
  CHECK(face_to_raise(dollars(980'000), dollars(1'000'000), bp(200), {100'000}) == Face{1'000'000});
  CHECK(interest(dollars(100'000'000), bp(440), 1) == kInterest);
  CHECK(interest(dollars(100'000'000), bp(-440), 1) == -kInterest);
}

}  // namespace haven::funding
