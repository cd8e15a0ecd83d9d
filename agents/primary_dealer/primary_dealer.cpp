#include "agents/primary_dealer/primary_dealer.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "agents/primary_dealer/presale.h"
#include "engine/world/roll.h"

namespace haven::agents::primary_dealer {
namespace {

using base::Purpose;
using base::Side;
using world::kNodes;

constexpr double kLn2 = 0.6931471805599453;
constexpr double kNewYorkDay_s = 36'000;  // most of a day's volatility falls into ten hours

// Contracts used to hedge, and the nodes each one carries: TU for 2-3y, FV 5y, TY 7-10y, UB 30y.
struct Hedge {
  std::size_t contract;
  std::array<std::size_t, 2> nodes;
  std::size_t count;
};
constexpr std::array<Hedge, 4> kHedges = {{{0, {0, 1}, 2}, {1, {2, 2}, 1}, {2, {3, 4}, 2}, {5, {5, 5}, 1}}};

double inventory_exposure_bn(const world::View& view) {
  const auto& price_points = view.prices().price_points;
  double gross = 0;
  for (std::size_t s = 0; s < world::kSecurities; ++s) gross += std::abs(static_cast<double>(view.holding_lots(s)) * 1e-4 * price_points[s] * 0.01);
  return gross;
}

// Probability that a limit binds over the next days, given use now: the chance-constraint multiplier.
double binding_probability(double use, double use_volatility) { return base::normal_cdf((use - 1.0) / use_volatility); }

double var_binding_probability(const Parameters& p, Dealer& dealer) {
  LastBinding& last = dealer.var_binding;
  if (last.use != dealer.use_var || last.use_volatility != p.use_volatility) {
    last = {dealer.use_var, p.use_volatility, binding_probability(dealer.use_var, p.use_volatility)};
  }
  return last.probability;
}

const HeldRisk& held_risk(const world::View& view, Dealer& dealer) {
  HeldRisk& risk = dealer.risk;
  const auto holdings = view.holdings();
  const auto futures = view.futures_lots(), swaps = view.swap_lots();
  if (risk.variance >= 0 && std::ranges::equal(holdings, risk.holdings) && std::ranges::equal(futures, std::span(risk.futures_lots).first(futures.size())) && std::ranges::equal(swaps, risk.swap_lots)) {
    return risk;
  }
  std::ranges::copy(holdings, risk.holdings.begin());
  std::ranges::copy(futures, risk.futures_lots.begin());
  std::ranges::copy(swaps, risk.swap_lots.begin());
  const auto& cov = view.spec().covariance;
  risk.dv01 = view.own_dv01();
  auto& dv01 = risk.dv01;
  for (std::size_t n = 0; n < kNodes; ++n) dv01[n] -= dealer.target_dv01[n];
  double variance = 0;
  for (std::size_t a = 0; a < kNodes; ++a) {
    for (std::size_t b = 0; b < kNodes; ++b) {
      variance += dv01[a] * dv01[b] * cov.sigma_bp[a] * cov.sigma_bp[b] * cov.correlation[a][b];
    }
  }
  // Off-the-run spread risk does not hedge away: a tenth of the sector's outright risk.
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    const double dollars = static_cast<double>(view.holding_lots(s) - dealer.target_lots[s]) * view.spec().securities[s].dv01_per_lot;
    const double own_sigma = 0.1 * cov.sigma_bp[world::kTenYearNode];
    variance += dollars * dollars * own_sigma * own_sigma;
  }
  risk.variance = variance;
  return risk;
}

// Use of the value-at-risk limit at a variance of a calm day's result.
double use_of_var(const world::View& view, const Parameters& p, const Dealer& dealer, double variance) {
  const double vol = view.spec().is_frozen(world::Channel::dealer_var) ? 1.0 : view.realised_sigma_bp(world::kTenYearNode) / view.calm_sigma_bp(world::kTenYearNode);
  const double limit = p.var_limit_sigma_bn * dealer.scale * 1e4 * view.spec().books[world::kTenYearNode].dv01_per_lot * view.spec().covariance.sigma_bp[world::kTenYearNode];
  return base::sqrt(variance) * vol / limit;
}

void update_limits(const world::View& view, const Parameters& p, Dealer& dealer) {
  const auto& own = view.own();
  const double capacity = std::max(1e-6, own.leverage_capacity_bn);
  dealer.use_leverage = own.leverage_capacity_bn == 0 ? p.calm_use : (own.leverage_exposure_bn + inventory_exposure_bn(view)) / capacity;
  dealer.use_var = use_of_var(view, p, dealer, held_risk(view, dealer).variance);
  dealer.cost_due = 1;
}

// Yield bp that balance sheet costs over the time a bond is held; price bp over duration.
double balance_sheet_bp(const Parameters& p, double cost, double duration_years) { return cost * p.holding_days / 365.0 / std::max(1.0, duration_years); }
double balance_sheet_bp(const world::View& view, const Parameters& p, Dealer& dealer, double duration_years) {
  settle(view, p, dealer);
  return balance_sheet_bp(p, dealer.cost_bp, duration_years);
}

double risk_multiple(const world::View& view) {
  const double calm = view.calm_sigma_bp(world::kTenYearNode);
  return std::clamp(view.realised_sigma_bp(world::kTenYearNode) / calm, 0.5, 6.0);
}

// S.d. of the market's yield over the time that a hedge takes, at a multiple of calm risk.
double hedge_sigma_bp(const world::View& view, const Parameters& p, double risk) { return view.calm_sigma_bp(world::kTenYearNode) * risk * base::sqrt(p.hedge_minutes / 600.0); }

double half_spread_bp(const world::View& view, const Parameters& p, double risk) { return p.order_cost_bp + p.adverse_share * hedge_sigma_bp(view, p, risk); }

double skew_bp(const world::View& view, const Parameters& p, const Dealer& dealer, std::size_t security, double risk, std::int64_t away_lots) {
  const auto& s = view.spec().securities[security];
  const double away_bn = static_cast<double>(away_lots) * 1e-4 * s.ten_year_equivalent;
  return p.skew_bp_per_bn * away_bn / std::max(0.05, dealer.scale) * std::min(3.0, risk * risk);
}

// What it holds away from its target, lots, an award that it has sold ahead of counted in.
std::int64_t away_lots(const world::View& view, const Dealer& dealer, std::size_t security) {
  return view.holding_lots(security) - dealer.target_lots[security] + (security < kNodes ? dealer.presold_lots[security] : 0);
}

double inventory_skew_bp(const world::View& view, const Parameters& p, const Dealer& dealer, std::size_t security, double risk) {
  return skew_bp(view, p, dealer, security, risk, away_lots(view, dealer, security));
}

// What more of the position that it has costs it by its limits: it charges the side on which that would grow.
double charge_bp(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t security) {
  const double duration = view.spec().securities[security].dv01_per_lot / 1e5 * 1e4;
  return balance_sheet_bp(view, p, dealer, duration) +
         (view.spec().is_frozen(world::Channel::dealer_var) ? 0.0 : p.var_cost_bp * var_binding_probability(p, dealer));
}

// What a bond that it is short of is worth more to it than to others, yield bp: each day until it is covered, that part of a further sale
// which could not be delivered earns nothing on its proceeds and pays the fails charge.
double scarcity_bp(const world::View& view, const Parameters& p, std::size_t security) {
  if (view.spec().is_frozen(world::Channel::collateral_chain)) return 0;
  const double share = view.undelivered_share(security);
  if (share == 0) return 0;
  const double duration = view.spec().securities[security].dv01_per_lot / 1e5 * 1e4;
  return share * 100.0 * view.fail_cost_pct() * p.holding_days / 360.0 / std::max(1.0, duration);
}

// The yield at which it buys (higher), and sells.
double bid_bp(double centre_bp, double half_bp, double skew, double charge) { return centre_bp + half_bp + std::max(-half_bp * 0.5, skew) + charge; }
double ask_bp(double centre_bp, double half_bp, double skew, double charge) { return centre_bp - half_bp + std::min(half_bp * 0.5, skew) - charge; }

world::Stream two_sides(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t security, double centre_bp, double half_bp, double risk) {
  const double skew = inventory_skew_bp(view, p, dealer, security, risk);
  const double charge = charge_bp(view, p, dealer, security);
  const bool long_now = view.holding_lots(security) >= 0;
  return {bid_bp(centre_bp, half_bp, skew, long_now ? charge : 0.0), ask_bp(centre_bp, half_bp, skew, long_now ? 0.0 : charge)};
}

double security_centre_bp(const world::View& view, const Parameters& p, const Dealer& dealer, std::size_t security) {
  const auto& s = view.spec().securities[security];
  double centre = view.curve_bp(s.weight) + s.spread_bp;
  if (s.kind == world::SecurityKind::off_the_run) centre += dealer.basket_view_bp[security - kNodes];
  return centre - scarcity_bp(view, p, security);
}

// One curve out of all the books' mids, bonds and futures, each with its usual distance from it; public news at once.
void follow_market(const world::View& view, const Parameters& p, Dealer& dealer, double minutes) {
  const double toward = 1.0 - base::exp(-kLn2 * minutes / p.view_half_life_min);
  const double slowly = 1.0 - base::exp(-kLn2 * minutes / (1440.0 * p.gap_half_life_days));
  world::Nodes gap{}, mass{};
  for (std::size_t k = 0; k < world::kOutrightBooks; ++k) {
    const std::size_t book = view.lead_book(k);
    if (!view.two_sided(book)) continue;
    const double residual = view.mid_yield_bp(book) - believed_bp(view, dealer, k);
    dealer.usual_gap_bp[k] += slowly * residual;
    const auto& weight = view.spec().books[book].weight;
    for (std::size_t n = 0; n < kNodes; ++n) {
      gap[n] += weight[n] * residual;
      mass[n] += weight[n];
    }
  }
  for (std::size_t n = 0; n < kNodes; ++n) {
    if (mass[n] > 0) dealer.curve_view_bp[n] += toward * gap[n] / mass[n];
    const double now_public = view.public_change_bp(n);
    dealer.curve_view_bp[n] += now_public - dealer.seen_public_bp[n];
    dealer.seen_public_bp[n] = now_public;
  }
}

void learn(const world::View& view, const Parameters& p, Dealer& dealer) {
  const double days = std::max(1e-6, static_cast<double>((view.now() - dealer.last_look).ns) / static_cast<double>(base::kDay.ns));
  dealer.last_look = view.now();
  const auto& spec = view.spec();
  const double kept = base::exp(-kLn2 * days / p.basket_half_life_days), to_composite = 1.0 - base::exp(-kLn2 * days / p.composite_half_life_days);
  for (std::size_t b = 0; b < world::kBaskets; ++b) {
    const auto& basket = view.basket(b);
    const auto& s = spec.securities[kNodes + b];
    const double composite = basket.mid_bp - view.curve_bp(s.weight) - s.spread_bp;
    dealer.basket_view_bp[b] *= kept;
    if (basket.mid_bp != 0) dealer.basket_view_bp[b] += to_composite * (composite - dealer.basket_view_bp[b]);
  }
  const double minutes = days * 1440.0;
  follow_market(view, p, dealer, minutes);
  const double cost = cost_bp(view, p, dealer);
  const double free = std::clamp(1.0 - dealer.use_leverage, 0.05, 1.0) / 0.4;
  const double to_mid = 1.0 - base::exp(-kLn2 * minutes / p.swap_half_life_min);
  const double to_anchor = 1.0 - base::exp(-kLn2 * days * std::min(free, 2.0) / p.swap_anchor_days);
  for (std::size_t n = 0; n < kNodes; ++n) {
    const std::size_t book = world::kOutrightBooks + n;
    const auto& md = view.book(book);
    const double specific = world::treasury_specific_premium_bp(spec.beliefs, view.outside(), n);
    dealer.swap_view_bp[n] -= spec.beliefs.pass_through * (specific - dealer.seen_specific_bp[n]);
    dealer.seen_specific_bp[n] = specific;
    const double flow = static_cast<double>(md.signed_lots - dealer.seen_swap_flow[n]) * 1e-4 * spec.books[book].ten_year_equivalent;
    dealer.seen_swap_flow[n] = md.signed_lots;
    dealer.swap_view_bp[n] += p.swap_impact_bp_per_bn * flow;
    if (view.two_sided(book)) dealer.swap_view_bp[n] += to_mid * (view.mid_yield_bp(book) - dealer.swap_view_bp[n]);
    // The anchor: what it costs to hold the Treasury against the swap. Its pull weakens as balance sheet is used up.
    const double anchor = spec.start_swap_spread_bp[n] - specific - p.swap_cost_share * (cost - 0.2 * p.hurdle_bp) * 0.1;
    dealer.swap_view_bp[n] += to_anchor * (anchor - dealer.swap_view_bp[n]);
  }
}

// Net duration of a sector over half its band, signed, ten-year equivalents; 0 within the band.
double over_band_bn(const world::View& view, const Parameters& p, Dealer& dealer, const Hedge& h) {
  const auto& dv01 = held_risk(view, dealer).dv01;
  double net = 0;
  for (std::size_t i = 0; i < h.count; ++i) net += dv01[h.nodes[i]] + static_cast<double>(dealer.presold_lots[h.nodes[i]]) * view.spec().securities[h.nodes[i]].dv01_per_lot;
  const double net_bn = net / view.spec().books[world::kTenYearNode].dv01_per_lot * 1e-4;
  const double band = p.hedge_band_bn * dealer.scale;
  if (std::abs(net_bn) < band) return 0;
  return net_bn > 0 ? net_bn - 0.5 * band : net_bn + 0.5 * band;
}

void hedge(const world::View& view, const Parameters& p, Dealer& dealer, world::Intents& out) {
  for (const Hedge& h : kHedges) {
    const double excess_bn = over_band_bn(view, p, dealer, h);
    if (excess_bn == 0) continue;
    const std::size_t book = view.lead_book(kNodes + h.contract);
    const auto& instrument = view.spec().books[book];
    const auto& md = view.book(book);
    const Side side = excess_bn > 0 ? Side::sell : Side::buy;
    if (side == Side::buy ? !md.has_ask : !md.has_bid) continue;
    const double wanted = p.hedge_share * std::abs(excess_bn) * 1e4 / instrument.ten_year_equivalent;
    const std::int64_t queue = side == Side::buy ? md.ask_lots : md.bid_lots;
    const std::int64_t lots = std::min<std::int64_t>(static_cast<std::int64_t>(wanted), queue) / instrument.lot_multiple * instrument.lot_multiple;
    if (lots <= 0) continue;
    out.immediate(book, side, side == Side::buy ? md.ask + base::Ticks{2} : md.bid - base::Ticks{2}, lots);
  }
}

void quote_one(std::size_t book, std::int32_t& price_now, std::int32_t& lots_now, Side side, std::int32_t price, std::int64_t want,
               std::size_t slot, world::Intents& out) {
  if (lots_now > 0 && price_now == price && lots_now * 2 >= want) return;
  if (lots_now > 0) out.cancel(book, side, slot);
  lots_now = 0;
  if (want <= 0) return;
  price_now = price;
  lots_now = static_cast<std::int32_t>(want);
  out.limit(book, side, {price}, want, slot);
}

void quote_books(const world::View& view, const Parameters& p, Dealer& dealer, world::Intents& out) {
  const double risk = risk_multiple(view);
  for (std::size_t n = 0; n < kNodes; ++n) {
    const auto& instrument = view.spec().books[n];
    const auto& md = view.book(n);
    if (md.mid_ticks == 0) continue;
    const double half = p.quote_sigmas * view.calm_sigma_bp(n) * risk * base::sqrt(look_interval_s(view, p) / kNewYorkDay_s);
    const auto sides = two_sides(view, p, dealer, n, believed_bp(view, dealer, n) - scarcity_bp(view, p, n), half, risk);
    std::int32_t bid = static_cast<std::int32_t>(std::floor(view.ticks_of_yield(n, sides.bid_bp)));
    std::int32_t ask = static_cast<std::int32_t>(std::ceil(view.ticks_of_yield(n, sides.ask_bp)));
    if (md.has_ask) bid = std::min(bid, md.ask.v - 1);
    if (md.has_bid) ask = std::max(ask, md.bid.v + 1);
    const auto want = std::max<std::int64_t>(1, static_cast<std::int64_t>(p.quote_lots * dealer.scale / std::max(0.1, instrument.ten_year_equivalent) / risk));
    quote_one(n, dealer.cash_quote[n][0], dealer.cash_lots[n][0], Side::buy, bid, dealer.use_leverage < 1.2 ? want : 0, 0, out);
    quote_one(n, dealer.cash_quote[n][1], dealer.cash_lots[n][1], Side::sell, ask, want, 1, out);
  }
  for (std::size_t n = 0; n < kNodes; ++n) {
    const std::size_t book = world::kOutrightBooks + n;
    const auto& instrument = view.spec().books[book];
    const auto& md = view.book(book);
    const double inventory_bn = static_cast<double>(view.swap_lots(n)) * 1e-4 * instrument.ten_year_equivalent;
    const double skew = -p.swap_impact_bp_per_bn * inventory_bn / std::max(0.05, dealer.scale);
    const double half = p.swap_half_bp * risk;
    const double centre = dealer.swap_view_bp[n] + std::clamp(skew, -3.0, 3.0);
    // Buying the package adds a Treasury to the balance sheet.
    const double charge = balance_sheet_bp(view, p, dealer, instrument.dv01_per_lot / 1e5 * 1e4);
    std::int32_t bid = static_cast<std::int32_t>(std::floor(view.ticks_of_yield(book, centre - half - charge)));
    std::int32_t ask = static_cast<std::int32_t>(std::ceil(view.ticks_of_yield(book, centre + half)));
    if (md.has_ask) bid = std::min(bid, md.ask.v - 1);
    if (md.has_bid) ask = std::max(ask, md.bid.v + 1);
    for (std::size_t level = 0; level < kSwapLevels; ++level) {
      const auto want = std::max<std::int64_t>(1, static_cast<std::int64_t>(p.swap_lots * dealer.scale * (1.0 + static_cast<double>(level)) / std::max(0.1, instrument.ten_year_equivalent) / risk));
      const auto step = static_cast<std::int32_t>(level) * 4;
      const std::size_t slot = level * 2;
      quote_one(book, dealer.swap_quote[n][level * 2], dealer.swap_lots[n][level * 2], Side::buy, bid - step, want, slot, out);
      quote_one(book, dealer.swap_quote[n][level * 2 + 1], dealer.swap_lots[n][level * 2 + 1], Side::sell, ask + step, want, slot + 1, out);
    }
  }
}

}  // namespace

