// Principal trading firms: two-sided quotes in bonds and futures from one belief about the curve, cash-futures
// arbitrage at speed, small capital, a loss limit; they may leave at any time.
//
// Rules (docs/model.md, "Principal trading firms"): quotes by Gueant, Lehalle, Fernandez-Tapia (2013) around a belief;
// the belief moves with public news, with the surprise in others' order flow (a multi-asset Kyle filter with a common
// prior covariance) and slowly towards the market's own mid; the size quoted is the one whose marginal expected spread
// equals its marginal inventory risk over the time the firm holds a position.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/random.h"
#include "engine/world/intents.h"
#include "engine/world/view.h"

namespace haven::agents::principal_trading_firm {

constexpr std::size_t kLevels = 3;

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double quote_interval_s = 0;  ///< between looks at all books, New York hours; the same moments for all firms
  double night_interval_s = 0;  ///< the same from 18:00 to 07:00
  double reaction_s = 0;  ///< from a fill to the requote of that book
  double belief_half_life_min = 0;  ///< belief towards the market's mid
  double own_half_life_min = 0;  ///< an instrument's own deviation from the curve back to zero
  double impact_bp_per_bn = 0;  ///< ten-year bp per $bn ten-year equivalents of surprise flow
  double own_impact_share = 0;  ///< part of that which stays in the instrument itself
  double flow_memory_min = 0;  ///< half-life of the forecast of flow
  double predictable_share = 0;  ///< of flow that past flow foretells: the rest is surprise for good
  double informed_order_bn = 0;  ///< ten-year equivalents, the order it reckons to be behind a fill
  double flow_variance_days = 0;  ///< half-life of the variance of flow of late
  double usual_flow_days = 0;  ///< half-life of the usual variance of flow
  double risk_aversion = 0;  ///< gamma, per tick and unit of standard size
  double fill_decay_per_tick = 0;  ///< k of the arrival intensity A exp(-k delta)
  double fills_per_minute = 0;  ///< A, per book
  double realised_weight = 0;  ///< log weight of realised in believed volatility; the rest is implied
  double implied_elasticity = 0;  ///< of implied volatility to the uncertainty index
  double tick_rounding = 0;  ///< share of a tick by which a quote may be better than its reservation price
  double size_lean = 0;  ///< share of its inventory by which the size it offers over all levels differs between the sides
  double size_lots = 0;  ///< top level in TY's book on a calm day, lots of $100,000
  double own_inventory_weight = 0;  ///< of the book's own inventory in the skew; the rest is net duration over all books
  double usual_skew_min = 0;  ///< half-life of the shading that it takes for everybody's
  double spread_memory_min = 0;  ///< half-life of a book's usual spread
  double widest_seen_ticks = 0;  ///< a wider spread counts as this
  double inventory_limit = 0;  ///< in standard sizes
  double limit_multiplier = 0;  ///< at most, of the price of a unit of inventory, at the limit
  double take_edge_ticks = 0;  ///< by which its reservation price crosses the book before it takes
  double loss_limit_bn = 0;  ///< daily; at it the firm leaves until tomorrow
  double cash_buffer_bn = 0;  ///< what the morning's repo leaves a firm of mean size, against the day's calls
  double night_size_share = 0;
};

struct Quote {
  base::Price price;
  std::int32_t lots = 0;                 ///< 0: the slot is empty
};

/// What quoting a book takes from volatility alone, the same for every firm; good as long as both inputs stand. Not part of the saved state.
struct Reading {
  double variance_bp2 = -1, uncertainty = -1;  ///< the inputs it was made from; no market has these
  double risk_half = 0;                        ///< the part of the half-spread that grows with risk, ticks
  double half = 0;                             ///< half-spread, ticks
  double size = 0;                             ///< standard size of the book over that of TY's
  double sigma_ratio = 1;                      ///< believed volatility over calm
  double adverse_half = 0;                     ///< half-spread that pays for what a fill tells, with usual flow, ticks
};
/// One a market and set of parameters: whoever looks first after volatility has moved reads it for all.
using Readings = std::array<Reading, world::kMostBooks>;

