#include "engine/loop/advance.h"

#include <algorithm>

#include "engine/loop/default.h"
#include "engine/loop/delivery.h"
#include "engine/loop/ficc_margin.h"
#include "engine/loop/rule_change.h"
#include "engine/loop/when_issued.h"
#include "engine/metrics/recorder.h"
#include "engine/world/auction.h"

namespace haven::loop {
namespace {

using base::InstitutionId;
using world::Kind;

class Run {
 public:
  Run(const Spec& spec, State& state, metrics::Probes& probes, const Plant& plant)
      : spec_(spec), state_(state), probes_(probes), plant_(plant), market_(spec, state, probes) {
    intents_.reserve(256);
    scratch_.reserve_auctions(spec.world.institutions.size());
    for (auto& trader : state.population.noise) agents::noise::forget(trader);
    for (auto& dealer : state.population.primary_dealer) agents::primary_dealer::forget(dealer);
    state.world.last_prices = {};
    minds_.resize(spec.world.institutions.size());
    each([&](auto& member) { minds_[member.self.v] = reinterpret_cast<const char*>(&member); });
  }

  /// Where there are more institutions than the cache holds, the next one's account, draws and mind are on their way while this one acts.
  void expect(const base::Event& e) const {
    __builtin_prefetch(&spec_.world.institutions[e.agent].index_in_kind);
    __builtin_prefetch(&state_.world.accounts[e.agent].defaulted);
    __builtin_prefetch(&state_.request_draws[e.agent]);
    constexpr std::size_t kLine = 64;
    for (std::size_t at = 0; at < sizeof(world::Client); at += kLine) __builtin_prefetch(minds_[e.agent] + at);
  }

  /// Nothing that depends on this call's spec is left over for the next.
  void settle() {
    for (auto& dealer : state_.population.primary_dealer) agents::primary_dealer::settle(market_.view(dealer.self), spec_.population.primary_dealer, dealer);
  }

  void handle(const base::Event& e) {
    auto& w = state_.world;
    if (auto* recorder = probes_.recorder()) recorder->advance_to(w, e.time);
    w.now = e.time;
    ++w.events;
    switch (static_cast<EventKind>(e.kind)) {
      case EventKind::agent: agent(InstitutionId{e.agent}, e.detail); return;
      case EventKind::outside: outside(e.payload); return;
      case EventKind::evening_open: evening_open(); break;
      case EventKind::funding_morning:
        funding_morning(spec_, state_, market_, probes_, scratch_);
        if (w.day == plant_.day) w.ledger.plant_leak(state_.population.bank.at(0).self, plant_.leak);
        break;
      case EventKind::clients_open: clients_open(); break;
      case EventKind::margin_payment:
      case EventKind::intraday_payment: pay_margin(spec_, state_, market_, probes_, scratch_); break;
      case EventKind::noon_mark:
        mark_cleared(spec_, state_, at(base::hours(14) + base::minutes(30)));
        // On the first day nothing was posted for what was there before: that is called at its end.
        if (spec_.ficc_margin && w.day > 0) call_ficc_margin(spec_, state_, probes_, at(funding::kFiccIntradayCycle.due_at), true);
        hear_calls();
        break;
      case EventKind::announcement: announce_auctions(spec_, state_); break;
      case EventKind::auction: hold_auctions(spec_, state_, market_, probes_, scratch_); break;
      case EventKind::settlement_price:
        mark_cleared(spec_, state_, next_morning());
        deliver_futures(spec_, state_, market_, probes_);
        break;
      case EventKind::close: probes_.close(w); break;
      case EventKind::close_out_slice: DefaultDesk{spec_, state_, market_, probes_, scratch_}.sell_slice(); break;
      case EventKind::default_auction: DefaultDesk{spec_, state_, market_, probes_, scratch_}.hold_auction(e.payload); break;
      case EventKind::day_end: day_end(); break;
      case EventKind::failure: fail(InstitutionId{e.payload}); break;
      case EventKind::payment: make_payment(spec_, state_, spec_.scenario.payments[e.payload]); break;
      case EventKind::repo_round: repo_round(spec_, state_, market_, probes_, scratch_, e.payload); break;
      case EventKind::work_up: market_.work_up(e.payload); return;
      case EventKind::sample: sample(); return;
    }
    w.ledger.check_conservation();
  }

