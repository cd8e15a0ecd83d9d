#include "engine/metrics/probes.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "engine/metrics/cheapest.h"
#include "engine/metrics/collateral_network.h"

namespace haven::metrics {
namespace {

using world::kBooks;
using world::kNodes;
using world::kOutrightBooks;

constexpr std::size_t kSevenYearNode = 3, kTyContract = 2;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string tenor_name(std::size_t node) { return std::to_string(static_cast<int>(world::kNodeYears[node])) + "y"; }

std::int64_t depth_lots(const world::World& w, std::size_t book) {
  constexpr std::size_t levels = 3;
  return (w.books[book].depth_lots(base::Side::buy, levels) + w.books[book].depth_lots(base::Side::sell, levels)) / 2;
}

// Of the tenors that are traded when-issued: the book's yield, and what dealers have bought for the issue date.
template <class Put>
void when_issued_close(const world::WorldSpec& spec, const world::World& w, Put&& put) {
  for (std::size_t n = 0; n < kNodes; ++n) {
    if (!w.when_issued[n].open) continue;
    double dealers_bn = 0;
    for (std::uint32_t i = 0; i < spec.institutions.size(); ++i) {
      if (spec.institutions[i].kind == world::Kind::primary_dealer) dealers_bn += base::to_bn(w.forward({i}, n));
    }
    put("yield_when_issued_" + tenor_name(n) + "_bp", w.when_issued_bp(spec, n));
    put("forward_dealers_" + tenor_name(n) + "_bn", dealers_bn);
  }
}

}  // namespace

Probes::Probes(const world::WorldSpec& spec, Watching watching, std::span<const ShadowRule> shadows) : spec_(&spec), watching_(watching), shadows_(shadows), microstructure_(spec), parent_impact_(spec) {
  flow_lots_.assign(world::kKinds * world::kKinds * kSectors, 0);
  for (std::size_t k = 0; k < kBooks; ++k) yields_[k].name = k < kNodes ? "yield_" + tenor_name(k) + "_pct" : k < kOutrightBooks ? "yield_" + spec.books[k].name + "_pct" : "swap_spread_" + tenor_name(k - kOutrightBooks) + "_bp";
}

void Probes::day_value(const std::string& name, const world::World& w, double value) {
  auto& values = daily_[name];
  if (values.empty()) values.assign(spec_->days.size(), kNone);
  values[static_cast<std::size_t>(w.day)] = value;
}

void Probes::flow(base::InstitutionId buyer, base::InstitutionId seller, std::size_t sector, std::int64_t lots) {
  const auto from = static_cast<std::size_t>(spec_->institutions[seller.v].kind), to = static_cast<std::size_t>(spec_->institutions[buyer.v].kind);
  if (from != to) flow_lots_[(from * world::kKinds + to) * kSectors + sector] += lots;
}

void Probes::trade_cash(const world::World&, base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots) {
  if (!on()) return;
  flow(buyer, seller, security, lots);
  microstructure_.traded_cash(buyer, seller, security, lots);
}

void Probes::took(std::size_t book, base::Side side) {
  if (on()) microstructure_.took(book, side);
}

void Probes::filled(base::InstitutionId taker, base::InstitutionId maker, std::size_t book, std::int64_t lots) {
  if (on()) microstructure_.filled(taker, maker, book, lots);
}

void Probes::worked_up(std::size_t book, std::int64_t lots) {
  if (on()) microstructure_.worked_up(book, lots);
}

void Probes::worked_parents(const world::World& w, const WorkedParents& parents) {
  if (on()) parent_impact_.worked(w, parents);
}

void Probes::trade_futures(const world::World&, base::InstitutionId buyer, base::InstitutionId seller, std::size_t contract, std::int64_t lots) {
  if (on()) flow(buyer, seller, world::kSecurities + contract % world::kContracts, lots);
}

void Probes::trade_package(const world::World&, base::InstitutionId buyer, base::InstitutionId seller, std::size_t tenor, std::int64_t lots) {
  if (on()) flow(buyer, seller, world::kSecurities + world::kContracts + tenor, lots);
}

void Probes::request(int asked, int declined_leverage, int declined_var, bool filled, double gap_bp) {
  if (!on()) return;
  requests_.asked += asked;
  requests_.declined_leverage += declined_leverage;
  requests_.declined_var += declined_var;
  requests_.unfilled += filled ? 0 : 1;
  requests_.hit_spread_bp += gap_bp;
}

void Probes::sample(const world::World& w) {
  if (!on()) return;
  const auto time_of_day = base::time_of_day(w.now);
  const bool day = time_of_day >= base::hours(7) && time_of_day < base::hours(17);
  const bool hour = time_of_day.ns % base::hours(1).ns == 0;
  for (std::size_t k = 0; k < spec_->books.size(); ++k) {
    const std::size_t book = w.lead_book(k);
    if (spec_->books[book].name.empty()) continue;
    const auto& md = w.books_data[book];
    BookDay& b = books_[k];
    const double y = world::yield_of_ticks(spec_->books[book], md.mid_ticks);
    if (b.high_bp == 0 && b.low_bp == 0) b.high_bp = b.low_bp = y;
    b.high_bp = std::max(b.high_bp, y);
    b.low_bp = std::min(b.low_bp, y);
    if (day && time_of_day <= base::hours(16)) {
      if (md.has_bid && md.has_ask) {
        b.spread_sum += md.ask.v - md.bid.v;
        b.depth_sum += static_cast<double>(depth_lots(w, book)) * 1e-4;
        b.variance_sum += md.variance_bp2;
        ++b.samples;
      }
      if (b.last_bp != 0) {
        const double moved = y - b.last_bp;
        const double signed_bn = static_cast<double>(md.signed_lots - b.last_signed) * 1e-4;
        b.flow_flow += signed_bn * signed_bn;
        b.flow_move += -signed_bn * moved;
      }
      b.last_bp = y;
      b.last_signed = md.signed_lots;
    }
    if (hour && k < kBooks && (day || k < kNodes)) {
      yields_[k].times.push_back(w.now);
      yields_[k].values.push_back(k < kOutrightBooks ? y * 0.01 : y);
    }
  }
  microstructure_.sample(w);
  if (day) {
    basket_spread_sum_ += 2.0 * w.baskets[kTyContract].half_spread_bp;
    ++basket_samples_;
  }
}

void Probes::close(const world::World& w) {
  if (!on()) return;
  for (std::size_t n = 0; n < kNodes; ++n) {
    const double y = world::yield_of_ticks(spec_->books[n], w.books_data[n].mid_ticks) - spec_->books[n].spread_bp;
    day_value("yield_" + tenor_name(n) + "_bp", w, y);
    day_value("premium_" + tenor_name(n) + "_bp", w, y - spec_->start_yield_bp[n] - world::policy_bp(spec_->beliefs, w.outside, n));
    const std::size_t k = kOutrightBooks + n;
    day_value("swap_spread_" + tenor_name(n) + "_bp", w, world::yield_of_ticks(spec_->books[k], w.books_data[k].mid_ticks));
  }
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const auto& book = spec_->books[kNodes + c];
    const std::size_t listing = w.lead_listing(c);
    day_value("price_" + book.name + "_points", w, w.books_data[w.lead_book(kNodes + c)].mid_ticks / book.grid.ticks_per_unit);
    day_value("implied_repo_" + book.name + "_pct", w, w.implied_repo_pct(*spec_, listing));
    if (const auto best = cheapest(*spec_, w, listing)) {
      Delivery& delivery = deliveries_[listing];
      if (delivery.candidate && *delivery.candidate != best->candidate) ++delivery.switches;
      delivery.candidate = best->candidate;
      const auto& contract = spec_->contracts[listing];
      day_value("ctd_" + book.name + "_years", w, (contract.candidates[best->candidate].deliverable.bond.maturity.v - contract.delivery.v) / 365.25);
      day_value("ctd_lead_" + book.name + "_bp", w, best->lead_bp);
      day_value("ctd_switches_" + book.name, w, delivery.switches);
    }
    const auto& basket = spec_->securities[kNodes + c];
    double curve = basket.spread_bp;
    for (std::size_t n = 0; n < kNodes; ++n) curve += basket.weight[n] * (world::yield_of_ticks(spec_->books[n], w.books_data[n].mid_ticks) - spec_->books[n].spread_bp);
    day_value("basket_spread_" + book.name + "_bp", w, w.baskets[c].mid_bp - curve);
  }
  if (spec_->rolls()) listings_close(w);
  if (spec_->has_more_books()) when_issued_close(*spec_, w, [&](const std::string& name, double value) { day_value(name, w, value); });
  const auto yield_bp = [&](std::size_t k) { return world::yield_of_ticks(spec_->books[w.lead_book(k)], w.books_data[w.lead_book(k)].mid_ticks); };
  day_value("yield_TY_minus_7y_bp", w, yield_bp(kNodes + kTyContract) - (yield_bp(kSevenYearNode) - spec_->books[kSevenYearNode].spread_bp));
  day_value("policy_2y_bp", w, spec_->start_yield_bp[0] + w.outside.policy_shift_bp);
  day_value("uncertainty_index", w, w.outside.uncertainty);
  day_value("confidence_lost", w, w.outside.confidence_lost);
  const std::size_t t = world::kTenYearNode;
  const double public_premium = world::required_premium_bp(spec_->beliefs, w.outside, t);
  day_value("component_policy_10y_bp", w, world::policy_bp(spec_->beliefs, w.outside, t));
  const double confidence_premium = spec_->beliefs.confidence_premium_bp * w.outside.confidence_lost;
  day_value("component_fear_10y_bp", w, public_premium - confidence_premium);
  day_value("component_confidence_10y_bp", w, confidence_premium);
  day_value("component_flows_10y_bp", w, world::yield_of_ticks(spec_->books[t], w.books_data[t].mid_ticks) - spec_->books[t].spread_bp - spec_->start_yield_bp[t] - world::policy_bp(spec_->beliefs, w.outside, t) - public_premium);
}

