#include "engine/metrics/cheapest.h"

#include <algorithm>
#include <limits>

namespace haven::metrics {

std::optional<Cheapest> cheapest(const world::WorldSpec& spec, const world::World& w, std::size_t listing) {
  const world::Contract& c = spec.contracts[listing];
  const world::Instrument& book = spec.books[world::book_of_listing(listing)];
  const base::Date settle = spec.settle[static_cast<std::size_t>(w.day)];
  const double mid_ticks = w.books_data[world::book_of_listing(listing)].mid_ticks;
  if (c.candidates.empty() || mid_ticks == 0 || c.delivery.v - settle.v < 5) return std::nullopt;
  const world::Nodes& nodes = w.prices(spec).node_bp;
  const auto curve_bp = [&](const world::Nodes& weight) {
    double y = 0;
    for (std::size_t n = 0; n < world::kNodes; ++n) y += weight[n] * nodes[n];
    return y;
  };
  const world::Security& basket = spec.securities[c.basket];
  const double moved_bp = w.security_yield_bp(spec, c.basket) - curve_bp(basket.weight) - basket.spread_bp;
  Cheapest best{0, -std::numeric_limits<double>::infinity(), 0};
  double second = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < c.candidates.size(); ++i) {
    const world::Candidate& candidate = c.candidates[i];
    const double yield_bp = curve_bp(candidate.weight) + candidate.spread_bp + moved_bp;
    const double clean = instruments::clean_points(instruments::remaining_flows(candidate.deliverable.bond, settle), yield_bp);
    const double repo_bp = instruments::implied_repo_bp(candidate.deliverable, clean, mid_ticks / book.grid.ticks_per_unit, settle, c.delivery);
    if (repo_bp > best.implied_repo_bp) {
      second = best.implied_repo_bp;
      best.candidate = i;
      best.implied_repo_bp = repo_bp;
    } else {
      second = std::max(second, repo_bp);
    }
  }
  best.lead_bp = c.candidates.size() > 1 ? best.implied_repo_bp - second : 0;
  return best;
}

}  // namespace haven::metrics
