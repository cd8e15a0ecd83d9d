#include "tools/assemble/assembler.h"

#include <cmath>
#include <cstdio>

#include <Eigen/Cholesky>

#include "engine/instruments/futures.h"
#include "engine/instruments/swap.h"

namespace haven::assemble {

using world::kBaskets;
using world::kContracts;
using world::kNodes;
using world::kOutrightBooks;

namespace {

// Where a maturity lies between nodes, linear in years, flat outside.
world::Nodes weights(double years) {
  world::Nodes w{};
  if (years <= world::kNodeYears.front()) {
    w.front() = 1;
    return w;
  }
  for (std::size_t n = 1; n < kNodes; ++n) {
    if (years > world::kNodeYears[n]) continue;
    const double right = (years - world::kNodeYears[n - 1]) / (world::kNodeYears[n] - world::kNodeYears[n - 1]);
    w[n - 1] = 1.0 - right;
    w[n] = right;
    return w;
  }
  w.back() = 1;
  return w;
}

// Calendar days from before the first day of a roll to the end of the month that is rolled out of: 60 business days, the month, and holidays.
constexpr std::int32_t kLongestRoll = 150;

// Years for which the bonds that go into a contract are taken to have been issued.
int term_of(const instruments::ContractSpec& contract) { return contract.name == "TU" || contract.name == "FV" ? 5 : contract.name == "US" || contract.name == "UB" ? 30 : 10; }

}  // namespace

void Assembler::calendar() {
  const auto& c = run_->calendar();
  const base::Date from = date(c.from()), scored = date(c.scored_from()), to = date(c.to());
  spec().name = run_->name();
  if (!(from < scored && scored <= to)) {
    fault("calendar.scored_from", c.from() + " .. " + c.scored_from() + " .. " + c.to(), "dates in that order, with warm-up before the first scored day");
    stop_on_faults();
  }
  // Two calendar days a business day and the fortnight of holidays in a roll's days are more than enough.
  calendar_ = instruments::government_bond_calendar(base::Date{from.v - 2 * c.extra_calm_days() - kLongestRoll}, base::Date{to.v + 400});
  const auto& business_days = calendar_.business_days();
  const auto extra = static_cast<std::ptrdiff_t>(c.extra_calm_days());
  for (auto d = std::lower_bound(business_days.begin(), business_days.end(), from) - extra; d != business_days.end() && *d <= to; ++d) {
    world().days.push_back(*d);
    world().settle.push_back(calendar_.next_business_day(*d));
  }
  if (world().days.empty() || world().days.size() > 65000) {
    fault("calendar.from", std::to_string(world().days.size()) + " trading days", "1 to 65000");
    stop_on_faults();
  }
  trading_day("calendar.scored_from", c.scored_from());
  trading_day("calendar.to", c.to());
  stop_on_faults();
  const auto first_scored = std::lower_bound(world().days.begin(), world().days.end(), scored) - world().days.begin();
  experiment_.first_scored_day = static_cast<std::size_t>(first_scored);
  experiment_.calm_from = static_cast<std::size_t>(c.extra_calm_days() + c.burn_in_days());
  experiment_.calm_to = static_cast<std::size_t>(first_scored) - 1;
  if (experiment_.calm_from > experiment_.calm_to) fault("calendar.burn_in_days", std::to_string(c.burn_in_days()) + " days", "fewer than the warm-up's " + std::to_string(first_scored - c.extra_calm_days()));
  stop_on_faults();
}

instruments::Bond Assembler::bond(const std::string& path, double coupon_pct, const std::string& maturity, int years) {
  const auto coupon = instruments::CouponRate{static_cast<std::int32_t>(std::lround(coupon_pct * 1000.0))};
  const instruments::Bond b = instruments::bond_of_term(coupon, years, date(maturity));
  if (!instruments::is_regular(b) || b.maturity <= world().settle.back()) fault(path + ".maturity", maturity, "the 15th or last day of a month after the run's end");
  return b;
}

void Assembler::market() {
  const auto& m = run_->market();
  auto& w = world();
  w.fidelity = m.fidelity();
  if (m.has_work_up()) w.work_up = {base::Duration{std::llround(m.work_up().private_s() * 1e9)}, base::Duration{std::llround(m.work_up().public_s() * 1e9)}};
  w.start_uncertainty = m.calm_uncertainty();
  w.swap_sigma_bp = m.swap_sigma_bp();
  w.covariance.policy_sigma_bp = m.policy_sigma_bp();
  w.rates = {m.rates().iorb_pct(), m.rates().on_rrp_pct(), m.rates().standing_repo_pct(), m.rates().target_lower_pct(), m.rates().overnight_overdraft_pct()};
  const auto& b = m.beliefs();
  w.beliefs.fear_coefficient_bp = b.fear_coefficient_bp();
  w.beliefs.fear_threshold = b.fear_threshold();
  w.beliefs.confidence_premium_bp = b.confidence_premium_bp();
  w.beliefs.treasury_specific_share = b.treasury_specific_share();
  w.beliefs.pass_through = b.pass_through();
  w.beliefs.fiscal_premium_bp = b.fiscal_premium_bp();
  correlations();
  const bool rolls = std::any_of(m.basket().begin(), m.basket().end(), [](const auto& basket) { return basket.has_next(); });
  const auto& auctions = run_->scenario().auction();
  const bool forwards = std::any_of(auctions.begin(), auctions.end(), [&](const auto& auction) { return auction.has_when_issued() && !leaves_out(auction); });
  w.books.resize(rolls || forwards ? world::kMostBooks : world::kBooks);
  w.securities.resize(world::kSecurities);
  w.contracts.resize(rolls ? world::kListings : kContracts);
  on_the_run();
  stop_on_faults();
  baskets();
  stop_on_faults();
  bills();
  when_issued_books();
  const double ten = w.books[world::kTenYearNode].dv01_per_lot;
  for (auto& book : w.books) book.ten_year_equivalent = book.dv01_per_lot / ten;
  for (auto& s : w.securities) s.ten_year_equivalent = s.dv01_per_lot / ten;
  frozen_channels();
}

void Assembler::correlations() {
  const auto& m = run_->market();
  auto& w = world();
  for (std::size_t a = 0; a < kNodes; ++a) w.covariance.correlation[a][a] = 1;
  for (int i = 0; i < m.correlation_size(); ++i) {
    const auto& c = m.correlation(i);
    const std::size_t x = tenor(c.of()), y = tenor(c.with());
    if (x == kNodes || y == kNodes || x == y) {
      fault("market.correlation[" + std::to_string(i) + "]", c.of() + " with " + c.with(), "two different tenors of 2y, 3y, 5y, 7y, 10y, 30y");
      continue;
    }
    w.covariance.correlation[x][y] = w.covariance.correlation[y][x] = c.value();
  }
}

void Assembler::on_the_run() {
  const auto& m = run_->market();
  auto& w = world();
  const base::Date settle = w.settle.front();
  std::vector<instruments::ParPoint> swaps;
  for (std::size_t n = 0; n < kNodes; ++n) {
    const config::Tenor* found = nullptr;
    for (const auto& t : m.tenor()) {
      if (t.name() == kTenorNames[n]) found = &t;
    }
    if (found == nullptr) {
      fault("market", std::string("no tenor ") + kTenorNames[n], "all of 2y, 3y, 5y, 7y, 10y, 30y");
      continue;
    }
    swaps.push_back({found->years(), found->yield_pct() * 100.0 + found->swap_spread_bp()});
  }
  stop_on_faults();
  const auto curve = instruments::bootstrap(swaps);
  for (std::size_t n = 0; n < kNodes; ++n) {
    const config::Tenor& t = *std::find_if(m.tenor().begin(), m.tenor().end(), [&](const auto& x) { return x.name() == kTenorNames[n]; });
    const std::string path = std::string("market.tenor[name=") + kTenorNames[n] + "]";
    w.start_yield_bp[n] = t.yield_pct() * 100.0;
    w.start_swap_spread_bp[n] = t.swap_spread_bp();
    w.covariance.sigma_bp[n] = t.sigma_bp();
    w.beliefs.policy_loading[n] = t.policy_loading();
    w.beliefs.premium_loading[n] = t.premium_loading();
    const auto issue = bond(path, t.coupon_pct(), t.maturity(), t.years());
    if (!faults_.empty()) continue;
    auto& s = w.securities[n];
    s.name = t.name();
    s.kind = world::SecurityKind::on_the_run;
    s.bond = issue;
    s.weight[n] = 1;
    s.anchor = instruments::anchor_bond(issue, settle, w.start_yield_bp[n]);
    s.dv01_per_lot = s.anchor.dv01_points_per_bp * 1000.0;
    auto& book = w.books[n];
    book.name = t.name();
    book.kind = world::BookKind::cash;
    book.index = static_cast<std::uint16_t>(n);
    book.grid = {instruments::PriceKind::points, t.ticks_per_point()};
    book.weight = s.weight;
    book.anchor = s.anchor;
    book.dv01_per_lot = s.dv01_per_lot;
    auto& package = w.books[kOutrightBooks + n];
    package.name = "swap_" + t.name();
    package.kind = world::BookKind::spreadover;
    package.index = static_cast<std::uint16_t>(n);
    package.grid = instruments::kSpreadover;
    package.weight = s.weight;
    package.dv01_per_lot = instruments::swap_dv01_dollars_per_lot(curve, t.years());
    book.calm_volume_bn = t.noise_bn();
    s.customer_volume_bn = t.customer_bn();
    package.calm_volume_bn = t.spreadover_noise_bn();
  }
  world::split_off_policy(w.covariance, w.beliefs.policy_loading);
  using Matrix = Eigen::Matrix<double, kNodes, kNodes, Eigen::RowMajor>;
  if (Eigen::LLT<Matrix>(Eigen::Map<const Matrix>(w.covariance.learned[0].data())).info() != Eigen::Success) {
    fault("market.policy_sigma_bp", std::to_string(m.policy_sigma_bp()), "so much that sigma_bp and correlation leave a covariance beside policy news");
  }
}

void Assembler::baskets() {
  const auto& m = run_->market();
  auto& w = world();
  const base::Date settle = w.settle.front();
  for (int i = 0; i < m.basket_size(); ++i) {
    const auto& basket = m.basket(i);
    const std::string path = "market.basket[name=" + basket.name() + "]";
    std::size_t c = 0;
    while (c < kContracts && instruments::spec(static_cast<instruments::Contract>(c)).name != basket.contract()) ++c;
    if (c == kContracts || !w.contracts[c].name.empty()) {
      fault(path + ".contract", basket.contract(), "each of TU, FV, TY, UXY, US, UB once");
      continue;
    }
    const auto& contract = instruments::spec(static_cast<instruments::Contract>(c));
    const auto delivery = delivery_month(path, basket.delivery_month());
    if (!delivery) continue;
    const auto issue = bond(path, basket.coupon_pct(), basket.maturity(), term_of(contract));
    if (!faults_.empty()) continue;
    if (!instruments::deliverable(contract, issue, *delivery)) {
      fault(path + ".maturity", basket.maturity(), "a bond deliverable into " + basket.contract() + " in " + basket.delivery_month());
      continue;
    }
    const double years = static_cast<double>(issue.maturity.v - settle.v) / 365.25;
    const std::size_t id = kNodes + c;
    auto& s = w.securities[id];
    s.name = basket.name();
    s.kind = world::SecurityKind::off_the_run;
    s.bond = issue;
    s.weight = weights(years);
    s.spread_bp = basket.spread_bp();
    s.customer_volume_bn = basket.customer_bn();
    double y = s.spread_bp;
    for (std::size_t n = 0; n < kNodes; ++n) y += s.weight[n] * w.start_yield_bp[n];
    s.anchor = instruments::anchor_bond(issue, settle, y);
    s.dv01_per_lot = s.anchor.dv01_points_per_bp * 1000.0;
    listing(c, basket, path, issue, *delivery, basket.net_basis_points());
    if (!basket.has_next()) continue;
    const auto next = delivery_month(path + ".next", basket.next().delivery_month());
    if (!next) continue;
    if (std::pair{next->year, next->month} <= std::pair{delivery->year, delivery->month}) {
      fault(path + ".next.delivery_month", basket.next().delivery_month(), "a month after " + basket.delivery_month());
      continue;
    }
    if (!instruments::deliverable(contract, issue, *next)) {
      fault(path + ".maturity", basket.maturity(), "a bond deliverable into " + basket.contract() + " in " + basket.next().delivery_month() + " too");
      continue;
    }
    listing(kContracts + c, basket, path, issue, *next, basket.next().net_basis_points());
    if (faults_.empty()) roll(c, basket.next(), path + ".next");
  }
  if (m.basket_size() != static_cast<int>(kBaskets)) fault("market", std::to_string(m.basket_size()) + " baskets", "six, one a contract");
}

std::optional<instruments::DeliveryMonth> Assembler::delivery_month(const std::string& path, const std::string& text) {
  int year = 0, month = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d", &year, &month) != 2 || month % 3 != 0 || month < 1 || month > 12) {
    fault(path + ".delivery_month", text, "YYYY-MM with month 03, 06, 09 or 12");
    return std::nullopt;
  }
  return instruments::DeliveryMonth{year, month};
}