// Both months of a contract that has a next.
void Probes::listings_close(const world::World& w) {
  const double rate_bp = 100.0 * (w.funding.sofr_pct > 0 ? w.funding.sofr_pct : spec_->rates.iorb_pct);
  const base::Date settle = spec_->settle[static_cast<std::size_t>(w.day)];
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    if (!spec_->has_next(c)) continue;
    for (const std::size_t listing : {c, world::kContracts + c}) {
      const auto& contract = spec_->contracts[listing];
      if ((listing == c && w.delivered[c] != 0) || settle >= contract.delivery) continue;
      const std::size_t k = world::book_of_listing(listing);
      const double futures = w.books_data[k].mid_ticks / spec_->books[k].grid.ticks_per_unit, clean = w.security_price(*spec_, contract.basket);
      const auto& name = contract.month_name;
      day_value("settlement_" + name + "_points", w, static_cast<double>(w.books_data[k].settlement_ticks) / spec_->books[k].grid.ticks_per_unit);
      day_value("implied_repo_" + name + "_pct", w, w.implied_repo_pct(*spec_, listing));
      day_value("gross_basis_" + name + "_points", w, instruments::gross_basis_points(clean, futures, contract.deliverable.factor));
      day_value("net_basis_" + name + "_points", w, instruments::net_basis_points(contract.deliverable, clean, futures, {settle, contract.delivery, rate_bp}));
    }
    const std::size_t k = world::calendar_book(c);
    if (w.delivered[c] == 0) day_value("calendar_spread_" + spec_->contracts[c].name + "_points", w, w.books_data[k].mid_ticks / spec_->books[k].grid.ticks_per_unit);
  }
}

