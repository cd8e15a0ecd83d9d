#include "agents/household/household.h"

#include <algorithm>
#include <cmath>

#include "engine/world/roll.h"

namespace haven::agents::household {

void wake(const world::View& view, const Parameters& p, Buyer& buyer, world::Intents& out) {
  const auto& spec = view.spec();
  const double fear = view.outside().uncertainty - spec.start_uncertainty;
  const double appetite = std::max(p.least_appetite, (1.0 - std::max(0.0, fear) / p.appetite_range) * (1.0 - view.outside().confidence_lost));
  const std::size_t books = world::kOutrightBooks + (spec.rolls() ? world::kContracts : 0);
  for (std::size_t i = 0; i < books; ++i) {
    const std::size_t k = i < world::kOutrightBooks ? i : world::kBooks + i - world::kOutrightBooks;
    if (spec.rolls() && !view.is_open(k)) continue;
    // Of a contract and its next it waits in the one that most hold.
    const bool waits = view.measured_as(k) != world::kMostBooks;
    const auto& instrument = spec.books[k];
    const auto& md = view.book(k);
    const double mid = view.mid_yield_bp(k);
    // What public news alone made of the yield is no bargain.
    double news = 0;
    for (std::size_t n = 0; n < world::kNodes; ++n) news += instrument.weight[n] * view.public_change_bp(n);
    double& usual = buyer.usual_bp[k];
    if (usual == 0) usual = mid - news;
    usual += (mid - news - usual) * 0.6931 / (p.average_days * p.looks_per_day);
    const double average = usual + news;
    for (std::size_t slot = 0; slot < 2 * kRungs; ++slot) {
      const base::Side side = slot < kRungs ? base::Side::buy : base::Side::sell;
      if (buyer.resting[k][slot] > 0) out.cancel(k, side, slot);
      buyer.resting[k][slot] = 0;
      if (!waits) continue;
      const double distance = p.first_rung_bp + p.rung_bp * static_cast<double>(slot % kRungs);
      // A bond held long is sold into a rally; nothing is sold short.
      const double yield = side == base::Side::buy ? std::max(average, mid - 0.5 * p.first_rung_bp) + distance : std::min(average, mid + 0.5 * p.first_rung_bp) - distance;
      const double ticks = view.ticks_of_yield(k, yield);
      std::int32_t price = static_cast<std::int32_t>(side == base::Side::buy ? std::floor(ticks) : std::ceil(ticks));
      // It waits for its price and makes nobody's market: at best it joins who is already there.
      if (side == base::Side::buy && md.has_ask) price = std::min(price, md.has_bid ? md.bid.v : md.ask.v - 1);
      if (side == base::Side::sell && md.has_bid) price = std::max(price, md.has_ask ? md.ask.v : md.bid.v + 1);
      const double wanted = p.size_bn * buyer.scale * appetite * 1e4 / std::max(0.1, instrument.ten_year_equivalent);
      std::int64_t lots = static_cast<std::int64_t>(wanted) / instrument.lot_multiple * instrument.lot_multiple;
      if (side == base::Side::sell && instrument.kind == world::BookKind::cash) lots = std::min(lots, std::max<std::int64_t>(0, view.holding_lots(instrument.index)) / static_cast<std::int64_t>(kRungs));
      if (lots <= 0) continue;
      buyer.resting[k][slot] = static_cast<std::int32_t>(lots);
      out.limit(k, side, {price}, lots, slot);
    }
  }
  world::roll_futures(view, world::minutes_between_looks(p.looks_per_day), out);
  const base::Time next = world::next_client_look(view, p.looks_per_day, buyer.draws.uniform(base::Purpose::jitter));
  if (next.ns != 0) out.wake(next, 0);
}

void on_fill(Buyer& buyer, std::size_t book, std::size_t slot, std::int64_t lots) {
  buyer.resting[book][slot] -= static_cast<std::int32_t>(lots);
}

void bid(const world::View& view, const Parameters& p, const Buyer& buyer, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  out.noncompetitive(buyer.self, buyer.draws.name, markets::BidderClass::direct, static_cast<std::int64_t>(world::auction_need_bn(view, buyer.draws, notice, p.auction) * 1e4));
}

}  // namespace haven::agents::household
