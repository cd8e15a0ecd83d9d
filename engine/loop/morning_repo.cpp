#include "engine/loop/funding_morning.h"

#include "agents/primary_dealer/repo_bids.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;
using world::Kind;

double Morning::known_needs_bn(InstitutionId id) {
  return base::to_bn(std::max(Money{}, w().accounts[id.v].call_due) + w().credit.owed(id, reference_hbp(spec), today));
}

double Morning::need_bn(InstitutionId id) {
  if (!lives(id)) return 0;
  return std::max(0.0, spec.operating_cash_bn * spec.openings[id.v].scale + known_needs_bn(id) - base::to_bn(w().ledger.cash(id)));
}

void Morning::make_repo() {
  scratch.trades.assign(special_trades_.begin(), special_trades_.end());
  open_network();
  clients();
  between_dealers();
  if (!spec.repo_rounds.empty()) return make_round(0);
  dealers();
  facilities();
  publish_rate();
}

void Morning::publish_rate() {
  auto& f = w().funding;
  const auto sofr = funding::secured_overnight_rate(scratch.trades, hbp(spec.world.sofr_trim * 1e4));
  if (sofr) f.sofr_pct = funding::published_bp(sofr->median_hbp) * 0.01;
  double refused_bn = 0;
  for (const auto& dealer : state.population.primary_dealer) refused_bn += need_bn(dealer.self);
  probes.secured_rate(w(), sofr, refused_bn);
  if (beyond_tomorrow_) probes.repo(w(), "term", term_dealt_.volume_bn, term_dealt_.rate_pct(), 0, 0);
}

double Morning::finance_client(InstitutionId client, double buffer_bn) {
  const Opening& opening = spec.openings[client.v];
  auto& account = w().accounts[client.v];
  auto& pool = state.population.primary_dealer;
  const double need = std::max(0.0, buffer_bn + known_needs_bn(client) - base::to_bn(w().ledger.cash(client)));
  account.refused_by = client;
  account.declined_bn = account.unsecured_bn = 0;
  account.haircut = std::max(0, state.haircuts[client.v].in_force_hbp) * 1e-6;
  if (need <= 0 || opening.financiers.empty() || pool.empty()) return account.refused_bn = 0;
  double left = need, paid = 0, sum = 0, most_refused = 0;
  std::vector<Money> at_term = wanted_at_term(client, grains(need));
  for (int round = 0; round < 2 && left > 1e-3; ++round) {
    for (std::size_t i = 0; i < opening.financiers.size() && left > 1e-3; ++i) {
      auto& dealer = pool[opening.financiers[i] % pool.size()];
      if (!lives(dealer.self)) continue;
      const double already = base::to_bn(w().contracts.lent(dealer.self));
      const auto quote = agents::primary_dealer::repo_quote(market.view(dealer.self), spec.population.primary_dealer, dealer, already);
      // What others do not take it is asked for as well; one that cuts its clients back takes no more than its own.
      if (round == 1 && quote.rolled_share < 1.0) continue;
      const double share = round == 0 ? need / static_cast<double>(opening.financiers.size()) : left;
      const double granted = std::min({share * quote.rolled_share, left, std::max(0.0, quote.most_bn)});
      if (std::min(share, left) - granted > most_refused) {
        most_refused = std::min(share, left) - granted;
        account.refused_by = dealer.self;
      }
      const Money cleared = grains(granted * dealer.cleared_share);
      const Money bilateral = grains(granted) - cleared;
      const auto deal = [&](Segment segment, Money cash, double rate_bp) {
        const Money term = borrow_at_term(dealer.self, client, segment, cash, rate_bp, account.haircut, funding::Reuse::permitted, at_term);
        return term + borrow(dealer.self, client, segment, cash - term, rate_bp, account.haircut, funding::Reuse::permitted);
      };
      Money got = deal(Segment::sponsored, cleared, 100.0 * quote.rate_pct);
      got += deal(Segment::nccbr, bilateral, 100.0 * quote.rate_pct + kBilateralBp);
      const double bn = base::to_bn(got);
      left -= bn;
      sum += bn;
      paid += bn * quote.rate_pct;
    }
  }
  if (sum > 0) account.financing_pct = paid / sum;
  account.refused_bn = left > 0.01 * need ? left : 0.0;
  account.declined_bn = std::min(left, most_refused);
  account.unsecured_bn = left - account.declined_bn;
  return account.refused_bn;
}

