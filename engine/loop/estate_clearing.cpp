#include <algorithm>

#include "engine/loop/default.h"
#include "networks/clearing.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;

// Settled, repaid by those to whom it had lent, and out of the clearing houses.
bool DefaultDesk::ready(std::uint32_t index) const {
  const auto& w = state.world;
  const Estate& estate = state.estates[index];
  if (estate.cleared || w.contracts.lent(estate.who).v != 0) return false;
  if (std::any_of(state.house_accounts.begin(), state.house_accounts.end(), [&](const HouseAccount& a) { return a.estate == index; })) return false;
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    const base::SecurityId security{s};
    if (w.ledger.unsettled(estate.who, security).v != 0 || w.ledger.due(estate.who, security).v != 0) return false;
  }
  return w.ledger.unsettled_cash(estate.who).v == 0;
}

void DefaultDesk::clear_estates() {
  auto& w = state.world;
  // Everybody who owes or is owed, by name; obligations of the same two are one net amount.
  std::vector<std::uint8_t> selling(state.estates.size());
  for (const Liquidation& l : state.liquidations) {
    if (!l.done) selling[l.estate] = 1;
  }
  std::vector<std::uint32_t> open;
  for (std::uint32_t k = 0; k < state.estates.size(); ++k) {
    if (!selling[k] && ready(k)) open.push_back(k);
  }
  if (open.empty()) return;
  std::vector<InstitutionId> party;
  for (const std::uint32_t k : open) {
    party.push_back(state.estates[k].who);
    for (const Claim& claim : state.estates[k].claims) party.push_back(claim.creditor);
  }
  std::sort(party.begin(), party.end(), [&](InstitutionId a, InstitutionId b) { return w.ledger.name_key(a) < w.ledger.name_key(b); });
  party.erase(std::unique(party.begin(), party.end()), party.end());
  const auto node_of = [&](InstitutionId id) { return static_cast<networks::NodeIndex>(std::find(party.begin(), party.end(), id) - party.begin()); };
  std::vector<Money> owes(party.size() * party.size());
  for (const std::uint32_t k : open) {
    const std::size_t debtor = node_of(state.estates[k].who);
    for (const Claim& claim : state.estates[k].claims) owes[debtor * party.size() + node_of(claim.creditor)] += claim.amount;
  }
  std::vector<networks::Node> nodes;
  std::vector<networks::EdgeRow> rows;
  std::vector<std::int64_t> assets;
  for (std::size_t a = 0; a < party.size(); ++a) {
    nodes.push_back({w.ledger.name(party[a]), networks::Role::other});
    assets.push_back(std::max<std::int64_t>(0, w.ledger.cash(party[a]).v) + w.credit.undrawn(party[a]).v);
    // The central bank's money is its own to make.
    if (!can_default(party[a])) assets.back() = std::int64_t{1} << 60;
    for (std::size_t b = 0; b < party.size(); ++b) {
      const Money amount = owes[a * party.size() + b] - owes[b * party.size() + a];
      if (amount.v > 0) rows.push_back({static_cast<networks::NodeIndex>(a), static_cast<networks::NodeIndex>(b), amount.v});
    }
  }
  const networks::Snapshot obligations(networks::Unit::money, std::move(nodes), rows);
  networks::Clearing clearing(obligations);
  const auto result = clearing.clear(assets, {spec.close_out.recovery_alpha, spec.close_out.recovery_beta});
  const auto paid = networks::edge_payments(obligations, result);
  for (const std::uint32_t k : open) {
    const Estate& estate = state.estates[k];
    step(estate.who, "clearing", "cash", estate.who, w.ledger.cash(estate.who));
    step(estate.who, "clearing", "owed", estate.who, {result.owed[node_of(estate.who)]});
  }
  std::size_t edge = 0;
  obligations.for_each_edge([&](networks::NodeIndex from, networks::NodeIndex to, const networks::Leg& leg) {
    const Money amount{paid[edge++]};
    draw_to(spec, state, party[from], amount);
    w.ledger.pay(party[from], party[to], amount, ledger::Reason::default_loss, w.journal, w.now);
    if (!lives(party[from])) step(party[from], "clearing", "paid", party[to], amount);
    if (!lives(party[from]) && amount.v < leg.amount) step(party[from], "clearing", "lost by the creditor", party[to], Money{leg.amount} - amount);
    if (!lives(party[to])) step(party[to], "clearing", "received", party[from], amount);
  });
  for (const std::uint32_t k : open) {
    Estate& estate = state.estates[k];
    estate.cleared = 1;
    step(estate.who, "clearing", "left in the estate", estate.who, w.ledger.cash(estate.who));
    w.journal.record(base::RecordKind::default_event, w.now, spec.world.institutions[estate.who.v].name_key, 0, result.paid[node_of(estate.who)]);
  }
  for (std::size_t a = 0; a < party.size(); ++a) {
    if (result.cause[a] == networks::DefaultCause::none || !lives(party[a]) || !can_default(party[a])) continue;
    Trigger trigger;
    trigger.cause = Trigger::Cause::clearing;
    trigger.cash = w.ledger.cash(party[a]);
    trigger.line = w.credit.undrawn(party[a]);
    trigger.short_by = {result.owed[a] - result.paid[a]};
    declare(party[a], trigger);
  }
}

}  // namespace haven::loop
