// What institutions bid at a Treasury auction (docs/decisions/0011).
#include <algorithm>
#include <cmath>
#include <catch2/catch.hpp>

#include "agents/primary_dealer/auction.h"
#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

constexpr std::size_t kTenYear = world::kTenYearNode;

// The third day of the short run a minute before its ten-year auction; nobody else acts while a test looks.
struct BeforeAuction {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  world::AuctionNotice notice{kTenYear, 39, 25};
  BeforeAuction() {
    advance_to(spec, state, moment(spec, 2, 12, 59));
    REQUIRE(state.population.primary_dealer.size() == 25);
  }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }
  double market_bp() const { return state.world.security_yield_bp(spec.world, kTenYear); }
  template <class Member, class Parameters>
  std::vector<markets::AuctionBid> bids(const Member& member, const Parameters& parameters) const {
    markets::AuctionBids out;
    bid(view(member.self), parameters, member, notice, out);
    return out.list();
  }
};

std::int64_t lots_of(const std::vector<markets::AuctionBid>& bids) {
  std::int64_t lots = 0;
  for (const auto& bid : bids) lots += bid.lots;
  return lots;
}

template <class Members, class Parameters>
std::int64_t lots_of_all(const BeforeAuction& m, const Members& members, const Parameters& parameters) {
  std::int64_t lots = 0;
  for (const auto& member : members) lots += lots_of(m.bids(member, parameters));
  return lots;
}

}  // namespace

TEST_CASE("a dealer wants a higher yield for each further part that it would carry, and for all of it when it is long", "[agents][auction]") {
  BeforeAuction m;
  const auto& p = m.spec.population.primary_dealer;
  auto dealer = m.state.population.primary_dealer.front();
  const auto before = m.bids(dealer, p);
  for (std::size_t i = 1; i < before.size(); ++i) CHECK(before[i].yield_tenths > before[i - 1].yield_tenths);
  dealer.target_lots[kTenYear] -= 10'000;
  CHECK(m.bids(dealer, p).front().yield_tenths > before.front().yield_tenths);
}

TEST_CASE("a dealer bids a higher yield when its limits are nearly used up", "[agents][auction]") {
  BeforeAuction m;
  auto p = m.spec.population.primary_dealer;
  p.auction_backstop_sigma = 100;
  auto dealer = m.state.population.primary_dealer.front();
  dealer.use_var = 0.2;
  const auto calm = m.bids(dealer, p).front().yield_tenths;
  dealer.use_var = 0.99;
  CHECK(m.bids(dealer, p).front().yield_tenths > calm);
  dealer.use_var = 0.2;
  dealer.cost_bp *= 20;
  CHECK(m.bids(dealer, p).front().yield_tenths > calm);
}