void Assembler::listing(std::size_t listing, const config::Basket& basket, const std::string& path, const instruments::Bond& issue, instruments::DeliveryMonth month, double net_basis_points) {
  auto& w = world();
  const std::size_t c = listing % kContracts;
  const base::Date settle = w.settle.front();
  const auto& contract = instruments::spec(static_cast<instruments::Contract>(c));
  const auto& s = w.securities[kNodes + c];
  if (!calendar_.covers({instruments::first_day(month).v - 14}) || !calendar_.covers({instruments::last_day(month).v + 14})) {
    fault(path + (listing < kContracts ? ".delivery_month" : ".next.delivery_month"), basket.contract() + instruments::code_of(month), "a month of the run or of the year after it");
    return;
  }
  auto& k = w.contracts[listing];
  k.month_name = basket.contract() + instruments::code_of(month);
  k.name = listing < kContracts ? basket.contract() : k.month_name;
  k.basket = static_cast<std::uint16_t>(kNodes + c);
  const auto factor = instruments::conversion_factor(contract, issue.coupon, issue.maturity, month);
  k.conversion_factor = instruments::to_double(factor);
  k.first_intention = instruments::first_intention(calendar_, month);
  k.last_trading = instruments::last_trading(calendar_, contract, month);
  k.delivery = instruments::last_delivery(calendar_, contract, month);
  const double clean = s.anchor.anchor_price_points;
  k.deliverable = {issue, factor};
  const double future = instruments::theoretical_futures_points(k.deliverable, clean, {settle, k.delivery, w.rates.iorb_pct * 100.0}) - net_basis_points / k.conversion_factor;
  if (basket.deliverable_size() > 0) k.candidates.push_back({basket.name(), k.deliverable, s.weight, s.spread_bp});
  for (const auto& d : basket.deliverable()) {
    const std::string at = path + ".deliverable[name=" + d.name() + "]";
    const auto other = bond(at, d.coupon_pct(), d.maturity(), term_of(contract));
    if (!faults_.empty()) continue;
    if (!instruments::deliverable(contract, other, month)) {
      fault(at + ".maturity", d.maturity(), "a bond deliverable into " + k.month_name);
      continue;
    }
    const double years_left = static_cast<double>(other.maturity.v - settle.v) / 365.25;
    k.candidates.push_back({d.name(), {other, instruments::conversion_factor(contract, other.coupon, other.maturity, month)}, weights(years_left), d.spread_bp()});
  }
  auto& book = w.books[world::book_of_listing(listing)];
  book.name = k.name;
  book.kind = world::BookKind::futures;
  book.index = static_cast<std::uint16_t>(listing);
  book.grid = contract.grid;
  book.lot_multiple = contract.lots;
  book.weight = s.weight;
  book.anchor = instruments::anchor_future_at_price(k.deliverable, k.delivery, future);
  book.dv01_per_lot = book.anchor.dv01_points_per_bp * 1000.0;
  double curve_yield = 0;
  for (std::size_t n = 0; n < kNodes; ++n) curve_yield += book.weight[n] * w.start_yield_bp[n];
  book.spread_bp = book.anchor.anchor_yield_bp - curve_yield;
  book.calm_volume_bn = basket.noise_bn();
}

