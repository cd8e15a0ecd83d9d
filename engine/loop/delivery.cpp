#include "engine/loop/delivery.h"

#include <algorithm>

namespace haven::loop {
namespace {

using base::InstitutionId;
using base::Money;

// One short's lots to one long.
void deliver(const Spec& spec, State& state, std::uint16_t c, InstitutionId from, InstitutionId to, std::int64_t lots) {
  auto& w = state.world;
  const auto& contract = spec.world.contracts[c];
  const auto& book = spec.world.books[world::kNodes + c];
  const auto& terms = instruments::spec(static_cast<instruments::Contract>(c));
  const base::Date day = spec.world.settle[static_cast<std::size_t>(w.day)];
  const std::int64_t settlement = w.books_data[world::kNodes + c].settlement_ticks;
  w.ledger.trade_futures(from, to, ledger::FuturesId{c}, lots, w.journal, w.now);
  // The mark of the day has made both sides' value that of the settlement.
  const Money value = world::cleared_value(book, lots, settlement);
  w.accounts[from.v].carried[world::carried_futures(c)] += value;
  w.accounts[to.v].carried[world::carried_futures(c)] -= value;
  const Money each = instruments::invoice(terms, {static_cast<std::int32_t>(settlement)}, contract.deliverable, day).total();
  const Money money{each.v * (lots / terms.lots)};
  w.ledger.add_trade(to, from, {contract.basket}, base::Face{lots * 100'000}, money, day, w.journal, w.now);
  // A house that holds a defaulter's futures has the bonds to deal with instead.
  const auto house = [&](InstitutionId who, std::int64_t bought, Money received) {
    const auto& inst = spec.world.institutions[who.v];
    if (inst.kind != world::Kind::central_counterparty) return;
    auto& manager = state.population.central_counterparty[inst.index_in_kind];
    manager.program.futures[c] = 0;
    manager.program.cash[contract.basket] -= bought;
    manager.traded += received;
  };
  const auto firm = [&](InstitutionId who, base::Side side) {
    const auto& inst = spec.world.institutions[who.v];
    if (inst.kind != world::Kind::principal_trading_firm) return;
    agents::principal_trading_firm::on_trade(state.population.principal_trading_firm[inst.index_in_kind], world::kNodes + c, side, static_cast<double>(settlement), lots);
  };
  firm(from, base::Side::buy);
  firm(to, base::Side::sell);
  house(to, lots, -money);
  house(from, -lots, money);
}

}  // namespace

void deliver_futures(const Spec& spec, State& state, Market& market, metrics::Probes& probes) {
  auto& w = state.world;
  const base::Date today = spec.world.days[static_cast<std::size_t>(w.day)];
  for (std::uint16_t c = 0; spec.world.rolls() && c < world::kContracts; ++c) {
    if (!spec.world.has_next(c) || w.delivered[c] || today < spec.world.contracts[c].last_trading) continue;
    market.close_book(world::kNodes + c);
    market.close_book(world::calendar_book(c));
    w.delivered[c] = 1;
    const auto names = w.ledger.in_name_order();
    const auto lots_of = [&](InstitutionId id) { return w.ledger.futures(id, ledger::FuturesId{c}); };
    std::int64_t delivered = 0;
    auto to = names.begin();
    for (const InstitutionId from : names) {
      while (lots_of(from) < 0) {
        to = std::find_if(to, names.end(), [&](InstitutionId id) { return lots_of(id) > 0; });
        HAVEN_CHECK(to != names.end(), "there are more shorts than longs of " + spec.world.contracts[c].month_name);
        const std::int64_t lots = std::min(-lots_of(from), lots_of(*to));
        deliver(spec, state, c, from, *to, lots);
        delivered += lots;
      }
    }
    probes.delivered(w, c, delivered);
  }
}

}  // namespace haven::loop
