// What one institution may see: public data and its own books. There is no way from here to another institution, to
// the scenario's path or to the order of the queue.
#pragma once

#include <algorithm>
#include <span>

#include "engine/base/random.h"
#include "engine/funding/rates.h"
#include "engine/world/world.h"

namespace haven::world {

/// A read-only window on the world for one institution at one moment. Cheap to make and copy; never kept.
class View {
 public:
  View(const WorldSpec& spec, const World& world, base::InstitutionId self) : spec_(&spec), world_(&world), self_(self) {}

  const WorldSpec& spec() const { return *spec_; }
  base::Time now() const { return world_->now; }
  std::int32_t day() const { return world_->day; }
  const PublicState& outside() const { return world_->outside; }
  const MarketData& book(std::size_t i) const { return world_->books_data[i]; }
  const BasketData& basket(std::size_t i) const { return world_->baskets[i]; }
  const FundingData& funding() const { return world_->funding; }
  bool two_sided(std::size_t i) const { return book(i).has_bid && book(i).has_ask; }
  /// Cash trading is thin between the evening open and 07:00.
  bool night() const {
    const auto t = base::time_of_day(now());
    return t < base::hours(7) || t >= base::hours(17);
  }
  /// Minutes until 17:00; large in the evening session.
  double minutes_to_day_end() const {
    const auto left = base::hours(17).ns - base::time_of_day(now()).ns;
    return left < 0 ? 1440.0 : static_cast<double>(left) / 6e10;
  }

  /// Dollars a tick is worth for one lot.
  double dollars_per_tick(std::size_t i) const { return world_->dollars_per_tick[i]; }
  /// Yield (or swap spread) of a book at a price in ticks, bp.
  double yield_of_ticks(std::size_t i, double ticks) const { return world::yield_of_ticks(spec_->books[i], ticks); }
  double ticks_of_yield(std::size_t i, double yield_bp) const { return world::ticks_of_yield(spec_->books[i], yield_bp); }
  double mid_yield_bp(std::size_t i) const { return yield_of_ticks(i, book(i).mid_ticks); }
  /// The market's par yield at a node: the on-the-run's mid.
  double node_yield_bp(std::size_t node) const { return world_->prices(*spec_).node_bp[node]; }
  /// Yield of a combination of nodes read off the market.
  double curve_bp(const Nodes& weight) const {
    const Nodes& node_bp = world_->prices(*spec_).node_bp;
    double y = 0;
    for (std::size_t n = 0; n < kNodes; ++n) {
      if (weight[n] != 0) y += weight[n] * node_bp[n];
    }
    return y;
  }
  /// The prior daily volatility of a book's yield, bp.
  double calm_sigma_bp(std::size_t i) const { return world_->calm_sigma_bp[i]; }
  /// Realised daily volatility of a book's yield, bp.
  double realised_sigma_bp(std::size_t i) const { return base::sqrt(book(i).variance_bp2); }
  /// Market premium of a node over the expected-rates path, change since the start, bp.
  double premium_change_bp(std::size_t node) const {
    return node_yield_bp(node) - spec_->start_yield_bp[node] - policy_bp(spec_->beliefs, outside(), node);
  }

  /// What public news alone has done to a node's yield since the start as quoting institutions see it: the policy
  /// expectation and the share of the required premium that they pass through at once, bp.
  double public_change_bp(std::size_t node) const {
    const auto& b = spec_->beliefs;
    return policy_bp(b, outside(), node) + b.pass_through * required_premium_bp(b, outside(), node);
  }

