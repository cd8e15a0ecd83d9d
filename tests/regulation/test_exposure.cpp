// The exposure measure on worked examples.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/base/random.h"
#include "engine/regulation/exposure.h"

namespace {

using namespace haven::regulation;
using haven::base::CheckFailure;
using haven::base::Date;
using haven::base::dollars;
using haven::base::Draws;
using haven::base::Money;
using haven::base::Purpose;

constexpr Date kTomorrow{9'000};
constexpr Date kNextWeek{9'006};

RepoTrade trade(std::uint32_t counterparty, CashLeg leg, std::int64_t cash, std::int64_t collateral, Date end = kTomorrow) {
  RepoTrade out;
  out.counterparty = counterparty;
  out.end = end;
  out.cash_leg = leg;
  out.cash = dollars(cash);
  out.collateral = dollars(collateral);
  return out;
}

RepoExposure measure(const std::vector<RepoTrade>& trades, NettingScope scope = NettingScope::legal) {
  std::vector<NettingLine> scratch;
  return repo_exposure(trades, scope, scratch);
}

LeverageRule rule() {
  LeverageRule out;
  out.name = "rule";
  out.minimum = ratio_from_pct(3.0);
  return out;
}

}  // namespace

TEST_CASE("repo of 10 against 10: the seller's exposure is 20, the buyer's 10, both together 10 unnetted and 0 netted", "[netting]") {
  // ICMA Centre, Revisions to the Basel leverage ratio - a correction, 11 March 2014.
  const std::vector<RepoTrade> repo = {trade(1, CashLeg::borrowed, 10, 10)};
  const std::vector<RepoTrade> reverse = {trade(1, CashLeg::lent, 10, 10)};
  const std::vector<RepoTrade> both = {repo[0], reverse[0]};
  Balance seller;  // collateral 10 stays on its balance sheet, cash 10 comes in
  seller.assets = dollars(20);
  const auto exposure = [](const Balance& balance, const RepoExposure& part) {
    return leverage_exposure(rule(), balance, part, ExclusionState::inactive).total;
  };
  CHECK(exposure(seller, measure(repo)) == dollars(20));
  CHECK(exposure(Balance{}, measure(reverse)) == dollars(10));
  CHECK(exposure(Balance{}, measure(both, NettingScope::gross)) == dollars(10));
  CHECK(exposure(Balance{}, measure(both)) == dollars(0));
}

TEST_CASE("a bank of 200 cash and 400 securities that lends 100 against 110 has repo assets of 100 and an exposure of 600", "[netting]") {
  // Central Bank of the UAE, rulebook C 52/2017 STA, Examples: calculation of gross SFT assets, example 1.
  Balance balance;
  balance.assets = dollars(100 + 400);
  const RepoExposure repo = measure({trade(1, CashLeg::lent, 100, 110)});
  CHECK(total(repo) == dollars(100));
  CHECK(repo.counterparty == dollars(0));
  CHECK(leverage_exposure(rule(), balance, repo, ExclusionState::inactive).total == dollars(600));
}

TEST_CASE("legs net for the same counterparty, the same final settlement date and an enforceable set-off, and for nothing less", "[netting]") {
  // The conditions of Basel LEV30 as in the SAMA rulebook, 7.3.3(i)b.
  const RepoTrade lent = trade(1, CashLeg::lent, 100, 100);
  CHECK(measure({lent, trade(1, CashLeg::borrowed, 80, 80)}).netted == dollars(20));
  CHECK(measure({lent, trade(1, CashLeg::borrowed, 130, 130)}).netted == dollars(0));
  CHECK(measure({lent, trade(2, CashLeg::borrowed, 80, 80)}).netted == dollars(100));
  CHECK(measure({lent, trade(1, CashLeg::borrowed, 80, 80, kNextWeek)}).netted == dollars(100));

  RepoTrade open = trade(1, CashLeg::borrowed, 80, 80);
  open.maturity = Maturity::open;
  CHECK(measure({lent, open}).netted == dollars(100));
  RepoTrade open_lent = lent;
  open_lent.maturity = Maturity::open;
  const RepoExposure two_open = measure({open_lent, open});
  CHECK(two_open.gross == dollars(100));
  CHECK(two_open.netted == dollars(0));

  RepoTrade unenforceable = lent;
  unenforceable.set_off = SetOff::none;
  const RepoExposure no_set_off = measure({unenforceable, trade(1, CashLeg::borrowed, 80, 80)});
  CHECK(no_set_off.gross == dollars(100));
  CHECK(no_set_off.netted == dollars(0));
}

TEST_CASE("a matched book between two clients is gross while uncleared and vanishes once both legs are novated", "[netting]") {
  RepoTrade to_fund = trade(7, CashLeg::lent, 1'000'000, 1'000'000);
  RepoTrade from_money_fund = trade(8, CashLeg::borrowed, 1'000'000, 1'000'000);
  CHECK(total(measure({to_fund, from_money_fund})) == dollars(1'000'000));
  to_fund.novation = Novation::cleared;
  CHECK(total(measure({to_fund, from_money_fund})) == dollars(1'000'000));
  from_money_fund.novation = Novation::cleared;
  CHECK(total(measure({to_fund, from_money_fund})) == dollars(0));
  from_money_fund.end = kNextWeek;
  CHECK(total(measure({to_fund, from_money_fund})) == dollars(1'000'000));
}

TEST_CASE("full clearing treats dated, enforceable trades as novated and leaves open and unenforceable ones gross", "[netting]") {
  const RepoTrade lent = trade(7, CashLeg::lent, 100, 100), borrowed = trade(8, CashLeg::borrowed, 100, 100);
  CHECK(total(measure({lent, borrowed}, NettingScope::legal)) == dollars(100));
  CHECK(total(measure({lent, borrowed}, NettingScope::all_cleared)) == dollars(0));
  RepoTrade open = lent;
  open.maturity = Maturity::open;
  CHECK(total(measure({open, borrowed}, NettingScope::all_cleared)) == dollars(100));
  RepoTrade open_haircut = trade(7, CashLeg::borrowed, 98, 100);  // gives 2 more than it receives
  open_haircut.maturity = Maturity::open;
  const RepoTrade dated_haircut = trade(8, CashLeg::lent, 98, 100);
  CHECK(measure({open_haircut, dated_haircut}, NettingScope::all_cleared).counterparty == dollars(2));
}

TEST_CASE("what is given beyond what is received adds counterparty exposure, per counterparty under set-off and per trade without", "[netting]") {
  // A haircut received on lending offsets a haircut paid on borrowing from the same counterparty only.
  const RepoTrade haircut_paid = trade(1, CashLeg::borrowed, 98, 100);   // gives 100, receives 98
  const RepoTrade haircut_taken = trade(1, CashLeg::lent, 98, 100);      // gives 98, receives 100
  CHECK(measure({haircut_paid}).counterparty == dollars(2));
  CHECK(measure({haircut_paid, haircut_taken}).counterparty == dollars(0));
  RepoTrade elsewhere = haircut_taken;
  elsewhere.counterparty = 2;
  CHECK(measure({haircut_paid, elsewhere}).counterparty == dollars(2));
  RepoTrade separate = haircut_paid;
  separate.set_off = SetOff::none;
  CHECK(measure({separate, haircut_taken}).counterparty == dollars(2));
}

TEST_CASE("a negative leg is our own error", "[netting]") {
  CHECK_THROWS_AS(measure({trade(1, CashLeg::lent, -1, 1)}), CheckFailure);
}

TEST_CASE("over random books netting never exceeds gross, full clearing never exceeds the rule on dated trades, and order does not matter", "[netting]") {
  Draws draws;
  draws.seed = 11;
  for (int book = 0; book < 200; ++book) {
    std::vector<RepoTrade> trades;
    const std::uint32_t n = 1 + draws.below(Purpose::test, 40);
    for (std::uint32_t i = 0; i < n; ++i) {
      RepoTrade t = trade(draws.below(Purpose::test, 5), draws.below(Purpose::test, 2) == 0 ? CashLeg::lent : CashLeg::borrowed,
                          draws.below(Purpose::test, 1000), 0, Date{9'000 + static_cast<std::int32_t>(draws.below(Purpose::test, 3))});
      t.collateral = t.cash;
      if (draws.below(Purpose::test, 4) == 0) t.novation = Novation::cleared;
      trades.push_back(t);
    }
    const Money gross = total(measure(trades, NettingScope::gross)), legal = total(measure(trades)), full = total(measure(trades, NettingScope::all_cleared));
    CHECK(legal <= gross);
    CHECK(full <= legal);

    Money lent;
    for (const RepoTrade& t : trades) lent += t.cash_leg == CashLeg::lent ? t.cash : Money{0};
    CHECK(gross == lent);

    // The same by definition: for each pair of counterparty and date, the positive part of what is lent over borrowed.
    Money naive;
    for (std::uint32_t cp = 0; cp < 6; ++cp) {
      for (std::int32_t day = 9'000; day < 9'003; ++day) {
        Money net;
        for (const RepoTrade& t : trades) {
          const std::uint32_t faces = t.novation == Novation::cleared ? 5 : t.counterparty;
          if (faces == cp && t.end.v == day) net += t.cash_leg == CashLeg::lent ? t.cash : -t.cash;
        }
        naive += std::max(net, Money{0});
      }
    }
    CHECK(measure(trades).netted == naive);

    std::reverse(trades.begin(), trades.end());
    CHECK(total(measure(trades)) == legal);
  }
}

TEST_CASE("the exclusion removes reserves and Treasuries, the custody deduction reserves up to custody deposits, and no dollar leaves twice", "[exposure]") {
  Balance balance;
  balance.assets = dollars(1'000);
  balance.reserves = dollars(200);
  balance.treasuries = dollars(300);
  balance.derivatives = dollars(50);
  balance.off_balance = dollars(25);
  LeverageRule r = rule();
  r.exclusion.reserves = Treatment::excluded;
  r.exclusion.treasuries = Treatment::excluded;
  const auto exposure = [&](ExclusionState state) { return leverage_exposure(r, balance, {}, state); };
  CHECK(exposure(ExclusionState::inactive).total == dollars(1'075));
  CHECK(exposure(ExclusionState::active).total == dollars(575));
  CHECK(exposure(ExclusionState::active).excluded == dollars(500));

  balance.custody_deposits = dollars(150);
  CHECK(exposure(ExclusionState::inactive).total == dollars(925));
  CHECK(exposure(ExclusionState::active).total == dollars(575));
  balance.custody_deposits = dollars(900);
  CHECK(exposure(ExclusionState::inactive).total == dollars(875));
  r.custody = CustodyDeduction::none;
  CHECK(exposure(ExclusionState::inactive).total == dollars(1'075));
  r.custody = CustodyDeduction::central_bank_deposits;
  r.exclusion.reserves = Treatment::counted;  // Treasuries alone: the custody deduction stays
  CHECK(exposure(ExclusionState::active).total == dollars(575));
  CHECK(exposure(ExclusionState::active).excluded == dollars(500));
}

TEST_CASE("reserves and Treasuries larger than the assets they are part of are our own error", "[exposure]") {
  Balance balance;
  balance.assets = dollars(10);
  balance.treasuries = dollars(11);
  CHECK_THROWS_AS(leverage_exposure(rule(), balance, {}, ExclusionState::active), CheckFailure);
}

TEST_CASE("a quarter is reported as its daily average, rounded up, or as its last day", "[exposure]") {
  const std::array<Money, 3> days = {Money{100}, Money{200}, Money{101}};
  CHECK(reported_exposure(Averaging::daily_average, days) == Money{134});
  CHECK(reported_exposure(Averaging::quarter_end, days) == Money{101});
  CHECK_THROWS_AS(reported_exposure(Averaging::daily_average, {}), CheckFailure);
}

TEST_CASE("a snapshot charges the whole quarter's cost on its last day and nothing before", "[exposure]") {
  std::int32_t average = 0, snapshot = 0;
  for (std::int32_t day = 0; day < 62; ++day) {
    average += daily_cost_weight(Averaging::daily_average, day, 62);
    snapshot += daily_cost_weight(Averaging::quarter_end, day, 62);
    if (day < 61) CHECK(daily_cost_weight(Averaging::quarter_end, day, 62) == 0);
  }
  CHECK(average == 62);
  CHECK(snapshot == 62);
}