void Probes::delivered(const world::World& w, std::size_t contract, std::int64_t lots) {
  if (on()) day_value("delivered_" + spec_->contracts[contract].month_name + "_bn", w, static_cast<double>(lots) * 1e-4);
}

void Probes::listings_day_end(const world::World& w) {
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    if (!spec_->has_next(c)) continue;
    const double nearer = static_cast<double>(w.open_interest(c)) * 1e-4, later = static_cast<double>(w.open_interest(world::kContracts + c)) * 1e-4;
    day_value("open_interest_" + spec_->contracts[c].month_name + "_bn", w, nearer);
    day_value("open_interest_" + spec_->contracts[world::kContracts + c].month_name + "_bn", w, later);
    if (nearer + later > 0) day_value("rolled_" + spec_->contracts[c].name + "_share", w, later / (nearer + later));
  }
}

void Probes::dealer(const world::World& w, base::InstitutionId id, double use_leverage, double use_var, double cost_bp, const std::string& constraint) {
  if (!on()) return;
  const auto& inst = spec_->institutions[id.v];
  const auto& account = w.accounts[id.v];
  use_leverage_sum_ += use_leverage;
  use_var_sum_ += use_var;
  cost_sum_ += cost_bp;
  use_leverage_max_ = std::max(use_leverage_max_, use_leverage);
  ++dealers_;
  const bool leverage_binds = use_leverage >= use_var;
  result_.constraints.push_back({spec_->days[static_cast<std::size_t>(w.day)], inst.name, world::to_string(inst.kind), constraint, use_leverage,
                                 account.leverage_capacity_bn * (1.0 - use_leverage), cost_bp, leverage_binds});
  result_.constraints.push_back({spec_->days[static_cast<std::size_t>(w.day)], inst.name, world::to_string(inst.kind), "value_at_risk", use_var, 0, 0, !leverage_binds});
  for (const ShadowRule& rule : shadows_) {
    const double capacity_bn = account.leverage_capacity_bn + rule.capacity_change_bn[id.v], exposure_bn = use_leverage * account.leverage_capacity_bn;
    const double use = capacity_bn > 0 ? exposure_bn / capacity_bn : 1.0;
    result_.shadows.push_back({spec_->days[static_cast<std::size_t>(w.day)], rule.name, inst.name, world::to_string(inst.kind), rule.constraint[id.v], use, capacity_bn - exposure_bn, use >= 1.0});
  }
}