TEST_CASE("a dealer over its limits still bids for its share of the offering, and not far from the market", "[agents][auction]") {
  BeforeAuction m;
  const auto& p = m.spec.population.primary_dealer;
  const double most_bp = m.market_bp() + p.auction_backstop_sigma * m.view(m.state.population.primary_dealer.front().self).realised_sigma_bp(kTenYear);
  for (auto dealer : m.state.population.primary_dealer) {
    dealer.use_leverage = 1.5;
    dealer.cost_bp *= 100;
    const auto bids = m.bids(dealer, p);
    CHECK(lots_of(bids) >= 390'000 / 25);
    CHECK(lots_of(bids) <= 390'000 / 25 + 16);
    for (const auto& bid : bids) CHECK(static_cast<double>(bid.yield_tenths) / 10.0 <= most_bp + 0.05);
  }
}

TEST_CASE("an investor bids for more of the offering the more the premium exceeds what it requires", "[agents][auction]") {
  BeforeAuction m;
  const auto& p = m.spec.population.liability_investor;
  auto investor = m.state.population.liability_investor.front();
  const auto usual = lots_of(m.bids(investor, p));
  investor.start_required_bp[kTenYear] += 30;  // it now requires 30 bp less than the market pays
  CHECK(lots_of(m.bids(investor, p)) > usual);
  investor.start_required_bp[kTenYear] -= 90;
  CHECK(lots_of(m.bids(investor, p)) < usual);
  const auto bids = m.bids(m.state.population.liability_investor.front(), p);
  REQUIRE(bids.size() > 1);
  CHECK(bids.back().yield_tenths > bids.front().yield_tenths);
}

TEST_CASE("an investor's need is its share of the private coupon debt, and no investor gives up more than to a dealer", "[agents][auction]") {
  BeforeAuction m;
  auto p = m.spec.population.bond_fund;
  p.auction = {1, 0};
  double held_bn = 0, bid_bn = 0;
  for (const auto& fund : m.state.population.bond_fund) {
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      if (m.spec.world.securities[s].kind != world::SecurityKind::bill) held_bn += static_cast<double>(m.view(fund.self).holding_lots(s)) * 1e-4;
    }
    for (const auto& bid : m.bids(fund, p)) {
      bid_bn += static_cast<double>(bid.lots) * 1e-4;
      CHECK(static_cast<double>(bid.yield_tenths) / 10.0 >= m.market_bp() - p.tolerance_bp - 0.05);
    }
  }
  CHECK(bid_bn == Approx(39 * held_bn / m.spec.world.private_coupon_debt_bn).epsilon(1e-3));
}

TEST_CASE("official holders replace less as confidence is lost", "[agents][auction]") {
  BeforeAuction m;
  const auto& reserves = m.state.population.foreign_official;
  const auto& p = m.spec.population.foreign_official;
  m.state.world.outside.confidence_lost = 0;
  const auto trusting = lots_of_all(m, reserves, p);
  m.state.world.outside.confidence_lost = 0.5;
  CHECK(lots_of_all(m, reserves, p) == Approx(0.5 * static_cast<double>(trusting)).epsilon(1e-3));
  m.state.world.outside.confidence_lost = 1;
  CHECK(lots_of_all(m, reserves, p) == 0);
}

TEST_CASE("households name no yield", "[agents][auction]") {
  BeforeAuction m;
  const auto bids = m.bids(m.state.population.household.front(), m.spec.population.household);
  REQUIRE(bids.size() == 1);
  CHECK_FALSE(bids.front().competitive);
}

TEST_CASE("an award serves needs first, then the day's program, then the rule", "[agents][auction]") {
  const world::AuctionDemand buys{.need_bn = 2, .program_bn = 1, .rule_bn = 3, .rule_bn_per_bp = 0.5};
  CHECK(buys.at(2) == 7);
  CHECK(buys.from_program(1.5) == 0);
  CHECK(buys.from_program(2.5) == 0.5);
  CHECK(buys.from_program(7) == 1);
  CHECK(buys.by_rule(2.5, 2) == 0);
  CHECK(buys.by_rule(7, 2) == 4);
  // A rule that would sell has sold what it took off the bid, not more.
  const world::AuctionDemand sells{.need_bn = 2, .program_bn = 1, .rule_bn = -5};
  CHECK(sells.at(0) == 0);
  CHECK(sells.by_rule(0, 0) == -3);
}

TEST_CASE("what an investor buys at an auction it does not buy again", "[agents][auction]") {
  BeforeAuction m;
  const auto& p = m.spec.population.liability_investor;
  auto investor = m.state.population.liability_investor.front();
  investor.start_required_bp[kTenYear] += 30;
  const double held = investor.held_bn[kTenYear];
  const auto wanted = lots_of(m.bids(investor, p));
  on_auction(m.view(investor.self), p, investor, m.notice, {m.market_bp() + 2 * p.tolerance_bp, static_cast<double>(wanted) * 1e-4});
  CHECK(investor.held_bn[kTenYear] > held);
  CHECK(lots_of(m.bids(investor, p)) < wanted);
}

TEST_CASE("needs differ from auction to auction and from one institution to the next", "[agents][auction]") {
  BeforeAuction m;
  const auto& p = m.spec.population.bond_fund.auction;
  const auto& funds = m.state.population.bond_fund;
  const auto relative = [&](std::size_t i, std::size_t security) {
    const auto view = m.view(funds[i].self);
    const world::AuctionNotice notice{security, 39, 25};
    return world::auction_need_bn(view, funds[i].draws, notice, p) / world::auction_need_bn(view, funds[i].draws, notice, {p.share, 0});
  };
  CHECK(relative(0, kTenYear) != relative(1, kTenYear));
  CHECK(relative(0, kTenYear) != relative(0, kTenYear + 1));
  for (std::size_t i = 0; i < funds.size(); ++i) CHECK(std::abs(relative(i, kTenYear) - 1.0) <= p.spread);
}

}  // namespace haven::tests
