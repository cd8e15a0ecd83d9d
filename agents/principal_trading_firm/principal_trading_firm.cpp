#include "agents/principal_trading_firm/principal_trading_firm.h"

#include <algorithm>
#include <cmath>

#include "engine/world/roll.h"

namespace haven::agents::principal_trading_firm {
namespace {

using base::Purpose;
using base::Side;
using world::kNodes;
using world::kOutrightBooks;

constexpr double kLn2 = 0.6931471805599453;
constexpr std::size_t kReferenceContract = 2;  // TY: sizes are stated for its book

double decay(double minutes, double half_life_min) { return base::exp(-kLn2 * minutes / half_life_min); }

double curve_bp(const world::Instrument& instrument, const world::Nodes& nodes) {
  double y = instrument.spread_bp;
  for (std::size_t n = 0; n < kNodes; ++n) y += instrument.weight[n] * nodes[n];
  return y;
}

// Volatility the firm reckons with, bp of yield a day: realised and implied, geometrically.
double believed_sigma_bp(const world::View& view, const Parameters& p, std::size_t book) {
  const double calm = view.calm_sigma_bp(book);
  if (view.spec().is_frozen(world::Channel::fast_trader_withdrawal)) return calm;
  const double realised = base::sqrt(std::max(view.book(book).variance_bp2, 0.04 * calm * calm));
  const double uncertainty = std::max(view.outside().uncertainty, 1.0) / view.spec().start_uncertainty;
  const double implied = calm * base::pow(uncertainty, p.implied_elasticity);
  return base::exp(p.realised_weight * base::log(realised) + (1.0 - p.realised_weight) * base::log(implied));
}

// The size, up to a factor common to all books, at which a tick pays for the risk of the last lot in calm. What the risk lasts: the share
// that stays with the book until its ordinary volume has carried the lots away, the rest until that of all books has, by duration.
double standard_lots(const world::View& view, const Parameters& p, std::size_t k) {
  const auto risk_per_lot = [&](std::size_t b) { return view.spec().books[b].ten_year_equivalent * view.calm_sigma_bp(b); };
  double all_volume = 0;
  for (std::size_t b = 0; b < kOutrightBooks; ++b) all_volume += view.spec().books[b].calm_volume_bn * risk_per_lot(b);
  const double lasts = p.own_inventory_weight / view.spec().books[k].calm_volume_bn + (1.0 - p.own_inventory_weight) * risk_per_lot(k) / all_volume;
  return base::sqrt(view.dollars_per_tick(k) / lasts) / risk_per_lot(k);
}

// The books of bonds and futures, in order: those of every run, then the contracts' next months, then those open when-issued.
template <class F>
void each_outright(const world::View& view, F&& f) {
  for (std::size_t k = 0; k < kOutrightBooks; ++k) f(k);
  for (std::size_t c = 0; view.spec().rolls() && c < world::kContracts; ++c) {
    if (view.spec().has_next(c)) f(world::kBooks + c);
  }
  for (std::size_t n = 0; view.spec().has_more_books() && n < kNodes; ++n) {
    if (view.when_issued(n).open) f(world::when_issued_book(n));
  }
}

// The other book of the same thing: a contract's other month, a bond's when-issued book; kMostBooks: it has none.
std::size_t other_book(const world::View& view, std::size_t k) {
  if (!view.spec().has_more_books()) return world::kMostBooks;
  if (k >= world::when_issued_book(0)) return k - world::when_issued_book(0);
  if (k < kNodes) return view.when_issued(k).open ? world::when_issued_book(k) : world::kMostBooks;
  if (!view.spec().rolls()) return world::kMostBooks;
  const std::size_t contract = k < kOutrightBooks ? k - kNodes : k - world::kBooks;
  if (!view.spec().has_next(contract)) return world::kMostBooks;
  return k < kOutrightBooks ? world::kBooks + contract : kNodes + contract;
}

// Of a contract and its next the one that does not lead, and what is traded when-issued: prices there are nobody's word but the firms' own. They make a market in it, learn no
// curve from it and take nothing.
bool few_hold(const world::View& view, std::size_t k) { return k >= kNodes && view.measured_as(k) == world::kMostBooks; }

// The part of the half-spread that grows with risk, ticks, where the price moves by `sigma_tick_min` in a minute.
double risk_half_ticks(const Parameters& p, double sigma_tick_min) {
  const double k_tick = p.fill_decay_per_tick, gamma = p.risk_aversion;
  return base::sqrt(sigma_tick_min * sigma_tick_min * gamma / (2.0 * k_tick * p.fills_per_minute) *
                    base::pow(1.0 + gamma / k_tick, 1.0 + k_tick / gamma));
}

const Reading& read(const world::View& view, const Parameters& p, Readings& readings, std::size_t k) {
  Reading& reading = readings[k];
  if (reading.variance_bp2 == view.book(k).variance_bp2 && reading.uncertainty == view.outside().uncertainty) return reading;
  reading.variance_bp2 = view.book(k).variance_bp2;
  reading.uncertainty = view.outside().uncertainty;
  const auto& instrument = view.spec().books[k];
  const double calm_sigma = view.calm_sigma_bp(k);
  const double sigma = believed_sigma_bp(view, p, k);
  const double ticks_per_bp = instrument.dv01_per_lot / view.dollars_per_tick(k);
  if (reading.size == 0) reading.size = standard_lots(view, p, k) / standard_lots(view, p, kNodes + kReferenceContract);
  const double k_tick = p.fill_decay_per_tick, gamma = p.risk_aversion;
  reading.risk_half = risk_half_ticks(p, sigma * ticks_per_bp / base::sqrt(600.0));
  reading.half = base::log(1.0 + gamma / k_tick) / gamma + 0.5 * reading.risk_half;
  reading.sigma_ratio = sigma / calm_sigma;
  // What the order behind a fill does to the firm's own belief about this book: the Kyle filter's answer to it.
  const auto& spec = view.spec();
  double answer = p.own_impact_share;
  for (std::size_t a = 0; a < kNodes; ++a) {
    for (std::size_t b = 0; b < kNodes; ++b) {
      answer += (1.0 - p.own_impact_share) * instrument.weight[a] * spec.covariance.learned[a][b] * instrument.weight[b];
    }
  }
  reading.adverse_half = p.impact_bp_per_bn * p.informed_order_bn * answer * ticks_per_bp * reading.sigma_ratio;
  return reading;
}

// Standard deviation of flow of late over its usual one.
double flow_multiple(const world::View& view, const Firm& firm) {
  if (firm.usual_flow_variance <= 0 || view.spec().is_frozen(world::Channel::fast_trader_withdrawal)) return 1.0;
  return base::sqrt(std::clamp(firm.flow_variance / firm.usual_flow_variance, 0.1, 100.0));
}

// Kyle (1985): a dollar of surprise says more the more volatile the bond and the less flow there is.
double impact_multiple(const world::View& view, const Parameters& p, Readings& readings, const Firm& firm) {
  return read(view, p, readings, kNodes + kReferenceContract).sigma_ratio / flow_multiple(view, firm);
}

void remember_flow(const Parameters& p, Firm& firm, double surprise_bn, double minutes) {
  firm.watched_min += minutes;
  const double rate = surprise_bn * surprise_bn / minutes;
  const auto follow = [&](double& average, double half_life_min) {
    average += std::max(1.0 - decay(minutes, half_life_min), minutes / firm.watched_min) * (rate - average);
  };
  follow(firm.flow_variance, p.flow_variance_days * 1440.0);
  follow(firm.usual_flow_variance, p.usual_flow_days * 1440.0);
}

void learn(const world::View& view, const Parameters& p, Readings& readings, Firm& firm) {
  const double minutes = std::max(1e-3, static_cast<double>((view.now() - firm.last_look).ns) / 6e10);
  firm.last_look = view.now();
  const auto& spec = view.spec();

  // The market's mid still speaks of what was known at the last look: it is read before today's news.
  const double toward = 1.0 - decay(minutes, p.belief_half_life_min);
  const double toward_spread = 1.0 - decay(minutes, p.spread_memory_min), toward_skew = 1.0 - decay(minutes, p.usual_skew_min);
  world::Nodes gap{}, mass{};
  each_outright(view, [&](std::size_t k) {
    if (!view.two_sided(k)) return;
    const double half_ticks = 0.5 * std::min(p.widest_seen_ticks, static_cast<double>(view.book(k).ask.v - view.book(k).bid.v));
    firm.seen_half_ticks[k] += toward_spread * (half_ticks - firm.seen_half_ticks[k]);
    // The mid, less what inventory makes all firms shade their quotes by. What it has held for long, all hold.
    firm.usual_skew_ticks[k] += toward_skew * (firm.skew_ticks[k] - firm.usual_skew_ticks[k]);
    const double seen_bp = view.yield_of_ticks(k, view.book(k).mid_ticks + firm.usual_skew_ticks[k]);
    const double residual = seen_bp - curve_bp(spec.books[k], firm.belief) - firm.own[k];
    firm.own[k] += 0.5 * toward * residual;
    if (few_hold(view, k)) return;
    for (std::size_t n = 0; n < kNodes; ++n) {
      gap[n] += spec.books[k].weight[n] * residual;
      mass[n] += spec.books[k].weight[n];
    }
  });
  for (std::size_t n = 0; n < kNodes; ++n) {
    if (mass[n] > 0) firm.belief[n] += toward * gap[n] / mass[n];
  }

  for (std::size_t n = 0; n < kNodes; ++n) {
    const double now_public = view.public_change_bp(n);
    firm.belief[n] += now_public - firm.seen_public[n];
    firm.seen_public[n] = now_public;
  }

  const double memory = decay(minutes, p.flow_memory_min), own_memory = decay(minutes, p.own_half_life_min);
  const double impact = p.impact_bp_per_bn * impact_multiple(view, p, readings, firm);
  world::Nodes pressure{};
  std::array<double, world::kMostBooks> of_other{};
  double total = 0;
  each_outright(view, [&](std::size_t k) {
    const auto& md = view.book(k);
    const double flow = static_cast<double>(md.signed_lots - firm.seen_flow[k]) * 1e-4 * spec.books[k].ten_year_equivalent;
    firm.seen_flow[k] = md.signed_lots;
    // Of the recent rate it expects a share to come again, and no more than that share dies out of the belief later.
    const double surprise = flow - p.predictable_share * firm.flow_rate[k] * (1.0 - memory) * p.flow_memory_min / kLn2;
    firm.flow_rate[k] = memory * firm.flow_rate[k] + (1.0 - memory) * flow / minutes;
    firm.own[k] = firm.own[k] * own_memory - p.own_impact_share * impact * surprise;
    if (const std::size_t other = other_book(view, k); other != world::kMostBooks) of_other[other] = p.own_impact_share * impact * surprise;
    total += surprise;
    for (std::size_t n = 0; n < kNodes; ++n) pressure[n] += spec.books[k].weight[n] * surprise;
  });
  // What is said of one month is said of the other, which is the same bond a quarter later, and of a bond whenever it settles.
  if (spec.has_more_books()) each_outright(view, [&](std::size_t k) { firm.own[k] -= of_other[k]; });
  // The auctioned bond is the on-the-run: what sets that apart from the curve sets it apart for every day of settlement.
  for (std::size_t n = 0; spec.has_more_books() && n < kNodes; ++n) {
    if (view.when_issued(n).open) firm.own[world::when_issued_book(n)] = firm.own[n];
  }
  // Kyle filter: flow at node b moves node a's yield with their covariance, policy news apart, which all know already.
  for (std::size_t a = 0; a < kNodes; ++a) {
    double move = 0;
    for (std::size_t b = 0; b < kNodes; ++b) move += spec.covariance.learned[a][b] * pressure[b];
    firm.belief[a] -= impact * (1.0 - p.own_impact_share) * move;
  }
  remember_flow(p, firm, total, minutes);
}

void mark(const world::View& view, const Parameters& p, Firm& firm) {
  double result = 0;
  firm.net_lots = 0;
  each_outright(view, [&](std::size_t k) {
    firm.net_lots += static_cast<double>(firm.lots[k]) * view.spec().books[k].ten_year_equivalent;
    result += (static_cast<double>(firm.lots[k]) * view.book(k).mid_ticks - firm.paid_ticks[k]) * view.dollars_per_tick(k);
  });
  firm.result_bn = result * 1e-9;
  if (firm.result_bn < -p.loss_limit_bn * firm.scale &&
      !view.spec().is_frozen(world::Channel::fast_trader_withdrawal)) {
    firm.out = 1;
  }
}

void withdraw(Firm& firm, std::size_t book, world::Intents& out) {
  for (std::size_t slot = 0; slot < 2 * kLevels; ++slot) {
    Quote& quote = firm.quotes[book][slot];
    if (quote.lots == 0) continue;
    out.cancel(book, slot < kLevels ? Side::buy : Side::sell, slot);
    quote.lots = 0;
  }
}

void quote_side(std::size_t book, Firm& firm, Side side, std::int32_t top, const std::array<std::int64_t, kLevels>& sizes,
                world::Intents& out) {
  const std::int32_t step = side == Side::buy ? -1 : 1;
  const std::size_t first = side == Side::buy ? 0 : kLevels;
  // A price has its own slot among the levels', so that a quote that stays stays where it is.
  constexpr auto n = static_cast<std::int32_t>(kLevels);
  std::int32_t place = ((top % n) + n) % n;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::int32_t price = top + step * static_cast<std::int32_t>(level);
    const std::size_t slot = first + static_cast<std::size_t>(place);
    place = place + step == n ? 0 : place + step < 0 ? n - 1 : place + step;
    Quote& quote = firm.quotes[book][slot];
    const std::int64_t want = sizes[level];
    const bool keep = quote.lots > 0 && quote.price.v == price && quote.lots * 10 >= want * 6 && quote.lots * 10 <= want * 16;
    if (keep) continue;
    if (quote.lots > 0) {
      out.cancel(book, side, slot);
      quote.lots = 0;
    }
    if (want <= 0) continue;
    quote.price = {price};
    quote.lots = static_cast<std::int32_t>(want);
    out.limit(book, side, {price}, want, slot);
  }
}

// What quoting takes from the moment and the firm, whatever the book.
struct Look {
  double flow_multiple;
  double size_lots;   // top level in TY's book on a calm day
  double end_of_day;  // multiple of the price of inventory
  bool night;
};

Look look_of(const world::View& view, const Parameters& p, const Firm& firm) {
  return {flow_multiple(view, firm), p.size_lots * firm.scale, view.minutes_to_day_end() < 75.0 ? 4.0 : 1.0, view.night()};
}

// A firm's inventory in standard sizes (the book's own, and the net duration over all books, which hedges it), and the price of a
// unit of it: its risk, more as its limit comes near and before the firm goes home flat.
struct Stand {
  double net_size = 0, inventory = 0, unit_ticks = 0;
  /// By which a lot more shades its price, ticks.
  double skew_per_lot(const Parameters& p, const world::Instrument& instrument, double calm_lots) const {
    return unit_ticks * (p.own_inventory_weight / calm_lots + (1.0 - p.own_inventory_weight) * instrument.ten_year_equivalent / net_size);
  }
};

// What it holds of a bond, whenever it settles, or of a contract: of both its months, which carry the same risk. What it holds of one against the other the calendar
// spread's quotes see to.
double own_lots(const world::View& view, const Firm& firm, std::size_t k) {
  const std::size_t other = other_book(view, k);
  return static_cast<double>(firm.lots[k] + (other != world::kMostBooks ? firm.lots[other] : 0));
}

Stand stand(const world::View& view, const Parameters& p, const Look& look, const Firm& firm, std::size_t k, const Reading& reading, double net_lots) {
  Stand s;
  const double own_sizes = own_lots(view, firm, k) / (look.size_lots * reading.size);
  s.net_size = look.size_lots * view.spec().books[kNodes + kReferenceContract].ten_year_equivalent;
  const double net_sizes = net_lots / s.net_size;
  s.inventory = std::clamp(p.own_inventory_weight * own_sizes + (1.0 - p.own_inventory_weight) * net_sizes, -2.0 * p.inventory_limit, 2.0 * p.inventory_limit);
  const double room = 1.0 - (s.inventory / p.inventory_limit) * (s.inventory / p.inventory_limit);
  s.unit_ticks = reading.risk_half * std::min(p.limit_multiplier, 1.0 / std::max(1e-3, room)) * look.end_of_day;
  return s;
}

// Less after losses and at night.
double shrunk(const world::View& view, const Parameters& p, const Look& look, const Firm& firm, double lots) {
  if (!view.spec().is_frozen(world::Channel::fast_trader_withdrawal)) {
    lots *= std::clamp(1.0 + firm.result_bn / (p.loss_limit_bn * firm.scale), 0.1, 1.0);
  }
  return look.night ? lots * p.night_size_share : lots;
}

void quote(const world::View& view, const Parameters& p, const Look& look, Readings& readings, Firm& firm, std::size_t k, world::Intents& out) {
  const auto& instrument = view.spec().books[k];
  const auto& md = view.book(k);
  const Reading& reading = read(view, p, readings, k);
  const double calm_lots = look.size_lots * reading.size;
  const double half = reading.half + reading.adverse_half / look.flow_multiple;
  const double fair_bp = curve_bp(instrument, firm.belief) + firm.own[k];
  const double fair = view.ticks_of_yield(k, fair_bp);
  // The size at which what the market pays for the last lot, half its usual spread, equals the risk of holding it. One
  // tick is what it pays in calm.
  double lots = calm_lots * std::clamp(2.0 * firm.seen_half_ticks[k] / (reading.sigma_ratio * reading.sigma_ratio), 0.02, 3.0);
  lots = shrunk(view, p, look, firm, lots);

  // A bond has one price of inventory, in the on-the-run's standard size: what it holds for either day it can sell in both books.
  const Reading& of_bond = k < world::when_issued_book(0) ? reading : read(view, p, readings, k - world::when_issued_book(0));
  const Stand now = stand(view, p, look, firm, k, of_bond, firm.net_lots);
  const double inventory = now.inventory;
  firm.skew_ticks[k] = now.unit_ticks * inventory;
  const double centre = fair - firm.skew_ticks[k];
  const auto bid_limit = md.has_ask ? md.ask.v - 1 : INT32_MAX;
  const auto ask_limit = md.has_bid ? md.bid.v + 1 : INT32_MIN;
  const std::int32_t bid = std::min(static_cast<std::int32_t>(std::floor(centre - half + p.tick_rounding)), bid_limit);
  const std::int32_t ask = std::max(static_cast<std::int32_t>(std::ceil(centre + half - p.tick_rounding)), ask_limit);

  const std::int64_t multiple = instrument.lot_multiple;
  const auto rounded = [&](double x) { return std::max<std::int64_t>(1, static_cast<std::int64_t>(x / static_cast<double>(multiple) + 0.5)) * multiple; };
  // The last lot is priced on top of what the firm holds: of what a side would add to that it offers less, of what takes it away more.
  constexpr std::array<double, kLevels> kShape{1.0, 1.5, 2.0};
  constexpr double kWhole = kShape[0] + kShape[1] + kShape[2];
  const double lean = std::clamp(p.size_lean * inventory * calm_lots / (kWhole * lots), -1.0, 1.0);
  std::array<std::int64_t, kLevels> buys{}, sells{};
  for (std::size_t level = 0; level < kLevels; ++level) {
    const auto size = [&](double share) { return share > 0 ? rounded(lots * kShape[level] * share) : 0; };
    buys[level] = inventory < p.inventory_limit ? size(1.0 - lean) : 0;
    sells[level] = inventory > -p.inventory_limit ? size(1.0 + lean) : 0;
  }

  // Its quotes first: an old one in the way of what it takes would be cancelled there as a trade with itself, and it would not know the new one.
  quote_side(k, firm, Side::buy, bid, buys, out);
  quote_side(k, firm, Side::sell, ask, sells, out);

  // Where its own reservation price already crosses the book it trades: what is plainly wrong by its belief, and what
  // another firm holds too much of while it holds too little. It stops where its inventory would close the gap.
  const double edge = half + p.take_edge_ticks;
  const double skew_per_lot = now.skew_per_lot(p, instrument, calm_lots);
  const auto take = [&](Side side, base::Price price, double gap_ticks, std::int64_t there) {
    // The firm on the other side shades its quotes by as much: half the gap closes it.
    const std::int64_t size = std::min(rounded(std::min(lots, 0.5 * gap_ticks / skew_per_lot)), there / multiple * multiple);
    out.immediate(k, side, price, size);
    firm.net_lots += static_cast<double>(base::sign(side) * size) * instrument.ten_year_equivalent;
  };
  const bool takes = !few_hold(view, k);
  if (takes && md.has_ask && md.ask.v < centre - edge && inventory < p.inventory_limit) {
    take(Side::buy, md.ask, centre - edge - md.ask.v, md.ask_lots);
  } else if (takes && md.has_bid && md.bid.v > centre + edge && inventory > -p.inventory_limit) {
    take(Side::sell, md.bid, md.bid.v - centre - edge, md.bid_lots);
  }
}

// A calendar spread from the same belief about both its legs. It hardly moves, so that a firm carries many: as many more as their risk is
// less than the contract's. What the firm does not want to hold is the contract of the two that few hold.
void quote_calendar(const world::View& view, const Parameters& p, const Look& look, Readings& readings, Firm& firm, std::size_t c, world::Intents& out) {
  const std::size_t k = world::calendar_book(c), nearer = kNodes + c, later = world::kBooks + c;
  const auto& spec = view.spec();
  const auto& instrument = spec.books[k];
  const auto& md = view.book(k);
  const double sigma_ticks = instrument.calm_sigma_points * instrument.grid.ticks_per_unit;
  Reading reading;
  const double leg_sigma_points = view.calm_sigma_bp(nearer) * spec.books[nearer].dv01_per_lot * 1e-3;
  reading.size = read(view, p, readings, nearer).size * base::sqrt(leg_sigma_points / instrument.calm_sigma_points);
  reading.risk_half = risk_half_ticks(p, sigma_ticks / base::sqrt(600.0));
  reading.half = base::log(1.0 + p.risk_aversion / p.fill_decay_per_tick) / p.risk_aversion + 0.5 * reading.risk_half;
  const double calm_lots = look.size_lots * reading.size;
  const auto fair_points = [&](std::size_t book) { return view.ticks_of_yield(book, curve_bp(spec.books[book], firm.belief) + firm.own[book]) / spec.books[book].grid.ticks_per_unit; };
  const double unwanted = static_cast<double>(view.lead_listing(c) == c ? -firm.lots[later] : firm.lots[nearer]);
  const double inventory = std::clamp(unwanted / calm_lots, -2.0 * p.inventory_limit, 2.0 * p.inventory_limit);
  const double room = 1.0 - (inventory / p.inventory_limit) * (inventory / p.inventory_limit);
  const double skew = reading.risk_half * std::min(p.limit_multiplier, 1.0 / std::max(1e-3, room)) * inventory;
  const double centre = (fair_points(nearer) - fair_points(later)) * instrument.grid.ticks_per_unit - skew;
  const std::int32_t bid = std::min(static_cast<std::int32_t>(std::floor(centre - reading.half + p.tick_rounding)), md.has_ask ? md.ask.v - 1 : INT32_MAX);
  const std::int32_t ask = std::max(static_cast<std::int32_t>(std::ceil(centre + reading.half - p.tick_rounding)), md.has_bid ? md.bid.v + 1 : INT32_MIN);
  const double lots = shrunk(view, p, look, firm, calm_lots);
  const std::int64_t multiple = instrument.lot_multiple;
  std::array<std::int64_t, kLevels> buys{}, sells{};
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::int64_t size = std::max<std::int64_t>(1, static_cast<std::int64_t>(lots * (1.0 + 0.5 * static_cast<double>(level)) / static_cast<double>(multiple) + 0.5)) * multiple;
    buys[level] = inventory < p.inventory_limit ? size : 0;
    sells[level] = inventory > -p.inventory_limit ? size : 0;
  }
  quote_side(k, firm, Side::buy, bid, buys, out);
  quote_side(k, firm, Side::sell, ask, sells, out);
}