void Probes::secured_rate(const world::World& w, const std::optional<funding::OvernightRate>& rate, double refused_bn) {
  if (!on()) return;
  if (rate) {
    day_value("sofr_p01_pct", w, rate->p01_hbp * 1e-4);
    day_value("sofr_p25_pct", w, rate->p25_hbp * 1e-4);
    day_value("sofr_p75_pct", w, rate->p75_hbp * 1e-4);
    day_value("sofr_p99_pct", w, rate->p99_hbp * 1e-4);
    day_value("sofr_volume_bn", w, base::to_bn(rate->volume));
  }
  day_value("repo_dealer_refused_bn", w, refused_bn);
}

void Probes::repo(const world::World& w, const std::string& segment, double volume_bn, double rate_pct, double haircut_pct, double refused_bn) {
  if (!on()) return;
  result_.repo.push_back({spec_->days[static_cast<std::size_t>(w.day)], segment, volume_bn, rate_pct, haircut_pct, refused_bn});
  repo_refused_bn_ += refused_bn;
  day_value("repo_" + segment + "_bn", w, volume_bn);
  if (volume_bn > 0) day_value("repo_" + segment + "_pct", w, rate_pct);
}

void Probes::liquidity_need(const world::World&, base::InstitutionId id, double variation_bn, double initial_bn, double haircut_bn) {
  if (!on()) return;
  auto& need = needs_[static_cast<std::size_t>(spec_->institutions[id.v].kind)];
  need[0] += variation_bn;
  need[1] += initial_bn;
  need[2] += haircut_bn;
}

void Probes::fast_traders_out(double share) {
  if (!on()) return;
  fast_out_sum_ += share;
  ++fast_samples_;
}

void Probes::auction(const world::World& w, std::size_t security, double tail_bp, double cover, double dealers_pct) {
  if (!on()) return;
  day_value("auction_tail_" + spec_->securities[security].name + "_bp", w, tail_bp);
  day_value("auction_cover_" + spec_->securities[security].name + "_ratio", w, cover);
  day_value("auction_dealers_" + spec_->securities[security].name + "_pct", w, dealers_pct);
}

