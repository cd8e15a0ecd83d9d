#include "agents/primary_dealer/repo_bids.h"
#include "engine/loop/funding_morning.h"
#include "engine/world/repo_rounds.h"

namespace haven::loop {

using base::InstitutionId;
using base::Money;
using funding::Segment;
using world::Kind;

Money Morning::lent_today(InstitutionId id, Segment segment) {
  Money sum;
  w().contracts.for_each_lent(id, [&](funding::ContractId, const funding::Contract& c) {
    if (made_today(c) && c.segment == segment) sum += c.cash;
  });
  return sum;
}

Money Morning::borrowed_today(InstitutionId id) {
  Money sum;
  w().contracts.for_each_borrowed(id, [&](funding::ContractId, const funding::Contract& c) {
    if (made_today(c) && (c.segment == Segment::tri_party || c.segment == Segment::dvp || c.segment == Segment::gcf)) sum += c.cash;
  });
  return sum;
}

double Morning::due_bn(InstitutionId id, std::size_t round) {
  const double left = need_bn(id), found = base::to_bn(borrowed_today(id));
  return std::clamp(spec.repo_rounds[round].share * (left + found) - found, 0.0, left);
}

void Morning::collect_round_supply(world::RepoVenue venue, Segment segment, std::size_t round) {
  const double share = spec.repo_rounds[round].share;
  each_offer(venue, [&](InstitutionId lender) {
    // Dear dollars are the last to go: what it has lent was the cheapest of what it has offered by now.
    std::stable_sort(scratch.steps.begin(), scratch.steps.end(), [](const auto& a, const auto& b) { return a.rate_bp < b.rate_bp; });
    double lent_bn = base::to_bn(lent_today(lender, segment));
    const auto& account = w().accounts[lender.v];
    const auto name = spec.world.institutions[lender.v].name_key;
    for (const world::CashStep& step : scratch.steps) {
      const double by_now_bn = step.cash_bn * share, gone_bn = std::min(lent_bn, by_now_bn);
      lent_bn -= gone_bn;
      const Money cash = grains(by_now_bn - gone_bn);
      if (cash.v == 0) continue;
      double ask_bp = step.rate_bp + cost_bp(segment);
      if (!last(round)) ask_bp = world::ask_before_the_last_round(ask_bp, w().funding.round_bp, account.round_unfilled);
      scratch.supply.push_back({lender, hbp(ask_bp), cash, name, segment});
    }
  });
}

void Morning::collect_round_demand(std::size_t round) {
  for (const auto& dealer : state.population.primary_dealer) {
    bids_of(dealer, due_bn(dealer.self, round));
    const auto name = spec.world.institutions[dealer.self.v].name_key;
    for (const world::CashStep& step : scratch.steps) {
      double bid_bp = step.rate_bp;
      if (!last(round) && w().funding.round_bp > 0) bid_bp = world::bid_before_the_last_round(bid_bp, w().funding.round_bp, w().accounts[dealer.self.v].round_unfilled);
      scratch.demand.push_back({dealer.self, hbp(bid_bp), grains(step.cash_bn), name});
    }
  }
}

void Morning::remember_round() {
  const auto rate = scratch.auction.rate_hbp();
  std::vector<Money> wanted(spec.world.institutions.size()), dealt(wanted.size());
  for (std::size_t k = 0; k < scratch.demand.size(); ++k) {
    wanted[scratch.demand[k].institution.v] += scratch.demand[k].cash;
    dealt[scratch.demand[k].institution.v] += scratch.auction.borrowed(k);
  }
  std::vector<std::uint8_t> offered(wanted.size());
  for (std::size_t k = 0; k < scratch.supply.size(); ++k) {
    const funding::RepoStep& step = scratch.supply[k];
    offered[step.institution.v] = 1;
    if (!rate || step.rate_hbp > *rate) continue;
    wanted[step.institution.v] += step.cash;
    dealt[step.institution.v] += scratch.auction.lent(k);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto& unfilled = w().accounts[i].round_unfilled;
    if (wanted[i].v > 0) unfilled = 1.0 - base::to_bn(dealt[i]) / base::to_bn(wanted[i]);
    else if (offered[i]) unfilled = 1.0;  // all that it offered was too dear
  }
  if (rate) w().funding.round_bp = *rate * 0.01;
}

void Morning::make_round(std::size_t round) {
  scratch.supply.clear();
  scratch.demand.clear();
  collect_round_supply(world::RepoVenue::tri_party, Segment::tri_party, round);
  collect_round_supply(world::RepoVenue::dvp, Segment::dvp, round);
  collect_round_supply(world::RepoVenue::gcf, Segment::gcf, round);
  collect_round_demand(round);
  scratch.auction.clear(scratch.supply, scratch.demand, kGrain);
  remember_round();
  double dealt_bn = 0;
  if (scratch.auction.rate_hbp()) {
    scratch.matches.clear();
    scratch.auction.match(scratch.matches);
    for (const funding::RepoMatch& m : scratch.matches) {
      const bool agent = m.segment == Segment::tri_party;
      const Money got = borrow(m.lender, m.borrower, m.segment, m.cash, *scratch.auction.rate_hbp() * 0.01 - cost_bp(m.segment), agent ? spec.tri_party_haircut : 0.0,
                               agent ? funding::Reuse::forbidden : funding::Reuse::permitted);
      w().accounts[m.lender.v].lent_this_morning += got;
      dealt_bn += base::to_bn(got);
    }
  }
  const std::string number = "round_" + std::to_string(round + 1);
  probes.repo(w(), number, dealt_bn, w().funding.round_bp * 0.01, 0, 0);
  if (!last(round)) return;
  facilities();
  tally_rounds();
  publish_rate();
  for (auto& account : w().accounts) account.lent_this_morning = {};
}

void Morning::tally_rounds() {
  scratch.trades.clear();
  Tally tri_party, dvp, gcf;
  w().contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (!made_today(c)) return;
    scratch.trades.push_back({c.segment, c.rate_hbp, c.cash});
    const double bn = base::to_bn(c.cash), rate_bp = c.rate_hbp * 0.01;
    if (c.segment == Segment::tri_party) tri_party.add(bn, rate_bp);
    if (c.segment == Segment::gcf) gcf.add(bn, rate_bp);
    if (c.segment == Segment::dvp && spec.world.institutions[c.lender.v].kind != Kind::primary_dealer) dvp.add(bn, rate_bp);
  });
  tally_segments(tri_party, dvp, gcf);
}

}  // namespace haven::loop
