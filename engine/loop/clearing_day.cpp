#include <algorithm>
#include <cmath>

#include "engine/loop/phases.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using world::kContracts;
using world::Kind;
using world::kNodes;
using world::kOutrightBooks;

namespace {

std::int64_t swap_rate_ticks(const Spec& spec, const world::World& w, std::size_t tenor) {
  const auto& book = spec.world.books[kOutrightBooks + tenor];
  const double rate = world::yield_of_ticks(spec.world.books[tenor], w.books_data[tenor].mid_ticks) +
                      world::yield_of_ticks(book, w.books_data[kOutrightBooks + tenor].mid_ticks);
  return static_cast<std::int64_t>(std::floor(rate * book.grid.ticks_per_unit + 0.5));
}

// Calls the change in value of one cleared product from every institution; integer values make the house flat.
void mark_product(State& state, const world::Instrument& book, std::size_t slot, std::int64_t ticks, InstitutionId house, base::Time due) {
  auto& w = state.world;
  Money sum;
  for (const InstitutionId id : w.ledger.in_name_order()) {
    const std::int64_t lots = slot < kContracts ? w.ledger.futures(id, ledger::FuturesId{static_cast<std::uint16_t>(slot)})
                                                : w.ledger.swaps(id, ledger::TenorId{static_cast<std::uint16_t>(slot - kContracts)});
    auto& account = w.accounts[id.v];
    const Money value = world::cleared_value(book, lots, ticks);
    const Money gain = value - account.carried[slot];
    if (gain.v == 0) continue;
    account.carried[slot] = value;
    account.call_due -= gain;
    sum += gain;
    state.calls.add(w.ledger, id, house, -gain, ledger::Reason::variation_margin, due);
  }
  HAVEN_CHECK(sum.v <= 1'000'000 && sum.v >= -1'000'000, "variation margin of " + book.name + " does not sum to zero but to " + std::to_string(sum.v) + "/10000 dollar");
  if (sum.v != 0) w.ledger.round_off(house, -sum, w.journal, w.now);
}

struct MarginRequired {
  double futures_bn = 0, swaps_bn = 0;
};

MarginRequired margin_required(const Spec& spec, const State& state, InstitutionId id) {
  const auto& w = state.world;
  MarginRequired required;
  for (std::size_t c = 0; c < kContracts; ++c) {
    const auto lots = w.ledger.futures(id, ledger::FuturesId{static_cast<std::uint16_t>(c)});
    required.futures_bn += std::abs(static_cast<double>(lots)) * w.margin_points[c] * 1e3 * 1e-9;
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    const auto lots = w.ledger.swaps(id, ledger::TenorId{static_cast<std::uint16_t>(t)});
    required.swaps_bn += std::abs(static_cast<double>(lots)) * w.swap_margin_bp[t] * spec.world.books[kOutrightBooks + t].dv01_per_lot * 1e-9;
  }
  return required;
}

void announce_margins(const Spec& spec, State& state) {
  auto& w = state.world;
  const bool frozen = spec.world.is_frozen(world::Channel::margin_procyclicality);
  for (std::size_t c = 0; c < kContracts; ++c) {
    const auto& book = spec.world.books[kNodes + c];
    const double points = static_cast<double>(w.books_data[kNodes + c].settlement_ticks) / book.grid.ticks_per_unit;
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
    const auto required = margin_required(spec, state, id);
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
    rule.base_hbp = static_cast<std::int32_t>(spec.openings[i].haircut * 1e6);
    funding::observe_day(rule, state.haircuts[i], multiple, state.world.day);
  }
}

}  // namespace

void mark_cleared(const Spec& spec, State& state, base::Time due) {
  auto& w = state.world;
  for (std::size_t c = 0; c < kContracts; ++c) {
    auto& md = w.books_data[kNodes + c];
    md.settlement_ticks = static_cast<std::int64_t>(std::floor(md.mid_ticks + 0.5));
    mark_product(state, spec.world.books[kNodes + c], c, md.settlement_ticks, spec.world.cme, due);
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    mark_product(state, spec.world.books[kOutrightBooks + t], kContracts + t, swap_rate_ticks(spec, w, t), spec.world.lch, due);
  }
}

void pay_margin(const Spec& spec, State& state, metrics::Probes& probes, PhaseScratch& scratch) {
  (void)spec;
  auto& w = state.world;
  state.calls.take_due(w.now, scratch.due);
  for (const funding::MarginCall& call : scratch.due) {
    const bool pays = call.amount.v > 0;
    const auto reason = static_cast<ledger::Reason>(call.reason);
    w.ledger.pay(pays ? call.institution : call.house, pays ? call.house : call.institution, pays ? call.amount : -call.amount, reason, w.journal, w.now);
    w.accounts[call.institution.v].call_due -= call.amount;
    if (reason == ledger::Reason::variation_margin) probes.liquidity_need(w, call.institution, base::to_bn(call.amount), 0, 0);
  }
}