void Probes::fail(const world::World&, double face_bn) {
  if (on()) failed_bn_ += face_bn;
}

void Probes::fails(const world::World& w, std::span<const funding::Fail> returns, std::span<const funding::Fail> deliveries) {
  if (!on()) return;
  auto rows = fail_trace_.morning(*spec_, w, returns, deliveries);
  result_.fails.insert(result_.fails.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

void Probes::default_of(const world::World& w, base::InstitutionId id, const std::string& cause, double shortfall_bn) {
  if (!on()) return;
  const auto& inst = spec_->institutions[id.v];
  result_.defaults.push_back({w.now, inst.name, world::to_string(inst.kind), cause, shortfall_bn});
}

void Probes::default_step(const world::World& w, base::InstitutionId id, const std::string& account, const std::string& item, base::InstitutionId other, base::Money amount) {
  if (!on()) return;
  const auto& name = spec_->institutions[id.v].name;
  result_.default_steps.push_back({w.now, name, account, item, id == other ? "" : spec_->institutions[other.v].name, base::to_bn(amount)});
}

void Probes::day_end(const world::World& w) {
  if (!on()) return;
  const base::Date day = spec_->days[static_cast<std::size_t>(w.day)];
  for (std::size_t k = 0; k < spec_->books.size(); ++k) {
    BookDay& b = books_[k];
    const std::size_t book = w.lead_book(k);
    if (spec_->books[k].name.empty()) continue;
    if (k >= world::when_issued_book(0) && !w.when_issued[k - world::when_issued_book(0)].open) {
      b = BookDay{};
      continue;
    }
    const std::string name = k >= kOutrightBooks && k < kBooks ? "swap_" + tenor_name(k - kOutrightBooks) : spec_->books[k].name;
    if (b.samples > 0) {
      day_value("bid_ask_" + name + "_ticks", w, b.spread_sum / b.samples);
      day_value("depth_" + name + "_bn", w, b.depth_sum / b.samples);
      if (k < world::calendar_book(0) || k >= world::when_issued_book(0)) day_value("day_sigma_" + name + "_bp", w, std::sqrt(b.variance_sum / b.samples));
    }
    const double volume_bn = static_cast<double>(w.books_data[book].volume_lots) * 1e-4;
    day_value("volume_" + name + "_bn", w, volume_bn);
    if (k >= world::calendar_book(0) && k < world::when_issued_book(0)) {
      b = BookDay{};
      continue;
    }
    day_value("range_" + name + "_bp", w, b.high_bp - b.low_bp);
    day_value("sigma_" + name + "_bp", w, std::sqrt(w.books_data[book].variance_bp2));
    if (b.flow_flow > 0) day_value("impact_" + name + "_bp_per_bn", w, b.flow_move / b.flow_flow);
    b = BookDay{};
  }
  const auto put = [&](const std::string& name, double value) { day_value(name, w, value); };
  microstructure_.day_end(w, put);
  parent_impact_.day_end(w, put);
  // Amihud: absolute close-to-close price return in bp over volume.
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    const auto& prices = daily_["price_" + spec_->books[kNodes + c].name + "_points"];
    const auto d = static_cast<std::size_t>(w.day);
    const double volume_bn = static_cast<double>(w.books_data[w.lead_book(kNodes + c)].volume_lots) * 1e-4;
    const bool same = lead_[c] == w.next_leads[c];
    lead_[c] = w.next_leads[c];
    if (same && d > 0 && prices.size() > d && volume_bn > 0) day_value("amihud_" + spec_->books[kNodes + c].name + "_bp_per_bn", w, std::abs(prices[d] / prices[d - 1] - 1.0) * 1e4 / volume_bn);
  }
  if (spec_->rolls()) listings_day_end(w);
  day_value("sofr_minus_iorb_bp", w, 100.0 * (w.funding.sofr_pct - spec_->rates.iorb_pct));
  day_value("sofr_pct", w, w.funding.sofr_pct);
  day_value("iorb_pct", w, spec_->rates.iorb_pct);
  day_value("treasury_cash_bn", w, base::to_bn(w.ledger.cash(spec_->treasury)));
  double reserves_bn = 0;
  for (std::uint32_t i = 0; i < spec_->institutions.size(); ++i) {
    const auto kind = spec_->institutions[i].kind;
    if (kind == world::Kind::bank || kind == world::Kind::custody_bank) reserves_bn += base::to_bn(w.ledger.cash({i}));
  }
  day_value("reserves_bn", w, reserves_bn);
  day_value("repo_refused_bn", w, repo_refused_bn_);
  day_value("fails_bn", w, failed_bn_);
  if (basket_samples_ > 0) day_value("bid_ask_off_TY_bp", w, basket_spread_sum_ / basket_samples_);
  if (fast_samples_ > 0) day_value("fast_traders_out_share", w, fast_out_sum_ / fast_samples_);
  day_value("requests_declined_share", w, requests_.asked > 0 ? static_cast<double>(requests_.declined_leverage + requests_.declined_var) / static_cast<double>(requests_.asked) : 0.0);
  if (dealers_ > 0) {
    day_value("dealer_use_leverage_mean", w, use_leverage_sum_ / dealers_);
    day_value("dealer_use_leverage_max", w, use_leverage_max_);
    day_value("dealer_use_var_mean", w, use_var_sum_ / dealers_);
    day_value("dealer_cost_bp", w, cost_sum_ / dealers_);
  }
  std::array<std::array<double, world::kSecurities>, world::kKinds> cash{};
  std::array<std::array<double, world::kListings>, world::kKinds> futures{};
  std::array<std::array<double, kNodes>, world::kKinds> swaps{};
  std::array<double, world::kKinds> equity{}, drawn{};
  for (std::uint32_t i = 0; i < spec_->institutions.size(); ++i) {
    const auto kind = static_cast<std::size_t>(spec_->institutions[i].kind);
    const base::InstitutionId id{i};
    for (std::size_t s = 0; s < world::kSecurities; ++s) cash[kind][s] += base::to_bn(w.ledger.position(id, base::SecurityId{static_cast<std::uint16_t>(s)}));
    for (std::size_t c = 0; c < spec_->contracts.size(); ++c) futures[kind][c] += static_cast<double>(w.ledger.futures(id, ledger::FuturesId{static_cast<std::uint16_t>(c)})) * 1e-4;
    for (std::size_t t = 0; t < kNodes; ++t) swaps[kind][t] += static_cast<double>(w.ledger.swaps(id, ledger::TenorId{static_cast<std::uint16_t>(t)})) * 1e-4;
    equity[kind] += w.accounts[i].equity_bn;
    drawn[kind] += base::to_bn(w.credit.line(id).drawn);
  }
  for (std::size_t kind = 0; kind < world::kKinds; ++kind) {
    const std::string name = world::to_string(static_cast<world::Kind>(kind));
    double cash_total = 0, cash_ten = 0, futures_total = 0, futures_ten = 0, swap_total = 0;
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      if (cash[kind][s] == 0) continue;
      const double ten = cash[kind][s] * spec_->securities[s].ten_year_equivalent;
      result_.positions.push_back({day, name, "cash", spec_->securities[s].name, cash[kind][s], ten});
      cash_total += cash[kind][s];
      cash_ten += ten;
    }
    for (std::size_t c = 0; c < world::kListings; ++c) {
      if (futures[kind][c] == 0) continue;
      const auto& book = spec_->books[world::book_of_listing(c)];
      const double ten = futures[kind][c] * book.ten_year_equivalent;
      result_.positions.push_back({day, name, "futures", book.name, futures[kind][c], ten});
      futures_total += futures[kind][c];
      futures_ten += ten;
    }
    for (std::size_t t = 0; t < kNodes; ++t) {
      if (swaps[kind][t] == 0) continue;
      result_.positions.push_back({day, name, "swap", spec_->books[kOutrightBooks + t].name, swaps[kind][t], -swaps[kind][t] * spec_->books[kOutrightBooks + t].ten_year_equivalent});
      swap_total += swaps[kind][t];
    }
    day_value("cash_" + name + "_bn", w, cash_total);
    day_value("cash_" + name + "_10y_bn", w, cash_ten);
    day_value("futures_" + name + "_bn", w, futures_total);
    day_value("futures_" + name + "_10y_bn", w, futures_ten);
    day_value("swaps_" + name + "_bn", w, swap_total);
    day_value("equity_" + name + "_bn", w, equity[kind]);
    day_value("line_drawn_" + name + "_bn", w, drawn[kind]);
    const auto& need = needs_[kind];
    if (need[0] != 0 || need[1] != 0 || need[2] != 0) result_.liquidity_needs.push_back({day, name, need[0], need[1], need[2]});
  }
  for (std::size_t from = 0; from < world::kKinds; ++from) {
    for (std::size_t to = 0; to < world::kKinds; ++to) {
      for (std::size_t sector = 0; sector < kSectors; ++sector) {
        std::int64_t& lots = flow_lots_[(from * world::kKinds + to) * kSectors + sector];
        if (lots == 0) continue;
        const bool bond = sector < world::kSecurities;
        const std::size_t book = sector - world::kSecurities + kNodes;
        const double bn = static_cast<double>(lots) * 1e-4;
        result_.flows.push_back({day, world::to_string(static_cast<world::Kind>(from)), world::to_string(static_cast<world::Kind>(to)),
                                 bond ? spec_->securities[sector].name : spec_->books[book].name, bn,
                                 bn * (bond ? spec_->securities[sector].ten_year_equivalent : spec_->books[book].ten_year_equivalent)});
        lots = 0;
      }
    }
  }
  const auto edges = collateral_edges(*spec_, w);
  const auto institutions = institutions_on(edges, *spec_, w);
  result_.collateral.insert(result_.collateral.end(), edges.begin(), edges.end());
  result_.institutions.insert(result_.institutions.end(), institutions.begin(), institutions.end());
  const auto measures = w.collateral.measure();
  day_value("collateral_multiplier", w, measures.multiplier);
  day_value("collateral_pledged_bn", w, base::to_bn(measures.pledged));
  double defaults = static_cast<double>(result_.defaults.size());
  day_value("defaults_count", w, defaults);

  needs_ = {};
  requests_ = RequestDay{};
  use_leverage_sum_ = use_var_sum_ = cost_sum_ = use_leverage_max_ = basket_spread_sum_ = fast_out_sum_ = repo_refused_bn_ = failed_bn_ = 0;
  dealers_ = basket_samples_ = fast_samples_ = 0;
}

