// Margin calls that fail, what follows, and that every step's cash adds up. configs/stress/fund_default_100x.textproto.
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "engine/loop/advance.h"
#include "engine/loop/phases.h"
#include "tests/loop/short_run.h"
#include "tools/assemble/assemble.h"

using namespace haven;
using namespace haven::tests;

namespace {

struct Told {
  assemble::Experiment experiment;
  metrics::RunResult result;
  std::vector<std::string> below_zero;  // private institutions whose cash is, after any day's end
};

void check_everything(const loop::State& state) {
  const auto& w = state.world;
  w.ledger.check_conservation();
  w.contracts.check();
  w.collateral.check(w.ledger, w.contracts);
  w.credit.check();
}

// The futures house works what it takes over by orders, and has not done by the run's end; or auctions it and is flat.
const std::string kByOrders = "stress/fund_default_100x", kByAuction = "stress/fund_default_auction";

// A stress run, stopped after every payment phase and day's end to look at the books.
const Told& told(const std::string& config) {
  static std::map<std::string, Told> before;
  if (const auto it = before.find(config); it != before.end()) return it->second;
  return before[config] = [&] {
    Told t{assemble::assemble(config, assemble::LoadOptions{}), {}, {}};
    const auto& spec = t.experiment.spec;
    loop::State state = loop::initial_state(spec, 1);
    metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
    for (std::size_t day = 0; day < spec.world.days.size(); ++day) {
      for (const auto& [hour, minute] : {std::pair<std::int64_t, std::int64_t>{7, 1}, {8, 31}, {14, 31}, {17, 1}}) {
        loop::advance(spec, state, probes, {}, moment(spec, day, hour, minute));
        check_everything(state);
        for (std::uint32_t i = 0; hour == 17 && i < spec.world.institutions.size(); ++i) {
          const auto kind = spec.world.institutions[i].kind;
          const bool is_private = kind != world::Kind::central_bank && kind != world::Kind::treasury && kind != world::Kind::central_counterparty && kind != world::Kind::outside && kind != world::Kind::residue;
          if (is_private && state.world.ledger.cash({i}).v < 0) t.below_zero.push_back(spec.world.institutions[i].name + " " + base::to_string(state.world.now));
        }
      }
    }
    loop::advance(spec, state, probes);
    check_everything(state);
    // Whoever defaulted before the last day has no contract, no future, no swap and no order left.
    for (const auto& estate : state.estates) {
      if (base::date_of(estate.since) >= spec.world.days.back()) continue;
      const std::uint32_t i = estate.who.v;
      INFO(spec.world.institutions[i].name << " since " << base::to_string(estate.since));
      CHECK(state.world.contracts.borrowed({i}).v == 0);
      CHECK(state.world.contracts.lent({i}).v == 0);
      CHECK(state.world.accounts[i].futures_margin.v == 0);
      for (std::uint16_t c = 0; c < world::kContracts; ++c) CHECK(state.world.ledger.futures({i}, ledger::FuturesId{c}) == 0);
      for (std::uint16_t n = 0; n < world::kNodes; ++n) CHECK(state.world.ledger.swaps({i}, ledger::TenorId{n}) == 0);
    }
    t.result = probes.take(state.world, 1, {}, 0, 0);
    return t;
  }();
}

// Sums of a defaulter's steps by "account: item".
std::map<std::string, double> sums(const std::string& who, const std::string& config = kByOrders) {
  std::map<std::string, double> by_item;
  for (const auto& s : told(config).result.default_steps) {
    if (s.institution == who) by_item[s.account + ": " + s.item] += s.amount_bn;
  }
  return by_item;
}

std::vector<std::string> defaulters(const std::string& kind, const std::string& config = kByOrders) {
  std::vector<std::string> names;
  for (const auto& d : told(config).result.defaults) {
    if (d.kind == kind) names.push_back(d.institution);
  }
  return names;
}

constexpr double kExact = 1e-9;  // a dollar

}  // namespace

TEST_CASE("at a hundred times capital the April shock brings at least one basis fund down, and the books hold at every payment phase", "[loop][default]") {
  CHECK_FALSE(defaulters("basis_fund").empty());
  CHECK(told(kByOrders).below_zero == std::vector<std::string>{});
}

TEST_CASE("a default's trace says what was called or overdrawn, what there was, and by how much it was short", "[loop][default]") {
  for (const auto& who : defaulters("basis_fund")) {
    INFO(who);
    auto by = sums(who);
    const double called = by["trigger: variation margin called"] + by["trigger: initial margin called"];
    CHECK(by["trigger: short by"] > 0);
    if (by.count("trigger: equity at the mark")) continue;
    CHECK(called - by["trigger: cash"] - by["trigger: line left"] == Approx(by["trigger: short by"]).margin(kExact));
  }
}

