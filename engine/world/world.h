// Everything that changes in the market itself: books, ledger, contracts, collateral, public data. Institutions' own
// minds are in agents; the queue is in the loop.
#pragma once

#include <array>
#include <vector>

#include "engine/base/journal.h"
#include "engine/funding/collateral.h"
#include "engine/funding/contracts.h"
#include "engine/funding/credit.h"
#include "engine/ledger/ledger.h"
#include "engine/markets/order_book.h"
#include "engine/world/account.h"
#include "engine/world/market_data.h"
#include "engine/world/public_state.h"
#include "engine/world/spec.h"

namespace haven::world {

/// Yield, or swap spread, of a book at a price in ticks, bp; of a calendar spread its level, points.
inline double yield_of_ticks(const Instrument& book, double ticks) {
  const double level = ticks / book.grid.ticks_per_unit;
  return book.kind >= BookKind::spreadover ? level : book.anchor.yield_bp(level);
}
inline double ticks_of_yield(const Instrument& book, double yield_bp) {
  return (book.kind >= BookKind::spreadover ? yield_bp : book.anchor.price_points(yield_bp)) * book.grid.ticks_per_unit;
}

/// The market's yields and prices of securities, computed from what stands in `at`; not part of the saved state.
struct MarketPrices {
  std::array<double, kNodes + kBaskets> at{};  ///< mids of the on-the-run books, ticks, then of the baskets, bp
  const WorldSpec* spec = nullptr;             ///< none: not computed yet
  Nodes node_bp{};                             ///< par yields of the nodes
  std::array<double, kSecurities> yield_bp{}, price_points{};
};

/// What everybody knows of a tenor's next auction while it is traded when-issued.
struct WhenIssued {
  std::uint8_t open = 0;       ///< 1: its book is open
  base::Date from, auction, settles;
  std::int32_t dealers = 1;    ///< primary dealers that may bid
  double offered_bn = 0;
  double dealers_share = 0;    ///< what they together usually are awarded
  double noise_share = 0;      ///< of the orders of noise in the tenor
  double accrued_points = 0;   ///< interest accrued on the issue date
};

struct World {
  base::Time now;
  std::int32_t day = 0;
  base::Time next_open;                             ///< when the market is closed: the next session's start; 0 in a session
  PublicState outside;
  std::array<MarketData, kMostBooks> books_data{};
  std::array<BasketData, kBaskets> baskets{};
  FundingData funding;
  std::array<double, kMostBooks> dollars_per_tick{};
  std::array<double, kMostBooks> calm_sigma_bp{};
  std::array<double, kSecurities> accrued_points{};  ///< interest accrued at today's settlement date, points
  std::array<base::Money, kSecurities> coupon_due{};  ///< on $1m, due before what trades today settles: its holders of today get it
  std::array<double, kListings> margin_points{};    ///< initial margin of a futures lot, points of price
  std::array<double, kNodes> swap_margin_bp{};      ///< initial margin of a swap, bp of rate
  std::vector<markets::OrderBook> books;
  ledger::Ledger ledger;
  funding::Contracts contracts;
  funding::Collateral collateral;
  funding::Credit credit;
  std::vector<Account> accounts;
  std::array<std::uint8_t, kContracts> next_leads{};   ///< 1: more is open in the contract's next than in itself, since that day's open
  std::array<std::uint8_t, kContracts> delivered{};    ///< 1: the contract's trading has ended and what was open has been delivered
  std::array<WhenIssued, kNodes> when_issued{};
  base::Journal journal;
  std::uint64_t events = 0, orders = 0, trades = 0, rejected = 0;