RunResult Probes::take(const world::World& w, std::uint64_t seed, const std::vector<Metric>& metrics, std::size_t calm_from, std::size_t calm_to) {
  result_.seed = seed;
  result_.digest = w.journal.digest();
  result_.events = w.events;
  result_.orders = w.orders;
  result_.trades = w.trades;
  if (!on()) return std::move(result_);
  for (const Metric& metric : metrics) {
    if (const auto value = evaluate(metric, daily_, spec_->days, calm_from, calm_to)) result_.metrics[metric.name] = *value;
  }
  for (std::size_t k = 0; k < kBooks; ++k) {
    if (k < kNodes || k >= kOutrightBooks) result_.series.push_back(std::move(yields_[k]));
  }
  for (const auto& [name, values] : daily_) {
    if (name.starts_with("swap_spread_")) continue;  // sampled by the hour above
    Series series;
    series.name = name;
    for (std::size_t d = 0; d < values.size(); ++d) {
      if (std::isnan(values[d])) continue;
      series.times.push_back(base::midnight(spec_->days[d]) + base::hours(15) + base::minutes(30));
      series.values.push_back(values[d]);
    }
    if (!series.times.empty()) result_.series.push_back(std::move(series));
  }
  return std::move(result_);
}

}  // namespace haven::metrics