void end_day(const Spec& spec, State& state, Market& market, metrics::Probes& probes) {
  auto& w = state.world;
  announce_margins(spec, state);
  announce_haircuts(spec, state);
  const bool last = static_cast<std::size_t>(w.day) + 1 == spec.world.days.size();
  const base::Date next = last ? spec.world.settle.back() : spec.world.days[static_cast<std::size_t>(w.day) + 1];
  call_initial_margin(spec, state, probes, base::midnight(next) + base::hours(8) + base::minutes(30));
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    const InstitutionId id{i};
    auto& account = w.accounts[i];
    account.equity_bn = w.equity_bn(spec.world, id);
    account.peak_equity_bn = std::max(account.peak_equity_bn, account.equity_bn);
    const Kind kind = spec.world.institutions[i].kind;
    const bool levered = kind == Kind::basis_fund || kind == Kind::swap_spread_fund;
    if (levered && !account.defaulted && account.equity_bn <= 0) {
      account.defaulted = 1;
      w.journal.record(base::RecordKind::default_event, w.now, spec.world.institutions[i].name_key, 0, static_cast<std::int64_t>(account.equity_bn * 1e6));
      probes.default_of(w, id, "losses exceeded capital: equity " + std::to_string(account.equity_bn) + " bn at the 17:00 mark, opening " + std::to_string(account.start_equity_bn) + " bn", -account.equity_bn);
    }
  }
  for (const auto& dealer : state.population.primary_dealer) {
    probes.dealer(w, dealer.self, dealer.use_leverage, dealer.use_var, dealer.cost_bp, spec.openings[dealer.self.v].constraint);
  }
  (void)market;
}

void hold_auctions(const Spec& spec, State& state, Market& market, metrics::Probes& probes) {
  auto& w = state.world;
  const base::Date today = spec.world.days[static_cast<std::size_t>(w.day)];
  for (const scenario::Auction& auction : spec.scenario.auctions) {
    if (auction.day != today) continue;
    const auto& security = spec.world.securities[auction.security];
    const double when_issued_bp = w.security_yield_bp(spec.world, auction.security);
    const auto offered = static_cast<std::int64_t>(auction.offered_bn * 1e4);
    std::vector<agents::treasury::Bid> bids;
    const auto bid = [&](InstitutionId id, double yield_bp, double bn) {
      const auto lots = static_cast<std::int64_t>(bn * 1e4);
      if (lots > 0) bids.push_back({id, spec.world.institutions[id.v].name_key, std::floor(yield_bp * 10.0 + 0.5) / 10.0, lots});
    };
    // Dealers bid their share in steps at the yields at which they would buy that much from a client.
    for (auto& dealer : state.population.primary_dealer) {
      for (int step = 1; step <= 4; ++step) {
        agents::primary_dealer::Request ask;
        ask.index = auction.security;
        ask.client_side = base::Side::sell;
        ask.lots = static_cast<std::int64_t>(auction.offered_bn * 1e4 * 0.02 * step);
        const auto answer = agents::primary_dealer::answer(market.view(dealer.self), spec.population.primary_dealer, dealer, ask);
        if (answer.decline == agents::primary_dealer::Decline::none) bid(dealer.self, answer.yield_bp, auction.offered_bn * 0.02);
      }
    }
    // End investors bid for what they want today, at the market, and beyond it as the yield rises.
    const auto investor = [&](InstitutionId id, double share, double spread_bp) {
      for (int step = 0; step < 3; ++step) bid(id, when_issued_bp + spread_bp * (step - 0.5), auction.offered_bn * share / 3.0);
    };
    for (const auto& i : state.population.liability_investor) {
      const std::size_t node = std::min<std::size_t>(auction.security, kNodes - 1);
      const double short_of_bn = std::max(0.0, static_cast<double>(i.program.cash[node]) * 1e-4);
      investor(i.self, 0.25 / static_cast<double>(state.population.liability_investor.size()) + short_of_bn / auction.offered_bn * 0.2, 0.6);
    }
    for (const auto& i : state.population.foreign_official) {
      investor(i.self, 0.15 / static_cast<double>(state.population.foreign_official.size()) * (1.0 - 0.5 * w.outside.confidence_lost), 0.8);
    }
    for (const auto& i : state.population.foreign_private) {
      investor(i.self, 0.15 / static_cast<double>(state.population.foreign_private.size()) * (1.0 - 0.5 * w.outside.confidence_lost), 1.0);
    }
    for (const auto& i : state.population.asset_manager) investor(i.self, 0.2 / static_cast<double>(state.population.asset_manager.size()), 0.7);
    const auto result = agents::treasury::allot(std::move(bids), offered);
    w.journal.record(base::RecordKind::auction, w.now, spec.world.institutions[spec.world.treasury.v].name_key, auction.security, static_cast<std::int64_t>(result.high_yield_bp * 1000.0));
    // The Treasury sells for tomorrow's settlement and issues into its own box on that day's morning.
    for (const auto& award : result.awards) {
      market.trade_security(award.bidder, spec.world.treasury, auction.security, award.lots, security.anchor.price_points(result.high_yield_bp));
      ++w.trades;
    }
    std::int64_t sold = 0;
    for (const auto& award : result.awards) sold += award.lots;
    if (sold > 0) w.collateral.issue(w.ledger, spec.world.treasury, base::SecurityId{auction.security}, base::Face{sold * 100'000}, w.journal, w.now);
    probes.auction(w, auction.security, result.high_yield_bp - when_issued_bp, result.cover);
  }
}

}  // namespace haven::loop