void Assembler::roll(std::size_t c, const config::NextMonth& next, const std::string& path) {
  auto& w = world();
  auto& k = w.contracts[c];
  if (k.last_trading < w.days.front()) {
    fault(path, "after " + k.month_name + ", traded until " + base::to_string(k.last_trading), "the next of a month that is still traded when the run begins");
    return;
  }
  k.has_next = true;
  for (int d = next.roll_days(); d > 0; --d) k.roll_days.push_back(calendar_.add_business_days(k.first_intention, -d));
  k.roll_tolerance_ticks = next.tolerance_ticks();
  auto& book = w.books[world::calendar_book(c)];
  book.name = k.name + "_calendar";
  book.kind = world::BookKind::calendar;
  book.index = static_cast<std::uint16_t>(c);
  book.grid = {instruments::PriceKind::points, next.ticks_per_point()};
  book.lot_multiple = w.books[kNodes + c].lot_multiple;
  book.calm_sigma_points = next.sigma_points();
}

void Assembler::when_issued_books() {
  auto& books = world().books;
  for (const auto& a : run_->scenario().auction()) {
    const std::size_t n = tenor(a.tenor());
    if (!a.has_when_issued() || n == kNodes || world().has_when_issued(n) || leaves_out(a)) continue;
    auto& book = books[world::when_issued_book(n)];
    book = books[n];
    book.name = "when_issued_" + books[n].name;
    book.kind = world::BookKind::when_issued;
    book.calm_volume_bn *= a.when_issued().noise_share();
  }
}

