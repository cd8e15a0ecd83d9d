#include <algorithm>
#include <cmath>

#include "engine/loop/default.h"
#include "engine/loop/ficc_margin.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using world::Kind;
using world::kNodes;
using world::kOutrightBooks;

namespace {

// Calls the change in value of one cleared product from every institution; integer values make the house flat.
template <class Lots>
void mark_product(State& state, const world::Instrument& book, std::size_t slot, std::int64_t ticks, InstitutionId house, base::Time due, agents::central_counterparty::House& manager, Lots&& lots_of) {
  auto& w = state.world;
  Money sum;
  for (const InstitutionId id : w.ledger.in_name_order()) {
    auto& account = w.accounts[id.v];
    const Money value = world::cleared_value(book, lots_of(id), ticks);
    const Money gain = value - account.carried[slot];
    if (gain.v == 0) continue;
    account.carried[slot] = value;
    sum += gain;
    if (id == house) {
      // A defaulter's position under its management: what it gains, it does not have to pay out.
      manager.gain += gain;
      continue;
    }
    account.call_due -= gain;
    state.calls.add(w.ledger, id, house, -gain, ledger::Reason::variation_margin, due);
  }
  HAVEN_CHECK(sum.v <= 1'000'000 && sum.v >= -1'000'000, "variation margin of " + book.name + " does not sum to zero but to " + std::to_string(sum.v) + "/10000 dollar");
  if (sum.v != 0) w.ledger.round_off(house, -sum, w.journal, w.now);
}

void announce_margins(const Spec& spec, State& state) {
  auto& w = state.world;
  const bool frozen = spec.world.is_frozen(world::Channel::margin_procyclicality);
  for (std::size_t c = 0; c < spec.world.contracts.size(); ++c) {
    if (!spec.world.is_listed(c)) continue;
    const auto& book = spec.world.books[world::book_of_listing(c)];
    const double points = static_cast<double>(w.books_data[world::book_of_listing(c)].settlement_ticks) / book.grid.ticks_per_unit;
    if (state.last_settlement_points[c] > 0 && !frozen) {
      funding::observe_day(spec.futures_margin, state.futures_margin[c], points / state.last_settlement_points[c] - 1.0, w.day);
    }
    state.last_settlement_points[c] = points;
    w.margin_points[c] = state.futures_margin[c].level.in_force_hbp * 1e-6 * points;
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    const auto& book = spec.world.books[kOutrightBooks + t];
    const double rate = static_cast<double>(swap_rate_ticks(spec, w, t)) / book.grid.ticks_per_unit;
    const double value_per_bp = book.dv01_per_lot / 1e5;
    if (state.last_swap_bp[t] != 0 && !frozen) {
      funding::observe_day(spec.swap_margin, state.swap_margin[t], (rate - state.last_swap_bp[t]) * value_per_bp, w.day);
    }
    state.last_swap_bp[t] = rate;
    w.swap_margin_bp[t] = state.swap_margin[t].level.in_force_hbp * 1e-6 / value_per_bp;
  }
}

void call_initial_margin(const Spec& spec, State& state, metrics::Probes& probes, base::Time due) {
  auto& w = state.world;
  for (const InstitutionId id : w.ledger.in_name_order()) {
    // Clearing houses post nothing to each other.
    if (spec.world.institutions[id.v].kind == Kind::central_counterparty) continue;
    auto& account = w.accounts[id.v];
    const auto required = margin_required(spec.world, w, id);
    const auto call = [&](Money& posted, double required_bn, InstitutionId house) {
      const Money more = base::money_from_bn(required_bn) - posted;
      if (more.v == 0) return;
      posted += more;
      account.call_due += more;
      state.calls.add(w.ledger, id, house, more, ledger::Reason::initial_margin, due);
      probes.liquidity_need(w, id, 0, base::to_bn(more), 0);
    };
    call(account.futures_margin, required.futures_bn, spec.world.cme);
    call(account.swap_margin, required.swaps_bn, spec.world.lch);
  }
}

void announce_haircuts(const Spec& spec, State& state) {
  const double multiple = state.world.books_data[world::kTenYearNode].variance_bp2 > 0
                              ? base::sqrt(state.world.books_data[world::kTenYearNode].variance_bp2) / state.world.calm_sigma_bp[world::kTenYearNode]
                              : 1.0;
  for (std::size_t i = 0; i < spec.openings.size(); ++i) {
    if (spec.openings[i].financiers.empty() || spec.world.is_frozen(world::Channel::haircut_procyclicality)) continue;
    funding::HaircutRule rule = spec.client_haircut;
    rule.base_hbp = static_cast<std::int32_t>(spec.terms(i, state.world.day).haircut * 1e6);
    funding::observe_day(rule, state.haircuts[i], multiple, state.world.day);
  }
}

}  // namespace