double believed_bp(const world::View& view, const Dealer& dealer, std::size_t book) {
  const auto& instrument = view.spec().books[view.lead_book(book)];
  double y = instrument.spread_bp + dealer.usual_gap_bp[book];
  for (std::size_t n = 0; n < kNodes; ++n) y += instrument.weight[n] * dealer.curve_view_bp[n];
  return y;
}

double look_interval_s(const world::View& view, const Parameters& p) { return p.look_interval_s * (view.night() ? 6.0 : 1.0); }

double cost_bp(const world::View& view, const Parameters& p, const Dealer& dealer) {
  if (dealer.cost_due == 0) return dealer.cost_bp;
  const double use = view.spec().is_frozen(world::Channel::dealer_leverage) ? p.calm_use : dealer.use_leverage;
  return p.hurdle_bp * dealer.hurdle_scale * std::min(p.multiplier_cap, p.multiplier_cap * binding_probability(use, p.use_volatility) + 0.15);
}

void settle(const world::View& view, const Parameters& p, Dealer& dealer) {
  dealer.cost_bp = cost_bp(view, p, dealer);
  dealer.cost_due = 0;
}

void open_day(const world::View& view, const Parameters& p, Dealer& dealer) {
  if (!dealer.opened) {
    dealer.opened = 1;
    dealer.last_look = view.now();
    for (std::size_t n = 0; n < kNodes; ++n) {
      dealer.curve_view_bp[n] = view.mid_yield_bp(n);
      dealer.seen_public_bp[n] = view.public_change_bp(n);
      dealer.swap_view_bp[n] = view.spec().start_swap_spread_bp[n];
      dealer.seen_specific_bp[n] = world::treasury_specific_premium_bp(view.spec().beliefs, view.outside(), n);
    }
    for (std::size_t s = 0; s < world::kSecurities; ++s) dealer.target_lots[s] = view.holding_lots(s);
    dealer.target_dv01 = view.own_dv01();
  }
  update_limits(view, p, dealer);
}

