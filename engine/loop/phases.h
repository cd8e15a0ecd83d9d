// The market's day outside the books: funding, settlement, margin, auctions, marks.
#pragma once

#include "engine/funding/repo.h"
#include "engine/funding/repo_auction.h"
#include "engine/loop/market.h"

namespace haven::loop {

/// Scratch that the phases reuse; results of the last phase only.
struct PhaseScratch {
  std::vector<funding::ContractId> maturing;
  std::vector<funding::Fail> fails;
  funding::Maturities maturities;
  funding::Deliveries deliveries;
  std::vector<base::Money> per_million;
  std::vector<funding::RepoStep> supply, demand;
  std::vector<funding::RepoMatch> matches;
  std::vector<funding::RepoTrade> trades;
  std::vector<funding::MarginCall> due;
  world::Supply steps;
  funding::RepoAuction auction;
};

/// 07:00: overnight repo matures, yesterday's trades settle, money funds take in and pay out, repo is made.
void funding_morning(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch);
/// 15:00 (and noon): marks every cleared position; what it moved is called and due at `due`.
void mark_cleared(const Spec& spec, State& state, base::Time due);
/// Pays every call that is due.
void pay_margin(const Spec& spec, State& state, metrics::Probes& probes, PhaseScratch& scratch);
/// 13:00 auctions of the day.
void hold_auctions(const Spec& spec, State& state, Market& market, metrics::Probes& probes);
/// 17:00: margin requirements and haircuts for tomorrow, equity marks, defaults.
void end_day(const Spec& spec, State& state, Market& market, metrics::Probes& probes);
/// Dealers' and custodians' capacity under the leverage rule, and their exposure, from the repo book.
void update_leverage(const Spec& spec, State& state);

}  // namespace haven::loop
