#include "engine/ledger/ledger.h"

#include <catch2/catch.hpp>

#include "engine/base/archive.h"
#include "engine/base/check.h"
#include "engine/base/random.h"

namespace haven::ledger {
namespace {

using base::dollars;
using Catch::Contains;

constexpr InstitutionId kFund{0}, kDealer{1}, kBank{2}, kTreasury{3}, kClearing{4}, kRounding{5}, kOutside{6};
constexpr SecurityId kTen{0}, kThirty{1};
constexpr Date kToday{9223};
constexpr Date kTomorrow{9224};
constexpr Time kNow = base::midnight(kToday) + base::hours(10);

LedgerShape shape() {
  return {{"fund", "dealer", "bank", "treasury", "ficc", "rounding", "outside"},
          kRounding, kOutside, {"10y", "30y"}, {"TY", "UB"}, {"10y"}, {"foreign_sales"}, dollars(1)};
}

/// Gives every member of a ledger to a function, by its place in Ledger::fields.
template <class F>
struct Tamper {
  F f;
  template <class... T>
  void operator()(T&... members) {
    int place = 0;
    (f(place++, members), ...);
  }
};
template <class F>
void tamper(Ledger& ledger, F f) {
  Tamper<F> archive{f};
  ledger.fields(archive);
}
/// Adds `change` to entry `k` of the ledger's member at `place`, if that is a vector of quantities or lots.
void plant(Ledger& ledger, int place, std::size_t k, std::int64_t change) {
  tamper(ledger, [=](int at, auto& member) {
    if (at != place) return;
    if constexpr (requires { member[k].v += change; }) {
      member[k].v = static_cast<decltype(member[k].v)>(member[k].v + change);
    } else if constexpr (std::is_same_v<std::remove_reference_t<decltype(member)>, std::vector<std::int64_t>>) {
      member[k] += change;
    }
  });
}
constexpr int kFlowPlace = 12, kOutsidePlace = 13, kPositionPlace = 14, kBoxPlace = 15, kDuePlace = 17, kFuturesPlace = 20, kSwapsPlace = 21;

Ledger opened(Journal& journal) {
  Ledger ledger(shape());
  ledger.receive_from_outside(kFund, dollars(50'000'000), kOpeningFlow, journal, kNow);
  ledger.receive_from_outside(kDealer, dollars(900'000'000), kOpeningFlow, journal, kNow);
  ledger.receive_from_outside(kBank, dollars(20'000'000'000), kOpeningFlow, journal, kNow);
  ledger.issue(kDealer, kTen, {1'000'000'000}, journal, kNow);
  ledger.issue(kBank, kThirty, {500'000'000}, journal, kNow);
  return ledger;
}

}  // namespace

TEST_CASE("a payment takes from one what it gives to the other, under its reason", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.pay(kFund, kDealer, {12'345}, Reason::fee, journal, kNow);
  CHECK(ledger.cash(kFund) == dollars(50'000'000) - Money{12'345});
  CHECK(ledger.flow(kFund, Reason::fee) == Money{-12'345});
  CHECK(ledger.flow(kDealer, Reason::fee) == Money{12'345});
  ledger.pay(kFund, kBank, dollars(60'000'000), Reason::variation_margin, journal, kNow);
  CHECK(ledger.cash(kFund) < Money{});  // a daylight overdraft
  ledger.check_conservation();
}

TEST_CASE("a planted leak of one ten-thousandth of a dollar is caught and the account named", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.check_conservation();
  ledger.plant_leak(kDealer, {1});
  CHECK_THROWS_WITH(ledger.check_conservation(), Contains("dealer") && Contains("$900000000.0001") && Contains("$900000000.0000"));
  ledger.plant_leak(kDealer, {-1});
  ledger.check_conservation();
  ledger.plant_leak(kFund, {-1});
  ledger.plant_leak(kBank, {1});  // sums to zero: still caught
  CHECK_THROWS_WITH(ledger.check_conservation(), Contains("fund"));
}

TEST_CASE("every sum that the ledger promises is checked", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.trade_futures(kDealer, kFund, {0}, 10, journal, kNow);
  ledger.check_conservation();
  SECTION("a position that nobody sold") {
    plant(ledger, kPositionPlace, 0, 1);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("positions in 10y exceed what is issued by 1"));
  }
  SECTION("a box that nobody delivered") {
    plant(ledger, kBoxPlace, 2 * 2 + 1, -3);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("boxes of 30y exceed what is issued by -3"));
  }
  SECTION("a negative box") {
    plant(ledger, kBoxPlace, 0, -5);
    plant(ledger, kBoxPlace, 1 * 2, 5);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("box of fund holds -5 of 10y"));
  }
  SECTION("a futures lot without a seller") {
    plant(ledger, kFuturesPlace, 0, 1);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("futures TY sum to 1 lots"));
  }
  SECTION("a swap without a receiver") {
    plant(ledger, kSwapsPlace, 2, -1);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("swaps 10y sum to -1 lots"));
  }
  SECTION("a delivery due to nobody") {
    plant(ledger, kDuePlace, 1 * 2, 100);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("due deliveries of 10y sum to 100"));
  }
  SECTION("an outside balance that its named flows do not explain") {
    plant(ledger, kOutsidePlace, 1, 1);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("outside account holds -$20950000000.0000") && Contains("$20950000000.0001"));
  }
  SECTION("a posting under a wrong reason on one side") {
    plant(ledger, kFlowPlace, 0 * kReasons + static_cast<std::size_t>(Reason::fee), 7);
    plant(ledger, kFlowPlace, 0 * kReasons + static_cast<std::size_t>(Reason::outside), -7);
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("postings for coupon") || Contains("postings for fee sum to $0.0007"));
  }
  SECTION("an unsettled purchase without a sale") {
    ledger.add_trade(kFund, kDealer, kTen, {100'000}, dollars(100'000), kTomorrow, journal, kNow);
    ledger.check_conservation();
    tamper(ledger, [](int, auto& member) {
      if constexpr (requires { member[0].face[0]; }) member[0].face[0].v += 1;
    });
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("unsettled 10y for 2025-04-03 sums to 1"));
  }
  SECTION("unsettled money without a payer") {
    ledger.add_trade(kFund, kDealer, kTen, {100'000}, dollars(100'000), kTomorrow, journal, kNow);
    tamper(ledger, [](int, auto& member) {
      if constexpr (requires { member[0].money[0]; }) member[0].money[0].v += 1;
    });
    CHECK_THROWS_WITH(ledger.check_conservation(), Contains("unsettled money for 2025-04-03 sums to $0.0001"));
  }
}

TEST_CASE("the rounding account stays within its bound", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.round_off(kFund, {9'999}, journal, kNow);
  ledger.check_conservation();
  ledger.round_off(kFund, {2}, journal, kNow);
  CHECK_THROWS_WITH(ledger.check_conservation(), Contains("rounding account holds $1.0001"));
  CHECK_THROWS_AS(ledger.round_off(kFund, dollars(1), journal, kNow), base::CheckFailure);
}

TEST_CASE("money cannot reach the outside world or the rounding account by an ordinary payment", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  CHECK_THROWS_AS(ledger.pay(kFund, kOutside, {1}, Reason::fee, journal, kNow), base::CheckFailure);
  CHECK_THROWS_AS(ledger.pay(kOutside, kFund, {1}, Reason::fee, journal, kNow), base::CheckFailure);
  CHECK_THROWS_AS(ledger.pay(kFund, kRounding, {1}, Reason::fee, journal, kNow), base::CheckFailure);
  CHECK_THROWS_AS(ledger.pay(kFund, kFund, {1}, Reason::fee, journal, kNow), base::CheckFailure);
}

TEST_CASE("the outside account is the sum of its named flows", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.receive_from_outside(kBank, dollars(-7), {1}, journal, kNow);
  CHECK(ledger.outside_flow({1}) == dollars(-7));
  CHECK(ledger.outside_flow(kOpeningFlow) == dollars(20'950'000'000));
  CHECK(ledger.cash(kOutside) == -dollars(20'949'999'993));
  ledger.check_conservation();
}

TEST_CASE("bonds bought today move nothing but the position until tomorrow's settlement", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  const Money before = ledger.cash(kFund);
  ledger.add_trade(kFund, kDealer, kTen, {100'000'000}, dollars(99'500'000), kTomorrow, journal, kNow);
  CHECK(ledger.position(kFund, kTen) == Face{100'000'000});
  CHECK(ledger.delivered_position(kFund, kTen) == Face{});
  CHECK(ledger.box(kFund, kTen) == Face{});
  CHECK(ledger.cash(kFund) == before);
  CHECK(ledger.unsettled_cash(kFund) == dollars(-99'500'000));
  const std::vector<Money> par{dollars(1'000'000), dollars(1'000'000)};
  ledger.settle(kToday, kClearing, par, journal, kNow);
  CHECK(ledger.due(kFund, kTen) == Face{});
  CHECK(ledger.cash(kFund) == before);
  CHECK(ledger.unsettled_cash(kFund) == dollars(-99'500'000));
  ledger.settle(kTomorrow, kClearing, par, journal, kNow + base::kDay);
  CHECK(ledger.due(kFund, kTen) == Face{100'000'000});
  CHECK(ledger.due(kDealer, kTen) == Face{-100'000'000});
  CHECK(ledger.unsettled_cash(kFund) == Money{});
  ledger.deliver_against_payment(kDealer, kFund, kTen, {100'000'000}, kClearing, journal, kNow + base::kDay);
  CHECK(ledger.cash(kFund) == before - dollars(99'500'000));
  CHECK(ledger.box(kFund, kTen) == Face{100'000'000});
  CHECK(ledger.cash(kClearing) == Money{});
  ledger.check_conservation();
}

TEST_CASE("a day's purchases and sales net to one delivery and one payment at contract prices", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  const Money before = ledger.cash(kFund);
  ledger.add_trade(kFund, kDealer, kTen, {100'000'000}, dollars(100'000'000), kTomorrow, journal, kNow);
  ledger.add_trade(kBank, kFund, kTen, {60'000'000}, dollars(60'300'000), kTomorrow, journal, kNow);
  ledger.settle(kTomorrow, kClearing, std::vector<Money>{dollars(1'010'000), dollars(1)}, journal, kNow);
  CHECK(ledger.due(kFund, kTen) == Face{40'000'000});
  CHECK(ledger.due_value(kFund, kTen) == dollars(40'400'000));
  CHECK(ledger.cash(kFund) == before + dollars(-100'000'000 + 60'300'000 + 40'400'000));
  ledger.deliver_against_payment(kDealer, kFund, kTen, {40'000'000}, kClearing, journal, kNow);
  ledger.deliver_against_payment(kDealer, kBank, kTen, {60'000'000}, kClearing, journal, kNow);
  CHECK(ledger.cash(kFund) == before + dollars(-39'700'000));
  CHECK(ledger.cash(kClearing) == Money{});
  ledger.check_conservation();
}

TEST_CASE("a fail is marked every day and in the end costs the contract price", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  const Money before = ledger.cash(kBank);
  // The dealer sells what it has not: 30-year bonds. Odd face and prices force rounding.
  ledger.add_trade(kFund, kDealer, kThirty, {33'333'333}, {331'234'567'891}, kTomorrow, journal, kNow);
  ledger.add_trade(kBank, kDealer, kThirty, {11'111'111}, {110'000'000'003}, kTomorrow, journal, kNow);
  for (const std::int64_t price : {9'912'345'671, 9'800'000'007, 9'654'321'987}) {
    ledger.settle(kTomorrow, kClearing, std::vector<Money>{dollars(1), {price}}, journal, kNow);
    Money due;
    for (const InstitutionId i : {kFund, kDealer, kBank}) due += ledger.due_value(i, kThirty);
    CHECK(ledger.cash(kClearing) + due == Money{});
    ledger.check_conservation();
  }
  ledger.deliver(kBank, kDealer, kThirty, {44'444'444}, journal, kNow);
  ledger.deliver_against_payment(kDealer, kBank, kThirty, {1'000'001}, kClearing, journal, kNow);
  ledger.deliver_against_payment(kDealer, kBank, kThirty, {10'111'110}, kClearing, journal, kNow);
  ledger.deliver_against_payment(kDealer, kFund, kThirty, {33'333'333}, kClearing, journal, kNow);
  CHECK(ledger.cash(kBank) == before - Money{110'000'000'003});
  CHECK(ledger.cash(kFund) == dollars(50'000'000) - Money{331'234'567'891});
  CHECK(ledger.cash(kClearing) == Money{});
  ledger.check_conservation();
}

TEST_CASE("more than is due or more than the box holds cannot be delivered", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  CHECK_THROWS_AS(ledger.deliver(kFund, kDealer, kTen, {1}, journal, kNow), base::CheckFailure);
  ledger.add_trade(kFund, kDealer, kTen, {100}, dollars(100), kToday, journal, kNow);
  ledger.settle(kToday, kClearing, std::vector<Money>{dollars(1'000'000), dollars(1)}, journal, kNow);
  CHECK_THROWS_AS(ledger.deliver_against_payment(kDealer, kFund, kTen, {101}, kClearing, journal, kNow), base::CheckFailure);
  ledger.deliver(kDealer, kBank, kTen, {50}, journal, kNow);
  CHECK_THROWS_AS(ledger.deliver_against_payment(kBank, kFund, kTen, {50}, kClearing, journal, kNow), base::CheckFailure);
  CHECK_THROWS_AS(ledger.deliver_against_payment(kDealer, kBank, kTen, {1}, kClearing, journal, kNow), base::CheckFailure);
}

TEST_CASE("a coupon goes to positions settled by contract, shorts pay, and the issuer pays it on what is issued", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  const Money per_million = dollars(21'250);  // half of 4.25%
  ledger.add_trade(kFund, kBank, kTen, {30'000'000}, dollars(30'000'000), kToday, journal, kNow);   // bank is short
  ledger.add_trade(kBank, kDealer, kTen, {5'000'000}, dollars(5'000'000), kTomorrow, journal, kNow);  // not yet settled
  ledger.settle(kToday, kClearing, std::vector<Money>{dollars(1'000'000), dollars(1)}, journal, kNow);
  const Money fund = ledger.cash(kFund), bank = ledger.cash(kBank), dealer = ledger.cash(kDealer), treasury = ledger.cash(kTreasury);
  ledger.pay_coupon(kTreasury, kTen, per_million, journal, kNow);
  CHECK(ledger.cash(kFund) - fund == dollars(637'500));
  CHECK(ledger.cash(kBank) - bank == dollars(-637'500));
  CHECK(ledger.cash(kDealer) - dealer == dollars(21'250'000));
  CHECK(ledger.cash(kTreasury) - treasury == dollars(-21'250'000));
  ledger.check_conservation();
}

TEST_CASE("a coupon that does not divide leaves its fractions in the rounding account", "[ledger]") {
  Journal journal;
  Ledger ledger(shape());
  for (const InstitutionId i : {kFund, kDealer, kBank}) ledger.issue(i, kTen, {1}, journal, kNow);
  ledger.pay_coupon(kTreasury, kTen, {1'400'000}, journal, kNow);  // 1.4 units a holder, 4.2 in all
  CHECK(ledger.cash(kFund) == Money{1});
  CHECK(ledger.cash(kTreasury) == Money{-4});
  CHECK(ledger.cash(kRounding) == Money{1});
  ledger.check_conservation();
}

TEST_CASE("at maturity positions are paid at par and the security is gone", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.deliver(kDealer, kFund, kTen, {400'000'000}, journal, kNow);  // in repo: the position stays the dealer's
  const Money dealer = ledger.cash(kDealer), fund = ledger.cash(kFund);
  ledger.mature(kTreasury, kTen, dollars(1'000'000), journal, kNow);
  CHECK(ledger.cash(kDealer) - dealer == dollars(1'000'000'000));
  CHECK(ledger.cash(kFund) == fund);
  CHECK(ledger.issued(kTen) == Face{});
  CHECK(ledger.box(kFund, kTen) == Face{});
  ledger.check_conservation();
}

TEST_CASE("a buyback takes no more than is owned and in the box", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.redeem(kDealer, kTen, {400'000'000}, journal, kNow);
  CHECK(ledger.issued(kTen) == Face{600'000'000});
  ledger.deliver(kDealer, kFund, kTen, {100'000'000}, journal, kNow);
  CHECK_THROWS_AS(ledger.redeem(kFund, kTen, {1}, journal, kNow), base::CheckFailure);
  CHECK_THROWS_AS(ledger.redeem(kDealer, kTen, {500'000'001}, journal, kNow), base::CheckFailure);
  ledger.check_conservation();
}

TEST_CASE("the books conserve everything over a thousand days of random business", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  base::Draws draws{7, base::name_key("ledger"), 0, 0};
  const auto who = [&] { return InstitutionId{draws.below(base::Purpose::test, 3)}; };
  for (std::int32_t day = 0; day < 1000; ++day) {
    const Time now = base::midnight({kToday.v + day});
    const std::vector<Money> values{{9'000'000'001 + day * 1'234'567}, {8'500'000'003 - day * 345'678}};
    ledger.settle({kToday.v + day}, kClearing, values, journal, now);
    for (std::uint16_t s = 0; s < 2; ++s) {
      for (std::uint32_t a = 0; a < 3; ++a) {
        for (std::uint32_t b = 0; b < 3; ++b) {
          const Face face = std::min({-ledger.due({a}, {s}), ledger.due({b}, {s}), ledger.box({a}, {s})});
          if (face.v > 0) ledger.deliver_against_payment({a}, {b}, {s}, face, kClearing, journal, now);
        }
      }
    }
    for (int k = 0; k < 5; ++k) {
      const InstitutionId buyer = who(), seller = who();
      if (buyer == seller) continue;
      const std::int64_t face = 1 + draws.below(base::Purpose::test, 300'000'000);
      ledger.add_trade(buyer, seller, {static_cast<std::uint16_t>(k % 2)}, {face}, {face * 9'876}, {kToday.v + day + 1 + k % 3}, journal, now);
      ledger.trade_futures(buyer, seller, {1}, face % 97 + 1, journal, now);
      ledger.trade_swap(seller, buyer, {0}, face % 89 + 1, journal, now);
    }
    Money due;
    for (std::uint32_t i = 0; i < 3; ++i) due += ledger.due_value({i}, kTen) + ledger.due_value({i}, kThirty);
    REQUIRE(ledger.cash(kClearing) + due == Money{});
    ledger.check_conservation();
  }
}

TEST_CASE("a ledger read back is the ledger written, unsettled trades and all", "[ledger]") {
  Journal journal;
  Ledger ledger = opened(journal);
  ledger.add_trade(kFund, kDealer, kTen, {5'000'000}, dollars(5'100'000), kTomorrow, journal, kNow);
  base::Writer writer;
  ledger.fields(writer);
  Ledger copy;
  base::Reader reader(writer.bytes());
  copy.fields(reader);
  CHECK(reader.finished());
  CHECK(copy.unsettled_cash(kFund) == dollars(-5'100'000));
  CHECK(copy.name(kDealer) == "dealer");
  base::Writer again;
  copy.fields(again);
  CHECK(again.bytes() == writer.bytes());
}

TEST_CASE("the digest does not depend on the order in which institutions are listed", "[ledger]") {
  const auto digest_of = [](const std::vector<std::string>& order) {
    LedgerShape s = shape();
    s.institutions = order;
    const auto id = [&](const char* name) {
      return InstitutionId{static_cast<std::uint32_t>(std::find(order.begin(), order.end(), name) - order.begin())};
    };
    s.rounding = id("rounding");
    s.outside = id("outside");
    Ledger ledger(s);
    Journal journal;
    for (const char* name : {"fund", "dealer", "bank"}) ledger.issue(id(name), kTen, {1'234'567}, journal, kNow);
    ledger.add_trade(id("fund"), id("dealer"), kTen, {1'000}, {10'000'000}, kToday, journal, kNow);
    ledger.settle(kToday, id("ficc"), std::vector<Money>{dollars(999'999), dollars(1)}, journal, kNow);
    ledger.pay_coupon(id("treasury"), kTen, dollars(20'001), journal, kNow);
    return base::to_hex(journal.digest());
  };
  CHECK(digest_of({"fund", "dealer", "bank", "treasury", "ficc", "rounding", "outside"}) ==
        digest_of({"outside", "rounding", "ficc", "treasury", "bank", "dealer", "fund"}));
}

TEST_CASE("one unit more in one payment changes the digest", "[ledger]") {
  const auto digest_of = [](std::int64_t units, Reason reason) {
    Journal journal;
    Ledger ledger = opened(journal);
    ledger.pay(kFund, kDealer, {units}, reason, journal, kNow);
    return base::to_hex(journal.digest());
  };
  CHECK(digest_of(100, Reason::fee) != digest_of(101, Reason::fee));
  CHECK(digest_of(100, Reason::fee) != digest_of(100, Reason::tax));
}

}  // namespace haven::ledger