// All firms read the same tape: they look at the same moments and differ by their latency alone.
base::Time next_look(const world::View& view, const Parameters& p, Firm& firm) {
  const double interval_s = view.night() ? p.night_interval_s : p.quote_interval_s;
  const auto interval_ns = static_cast<std::int64_t>(interval_s * 1e9);
  const auto late_ns = static_cast<std::int64_t>(p.reaction_s * firm.speed * firm.draws.uniform(Purpose::jitter) * 1e9);
  const std::int64_t today_ns = base::time_of_day(view.now()).ns;
  const std::int64_t next_ns = (today_ns / interval_ns + 1) * interval_ns + late_ns;
  return view.now() + base::Duration{next_ns - today_ns};
}

}  // namespace

void open_day(const world::View& view, const Parameters& p, Firm& firm) {
  (void)p;
  if (!firm.opened) {
    firm.opened = 1;
    for (std::size_t n = 0; n < kNodes; ++n) {
      firm.belief[n] = view.spec().start_yield_bp[n];
      firm.seen_public[n] = view.public_change_bp(n);
    }
    firm.last_look = view.now();
    firm.seen_half_ticks.fill(0.5);
  }
  firm.out = 0;
  firm.result_bn = 0;
  each_outright(view, [&](std::size_t k) { firm.paid_ticks[k] = static_cast<double>(firm.lots[k]) * view.book(k).mid_ticks; });
}

