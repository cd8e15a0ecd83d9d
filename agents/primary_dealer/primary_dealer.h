// Primary dealers: quote to clients and in the interdealer books from inventory risk, adverse selection and the shadow
// cost of balance sheet; hedge duration in futures; make the swap-spread market; run matched-book repo.
//
// The shadow cost is the expected multiplier of the leverage constraint when next days' use is uncertain:
// hurdle x requirement x P(the constraint binds), see engine/regulation. It acts only on the side that adds use: a
// dealer at its limit still sells tightly (docs/model.md, "Primary dealers").
#pragma once

#include <array>

#include "engine/base/random.h"
#include "engine/world/intents.h"
#include "engine/world/view.h"

namespace haven::agents::primary_dealer {

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double look_interval_s = 0;
  double order_cost_bp = 0;  ///< yield bp, half-spread of an off-the-run request with no risk at all
  double adverse_share = 0;  ///< of the volatility over the time a hedge takes
  double hedge_minutes = 0;
  double skew_bp_per_bn = 0;  ///< bp per $bn ten-year equivalents of inventory away from its target, calm volatility
  double holding_days = 0;  ///< expected time a client's bond stays in inventory
  double own_impact_bp_per_bn = 0;  ///< how own client flow moves a dealer's view of a basket's spread
  double basket_half_life_days = 0;  ///< of that view back to zero
  double composite_half_life_days = 0;  ///< of that view to the market's composite
  double hedge_band_bn = 0;  ///< ten-year equivalents of net duration left unhedged
  double hedge_share = 0;  ///< of the excess, at each look
  double use_volatility = 0;  ///< s.d. of next days' use of a limit, for the chance constraint
  double calm_use = 0;  ///< use at which a frozen constraint is evaluated
  double multiplier_cap = 0;  ///< the multiplier's cap, in units of the regulatory cost
  double hurdle_bp = 0;  ///< annual cost of a dollar of exposure when the constraint binds, bp
  double var_limit_sigma_bn = 0;  ///< one-day VaR limit: $bn ten-year equivalents x calm sigma
  double var_cost_bp = 0;  ///< yield bp a full multiplier of the VaR limit adds
  double quote_lots = 0;  ///< interdealer quote size, lots
  double quote_sigmas = 0;  ///< interdealer half-spread, standard deviations of the yield over the time a quote stands
  double view_half_life_min = 0;  ///< of its view of the curve towards the books' mids
  double gap_half_life_days = 0;  ///< of a book's usual distance from that curve
  double swap_half_bp = 0;  ///< half-spread of spreadovers in calm
  double swap_lots = 0;  ///< spreadover quote size, lots of $100,000
  double swap_impact_bp_per_bn = 0;  ///< belief about the spread per $bn ten-year equivalents of surprise flow
  double swap_half_life_min = 0;  ///< belief towards the book's mid
  double swap_anchor_days = 0;  ///< half-life of the spread's return to its anchor when balance sheet is free
  double swap_cost_share = 0;  ///< of the shadow cost of balance sheet that the anchor carries
  double client_repo_spread_bp = 0;  ///< over its own funding, calm
  double facility_reluctance_bp = 0, facility_reluctance_sd_bp = 0;  ///< mean and own part of what it bids over a facility's or its line's price
  double hoarding = 0;      ///< of the collateral that it passes on for other dealers, held back in full stress
  double rollover_cut = 0;  ///< of a client's repo, not rolled over in full stress
  double full_stress_fails_bn = 0, full_stress_defaults = 0, full_stress_sigma = 0;  ///< each alone makes stress full
  double calm_sigma = 0;    ///< multiple of calm volatility below which it adds nothing
  double auction_reach = 0;           ///< all dealers' bids at an auction over the offering
  double auction_backstop_sigma = 0;  ///< of a day: how far over the market it bids at most for the share that it must bid for
};

constexpr std::size_t kSwapLevels = 2;

