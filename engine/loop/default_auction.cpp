// A clearing house auctions what it took over among its members (docs/decisions/0031).
#include "agents/primary_dealer/default_bids.h"

#include <algorithm>
#include <cmath>

#include "engine/loop/default.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using world::kNodes;
using world::kOutrightBooks;

namespace {

namespace dealers = agents::primary_dealer;

Money face(std::int64_t lots) { return base::dollars(std::llabs(lots) * 100'000); }

/// One contract or swap tenor of a house under management.
struct Position {
  bool swap = false;
  std::uint16_t index = 0;  ///< listing, or tenor
  std::int64_t* program = nullptr;  ///< what the house has to trade to be rid of it

  std::size_t book() const { return swap ? kOutrightBooks + index : world::book_of_listing(index); }
  std::size_t slot() const { return swap ? world::carried_swap(index) : world::carried_futures(index); }
};

}  // namespace

void DefaultDesk::hold_auction(std::size_t index) {
  auto& w = state.world;
  auto& house = state.population.central_counterparty[index];
  const DefaultAuction& rules = *spec.close_out.auction;
  house.until = window_end(spec.population.central_counterparty.close_out_hours);
  std::vector<Position> positions;
  for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) positions.push_back({false, c, &house.program.futures[c]});
  for (std::uint16_t t = 0; t < kNodes; ++t) positions.push_back({true, t, &house.program.packages[t]});

  auto& members = state.population.primary_dealer;
  std::vector<Money> taken(members.size());
  Money offered, against_mid;
  std::vector<markets::PieceBid> bids;
  for (const Position& position : positions) {
    const std::size_t book = position.book();
    const auto& instrument = spec.world.books[book];
    const std::int64_t lots = -*position.program;
    if (lots == 0 || !market.view(house.self).is_open(book)) continue;
    offered += face(lots);
    const auto piece = static_cast<std::int64_t>(rules.piece_bn * 1e4 / std::max(0.05, instrument.ten_year_equivalent)) / instrument.lot_multiple * instrument.lot_multiple;
    bids.clear();
    const double margin_per_lot_bn = (position.swap ? w.swap_margin_bp[position.index] * instrument.dv01_per_lot : w.margin_points[position.index] * 1e3) * 1e-9;
    for (auto& dealer : members) {
      if (!lives(dealer.self)) continue;
      const auto& account = w.accounts[dealer.self.v];
      const auto required = margin_required(spec.world, w, dealer.self);
      const double uncalled_bn = required.futures_bn + required.swaps_bn - base::to_bn(account.futures_margin) - base::to_bn(account.swap_margin);
      dealers::default_bids(market.view(dealer.self), spec.population.primary_dealer, dealer, {book, lots, std::max<std::int64_t>(instrument.lot_multiple, piece), margin_per_lot_bn, uncalled_bn}, bids);
    }
    const bool members_buy = lots > 0;
    const std::int64_t mid_ticks = position.swap ? swap_rate_ticks(spec, w, position.index) : static_cast<std::int64_t>(std::floor(w.books_data[book].mid_ticks + 0.5));
    const double tpu = instrument.grid.ticks_per_unit;
    // A buyer of duration asks for yield, and who pays fixed is no buyer of it.
    const double worse_bp = (members_buy != position.swap ? 1.0 : -1.0) * rules.reserve_bp;
    const double worst = position.swap ? static_cast<double>(mid_ticks) + worse_bp * tpu : market.view(house.self).ticks_of_yield(book, market.view(house.self).mid_yield_bp(book) + worse_bp);
    markets::place_pieces(bids, members_buy, static_cast<std::int32_t>(members_buy ? std::ceil(worst) : std::floor(worst)), std::llabs(lots));
    for (const markets::PieceBid& bid : bids) {
      const InstitutionId buyer = members_buy ? bid.bidder : house.self, seller = members_buy ? house.self : bid.bidder;
      if (position.swap) {
        w.ledger.trade_swap(buyer, seller, ledger::TenorId{position.index}, bid.lots, w.journal, w.now);
        probes.trade_package(w, buyer, seller, position.index, bid.lots);
      } else {
        w.ledger.trade_futures(buyer, seller, ledger::FuturesId{position.index}, bid.lots, w.journal, w.now);
        probes.trade_futures(w, buyer, seller, position.index, bid.lots);
      }
      const Money value = world::cleared_value(instrument, bid.lots, bid.ticks);
      w.accounts[buyer.v].carried[position.slot()] += value;
      w.accounts[seller.v].carried[position.slot()] -= value;
      *position.program += members_buy ? bid.lots : -bid.lots;
      const Money at_mid = world::cleared_value(instrument, bid.lots, mid_ticks);
      against_mid += members_buy ? value - at_mid : at_mid - value;
      taken[spec.world.institutions[bid.bidder.v].index_in_kind] += face(bid.lots);
    }
  }
  if (offered.v == 0) return;
  const char* name = spec.world.institutions[house.self.v].name.c_str();
  Money left = offered;
  const auto tell = [&](const char* item, InstitutionId other, Money amount) {
    by_margin(index, amount, [&](const HouseAccount& account, Money share) { step(state.estates[account.estate].who, name, item, other, share); });
  };
  tell("default auction: positions offered, face", house.self, offered);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (taken[i].v > 0) tell("default auction: positions taken by a member, face", members[i].self, taken[i]);
    left -= taken[i];
  }
  tell("default auction: positions left to orders, face", house.self, left);
  tell("default auction: gain against the mid", house.self, against_mid);
}

}  // namespace haven::loop