void wake(const world::View& view, const Parameters& p, Dealer& dealer, world::Intents& out) {
  dealer.laid_off = 0;
  learn(view, p, dealer);
  update_limits(view, p, dealer);
  hedge(view, p, dealer, out);
  world::roll_futures(view, look_interval_s(view, p) / 60.0, out);
  presell(view, p, dealer, out);
  quote_books(view, p, dealer, out);
  out.wake(view.now() + base::Duration{static_cast<std::int64_t>(look_interval_s(view, p) * (0.5 + dealer.draws.uniform(Purpose::jitter)) * 1e9)}, 0);
}

Answer answer(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request) {
  ++dealer.asked;
  update_limits(view, p, dealer);
  const double risk = risk_multiple(view);
  const bool dealer_buys = request.client_side == Side::sell;
  Answer result;
  if (request.is_book && request.index >= world::kOutrightBooks) {
    const std::size_t n = request.index - world::kOutrightBooks;
    const auto& instrument = view.spec().books[request.index];
    const double size_bn = static_cast<double>(request.lots) * 1e-4 * instrument.ten_year_equivalent;
    const double half = p.swap_half_bp * risk + 0.5 * p.swap_impact_bp_per_bn * size_bn;
    if (dealer_buys && dealer.use_leverage > 1.0 && !view.spec().is_frozen(world::Channel::dealer_leverage)) {
      ++dealer.declined;
      return {Decline::leverage};
    }
    result.reservation_bp = dealer_buys ? dealer.swap_view_bp[n] - half : dealer.swap_view_bp[n] + half;
    result.charge_sign = dealer_buys ? -1.0 : 0.0;
    return result;
  }
  const std::size_t security = request.index;
  const auto& s = view.spec().securities[security];
  const std::int64_t held = view.holding_lots(security);
  const bool adds = dealer_buys ? held + request.lots > 0 && held >= 0 : held - request.lots < 0;
  if (adds && dealer_buys && dealer.use_leverage > 1.0 && !view.spec().is_frozen(world::Channel::dealer_leverage)) {
    ++dealer.declined;
    return {Decline::leverage};
  }
  if (adds && dealer.use_var > 1.0 && !view.spec().is_frozen(world::Channel::dealer_var)) {
    ++dealer.declined;
    return {Decline::value_at_risk};
  }
  const double size_bn = static_cast<double>(request.lots) * 1e-4 * s.ten_year_equivalent;
  const double half = half_spread_bp(view, p, risk) + 0.5 * p.skew_bp_per_bn * size_bn / std::max(0.05, dealer.scale) * std::min(3.0, risk * risk);
  const double centre = security_centre_bp(view, p, dealer, security), skew = inventory_skew_bp(view, p, dealer, security, risk);
  result.reservation_bp = dealer_buys ? bid_bp(centre, half, skew, 0.0) : ask_bp(centre, half, skew, 0.0);
  if (dealer_buys == (held >= 0)) result.charge_sign = dealer_buys ? 1.0 : -1.0;
  // Dealers differ from request to request: a private shift of a quarter of the half-spread.
  result.private_bp = 0.25 * half * (2.0 * dealer.draws.uniform(Purpose::price) - 1.0);
  return result;
}

