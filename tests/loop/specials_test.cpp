// Single issues: what who must deliver pays for one, and what bounds it.
#include "engine/loop/specials.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

constexpr base::SecurityId kTen{world::kTenYearNode};

/// A morning on which one dealer has sold `short_bn` of tens that it has not got.
struct ShortMorning {
  assemble::Experiment experiment;
  loop::State state;
  std::vector<funding::RepoTrade> trades;
  base::InstitutionId seller;
  std::vector<base::Money> values;

  explicit ShortMorning(const std::vector<std::string>& sets) : experiment(short_run(sets)), state(loop::initial_state(experiment.spec, 1)) {
    const auto& s = spec();
    advance_to(s, state, moment(s, 1, 6, 59));
    for (std::uint32_t i = 0; i < s.world.institutions.size(); ++i) {
      if (s.world.institutions[i].kind == world::Kind::primary_dealer) seller = {i};
    }
    loop::collateral_values(s.world, state.world, values);
    auto& w = state.world;
    w.now = moment(s, 1, 7);
    funding::Maturities maturities;
    std::vector<funding::Fail> fails;
    maturities.close_all(w.ledger, w.contracts, w.collateral, s.world.days[1], fails, w.journal, w.now);
  }
  const loop::Spec& spec() const { return experiment.spec; }
  /// The special rate, or nothing.
  std::optional<double> rate_pct(double short_bn) {
    funding::Fail fail;
    fail.failing = seller;
    fail.owed_to = spec().world.ficc;
    fail.security = kTen;
    fail.face = {static_cast<std::int64_t>(short_bn * 1e4) * 100'000};
    const funding::Fail fails[] = {fail};
    trades.clear();
    metrics::Probes probes(spec().world, metrics::Probes::Watching::off);
    loop::trade_specials(spec(), state, probes, fails, values, trades);
    if (trades.empty()) return std::nullopt;
    return trades.front().rate_hbp * 1e-4;
  }
  double general_pct() const { return state.world.funding.dvp_pct; }
};

std::string lenders(double share) {
  return "funding.specials={ lender { name: \"liability_investors\" lendable_share: " + std::to_string(share) + " least_spread_bp: 2 most_spread_bp: 40 } }";
}

}  // namespace

TEST_CASE("an issue is dearer to borrow the more of it is wanted: its rate falls from just under general collateral", "[loop][specials]") {
  double last = 100;
  for (const double wanted : {0.2, 2.0, 4.0, 6.0}) {
    ShortMorning m({lenders(0.5)});
    const auto rate = m.rate_pct(wanted);
    REQUIRE(rate);
    INFO(wanted);
    CHECK(*rate < m.general_pct());
    CHECK(*rate <= last);
    last = *rate;
    CHECK_NOTHROW(m.state.world.collateral.check(m.state.world.ledger, m.state.world.contracts));
  }
  CHECK(last < ShortMorning({lenders(0.5)}).general_pct() - 0.1);
}

TEST_CASE("when owners have less than is wanted the rate is the next way out's: the central bank's portfolio while it has the issue, then a fail's charge", "[loop][specials]") {
  const auto& rates = plain_short_run().spec.world.rates;
  ShortMorning with({lenders(0.05), "population[name=federal_reserve].holding[name=10y].bn=20"}), without({lenders(0.05), "population[name=federal_reserve].holding[name=10y].bn=0"});
  const auto bounded = with.rate_pct(3.0), scarce = without.rate_pct(3.0);
  REQUIRE(bounded);
  REQUIRE(scarce);
  CHECK(*bounded == Approx(rates.on_rrp_pct - 0.01 * with.spec().population.central_bank.lending_fee_bp).margin(0.01));
  CHECK(*scarce == Approx(-std::max(1.0, 3.0 - rates.target_lower_pct)).margin(0.01));
}

TEST_CASE("who borrowed an issue holds it and owes it; the trade counts as a cleared bilateral one at its rate", "[loop][specials]") {
  ShortMorning m({lenders(0.5)});
  const auto had = m.state.world.collateral.available(m.state.world.contracts, m.seller, kTen, m.spec().world.days[1]);
  REQUIRE(m.rate_pct(1.0));
  const auto has = m.state.world.collateral.available(m.state.world.contracts, m.seller, kTen, m.spec().world.days[1]);
  CHECK(base::to_bn(has - had) == Approx(1.0).margin(0.01));
  double lent = 0;
  m.state.world.contracts.for_each_lent(m.seller, [&](funding::ContractId, const funding::Contract& c) {
    if (c.segment == funding::Segment::securities_lending && c.security == kTen) lent += base::to_bn(c.face);
  });
  CHECK(lent == Approx(1.0).margin(0.01));
  for (const auto& t : m.trades) CHECK(t.segment == funding::Segment::dvp);
}

TEST_CASE("a run with a specific-collateral market and buy-ins keeps its books", "[loop][specials]") {
  CHECK_NOTHROW(run_whole(short_run({lenders(0.3), "funding.buy_in_days=1"}).spec));
}

TEST_CASE("a seller that stays short and fails is bought in after the configured mornings, and not before", "[loop][specials][fails]") {
  // Two fails in a row; nobody to borrow from.
  const auto position = [](int days) {
    auto experiment = short_run({"funding.buy_in_days=" + std::to_string(days), "population[name=federal_reserve].holding[name=10y].bn=0"});
    const auto& spec = experiment.spec;
    auto state = loop::initial_state(spec, 1);
    advance_to(spec, state, moment(spec, 0, 8));
    auto& w = state.world;
    base::InstitutionId seller{}, buyer{};
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
      if (spec.world.institutions[i].name == "mortgage_hedgers-1") seller = {i};
      if (spec.world.institutions[i].name == "asset_managers-1") buyer = {i};
    }
    w.ledger.add_trade(buyer, seller, kTen, {500'000'000}, base::dollars(500'000'000), spec.world.settle[0], w.journal, w.now);
    advance_to(spec, state, moment(spec, 1, 7, 1));
    const double first = base::to_bn(w.ledger.position(seller, kTen));
    advance_to(spec, state, moment(spec, 2, 7, 1));
    return std::pair{first, base::to_bn(w.ledger.position(seller, kTen))};
  };
  const auto two = position(2), three = position(3);
  CHECK(two.first == Approx(-0.5));
  CHECK(two.second > -0.05);
  CHECK(three.second < -0.4);  // but for what it trades itself
}
