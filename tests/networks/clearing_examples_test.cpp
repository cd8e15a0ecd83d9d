#include <catch2/catch.hpp>

#include "engine/base/check.h"
#include "example_networks.h"
#include "networks/clearing.h"

using namespace haven::networks;
using namespace haven::networks::testing;

TEST_CASE("two that owe each other and own nothing pay in full: the greatest of Eisenberg and Noe's many clearing vectors", "[clearing]") {
  // Eisenberg and Noe (2001), section 2.2: e = (0, 0), each owes the other 1; any (x, x) with x in [0, 1] clears.
  const Snapshot network(Unit::money, nodes_named({"a", "b"}), std::vector<EdgeRow>{owes(0, 1, 10'000), owes(1, 0, 10'000)});
  const auto result = Clearing(network).clear(std::vector<std::int64_t>{0, 0});
  CHECK(result.paid == std::vector<std::int64_t>{10'000, 10'000});
  CHECK(result.defaulted.empty());
  CHECK(result.rounds == 0);
  CHECK(result.certified);
  // With default costs there are still many (Rogers and Veraart 2013, section 3); the greatest stays.
  CHECK(Clearing(network).clear(std::vector<std::int64_t>{0, 0}, {0.5, 0.5}).defaulted.empty());
}

// Gandy and Veraart, R package systemicrisk 0.4.3, example of default_clearing (the implementation of Eisenberg and Noe
// 2001 and of Rogers and Veraart 2013, Definition 3.6, by one of the latter's authors): three banks that owe each other
// 1/2 pairwise, outside assets (1/2, 5/8, 3/4), outside liabilities (3/2, 1/2, 1/2). Unit here: 1/8000.
// Node 3 takes what is owed outside.
static Snapshot three_banks() {
  std::vector<EdgeRow> rows;
  for (NodeIndex i = 0; i < 3; ++i) {
    for (NodeIndex j = 0; j < 3; ++j) {
      if (i != j) rows.push_back(owes(i, j, 4'000));
    }
  }
  rows.push_back(owes(0, 3, 12'000));
  rows.push_back(owes(1, 3, 4'000));
  rows.push_back(owes(2, 3, 4'000));
  return Snapshot(Unit::money, nodes_named({"1", "2", "3", "outside"}), rows);
}
static const std::vector<std::int64_t> kThreeBanksAssets = {4'000, 5'000, 6'000, 0};

TEST_CASE("Eisenberg and Noe's rule on the published three banks: the first drags the second down, the third stands", "[clearing]") {
  const Snapshot network = three_banks();
  const auto result = Clearing(network).clear(kThreeBanksAssets);
  // By hand: p1 = 1 + p2/3, p2 = 9/8 + p1/5, so p1 = 165/112 and p2 = 159/112; bank 3 has 1.5179 for the 1.5 it owes.
  CHECK(result.payment[0] == Approx(8'000 * 165.0 / 112.0).epsilon(1e-12));
  CHECK(result.payment[1] == Approx(8'000 * 159.0 / 112.0).epsilon(1e-12));
  CHECK(result.paid[2] == 12'000);
  CHECK(result.defaulted == std::vector<NodeIndex>{0, 1});
  CHECK(result.cause[0] == DefaultCause::own_shortfall);
  CHECK(result.cause[1] == DefaultCause::contagion);
  CHECK(result.certified);
}

TEST_CASE("Rogers and Veraart's rule at alpha 0.5, beta 0.7 on the published three banks: default costs take the third too", "[clearing]") {
  const Snapshot network = three_banks();
  const auto result = Clearing(network).clear(kThreeBanksAssets, {0.5, 0.7});
  // The 3 x 3 system solved in fractions: 4225/8416, 160275/311392, 176055/311392.
  CHECK(result.payment[0] == Approx(8'000 * 4225.0 / 8416.0).epsilon(1e-12));
  CHECK(result.payment[1] == Approx(8'000 * 160275.0 / 311392.0).epsilon(1e-12));
  CHECK(result.payment[2] == Approx(8'000 * 176055.0 / 311392.0).epsilon(1e-12));
  CHECK(result.defaulted == std::vector<NodeIndex>{0, 1, 2});
}

TEST_CASE("everybody in default, nobody in default, and institutions without links are ordinary", "[clearing]") {
  const Snapshot ring(Unit::money, nodes_named({"a", "b", "c", "alone"}), std::vector<EdgeRow>{owes(0, 1, 100), owes(1, 2, 90), owes(2, 0, 80)});
  const auto nobody = Clearing(ring).clear(std::vector<std::int64_t>{20, 0, 0, 7});
  CHECK(nobody.defaulted.empty());
  CHECK(nobody.paid == std::vector<std::int64_t>{100, 90, 80, 0});
  const Snapshot chain(Unit::money, nodes_named({"a", "b", "c", "alone"}), std::vector<EdgeRow>{owes(0, 1, 100), owes(1, 2, 100)});
  const auto all = Clearing(chain).clear(std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(all.defaulted == std::vector<NodeIndex>{0, 1});
  CHECK(all.paid == std::vector<std::int64_t>{0, 0, 0, 0});
  const Snapshot empty(Unit::money, {}, std::vector<EdgeRow>{});
  CHECK(Clearing(empty).clear(std::vector<std::int64_t>{}).defaulted.empty());
}

TEST_CASE("an institution that can pay to the last unit does not default, and one unit less makes it", "[clearing]") {
  // b receives a third of what a has left from each of three equal debts, 1/3 + 1/3 + 1/3 of 100, and owes exactly 100.
  const Snapshot network(Unit::money, nodes_named({"a", "b", "c"}),
                         std::vector<EdgeRow>{owes(0, 1, 70), owes(0, 1, 70), owes(0, 1, 70), owes(0, 2, 90), owes(1, 2, 70)});
  CHECK(Clearing(network).clear(std::vector<std::int64_t>{100, 0, 0}).defaulted == std::vector<NodeIndex>{0});
  CHECK(Clearing(network).clear(std::vector<std::int64_t>{99, 0, 0}).defaulted == std::vector<NodeIndex>{0, 1});
}

TEST_CASE("a ring of defaulters that leaks one part in a billion a round is cleared in few passes and with its error known", "[clearing]") {
  // Everything leaks out in the end: nobody in the ring pays anything, which a plain iteration nears by 1e-9 a pass.
  const std::int64_t big = 1'000'000'000;
  const Snapshot network(Unit::money, nodes_named({"a", "b", "c", "out"}),
                         std::vector<EdgeRow>{owes(0, 1, big), owes(1, 2, big), owes(2, 0, big), owes(0, 3, 1)});
  const auto result = Clearing(network).clear(std::vector<std::int64_t>{0, 0, 0, 0});
  CHECK(result.defaulted == std::vector<NodeIndex>{0, 1, 2});
  CHECK(result.rounds < 200);
  CHECK(result.relative_error < 1e-4);
  for (NodeIndex i = 0; i < 3; ++i) CHECK(result.payment[i] <= result.relative_error * 2.0 * big + 1e-3);
}

TEST_CASE("a silenced institution pays nothing although it could, and is not counted as failing by itself", "[clearing]") {
  const Snapshot network(Unit::money, nodes_named({"a", "b", "c"}), std::vector<EdgeRow>{owes(0, 1, 100), owes(1, 2, 60)});
  const auto result = Clearing(network).clear(std::vector<std::int64_t>{500, 10, 0}, {}, NodeIndex{0});
  CHECK(result.cause[0] == DefaultCause::silenced);
  CHECK(result.paid == std::vector<std::int64_t>{0, 10, 0});
  CHECK(result.cause[1] == DefaultCause::contagion);
}

TEST_CASE("a network with an edge to itself, an unknown end or a negative amount is our own fault and fails a check", "[snapshot]") {
  const auto build = [](EdgeRow row) { return Snapshot(Unit::money, nodes_named({"a", "b"}), std::vector<EdgeRow>{row}); };
  CHECK_THROWS_AS(build(owes(0, 0, 1)), haven::base::CheckFailure);
  CHECK_THROWS_AS(build(owes(0, 2, 1)), haven::base::CheckFailure);
  CHECK_THROWS_AS(build(owes(0, 1, -1)), haven::base::CheckFailure);
  CHECK_THROWS_AS(build(pledges(0, 1, 1, 1, 0)), haven::base::CheckFailure);
}

TEST_CASE("the check says which row is broken and how", "[snapshot]") {
  const auto fault_of = [](EdgeRow broken) {
    try {
      Snapshot(Unit::money, nodes_named({"a", "b"}), std::vector<EdgeRow>{owes(0, 1, 1), broken, owes(1, 1, 1)});
    } catch (const haven::base::CheckFailure& failure) {
      return std::string(failure.what());
    }
    return std::string("none");
  };
  using Catch::Contains;
  CHECK_THAT(fault_of(owes(0, 2, 1)), Contains("edge row 1 names an unknown node"));
  CHECK_THAT(fault_of(owes(7, 0, 1)), Contains("edge row 1 names an unknown node"));
  CHECK_THAT(fault_of(owes(1, 1, 1)), Contains("edge row 1 joins b to itself"));
  CHECK_THAT(fault_of(owes(0, 1, -1)), Contains("edge row 1 has a negative amount"));
  CHECK_THAT(fault_of(pledges(0, 1, 1, 2, 1)), Contains("edge row 1 has a chain that does not start at its owner"));
  CHECK_THAT(fault_of(pledges(0, 1, 1, 1, 0)), Contains("edge row 1 has a chain that does not start at its owner"));
  CHECK_THAT(fault_of(pledges(0, 1, 1, 1, 1)), Contains("edge row 2 joins b to itself"));
}

TEST_CASE("a snapshot orders its edges by their ends and keeps the rows' order between the same two", "[snapshot]") {
  const Snapshot network(Unit::face, numbered_nodes(3), std::vector<EdgeRow>{owes(2, 0, 1), owes(0, 2, 2), owes(0, 1, 3), owes(0, 2, 4), owes(2, 0, 5)});
  CHECK(network.rows() == std::vector<EdgeRow>{owes(0, 1, 3), owes(0, 2, 2), owes(0, 2, 4), owes(2, 0, 1), owes(2, 0, 5)});
}