/// The last value of a costly pure function of two numbers. Not part of the saved state.
struct LastBinding {
  double use = -1, use_volatility = -1;  ///< the arguments; a use is never negative
  double probability = 0;
};

/// Risk of what a dealer holds, good as long as it holds just that. Not part of the saved state.
struct HeldRisk {
  std::array<base::Face, world::kSecurities> holdings{};
  std::array<std::int64_t, world::kListings> futures_lots{};
  std::array<std::int64_t, world::kNodes> swap_lots{};
  world::Nodes dv01{};     ///< away from its target, dollars per bp
  double variance = -1;    ///< of a calm day's result, dollars squared; negative: not computed yet
};

struct Dealer {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;                                        ///< share of the population's mean size
  double hurdle_scale = 1;                                 ///< its requirement over the one hurdle_bp is stated for
  double cleared_share = 0.3;                              ///< of its client repo that nets through the clearing house
  std::array<double, world::kBaskets> basket_view_bp{};    ///< its view of each basket's spread, change since the start
  world::Nodes curve_view_bp{};                            ///< node yields it believes in
  world::Nodes seen_public_bp{};                           ///< public news already in that view
  std::array<double, world::kOutrightBooks> usual_gap_bp{};  ///< of a book's yield over that curve's
  world::Nodes swap_view_bp{};                             ///< swap spreads it believes in
  world::Nodes seen_specific_bp{};
  std::array<std::int64_t, world::kNodes> seen_swap_flow{};
  std::array<std::int64_t, world::kSecurities> target_lots{};  ///< inventory it was built to carry
  std::array<std::int64_t, world::kNodes> presold_lots{};  ///< sold when-issued ahead of the award that it expects
  world::Nodes target_dv01{};                              ///< net duration of its opening book, hedged outside the model, dollars per bp
  std::array<std::array<std::int32_t, 2>, world::kNodes> cash_quote{};                 ///< price of the resting quote, per side
  std::array<std::array<std::int32_t, 2>, world::kNodes> cash_lots{};                  ///< remaining; 0: none
  std::array<std::array<std::int32_t, 2 * kSwapLevels>, world::kNodes> swap_quote{};
  std::array<std::array<std::int32_t, 2 * kSwapLevels>, world::kNodes> swap_lots{};
  base::Time last_look;
  std::uint8_t opened = 0;
  double use_leverage = 0, use_var = 0;                    ///< at the last look
  double cost_bp = 0;                                      ///< of balance sheet at that use, unless it is still due: read it by cost_bp()
  std::int64_t asked = 0, declined = 0;
  LastBinding var_binding{};
  HeldRisk risk{};
  std::uint8_t laid_off = 0;                               ///< 1: in a work-up since the last look
  std::uint8_t cost_due = 0;                               ///< not part of the saved state: settle() comes before

  template <class Archive>
  void fields(Archive& archive) {
    archive(self, draws, scale, hurdle_scale, cleared_share, basket_view_bp, curve_view_bp, seen_public_bp, usual_gap_bp, swap_view_bp, seen_specific_bp, seen_swap_flow, target_lots, presold_lots, target_dv01, cash_quote,
            cash_lots, swap_quote, swap_lots, last_look, opened, use_leverage, use_var, cost_bp, asked, declined, laid_off);
  }
};

enum class Decline : std::uint8_t { none, leverage, value_at_risk };

struct Request {
  bool is_book = false;      ///< a block in an instrument with a book (index = book), else a security
  std::uint16_t index = 0;
  base::Side client_side = base::Side::buy;
  std::int64_t lots = 0;
};

/// At which yield (or spread) the dealer deals, bp, or why it does not. What its limits add is costly to compute and makes the yield
/// worse for the client or leaves it as it is: it is asked for (dealing_bp) only where the rest does not decide.
struct Answer {
  Decline decline = Decline::none;
  double reservation_bp = 0;  ///< before what its limits add
  double private_bp = 0;      ///< a shift of its own
  double charge_sign = 0;     ///< of what its limits add; 0: nothing
  /// What it would deal at if its limits added nothing: the client gets no better.
  double best_bp() const { return reservation_bp + private_bp; }
};

