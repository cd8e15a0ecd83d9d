#include <algorithm>

#include "engine/loop/default.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;

std::int32_t reference_hbp(const Spec& spec) { return static_cast<std::int32_t>(spec.world.rates.iorb_pct * 1e4 + 0.5); }

void draw_to(const Spec& spec, State& state, InstitutionId id, Money needed) {
  auto& w = state.world;
  w.credit.draw(w.ledger, id, needed - w.ledger.cash(id), reference_hbp(spec), w.journal, w.now);
}

namespace {

// Calls of one house on one institution are one amount. Requires them to stand together.
void net(const std::vector<funding::MarginCall>& due, std::vector<NetCall>& out) {
  out.clear();
  for (const funding::MarginCall& call : due) {
    if (out.empty() || out.back().institution != call.institution || out.back().house != call.house) out.push_back({call.institution, call.house, call.name, {}, {}});
    (static_cast<ledger::Reason>(call.reason) == ledger::Reason::initial_margin ? out.back().initial : out.back().variation) += call.amount;
  }
}

void post(world::World& w, const NetCall& call) {
  const auto part = [&](Money amount, ledger::Reason reason) {
    if (amount.v > 0) w.ledger.pay(call.institution, call.house, amount, reason, w.journal, w.now);
    if (amount.v < 0) w.ledger.pay(call.house, call.institution, -amount, reason, w.journal, w.now);
  };
  // What the house gives back comes first.
  const bool initial_first = call.initial.v < 0;
  if (initial_first) part(call.initial, ledger::Reason::initial_margin);
  part(call.variation, ledger::Reason::variation_margin);
  if (!initial_first) part(call.initial, ledger::Reason::initial_margin);
  w.accounts[call.institution.v].call_due -= call.total();
}

}  // namespace

void pay_margin(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  auto& w = state.world;
  state.calls.take_due(w.now, scratch.due);
  std::stable_sort(scratch.due.begin(), scratch.due.end(), [](const auto& a, const auto& b) { return a.name != b.name ? a.name < b.name : a.house < b.house; });
  net(scratch.due, scratch.net_calls);
  for (const NetCall& call : scratch.net_calls) probes.liquidity_need(w, call.institution, base::to_bn(call.variation), 0, 0);
  DefaultDesk desk{spec, state, market, probes, scratch};
  for (std::size_t k = 0; k < scratch.net_calls.size(); ++k) {
    const NetCall call = scratch.net_calls[k];
    if (call.total().v <= 0 || !desk.lives(call.institution)) continue;
    if (has_daylight_credit(spec, w, call.institution)) {
      post(w, call);
      continue;
    }
    const Money cash = w.ledger.cash(call.institution), line = w.credit.undrawn(call.institution);
    if (cash + line >= call.total() || !desk.can_default(call.institution)) {
      draw_to(spec, state, call.institution, call.total());
      post(w, call);
      continue;
    }
    // Its calls of this hour go back on the table, for the houses to close out against.
    for (const NetCall& own : scratch.net_calls) {
      if (own.institution != call.institution || (own.total().v > 0 && own.house < call.house)) continue;
      state.calls.add(w.ledger, own.institution, own.house, own.variation, ledger::Reason::variation_margin, w.now);
      state.calls.add(w.ledger, own.institution, own.house, own.initial, ledger::Reason::initial_margin, w.now);
    }
    Trigger trigger;
    trigger.cause = Trigger::Cause::margin_call;
    trigger.house = call.house;
    trigger.variation = call.variation;
    trigger.initial = call.initial;
    trigger.cash = cash;
    trigger.line = line;
    trigger.short_by = call.total() - cash - line;
    desk.declare(call.institution, trigger);
  }
  for (const NetCall& call : scratch.net_calls) {
    if (call.total().v <= 0 && desk.lives(call.institution)) post(w, call);
  }
}

void make_payment(const Spec& spec, State& state, const scenario::Payment& payment) {
  auto& w = state.world;
  const auto each_living = [&](world::Kind kind, auto&& act) {
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
      if (spec.world.institutions[i].kind == kind && w.accounts[i].defaulted == 0) act(InstitutionId{i}, spec.openings[i].scale);
    }
  };
  double from_size = 0, to_size = 0;
  each_living(payment.from, [&](InstitutionId, double size) { from_size += size; });
  each_living(payment.to, [&](InstitutionId, double size) { to_size += size; });
  if (from_size <= 0 || to_size <= 0) return;
  const auto reason = payment.to == world::Kind::treasury ? ledger::Reason::tax : ledger::Reason::deposit;
  each_living(payment.from, [&](InstitutionId from, double paying) {
    each_living(payment.to, [&](InstitutionId to, double receiving) {
      const Money amount = base::money_from_bn(payment.bn * (paying / from_size) * (receiving / to_size));
      if (amount.v > 0) w.ledger.pay(from, to, amount, reason, w.journal, w.now);
    });
  });
}

void repay_lines(const Spec& spec, State& state) {
  auto& w = state.world;
  for (const InstitutionId id : w.ledger.in_name_order()) {
    const Money spare = w.ledger.cash(id) - std::max(Money{}, w.accounts[id.v].call_due);
    if (spare.v > 0) w.credit.repay(w.ledger, id, spare, reference_hbp(spec), w.journal, w.now);
  }
}

void end_overdrafts(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  auto& w = state.world;
  DefaultDesk desk{spec, state, market, probes, scratch};
  // Those who lend to others turn to the central bank last.
  for (const bool from_fed : {false, true}) {
    for (const InstitutionId id : w.ledger.in_name_order()) {
      if (!desk.can_default(id) || !desk.lives(id) || w.ledger.cash(id).v >= 0 || (w.credit.line(id).provider == spec.world.fed) != from_fed) continue;
      Trigger trigger;
      trigger.cause = Trigger::Cause::overdraft;
      trigger.cash = w.ledger.cash(id);
      trigger.line = w.credit.undrawn(id);
      trigger.short_by = -(trigger.cash + trigger.line);
      if (trigger.short_by.v > 0) {
        desk.declare(id, trigger);
      } else {
        draw_to(spec, state, id, {});
      }
    }
  }
}

}  // namespace haven::loop