struct Firm {
  base::InstitutionId self;
  base::Draws draws;
  double speed = 1;                      ///< multiplies its reaction time: heterogeneity
  double scale = 1;                      ///< multiplies sizes
  world::Nodes belief{};                 ///< node yields, bp
  std::array<double, world::kMostBooks> own{};            ///< instrument's yield over the curve's, bp
  world::Nodes seen_public{};            ///< policy and passed-through premium already in the belief, bp
  std::array<std::int64_t, world::kMostBooks> seen_flow{};
  std::array<double, world::kMostBooks> flow_rate{};  ///< forecast, $bn ten-year equivalents a minute
  std::array<std::int64_t, world::kMostBooks> lots{}; ///< own inventory since the morning
  std::array<double, world::kMostBooks> paid_ticks{}; ///< lots x price, signed, since the morning
  std::array<std::array<Quote, 2 * kLevels>, world::kMostBooks> quotes{};
  std::array<double, world::kMostBooks> skew_ticks{};  ///< by which inventory shades the quotes, at the last quote
  std::array<double, world::kMostBooks> usual_skew_ticks{};  ///< slow average of that
  std::array<double, world::kMostBooks> seen_half_ticks{};  ///< half the book's usual spread
  double watched_min = 0;                ///< since it began
  double flow_variance = 0, usual_flow_variance = 0;  ///< of surprise flow over all books, ($bn ten-year equivalents)^2 a minute
  base::Time last_look;
  double net_lots = 0;                   ///< own net duration over all books, lots of the ten-year
  double result_bn = 0;                  ///< today's profit at mid
  std::uint8_t out = 0;                  ///< 1: loss limit reached, gone until tomorrow
  std::uint8_t opened = 0;

  template <class Archive>
  void fields(Archive& archive) {
    archive(self, draws, speed, scale, belief, own, seen_public, seen_flow, flow_rate, lots, paid_ticks, quotes, skew_ticks, usual_skew_ticks,
            seen_half_ticks, watched_min, flow_variance, usual_flow_variance, last_look, net_lots, result_bn, out, opened);
  }
};

/// Reasons of a wake: below kMostBooks, requote that book; kLook, look at everything; kOpen, a day begins.
constexpr std::uint16_t kLook = 100;
/// The public state changed: look at everything now; the next regular look stays where it was.
constexpr std::uint16_t kNews = 101;

/// The firm forms its first belief from the market's start.
void open_day(const world::View& view, const Parameters& p, Firm& firm);
/// Learns, then quotes every book, or only `reason`'s after a fill.
void wake(const world::View& view, const Parameters& p, Readings& readings, Firm& firm, std::uint16_t reason, world::Intents& out);
/// A resting quote of the firm was hit for `lots`. Returns true when the firm wants to requote at once.
bool on_fill(Firm& firm, std::size_t book, std::size_t slot, std::int64_t lots);
/// Lots that it wants more of at `price`, where a work-up is on that `taker_side` began, signed. On the taker's side as it takes from a
/// book; on the other as it quotes, up to where its quote would leave the price, less what it displays there.
std::int64_t joins(const world::View& view, const Parameters& p, Readings& readings, const Firm& firm, std::size_t book, base::Price price, base::Side taker_side);
/// The firm traded in a bond or a future, by an order or a quote of its own; a calendar spread is two such trades.
void on_trade(Firm& firm, std::size_t book, base::Side side, double price_ticks, std::int64_t lots);
/// A tenor's when-issued book opens, in which `signed_lots` was others' flow so far: what the firm thinks of the on-the-run it thinks of it.
void open_when_issued(Firm& firm, std::size_t node, std::int64_t signed_lots);
/// It closes: what the firm has bought there is the on-the-run from now on.
void close_when_issued(Firm& firm, std::size_t node);
/// Nothing of the firm rests in that book any more.
void forget_quotes(Firm& firm, std::size_t book);

}  // namespace haven::agents::principal_trading_firm
