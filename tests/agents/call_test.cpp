// What a levered fund sells when a clearing house calls (docs/model.md, Margin calls).
#include <catch2/catch.hpp>

#include "engine/world/borrowing_room.h"
#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

// The second morning of the short run at ten, and one fund of either kind that is called for more cash than it has.
struct Called {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  Called() { advance_to(spec, state, moment(spec, 1, 10)); }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }

  // Short of `bn` of cash, with room to borrow `room_bn` more against what it holds.
  void call(base::InstitutionId who, double bn, double room_bn) {
    auto& account = state.world.accounts[who.v];
    account.call_due = base::money_from_bn(view(who).cash_bn() + bn);
    account.repo_borrowed = account.repo_borrowed + base::money_from_bn(world::borrowing_room_bn(view(who)) - room_bn);
  }
  std::int64_t sold_by_basis_fund(double bn, double room_bn) {
    auto fund = state.population.basis_fund.front();
    call(fund.self, bn, room_bn);
    fund.program.clear();
    agents::basis_fund::on_call(view(fund.self), spec.population.basis_fund, fund);
    std::int64_t lots = 0;
    for (const auto left : fund.program.cash) lots += left;
    return -lots;
  }
  std::int64_t sold_by_swap_fund(double bn, double room_bn) {
    auto fund = state.population.swap_spread_fund.front();
    call(fund.self, bn, room_bn);
    fund.program.clear();
    agents::swap_spread_fund::on_call(view(fund.self), fund);
    std::int64_t lots = 0;
    for (const auto left : fund.program.packages) lots += left;
    return -lots;
  }
};

}  // namespace

TEST_CASE("a called fund sells nothing while its bonds have gained enough for tomorrow's roll to lend it the cash", "[agents]") {
  Called m;
  CHECK(m.sold_by_basis_fund(0.1, 0.2) == 0);
  CHECK(m.sold_by_swap_fund(0.1, 0.2) == 0);
}

TEST_CASE("a called fund without room to borrow sells, and less the more room it has", "[agents]") {
  Called m;
  const auto basis_none = m.sold_by_basis_fund(0.1, -0.5), basis_half = m.sold_by_basis_fund(0.1, 0.05);
  CHECK(basis_half > 0);
  CHECK(basis_none > basis_half);
  const auto swap_none = m.sold_by_swap_fund(0.1, -0.5), swap_half = m.sold_by_swap_fund(0.1, 0.05);
  CHECK(swap_half > 0);
  CHECK(swap_none > swap_half);
}

TEST_CASE("a levered fund can borrow against the interest its bonds have accrued: a point of it is a hundredth of face, less the haircut", "[agents]") {
  Called m;
  const auto who = m.state.population.swap_spread_fund.front().self;
  const double before_bn = world::borrowing_room_bn(m.view(who));
  double face_bn = 0;
  for (std::size_t s = 0; s < world::kSecurities; ++s) face_bn += static_cast<double>(m.view(who).holding_lots(s)) * 1e-4;
  for (auto& points : m.state.world.accrued_points) points += 1.0;
  CHECK(world::borrowing_room_bn(m.view(who)) - before_bn == Approx(0.01 * face_bn * (1.0 - m.view(who).own().haircut)).epsilon(1e-6));
  CHECK(face_bn > 1);
}

TEST_CASE("what a levered fund has sold and not delivered still counts: the sale repays tomorrow's repo, so that its room grows by the haircut alone", "[agents]") {
  Called m;
  const auto who = m.state.population.swap_spread_fund.front().self;
  const double before_bn = world::borrowing_room_bn(m.view(who));
  const double haircut = m.view(who).own().haircut;
  REQUIRE(haircut > 0.005);
  const std::size_t security = world::kTenYearNode;
  const auto price = m.view(who).security_dirty(security);
  const base::Face face{1'000'000'000};
  auto& w = m.state.world;
  w.ledger.add_trade(m.state.population.household.front().self, who, base::SecurityId{security}, face, base::money_from_bn(0.01 * price), m.spec.world.settle[1], w.journal, w.now);
  CHECK(world::borrowing_room_bn(m.view(who)) - before_bn == Approx(0.01 * price * haircut).epsilon(1e-4));
}

}  // namespace haven::tests
