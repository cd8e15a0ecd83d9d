// Why collateral did not come: small cases worked by hand.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "engine/loop/advance.h"
#include "engine/metrics/fail_trace.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;
using metrics::FailRow;
using metrics::FailTrace;

namespace {

/// The short run's market before its first event, without the ten-year notes of its dealers.
struct Desk {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  world::World& w = state.world;
  std::vector<base::InstitutionId> dealers;
  base::Date today = spec.world.days.front(), tomorrow = spec.world.settle.front();
  funding::Maturities maturities;
  funding::Deliveries deliveries;
  std::vector<funding::Fail> returns, sales;
  FailTrace trace;
  static constexpr base::SecurityId s{world::kTenYearNode};

  Desk() {
    for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
      if (spec.world.institutions[i].kind == world::Kind::primary_dealer) dealers.push_back({i});
    }
    w.now = base::midnight(today) + base::hours(7);
    for (const auto dealer : dealers) {
      const auto has = w.collateral.available(w.contracts, dealer, s, today);
      REQUIRE(w.collateral.redeem(w.ledger, dealer, s, has, w.journal, w.now).v == 0);
    }
  }
  const std::string& name(std::size_t dealer) const { return spec.world.institutions[dealers[dealer].v].name; }
  void issue(std::size_t to, std::int64_t millions) { w.collateral.issue(w.ledger, dealers[to], s, {millions * 1'000'000}, w.journal, w.now); }
  void repo(std::size_t borrower, std::size_t lender, std::int64_t millions, base::Date end) {
    funding::RepoTerms terms;
    terms.borrower = dealers[borrower];
    terms.lender = dealers[lender];
    terms.security = s;
    terms.face = {millions * 1'000'000};
    terms.cash = base::dollars(millions * 1'000'000);
    terms.start = today;
    terms.end = end;
    REQUIRE(funding::open_repo(w.ledger, w.contracts, w.collateral, terms, w.journal, w.now).id.valid());
  }
  /// A sale that settles on the morning of `on`.
  void sell(std::size_t seller, std::size_t buyer, std::int64_t millions, base::Date on) {
    w.ledger.add_trade(dealers[buyer], dealers[seller], s, {millions * 1'000'000}, base::dollars(millions * 1'000'000), on, w.journal, w.now);
  }
  std::vector<FailRow> morning(std::int32_t day) {
    w.day = day;
    const base::Date date = spec.world.days[static_cast<std::size_t>(day)];
    w.now = base::midnight(date) + base::hours(7);
    returns.clear();
    sales.clear();
    maturities.close_all(w.ledger, w.contracts, w.collateral, date, returns, w.journal, w.now);
    const std::vector<base::Money> per_million(world::kSecurities, base::dollars(1'000'000));
    w.ledger.settle(date, spec.world.ficc, per_million, w.journal, w.now);
    deliveries.deliver_all(w.ledger, w.contracts, w.collateral, spec.world.ficc, sales, w.journal, w.now);
    return trace.morning(spec.world, w, returns, sales);
  }
  std::string told(const std::vector<FailRow>& rows) const {
    std::string text;
    for (const auto& r : rows) {
      text += r.kind + " " + std::to_string(static_cast<int>(r.face_bn * 1000 + 0.5)) + "m " + r.failing + " to " + r.owed_to + " since " + base::to_string(r.since) + ": " + r.cause + " " +
              r.upstream + " " + std::to_string(static_cast<int>(r.cause_bn * 1000 + 0.5)) + "m\n";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("who sold collateral that was due back the same morning fails for want of it, and nobody up the chain does", "[loop][fails]") {
  Desk desk;
  desk.issue(0, 100);
  desk.repo(0, 1, 100, desk.tomorrow);
  desk.repo(1, 2, 80, desk.tomorrow);
  desk.sell(2, 3, 50, desk.tomorrow);
  CHECK(desk.told(desk.morning(1)) ==
        "delivery 50m " + desk.name(2) + " to FICC since " + base::to_string(desk.tomorrow) + ": sold_short  50m\n");
}

TEST_CASE("a return fails for what was sold out of it, and the owner up the chain for what it is not given back", "[loop][fails]") {
  Desk desk;
  const base::Date third = desk.spec.world.days[2];
  desk.issue(0, 100);
  desk.repo(0, 1, 100, third);
  desk.repo(1, 2, 80, third);
  desk.sell(2, 3, 50, desk.tomorrow);
  CHECK(desk.morning(1).empty());  // the sale is delivered out of the 80 that it may re-use
  const std::string since = " since " + base::to_string(third) + ": ";
  const auto rows = desk.morning(2);
  const std::string told = desk.told(rows);
  CHECK(rows.size() == 2);
  CHECK_THAT(told, Catch::Contains("return 50m " + desk.name(1) + " to " + desk.name(0) + since + "not_returned " + desk.name(2) + " 50m\n"));
  CHECK_THAT(told, Catch::Contains("return 50m " + desk.name(2) + " to " + desk.name(1) + since + "sold_on  50m\n"));
}

TEST_CASE("what is pledged under a contract that runs on is told apart from what is failing", "[loop][fails]") {
  Desk desk;
  const base::Date third = desk.spec.world.days[2];
  desk.issue(0, 100);
  desk.repo(0, 1, 60, third);
  desk.sell(0, 2, 100, desk.tomorrow);
  CHECK(desk.told(desk.morning(1)) == "delivery 60m " + desk.name(0) + " to FICC since " + base::to_string(desk.tomorrow) + ": pledged_on " + desk.name(1) + " 60m\n");
}

TEST_CASE("a fail is since the first of its mornings, and begins anew once it was mended", "[loop][fails]") {
  Desk desk;
  const auto& days = desk.spec.world.days;
  desk.sell(0, 1, 10, desk.tomorrow);
  const auto since = [&](const std::vector<FailRow>& rows) {
    REQUIRE(rows.size() == 1);
    return rows.front().since;
  };
  CHECK(since(desk.morning(1)) == days[1]);
  CHECK(since(desk.morning(2)) == days[1]);
  desk.issue(0, 10);
  CHECK(desk.morning(2).empty());
  desk.sell(0, 1, 10, days[3]);
  CHECK(since(desk.morning(3)) == days[3]);
}

TEST_CASE("a morning tells its forty largest fails and adds up the others: no face is lost", "[loop][fails]") {
  Desk desk;
  const std::size_t dealers = desk.dealers.size();
  REQUIRE(dealers >= 24);
  std::int64_t sold = 0;
  std::vector<funding::Fail> many;
  for (std::size_t i = 0; i < 60; ++i) {
    many.push_back({{}, desk.dealers[i % dealers], desk.spec.world.ficc, {static_cast<std::uint16_t>(i / dealers)}, {static_cast<std::int64_t>(i + 1) * 1'000'000}, {}});
    sold += static_cast<std::int64_t>(i + 1);
  }
  const auto rows = desk.trace.morning(desk.spec.world, desk.w, {}, many);
  double face_bn = 0;
  std::int64_t fails = 0;
  std::size_t named = 0;
  for (const auto& r : rows) {
    face_bn += r.face_bn;
    fails += r.fails;
    named += r.cause != "not_told";
    if (r.cause == "not_told") CHECK(r.face_bn <= 20 * 0.020);
    else CHECK(r.face_bn >= 0.021);
  }
  CHECK(named == FailTrace::kMost);
  CHECK(fails == 60);
  CHECK(face_bn == Approx(static_cast<double>(sold) * 1e-3));
}

TEST_CASE("a run tells every fail that its mornings count, each with causes that add up and an upstream that is told as well", "[loop][fails]") {
  loop::Spec spec = plain_short_run().spec;
  const auto& all = spec.world.institutions;
  for (const char* name : {"basis_funds-1", "basis_funds-2", "swap_spread_funds-1"}) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == name; });
    REQUIRE(found != all.end());
    spec.scenario.failures.push_back({moment(spec, 1, 12), {static_cast<std::uint32_t>(found - all.begin())}});
  }
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::on);
  std::map<base::Date, double> counted;
  for (std::size_t day = 0; day < spec.world.days.size(); ++day) {
    loop::advance(spec, state, probes, {}, moment(spec, day, 7, 1));
    counted[spec.world.days[day]] = state.world.funding.fails_bn;
  }
  loop::advance(spec, state, probes);
  const auto result = probes.take(state.world, 1, {}, 0, 0);
  REQUIRE_FALSE(result.fails.empty());
  std::map<base::Date, double> told;
  std::map<std::tuple<base::Date, std::string, std::string, std::string, std::string, base::Date>, std::pair<double, double>> fails;
  for (const auto& r : result.fails) {
    auto& [face, causes] = fails[{r.day, r.kind, r.failing, r.owed_to, r.security, r.since}];
    if (causes == 0) told[r.day] += r.face_bn;
    face = r.face_bn;
    causes += r.cause_bn;
    CHECK(r.since <= r.day);
    if (r.cause == "not_returned") {
      CHECK(std::any_of(result.fails.begin(), result.fails.end(), [&](const FailRow& up) {
        return up.day == r.day && up.security == r.security && (up.cause == "not_told" || (up.kind == "return" && up.failing == r.upstream && up.owed_to == r.failing));
      }));
    }
  }
  for (const auto& [place, fail] : fails) CHECK(fail.first == Approx(fail.second));
  for (const auto& [day, bn] : counted) {
    INFO(base::to_string(day));
    CHECK(told[day] == Approx(bn).margin(1e-9));
  }
}