void Morning::clients() {
  Tally tally;
  const auto finance = [&](InstitutionId id, double buffer_bn) {
    if (!lives(id)) return;
    const double refused = finance_client(id, buffer_bn);
    tally.refused_bn += refused;
  };
  auto& p = state.population;
  const auto position_bn = [&](InstitutionId id) {
    double sum = 0;
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) sum += std::abs(base::to_bn(w().ledger.position(id, SecurityId{s})));
    return sum;
  };
  for (auto& fund : p.basis_fund) finance(fund.self, spec.population.basis_fund.buffer * position_bn(fund.self));
  for (auto& firm : p.principal_trading_firm) finance(firm.self, spec.population.principal_trading_firm.cash_buffer_bn * firm.scale);
  for (auto& fund : p.swap_spread_fund) finance(fund.self, spec.population.swap_spread_fund.buffer * position_bn(fund.self));
  for (const auto& t : scratch.trades) {
    if (t.segment == Segment::nccbr || t.segment == Segment::sponsored) tally.add(base::to_bn(t.cash), t.rate_hbp * 0.01);
  }
  w().funding.bilateral_pct = tally.rate_pct();
  if (beyond_tomorrow_) {
    w().contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
      if (c.end > tomorrow && (c.segment == Segment::nccbr || c.segment == Segment::sponsored)) tally.add(base::to_bn(c.cash), c.rate_hbp * 0.01);
    });
  }
  probes.repo(w(), "client", tally.volume_bn, tally.rate_pct(), 0, tally.refused_bn);
  w().funding.refused_bn = tally.refused_bn;
}

void Morning::between_dealers() {
  auto& pool = state.population.primary_dealer;
  std::vector<std::size_t>& core = core_;
  core.clear();
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (spec.openings[pool[i].self.v].core && lives(pool[i].self)) core.push_back(i);
  }
  if (core.empty()) return;
  const double guess = w().funding.dvp_pct > 0 ? w().funding.dvp_pct : spec.world.rates.iorb_pct - 0.03;
  Tally tally;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (spec.openings[pool[i].self.v].core) continue;
    const double wanted = spec.interdealer_share * need_bn(pool[i].self);
    for (int k = 0; k < 2; ++k) {
      const std::size_t lender = core[(i + static_cast<std::size_t>(k)) % core.size()];
      const double passed = agents::primary_dealer::passed_on(market.view(pool[lender].self), spec.population.primary_dealer);
      const Money got = borrow(pool[lender].self, pool[i].self, Segment::dvp, grains(passed * wanted / 2), 100.0 * guess, 0.0, funding::Reuse::permitted);
      tally.add(base::to_bn(got), 100.0 * guess);
    }
  }
}

double Morning::cost_bp(Segment segment) const {
  return segment == Segment::tri_party ? spec.tri_party_cost_bp : segment == Segment::gcf ? spec.gcf_cost_bp : 0.0;
}

void Morning::collect_supply(world::RepoVenue venue, Segment segment) {
  each_offer(venue, [&](InstitutionId lender) {
    const auto name = spec.world.institutions[lender.v].name_key;
    for (const world::CashStep& step : scratch.steps) {
      scratch.supply.push_back({lender, hbp(step.rate_bp + cost_bp(segment)), grains(step.cash_bn), name, segment});
    }
  });
}

void Morning::bids_of(const agents::primary_dealer::Dealer& dealer, double need_bn) {
  double size = 0;
  for (const auto& other : state.population.primary_dealer) size += lives(other.self) ? other.scale : 0.0;
  const double facility_bn = spec.population.central_bank.standing_repo_cap_bn * dealer.scale / std::max(1e-9, size);
  scratch.steps.clear();
  agents::primary_dealer::repo_bids(market.view(dealer.self), spec.population.primary_dealer, need_bn, facility_bn, scratch.steps);
}

void Morning::collect_demand() {
  for (const auto& dealer : state.population.primary_dealer) {
    bids_of(dealer, need_bn(dealer.self));
    const auto name = spec.world.institutions[dealer.self.v].name_key;
    for (const world::CashStep& step : scratch.steps) scratch.demand.push_back({dealer.self, hbp(step.rate_bp), grains(step.cash_bn), name});
  }
}

