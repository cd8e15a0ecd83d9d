// The constant description of the market: what is traded, who is there, by which public rules. Filled once by the
// assembler; nothing in it changes during a run. Agents may read all of it: it holds no future.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/base/units.h"
#include "engine/instruments/anchor.h"
#include "engine/instruments/bond.h"
#include "engine/instruments/futures.h"
#include "engine/instruments/grid.h"
#include "engine/markets/work_up.h"

namespace haven::world {

/// Curve nodes: 2, 3, 5, 7, 10 and 30 years.
constexpr std::size_t kNodes = 6;
constexpr std::array<double, kNodes> kNodeYears = {2, 3, 5, 7, 10, 30};
using Nodes = std::array<double, kNodes>;
/// Instruments with an order book in every run: six on-the-run bonds, six futures, six spreadover packages.
constexpr std::size_t kBooks = 18;
/// Bonds and futures: the first twelve of them.
constexpr std::size_t kOutrightBooks = 12;
constexpr std::size_t kContracts = 6;
/// Where a config names a contract's next month: contract c's next is kContracts + c, its book kBooks + c, and the book of the
/// calendar spread between the two kBooks + kContracts + c. Those of contracts without a next are not listed.
constexpr std::size_t kListings = 2 * kContracts;
/// Where an auction has a when-issued book, that of node n is kBooks + 2 kContracts + n.
constexpr std::size_t kMostBooks = kBooks + 2 * kContracts + kNodes;
/// The book of a listing.
constexpr std::size_t book_of_listing(std::size_t listing) { return listing < kContracts ? kNodes + listing : kBooks + listing - kContracts; }
constexpr std::size_t calendar_book(std::size_t contract) { return kBooks + kContracts + contract; }
constexpr std::size_t when_issued_book(std::size_t node) { return kBooks + 2 * kContracts + node; }
/// Clearing houses, by index in their kind: CME, FICC, LCH.
constexpr std::size_t kHouses = 3;
/// Physical securities: six on-the-run bonds, six off-the-run baskets (one a futures contract), bills.
constexpr std::size_t kSecurities = 13;
constexpr std::size_t kBaskets = 6;
constexpr std::size_t kTenYearNode = 4;

enum class Kind : std::uint8_t {
  primary_dealer, custody_bank, bank, basis_fund, swap_spread_fund, principal_trading_firm, government_money_fund,
  prime_money_fund, home_loan_bank, foreign_official, foreign_private, asset_manager, bond_fund, liability_investor,
  mortgage_hedger, household, customer, noise, central_counterparty, central_bank, treasury, outside, residue, count
};
constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::count);
/// The kind's name in configs, results and the page.
const char* to_string(Kind kind);

/// Clearing houses, the central bank, the Treasury and the accounts of the outside world cannot default.
constexpr bool can_default(Kind kind) {
  switch (kind) {
    case Kind::central_counterparty:
    case Kind::central_bank:
    case Kind::treasury:
    case Kind::outside:
    case Kind::residue:
    case Kind::count: return false;
    default: return true;
  }
}

/// When-issued: the bond for settlement on the issue date of its next auction. A calendar spread is the nearer contract bought and its next
/// sold; its level is the difference of their prices, points.
enum class BookKind : std::uint8_t { cash, futures, when_issued, spreadover, calendar };

/// A traded instrument with an order book.
struct Instrument {
  std::string name;                ///< "10y", "TY", "swap_10y"; empty: not listed
  BookKind kind = BookKind::cash;
  std::uint16_t index = 0;         ///< security (also of when-issued), listing or tenor index within its kind; of a calendar spread the nearer contract
  instruments::PriceGrid grid;
  Nodes weight{};                  ///< the instrument's yield moves by weight . (node yields)
  double spread_bp = 0;            ///< its yield over weight . nodes at the start (deliverable or benchmark premium)
  instruments::PriceAnchor anchor; ///< price of a yield near the start
  double dv01_per_lot = 0;         ///< dollars per bp per lot of $100,000
  double ten_year_equivalent = 0;  ///< dv01_per_lot over that of the on-the-run ten-year
  std::int64_t lot_multiple = 1;   ///< orders are whole multiples of this many lots (2 for TU)
  double calm_volume_bn = 0;       ///< what noise trades in it on a day of calm volatility, face; public
  double calm_sigma_points = 0;    ///< of a calendar spread: makers' prior of its daily standard deviation
};

enum class SecurityKind : std::uint8_t { on_the_run, off_the_run, bill };

/// A physical security: an on-the-run issue, an off-the-run basket mapped to a contract, or bills.
struct Security {
  std::string name;  ///< "10y", "off_TY", "bills"
  SecurityKind kind = SecurityKind::on_the_run;
  base::Face issued;
  Nodes weight{};
  double spread_bp = 0;
  instruments::PriceAnchor anchor;
  instruments::Bond bond;  ///< not of bills
  double dv01_per_lot = 0;
  double ten_year_equivalent = 0;
  double customer_volume_bn = 0;  ///< what customers without a name trade with dealers on a day of calm volatility, face; public
};

/// A bond that the short may deliver. Its yield moves by weight . (node yields), spread_bp over it.
struct Candidate {
  std::string name;              ///< coupon and maturity: "4.5_2031-12-31"
  instruments::Deliverable deliverable;
  Nodes weight{};
  double spread_bp = 0;
};