double dealing_bp(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request, const Answer& answer) {
  if (answer.charge_sign == 0) return answer.best_bp();
  const bool package = request.is_book && request.index >= world::kOutrightBooks;
  const double charge = package ? balance_sheet_bp(view, p, dealer, view.spec().books[request.index].dv01_per_lot / 1e5 * 1e4) : charge_bp(view, p, dealer, request.index);
  return answer.reservation_bp + answer.charge_sign * charge + answer.private_bp;
}

world::Stream stream(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t basket) {
  const std::size_t security = kNodes + basket;
  const double risk = risk_multiple(view);
  return two_sides(view, p, dealer, security, security_centre_bp(view, p, dealer, security), half_spread_bp(view, p, risk), risk);
}

std::int64_t joins(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t book, base::Price price) {
  if (dealer.laid_off != 0) return 0;
  const auto& s = view.spec().securities[book];
  const Hedge* bucket = nullptr;
  for (const Hedge& h : kHedges) {
    if (std::find(h.nodes.begin(), h.nodes.begin() + static_cast<std::ptrdiff_t>(h.count), book) != h.nodes.begin() + static_cast<std::ptrdiff_t>(h.count)) bucket = &h;
  }
  const double excess_bn = bucket == nullptr ? 0.0 : over_band_bn(view, p, dealer, *bucket);
  const std::int64_t away = away_lots(view, dealer, book);
  if (excess_bn == 0 || (excess_bn > 0) != (away > 0)) return 0;
  const Side side = away > 0 ? Side::sell : Side::buy;
  // Under its own price in yield the bond is dear, and it sells.
  const double own_bp = believed_bp(view, dealer, book) - scarcity_bp(view, p, book) + inventory_skew_bp(view, p, dealer, book, risk_multiple(view));
  if (base::sign(side) * (view.yield_of_ticks(book, price.v) - own_bp) < 0) return 0;
  const std::size_t mine = side == Side::buy ? 0 : 1;
  const std::int64_t displayed = dealer.cash_quote[book][mine] == price.v ? dealer.cash_lots[book][mine] : 0;
  const auto hedge = static_cast<std::int64_t>(p.hedge_share * std::abs(excess_bn) * 1e4 / s.ten_year_equivalent);
  const std::int64_t lots = std::min(std::abs(away), hedge) - displayed;
  return lots <= 0 ? 0 : base::sign(side) * lots;
}

