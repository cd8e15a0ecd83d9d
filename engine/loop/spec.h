// The constant description of a run: the market, its people's parameters and opening balances, the outside world.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "agents/list.h"
#include "engine/funding/margin.h"
#include "engine/funding/repo.h"
#include "engine/scenario/scenario.h"
#include "engine/world/spec.h"

namespace haven::loop {

/// What a leverage regime gives an institution, or asks of it.
struct RuleTerms {
  double leverage_headroom_bn = 0;                        ///< dealers and custodians: exposure it may add to its opening one
  double hurdle_scale = 1;                                ///< of the cost of balance sheet relative to the population's
  double cleared_share = 0;                               ///< dealers: of client repo that nets at the clearing house
  double haircut = 0;                                     ///< on its repo, fraction
  std::string constraint;                                 ///< the rule that binds it
};

/// A regime that replaces the one in force at the start.
struct RuleChange {
  std::int32_t day = 0;                                   ///< from the opening of this trading day
  std::vector<RuleTerms> terms;                           ///< one an institution, same order
};

/// What an institution starts with, and the terms of the regime in force then.
struct Opening : RuleTerms {
  double scale = 1;                                       ///< size relative to its population's mean
  double cash_bn = 0;                                     ///< may be negative before the first funding morning
  std::array<double, world::kSecurities> holding_bn{};    ///< face
  std::array<double, world::kContracts> futures_bn{};     ///< face, long positive
  world::Nodes swaps_bn{};                                ///< notional, paying fixed positive
  std::vector<std::uint32_t> financiers;                  ///< index_in_kind of the dealers that finance it
  std::string parent;                                     ///< banking group
  double assets_bn = 0;                                   ///< money funds: assets
  std::optional<double> floor_share;                      ///< banks: of opening cash, what it keeps; none: its population's rule
  bool core = false;                                      ///< dealers: raises cash for others
  double maturing_share = 0;                              ///< of the notes and bonds that mature as an auction settles (scenario::Auction)
  base::InstitutionId line_from;                          ///< who lends on its committed line
  double line_bn = 0;                                     ///< its size; 0: none
  double line_spread_bp = 0;                              ///< over interest on reserves
};

/// What an institution holds of a security at the start: whole lots.
inline base::Face opening_face(const Opening& opening, base::SecurityId s) { return {static_cast<std::int64_t>(opening.holding_bn[s.v] * 1e4 + 0.5) * 100'000}; }

/// How a clearing house auctions what it takes over.
struct DefaultAuction {
  double notice_minutes = 0;  ///< from a default to its auction
  double piece_bn = 0;        ///< what one bid is for, ten-year equivalents
  double reserve_bp = 0;      ///< worst bid accepted, yield against the mid
};

/// How what a defaulter leaves is sold, and what an estate's assets fetch.
struct CloseOut {
  double hours = 0;          ///< over which lenders and estates sell
  double slice_minutes = 0;
  double child_bn = 0;       ///< largest request, ten-year equivalents
  double tolerance_bp = 0;   ///< worst yield against the mid
  double recovery_alpha = 1, recovery_beta = 1;  ///< Rogers and Veraart: of an estate's own assets, of what it receives
  std::optional<DefaultAuction> auction;         ///< none: houses work what they take over by orders alone
};

/// A repo of the first morning that was there before any was asked for. Overnight, as the others.
struct OpeningLoan {
  funding::RepoTerms terms;     ///< without days; without cash where `cash_follows`
  funding::ChainOf chain;       ///< whose collateral it is
  bool cash_follows = false;    ///< cash is the collateral's value that morning less the haircut
};

/// A tenor in which somebody borrows beyond tomorrow.
struct RepoTenor {
  std::int32_t days = 0;          ///< calendar days from start to end, then on to a business day
  double share = 0;               ///< of the cash that the borrower has in repo
  double spread_bp = 0;           ///< over the morning's overnight rate, fixed to the end
  std::int8_t notice_days = -1;   ///< business days after which either side may end it early; -1: nobody may
  std::uint8_t substitution = 0;  ///< 1: the borrower may put another security in the place of one that it wants back
};

/// When in the morning offers of repo meet bids, and which share of the day's is on the table by then.
struct RepoRound {
  base::Duration time_of_day;
  double share = 1;
};

/// Holders of a kind who lend single issues to those who must deliver them.
struct SpecialsLender {
  world::Kind kind = world::Kind::outside;
  double lendable_share = 0;                        ///< of what a member owns free of an issue
  double least_spread_bp = 0, most_spread_bp = 0;   ///< under general collateral, of its first and its last dollar
};

struct Spec {
  std::string name;
  world::WorldSpec world;
  agents::PopulationSpec population;
  std::vector<Opening> openings;                          ///< one an institution, same order
  std::optional<RuleChange> rule_change;
  scenario::ScenarioSpec scenario;
  std::vector<OpeningLoan> opening_network;               ///< by depth: what is passed on comes after what it is passed on from
  double interdealer_share = 0;                           ///< of a non-core dealer's funding that comes through core dealers
  double tri_party_cost_bp = 0, gcf_cost_bp = 0;          ///< of a dollar there over its rate, to the borrower, relative to DVP
  double tri_party_haircut = 0.02;
  funding::MarginRule futures_margin, swap_margin;
  funding::HaircutRule client_haircut;                    ///< base_hbp is each client's own, in Opening
  CloseOut close_out;
  std::array<std::vector<RepoTenor>, world::kKinds> term_repo;   ///< by the borrower's kind; empty: overnight alone
  std::vector<SpecialsLender> specials;                   ///< empty: no specific-collateral market
  std::int32_t buy_in_days = 0;                           ///< business days short and failing before a buy-in; 0: none
  std::optional<funding::MarginRule> ficc_margin;         ///< none: FICC asks for no margin
  std::vector<RepoRound> repo_rounds;                     ///< by time, the first at 07:00; empty: one round, at 07:00, that takes all
  double operating_cash_bn = 0.5;                         ///< a financed institution keeps this much over its buffer, per unit of scale

  /// In force on that trading day.
  const RuleTerms& terms(std::size_t institution, std::int32_t day) const {
    return rule_change && day >= rule_change->day ? rule_change->terms[institution] : openings[institution];
  }
};

/// Principal that the Treasury pays an institution on the day that the auction settles.
inline base::Money maturing(const Spec& spec, const scenario::Auction& auction, base::InstitutionId i) { return base::money_from_bn(auction.maturing_bn * spec.openings[i.v].maturing_share); }

}  // namespace haven::loop