 private:
  base::Time at(base::Duration time_of_day) const { return base::midnight(spec_.world.days[static_cast<std::size_t>(state_.world.day)]) + time_of_day; }
  base::Time next_morning() const {
    const auto next = static_cast<std::size_t>(state_.world.day) + 1;
    const base::Date day = next < spec_.world.days.size() ? spec_.world.days[next] : spec_.world.settle.back();
    return base::midnight(day) + base::hours(8) + base::minutes(30);
  }

  // The public state changes, and those who quote fastest hear of it first.
  void outside(std::uint32_t step) {
    auto& w = state_.world;
    const world::PublicState before = w.outside;
    w.outside = state_.steps[step].state;
    if (spec_.world.is_frozen(world::Channel::fundamental)) w.outside = before;
    if (spec_.world.is_frozen(world::Channel::fiscal_premium)) w.outside.fiscal_index = before.fiscal_index;
    for (const auto& firm : state_.population.principal_trading_firm) {
      const double wait_s = spec_.population.principal_trading_firm.reaction_s * firm.speed;
      market_.wake(firm.self, w.now + base::Duration{static_cast<std::int64_t>(wait_s * 1e9)}, agents::principal_trading_firm::kNews);
    }
  }

  template <class F>
  void with_view(InstitutionId id, F&& f) {
    intents_.clear();
    f(market_.view(id), intents_);
    market_.apply(id, intents_);
  }

  template <class Members, class Parameters>
  void look(Members& members, std::size_t i, const Parameters& parameters) {
    with_view(members[i].self, [&](const world::View& view, world::Intents& out) { wake(view, parameters, members[i], out); });
  }

  void agent(InstitutionId id, std::uint16_t reason) {
    const auto& inst = spec_.world.institutions[id.v];
    auto& p = state_.population;
    const auto& q = spec_.population;
    const std::size_t i = inst.index_in_kind;
    if (state_.world.accounts[id.v].defaulted) return;
    // Between 17:00 and the next session's 18:00 nobody trades: whoever wakes then sleeps on.
    if (const base::Time open = state_.world.next_open; open.ns != 0) {
      return market_.wake(id, open + base::Duration{1 + state_.world.now.ns % base::minutes(10).ns}, reason);
    }
    switch (inst.kind) {
      case Kind::principal_trading_firm:
        with_view(id, [&](const world::View& view, world::Intents& out) { agents::principal_trading_firm::wake(view, q.principal_trading_firm, market_.readings(), p.principal_trading_firm[i], reason, out); });
        break;
      case Kind::noise: noise(i); break;
      case Kind::customer: look(p.customer, i, q.customer); break;
      case Kind::primary_dealer: look(p.primary_dealer, i, q.primary_dealer); break;
      case Kind::household: look(p.household, i, q.household); break;
      case Kind::basis_fund: look(p.basis_fund, i, q.basis_fund); break;
      case Kind::swap_spread_fund: look(p.swap_spread_fund, i, q.swap_spread_fund); break;
      case Kind::foreign_official: look(p.foreign_official, i, q.foreign_official); break;
      case Kind::foreign_private: look(p.foreign_private, i, q.foreign_private); break;
      case Kind::asset_manager: look(p.asset_manager, i, q.asset_manager); break;
      case Kind::bond_fund: look(p.bond_fund, i, q.bond_fund); break;
      case Kind::liability_investor: look(p.liability_investor, i, q.liability_investor); break;
      case Kind::mortgage_hedger: look(p.mortgage_hedger, i, q.mortgage_hedger); break;
      case Kind::central_counterparty: look(p.central_counterparty, i, q.central_counterparty); break;
      case Kind::central_bank: look(p.central_bank, i, q.central_bank); break;
      default: HAVEN_CHECK(false, inst.name + " was woken but does not act");
    }
  }

  void noise(std::size_t i) {
    auto& trader = state_.population.noise[i];
    const auto left = trader.left_lots;
    const auto slice_lots = static_cast<std::int64_t>(trader.slice_lots);
    const double mid_ticks = state_.world.books_data[trader.book].mid_ticks;
    look(state_.population.noise, i, spec_.population.noise);
    // A parent's price is that of one book: those that a roll cuts in two, and later ones, are not measured.
    if (state_.world.lead_book(trader.book) != trader.book) return;
    probes_.worked_parents(state_.world, {trader.self, trader.book, mid_ticks, slice_lots, left, trader.left_lots});
  }

