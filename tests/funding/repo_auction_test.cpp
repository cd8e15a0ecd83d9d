#include "engine/funding/repo_auction.h"

#include <algorithm>

#include "engine/base/random.h"
#include "tests/funding/desk.h"

namespace haven::funding {
namespace {

RepoStep step(std::uint32_t who, std::int32_t rate_bp, std::int64_t cash) {
  return {{who}, bp(rate_bp), dollars(cash), base::mix(who + 1)};
}
Money bn(std::int64_t n) { return dollars(n * 1'000'000'000); }

}  // namespace

TEST_CASE("with cash to spare the rate is the marginal lender's and every borrower is filled", "[funding]") {
  RepoAuction auction;
  auction.clear(std::vector{step(0, 430, 100), step(1, 435, 100), step(2, 440, 100)}, std::vector{step(5, 450, 70), step(6, 445, 80)}, dollars(1));
  CHECK(auction.rate_hbp() == bp(435));
  CHECK(auction.volume() == dollars(150));
  CHECK(auction.lent(0) == dollars(100));
  CHECK(auction.lent(1) == dollars(50));
  CHECK(auction.lent(2) == Money{});
  CHECK(auction.refused_total() == Money{});
}

TEST_CASE("with cash scarce the rate is the marginal borrower's and the rest is refused", "[funding]") {
  RepoAuction auction;
  auction.clear(std::vector{step(0, 430, 100)}, std::vector{step(5, 445, 80), step(6, 450, 70)}, dollars(1));
  CHECK(auction.rate_hbp() == bp(445));
  CHECK(auction.borrowed(0) == dollars(30));
  CHECK(auction.borrowed(1) == dollars(70));
  CHECK(auction.refused(0) == dollars(50));
}

TEST_CASE("when both margins fill exactly the rate is in the middle of those that clear", "[funding]") {
  RepoAuction auction;
  auction.clear(std::vector{step(0, 430, 100), step(1, 438, 50)}, std::vector{step(5, 450, 100), step(6, 433, 10)}, dollars(1));
  CHECK(auction.rate_hbp() == (bp(433) + bp(438)) / 2);
  RepoStep low = step(0, 0, 100), high = step(5, 0, 100);
  low.rate_hbp = -43'001;
  high.rate_hbp = -43'000;
  auction.clear(std::vector{low}, std::vector{high}, dollars(1));
  CHECK(auction.rate_hbp() == -43'001);
}

TEST_CASE("lenders of several segments clear together, and each match says in whose segment the cash is lent", "[funding]") {
  RepoStep agent = step(0, 430, 100), cleared = step(1, 436, 100), same_lender = step(0, 433, 50);
  agent.segment = Segment::tri_party;
  cleared.segment = Segment::dvp;
  same_lender.segment = Segment::dvp;
  RepoAuction auction;
  auction.clear(std::vector{agent, cleared, same_lender}, std::vector{step(5, 450, 180)}, dollars(1));
  CHECK(auction.rate_hbp() == bp(436));
  std::vector<RepoMatch> matches;
  CHECK(auction.match(matches) == Money{});
  Money in_tri_party, in_dvp;
  for (const RepoMatch& m : matches) (m.segment == Segment::tri_party ? in_tri_party : in_dvp) += m.cash;
  CHECK(in_tri_party == dollars(100));
  CHECK(in_dvp == dollars(80));
}

TEST_CASE("no rate comes out where nobody agrees", "[funding]") {
  RepoAuction auction;
  auction.clear(std::vector{step(0, 451, 100)}, std::vector{step(5, 450, 100)}, dollars(1));
  CHECK_FALSE(auction.rate_hbp().has_value());
  CHECK(auction.refused_total() == dollars(100));
  auction.clear({}, std::vector{step(5, 450, 100)}, dollars(1));
  CHECK_FALSE(auction.rate_hbp().has_value());
  auction.clear(std::vector{step(0, 430, 0)}, std::vector{step(5, 450, 100)}, dollars(1));
  CHECK_FALSE(auction.rate_hbp().has_value());
}

TEST_CASE("the margin is shared pro rata in whole grains and the odd grain goes by name", "[funding]") {
  RepoAuction auction;
  std::vector supply{step(0, 430, 30), step(1, 430, 30), step(2, 430, 30)};
  auction.clear(supply, std::vector{step(5, 450, 50)}, dollars(10));
  std::vector<std::int64_t> lent;
  for (std::size_t k = 0; k < 3; ++k) lent.push_back(auction.lent(k).v / base::kMoneyPerDollar);
  CHECK(lent[0] + lent[1] + lent[2] == 50);
  const auto last = static_cast<std::size_t>(std::max_element(supply.begin(), supply.end(), [](auto& a, auto& b) { return a.name < b.name; }) - supply.begin());
  for (std::size_t k = 0; k < 3; ++k) CHECK(lent[k] == (k == last ? 10 : 20));
  std::swap(supply[0], supply[2]);
  auction.clear(supply, std::vector{step(5, 450, 50)}, dollars(10));
  for (std::size_t k = 0; k < 3; ++k) CHECK(auction.lent(k) == dollars(lent[2 - k]));
}

TEST_CASE("a random auction clears as much as any rate could, and nobody trades at a rate it refused", "[funding]") {
  base::Draws draws{5, base::name_key("auction"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(base::Purpose::test, n); };
  RepoAuction auction;
  std::vector<RepoMatch> matches;
  for (int round = 0; round < 2000; ++round) {
    std::vector<RepoStep> supply, demand;
    for (std::uint32_t k = below(8); k > 0; --k) supply.push_back(step(below(4), 430 + static_cast<std::int32_t>(below(12)), below(20)));
    for (std::uint32_t k = below(8); k > 0; --k) demand.push_back(step(10 + below(4), 430 + static_cast<std::int32_t>(below(12)), below(20)));
    auction.clear(supply, demand, dollars(1));
    Money best;
    for (std::int32_t rate = 429; rate < 443; ++rate) {
      Money offered, wanted;
      for (const RepoStep& s : supply) offered += s.rate_hbp <= bp(rate) ? s.cash : Money{};
      for (const RepoStep& s : demand) wanted += s.rate_hbp >= bp(rate) ? s.cash : Money{};
      best = std::max(best, std::min(offered, wanted));
    }
    REQUIRE(auction.volume() == best);
    Money lent, borrowed;
    for (std::size_t k = 0; k < supply.size(); ++k) {
      lent += auction.lent(k);
      REQUIRE(auction.lent(k).v % base::kMoneyPerDollar == 0);
      REQUIRE(auction.lent(k) <= supply[k].cash);
      if (best.v == 0) continue;
      if (supply[k].rate_hbp < *auction.rate_hbp()) REQUIRE(auction.lent(k) == supply[k].cash);
      if (supply[k].rate_hbp > *auction.rate_hbp()) REQUIRE(auction.lent(k) == Money{});
    }
    for (std::size_t k = 0; k < demand.size(); ++k) {
      borrowed += auction.borrowed(k);
      REQUIRE(auction.borrowed(k) + auction.refused(k) == demand[k].cash);
      if (best.v == 0) continue;
      if (demand[k].rate_hbp > *auction.rate_hbp()) REQUIRE(auction.refused(k) == Money{});
      if (demand[k].rate_hbp < *auction.rate_hbp()) REQUIRE(auction.borrowed(k) == Money{});
    }
    REQUIRE(lent == best);
    REQUIRE(borrowed == best);
    REQUIRE(auction.match(matches) == Money{});
    Money matched;
    for (const RepoMatch& m : matches) matched += m.cash;
    REQUIRE(matched == best);
  }
}

TEST_CASE("nobody is matched with itself", "[funding]") {
  RepoAuction auction;
  auction.clear(std::vector{step(1, 430, 100), step(2, 430, 50)}, std::vector{step(1, 450, 50), step(3, 450, 60)}, dollars(1));
  std::vector<RepoMatch> matches;
  const Money left = auction.match(matches);
  Money matched;
  for (const RepoMatch& m : matches) {
    CHECK(m.lender != m.borrower);
    matched += m.cash;
  }
  CHECK(matched + left == auction.volume());
}

TEST_CASE("the secured rate is the volume-weighted median without the cheapest fifth of cleared bilateral volume", "[funding]") {
  std::vector<RepoTrade> trades{
      {Segment::dvp, bp(400), bn(100)},       {Segment::dvp, bp(430), bn(300)},      {Segment::sponsored, bp(440), bn(100)},
      {Segment::tri_party, bp(436), bn(250)}, {Segment::gcf, bp(438), bn(50)},       {Segment::nccbr, bp(500), bn(5000)},
      {Segment::on_rrp, bp(425), bn(400)},    {Segment::securities_lending, 0, bn(9)}};
  // Counted: 500 bilateral and 300 others; 100 trimmed at 400 bp, 700 left: 430 x 300, 436 x 250, ... : the 350th is 436.
  const auto rate = secured_overnight_rate(trades, kTrimFrom20241125Hbp);
  REQUIRE(rate.has_value());
  CHECK(rate->trimmed == bn(100));
  CHECK(rate->volume == bn(700));
  CHECK(rate->median_hbp == bp(436));
  CHECK(rate->p01_hbp == bp(430));
  CHECK(rate->p25_hbp == bp(430));
  CHECK(rate->p75_hbp == bp(436));
  CHECK(rate->p99_hbp == bp(440));
}

TEST_CASE("the trim takes part of the trade at its edge, and its share moves the median", "[funding]") {
  std::vector<RepoTrade> trades{{Segment::dvp, bp(430), bn(400)}, {Segment::tri_party, bp(436), bn(310)}};
  CHECK(secured_overnight_rate(trades, kTrimFrom20241125Hbp)->median_hbp == bp(430));  // 320 against 310
  CHECK(secured_overnight_rate(trades, kTrimBefore20241125Hbp)->median_hbp == bp(436));  // 300 against 310
  CHECK(secured_overnight_rate(trades, kTrimBefore20241125Hbp)->trimmed == bn(100));
}

TEST_CASE("no counted volume, no secured rate", "[funding]") {
  std::vector<RepoTrade> trades{{Segment::nccbr, bp(430), bn(400)}};
  CHECK_FALSE(secured_overnight_rate(trades, kTrimFrom20241125Hbp).has_value());
  CHECK(published_bp(43'649) == 436);
  CHECK(published_bp(43'650) == 437);
  CHECK(published_bp(-50) == -1);
}

}  // namespace haven::funding