void wake(const world::View& view, const Parameters& p, Readings& readings, Firm& firm, std::uint16_t reason, world::Intents& out) {
  const auto requote = [&](const Look& look, std::size_t k) {
    if (firm.out) return withdraw(firm, k, out);
    if (view.spec().has_more_books() && !view.is_open(k)) return;
    if (k >= world::calendar_book(0) && k < world::when_issued_book(0)) return quote_calendar(view, p, look, readings, firm, k - world::calendar_book(0), out);
    quote(view, p, look, readings, firm, k, out);
  };
  if (reason < world::kMostBooks) {
    if (!firm.out) requote(look_of(view, p, firm), reason);
    return;
  }
  learn(view, p, readings, firm);
  mark(view, p, firm);
  const Look look = look_of(view, p, firm);
  each_outright(view, [&](std::size_t k) { requote(look, k); });
  for (std::size_t c = 0; view.spec().rolls() && c < world::kContracts; ++c) {
    if (view.spec().has_next(c)) requote(look, world::calendar_book(c));
  }
  if (reason == kNews) return;
  world::roll_futures(view, (view.night() ? p.night_interval_s : p.quote_interval_s) / 60.0, out);
  out.wake(next_look(view, p, firm), kLook);
}

bool on_fill(Firm& firm, std::size_t book, std::size_t slot, std::int64_t lots) {
  Quote& quote = firm.quotes[book][slot];
  quote.lots -= static_cast<std::int32_t>(lots);
  return quote.lots == 0 && !firm.out;
}

