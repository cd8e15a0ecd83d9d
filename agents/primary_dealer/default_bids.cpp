#include "agents/primary_dealer/default_bids.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace haven::agents::primary_dealer {

void default_bids(const world::View& view, const Parameters& p, Dealer& dealer, const OfferedPosition& offered, std::vector<markets::PieceBid>& out) {
  const bool swap = offered.book >= world::kOutrightBooks && offered.book < world::kBooks;
  const auto& instrument = view.spec().books[offered.book];
  const bool frozen = view.spec().is_frozen(world::Channel::dealer_var);
  const std::int64_t sign = offered.lots > 0 ? 1 : -1;
  TakenOver with = taken_over(view, p, dealer, offered.book, 0, 0);
  for (std::int64_t taken = 0; taken < std::abs(offered.lots);) {
    const std::int64_t lots = std::min(offered.piece_lots, std::abs(offered.lots) - taken);
    const double before = with.use_var;
    with = taken_over(view, p, dealer, offered.book, sign * taken, sign * lots);
    if (!frozen && with.use_var > 1.0 && with.use_var >= before) return;
    const double ticks = swap ? with.yield_bp * instrument.grid.ticks_per_unit : view.ticks_of_yield(offered.book, with.yield_bp);
    out.push_back({view.self(), dealer.draws.name, static_cast<std::int32_t>(sign > 0 ? std::floor(ticks) : std::ceil(ticks)), lots});
    taken += lots;
  }
}

}  // namespace haven::agents::primary_dealer