std::int64_t swap_rate_ticks(const Spec& spec, const world::World& w, std::size_t tenor) {
  const auto& book = spec.world.books[kOutrightBooks + tenor];
  const double rate = world::yield_of_ticks(spec.world.books[tenor], w.books_data[tenor].mid_ticks) +
                      world::yield_of_ticks(book, w.books_data[kOutrightBooks + tenor].mid_ticks);
  return static_cast<std::int64_t>(std::floor(rate * book.grid.ticks_per_unit + 0.5));
}

MarginRequired margin_required(const world::WorldSpec& spec, const world::World& w, InstitutionId id) {
  MarginRequired required;
  for (std::size_t c = 0; c < spec.contracts.size(); ++c) {
    const auto lots = w.ledger.futures(id, ledger::FuturesId{static_cast<std::uint16_t>(c)});
    required.futures_bn += std::abs(static_cast<double>(lots)) * w.margin_points[c] * 1e3 * 1e-9;
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    const auto lots = w.ledger.swaps(id, ledger::TenorId{static_cast<std::uint16_t>(t)});
    required.swaps_bn += std::abs(static_cast<double>(lots)) * w.swap_margin_bp[t] * spec.books[kOutrightBooks + t].dv01_per_lot * 1e-9;
  }
  return required;
}

void mark_cleared(const Spec& spec, State& state, base::Time due) {
  auto& w = state.world;
  const auto manager = [&](InstitutionId house) -> auto& { return state.population.central_counterparty[spec.world.institutions[house.v].index_in_kind]; };
  for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) {
    if (!spec.world.is_listed(c)) continue;
    auto& md = w.books_data[world::book_of_listing(c)];
    md.settlement_ticks = static_cast<std::int64_t>(std::floor(md.mid_ticks + 0.5));
    mark_product(state, spec.world.books[world::book_of_listing(c)], world::carried_futures(c), md.settlement_ticks, spec.world.cme, due, manager(spec.world.cme),
                 [&](InstitutionId id) { return w.ledger.futures(id, ledger::FuturesId{c}); });
  }
  for (std::uint16_t t = 0; t < kNodes; ++t) {
    mark_product(state, spec.world.books[kOutrightBooks + t], world::carried_swap(t), swap_rate_ticks(spec, w, t), spec.world.lch, due, manager(spec.world.lch),
                 [&](InstitutionId id) { return w.ledger.swaps(id, ledger::TenorId{t}); });
  }
}

void end_day(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  auto& w = state.world;
  DefaultDesk desk{spec, state, market, probes, scratch};
  desk.end_windows();
  desk.clear_estates();
  end_overdrafts(spec, state, market, probes, scratch);
  announce_margins(spec, state);
  announce_haircuts(spec, state);
  const bool last = static_cast<std::size_t>(w.day) + 1 == spec.world.days.size();
  const base::Date next = last ? spec.world.settle.back() : spec.world.days[static_cast<std::size_t>(w.day) + 1];
  call_initial_margin(spec, state, probes, base::midnight(next) + base::hours(8) + base::minutes(30));
  if (spec.ficc_margin) {
    announce_ficc_margin(spec, state);
    call_ficc_margin(spec, state, probes, funding::due_at(funding::kFiccMorningCycle, next, next), false);
  }
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    const InstitutionId id{i};
    auto& account = w.accounts[i];
    account.equity_bn = w.equity_bn(spec.world, id);
    account.peak_equity_bn = std::max(account.peak_equity_bn, account.equity_bn);
  }
  // Whose capital is gone is closed out by those who finance it. A closed-out debtor may take its creditors with it: until nobody more.
  for (bool again = true; again;) {
    again = false;
    for (const InstitutionId id : w.ledger.in_name_order()) {
      auto& account = w.accounts[id.v];
      if (account.defaulted || !desk.can_default(id)) continue;
      account.equity_bn = w.equity_bn(spec.world, id);
      if (account.equity_bn > 0) continue;
      Trigger trigger;
      trigger.cash = w.ledger.cash(id);
      trigger.line = w.credit.undrawn(id);
      trigger.short_by = base::money_from_bn(-account.equity_bn);
      desk.declare(id, trigger);
      again = true;
    }
    // Close-outs move cash at once: who repaid a lender that is gone turns to its line.
    if (again) end_overdrafts(spec, state, market, probes, scratch);
  }
  for (const auto& dealer : state.population.primary_dealer) {
    if (!desk.lives(dealer.self)) continue;
    const double cost_bp = agents::primary_dealer::cost_bp(market.view(dealer.self), spec.population.primary_dealer, dealer);
    probes.dealer(w, dealer.self, dealer.use_leverage, dealer.use_var, cost_bp, spec.terms(dealer.self.v, w.day).constraint);
  }
}

}  // namespace haven::loop
