// The channel `collateral_chain`: what fails and defaults that everybody sees do to those who pass collateral on.
#include <catch2/catch.hpp>

#include "engine/loop/advance.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

struct Morning {
  double multiplier = 0, between_dealers_bn = 0, refused_bn = 0;
};

// The second morning, after `defaults` that everybody has heard of.
Morning after(const assemble::Experiment& experiment, double defaults) {
  const auto& spec = experiment.spec;
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 6, 59));
  state.world.funding.defaults_seen = defaults;
  advance_to(spec, state, moment(spec, 1, 7, 1));
  Morning m;
  m.multiplier = state.world.collateral.measure().multiplier;
  m.refused_bn = state.world.funding.refused_bn;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    const auto dealer = [&](base::InstitutionId i) { return spec.world.institutions[i.v].kind == world::Kind::primary_dealer; };
    if (c.segment == funding::Segment::dvp && dealer(c.lender) && dealer(c.borrower)) m.between_dealers_bn += base::to_bn(c.cash);
  });
  return m;
}

}  // namespace

TEST_CASE("after defaults dealers pass less collateral on and roll less of their clients' repo, and chains are shorter", "[loop][default]") {
  const Morning calm = after(plain_short_run(), 0), stressed = after(plain_short_run(), 20);
  REQUIRE(calm.between_dealers_bn > 1);
  CHECK(stressed.between_dealers_bn < 0.5 * calm.between_dealers_bn);
  CHECK(stressed.multiplier < calm.multiplier);
  CHECK(calm.refused_bn == 0);
  CHECK(stressed.refused_bn > 1);
}

TEST_CASE("with the collateral chain frozen, defaults change nothing in others' use of collateral", "[loop][default]") {
  const auto frozen = short_run({"frozen=[\"collateral_chain\"]"});
  const Morning calm = after(frozen, 0), stressed = after(frozen, 20);
  CHECK(stressed.between_dealers_bn == calm.between_dealers_bn);
  CHECK(stressed.multiplier == calm.multiplier);
  CHECK(stressed.refused_bn == calm.refused_bn);
}