TEST_CASE("a defaulter's cash adds up, house by house, lender by lender, and from its last cash to what its creditors got", "[loop][default]") {
  const std::string config = GENERATE(kByOrders, kByAuction);
  REQUIRE_FALSE(defaulters("basis_fund", config).empty());
  std::size_t cleared = 0;
  for (const auto& who : defaulters("basis_fund", config)) {
    INFO(config << ", " << who);
    auto by = sums(who, config);
    // A house that is not flat by the end of the run has not closed its defaulters' accounts.
    if (by.count("CME: close-out gain")) CHECK(by["CME: margin held"] - by["CME: calls not met"] + by["CME: close-out gain"] == Approx(by["CME: margin less calls not met, with the close-out"]).margin(kExact));
    // Every lender: what it was owed, what its collateral fetched or is worth, what it claims (or owes).
    std::map<std::string, double> debt, sold, claim;
    double owed_by_estate = 0, owed_to_estate = 0;
    for (const auto& s : told(config).result.default_steps) {
      if (s.institution != who) continue;
      if (s.account == "repo") (s.item.starts_with("owed") ? debt : sold)[s.counterparty] += s.amount_bn;
      if (s.account == "claims" && s.item == "repo debt less its collateral") claim[s.counterparty] += s.amount_bn;
      if (s.account == "clearing" && s.item == "paid") owed_by_estate += s.amount_bn;
      if (s.account == "clearing" && s.item == "received") owed_to_estate += s.amount_bn;
    }
    CHECK_FALSE(debt.empty());
    for (const auto& [lender, amount] : debt) {
      INFO(lender);
      CHECK(amount - sold[lender] == Approx(claim[lender]).margin(kExact));
    }
    if (!by.count("clearing: left in the estate")) continue;
    ++cleared;
    // The estate holds what it had, what the house gave back and what its free securities fetched; that, and what its debtors pay, is
    // what its creditors get and what stays.
    CHECK(by["estate: cash at default"] + by["estate: overdraft taken over by its settlement bank"] + by["estate: margin left over"] + by["estate: free securities sold"] +
              by["estate: repaid against its collateral"] ==
          Approx(by["clearing: cash"]).margin(kExact));
    CHECK(by["clearing: cash"] + owed_to_estate - owed_by_estate == Approx(by["clearing: left in the estate"]).margin(kExact));
    // Claims net by creditor: what is positive was owed, what was not paid was lost.
    std::map<std::string, double> net;
    for (const auto& s : told(config).result.default_steps) {
      if (s.institution == who && s.account == "claims") net[s.counterparty] += s.amount_bn;
    }
    double positive = 0, negative = 0;
    for (const auto& [creditor, amount] : net) (amount > 0 ? positive : negative) += amount;
    CHECK(positive == Approx(by["clearing: owed"]).margin(kExact));
    CHECK(owed_by_estate + by["clearing: lost by the creditor"] == Approx(positive).margin(kExact));
    CHECK(owed_to_estate == Approx(-negative).margin(kExact));
  }
  CHECK((config == kByOrders || cleared > 0));
}

TEST_CASE("nobody defaults in the shipped replay, and nobody who is not a bank ends a day with less than nothing", "[loop][default]") {
  const auto experiment = assemble::assemble("replays/april_2025", assemble::LoadOptions{});
  const std::uint64_t seed = GENERATE(1, 2, 3);
  loop::State state = loop::initial_state(experiment.spec, seed);
  metrics::Probes probes(experiment.spec.world, metrics::Probes::Watching::off);
  loop::advance(experiment.spec, state, probes);
  for (std::uint32_t i = 0; i < experiment.spec.world.institutions.size(); ++i) {
    INFO(experiment.spec.world.institutions[i].name);
    CHECK(state.world.accounts[i].defaulted == 0);
  }
}

TEST_CASE("opening positions are margined before the first call", "[loop][default]") {
  const auto& spec = two_day_run().spec;
  const loop::State state = loop::initial_state(spec, 1);
  double posted = 0;
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    const auto required = loop::margin_required(spec.world, state.world, {i});
    posted += base::to_bn(state.world.accounts[i].futures_margin);
    if (spec.world.institutions[i].kind == world::Kind::central_counterparty) continue;
    CHECK(base::to_bn(state.world.accounts[i].futures_margin) == Approx(required.futures_bn).margin(1e-6));
    CHECK(base::to_bn(state.world.accounts[i].swap_margin) == Approx(required.swaps_bn).margin(1e-6));
  }
  CHECK(posted > 1);
  CHECK(base::to_bn(state.world.ledger.flow(spec.world.cme, ledger::Reason::initial_margin)) == Approx(posted));
}
