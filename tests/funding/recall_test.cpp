#include "engine/funding/recall.h"

#include "tests/funding/desk.h"

namespace haven::funding {
namespace {

constexpr Date kLater{Desk::today.v + 30};

/// A fund with $100m of tens pledged to a dealer for a month, and its morning's terms.
struct TermDesk : Desk {
  std::vector<Money> per_million{dollars(1'000'000), dollars(1'000'000)};
  ContractId loan;

  ContractId pledge(InstitutionId lender, InstitutionId borrower, std::int64_t face, std::int8_t notice_days, std::uint8_t substitution, Date end = kLater) {
    RepoTerms t = terms(lender, borrower, face, Reuse::permitted, end);
    t.notice_days = notice_days;
    t.substitution = substitution;
    const auto opened = open(t);
    REQUIRE(opened.id.valid());
    return opened.id;
  }
  TermDesk(std::int8_t notice_days, std::uint8_t substitution) {
    own(fund, 100'000'000);
    loan = pledge(dealer, fund, 100'000'000, notice_days, substitution);
  }
  Recalled want(InstitutionId who, std::int64_t face) {
    const RecallTerms t{per_million, today, tomorrow, [](std::int32_t n) { return Date{today.v + n}; }};
    return recall(books, contracts, collateral, who, ten, {face}, t, journal, now);
  }
  Face free(InstitutionId who) const { return collateral.available(contracts, who, ten, today); }
};

}  // namespace

TEST_CASE("a loan that may be ended at once gives back only what is missing, for its part of the cash; the rest runs on to the same day", "[funding][recall]") {
  TermDesk d(0, 0);
  const Money before = d.books.cash(Desk::fund);
  const Recalled done = d.want(Desk::fund, 30'000'000);
  CHECK(done.terminated == Face{30'000'000});
  CHECK(done.substituted.v == 0);
  CHECK(d.free(Desk::fund) == Face{30'000'000});
  CHECK(d.contracts.borrowed(Desk::fund) == dollars(70'000'000));
  CHECK(before - d.books.cash(Desk::fund) == dollars(30'000'000));
  d.contracts.for_each_borrowed(Desk::fund, [&](ContractId, const Contract& c) { CHECK(c.end == kLater); });
  d.check();
  CHECK(d.want(Desk::fund, 30'000'000).terminated.v == 0);
}

TEST_CASE("where the contract permits it, other collateral takes the place of what is wanted back, and no cash moves", "[funding][recall]") {
  TermDesk d(-1, 1);
  d.own(Desk::fund, 40'000'000, Desk::thirty);
  const Money before = d.books.cash(Desk::fund);
  const Recalled done = d.want(Desk::fund, 30'000'000);
  CHECK(done.substituted == Face{30'000'000});
  CHECK(d.free(Desk::fund) == Face{30'000'000});
  CHECK(d.books.cash(Desk::fund) == before);
  CHECK(d.contracts.borrowed(Desk::fund) == dollars(100'000'000));
  CHECK(d.collateral.available(d.contracts, Desk::fund, Desk::thirty, Desk::today) == Face{10'000'000});
  d.check();
}

TEST_CASE("without permission, without a substitute or within notice nothing comes back today; notice brings the end nearer", "[funding][recall]") {
  TermDesk bound(-1, 0), bare(-1, 1), notice(3, 0);
  CHECK(bound.want(Desk::fund, 30'000'000).terminated.v == 0);
  CHECK(bound.contracts[bound.loan].end == kLater);
  CHECK(bare.want(Desk::fund, 30'000'000).substituted.v == 0);
  CHECK(notice.want(Desk::fund, 30'000'000).notified == Face{30'000'000});
  CHECK(notice.contracts[notice.loan].end == Date{Desk::today.v + 3});
  for (const TermDesk* d : {&bound, &bare, &notice}) {
    CHECK(d->free(Desk::fund).v == 0);
    d->check();
  }
}

TEST_CASE("a lender that passed the collateral on recalls it in turn, down the chain", "[funding][recall]") {
  TermDesk d(0, 0);
  d.pledge(Desk::other_dealer, Desk::dealer, 100'000'000, 0, 0);
  d.pledge(Desk::money_fund, Desk::other_dealer, 60'000'000, 0, 0);
  REQUIRE(d.free(Desk::dealer).v == 0);
  d.want(Desk::fund, 10'000'000);
  CHECK(d.free(Desk::fund) == Face{10'000'000});
  d.check();
}

TEST_CASE("where somebody on the chain sold the collateral, the recall ends the loan tomorrow and what does not come then is a fail down the chain", "[funding][recall]") {
  TermDesk d(0, 0);
  d.pledge(Desk::other_dealer, Desk::dealer, 100'000'000, 0, 0);
  d.sell_now(Desk::other_dealer, Desk::money_fund, 50'000'000);
  CHECK(d.want(Desk::fund, 10'000'000).terminated.v == 0);
  CHECK(d.contracts[d.loan].end == Desk::tomorrow);
  d.now = base::midnight(Desk::tomorrow) + base::hours(7);
  d.close_all_maturing();
  REQUIRE(d.fails.size() == 2);
  for (const Fail& fail : d.fails) CHECK(fail.face == Face{50'000'000});
  CHECK(d.free(Desk::fund) == Face{50'000'000});
  d.check();
}

}  // namespace haven::funding