std::int64_t joins(const world::View& view, const Parameters& p, Readings& readings, const Firm& firm, std::size_t book, base::Price price, Side taker_side) {
  if (firm.out) return 0;
  const auto& instrument = view.spec().books[book];
  const Reading& reading = read(view, p, readings, book);
  const Look look = look_of(view, p, firm);
  const double calm_lots = look.size_lots * reading.size;
  double net_lots = 0;
  each_outright(view, [&](std::size_t k) { net_lots += static_cast<double>(firm.lots[k]) * view.spec().books[k].ten_year_equivalent; });
  const Stand now = stand(view, p, look, firm, book, reading, net_lots);
  const double centre = view.ticks_of_yield(book, curve_bp(instrument, firm.belief) + firm.own[book]) - now.unit_ticks * now.inventory;
  const double half = reading.half + reading.adverse_half / look.flow_multiple;
  const double skew_per_lot = now.skew_per_lot(p, instrument, calm_lots);
  // What the price leaves the taker's side; the other side has as much less.
  const double gain = base::sign(taker_side) * (centre - static_cast<double>(price.v));
  const bool takes = gain > half + p.take_edge_ticks;
  const Side side = takes ? taker_side : base::opposite(taker_side);
  if (base::sign(side) * now.inventory >= p.inventory_limit) return 0;
  // As many as it takes to bring its own order, or quote, to the price, and no more than are paid for: for the last lot it is
  // left all that the price leaves, where a quote earns half the usual spread.
  const double gap = takes ? 0.5 * (gain - half - p.take_edge_ticks) : p.tick_rounding - gain - half;
  const double paid = calm_lots * std::min(3.0, 2.0 * std::abs(gain) / (reading.sigma_ratio * reading.sigma_ratio));
  double lots = shrunk(view, p, look, firm, std::min(paid, gap / skew_per_lot));
  const std::size_t first = side == Side::buy ? 0 : kLevels;
  for (std::size_t slot = first; slot < first + kLevels; ++slot) {
    const Quote& quote = firm.quotes[book][slot];
    if (quote.price == price) lots -= quote.lots;
  }
  if (lots < static_cast<double>(instrument.lot_multiple)) return 0;
  return base::sign(side) * (static_cast<std::int64_t>(lots) / instrument.lot_multiple * instrument.lot_multiple);
}

