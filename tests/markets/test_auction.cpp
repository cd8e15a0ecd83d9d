// The single-price auction on worked examples; the rules are those of 31 CFR 356.
#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/markets/auction.h"

namespace haven::markets {
namespace {

using base::InstitutionId;

void competitive(AuctionBids& bids, std::uint32_t who, double yield_bp, std::int64_t lots, BidderClass from = BidderClass::indirect) {
  bids.competitive(InstitutionId{who}, 100 + who, from, yield_bp, lots);
}

AuctionResult held(AuctionBids bids, std::int64_t offered) {
  AuctionResult result;
  hold_auction(bids, offered, result);
  return result;
}

std::int64_t won(const AuctionResult& result, std::uint32_t who) {
  std::int64_t lots = 0;
  for (const auto& award : result.awards) lots += award.bidder == InstitutionId{who} ? award.lots : 0;
  return lots;
}

}  // namespace

TEST_CASE("the lowest yields are filled first and everybody pays the highest accepted yield", "[markets][auction]") {
  AuctionBids bids;
  competitive(bids, 1, 430.0, 300);
  competitive(bids, 2, 431.0, 300);
  competitive(bids, 3, 432.0, 300);
  competitive(bids, 4, 433.0, 300);
  competitive(bids, 5, 434.0, 300);
  const auto result = held(bids, 1000);
  CHECK(result.high_yield_bp == 433.0);
  CHECK(won(result, 3) == 300);
  CHECK(won(result, 4) == 101);  // 100 of 300, a third rounded up to 33.34%, and to a lot
  CHECK(won(result, 5) == 0);
  CHECK(result.awarded_lots == 1001);
  CHECK(result.cover == 1500.0 / 1001.0);
}

TEST_CASE("bids at the high yield get one percentage, rounded up to a hundredth of a point", "[markets][auction]") {
  // 356.20(a)(2): the remaining amount over the bids at the high yield, rounded up: 1,713 left of 10,001 bid is 17.13%.
  AuctionBids bids;
  competitive(bids, 1, 430.0, 3000);
  competitive(bids, 2, 430.0, 3000);
  competitive(bids, 3, 430.0, 2287);
  for (std::uint32_t i = 4; i < 7; ++i) competitive(bids, i, 431.0, 2500);
  competitive(bids, 7, 431.0, 2501);
  const auto result = held(bids, 10'000);
  CHECK(result.share_at_high == 0.1713);
  for (std::uint32_t i = 4; i < 8; ++i) CHECK(won(result, i) == 429);  // 428.25 and 428.42
  CHECK(result.awarded_lots == 8287 + 4 * 429);
}

TEST_CASE("non-competitive bids are filled in full and leave less for those who name a yield", "[markets][auction]") {
  AuctionBids bids;
  bids.noncompetitive(InstitutionId{9}, 109, BidderClass::direct, 400);
  competitive(bids, 1, 430.0, 300);
  competitive(bids, 2, 431.0, 300);
  competitive(bids, 3, 432.0, 300);
  const auto result = held(bids, 1000);
  CHECK(won(result, 9) == 400);
  CHECK(won(result, 2) == 300);
  CHECK(won(result, 3) == 0);
  CHECK(result.high_yield_bp == 431.0);
}

TEST_CASE("nobody is awarded more than 35% of the offering", "[markets][auction]") {
  // 356.22(b): at most $3.5bn of a note auction of $10bn.
  AuctionBids bids;
  competitive(bids, 1, 430.0, 30'000);
  competitive(bids, 1, 430.5, 30'000);
  competitive(bids, 2, 431.0, 30'000);
  competitive(bids, 3, 432.0, 90'000);
  const auto result = held(bids, 100'000);
  CHECK(won(result, 1) == 35'000);
  CHECK(won(result, 3) == 35'000);
  CHECK(result.high_yield_bp == 432.0);
  CHECK(result.cover == 1.8);  // what was tendered, not what could be awarded
}

TEST_CASE("half of the accepted amount was bid at or below the median yield", "[markets][auction]") {
  AuctionBids bids;
  competitive(bids, 1, 430.0, 300);
  competitive(bids, 2, 431.0, 199);
  competitive(bids, 3, 432.0, 1);
  competitive(bids, 4, 433.0, 250);
  competitive(bids, 5, 433.0, 250);
  const auto result = held(bids, 1000);
  CHECK(result.median_yield_bp == 432.0);
  CHECK(result.high_yield_bp == 433.0);
}

TEST_CASE("an auction does not depend on the order in which bids arrive", "[markets][auction]") {
  AuctionBids bids;
  bids.noncompetitive(InstitutionId{9}, 109, BidderClass::direct, 57);
  for (std::uint32_t i = 1; i <= 8; ++i) {
    competitive(bids, i, 430.0 + 0.1 * (i % 3), 90 + i, i < 4 ? BidderClass::primary_dealer : BidderClass::indirect);
    competitive(bids, i, 431.0 - 0.1 * (i % 2), 40 + i);
  }
  const auto forwards = held(bids, 900);
  std::reverse(bids.list().begin(), bids.list().end());
  const auto backwards = held(bids, 900);
  REQUIRE(forwards.awards.size() == backwards.awards.size());
  for (std::uint32_t i = 1; i <= 9; ++i) CHECK(won(forwards, i) == won(backwards, i));
  CHECK(forwards.high_yield_bp == backwards.high_yield_bp);
  CHECK(forwards.awarded_by_class == backwards.awarded_by_class);
  std::int64_t by_class = 0;
  for (const std::int64_t lots : forwards.awarded_by_class) by_class += lots;
  CHECK(by_class == forwards.awarded_lots);
}

TEST_CASE("bids that fall short are all filled, and without a yield there is no sale", "[markets][auction]") {
  AuctionBids few;
  competitive(few, 1, 430.0, 100);
  competitive(few, 2, 440.0, 100);
  const auto result = held(few, 1000);
  CHECK(result.awarded_lots == 200);
  CHECK(result.high_yield_bp == 440.0);
  CHECK(result.share_at_high == 1.0);
  AuctionBids nobody;
  nobody.noncompetitive(InstitutionId{9}, 109, BidderClass::direct, 100);
  CHECK(held(nobody, 1000).awarded_lots == 0);
  CHECK(held(AuctionBids{}, 1000).awards.empty());
}

}  // namespace haven::markets
