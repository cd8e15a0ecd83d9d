#include "engine/loop/ficc_margin.h"

#include <algorithm>

namespace haven::loop {
namespace {

using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;
using world::kNodes;

// Moves of a node's yield enter the margin rule as a fraction: one basis point is one ten-thousandth.
constexpr double kPerBp = 1e-4;

/// Forward face by security: what it will receive less what it will deliver through FICC.
std::array<double, world::kSecurities> forward_lots(const world::World& w, InstitutionId id) {
  std::array<double, world::kSecurities> lots{};
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) lots[s] = static_cast<double>((w.ledger.unsettled(id, SecurityId{s}) + w.ledger.due(id, SecurityId{s})).v) / 1e5;
  const auto cleared = [](const funding::Contract& c) { return c.segment == Segment::dvp || c.segment == Segment::gcf || c.segment == Segment::sponsored; };
  w.contracts.for_each_borrowed(id, [&](funding::ContractId, const funding::Contract& c) {
    if (cleared(c)) lots[c.security.v] += static_cast<double>(c.delivered.v) / 1e5;
  });
  w.contracts.for_each_lent(id, [&](funding::ContractId, const funding::Contract& c) {
    if (cleared(c)) lots[c.security.v] -= static_cast<double>(c.delivered.v) / 1e5;
  });
  return lots;
}

double required_alone_bn(const Spec& spec, const State& state, InstitutionId id) {
  const auto& w = state.world;
  const auto lots = forward_lots(w, id);
  world::Nodes margin{};  // dollars: dv01 of the node times its margin in bp
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    const auto& security = spec.world.securities[s];
    for (std::size_t n = 0; n < kNodes; ++n) margin[n] += lots[s] * security.dv01_per_lot * security.weight[n];
  }
  for (std::size_t n = 0; n < kNodes; ++n) margin[n] *= state.ficc_margin[n].level.in_force_hbp * 0.01;
  double square = 0;
  for (std::size_t a = 0; a < kNodes; ++a) {
    for (std::size_t b = 0; b < kNodes; ++b) square += margin[a] * margin[b] * spec.world.covariance.correlation[a][b];
  }
  double gain_bn = base::to_bn(w.ledger.unsettled_cash(id));
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) gain_bn += static_cast<double>(w.ledger.unsettled(id, SecurityId{s}).v) * 1e-9 * w.security_dirty(spec.world, s) * 0.01;
  gain_bn += w.forward_accrual_bn(id);
  return base::sqrt(std::max(0.0, square)) * 1e-9 + std::max(0.0, -gain_bn);
}

/// Who guarantees a client at FICC: its first prime broker in business.
bool sponsors(const Spec& spec, const State& state, InstitutionId dealer, std::size_t client) {
  const auto& pool = state.population.primary_dealer;
  for (const std::uint32_t k : spec.openings[client].financiers) {
    const InstitutionId broker = pool[k % pool.size()].self;
    if (state.world.accounts[broker.v].defaulted == 0) return broker == dealer;
  }
  return false;
}

}  // namespace

double ficc_required_bn(const Spec& spec, const State& state, InstitutionId dealer) {
  if (spec.world.institutions[dealer.v].kind != world::Kind::primary_dealer || state.world.accounts[dealer.v].defaulted) return 0;
  double required = required_alone_bn(spec, state, dealer);
  for (std::uint32_t i = 0; i < spec.openings.size(); ++i) {
    if (state.world.accounts[i].defaulted == 0 && sponsors(spec, state, dealer, i)) required += required_alone_bn(spec, state, {i});
  }
  return required;
}

void call_ficc_margin(const Spec& spec, State& state, metrics::Probes& probes, base::Time due, bool within_the_day) {
  auto& w = state.world;
  for (const InstitutionId id : w.ledger.in_name_order()) {
    if (spec.world.institutions[id.v].kind != world::Kind::primary_dealer || w.accounts[id.v].defaulted) continue;
    auto& account = w.accounts[id.v];
    const Money more = base::money_from_bn(ficc_required_bn(spec, state, id)) - account.ficc_margin;
    if (more.v == 0 || (within_the_day && more.v < 0)) continue;
    account.ficc_margin += more;
    account.call_due += more;
    state.calls.add(w.ledger, id, spec.world.ficc, more, ledger::Reason::initial_margin, due);
    probes.liquidity_need(w, id, 0, base::to_bn(more), 0);
  }
}

void announce_ficc_margin(const Spec& spec, State& state) {
  if (spec.world.is_frozen(world::Channel::margin_procyclicality)) return;
  for (std::size_t n = 0; n < kNodes; ++n) {
    const double y = world::yield_of_ticks(spec.world.books[n], state.world.books_data[n].mid_ticks);
    if (state.last_ficc_bp[n] != 0) funding::observe_day(*spec.ficc_margin, state.ficc_margin[n], (y - state.last_ficc_bp[n]) * kPerBp, state.world.day);
    state.last_ficc_bp[n] = y;
  }
}

void open_ficc_margin(const Spec& spec, State& state) {
  for (std::size_t n = 0; n < kNodes; ++n) {
    state.ficc_margin[n] = funding::calm_margin(*spec.ficc_margin, state.world.calm_sigma_bp[n] * kPerBp);
    state.last_ficc_bp[n] = world::yield_of_ticks(spec.world.books[n], state.world.books_data[n].mid_ticks);
  }
}

}  // namespace haven::loop
