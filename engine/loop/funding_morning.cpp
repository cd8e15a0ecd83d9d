#include "engine/loop/funding_morning.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;

void Morning::payments() {
  for (const scenario::Payment& payment : spec.scenario.payments) {
    if (payment.day == today && base::midnight(today) + payment.time_of_day == now()) make_payment(spec, state, payment);
  }
}

void Morning::investors() {
  auto& p = state.population;
  const auto flow = [&](auto& funds, const auto& parameters) {
    for (auto& fund : funds) {
      if (!lives(fund.self)) continue;
      const double bn = agents::money_fund::investor_flow_bn(market.view(fund.self), parameters, fund);
      const Money amount = grains(std::abs(bn) * parameters.repo_share);
      if (amount.v == 0) continue;
      w().ledger.receive_from_outside(fund.self, bn > 0 ? amount : -amount, ledger::OutsideFlowId{1}, w().journal, now());
      if (beyond_tomorrow_) call_back(fund.self);
    }
  };
  flow(p.government_money_fund, spec.population.government_money_fund);
  flow(p.prime_money_fund, spec.population.prime_money_fund);
}

namespace {

void after_repo(const Spec& spec, State& state) {
  repay_lines(spec, state);
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    state.world.accounts[i].repo_borrowed = state.world.contracts.borrowed(InstitutionId{i});
  }
  update_leverage(spec, state);
}

}  // namespace

void funding_morning(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  const auto day = static_cast<std::size_t>(state.world.day);
  scratch.per_million.resize(world::kSecurities);
  Morning morning{spec, state, market, probes, scratch, spec.world.days[day], spec.world.settle[day]};
  morning.settle();
  morning.payments();
  morning.investors();
  morning.make_repo();
  after_repo(spec, state);
}

void repo_round(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch, std::size_t round) {
  const auto day = static_cast<std::size_t>(state.world.day);
  collateral_values(spec.world, state.world, scratch.per_million);
  Morning morning{spec, state, market, probes, scratch, spec.world.days[day], spec.world.settle[day]};
  morning.make_round(round);
  after_repo(spec, state);
}

bool has_daylight_credit(const Spec& spec, const world::World& w, InstitutionId id) {
  return !spec.repo_rounds.empty() && spec.world.institutions[id.v].kind == world::Kind::primary_dealer && base::time_of_day(w.now) < spec.repo_rounds.back().time_of_day;
}

void update_leverage(const Spec& spec, State& state) {
  auto& w = state.world;
  const auto exposure = [&](InstitutionId id, double cleared_netting) {
    // Reverse repo counts gross where it cannot be netted; cleared trades face one counterparty and mostly net.
    const double bilateral = base::to_bn(w.contracts.lent(id, Segment::nccbr));
    const double cleared = base::to_bn(w.contracts.lent(id, Segment::sponsored)) + base::to_bn(w.contracts.lent(id, Segment::dvp)) + base::to_bn(w.contracts.lent(id, Segment::gcf));
    return bilateral + (1.0 - cleared_netting) * cleared;
  };
  const auto update = [&](InstitutionId id) {
    auto& account = w.accounts[id.v];
    account.leverage_exposure_bn = exposure(id, 0.8);
    double inventory = 0;
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) inventory += std::abs(base::to_bn(w.ledger.position(id, SecurityId{s})));
    if (!state.leverage_started[id.v]) {
      state.leverage_started[id.v] = 1;
      state.opening_exposure_bn[id.v] = account.leverage_exposure_bn + inventory;
    }
    account.leverage_capacity_bn = state.opening_exposure_bn[id.v] + spec.terms(id.v, w.day).leverage_headroom_bn;
  };
  for (const auto& dealer : state.population.primary_dealer) update(dealer.self);
  for (const auto& custodian : state.population.custody_bank) update(custodian.self);
}

}  // namespace haven::loop