  void evening_open() {
    auto& w = state_.world;
    const auto day = static_cast<std::uint32_t>(w.day);
    w.next_open = {};
    if (spec_.rule_change && w.day == spec_.rule_change->day) change_rule(spec_, state_);
    if (w.day == plant_.tick_day) market_.plant_tick();
    each([&](auto& member) { member.draws.start_day(day); });
    for (auto& draws : state_.request_draws) draws.start_day(day);
    w.funding.defaults_seen *= 0.5;
    for (auto& md : w.books_data) md.volume_lots = 0;
    choose_leads();
    close_when_issued(spec_, state_, market_);
    for (auto& basket : w.baskets) basket.volume_face = basket.signed_face = 0;
    accrue(spec_, w);
    outside_flows();

    scenario::day_steps(spec_.scenario, spec_.world, state_.seed, w.day, state_.day_start_public, state_.steps);
    for (std::size_t i = 0; i < state_.steps.size(); ++i) market_.schedule(EventKind::outside, state_.steps[i].time, static_cast<std::uint32_t>(i));
    if (!state_.steps.empty()) state_.day_start_public = state_.steps.back().state;

    for (auto& firm : state_.population.principal_trading_firm) {
      agents::principal_trading_firm::open_day(market_.view(firm.self), spec_.population.principal_trading_firm, firm);
      if (w.day == 0) market_.wake(firm.self, w.now, agents::principal_trading_firm::kLook);
    }
    for (auto& dealer : state_.population.primary_dealer) {
      agents::primary_dealer::open_day(market_.view(dealer.self), spec_.population.primary_dealer, dealer);
      if (w.day == 0) market_.wake(dealer.self, w.now, 0);
    }
    for (auto& trader : state_.population.noise) {
      if (w.day == 0) market_.wake(trader.self, w.now + base::minutes(5), 0);
    }
    for (auto& customer : state_.population.customer) {
      if (w.day == 0) market_.wake(customer.self, w.now + base::minutes(5), 0);
    }
    schedule_day();
  }

  // Of a contract and its next the one in which more is open leads the day.
  void choose_leads() {
    auto& w = state_.world;
    for (std::size_t c = 0; spec_.world.rolls() && c < world::kContracts; ++c) {
      if (!spec_.world.has_next(c) || w.next_leads[c]) continue;
      w.next_leads[c] = w.delivered[c] != 0 || w.open_interest(world::kContracts + c) > w.open_interest(c);
      // What was meant for the month that led is not left standing in a market that few trade in: who still quotes it does so anew.
      if (w.next_leads[c]) market_.close_book(world::kNodes + c);
    }
  }

  template <class F>
  void each(F&& f) {
    auto& p = state_.population;
    const auto all = [&](auto& members) {
      for (auto& member : members) f(member);
    };
    all(p.primary_dealer), all(p.custody_bank), all(p.bank), all(p.basis_fund), all(p.swap_spread_fund), all(p.principal_trading_firm);
    all(p.government_money_fund), all(p.prime_money_fund), all(p.home_loan_bank), all(p.foreign_official), all(p.foreign_private);
    all(p.asset_manager), all(p.bond_fund), all(p.liability_investor), all(p.mortgage_hedger), all(p.household), all(p.customer), all(p.noise);
    all(p.central_counterparty), all(p.central_bank), all(p.treasury);
  }

