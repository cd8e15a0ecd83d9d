#include "agents/primary_dealer/auction.h"
#include "engine/loop/market.h"
#include "engine/loop/phases.h"

namespace haven::loop {
namespace {

using base::InstitutionId;

// One auction: everybody who bids is asked in the order of agents/list.h, which settles nothing: ties go by name.
struct Sale {
  const Spec& spec;
  State& state;
  Market& market;
  PhaseScratch& scratch;
  world::AuctionNotice notice;

  bool lives(InstitutionId id) const { return state.world.accounts[id.v].defaulted == 0; }

  template <class Members, class Parameters>
  void ask(const Members& members, const Parameters& parameters) {
    for (const auto& member : members) {
      if (lives(member.self)) bid(market.view(member.self), parameters, member, notice, scratch.bids);
    }
  }

  void collect() {
    const auto& p = state.population;
    const auto& q = spec.population;
    scratch.bids.clear();
    ask(p.primary_dealer, q.primary_dealer);
    ask(p.foreign_official, q.foreign_official);
    ask(p.foreign_private, q.foreign_private);
    ask(p.asset_manager, q.asset_manager);
    ask(p.bond_fund, q.bond_fund);
    ask(p.liability_investor, q.liability_investor);
    ask(p.household, q.household);
  }

  // Each hears its own award, and how much of it its program had still to buy is known before anybody owns a bond.
  void settle(const markets::AuctionResult& result) {
    auto& awarded = scratch.awarded_lots;
    awarded.assign(spec.world.institutions.size(), 0);
    for (const auto& award : result.awards) awarded[award.bidder.v] += award.lots;
    const double clean_points = spec.world.securities[notice.security].anchor.price_points(result.high_yield_bp);
    for (const InstitutionId id : state.world.ledger.in_name_order()) {
      const std::int64_t of_program = lives(id) ? hear(id, {result.high_yield_bp, static_cast<double>(awarded[id.v]) * 1e-4}) : 0;
      if (awarded[id.v] > 0) market.award(id, notice.security, awarded[id.v], clean_points, of_program);
    }
  }

  std::int64_t hear(InstitutionId id, const world::AuctionAwarded& awarded) {
    const auto& institution = spec.world.institutions[id.v];
    const std::uint32_t i = institution.index_in_kind;
    auto& p = state.population;
    const auto& q = spec.population;
    switch (institution.kind) {
      case world::Kind::foreign_official: return on_auction(market.view(id), q.foreign_official, p.foreign_official[i], notice, awarded);
      case world::Kind::foreign_private: return on_auction(market.view(id), q.foreign_private, p.foreign_private[i], notice, awarded);
      case world::Kind::liability_investor: return on_auction(market.view(id), q.liability_investor, p.liability_investor[i], notice, awarded);
      case world::Kind::asset_manager: on_auction(market.view(id), q.asset_manager, p.asset_manager[i], notice, awarded); return 0;
      default: return 0;
    }
  }
};

}  // namespace

void hold_auctions(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  auto& w = state.world;
  const base::Date today = spec.world.days[static_cast<std::size_t>(w.day)];
  for (const scenario::Auction& auction : spec.scenario.auctions) {
    if (auction.day != today) continue;
    int dealers = 0;
    for (const auto& dealer : state.population.primary_dealer) dealers += w.accounts[dealer.self.v].defaulted == 0 ? 1 : 0;
    Sale sale{spec, state, market, scratch, {auction.security, auction.offered_bn, dealers}};
    const double when_issued_bp = w.when_issued_bp(spec.world, auction.security);
    sale.collect();
    auto& result = scratch.awards;
    markets::hold_auction(scratch.bids, static_cast<std::int64_t>(auction.offered_bn * 1e4), result);
    w.journal.record(base::RecordKind::auction, w.now, spec.world.institutions[spec.world.treasury.v].name_key, auction.security, static_cast<std::int64_t>(result.high_yield_bp * 1000.0 + 0.5));
    // The Treasury sells for tomorrow's settlement, or the issue date's, and has the bonds in its own box from now on.
    sale.settle(result);
    // What a dealer sold ahead is a short like any other from now on: its award is in its position.
    for (auto& dealer : state.population.primary_dealer) dealer.presold_lots[auction.security] = 0;
    if (result.awarded_lots == 0) continue;
    w.collateral.issue(w.ledger, spec.world.treasury, base::SecurityId{auction.security}, base::Face{result.awarded_lots * 100'000}, w.journal, w.now);
    const auto to_dealers = static_cast<double>(result.awarded_by_class[static_cast<std::size_t>(markets::BidderClass::primary_dealer)]);
    probes.auction(w, auction.security, result.high_yield_bp - when_issued_bp, result.cover, 100.0 * to_dealers / static_cast<double>(result.awarded_lots));
  }
}

}  // namespace haven::loop