  /// Yields and prices at the market now: computed anew only when a mid has moved.
  const MarketPrices& prices(const WorldSpec& spec) const;
  /// Market yield of a security, bp: the curve's, and for a basket its composite spread.
  double security_yield_bp(const WorldSpec& spec, std::size_t security) const { return prices(spec).yield_bp[security]; }
  /// Clean price per 100 face at the market.
  double security_price(const WorldSpec& spec, std::size_t security) const { return prices(spec).price_points[security]; }
  /// Clean price and accrued interest.
  double security_dirty(const WorldSpec& spec, std::size_t security) const { return security_price(spec, security) + accrued_points[security]; }
  /// The listing that most hold, and its book: the contract itself, or its next once more is open there. Who hedges, measures or
  /// begins a position does it in this one.
  std::size_t lead_listing(std::size_t contract) const { return next_leads[contract] ? kContracts + contract : contract; }
  /// Other books than the contracts' are their own lead.
  std::size_t lead_book(std::size_t book) const {
    return book >= kNodes && book < kOutrightBooks && next_leads[book - kNodes] ? book - kNodes + kBooks : book;
  }
  /// Where `book` counts among the first kOutrightBooks by which statistics are kept: itself, a contract's for its lead; kMostBooks: nowhere.
  std::size_t measured_as(std::size_t book) const {
    if (book < kNodes) return book;
    if (book < kOutrightBooks) return next_leads[book - kNodes] ? kMostBooks : book;
    if (book >= kBooks && book < kBooks + kContracts && next_leads[book - kBooks]) return book - kBooks + kNodes;
    return kMostBooks;
  }
  /// The market's yield of the bond to be auctioned, bp: its when-issued book's mid, or the on-the-run's where there is none.
  double when_issued_bp(const WorldSpec& spec, std::size_t node) const {
    const std::size_t book = when_issued_book(node);
    return when_issued[node].open ? yield_of_ticks(spec.books[book], books_data[book].mid_ticks) : security_yield_bp(spec, node);
  }
  /// Net face that an institution has bought for the issue date of a tenor's next auction; cash trades of its eve count.
  base::Face forward(base::InstitutionId i, std::size_t node) const {
    return when_issued[node].open ? ledger.unsettled(i, base::SecurityId{static_cast<std::uint16_t>(node)}, when_issued[node].settles) : base::Face{};
  }
  /// By how much what it bought for issue dates is worth more than for today's settlement, $bn: the interest that accrues between.
  double forward_accrual_bn(base::InstitutionId i) const {
    double bn = 0;
    for (std::size_t n = 0; n < kNodes; ++n) {
      if (when_issued[n].open) bn += static_cast<double>(forward(i, n).v) * 1e-9 * (when_issued[n].accrued_points - accrued_points[n]) * 0.01;
    }
    return bn;
  }
  /// Lots that are open in a listing: what its longs hold.
  std::int64_t open_interest(std::size_t listing) const;
  /// Annualised return of buying the basket now and delivering it into the future, percent, carry included.
  double implied_repo_pct(const WorldSpec& spec, std::size_t listing) const;
  /// Dollars per bp fall of each node's yield that an institution's cash and futures make.
  Nodes dv01(const WorldSpec& spec, base::InstitutionId i) const;
  /// Market value of cash positions, futures and swaps since their last settlement, cash, margin and default-fund
  /// contributions, less all debts, $bn. What an estate may still pay counts for nothing.
  double equity_bn(const WorldSpec& spec, base::InstitutionId i) const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(now, day, next_open, outside, books_data, baskets, funding, dollars_per_tick, calm_sigma_bp, accrued_points, coupon_due, margin_points, swap_margin_bp,
            books, ledger, contracts, collateral, credit, accounts, next_leads, delivered, when_issued, journal, events, orders, trades, rejected);
  }

  mutable MarketPrices last_prices;
};

/// Value in money of a cleared position at a settlement price in ticks: futures lots, or swap lots whose price is the
/// swap rate in ticks of the spreadover grid (paying fixed gains as the rate rises).
base::Money cleared_value(const Instrument& book, std::int64_t lots, std::int64_t ticks);

}  // namespace haven::world
