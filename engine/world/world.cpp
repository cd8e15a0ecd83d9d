#include "engine/world/world.h"

#include <algorithm>

#include "engine/world/view.h"

namespace haven::world {

const MarketPrices& World::prices(const WorldSpec& spec) const {
  MarketPrices& last = last_prices;
  bool stands = last.spec == &spec;
  for (std::size_t n = 0; n < kNodes; ++n) stands &= last.at[n] == books_data[n].mid_ticks;
  for (std::size_t b = 0; b < kBaskets; ++b) stands &= last.at[kNodes + b] == baskets[b].mid_bp;
  if (stands) return last;

  last.spec = &spec;
  for (std::size_t n = 0; n < kNodes; ++n) {
    last.at[n] = books_data[n].mid_ticks;
    last.node_bp[n] = yield_of_ticks(spec.books[n], books_data[n].mid_ticks) - spec.books[n].spread_bp;
  }
  for (std::size_t b = 0; b < kBaskets; ++b) last.at[kNodes + b] = baskets[b].mid_bp;
  for (std::size_t s = 0; s < kSecurities; ++s) {
    const Security& security = spec.securities[s];
    double y = security.spread_bp;
    if (security.kind == SecurityKind::off_the_run && baskets[s - kNodes].mid_bp != 0) {
      y = baskets[s - kNodes].mid_bp;
    } else {
      for (std::size_t n = 0; n < kNodes; ++n) {
        if (security.weight[n] != 0) y += security.weight[n] * last.node_bp[n];
      }
    }
    last.yield_bp[s] = y;
    last.price_points[s] = security.anchor.price_points(y);
  }
  return last;
}

std::int64_t World::open_interest(std::size_t listing) const {
  std::int64_t lots = 0;
  for (const base::InstitutionId i : ledger.in_name_order()) lots += std::max<std::int64_t>(0, ledger.futures(i, ledger::FuturesId{static_cast<std::uint16_t>(listing)}));
  return lots;
}

double World::implied_repo_pct(const WorldSpec& spec, std::size_t listing) const {
  const Contract& c = spec.contracts[listing];
  const Instrument& book = spec.books[book_of_listing(listing)];
  const std::size_t security = c.basket;
  const double days = static_cast<double>(c.delivery.v - spec.settle[static_cast<std::size_t>(day)].v);
  if (days < 5) return 0;
  const double price = security_price(spec, security);
  const double futures = books_data[book_of_listing(listing)].mid_ticks / book.grid.ticks_per_unit;
  // Coupon income accrues at the basket's current yield; the anchor map of the future already carries the factor.
  const double income = security_yield_bp(spec, security) * 1e-4 * price * days / 365.0;
  return 100.0 * ((futures * c.conversion_factor + income) / price - 1.0) * 360.0 / days;
}

Nodes World::dv01(const WorldSpec& spec, base::InstitutionId i) const {
  Nodes result{};
  for (std::size_t s = 0; s < kSecurities; ++s) {
    const auto face = ledger.position(i, base::SecurityId{static_cast<std::uint16_t>(s)}).v;
    if (face == 0) continue;
    const double dollars = static_cast<double>(face) * 1e-5 * spec.securities[s].dv01_per_lot;
    for (std::size_t n = 0; n < kNodes; ++n) result[n] += dollars * spec.securities[s].weight[n];
  }
  for (std::size_t c = 0; c < spec.contracts.size(); ++c) {
    const auto lots = ledger.futures(i, ledger::FuturesId{static_cast<std::uint16_t>(c)});
    if (lots == 0) continue;
    const Instrument& book = spec.books[book_of_listing(c)];
    for (std::size_t n = 0; n < kNodes; ++n) result[n] += static_cast<double>(lots) * book.dv01_per_lot * book.weight[n];
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    // Paying fixed loses as rates fall.
    const auto lots = ledger.swaps(i, ledger::TenorId{static_cast<std::uint16_t>(t)});
    result[t] -= static_cast<double>(lots) * spec.books[kOutrightBooks + t].dv01_per_lot;
  }
  return result;
}

double World::equity_bn(const WorldSpec& spec, base::InstitutionId i) const {
  double value = base::to_bn(ledger.cash(i)) + base::to_bn(ledger.unsettled_cash(i)) + base::to_bn(accounts[i.v].futures_margin) + base::to_bn(accounts[i.v].swap_margin) + base::to_bn(accounts[i.v].ficc_margin) + base::to_bn(accounts[i.v].maturing) -
                 base::to_bn(accounts[i.v].call_due) + base::to_bn(contracts.lent(i)) - base::to_bn(contracts.borrowed(i));
  for (const base::Money part : accounts[i.v].default_fund) value += base::to_bn(part);
  const auto& line = credit.line(i);
  value += base::to_bn(credit.lent(i)) - base::to_bn(line.drawn) - base::to_bn(line.interest);
  for (std::size_t s = 0; s < kSecurities; ++s) {
    const base::SecurityId id{static_cast<std::uint16_t>(s)};
    const auto face = ledger.position(i, id).v;
    if (face != 0) value += static_cast<double>(face) * 1e-9 * security_dirty(spec, s) * 0.01;
    value -= base::to_bn(ledger.due_value(i, id));
    if (coupon_due[s].v != 0) value += base::to_bn(funding::value_of(ledger.position(i, id) - ledger.unsettled(i, id), coupon_due[s]));
  }
  value += forward_accrual_bn(i);
  for (std::size_t c = 0; c < spec.contracts.size(); ++c) {
    const auto lots = ledger.futures(i, ledger::FuturesId{static_cast<std::uint16_t>(c)});
    const auto now_value = cleared_value(spec.books[book_of_listing(c)], lots, static_cast<std::int64_t>(books_data[book_of_listing(c)].mid_ticks));
    value += base::to_bn(now_value - accounts[i.v].carried[carried_futures(c)]);
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    const auto lots = ledger.swaps(i, ledger::TenorId{static_cast<std::uint16_t>(t)});
    const Instrument& book = spec.books[kOutrightBooks + t];
    const double rate_ticks = (yield_of_ticks(spec.books[t], books_data[t].mid_ticks) + yield_of_ticks(book, books_data[kOutrightBooks + t].mid_ticks)) * book.grid.ticks_per_unit;
    value += base::to_bn(cleared_value(book, lots, static_cast<std::int64_t>(rate_ticks)) - accounts[i.v].carried[carried_swap(t)]);
  }
  return value;
}

base::Money cleared_value(const Instrument& book, std::int64_t lots, std::int64_t ticks) {
  if (lots == 0) return {};
  const base::Ticks distance{static_cast<std::int32_t>(ticks)};
  if (book.kind == BookKind::spreadover) {
    return instruments::value(book.grid, distance, lots, base::Money{static_cast<std::int64_t>(book.dv01_per_lot * base::kMoneyPerDollar + 0.5)});
  }
  return instruments::value(book.grid, distance, lots);
}

Nodes View::own_dv01() const { return world_->dv01(*spec_, self_); }

}  // namespace haven::world
