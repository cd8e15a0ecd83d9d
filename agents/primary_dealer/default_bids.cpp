#include "agents/primary_dealer/default_bids.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace haven::agents::primary_dealer {
namespace {

std::size_t listing_of(std::size_t book) { return book < world::kOutrightBooks ? book - world::kNodes : book - world::kBooks + world::kContracts; }

}  // namespace

void default_bids(const world::View& view, const Parameters& p, Dealer& dealer, const OfferedPosition& offered, std::vector<markets::PieceBid>& out) {
  const bool swap = offered.book >= world::kOutrightBooks && offered.book < world::kBooks;
  const auto& instrument = view.spec().books[offered.book];
  const bool frozen = view.spec().is_frozen(world::Channel::dealer_var);
  const std::int64_t sign = offered.lots > 0 ? 1 : -1;
  const std::int64_t held = swap ? view.swap_lots(offered.book - world::kOutrightBooks) : view.futures_lots(listing_of(offered.book));
  const double liquid_bn = view.cash_bn() + view.line_undrawn_bn() - std::max(0.0, base::to_bn(view.own().call_due)) - offered.uncalled_bn;
  TakenOver with = taken_over(view, p, dealer, offered.book, 0, 0);
  for (std::int64_t taken = 0; taken < std::abs(offered.lots);) {
    const std::int64_t lots = std::min(offered.piece_lots, std::abs(offered.lots) - taken);
    const double more_margin_bn = static_cast<double>(std::abs(held + sign * (taken + lots)) - std::abs(held)) * offered.margin_per_lot_bn;
    if (more_margin_bn > 0 && 2.0 * more_margin_bn > liquid_bn) return;
    const double before = with.use_var;
    with = taken_over(view, p, dealer, offered.book, sign * taken, sign * lots);
    if (!frozen && with.use_var > 1.0 && with.use_var >= before) return;
    const double ticks = swap ? with.yield_bp * instrument.grid.ticks_per_unit : view.ticks_of_yield(offered.book, with.yield_bp);
    out.push_back({view.self(), dealer.draws.name, static_cast<std::int32_t>(sign > 0 ? std::floor(ticks) : std::ceil(ticks)), lots});
    taken += lots;
  }
}

}  // namespace haven::agents::primary_dealer
