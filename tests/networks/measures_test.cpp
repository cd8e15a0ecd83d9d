#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/base/random.h"
#include "example_networks.h"
#include "networks/measures.h"

using namespace haven::networks;
using namespace haven::networks::testing;

namespace {

/// A fund pledges 100 to dealer 1, who passes 80 on to dealer 2, who passes 60 on to a money fund; dealer 1 also
/// finances 20 of its own there.
Snapshot one_chain() {
  return Snapshot(Unit::face, {{"fund", Role::fund}, {"dealer 1", Role::dealer}, {"dealer 2", Role::dealer}, {"money fund", Role::cash_lender}},
                  std::vector<EdgeRow>{pledges(0, 1, 100, 0, 0), pledges(1, 2, 80, 0, 1), pledges(2, 3, 60, 0, 2), pledges(1, 3, 20, 1, 0)});
}

}  // namespace

TEST_CASE("re-use on a chain worked by hand: 260 pledged on 120 owned, and where each part of it ends", "[measures]") {
  const Reuse result = reuse(one_chain());
  CHECK(result.pledged == 260);
  CHECK(result.own == 120);
  CHECK(*result.mean_chain_length() == Approx(260.0 / 120.0));
  CHECK(*result.reuse_rate() == Approx(1.0 - 120.0 / 260.0));
  CHECK(result.ending_after == std::vector<std::int64_t>{40, 20, 60});
}

TEST_CASE("the dealers' collateral multiplier, velocity and re-use rate on the same chain, with 10 that dealer 2 finances at dealer 1", "[measures]") {
  const Snapshot chain = one_chain();
  std::vector<EdgeRow> rows = chain.rows();
  rows.push_back(pledges(2, 1, 10, 2, 0));
  const RoleReuse dealers = reuse_by(Snapshot(Unit::face, chain.nodes(), rows), Role::dealer);
  CHECK(*dealers.collateral_multiplier() == Approx((80.0 + 60.0 + 20.0 + 10.0) / (20.0 + 10.0)));
  CHECK(*dealers.velocity() == Approx((100.0 + 80.0 + 10.0) / 100.0));
  CHECK(*dealers.reuse_rate() == Approx((80.0 + 60.0) / 190.0));
  const Snapshot relations(Unit::face, numbered_nodes(2), std::vector<EdgeRow>{owes(0, 1, 5)});
  CHECK_FALSE(reuse(relations).mean_chain_length().has_value());
  CHECK_FALSE(reuse_by(relations, Role::dealer).collateral_multiplier().has_value());
}

TEST_CASE("what each institution gives, receives and passes on in that chain, and with how many it deals", "[measures]") {
  const auto flows = node_flows(one_chain());
  CHECK(flows[0] == NodeFlow{100, 0, 0, 1});
  CHECK(flows[1] == NodeFlow{100, 100, 80, 3});
  CHECK(flows[2] == NodeFlow{60, 80, 60, 2});
  CHECK(flows[3] == NodeFlow{0, 80, 0, 2});
}

TEST_CASE("collateral that is passed on without having been received is found, with its place in the chain", "[measures]") {
  CHECK(chain_faults(one_chain()).empty());
  const Snapshot created(Unit::face, numbered_nodes(3), std::vector<EdgeRow>{pledges(0, 1, 100, 0, 0), pledges(1, 2, 101, 0, 1)});
  const auto faults = chain_faults(created);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].node == 1);
  CHECK(faults[0].depth == 1);
  CHECK(faults[0].received == 100);
  CHECK(faults[0].passed_on == 101);
}

TEST_CASE("three that all deal with each other and six that deal with one of them are a perfect core and periphery", "[measures]") {
  std::vector<EdgeRow> rows = {owes(0, 1, 1), owes(1, 2, 1), owes(2, 0, 1)};
  for (NodeIndex k = 3; k < 9; ++k) rows.push_back(owes(k, k % 3, 1));
  const CorePeriphery perfect = core_periphery(Snapshot(Unit::money, numbered_nodes(9), rows));
  CHECK(perfect.core == std::vector<NodeIndex>{0, 1, 2});
  CHECK(perfect.errors == 0);
  CHECK(*perfect.fit() == 1.0);
  rows.push_back(owes(3, 4, 1));
  const CorePeriphery blurred = core_periphery(Snapshot(Unit::money, numbered_nodes(9), rows));
  CHECK(blurred.errors == 1);
  CHECK(*blurred.fit() == Approx(1.0 - 1.0 / 10.0));
  CHECK_FALSE(core_periphery(Snapshot(Unit::money, numbered_nodes(3), std::vector<EdgeRow>{})).fit().has_value());
}

TEST_CASE("the core found is as good as the best of all possible cores", "[measures]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    haven::base::Draws draws{seed, 1, 0, 0};
    const NodeIndex n = 7;
    std::vector<EdgeRow> rows;
    std::vector<std::vector<char>> linked(n, std::vector<char>(n, 0));
    for (NodeIndex i = 0; i < n; ++i) {
      for (NodeIndex j = 0; j < n; ++j) {
        if (i == j || draws.below(haven::base::Purpose::test, 3) != 0) continue;
        rows.push_back(owes(i, j, 1));
        linked[i][j] = linked[j][i] = 1;
      }
    }
    std::uint64_t best = 1'000;
    for (unsigned core = 0; core < (1U << n); ++core) {
      std::uint64_t errors = 0;
      for (NodeIndex i = 0; i < n; ++i) {
        for (NodeIndex j = 0; j < i; ++j) {
          const unsigned members = ((core >> i) & 1U) + ((core >> j) & 1U);
          if ((members == 2 && !linked[i][j]) || (members == 0 && linked[i][j])) ++errors;
        }
      }
      best = std::min(best, errors);
    }
    INFO("seed " << seed);
    REQUIRE(core_periphery(Snapshot(Unit::money, numbered_nodes(n), rows)).errors == best);
  }
}

TEST_CASE("the one whose silence costs the others most ranks first, with the defaults it causes", "[measures]") {
  // The hub owes 100 to each of two banks, who owe 90 to a fund; the side bank owes 30 to the fund.
  const Snapshot network(Unit::money, nodes_named({"side", "fund", "bank 1", "bank 2", "hub"}),
                         std::vector<EdgeRow>{owes(4, 2, 100), owes(4, 3, 100), owes(2, 1, 90), owes(3, 1, 90), owes(0, 1, 30)});
  const auto ranking = rank_by_criticality(network, std::vector<std::int64_t>{40, 0, 5, 5, 300});
  CHECK(ranking[0].node == 4);
  // Banks fall from 15 to 0 each, the fund from 210 to 40.
  CHECK(ranking[0].loss_to_others == Approx(15 + 15 + 170));
  CHECK(ranking[0].defaults_caused == 2);
  CHECK(ranking[1].node == 2);
  CHECK(ranking[1].loss_to_others == Approx(90));
  CHECK(ranking[2].node == 3);
  CHECK(ranking[3].node == 0);
  CHECK(ranking[4].node == 1);
  CHECK(ranking[4].loss_to_others == 0.0);
}
