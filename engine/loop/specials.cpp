#include "engine/loop/specials.h"

#include <algorithm>
#include <cmath>

namespace haven::loop {
namespace {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;

constexpr Money kGrain = base::dollars(100'000);
constexpr Face kFaceGrain{100'000};
constexpr int kSteps = 4;             // of an owner's offer
constexpr std::int32_t kOpen = 365;   // days: open until returned, re-rated every morning

std::int32_t hbp(double bp) { return static_cast<std::int32_t>(std::floor(bp * 100.0 + 0.5)); }
Money grains_of(Money cash) { return {std::max<std::int64_t>(0, cash.v) / kGrain.v * kGrain.v}; }

struct Issue {
  const Spec& spec;
  State& state;
  std::span<const Money> per_million;
  std::vector<funding::RepoTrade>& trades;
  SecurityId s;
  base::Date today, tomorrow;

  std::vector<funding::RepoStep> supply{}, demand{};  // of cash: shorts, owners
  std::vector<funding::ContractId> open{};

  world::World& w() { return state.world; }
  Money value(Face face) const { return funding::value_of(face, per_million[s.v]); }

  // What is lent already, and to whom.
  void find_open() {
    for (const SpecialsLender& lender : spec.specials) {
      each_owner(lender, [&](InstitutionId owner) {
        w().contracts.for_each_borrowed(owner, [&](funding::ContractId id, const funding::Contract& c) {
          if (c.segment == Segment::securities_lending && c.security == s && c.standing == funding::Standing::open) open.push_back(id);
        });
      });
    }
  }

  template <class Do>
  void each_owner(const SpecialsLender& lender, Do act) {
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
      if (spec.world.institutions[i].kind == lender.kind && w().accounts[i].defaulted == 0) act(InstitutionId{i});
    }
  }

  Face lent_by(InstitutionId owner) {
    Face sum;
    for (const funding::ContractId id : open) sum += w().contracts[id].borrower == owner ? w().contracts[id].delivered : Face{};
    return sum;
  }
  Face borrowed_by(InstitutionId who) {
    Face sum;
    for (const funding::ContractId id : open) sum += w().contracts[id].lender == who ? w().contracts[id].delivered : Face{};
    return sum;
  }

  // A short lends cash against the issue at any rate over what not borrowing it here would earn: the central bank's portfolio as far as
  // that goes, shared by need; beyond it a fail, which costs the charge and earns nothing on the cash that is not paid.
  void shorts(std::span<const funding::Fail> fails) {
    const auto& rates = spec.world.rates;
    const Face portfolio = w().collateral.available(w().contracts, spec.world.fed, s, tomorrow);
    Face needed;
    const auto need_of = [&](InstitutionId who) {
      Face need = borrowed_by(who);
      for (const funding::Fail& fail : fails) need += fail.failing == who && fail.security == s ? fail.face : Face{};
      return need;
    };
    for (const InstitutionId id : w().ledger.in_name_order()) needed += need_of(id);
    const std::int32_t fail_hbp = -std::max(funding::bp(100), funding::bp(300) - hbp(100.0 * rates.target_lower_pct));
    const std::int32_t portfolio_hbp = std::max(fail_hbp, hbp(100.0 * rates.on_rrp_pct - spec.population.central_bank.lending_fee_bp));
    for (const InstitutionId id : w().ledger.in_name_order()) {
      const Face need = need_of(id);
      if (need.v <= 0 || w().accounts[id.v].defaulted) continue;
      const Face there{base::mul_div(std::min(portfolio, needed).v, need.v, needed.v)};
      const Money all = grains_of(value(need)), from_portfolio = grains_of(value(there));
      const auto name = spec.world.institutions[id.v].name_key;
      if (from_portfolio.v > 0) supply.push_back({id, portfolio_hbp, from_portfolio, name, Segment::securities_lending});
      if (all > from_portfolio) supply.push_back({id, fail_hbp, all - from_portfolio, name, Segment::securities_lending});
    }
  }

  void owners(std::int32_t general_hbp) {
    for (const SpecialsLender& lender : spec.specials) {
      each_owner(lender, [&](InstitutionId owner) {
        const Face free = w().collateral.available_of(w().contracts, owner, s, tomorrow, {owner, 0});
        const Face lent = lent_by(owner);
        const Face willing{static_cast<std::int64_t>(lender.lendable_share * static_cast<double>((free + lent).v)) / kFaceGrain.v * kFaceGrain.v};
        const Money step = grains_of({value(std::max(willing, lent)).v / kSteps});
        if (step.v <= 0) return;
        for (int k = 0; k < kSteps; ++k) {
          demand.push_back({owner, general_hbp - hbp(special_spread_bp(lender, (k + 0.5) / kSteps)), step, spec.world.institutions[owner.v].name_key, Segment::securities_lending});
        }
      });
    }
  }

  static Money of(const std::vector<funding::RepoStep>& steps, InstitutionId who, auto&& filled) {
    Money sum;
    for (std::size_t k = 0; k < steps.size(); ++k) sum += steps[k].institution == who ? filled(k) : Money{};
    return sum;
  }

  bool deal(const funding::RepoAuction& auction, std::span<const funding::Fail> fails) {
    const std::int32_t rate_hbp = *auction.rate_hbp();
    for (const funding::ContractId id : open) w().contracts.set_rate(id, rate_hbp);
    bool dealt = false;
    for (const funding::Fail& fail : fails) {
      if (fail.security != s || w().accounts[fail.failing.v].defaulted) continue;
      Money wanted = std::min(grains_of(value(fail.face)), of(supply, fail.failing, [&](std::size_t k) { return auction.lent(k); }) - value(borrowed_by(fail.failing)));
      for (std::size_t k = 0; k < demand.size() && wanted.v > 0; k += kSteps) {
        const InstitutionId owner = demand[k].institution;
        if (owner == fail.failing) continue;
        const Money room = of(demand, owner, [&](std::size_t j) { return auction.borrowed(j); }) - value(lent_by(owner));
        const Face free = w().collateral.available_of(w().contracts, owner, s, tomorrow, {owner, 0});
        const Face most{base::mul_div(std::min(wanted, room).v, 1'000'000, per_million[s.v].v) / kFaceGrain.v * kFaceGrain.v};
        const Face face = std::min({most, Face{free.v / kFaceGrain.v * kFaceGrain.v}, fail.face});
        if (face.v <= 0) continue;
        funding::RepoTerms terms;
        terms.lender = fail.failing;
        terms.borrower = owner;
        terms.segment = Segment::securities_lending;
        terms.security = s;
        terms.face = face;
        terms.cash = value(face);
        terms.rate_hbp = rate_hbp;
        terms.start = today;
        terms.end = base::Date{today.v + kOpen};
        terms.notice_days = 0;
        const auto opened = funding::open_repo(w().ledger, w().contracts, w().collateral, terms, w().journal, w().now);
        if (!opened.id.valid()) continue;
        open.push_back(opened.id);
        wanted -= terms.cash;
        dealt = true;
      }
    }
    return dealt;
  }
};

}  // namespace

bool trade_specials(const Spec& spec, State& state, metrics::Probes& probes, std::span<const funding::Fail> fails, std::span<const Money> per_million,
                    std::vector<funding::RepoTrade>& trades) {
  auto& w = state.world;
  const auto day = static_cast<std::size_t>(w.day);
  const double general_pct = w.funding.dvp_pct > 0 ? w.funding.dvp_pct : spec.world.rates.iorb_pct;
  bool dealt = false;
  double volume_bn = 0, weighted_pct = 0, deepest_pct = general_pct;
  funding::RepoAuction auction;
  for (std::uint16_t k = 0; k < world::kSecurities; ++k) {
    Issue issue{spec, state, per_million, trades, SecurityId{k}, spec.world.days[day], spec.world.settle[day]};
    issue.find_open();
    issue.shorts(fails);
    if (issue.supply.empty()) continue;
    issue.owners(hbp(100.0 * general_pct));
    auction.clear(issue.supply, issue.demand, kGrain);
    if (!auction.rate_hbp()) continue;
    dealt |= issue.deal(auction, fails);
    for (const funding::ContractId id : issue.open) {
      const funding::Contract& c = w.contracts[id];
      trades.push_back({Segment::dvp, c.rate_hbp, c.cash});
      volume_bn += base::to_bn(c.cash);
      weighted_pct += base::to_bn(c.cash) * c.rate_hbp * 1e-4;
      deepest_pct = std::min(deepest_pct, c.rate_hbp * 1e-4);
    }
  }
  probes.repo(w, "special", volume_bn, volume_bn > 0 ? weighted_pct / volume_bn : general_pct, 0, 0);
  probes.repo(w, "deepest_special", volume_bn, deepest_pct, 0, 0);
  return dealt;
}

}  // namespace haven::loop