  void schedule_day() {
    market_.schedule(EventKind::funding_morning, at(base::hours(7)));
    market_.schedule(EventKind::clients_open, at(base::hours(7) + base::minutes(45)));
    market_.schedule(EventKind::margin_payment, at(base::hours(8) + base::minutes(30)));
    market_.schedule(EventKind::noon_mark, at(base::hours(12)));
    for (const auto& auction : spec_.scenario.auctions) {
      if (auction.when_issued && base::midnight(auction.when_issued->from) == at({})) {
        market_.schedule(EventKind::announcement, at(world::kAnnouncement));
        break;
      }
    }
    market_.schedule(EventKind::auction, at(world::kBidsDue));
    market_.schedule(EventKind::intraday_payment, at(base::hours(14) + base::minutes(30)));
    market_.schedule(EventKind::settlement_price, at(base::hours(15)));
    market_.schedule(EventKind::close, at(base::hours(15) + base::minutes(30)));
    market_.schedule(EventKind::day_end, at(base::hours(17)));
    market_.schedule(EventKind::sample, state_.world.now + base::minutes(30));
    if (spec_.ficc_margin) {
      market_.schedule(EventKind::margin_payment, at(funding::kFiccMorningCycle.due_at));
      market_.schedule(EventKind::intraday_payment, at(funding::kFiccIntradayCycle.due_at));
    }
    for (std::size_t k = 1; k < spec_.repo_rounds.size(); ++k) market_.schedule(EventKind::repo_round, at(spec_.repo_rounds[k].time_of_day), static_cast<std::uint32_t>(k));
    const auto& payments = spec_.scenario.payments;
    for (std::size_t i = 0; i < payments.size(); ++i) {
      const bool with_the_morning = payments[i].time_of_day == base::hours(7);
      if (at(payments[i].time_of_day) == base::midnight(payments[i].day) + payments[i].time_of_day && !with_the_morning) market_.schedule(EventKind::payment, at(payments[i].time_of_day), static_cast<std::uint32_t>(i));
    }
    for (const auto& failure : spec_.scenario.failures) {
      if (failure.time >= state_.world.now && failure.time < at(base::hours(17))) schedule_failure(spec_, state_, failure);
    }
  }

  void fail(InstitutionId who) {
    DefaultDesk desk{spec_, state_, market_, probes_, scratch_};
    if (!desk.lives(who)) return;
    Trigger trigger;
    trigger.cause = Trigger::Cause::scenario;
    trigger.cash = state_.world.ledger.cash(who);
    trigger.line = state_.world.credit.undrawn(who);
    desk.declare(who, trigger);
  }

  // Outside instructions become needs of their kind's members, by size.
  void outside_flows() {
    if (spec_.world.is_frozen(world::Channel::fundamental)) return;
    auto& w = state_.world;
    const base::Date today = spec_.world.days[static_cast<std::size_t>(w.day)];
    const auto give = [&](Kind kind, double sell_bn, const std::array<double, world::kSecurities>& share) {
      double total = 0;
      for (std::size_t i = 0; i < spec_.openings.size(); ++i) {
        if (spec_.world.institutions[i].kind == kind) total += spec_.openings[i].scale;
      }
      for (std::size_t i = 0; i < spec_.openings.size() && total > 0; ++i) {
        if (spec_.world.institutions[i].kind != kind) continue;
        for (std::size_t s = 0; s < world::kSecurities; ++s) {
          w.accounts[i].need_lots[s] += static_cast<std::int64_t>(sell_bn * 1e4 * share[s] * spec_.openings[i].scale / total);
        }
      }
    };
    for (const auto& flow : spec_.scenario.flows) {
      if (today >= flow.from && today <= flow.to) give(flow.kind, flow.sell_bn_per_day, flow.security_share);
    }
    for (const auto& order : spec_.scenario.purchases) {
      if (today >= order.from && today <= order.to) give(Kind::central_bank, -order.bn_per_day, order.security_share);
    }
  }

  void clients_open() {
    auto& p = state_.population;
    const auto& q = spec_.population;
    const auto plan_all = [&](auto& members, const auto& parameters) {
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (state_.world.accounts[members[i].self.v].defaulted) continue;
        with_view(members[i].self, [&](const world::View& view, world::Intents& out) { plan(view, parameters, members[i], out); });
      }
    };
    plan_all(p.basis_fund, q.basis_fund);
    plan_all(p.swap_spread_fund, q.swap_spread_fund);
    plan_all(p.foreign_official, q.foreign_official);
    plan_all(p.foreign_private, q.foreign_private);
    plan_all(p.asset_manager, q.asset_manager);
    plan_all(p.bond_fund, q.bond_fund);
    plan_all(p.liability_investor, q.liability_investor);
    plan_all(p.mortgage_hedger, q.mortgage_hedger);
    plan_all(p.central_bank, q.central_bank);
    for (std::size_t i = 0; i < p.household.size(); ++i) {
      if (!state_.world.accounts[p.household[i].self.v].defaulted) look(p.household, i, q.household);
    }
  }