void on_request_trade(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request) {
  const double dealer_sign = request.client_side == Side::sell ? 1.0 : -1.0;
  if (request.is_book && request.index >= world::kOutrightBooks) {
    const std::size_t n = request.index - world::kOutrightBooks;
    dealer.swap_view_bp[n] -= dealer_sign * 0.5 * p.swap_impact_bp_per_bn * static_cast<double>(request.lots) * 1e-4 * view.spec().books[request.index].ten_year_equivalent;
    return;
  }
  const auto& s = view.spec().securities[request.index];
  if (s.kind != world::SecurityKind::off_the_run) return;
  dealer.basket_view_bp[request.index - kNodes] += dealer_sign * p.own_impact_bp_per_bn * static_cast<double>(request.lots) * 1e-4 * s.ten_year_equivalent;
}

void on_fill(Dealer& dealer, std::size_t book, Side side, std::size_t slot, std::int64_t lots) {
  const std::size_t s = side == Side::buy ? 0 : 1;
  if (book < kNodes) {
    dealer.cash_lots[book][s] -= static_cast<std::int32_t>(lots);
  } else {
    const std::size_t n = book - world::kOutrightBooks;
    dealer.swap_lots[n][slot] -= static_cast<std::int32_t>(lots);
  }
}

double chain_stress(const world::View& view, const Parameters& p) {
  if (view.spec().is_frozen(world::Channel::collateral_chain)) return 0;
  const double sigma = view.realised_sigma_bp(world::kTenYearNode) / view.calm_sigma_bp(world::kTenYearNode);
  const double volatile_market = std::max(0.0, sigma - p.calm_sigma) / std::max(1e-9, p.full_stress_sigma - p.calm_sigma);
  return std::min(1.0, view.funding().fails_bn / p.full_stress_fails_bn + view.funding().defaults_seen / p.full_stress_defaults + volatile_market);
}

