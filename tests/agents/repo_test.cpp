// What banks and dealers offer and bid for cash in the morning (docs/decisions/0014).
#include <catch2/catch.hpp>

#include "agents/bank/bank.h"
#include "agents/primary_dealer/repo_bids.h"
#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

// The second morning of the short run, nobody lending yet.
struct Morning {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  Morning() { advance_to(spec, state, moment(spec, 1, 6)); }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }
};

double total_bn(const world::Supply& steps) {
  double sum = 0;
  for (const auto& step : steps) sum += step.cash_bn;
  return sum;
}

}  // namespace

TEST_CASE("a dollar of reserves is worth more the nearer a bank is to its floor, half an overdraft's price at it, and never more than that price", "[agents][repo]") {
  const double overdraft = 465;
  CHECK(agents::bank::reserve_value_bp(100, 100, 8, overdraft) == Approx(overdraft / 2));
  double last = overdraft;
  for (double reserves = 40; reserves <= 200; reserves += 5) {
    const double value = agents::bank::reserve_value_bp(reserves, 100, 8, overdraft);
    CHECK(value <= last);
    CHECK(value >= 0);
    last = value;
  }
  CHECK(last < 1e-6);
}

TEST_CASE("a bank offers what it holds over its two venues, dearer with every step; the smaller banks offer nothing", "[agents][repo]") {
  Morning m;
  const auto& p = m.spec.population.bank;
  const auto& banks = m.state.population.bank;
  const auto offered = [&](const auto& bank, world::RepoVenue venue) {
    world::Supply steps;
    offer(m.view(bank.self), p, bank, venue, steps);
    return steps;
  };
  const auto dvp = offered(banks.front(), world::RepoVenue::dvp), gcf = offered(banks.front(), world::RepoVenue::gcf);
  REQUIRE(dvp.size() > 10);
  for (std::size_t k = 1; k < dvp.size(); ++k) CHECK(dvp[k].rate_bp >= dvp[k - 1].rate_bp);
  CHECK(dvp.front().rate_bp >= 100.0 * m.spec.world.rates.iorb_pct + p.least_spread_bp);
  CHECK(dvp.back().rate_bp > 100.0 * m.spec.world.rates.overnight_overdraft_pct - 5.0);
  const double cash_bn = m.view(banks.front().self).cash_bn();
  CHECK(total_bn(dvp) + total_bn(gcf) <= cash_bn + 1e-6);
  CHECK(total_bn(dvp) + total_bn(gcf) > 0.5 * cash_bn);
  CHECK(offered(banks.front(), world::RepoVenue::tri_party).empty());
  CHECK(offered(banks[static_cast<std::size_t>(p.repo_lenders)], world::RepoVenue::dvp).empty());
}

namespace {

// What a bank offers at no more than its dearest ordinary rate.
double lent_cheaply_bn(const Morning& m, const agents::bank::Parameters& p, const agents::bank::Bank& bank) {
  world::Supply steps;
  offer(m.view(bank.self), p, bank, world::RepoVenue::dvp, steps);
  offer(m.view(bank.self), p, bank, world::RepoVenue::gcf, steps);
  double sum = 0;
  for (const auto& step : steps) sum += step.rate_bp < 100.0 * m.spec.world.rates.iorb_pct + p.most_spread_bp + 50.0 ? step.cash_bn : 0.0;
  return sum;
}

}  // namespace

TEST_CASE("what a bank holds for payments within the day it lends only at a price, dollar for dollar", "[agents][repo]") {
  Morning m;
  auto p = m.spec.population.bank;
  const auto& bank = m.state.population.bank.front();
  const auto cheap_bn = [&] { return lent_cheaply_bn(m, p, bank); };
  const double without = cheap_bn();
  p.intraday_share = 0.2;
  CHECK(without - cheap_bn() == Approx(0.2 * bank.start_reserves_bn).margin(0.03 * bank.start_reserves_bn));
}

TEST_CASE("a bank that has said itself what it keeps keeps that, whatever its population's floor and payments within the day are", "[agents][repo]") {
  Morning m;
  auto p = m.spec.population.bank;
  auto bank = m.state.population.bank.front();
  const auto cheap_bn = [&] { return lent_cheaply_bn(m, p, bank); };
  p.floor_share = 0.3;
  const double by_rule = cheap_bn();
  bank.own_floor_share = 0.8;
  const double by_itself = cheap_bn();
  CHECK(by_rule - by_itself > 0.3 * bank.start_reserves_bn);
  p.floor_share = 0.1;
  p.intraday_share = 0.5;
  CHECK(cheap_bn() == by_itself);
}

TEST_CASE("a dealer bids its next way out's price for each dollar: the facility, its line, then an overdraft", "[agents][repo]") {
  Morning m;
  auto p = m.spec.population.primary_dealer;
  p.facility_reluctance_bp = 5;
  p.facility_reluctance_sd_bp = 0;
  const auto view = m.view(m.state.population.primary_dealer.front().self);
  const auto& rates = m.spec.world.rates;
  const double line_bn = view.line_undrawn_bn();
  REQUIRE(line_bn > 0);
  world::Demand bids;
  repo_bids(view, p, 10 + line_bn + 3, 10, bids);
  REQUIRE(bids.size() == 3);
  CHECK(bids[0].rate_bp == Approx(100.0 * rates.standing_repo_pct + 5));
  CHECK(bids[0].cash_bn == Approx(10));
  CHECK(bids[1].rate_bp == Approx(100.0 * rates.iorb_pct + view.line_spread_bp() + 5));
  CHECK(bids[1].cash_bn == Approx(line_bn));
  CHECK(bids[2].rate_bp == Approx(100.0 * rates.overnight_overdraft_pct));
  CHECK(bids[2].cash_bn == Approx(3));
  bids.clear();
  repo_bids(view, p, 4, 0, bids);
  REQUIRE(bids.size() >= 1);
  CHECK(bids[0].rate_bp == Approx(100.0 * rates.iorb_pct + view.line_spread_bp() + 5));
}

}  // namespace haven::tests
