#include "agents/noise/noise.h"

#include <algorithm>
#include <cmath>

#include "engine/world/roll.h"

namespace haven::agents::noise {
namespace {

using base::Purpose;
using base::Side;

// The book of the contract that most of a bond goes into, of those that `counts` lets in; kOutrightBooks when there is none.
template <class Counts>
std::size_t twin_of(const world::WorldSpec& spec, std::size_t bond, Counts&& counts) {
  std::size_t twin = world::kOutrightBooks;
  for (std::size_t k = world::kNodes; k < world::kOutrightBooks; ++k) {
    const bool more = twin == world::kOutrightBooks || spec.books[k].weight[bond] > spec.books[twin].weight[bond];
    if (spec.books[k].weight[bond] >= 0.5 && counts(k) && more) twin = k;
  }
  return twin;
}

const Reading& read(const world::View& view, const Parameters& p, Trader& trader) {
  Reading& reading = trader.reading;
  const std::size_t book = view.lead_book(trader.book);
  const double variance_bp2 = view.book(book).variance_bp2, uncertainty = view.outside().uncertainty;
  if (reading.variance_bp2 != variance_bp2 || reading.uncertainty != uncertainty) {
    const double vol = world::volatility_multiple(view, p.implied_elasticity, book);
    reading = {variance_bp2, uncertainty, base::pow(vol, p.volume_elasticity), p.parent_share * base::pow(vol, p.net_elasticity), world::kOutrightBooks};
    if (trader.book < world::kNodes) reading.twin = twin_of(view.spec(), trader.book, [](std::size_t) { return true; });
  }
  return reading;
}

// How much more the book yields than what has the same cash flows: a future than its bonds, a bond than the contract it
// goes into.
double gap_bp(const world::View& view, std::size_t book, std::size_t twin) {
  const auto& spec = view.spec();
  const auto future_over_bonds_bp = [&](std::size_t contract) {
    // A contract and its next yield as much over their bonds as at the start: that is no gap.
    const std::size_t lead = view.lead_book(contract);
    return view.mid_yield_bp(lead) - view.curve_bp(spec.books[contract].weight) + (spec.books[contract].spread_bp - spec.books[lead].spread_bp);
  };
  const auto has_traded = [&](std::size_t k) { return view.book(k).mid_ticks != 0; };
  if (spec.books[book].kind == world::BookKind::futures) return has_traded(book) ? future_over_bonds_bp(book) : 0.0;
  if (spec.books[book].kind == world::BookKind::spreadover || twin == world::kOutrightBooks) return 0.0;
  if (!has_traded(twin)) twin = twin_of(spec, book, has_traded);
  return twin == world::kOutrightBooks ? 0.0 : -future_over_bonds_bp(twin);
}

// Where an order goes: of those in a bond that is to be auctioned a part to its when-issued book.
std::size_t venue_of(const world::View& view, Trader& trader, std::size_t book) {
  if (book >= world::kNodes || !view.when_issued(book).open) return book;
  return trader.draws.uniform(Purpose::choice) < view.when_issued(book).noise_share ? world::when_issued_book(book) : book;
}

// In a contract and in its next.
std::int64_t held_futures(const world::View& view, std::size_t contract) {
  return view.futures_lots(contract) + (view.spec().has_next(contract) ? view.futures_lots(world::kContracts + contract) : 0);
}

}  // namespace

void wake(const world::View& view, const Parameters& p, Trader& trader, world::Intents& out) {
  const std::size_t k = view.lead_book(trader.book);
  const auto& instrument = view.spec().books[k];
  const double child_lots = p.child_bn * view.spec().fidelity * 1e4;
  const double day_lots = instrument.calm_volume_bn * 1e4;
  const Reading& reading = read(view, p, trader);
  const double gross = reading.gross, parents = reading.parents;

  // Next arrival: ten New York hours carry the day's volume in slices of the size that the book lately took.
  if (trader.slice_lots == 0) trader.slice_lots = child_lots;
  const double per_minute = day_lots / std::max(0.15 * child_lots, trader.slice_lots) / 600.0 * gross * world::intensity_of_hour(view, p.night_rate);
  const double wait_min = std::min(world::next_arrival_min(trader.draws, p.arrivals, per_minute, view.now(), trader.excess), 60.0);
  out.wake(view.now() + base::Duration{static_cast<std::int64_t>(wait_min * 6e10)}, 0);

  const std::int64_t multiple = instrument.lot_multiple;
  std::int64_t want = 0;
  const std::int64_t held = instrument.kind == world::BookKind::cash      ? view.holding_lots(instrument.index)
                            : instrument.kind == world::BookKind::futures ? held_futures(view, trader.book - world::kNodes)
                                                                          : view.swap_lots(instrument.index);
  const double gap = gap_bp(view, trader.book, reading.twin);
  if (!trader.started) {
    trader.started = 1;
    trader.start_lots = held;
    trader.usual_gap_bp = gap;
  }
  world::roll_futures(view, wait_min, out);
  trader.usual_gap_bp += (gap - trader.usual_gap_bp) * std::min(1.0, wait_min / p.usual_gap_minutes);
  const double inventory_bn = static_cast<double>(held - trader.start_lots) * 1e-4 * instrument.ten_year_equivalent;
  if (trader.draws.uniform(Purpose::choice) < std::min(0.9, parents / gross)) {
    const std::size_t slot = trader.draws.below(Purpose::choice, kParents);
    if (trader.ahead_lots > 0) {
      trader.ahead_lots -= std::min(trader.ahead_lots, std::max<std::int64_t>(1, static_cast<std::int64_t>(trader.slice_lots)));
      return;
    }
    if (trader.left_lots[slot] == 0) {
      const double lean = std::clamp(inventory_bn / p.inventory_scale_bn, -1.0, 1.0);
      // Who needs duration takes it where it is cheap: in this book or in another of its sector.
      const double cheap = std::clamp((gap - trader.usual_gap_bp) / p.substitution_bp, -1.0, 1.0);
      trader.left_lots[slot] = world::draw_parent(trader.draws, p.parents, instrument.ten_year_equivalent, lean - cheap);
    }
    const std::int64_t left = trader.left_lots[slot];
    const auto slice = std::min<std::int64_t>(std::abs(left), std::max<std::int64_t>(1, static_cast<std::int64_t>(trader.slice_lots)));
    want = left > 0 ? slice : -slice;
    trader.left_lots[slot] -= want;
  } else {
    const Side side = world::draw_side(trader.draws, view.spec().fidelity, 0.0, trader.last_sign);
    const double size = std::min(4.0, trader.draws.exponential(Purpose::size));
    want = std::max<std::int64_t>(1, static_cast<std::int64_t>(trader.slice_lots * size)) * base::sign(side);
  }
  want += trader.carried_lots;
  trader.carried_lots = 0;
  if (want == 0) return;

  const Side side = want > 0 ? Side::buy : Side::sell;
  const std::size_t venue = venue_of(view, trader, k);
  const auto& md = view.book(venue);
  const bool there = side == Side::buy ? md.has_ask : md.has_bid;
  if (!there) {
    trader.carried_lots = std::clamp<std::int64_t>(want, -static_cast<std::int64_t>(5 * child_lots), static_cast<std::int64_t>(5 * child_lots));
    return;
  }
  const std::int64_t queue = side == Side::buy ? md.ask_lots : md.bid_lots;
  const auto most = std::max<std::int64_t>(multiple, static_cast<std::int64_t>(p.queue_share * static_cast<double>(queue)));
  const std::int64_t size = std::max<std::int64_t>(1, std::min<std::int64_t>(std::abs(want), most) / multiple) * multiple;
  const std::int64_t rest = std::max<std::int64_t>(0, std::abs(want) - size);
  // What the queue would have let through, up to a whole child.
  trader.slice_lots += 0.05 * (std::min(child_lots, static_cast<double>(most)) - trader.slice_lots);
  trader.carried_lots = std::min<std::int64_t>(rest, static_cast<std::int64_t>(5 * child_lots)) * base::sign(side);
  const auto band = static_cast<std::int32_t>(p.band_ticks);
  out.immediate(venue, side, side == Side::buy ? md.ask + base::Ticks{band} : md.bid - base::Ticks{band}, size);
}

std::int64_t joins(const Trader& trader, Side taker_side, bool taker) {
  const auto counts = [&](std::int64_t lots) { return !taker || lots * base::sign(taker_side) > 0 ? lots : 0; };
  std::int64_t want = counts(trader.carried_lots);
  for (const std::int64_t left : trader.left_lots) want += counts(left);
  return want;
}

void worked_up(Trader& trader, Side side, std::int64_t lots) {
  const std::int64_t sign = base::sign(side);
  const auto take = [&](std::int64_t& of) {
    const std::int64_t part = std::min(lots, std::max<std::int64_t>(0, sign * of));
    of -= sign * part;
    lots -= part;
    return part;
  };
  take(trader.carried_lots);
  for (auto& left : trader.left_lots) trader.ahead_lots += take(left);
  // What it has left on balance can be less than what it had when it was asked: then it has bought or sold too much.
  trader.carried_lots -= sign * lots;
}

}  // namespace haven::agents::noise