double passed_on(const world::View& view, const Parameters& p) { return 1.0 - p.hoarding * chain_stress(view, p); }

RepoQuote repo_quote(const world::View& view, const Parameters& p, const Dealer& dealer, double already_bn) {
  const auto& own = view.own();
  const double uncleared = 1.0 - dealer.cleared_share;
  const double funding = view.funding().sofr_pct > 0 ? view.funding().tri_party_pct : view.spec().rates.on_rrp_pct + 0.08;
  RepoQuote quote;
  // A client cut back in the morning cannot sell before tomorrow: no dealer does it to its own lightly.
  quote.rolled_share = 1.0 - p.rollover_cut * std::max(0.0, 2.0 * chain_stress(view, p) - 1.0);
  quote.rate_pct = funding + 0.01 * (p.client_repo_spread_bp + 0.1 * cost_bp(view, p, dealer) * uncleared);
  const double used = inventory_exposure_bn(view) + already_bn * uncleared;
  // Before its first morning a dealer's capacity is not known: it carries on what it carried.
  quote.most_bn = view.spec().is_frozen(world::Channel::dealer_leverage) || own.leverage_capacity_bn == 0
                      ? 1e6
                      : std::max(0.0, (own.leverage_capacity_bn - used) / std::max(0.05, uncleared));
  return quote;
}

