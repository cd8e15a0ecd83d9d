// The market's day outside the books: funding, settlement, margin, auctions, marks.
#pragma once

#include "engine/funding/repo.h"
#include "engine/funding/repo_auction.h"
#include "engine/loop/market.h"
#include "engine/markets/auction.h"

namespace haven::loop {

/// What one clearing house asks of (or pays to) one institution in one payment phase.
struct NetCall {
  base::InstitutionId institution, house;
  std::uint64_t name = 0;
  base::Money variation, initial;
  base::Money total() const { return variation + initial; }
};

/// Scratch that the phases reuse; results of the last phase only.
struct PhaseScratch {
  std::vector<funding::ContractId> maturing;
  std::vector<funding::Fail> fails, failed_returns;
  funding::Maturities maturities;
  funding::Deliveries deliveries;
  std::vector<base::Money> per_million;
  std::vector<funding::RepoStep> supply, demand;
  std::vector<funding::RepoMatch> matches;
  std::vector<funding::RepoTrade> trades;
  std::vector<funding::MarginCall> due;
  std::vector<base::Money> trade_per_million;
  std::vector<NetCall> net_calls;
  std::vector<funding::ContractId> ending;
  world::Supply steps;
  funding::RepoAuction auction;
  markets::AuctionBids bids;
  markets::AuctionResult awards;
  std::vector<std::int64_t> awarded_lots;  ///< by institution

  /// Room for the bids of that many institutions.
  void reserve_auctions(std::size_t institutions) {
    constexpr std::size_t kMostBids = 8;  // of a dealer
    bids.reserve(kMostBids * institutions);
    awards.awards.reserve(kMostBids * institutions);
    awarded_lots.reserve(institutions);
  }
};

/// 07:00: overnight repo matures, yesterday's trades settle, money funds take in and pay out, repo is made.
void funding_morning(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// After 07:00, where the config makes repo in rounds: round number `round`.
void repo_round(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch, std::size_t round);
/// A dealer whose repo is still being made pays out of its clearing bank's credit within the day.
bool has_daylight_credit(const Spec& spec, const world::World& w, base::InstitutionId id);
/// Taxes and deposits drawn, member by member in proportion to size.
void make_payment(const Spec& spec, State& state, const scenario::Payment& payment);
/// The market's rate of a cleared swap, ticks of its spreadover's grid.
std::int64_t swap_rate_ticks(const Spec& spec, const world::World& w, std::size_t tenor);
/// 15:00 (and noon): marks every cleared position; what it moved is called and due at `due`.
void mark_cleared(const Spec& spec, State& state, base::Time due);
/// 08:30 and 14:30: every call that is due is paid out of cash, then out of the committed line, or is a default. Houses pay
/// out what they owe after they have collected.
void pay_margin(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// 17:00: what is negative is drawn on the committed line, or is a default.
void end_overdrafts(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// After repo is made: loans on committed lines are repaid out of cash beyond the calls that are due.
void repay_lines(const Spec& spec, State& state);
/// Draws on the committed line so that cash is at least `needed`, as far as it goes.
void draw_to(const Spec& spec, State& state, base::InstitutionId id, base::Money needed);
/// Interest on reserves, in 1/100 bp: what committed lines are priced over.
std::int32_t reference_hbp(const Spec& spec);
/// Initial margin of all positions at the levels in force, $bn, at the futures and at the swaps house.
struct MarginRequired {
  double futures_bn = 0, swaps_bn = 0;
};
MarginRequired margin_required(const world::WorldSpec& spec, const world::World& w, base::InstitutionId id);
/// Interest accrued when today's trades settle, and coupons due before that.
void accrue(const Spec& spec, world::World& w);
/// Coupon of $1m that falls in (after, until].
base::Money coupon_between(const world::Security& security, base::Date after, base::Date until);
/// What $1m of each security trades at today, accrued interest at settlement included, into `out`.
void trade_values(const world::WorldSpec& spec, const world::World& w, std::vector<base::Money>& out);
/// What $1m in the box is worth: the same, and the coupon that comes before today's trades settle.
void collateral_values(const world::WorldSpec& spec, const world::World& w, std::vector<base::Money>& out);
/// 13:00: collects bids, awards, and settles T+1.
void hold_auctions(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// 17:00: margin requirements and haircuts for tomorrow, equity marks, defaults.
void end_day(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// Dealers' and custodians' capacity under the leverage rule, and their exposure, from the repo book.
void update_leverage(const Spec& spec, State& state);

}  // namespace haven::loop
