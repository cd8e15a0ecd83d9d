#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "engine/base/check.h"
#include "networks/generator.h"
#include "networks/layout.h"
#include "networks/measures.h"

using namespace haven::networks;

namespace {

std::vector<std::string> numbered(const std::string& kind, std::size_t n) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= n; ++i) {
    std::string name = kind;
    name += '_';
    name += std::to_string(i);
    names.push_back(name);
  }
  return names;
}

FundingSpec market(std::uint64_t seed) {
  FundingSpec spec;
  spec.dealers = numbered("dealer", 24);
  spec.funds = numbered("fund", 400);
  spec.lenders = numbered("lender", 60);
  spec.seed = seed;
  spec.total_of_funds = 1'400'000'000'000LL * 10'000;  // $1.4tn
  return spec;
}

using NamedRelation = std::tuple<std::string, std::string, RelationKind, std::uint32_t>;
std::set<NamedRelation> by_name(const FundingNetwork& network) {
  std::set<NamedRelation> relations;
  for (const Relation& relation : network.relations) {
    relations.emplace(network.nodes[relation.borrower].name, network.nodes[relation.provider].name, relation.kind, relation.weight_ppm);
  }
  return relations;
}

}  // namespace

TEST_CASE("the largest fifty funds hold 85 per cent in every seed, and sizes add up to the total to the last unit", "[generator]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const FundingSpec spec = market(seed);
    std::vector<std::int64_t> sizes = concentrated_sizes(spec.funds, seed, spec.total_of_funds, 50, 0.85);
    CHECK(std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) == spec.total_of_funds);
    CHECK(*std::min_element(sizes.begin(), sizes.end()) > 0);
    std::sort(sizes.begin(), sizes.end(), std::greater<>());
    const double top = static_cast<double>(std::accumulate(sizes.begin(), sizes.begin() + 50, std::int64_t{0}));
    CHECK(top / static_cast<double>(spec.total_of_funds) == Approx(0.85).epsilon(1e-9));
  }
}

TEST_CASE("every fund has two or three prime brokers, both happen, and every borrower's weights add up to one million", "[generator]") {
  const FundingNetwork network = generate_funding_network(market(3));
  std::map<NodeIndex, int> brokers;
  std::map<std::pair<NodeIndex, RelationKind>, std::uint64_t> weights;
  for (const Relation& relation : network.relations) {
    if (relation.kind == RelationKind::prime_brokerage) {
      ++brokers[relation.borrower];
      CHECK(network.nodes[relation.borrower].role == Role::fund);
      CHECK(network.nodes[relation.provider].role == Role::dealer);
    }
    weights[{relation.borrower, relation.kind}] += relation.weight_ppm;
  }
  CHECK(brokers.size() == 400);
  int threes = 0;
  for (const auto& [fund, count] : brokers) {
    CHECK((count == 2 || count == 3));
    if (count == 3) ++threes;
  }
  CHECK(threes > 140);
  CHECK(threes < 260);
  for (const auto& [key, sum] : weights) CHECK(sum == 1'000'000);
}

TEST_CASE("the network depends on names and seed alone: not on the listing order, and a new fund moves nobody's brokers", "[generator]") {
  const FundingSpec spec = market(5);
  const auto original = by_name(generate_funding_network(spec));
  FundingSpec reordered = spec;
  std::reverse(reordered.dealers.begin(), reordered.dealers.end());
  std::reverse(reordered.funds.begin(), reordered.funds.end());
  std::rotate(reordered.lenders.begin(), reordered.lenders.begin() + 17, reordered.lenders.end());
  CHECK(by_name(generate_funding_network(reordered)) == original);
  const std::vector<std::int64_t> sizes = concentrated_sizes(spec.funds, 5, spec.total_of_funds, 50, 0.85);
  std::vector<std::int64_t> reversed = concentrated_sizes(reordered.funds, 5, spec.total_of_funds, 50, 0.85);
  std::reverse(reversed.begin(), reversed.end());
  CHECK(reversed == sizes);

  FundingSpec larger = spec;
  larger.funds.push_back("newcomer");
  const auto with_newcomer = by_name(generate_funding_network(larger));
  CHECK(std::includes(with_newcomer.begin(), with_newcomer.end(), original.begin(), original.end()));
  FundingSpec other = spec;
  other.seed = 6;
  CHECK(by_name(generate_funding_network(other)) != original);
}

TEST_CASE("the generated market is a core of dealers and a periphery, nearly without contradiction", "[generator]") {
  const FundingNetwork network = generate_funding_network(market(1));
  const Snapshot snapshot = relations_snapshot(network, Unit::money);
  const CorePeriphery split = core_periphery(snapshot);
  CHECK(split.core.size() == 24);
  for (const NodeIndex node : split.core) CHECK(network.nodes[node].role == Role::dealer);
  CHECK(*split.fit() == 1.0);
  // What the dealers lend to funds is what they borrow from lenders, to a unit a link.
  std::int64_t from_lenders = 0;
  snapshot.for_each_edge([&](NodeIndex, NodeIndex to, const Leg& leg) {
    if (snapshot.node(to).role == Role::cash_lender) from_lenders += leg.amount;
  });
  CHECK(std::abs(from_lenders - market(1).total_of_funds) < 2'000);
}

TEST_CASE("sizes that cannot be so concentrated, too few dealers and a name used twice fail a check", "[generator]") {
  CHECK_THROWS_AS(concentrated_sizes(numbered("fund", 55), 1, 1'000, 50, 0.85), haven::base::CheckFailure);
  FundingSpec spec = market(1);
  spec.dealers.resize(2);
  CHECK_THROWS_AS(generate_funding_network(spec), haven::base::CheckFailure);
  spec = market(1);
  spec.funds[3] = spec.dealers[0];
  CHECK_THROWS_AS(generate_funding_network(spec), haven::base::CheckFailure);
}

TEST_CASE("a layout repeats to the bit, changes with the seed, fills the unit square and puts linked institutions together", "[layout]") {
  // Two cliques of eight.
  std::vector<EdgeRow> rows;
  std::vector<Node> nodes;
  for (NodeIndex i = 0; i < 16; ++i) {
    nodes.push_back({std::to_string(i), Role::other});
    for (NodeIndex j = 0; j < i; ++j) {
      if ((i < 8) != (j < 8)) continue;
      EdgeRow row;
      row.from = i;
      row.to = j;
      row.amount = 1;
      rows.push_back(row);
    }
  }
  const Snapshot cliques(Unit::money, nodes, rows);
  CHECK(layout(cliques, {9, 200}) == layout(cliques, {9, 200}));
  CHECK(layout(cliques, {9, 200}) != layout(cliques, {10, 200}));
  CHECK(layout(Snapshot()).empty());
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto places = layout(cliques, {seed, 200});
    double inside = 0.0;
    double across = 0.0;
    double left = 1.0, right = 0.0, low = 1.0, high = 0.0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      left = std::min(left, places[i].x);
      right = std::max(right, places[i].x);
      low = std::min(low, places[i].y);
      high = std::max(high, places[i].y);
      for (std::size_t j = 0; j < i; ++j) {
        const double dx = places[i].x - places[j].x;
        const double dy = places[i].y - places[j].y;
        ((i < 8) == (j < 8) ? inside : across) += dx * dx + dy * dy;
      }
    }
    INFO("seed " << seed);
    CHECK(left >= 0.0);
    CHECK(low >= 0.0);
    CHECK(right <= 1.0);
    CHECK(high <= 1.0);
    CHECK(std::max(right - left, high - low) == Approx(1.0));
    CHECK(inside / 56.0 < 0.1 * across / 64.0);
  }
}
