#include "engine/funding/contracts.h"

#include <algorithm>

#include "engine/base/archive.h"
#include "engine/base/random.h"
#include "tests/funding/desk.h"

namespace haven::funding {

TEST_CASE("a closed contract's id is refused, also after its row is used again", "[funding]") {
  Desk d;
  const ContractId first = d.contracts.open(d.terms(d.dealer, d.fund, 100), d.books, d.journal, d.now);
  d.contracts.close(first, d.books, d.journal, d.now);
  CHECK_FALSE(d.contracts.lives(first));
  const ContractId second = d.contracts.open(d.terms(d.dealer, d.fund, 200), d.books, d.journal, d.now);
  CHECK(second.row == first.row);
  CHECK_THROWS_AS(d.contracts[first], base::CheckFailure);
  CHECK(d.contracts[second].face == Face{200});
}

TEST_CASE("a contract cannot close while its collateral is out", "[funding]") {
  Desk d;
  d.own(d.fund, 100);
  const ContractId id = d.open(d.terms(d.dealer, d.fund, 100)).id;
  CHECK_THROWS_AS(d.contracts.close(id, d.books, d.journal, d.now), base::CheckFailure);
}

TEST_CASE("maturing contracts come newest first", "[funding]") {
  Desk d;
  const auto open = [&](Date end) { return d.contracts.open(d.terms(d.dealer, d.fund, 1, Reuse::permitted, end), d.books, d.journal, d.now); };
  const ContractId a = open(d.tomorrow), b = open({d.tomorrow.v + 5}), c = open(d.today);
  std::vector<ContractId> out;
  d.contracts.maturing(d.tomorrow, out);
  CHECK(out == std::vector<ContractId>{c, a});
  d.contracts.maturing({d.tomorrow.v + 5}, out);
  CHECK(out == std::vector<ContractId>{c, b, a});
}

TEST_CASE("the contract table equals a plain list under random openings, closings and amendments", "[funding]") {
  Desk d;
  base::Draws draws{3, base::name_key("contracts"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(base::Purpose::test, n); };
  struct Plain {
    ContractId id;
    InstitutionId lender, borrower;
    Segment segment;
    Money cash;
  };
  std::vector<Plain> plain;
  for (int step = 0; step < 3000; ++step) {
    const std::uint32_t action = below(5);
    if (action < 2 || plain.empty()) {
      RepoTerms t = d.terms({below(4)}, {4 + below(4)}, 1 + below(1000));
      t.segment = static_cast<Segment>(below(kSegments));
      plain.push_back({d.contracts.open(t, d.books, d.journal, d.now), t.lender, t.borrower, t.segment, t.cash});
    } else if (action < 4) {
      const std::uint32_t k = below(static_cast<std::uint32_t>(plain.size()));
      d.contracts.close(plain[k].id, d.books, d.journal, d.now);
      plain.erase(plain.begin() + k);
    } else {
      Plain& p = plain[below(static_cast<std::uint32_t>(plain.size()))];
      p.cash = dollars(below(5000));
      d.contracts.set_cash(p.id, p.cash);
    }
    if (step % 100 != 0) continue;
    d.contracts.check();
    REQUIRE(d.contracts.count() == plain.size());
    for (std::uint32_t i = 0; i < 8; ++i) {
      std::vector<std::uint32_t> lent, expected;
      d.contracts.for_each_lent({i}, [&](ContractId id, const Contract&) { lent.push_back(id.row); });
      Money sum;
      for (auto p = plain.rbegin(); p != plain.rend(); ++p) {
        if (p->lender.v != i) continue;
        expected.push_back(p->id.row);
        if (p->segment == Segment::gcf) sum += p->cash;
      }
      REQUIRE(lent == expected);
      REQUIRE(d.contracts.lent({i}, Segment::gcf) == sum);
    }
  }
}

TEST_CASE("contracts and lots read back are those written, and go on alike", "[funding]") {
  Desk d;
  d.own(d.fund, 1000);
  d.open(d.terms(d.dealer, d.fund, 600));
  d.open(d.terms(d.money_fund, d.dealer, 400, Reuse::forbidden));
  base::Writer writer;
  writer(d.books, d.contracts, d.collateral);
  Desk copy;
  base::Reader reader(writer.bytes());
  reader(copy.books, copy.contracts, copy.collateral);
  CHECK(reader.finished());
  copy.check();
  base::Writer again;
  again(copy.books, copy.contracts, copy.collateral);
  CHECK(again.bytes() == writer.bytes());
  for (Desk* each : {&d, &copy}) {
    each->now = base::midnight(Desk::tomorrow);
    each->close_all_maturing();
    each->check();
  }
  base::Writer one, two;
  one(d.books, d.contracts, d.collateral);
  two(copy.books, copy.contracts, copy.collateral);
  CHECK(one.bytes() == two.bytes());
}

}  // namespace haven::funding