  base::InstitutionId self() const { return self_; }
  /// Cash that it must find: calls not yet paid and what it owes on its line, less its cash; 0 when it has enough, $bn.
  double cash_need_bn() const { return std::max(0.0, base::to_bn(own().call_due) + line_drawn_bn() - cash_bn()); }
  /// What it owes on its committed line, principal, $bn.
  double line_drawn_bn() const { return base::to_bn(world_->credit.line(self_).drawn); }
  /// What it may still draw on that line, $bn, and the line's price over interest on reserves.
  double line_undrawn_bn() const { return base::to_bn(world_->credit.undrawn(self_)); }
  double line_spread_bp() const { return world_->credit.line(self_).spread_hbp * 0.01; }
  /// A standard normal that it carries for life: fixed by its name and `which`, the same in every run.
  double trait(std::uint32_t which) const {
    return base::Draws{0, spec_->institutions[self_.v].name_key, 0, which}.normal(base::Purpose::heterogeneity);
  }
  std::uint32_t index_in_kind() const { return spec_->institutions[self_.v].index_in_kind; }
  const Account& own() const { return world_->accounts[self_.v]; }
  double cash_bn() const { return base::to_bn(world_->ledger.cash(self_)); }
  /// What it would have had it lent nothing yet in the rounds of this morning's repo.
  double morning_cash_bn() const { return cash_bn() + base::to_bn(own().lent_this_morning); }
  /// What its trades that have not settled will bring (negative: cost), $bn.
  double unsettled_cash_bn() const { return base::to_bn(world_->ledger.unsettled_cash(self_)); }
  /// Economic holding of a security, lots of $100,000 (negative: short).
  std::int64_t holding_lots(std::size_t security) const {
    return world_->ledger.position(self_, base::SecurityId{static_cast<std::uint16_t>(security)}).v / 100'000;
  }
  /// Share of its short position in a security that it has sold and could not deliver this morning; 0 when it is not short.
  double undelivered_share(std::size_t security) const {
    const base::SecurityId id{static_cast<std::uint16_t>(security)};
    const base::Face held = world_->ledger.position(self_, id), due = world_->ledger.due(self_, id);
    return held.v < 0 && due.v < 0 ? std::min(1.0, static_cast<double>(due.v) / static_cast<double>(held.v)) : 0.0;
  }
  /// What a fail to deliver costs a year, percent: the charge, and overnight interest on the money that has not come.
  double fail_cost_pct() const {
    return funding().sofr_pct + 1e-4 * funding::fails_rate_hbp(static_cast<std::int32_t>(spec_->rates.target_lower_pct * 1e4 + 0.5));
  }
  std::span<const base::Face> holdings() const { return world_->ledger.positions(self_); }
  std::span<const std::int64_t> futures_lots() const { return world_->ledger.futures(self_); }
  std::span<const std::int64_t> swap_lots() const { return world_->ledger.swaps(self_); }
  std::int64_t futures_lots(std::size_t contract) const { return world_->ledger.futures(self_, ledger::FuturesId{static_cast<std::uint16_t>(contract)}); }
  /// Swap notional, lots; positive pays fixed (is long the spreadover package).
  std::int64_t swap_lots(std::size_t tenor) const { return world_->ledger.swaps(self_, ledger::TenorId{static_cast<std::uint16_t>(tenor)}); }
  /// Yields and prices of all securities at the market.
  const MarketPrices& prices() const { return world_->prices(*spec_); }
  /// Price of a security at the market's curve, points per 100 face. Baskets carry their composite spread.
  double security_price(std::size_t security) const { return world_->security_price(*spec_, security); }
  /// The same with interest accrued at today's settlement: what repo lends against.
  double security_dirty(std::size_t security) const { return world_->security_dirty(*spec_, security); }
  /// Own exposure to each node's yield: dollars per bp fall in yields, from cash, futures and swaps.
  Nodes own_dv01() const;
  /// Initial margin rate of a contract, points of price.
  double futures_margin_points(std::size_t listing) const { return world_->margin_points[listing]; }
  /// Annualised implied repo rate of buying the deliverable basket and selling the future, percent.
  double implied_repo_pct(std::size_t listing) const { return world_->implied_repo_pct(*spec_, listing); }
  /// Which of a contract and its next most hold, and its book (World::lead_listing, lead_book).
  std::size_t lead_listing(std::size_t contract) const { return world_->lead_listing(contract); }
  std::size_t lead_book(std::size_t i) const { return world_->lead_book(i); }
  /// World::measured_as.
  std::size_t measured_as(std::size_t i) const { return world_->measured_as(i); }
  /// What is known of a tenor's next auction; World::when_issued_bp.
  const WhenIssued& when_issued(std::size_t node) const { return world_->when_issued[node]; }
  double when_issued_bp(std::size_t node) const { return world_->when_issued_bp(*spec_, node); }
  /// Whether anything can be traded in a book: it is listed, its contract's last trading day is not over, its bond is announced and not issued.
  bool is_open(std::size_t i) const {
    if (i < kNodes || (i >= kOutrightBooks && i < kBooks)) return true;
    if (i < kOutrightBooks) return world_->delivered[i - kNodes] == 0;
    if (i >= when_issued_book(0)) return world_->when_issued[i - when_issued_book(0)].open != 0;
    const std::size_t contract = (i - kBooks) % kContracts;
    return spec_->has_next(contract) && (i < calendar_book(0) || world_->delivered[contract] == 0);
  }
  /// Size of today's book trading so far, lots.
  std::int64_t volume_today_lots(std::size_t i) const { return book(i).volume_lots; }

 private:
  const WorldSpec* spec_;
  const World* world_;
  base::InstitutionId self_;
};

}  // namespace haven::world