void on_trade(Firm& firm, std::size_t book, Side side, double price_ticks, std::int64_t lots) {
  const std::int64_t signed_lots = base::sign(side) * lots;
  firm.lots[book] += signed_lots;
  firm.paid_ticks[book] += static_cast<double>(signed_lots) * price_ticks;
}

void open_when_issued(Firm& firm, std::size_t node, std::int64_t signed_lots) {
  const std::size_t k = world::when_issued_book(node);
  firm.own[k] = firm.own[node];
  firm.seen_flow[k] = signed_lots;
  firm.flow_rate[k] = 0;
  firm.skew_ticks[k] = firm.skew_ticks[node];
  firm.usual_skew_ticks[k] = firm.usual_skew_ticks[node];
  firm.seen_half_ticks[k] = firm.seen_half_ticks[node];
}

void close_when_issued(Firm& firm, std::size_t node) {
  const std::size_t k = world::when_issued_book(node);
  firm.lots[node] += firm.lots[k];
  firm.paid_ticks[node] += firm.paid_ticks[k];
  firm.lots[k] = 0;
  firm.paid_ticks[k] = 0;
}

void forget_quotes(Firm& firm, std::size_t book) {
  for (Quote& quote : firm.quotes[book]) quote.lots = 0;
}

}  // namespace haven::agents::principal_trading_firm