double carry_bp(const world::View& view, const Parameters& p, const Dealer& dealer, std::size_t security, double more_bn) {
  const auto& s = view.spec().securities[security];
  const double risk = risk_multiple(view);
  const double held_bn = static_cast<double>(view.holding_lots(security)) * 1e-4 * s.ten_year_equivalent;
  const double skew = skew_bp(view, p, dealer, security, risk, view.holding_lots(security) - dealer.target_lots[security]) + p.skew_bp_per_bn * more_bn / std::max(0.05, dealer.scale) * std::min(3.0, risk * risk);
  if (held_bn + more_bn < 0) return skew;
  const double var = view.spec().is_frozen(world::Channel::dealer_var) ? 0.0 : p.var_cost_bp * binding_probability(dealer.use_var, p.use_volatility);
  return skew + balance_sheet_bp(p, cost_bp(view, p, dealer), s.dv01_per_lot / 1e5 * 1e4) + var;
}

TakenOver taken_over(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t book, std::int64_t before, std::int64_t lots) {
  const bool swap = book >= world::kOutrightBooks && book < world::kBooks;
  const auto& spec = view.spec();
  const auto& instrument = spec.books[book];
  const std::size_t tenor = book - world::kOutrightBooks;
  // Paying fixed is to be short of duration.
  const double sign = swap ? -1.0 : 1.0;
  const auto weight = [&](std::size_t n) { return swap ? (n == tenor ? 1.0 : 0.0) : instrument.weight[n]; };
  const HeldRisk& risk_now = held_risk(view, dealer);
  const auto variance = [&](double with_lots) {
    const auto& cov = spec.covariance;
    double more = 0;
    for (std::size_t a = 0; a < kNodes; ++a) {
      const double x = sign * with_lots * instrument.dv01_per_lot * weight(a);
      for (std::size_t b = 0; x != 0 && b < kNodes; ++b) {
        const double y = sign * with_lots * instrument.dv01_per_lot * weight(b);
        more += x * (2.0 * risk_now.dv01[b] + y) * cov.sigma_bp[a] * cov.sigma_bp[b] * cov.correlation[a][b];
      }
    }
    return std::max(0.0, risk_now.variance + more);
  };
  TakenOver result;
  result.use_var = use_of_var(view, p, dealer, variance(static_cast<double>(before + lots)));
  if (lots == 0) return result;
  const double risk = risk_multiple(view);
  const double half = half_spread_bp(view, p, risk) + (swap ? p.swap_half_bp * risk : 0.0);
  double net = 0;
  for (std::size_t n = 0; n < kNodes; ++n) net += weight(n) > 0 ? risk_now.dv01[n] : 0.0;
  net += sign * (static_cast<double>(before) + 0.5 * static_cast<double>(lots)) * instrument.dv01_per_lot;
  const double net_bn = net / spec.books[world::kTenYearNode].dv01_per_lot * 1e-4;
  const double skew = p.skew_bp_per_bn * net_bn / std::max(0.05, dealer.scale) * std::min(3.0, risk * risk);
  const bool nearer_limit = result.use_var > use_of_var(view, p, dealer, variance(static_cast<double>(before)));
  const double charge = nearer_limit && !spec.is_frozen(world::Channel::dealer_var) ? p.var_cost_bp * binding_probability(result.use_var, p.use_volatility) : 0.0;
  double centre = 0;
  if (swap) {
    centre = dealer.curve_view_bp[tenor] + dealer.swap_view_bp[tenor];
  } else {
    const std::size_t contract = book < world::kOutrightBooks ? book : kNodes + (book - world::kBooks) % world::kContracts;
    centre = believed_bp(view, dealer, contract);
    // Of a contract's two months it knows the one that leads; the other is as far from it as the market has it.
    if (const std::size_t lead = view.lead_book(contract); lead != book) centre += view.mid_yield_bp(book) - view.mid_yield_bp(lead);
  }
  result.yield_bp = sign * static_cast<double>(lots) > 0 ? bid_bp(centre, half, skew, charge) : ask_bp(centre, half, skew, charge);
  return result;
}

double hedge_sigma_bp(const world::View& view, const Parameters& p) { return hedge_sigma_bp(view, p, risk_multiple(view)); }

}  // namespace haven::agents::primary_dealer
