// Loans beyond tomorrow: they are not rolled, do not count in the overnight rate, are marked every morning, and end early with a party's failure.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "engine/loop/phases.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

const std::string kTerm = "funding.term_repo={ name: \"basis_funds\" tenor { name: \"1m\" days: 30 share: 0.4 spread_bp: 50 notice_days: 0 substitution: true } }";

const assemble::Experiment& with_term() {
  static const assemble::Experiment experiment = short_run({kTerm});
  return experiment;
}

struct Book {
  double term_bn = 0, all_bn = 0;
  std::vector<std::uint64_t> serials;  // of term loans that end after `after`
};

Book book(const loop::Spec& spec, const loop::State& state, base::Date tomorrow, base::Date after) {
  Book b;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (spec.world.institutions[c.borrower.v].kind != world::Kind::basis_fund) return;
    b.all_bn += base::to_bn(c.cash);
    if (c.end <= tomorrow) return;
    b.term_bn += base::to_bn(c.cash);
    if (c.end > after) b.serials.push_back(c.serial);
  });
  std::sort(b.serials.begin(), b.serials.end());
  return b;
}

}  // namespace

TEST_CASE("a borrower has the configured share of its repo at term; its loans' ends lie on many days and stay until they come", "[loop][term]") {
  const auto& spec = with_term().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 7, 1));
  const base::Date far{spec.world.settle.back().v + 2};
  const Book first = book(spec, state, spec.world.settle[0], far);
  CHECK(first.term_bn / first.all_bn == Approx(0.4).margin(0.04));
  REQUIRE(first.serials.size() > 20);
  advance_to(spec, state, moment(spec, 1, 7, 1));
  const Book second = book(spec, state, spec.world.settle[1], far);
  CHECK(second.term_bn / second.all_bn == Approx(0.4).margin(0.04));
  std::size_t kept = 0;
  for (const auto serial : first.serials) kept += std::binary_search(second.serials.begin(), second.serials.end(), serial);
  CHECK(static_cast<double>(kept) > 0.8 * static_cast<double>(first.serials.size()));
}

TEST_CASE("a loan that runs on is for its collateral's value less the haircut again every morning, and its interest so far is paid", "[loop][term]") {
  const auto& spec = with_term().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 7, 1));
  std::map<std::uint64_t, base::Money> lent;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (c.end > spec.world.settle[0]) lent[c.serial] = c.cash;
  });
  advance_to(spec, state, moment(spec, 1, 7));
  std::vector<base::Money> values;
  loop::collateral_values(spec.world, state.world, values);
  advance_to(spec, state, moment(spec, 1, 7, 1));
  int seen = 0, moved = 0;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (!lent.contains(c.serial)) return;
    ++seen;
    moved += c.cash != lent[c.serial];
    CHECK(c.cash == funding::cash_against(funding::value_of(c.face, values[c.security.v]), c.haircut_hbp));
    CHECK(c.start == spec.world.days[1]);
  });
  CHECK(seen > 20);
  CHECK(moved > seen / 2);
}

TEST_CASE("what is dealt beyond tomorrow does not count in the secured overnight rate", "[loop][term]") {
  const auto counted_bn = [](const loop::Spec& spec) {
    auto state = loop::initial_state(spec, 1);
    metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
    loop::advance(spec, state, probes, {}, moment(spec, 0, 8));
    const auto day = spec.world.days[0];
    return probes.take(state.world, 1, {{"counted", "sofr_volume_bn", metrics::Statistic::maximum, day, day}}, 0, 0).metrics.at("counted");
  };
  const auto& spec = with_term().spec;
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 8));
  double cleared_bn = 0;
  state.world.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (c.end > spec.world.settle[0] && c.segment == funding::Segment::sponsored) cleared_bn += base::to_bn(c.cash);
  });
  REQUIRE(cleared_bn > 20);
  CHECK(counted_bn(plain_short_run().spec) - counted_bn(spec) == Approx((1.0 - spec.world.sofr_trim) * cleared_bn).epsilon(0.01));
}

TEST_CASE("a run with term repo, recalls and re-marks keeps its books, whoever fails", "[loop][term][default]") {
  loop::Spec spec = with_term().spec;
  const auto& all = spec.world.institutions;
  const auto named = [&](const char* name) {
    return base::InstitutionId{static_cast<std::uint32_t>(std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == name; }) - all.begin())};
  };
  const auto fund = named("basis_funds-1");
  base::InstitutionId dealer{};
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].kind == world::Kind::primary_dealer) { dealer = {i}; break; }
  }
  spec.scenario.failures = {{moment(spec, 1, 10), dealer}, {moment(spec, 2, 10), fund}};
  auto state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 1, 9, 59));
  advance_to(spec, state, moment(spec, 1, 10, 1));
  advance_to(spec, state, moment(spec, 2, 10, 1));
  int borrowed = 0;
  state.world.contracts.for_each_borrowed(fund, [&](funding::ContractId, const funding::Contract&) { ++borrowed; });
  CHECK(borrowed == 0);
  CHECK_NOTHROW(advance_to(spec, state));
  CHECK_NOTHROW(state.world.collateral.check(state.world.ledger, state.world.contracts));
  CHECK_NOTHROW(state.world.contracts.check());
}

TEST_CASE("a term loan of a lender that fails ends on the next business day: the borrower has a morning to find the money", "[loop][term][default]") {
  auto experiment = short_run({"funding.term_repo={ name: \"primary_dealers\" tenor { name: \"1m\" days: 30 share: 0.05 spread_bp: 5 } }"});
  auto& spec = experiment.spec;
  const auto& all = spec.world.institutions;
  const base::InstitutionId fund{static_cast<std::uint32_t>(std::find_if(all.begin(), all.end(), [](const auto& i) { return i.name == "government_money_funds-1"; }) - all.begin())};
  spec.scenario.failures = {{moment(spec, 1, 10), fund}};
  auto state = loop::initial_state(spec, 1);
  const auto running_on = [&] {
    int count = 0;
    state.world.contracts.for_each_lent(fund, [&](funding::ContractId, const funding::Contract& c) { count += c.end > spec.world.settle[1]; });
    return count;
  };
  advance_to(spec, state, moment(spec, 1, 9, 59));
  REQUIRE(running_on() > 0);
  advance_to(spec, state, moment(spec, 1, 10, 1));
  CHECK(running_on() == 0);
  CHECK(state.world.contracts.lent(fund).v > 0);
  advance_to(spec, state, moment(spec, 2, 7, 1));
  CHECK(state.world.contracts.lent(fund).v == 0);
  CHECK_NOTHROW(advance_to(spec, state));
}

TEST_CASE("a tenor of nobody, of somebody who does not borrow, or of more than all is refused with its place", "[loop][term][bad]") {
  const auto of = [](std::string who, std::string share) {
    return short_run({"funding.term_repo={ name: \"" + who + "\" tenor { name: \"1m\" days: 30 share: " + share + " spread_bp: 5 } tenor { name: \"1w\" days: 7 share: 0.5 spread_bp: 5 } }"});
  };
  CHECK_THROWS_WITH(of("atlantis", "0.2"), Catch::Contains("atlantis"));
  CHECK_THROWS_WITH(of("households", "0.2"), Catch::Contains("households"));
  CHECK_THROWS_WITH(of("basis_funds", "0.7"), Catch::Contains("at most 1"));
}