  // Levered funds start to sell for what they will not be able to pay.
  void hear_calls() {
    auto& p = state_.population;
    for (auto& fund : p.basis_fund) {
      if (!state_.world.accounts[fund.self.v].defaulted) agents::basis_fund::on_call(market_.view(fund.self), spec_.population.basis_fund, fund);
    }
    for (auto& fund : p.swap_spread_fund) {
      if (!state_.world.accounts[fund.self.v].defaulted) agents::swap_spread_fund::on_call(market_.view(fund.self), fund);
    }
  }

  // Every five minutes by day, every half hour at night.
  void sample() {
    auto& w = state_.world;
    market_.refresh_baskets();
    const auto time_of_day = base::time_of_day(w.now);
    const bool day = time_of_day >= base::hours(7) && time_of_day < base::hours(17);
    const double minutes = day ? 5.0 : 30.0;
    // Squared moves decay with a half-life of half a New York day; a day's variance is that of its ten hours plus night.
    const double weight = 1.0 - base::exp(-0.6931471805599453 * minutes / (day ? 300.0 : 1800.0));
    const double half_hours = day ? 20.0 : 60.0;
    const std::size_t back = day ? world::kRecent : 1;
    const bool day_begins = time_of_day == base::hours(7);
    for (std::size_t k = 0; k < spec_.world.books.size(); ++k) {
      if (k >= world::kBooks && (spec_.world.books[k].name.empty() || spec_.world.books[k].kind == world::BookKind::calendar)) continue;
      if (k >= world::when_issued_book(0) && !w.when_issued[k - world::when_issued_book(0)].open) continue;
      auto& md = w.books_data[k];
      const double y = world::yield_of_ticks(spec_.world.books[k], md.mid_ticks);
      if (day_begins) md.recent = 0;
      if (md.recent >= back) {
        const double move = y - md.recent_bp[(md.recent - back) % world::kRecent];
        md.variance_bp2 += weight * (move * move * half_hours - md.variance_bp2);
      }
      md.recent_bp[md.recent % world::kRecent] = y;
      ++md.recent;
    }
    if (day) {
      double out = 0;
      for (const auto& firm : state_.population.principal_trading_firm) out += firm.out;
      if (!state_.population.principal_trading_firm.empty()) probes_.fast_traders_out(out / static_cast<double>(state_.population.principal_trading_firm.size()));
    }
    probes_.sample(w);
    const base::Time next = w.now + base::minutes(day || time_of_day >= base::hours(6) + base::minutes(31) ? 5 : 30);
    if (next < at(base::hours(17))) market_.schedule(EventKind::sample, next);
  }

  void day_end() {
    auto& w = state_.world;
    end_day(spec_, state_, market_, probes_, scratch_);
    probes_.day_end(w);
    const auto next = static_cast<std::size_t>(w.day) + 1;
    if (next == spec_.world.days.size()) {
      state_.finished = 1;
      return;
    }
    w.day = static_cast<std::int32_t>(next);
    w.next_open = base::midnight(spec_.world.days[next]) - base::hours(6);
    market_.schedule(EventKind::evening_open, w.next_open);
  }

  const Spec& spec_;
  State& state_;
  metrics::Probes& probes_;
  Plant plant_;
  Market market_;
  world::Intents intents_;
  std::vector<const char*> minds_;  // where the population keeps each institution's own, by institution; only to be fetched
  PhaseScratch scratch_;
};

}  // namespace

void schedule_failure(const Spec& spec, State& state, const scenario::Failure& failure) {
  HAVEN_CHECK(world::can_default(spec.world.institutions[failure.who.v].kind), state.world.ledger.name(failure.who) + " cannot fail");
  base::Event e;
  e.time = failure.time;
  e.phase = phase_of(EventKind::failure);
  e.kind = static_cast<std::uint8_t>(EventKind::failure);
  e.name = spec.world.institutions[failure.who.v].name_key;
  e.payload = failure.who.v;
  state.queue.push(e);
}

void advance(const Spec& spec, State& state, metrics::Probes& probes, const Plant& plant, base::Time stop_before) {
  Run run(spec, state, probes, plant);
  while (!state.finished && !state.queue.empty()) {
    if (stop_before.ns != 0 && state.queue.top().time >= stop_before) break;
    const base::Event event = state.queue.pop();
    if (!state.queue.empty()) run.expect(state.queue.top());
    run.handle(event);
  }
  run.settle();
}

}  // namespace haven::loop
