#include "agents/primary_dealer/presale.h"

#include <algorithm>

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::primary_dealer {
std::int64_t expected_award_lots(const world::View& view, const Dealer& dealer, std::size_t node) {
  const world::WhenIssued& next = view.when_issued(node);
  return static_cast<std::int64_t>(next.dealers_share * next.offered_bn * 1e4 * dealer.scale / std::max(1, next.dealers));
}

double minutes_to_auction(const world::View& view, std::size_t node, base::Time from) {
  const base::Date auction = view.when_issued(node).auction;
  double left = 0;
  for (const base::Date day : view.spec().days) {
    if (day < base::date_of(from) || day > auction) continue;
    const double minute = day == base::date_of(from) ? static_cast<double>(base::time_of_day(from).ns) / 6e10 : 0.0;
    const double last = day == auction ? static_cast<double>(world::kBidsDue.ns) / 6e10 : static_cast<double>(world::kLastLookMinute);
    left += std::max(0.0, last - std::max(minute, static_cast<double>(world::kFirstLookMinute)));
  }
  return left;
}

void presell(const world::View& view, const Parameters& p, const Dealer& dealer, world::Intents& out) {
  for (std::size_t n = 0; view.spec().has_more_books() && n < world::kNodes; ++n) {
    const world::WhenIssued& next = view.when_issued(n);
    const std::size_t book = world::when_issued_book(n);
    if (!next.open || !view.book(book).has_bid) continue;
    const double left = minutes_to_auction(view, n, view.now());
    if (left <= 0) continue;
    const double all = minutes_to_auction(view, n, base::midnight(next.from) + world::kAnnouncement);
    const double ten_year_equivalent = view.spec().books[n].ten_year_equivalent;
    const std::int64_t expected = expected_award_lots(view, dealer, n);
    const auto by_now = static_cast<std::int64_t>(static_cast<double>(expected) * (1.0 - left / all));
    const auto piece = std::max<std::int64_t>(1, static_cast<std::int64_t>(p.quote_lots * dealer.scale / std::max(0.1, ten_year_equivalent)));
    const std::int64_t behind = by_now - dealer.presold_lots[n];
    if (behind < piece) continue;
    const world::MarketData& md = view.book(book);
    // What it has sold ahead is in what it holds: against the whole award it leaves what is still to be sold.
    const double carry = carry_bp(view, p, dealer, n, static_cast<double>(expected) * 1e-4 * ten_year_equivalent);
    if (view.yield_of_ticks(book, md.bid.v) > believed_bp(view, dealer, n) + std::max(0.0, carry)) continue;
    out.immediate(book, base::Side::sell, md.bid, std::min(behind, md.bid_lots));
  }
}

}  // namespace haven::agents::primary_dealer
