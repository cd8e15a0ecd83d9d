#include <catch2/catch.hpp>

#include "engine/markets/piece_auction.h"

using namespace haven;
using markets::PieceBid;

namespace {

std::vector<std::pair<std::uint32_t, std::int64_t>> placed(std::vector<PieceBid> bids, bool bidders_buy, std::int32_t worst, std::int64_t offered) {
  markets::place_pieces(bids, bidders_buy, worst, offered);
  std::vector<std::pair<std::uint32_t, std::int64_t>> who;
  for (const PieceBid& bid : bids) who.emplace_back(bid.bidder.v, bid.lots);
  return who;
}

using Placed = std::vector<std::pair<std::uint32_t, std::int64_t>>;

}  // namespace

TEST_CASE("pieces go to the best bids, high ones from buyers and low ones from sellers, and the last is cut to what is left", "[markets][piece_auction]") {
  const std::vector<PieceBid> bids = {{{1}, 10, 100, 5}, {{2}, 20, 103, 5}, {{3}, 30, 101, 5}};
  CHECK(placed(bids, true, 0, 12) == Placed{{2, 5}, {3, 5}, {1, 2}});
  CHECK(placed(bids, false, 200, 7) == Placed{{1, 5}, {3, 2}});
  CHECK(placed(bids, true, 0, 100) == Placed{{2, 5}, {3, 5}, {1, 5}});
}

TEST_CASE("a bid at the reserve is accepted, a tick beyond it is not, on either side", "[markets][piece_auction]") {
  const std::vector<PieceBid> bids = {{{1}, 10, 100, 5}, {{2}, 20, 101, 5}};
  CHECK(placed(bids, true, 101, 10) == Placed{{2, 5}});
  CHECK(placed(bids, false, 100, 10) == Placed{{1, 5}});
  CHECK(placed(bids, true, 102, 10).empty());
  CHECK(placed({}, true, 0, 10).empty());
  CHECK(placed(bids, true, 0, 0).empty());
}

TEST_CASE("bids of one price go by the bidders' names, in whatever order they came", "[markets][piece_auction]") {
  const PieceBid a{{7}, 10, 100, 5}, b{{1}, 20, 100, 5};
  CHECK(placed({a, b}, true, 0, 6) == Placed{{7, 5}, {1, 1}});
  CHECK(placed({b, a}, true, 0, 6) == Placed{{7, 5}, {1, 1}});
}
