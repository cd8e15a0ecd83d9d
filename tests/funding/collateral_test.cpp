#include "engine/funding/collateral.h"

#include "engine/base/archive.h"
#include "engine/base/random.h"
#include "tests/funding/desk.h"

namespace haven::funding {
namespace {

/// Gives the lots of a Collateral to one of four faults.
struct Tamper {
  LotIndex lot;
  int fault;
  void take(std::vector<Lot>& lots) {
    if (fault == 0) lots[lot].face += Face{1};
    if (fault == 1) lots[lot].sold = lots[lot].face + Face{1};
    if (fault == 2) lots[lot].parent = lot;
    if (fault == 3) lots[lot].shelf = 2;
  }
  template <class T>
  void take(T&) {}
  template <class... T>
  void operator()(T&... members) { (take(members), ...); }
};

}  // namespace

TEST_CASE("a lot pledged twice knows its chain back to the fund that owns it", "[funding]") {
  Desk d;
  d.own(d.fund, 1400);
  d.open(d.terms(d.dealer, d.fund, 1000));
  d.open(d.terms(d.other_dealer, d.dealer, 700));
  const ContractId last = d.open(d.terms(d.money_fund, d.other_dealer, 500, Reuse::forbidden)).id;
  std::vector<LotIndex> chain;
  d.collateral.chain(d.collateral.first_in_contract(last), chain);
  std::vector<std::uint32_t> holders;
  for (const LotIndex lot : chain) holders.push_back(d.collateral[lot].holder.v);
  CHECK(holders == std::vector<std::uint32_t>{d.money_fund.v, d.other_dealer.v, d.dealer.v, d.fund.v});
  CHECK(d.collateral.chain_length(chain[0]) == 3);
  CHECK(d.collateral.chain_of(chain[0]) == ChainOf{d.fund, 3});
  Face pledged;
  d.collateral.for_each_pledge([&](LotIndex lot) { pledged += d.collateral[lot].face; });
  CHECK(pledged == Face{2200});
  const CollateralMeasures m = d.collateral.measure();
  CHECK(m.pledged == Face{2200});
  CHECK(m.own_financed == Face{1000});
  CHECK(m.multiplier == Approx(2.2));
  CHECK(m.by_chain_length[0] == Face{400});
  CHECK(m.by_chain_length[1] == Face{300});
  CHECK(m.by_chain_length[2] == Face{200});
  CHECK(m.by_chain_length[3] == Face{500});
  CHECK(d.books.position(d.fund, d.ten) == Face{1400});
  CHECK(d.books.box(d.money_fund, d.ten) == Face{500});
  d.check();
}

TEST_CASE("a look for enough collateral stops once it has found it, and counts all that there is when it is less", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  for (int k = 0; k < 3; ++k) d.open(d.terms(d.dealer, d.fund, 300));
  const auto found = [&](Face enough) { return d.collateral.available(d.contracts, d.dealer, d.ten, d.today, enough); };
  CHECK(found({1}) == Face{300});
  CHECK(found({500}) == Face{600});
  CHECK(found({2000}) == Face{900});
  CHECK(d.open(d.terms(d.money_fund, d.dealer, 1000)).shortage == Face{100});
}

TEST_CASE("received collateral is pledged on only with permission and not past its own return", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  d.open(d.terms(d.dealer, d.fund, 300, Reuse::forbidden));
  CHECK(d.collateral.available(d.contracts, d.dealer, d.ten, d.today) == Face{});
  CHECK(d.open(d.terms(d.money_fund, d.dealer, 1)).shortage == Face{1});
  d.open(d.terms(d.dealer, d.fund, 200, Reuse::permitted, d.tomorrow));
  CHECK(d.collateral.available(d.contracts, d.dealer, d.ten, d.tomorrow) == Face{200});
  CHECK(d.collateral.available(d.contracts, d.dealer, d.ten, {d.tomorrow.v + 1}) == Face{});
  const RepoOpened refused = d.open(d.terms(d.money_fund, d.dealer, 250));
  CHECK_FALSE(refused.id.valid());
  CHECK(refused.shortage == Face{50});
  CHECK(d.contracts.count() == 2);
  d.check();
}

TEST_CASE("overnight contracts closed newest first unwind every chain and pay principal and interest", "[funding]") {
  Desk d;
  d.own(d.fund, 360'000'000);
  d.open(d.terms(d.dealer, d.fund, 360'000'000));
  d.open(d.terms(d.other_dealer, d.dealer, 180'000'000));
  d.open(d.terms(d.money_fund, d.other_dealer, 180'000'000, Reuse::forbidden));
  const Money fund = d.books.cash(d.fund), dealer = d.books.cash(d.dealer);
  d.now = base::midnight(d.tomorrow) + base::hours(8);
  d.close_all_maturing();
  CHECK(d.fails.empty());
  CHECK(d.contracts.count() == 0);
  CHECK(d.books.box(d.fund, d.ten) == Face{360'000'000});
  CHECK(d.books.cash(d.fund) == fund - dollars(360'000'000 + 44'000));
  CHECK(d.books.cash(d.dealer) == dealer + dollars(180'000'000 + 22'000));
  CHECK(d.collateral.measure().pledged == Face{});
  d.check();
}

TEST_CASE("a short seller delivers what it received in reverse repo; the buyer owns it and the seller owes the return", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId reverse = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  d.sell_now(d.dealer, d.other_dealer, 1000);
  CHECK(d.fails.empty());
  CHECK(d.books.position(d.dealer, d.ten) == Face{-1000});
  CHECK(d.books.position(d.fund, d.ten) == Face{1000});
  CHECK(d.collateral.owned(d.other_dealer, d.ten) == Face{1000});
  d.check();
  SECTION("it fails to return while it is short") {
    d.now = base::midnight(d.tomorrow);
    const Money fund = d.books.cash(d.fund);
    d.close_all_maturing();
    REQUIRE(d.fails.size() == 1);
    CHECK(d.fails[0].failing == d.dealer);
    CHECK(d.fails[0].face == Face{1000});
    CHECK(d.fails[0].value == dollars(1000));
    CHECK(d.contracts[reverse].standing == Standing::failing);
    CHECK(d.books.cash(d.fund) == fund);  // no collateral, no cash
    d.check();
  }
  SECTION("it returns after it has bought back") {
    d.sell_now(d.other_dealer, d.dealer, 1000);
    CHECK(d.collateral.owned(d.dealer, d.ten) == Face{});
    d.now = base::midnight(d.tomorrow);
    d.close_all_maturing();
    CHECK(d.fails.empty());
    CHECK(d.books.box(d.fund, d.ten) == Face{1000});
    d.check();
  }
  SECTION("it returns out of a later reverse repo, to which the debt passes") {
    d.now = base::midnight(d.tomorrow);
    const ContractId second = d.open(d.terms(d.dealer, d.other_dealer, 1000, Reuse::permitted, {d.tomorrow.v + 1})).id;
    d.close_all_maturing();
    CHECK(d.fails.empty());
    CHECK(d.books.box(d.fund, d.ten) == Face{1000});
    CHECK(d.collateral[d.collateral.first_in_contract(second)].sold == Face{1000});
    d.check();
  }
}

TEST_CASE("a fail upstream makes fails downstream, in proportion to what is missing", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId first = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  const ContractId second = d.open(d.terms(d.other_dealer, d.dealer, 800)).id;
  d.sell_now(d.other_dealer, d.money_fund, 600);
  const Money dealer = d.books.cash(d.dealer);
  d.now = base::midnight(d.tomorrow);
  d.close_all_maturing();
  REQUIRE(d.fails.size() == 2);
  CHECK(d.contracts[second].delivered == Face{600});
  CHECK(d.contracts[first].delivered == Face{600});
  CHECK(d.contracts[second].cash == dollars(600));
  CHECK(d.contracts[first].cash == dollars(600));
  CHECK(d.books.box(d.fund, d.ten) == Face{400});
  // 400 in from the fund with its interest, 200 out to the other dealer: 440 bp on 1000 and 800 for a day, returned part.
  const Money in_interest{base::mul_div(interest(dollars(1000), bp(440), 1).v, 400, 1000)};
  const Money out_interest{base::mul_div(interest(dollars(800), bp(440), 1).v, 200, 800)};
  CHECK(d.books.cash(d.dealer) == dealer + dollars(400 - 200) + in_interest - out_interest);
  d.check();
  d.sell_now(d.money_fund, d.other_dealer, 600);
  d.close_all_maturing();
  CHECK(d.fails.empty());
  CHECK(d.contracts.count() == 0);
  d.check();
}

TEST_CASE("interest on a fail stops at the contract's end", "[funding]") {
  Desk d;
  d.own(d.fund, 360'000'000);
  d.open(d.terms(d.dealer, d.fund, 360'000'000));
  d.sell_now(d.dealer, d.other_dealer, 360'000'000);
  d.now = base::midnight(d.tomorrow);
  d.close_all_maturing();
  REQUIRE(d.fails.size() == 1);
  d.now = d.now + base::kDay * 4;
  d.sell_now(d.other_dealer, d.dealer, 360'000'000);
  const Money fund = d.books.cash(d.fund);
  d.close_all_maturing();
  CHECK(d.fails.empty());
  CHECK(d.books.cash(d.fund) == fund - dollars(360'000'000 + 44'000));  // one day at 4.40%
}

TEST_CASE("a recalled lot is replaced by another and the onward pledge hangs on the replacement", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  d.own(d.other_dealer, 1000);
  const ContractId recalled = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  const ContractId onward = d.open(d.terms(d.money_fund, d.dealer, 600, Reuse::forbidden)).id;
  CHECK(d.open(d.terms(d.dealer, d.other_dealer, 700)).id.valid());
  CHECK(d.close(recalled).shortage == Face{});
  CHECK(d.books.box(d.fund, d.ten) == Face{1000});
  std::vector<LotIndex> chain;
  d.collateral.chain(d.collateral.first_in_contract(onward), chain);
  CHECK(d.collateral[chain.back()].holder == d.other_dealer);
  d.check();
  d.now = base::midnight(d.tomorrow);
  d.close_all_maturing();
  CHECK(d.fails.empty());
  CHECK(d.contracts.count() == 0);
  d.check();
}

TEST_CASE("a replacement that would have to be returned before the onward pledge ends is not used", "[funding]") {
  Desk d;
  const Date later{d.tomorrow.v + 7};
  d.own(d.fund, 1000);
  d.own(d.other_dealer, 1000);
  const ContractId recalled = d.open(d.terms(d.dealer, d.fund, 1000, Reuse::permitted, later)).id;
  d.open(d.terms(d.money_fund, d.dealer, 600, Reuse::forbidden, later));
  d.open(d.terms(d.dealer, d.other_dealer, 700, Reuse::permitted, d.tomorrow));
  CHECK(d.close(recalled).shortage == Face{600});
  CHECK(d.books.box(d.fund, d.ten) == Face{400});
  d.check();
}

TEST_CASE("collateral that comes back to its pledger along its own chain can be given up to its owner", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId first = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  d.open(d.terms(d.other_dealer, d.dealer, 1000));
  d.open(d.terms(d.dealer, d.other_dealer, 900));
  CHECK(d.close(first).shortage == Face{100});
  CHECK(d.books.box(d.fund, d.ten) == Face{900});
  d.check();
  d.now = base::midnight(d.tomorrow);
  d.close_all_maturing();
  CHECK(d.fails.empty());
  CHECK(d.contracts.count() == 0);
  CHECK(d.books.box(d.fund, d.ten) == Face{1000});
  d.check();
}

TEST_CASE("two who owe each other the same bonds and have none return them at once, at no delivery", "[funding]") {
  Desk d;
  d.own(d.dealer, 1000);
  d.own(d.other_dealer, 800);
  d.open(d.terms(d.other_dealer, d.dealer, 1000));
  d.open(d.terms(d.dealer, d.other_dealer, 800));
  d.sell_now(d.dealer, d.money_fund, 800);
  d.sell_now(d.other_dealer, d.money_fund, 1000);
  CHECK(d.fails.empty());
  CHECK(d.books.position(d.dealer, d.ten) == Face{200});
  CHECK(d.books.position(d.other_dealer, d.ten) == Face{-200});
  d.now = base::midnight(d.tomorrow);
  d.close_all_maturing();
  REQUIRE(d.fails.size() == 1);  // 800 each way are gone, the real short of 200 is left
  CHECK(d.fails[0].failing == d.other_dealer);
  CHECK(d.fails[0].face == Face{200});
  CHECK(d.fails[0].value == dollars(200));
  CHECK(d.contracts.count() == 1);
  CHECK(d.contracts.borrowed(d.other_dealer) == Money{});
  d.check();
}

TEST_CASE("a deliverer short of securities fails to the clearing house and is marked until it delivers", "[funding]") {
  Desk d;
  d.own(d.dealer, 400'000'000);
  d.sell_now(d.dealer, d.money_fund, 1'000'000'000);
  REQUIRE(d.fails.size() == 1);
  CHECK_FALSE(d.fails[0].contract.valid());
  CHECK(d.fails[0].failing == d.dealer);
  CHECK(d.fails[0].face == Face{600'000'000});
  CHECK(d.fails[0].value == dollars(600'000'000));
  CHECK(d.books.cash(d.dealer) == dollars(900'000'000));
  d.check();
  const Money dealer = d.books.cash(d.dealer);
  d.settle_at(dollars(1'010'000));  // the price rises a point: the one who owes bonds pays it now
  CHECK(d.books.cash(d.dealer) == dealer - dollars(6'000'000));
  d.own(d.dealer, 600'000'000);
  d.settle_at(dollars(1'010'000));
  CHECK(d.fails.empty());
  CHECK(d.books.cash(d.dealer) == dollars(1'500'000'000));
  CHECK(d.books.cash(d.clearing_house) == Money{});
  d.check();
}

TEST_CASE("deliveries go from the largest to the largest, whoever is listed first", "[funding]") {
  Desk d;
  d.own(d.dealer, 500);
  for (const auto& [buyer, face] : {std::pair{d.fund, 200}, {d.money_fund, 700}}) {
    d.books.add_trade(buyer, d.dealer, d.ten, {face}, dollars(face), d.today, d.journal, d.now);
  }
  d.settle_at(dollars(1'000'000));
  CHECK(d.books.due(d.money_fund, d.ten) == Face{200});
  CHECK(d.books.due(d.fund, d.ten) == Face{200});
  CHECK(d.books.box(d.money_fund, d.ten) == Face{500});
  d.check();
}

TEST_CASE("a matured security leaves no lot behind, and cannot mature while pledged", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId id = d.open(d.terms(d.dealer, d.fund, 1000)).id;
  CHECK_THROWS_AS(d.collateral.mature(d.books, d.treasury, d.ten, dollars(1'000'000), d.journal, d.now), base::CheckFailure);
  d.close(id);
  const Money fund = d.books.cash(d.fund);
  d.collateral.mature(d.books, d.treasury, d.ten, dollars(1'000'000), d.journal, d.now);
  CHECK(d.books.cash(d.fund) == fund + dollars(1000));
  CHECK(d.collateral.owned(d.fund, d.ten) == Face{});
  d.check();
}

TEST_CASE("a buyback takes only what is owned and free", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  d.open(d.terms(d.dealer, d.fund, 600));
  CHECK(d.collateral.redeem(d.books, d.fund, d.ten, {500}, d.journal, d.now) == Face{100});
  CHECK(d.collateral.redeem(d.books, d.dealer, d.ten, {1}, d.journal, d.now) == Face{1});
  CHECK(d.collateral.redeem(d.books, d.fund, d.ten, {400}, d.journal, d.now) == Face{});
  CHECK(d.books.issued(d.ten) == Face{600});
  d.check();
}

TEST_CASE("an auction is sold before it exists and issued on settlement day", "[funding]") {
  Desk d;
  d.books.add_trade(d.dealer, d.treasury, d.ten, {500'000'000}, dollars(499'000'000), d.tomorrow, d.journal, d.now);
  CHECK(d.books.position(d.treasury, d.ten) == Face{-500'000'000});
  d.check();
  d.now = base::midnight(d.tomorrow);
  d.own(d.treasury, 500'000'000);
  d.settle_at(dollars(1'000'000));
  CHECK(d.fails.empty());
  CHECK(d.books.position(d.treasury, d.ten) == Face{});
  CHECK(d.books.cash(d.treasury) == dollars(499'000'000));
  CHECK(d.collateral.owned(d.dealer, d.ten) == Face{500'000'000});
  d.check();
}

TEST_CASE("the check finds a pledge of what was neither owned nor received", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  const ContractId id = d.open(d.terms(d.dealer, d.fund, 600)).id;
  const LotIndex lot = d.collateral.first_in_contract(id);
  const auto [fault, message] = GENERATE(table<int, const char*>({{0, "do not add up"}, {1, "more pledged or sold than received"}, {2, "a pledge of another's lot"}, {3, "on the wrong shelf"}}));
  Tamper tamper{lot, fault};
  d.collateral.fields(tamper);
  CHECK_THROWS_WITH(d.collateral.check(d.books, d.contracts), Catch::Contains(message));
}

TEST_CASE("collateral is never created over years of random repo, re-use, recalls, short sales and fails", "[funding]") {
  Desk d;
  base::Draws draws{11, base::name_key("collateral"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(base::Purpose::test, n); };
  for (std::uint32_t i = 0; i < 4; ++i) {
    d.own({i}, 1000 + 300 * i, d.ten);
    d.own({i}, 700, d.thirty);
  }
  std::uint32_t longest = 0;
  std::size_t fails = 0, onward_recalls = 0;
  for (std::int32_t day = 0; day < 400; ++day) {
    d.now = base::midnight({d.today.v + day}) + base::hours(8);
    d.settle_at(dollars(1'000'000 + static_cast<std::int64_t>(below(20'000))));
    d.close_all_maturing();
    fails += d.fails.size();
    d.check();
    for (int k = 0; k < 25; ++k) {
      const InstitutionId a{below(4)}, b{below(4)};
      if (a == b) continue;
      const SecurityId s{static_cast<std::uint16_t>(below(2))};
      const std::uint32_t action = below(10);
      if (action < 6) {
        RepoTerms t = d.terms(a, b, 1 + below(600), below(5) == 0 ? Reuse::forbidden : Reuse::permitted,
                              {d.today.v + day + 1 + static_cast<std::int32_t>(below(4))});
        t.security = s;
        d.open(t);
      } else if (action < 8) {
        d.books.add_trade(a, b, s, {1 + below(500)}, dollars(1 + below(600)), {d.today.v + day + static_cast<std::int32_t>(below(2))}, d.journal, d.now);
        d.settle_at(dollars(1'000'000));
      } else {
        std::vector<ContractId> live;
        d.contracts.for_each([&](ContractId id, const Contract&) { live.push_back(id); });
        if (!live.empty()) {
          const ContractId id = live[below(static_cast<std::uint32_t>(live.size()))];
          for (LotIndex lot = d.collateral.first_in_contract(id); lot != kNoLot; lot = d.collateral[lot].next_in_contract) {
            if (d.collateral[lot].pledged.v > 0) ++onward_recalls;
          }
          d.close(id);
        }
      }
      d.check();
    }
    const CollateralMeasures m = d.collateral.measure();
    for (std::uint32_t n = 0; n < m.by_chain_length.size(); ++n) {
      if (m.by_chain_length[n].v > 0) longest = std::max(longest, n);
    }
  }
  CHECK(longest >= 5);         // the test reached long chains,
  CHECK(fails > 10);           // fails,
  CHECK(onward_recalls > 50);  // and recalls of what was pledged on
  // When all short positions are bought back and all contracts end, everything is where it belongs, except that a lender
  // may wait for the clearing house's delivery from the very borrower to whom it owes the return.
  d.now = base::midnight({d.today.v + 500});
  d.settle_at(dollars(1'000'000));
  for (std::uint16_t s = 0; s < 2; ++s) {
    for (std::uint32_t i = 0; i < 4; ++i) {
      for (std::uint32_t j = 0; j < 4; ++j) {
        const Face face = std::min(-d.books.position({i}, {s}), d.books.position({j}, {s}));
        if (face.v > 0) d.books.add_trade({i}, {j}, {s}, face, dollars(1), base::date_of(d.now), d.journal, d.now);
      }
    }
  }
  for (int round = 0; round < 300; ++round) {  // a few bonds at a time go round through the clearing house
    d.settle_at(dollars(1'000'000));
    d.close_all_maturing();
  }
  d.check();
  d.contracts.for_each([&](ContractId, const Contract& c) {
    CHECK(d.books.due(c.lender, c.security) >= c.delivered);
    CHECK(d.books.due(c.borrower, c.security) <= -c.delivered);
  });
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(d.books.box({i}, d.ten).v == d.books.position({i}, d.ten).v);
}

}  // namespace haven::funding