/// A contract month. Its next is listed where `has_next`.
struct Contract {
  std::string name;              ///< "TY"; of a next its month too, "TYM5"; empty: not listed
  std::string month_name;        ///< "TYH5"
  instruments::Deliverable deliverable;  ///< the basket's bond with its factor
  double conversion_factor = 1;  ///< of the cheapest to deliver
  std::uint16_t basket = 0;      ///< SecurityId of the deliverable basket
  base::Date first_intention;    ///< from this day on a long may have to take delivery
  base::Date last_trading;
  base::Date delivery;           ///< last delivery date
  bool has_next = false;
  std::vector<base::Date> roll_days;  ///< business days before the first intention day on which positions are rolled into the next
  double roll_tolerance_ticks = 0;  ///< of the calendar spread, worst price of a roll against its mid
  std::vector<Candidate> candidates;  ///< bonds among which the cheapest to deliver is sought anew each day; empty: the basket's stays it
};

struct Institution {
  std::string name;
  Kind kind = Kind::outside;
  std::uint32_t index_in_kind = 0;
  std::uint64_t name_key = 0;
};

/// Feedbacks that can be frozen at their calm value, one by one. docs/model.md tables what each freezes.
enum class Channel : std::uint8_t {
  fundamental, basis_unwind, swap_spread_unwind, dealer_leverage, dealer_var, fast_trader_withdrawal,
  margin_procyclicality, haircut_procyclicality, fund_redemption, foreign_selling, collateral_chain, fiscal_premium,
  count
};
constexpr std::size_t kChannels = static_cast<std::size_t>(Channel::count);
const char* to_string(Channel channel);

/// How the premium that real money requires depends on public beliefs (MODEL: fear lowers it while confidence holds,
/// lost confidence raises it, part of that rise belonging to Treasuries alone).
struct Beliefs {
  double fear_coefficient_bp = 0;      ///< bp of ten-year premium per point of uncertainty above the threshold
  double fear_threshold = 20;          ///< uncertainty index points
  double confidence_premium_bp = 0;    ///< ten-year premium when confidence is wholly lost
  double treasury_specific_share = 0;  ///< part of it that does not move swaps
  double pass_through = 0;             ///< share of a public change that quoting agents take over at once
  double fiscal_premium_bp = 0;        ///< premium per unit of the public fiscal index
  Nodes premium_loading{};             ///< relative to the ten-year
  Nodes policy_loading{};              ///< node's policy-expectation move per bp of the two-year's
};

/// Makers' common prior of how node yields move together, per day: standard deviation (bp) and correlation. Public news of
/// the policy rate is a part of it, known to all when it comes; the rest is what flow tells of.
struct Covariance {
  Nodes sigma_bp{};
  std::array<Nodes, kNodes> correlation{};
  double policy_sigma_bp = 0;              ///< daily s.d. of public policy news at the two-year
  std::array<Nodes, kNodes> learned{};     ///< covariance less that of policy news, over the ten-year's: set by split_off_policy()
};

/// `covariance.learned` from its other members.
void split_off_policy(Covariance& covariance, const Nodes& policy_loading);

struct PolicyRates {
  double iorb_pct = 0, on_rrp_pct = 0, standing_repo_pct = 0, target_lower_pct = 0;
  double overnight_overdraft_pct = 0;  ///< what the central bank charges an account that ends the day below zero
};

struct WorldSpec {
  std::vector<base::Date> days;        ///< trading days, warm-up first
  std::vector<base::Date> settle;      ///< T+1 settlement day of each
  std::vector<Instrument> books;       ///< kBooks, cash then futures then spreadover; kMostBooks where a contract has a next or an auction is traded before its issue
  std::vector<Security> securities;    ///< kSecurities
  std::vector<Contract> contracts;     ///< kContracts, or kListings
  std::vector<Institution> institutions;
  base::InstitutionId outside, residue, ficc, cme, lch, fed, treasury;
  Nodes start_yield_bp{};              ///< par yields at the close before the first day
  Nodes start_swap_spread_bp{};
  Beliefs beliefs;
  Covariance covariance;
  PolicyRates rates;
  double private_coupon_debt_bn = 0;   ///< notes and bonds outside the central bank before the first day, face
  double start_uncertainty = 0;        ///< calm level of the uncertainty index (VIX-like)
  std::bitset<kChannels> frozen;
  double fidelity = 10;                ///< 1 is market scale; 10 means lots ten times larger, messages ten times fewer
  std::optional<markets::WorkUpRules> work_up;  ///< in the bonds' books; none: a trade there is over when its order is
  double sofr_trim = 0.20;             ///< lowest-rate share of DVP volume removed
  double swap_sigma_bp = 1;            ///< prior daily s.d. of a swap spread

  bool is_frozen(Channel c) const { return frozen.test(static_cast<std::size_t>(c)); }
  /// Whether some contract has a next one.
  bool rolls() const { return contracts.size() > kContracts; }
  bool has_next(std::size_t contract) const { return rolls() && contracts[contract].has_next; }
  /// Whether there are books beyond those of every run.
  bool has_more_books() const { return books.size() > kBooks; }
  bool has_when_issued(std::size_t node) const { return has_more_books() && !books[when_issued_book(node)].name.empty(); }
  bool is_listed(std::size_t listing) const { return listing < kContracts || has_next(listing - kContracts); }
};

}  // namespace haven::world