/// Drops what was computed under another description of the market or other parameters.
inline void forget(Dealer& dealer) {
  dealer.var_binding = {};
  dealer.risk = {};
}
/// Cost of balance sheet at the last look, bp a year of a dollar of exposure. A look leaves it to whoever asks: most looks' costs
/// nobody asks for.
double cost_bp(const world::View& view, const Parameters& p, const Dealer& dealer);
/// Computes what the last look left over. Requires the parameters that the look was made with.
void settle(const world::View& view, const Parameters& p, Dealer& dealer);
void open_day(const world::View& view, const Parameters& p, Dealer& dealer);
void wake(const world::View& view, const Parameters& p, Dealer& dealer, world::Intents& out);
Answer answer(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request);
/// The yield (or spread) at which it deals. Requires the answer of this moment, and no decline.
double dealing_bp(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request, const Answer& answer);
/// The dealer's stream in a basket for a standard size.
world::Stream stream(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t basket);
/// Lots of a bond that it lays off at `price`, where a work-up is on in its interdealer book, signed: what it would else hedge in futures at
/// its next look, as far as it holds that much away from its target and the price is no worse than its own. Once a look.
std::int64_t joins(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t book, base::Price price);
/// It traded in a work-up.
inline void worked_up(Dealer& dealer) { dealer.laid_off = 1; }
/// A client dealt with it.
void on_request_trade(const world::View& view, const Parameters& p, Dealer& dealer, const Request& request);
/// A resting quote was hit.
void on_fill(Dealer& dealer, std::size_t book, base::Side side, std::size_t slot, std::int64_t lots);

/// The yield that a bond's or a future's book has by its view of the curve and the book's usual distance from it, bp.
double believed_bp(const world::View& view, const Dealer& dealer, std::size_t book);
/// Seconds between two looks, on average.
double look_interval_s(const world::View& view, const Parameters& p);

/// How far what everybody sees (fails, defaults, volatility) makes it distrust chains of collateral, in [0, 1].
double chain_stress(const world::View& view, const Parameters& p);
/// Share of what it does in calm that a core dealer raises for other dealers against their collateral.
double passed_on(const world::View& view, const Parameters& p);

/// What holding `more_bn` (ten-year equivalents) more of a security would cost it, yield bp over what it holds now at no cost:
/// inventory risk, and the shadow costs of its limits once it is long.
double carry_bp(const world::View& view, const Parameters& p, const Dealer& dealer, std::size_t security, double more_bn);
/// A piece of a cleared position in a dealer's eyes.
struct TakenOver {
  double yield_bp = 0;  ///< at which it takes it: of a future its yield, of a swap its rate
  double use_var = 0;   ///< use of its value-at-risk limit with it
};
/// What taking `lots` (signed: long, or paying fixed, positive) of a future, or of a swap (by its spreadover's book), over is worth to it
/// after `before` lots of the same. From its quotes: half-spread, inventory skew on net duration in the sector, and the shadow cost of its
/// value-at-risk limit if the piece brings it nearer. Cleared positions use no balance sheet.
TakenOver taken_over(const world::View& view, const Parameters& p, Dealer& dealer, std::size_t book, std::int64_t before, std::int64_t lots);
/// S.d. of the market's yield over the time that a hedge takes, bp.
double hedge_sigma_bp(const world::View& view, const Parameters& p);

/// What it would lend a client against Treasuries this morning.
struct RepoQuote {
  double rate_pct = 0;
  double most_bn = 0;
  double rolled_share = 1;  ///< of what a client asks of it
};
RepoQuote repo_quote(const world::View& view, const Parameters& p, const Dealer& dealer, double already_bn);

}  // namespace haven::agents::primary_dealer