void Assembler::bills() {
  auto& w = world();
  auto& bills = w.securities[world::kSecurities - 1];
  bills.name = "bills";
  bills.kind = world::SecurityKind::bill;
  // A quarter-year bill moves with the short rate alone, which is the policy's: no node.
  bills.anchor = {100.0 - 0.25 * w.rates.iorb_pct, 0.0, 0.0025, 1e-9};
  bills.dv01_per_lot = bills.anchor.dv01_points_per_bp * 1000.0;
}

void Assembler::frozen_channels() {
  auto& w = world();
  for (int i = 0; i < run_->frozen_size(); ++i) {
    const std::string& name = run_->frozen(i);
    bool known = false;
    for (std::size_t c = 0; c < world::kChannels; ++c) {
      if (name == world::to_string(static_cast<world::Channel>(c)) || name == "all_feedbacks") {
        known = true;
        if (name != "all_feedbacks" || c != static_cast<std::size_t>(world::Channel::fundamental)) w.frozen.set(c);
      }
    }
    if (!known) fault("frozen[" + std::to_string(i) + "]", "\"" + name + "\"", "a channel: basis_unwind, swap_spread_unwind, dealer_leverage, dealer_var, fast_trader_withdrawal, margin_procyclicality, haircut_procyclicality, fund_redemption, foreign_selling, collateral_chain, fiscal_premium, fundamental, or all_feedbacks");
  }
}

}  // namespace haven::assemble