void Morning::dealers() {
  scratch.supply.clear();
  scratch.demand.clear();
  collect_supply(world::RepoVenue::tri_party, Segment::tri_party);
  collect_supply(world::RepoVenue::dvp, Segment::dvp);
  collect_supply(world::RepoVenue::gcf, Segment::gcf);
  collect_demand();
  std::vector<std::vector<Money>> at_term;
  if (!spec.term_repo[static_cast<std::size_t>(Kind::primary_dealer)].empty()) {
    at_term.resize(spec.world.institutions.size());
    for (const auto& dealer : state.population.primary_dealer) at_term[dealer.self.v] = wanted_at_term(dealer.self, grains(need_bn(dealer.self)));
  }
  scratch.auction.clear(scratch.supply, scratch.demand, kGrain);
  Tally tri_party = opened(Segment::tri_party), dvp = opened(Segment::dvp), gcf = opened(Segment::gcf);
  if (scratch.auction.rate_hbp()) {
    scratch.matches.clear();
    scratch.auction.match(scratch.matches);
    for (const funding::RepoMatch& m : scratch.matches) {
      const double rate_bp = *scratch.auction.rate_hbp() * 0.01 - cost_bp(m.segment);
      const bool agent = m.segment == Segment::tri_party;
      const double haircut = agent ? spec.tri_party_haircut : 0.0;
      const funding::Reuse reuse = agent ? funding::Reuse::forbidden : funding::Reuse::permitted;
      Money got;
      if (agent && !at_term.empty()) got = borrow_at_term(m.lender, m.borrower, m.segment, m.cash, rate_bp, haircut, reuse, at_term[m.borrower.v]);
      got += borrow(m.lender, m.borrower, m.segment, m.cash - got, rate_bp, haircut, reuse);
      (agent ? tri_party : m.segment == Segment::gcf ? gcf : dvp).add(base::to_bn(got), rate_bp);
    }
  }
  tally_segments(tri_party, dvp, gcf);
}

void Morning::tally_segments(const Tally& tri_party, const Tally& dvp, const Tally& gcf) {
  probes.repo(w(), "tri_party", tri_party.volume_bn, tri_party.rate_pct(), 100.0 * spec.tri_party_haircut, 0);
  probes.repo(w(), "dvp", dvp.volume_bn, dvp.rate_pct(), 0, 0);
  probes.repo(w(), "gcf", gcf.volume_bn, gcf.rate_pct(), 0, 0);
  auto& f = w().funding;
  if (tri_party.volume_bn > 0) f.tri_party_pct = tri_party.rate_pct();
  if (dvp.volume_bn > 0) f.dvp_pct = dvp.rate_pct();
  if (gcf.volume_bn > 0) f.gcf_pct = gcf.rate_pct();
}

void Morning::facilities() {
  auto& p = state.population;
  Tally standing = opened(Segment::standing_repo), reverse = opened(Segment::on_rrp);
  double left = spec.population.central_bank.standing_repo_cap_bn - standing.volume_bn;
  for (auto& dealer : p.primary_dealer) {
    const double need = std::min(left, need_bn(dealer.self));
    if (need <= 0.001) continue;
    const Money got = borrow(spec.world.fed, dealer.self, Segment::standing_repo, grains(need), 100.0 * spec.world.rates.standing_repo_pct, spec.tri_party_haircut, funding::Reuse::forbidden);
    left -= base::to_bn(got);
    standing.add(base::to_bn(got), 100.0 * spec.world.rates.standing_repo_pct);
  }
  const auto park = [&](auto& funds) {
    for (auto& fund : funds) {
      if (!lives(fund.self)) continue;
      const double cash = std::min(spec.population.central_bank.on_rrp_cap_bn, base::to_bn(w().ledger.cash(fund.self)));
      if (cash <= 0.001) continue;
      const Money got = borrow(fund.self, spec.world.fed, Segment::on_rrp, grains(cash), 100.0 * spec.world.rates.on_rrp_pct, 0.0, funding::Reuse::forbidden);
      reverse.add(base::to_bn(got), 100.0 * spec.world.rates.on_rrp_pct);
    }
  };
  park(p.government_money_fund);
  park(p.prime_money_fund);
  probes.repo(w(), "standing_repo", standing.volume_bn, standing.rate_pct(), 100.0 * spec.tri_party_haircut, 0);
  probes.repo(w(), "on_rrp", reverse.volume_bn, spec.world.rates.on_rrp_pct, 0, 0);
}

}  // namespace haven::loop
