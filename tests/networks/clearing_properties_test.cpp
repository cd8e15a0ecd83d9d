#include <catch2/catch.hpp>

#include <cmath>
#include <utility>

#include "engine/base/random.h"
#include "exact_clearing.h"
#include "example_networks.h"
#include "networks/clearing.h"

using namespace haven::networks;
using namespace haven::networks::testing;
using haven::base::Draws;
using haven::base::Purpose;

namespace {

struct RandomNetwork {
  Snapshot network;
  std::vector<std::int64_t> assets;
};

/// 2 to 9 institutions with amounts on a coarse grid (so that exact ties happen), sometimes in the billions; from rich to
/// destitute, from sparse to complete.
RandomNetwork random_network(std::uint64_t seed) {
  Draws draws{seed, haven::base::name_key("clearing"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(Purpose::test, n); };
  const std::size_t n = 2 + below(8);
  const std::uint32_t density = 1 + below(4);
  const std::int64_t unit = below(3) == 0 ? 1'234'567'890'123 : 1;
  const std::uint32_t wealth = 1 + below(20);
  std::vector<EdgeRow> rows;
  for (NodeIndex i = 0; i < n; ++i) {
    for (NodeIndex j = 0; j < n; ++j) {
      if (i != j && below(4) < density) rows.push_back(owes(i, j, unit * below(12)));
    }
  }
  RandomNetwork result{Snapshot(Unit::money, numbered_nodes(n), rows), {}};
  for (std::size_t i = 0; i < n; ++i) result.assets.push_back(below(2) == 0 ? 0 : unit * below(wealth));
  return result;
}

constexpr std::uint64_t kNetworks = 1'500;
const std::vector<std::pair<Fraction, Fraction>> kRecoveries = {{{1, 1}, {1, 1}}, {{1, 2}, {3, 4}}, {{0, 1}, {1, 1}}, {{1, 1}, {0, 1}}};

Recovery rates(const std::pair<Fraction, Fraction>& recovery) {
  const auto rate = [](Fraction f) { return static_cast<double>(f.numerator) / static_cast<double>(f.denominator); };
  return {rate(recovery.first), rate(recovery.second)};
}

}  // namespace

TEST_CASE("clearing agrees with exact fractions on random networks: the same defaulters, the same payments", "[clearing]") {
  std::size_t defaults = 0;
  std::size_t contagions = 0;
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const RandomNetwork random = random_network(seed);
    Clearing clearing(random.network);
    for (const auto& recovery : kRecoveries) {
      const ExactClearing exact = clear_exactly(random.network, random.assets, recovery.first, recovery.second);
      const ClearingResult result = clearing.clear(random.assets, rates(recovery));
      INFO("seed " << seed << ", alpha " << rates(recovery).alpha << ", beta " << rates(recovery).beta);
      REQUIRE(result.certified);
      for (NodeIndex i = 0; i < exact.payment.size(); ++i) {
        const double scale = static_cast<double>(clearing.owed()[i]) + static_cast<double>(clearing.due()[i]) + 1.0;
        REQUIRE((result.cause[i] != DefaultCause::none) == (exact.defaulted[i] != 0));
        REQUIRE(std::abs(result.payment[i] - exact.payment[i]) <= 0x1.0p-40 * scale);
        if (result.cause[i] == DefaultCause::contagion) ++contagions;
      }
      defaults += result.defaulted.size();
    }
  }
  // The networks are not all alike.
  CHECK(defaults > 2'000);
  CHECK(contagions > 500);
}

TEST_CASE("limited liability, absolute priority, proportionality: nobody pays more than it has or owes, who defaults keeps nothing, creditors share alike", "[clearing]") {
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const RandomNetwork random = random_network(seed);
    const ClearingResult result = Clearing(random.network).clear(random.assets);
    const std::vector<std::int64_t> flows = edge_payments(random.network, result);
    double largest = 0.0;  // of what anyone owes and is due: the errors' scale
    for (const std::int64_t owed : result.owed) largest += static_cast<double>(owed);
    std::vector<std::int64_t> out(random.assets.size(), 0);
    std::vector<std::int64_t> in(random.assets.size(), 0);
    std::vector<std::int64_t> debtors(random.assets.size(), 0);
    std::size_t k = 0;
    INFO("seed " << seed);
    random.network.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
      const std::int64_t flow = flows[k++];
      out[from] += flow;
      in[to] += flow;
      ++debtors[to];
      REQUIRE(flow >= 0);
      REQUIRE(flow <= leg.amount);
      const double share = result.owed[from] == 0 ? 0.0 : static_cast<double>(leg.amount) / static_cast<double>(result.owed[from]);
      REQUIRE(std::abs(static_cast<double>(flow) - share * static_cast<double>(result.paid[from])) <= 1.0 + 1e-12 * static_cast<double>(flow));
    });
    for (std::size_t i = 0; i < random.assets.size(); ++i) {
      REQUIRE(out[i] == result.paid[i]);
      // Whole units: each debtor's payment is rounded once, and its split once.
      const std::int64_t has = random.assets[i] + in[i];
      const std::int64_t slack = 1 + 2 * debtors[i] + static_cast<std::int64_t>(2.0 * result.relative_error * largest);
      REQUIRE(result.paid[i] <= has + slack);
      if (result.cause[i] != DefaultCause::none) {
        REQUIRE(result.paid[i] < result.owed[i]);
        REQUIRE(has - result.paid[i] <= slack);
      } else {
        REQUIRE(result.paid[i] == result.owed[i]);
      }
    }
  }
}

TEST_CASE("more outside assets never lower anybody's payment nor add a defaulter", "[clearing]") {
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const RandomNetwork random = random_network(seed);
    Draws draws{seed, haven::base::name_key("richer"), 0, 0};
    std::vector<std::int64_t> richer = random.assets;
    richer[draws.below(Purpose::test, static_cast<std::uint32_t>(richer.size()))] += 1 + draws.below(Purpose::test, 5);
    Clearing clearing(random.network);
    for (const auto& recovery : kRecoveries) {
      const ClearingResult poor = clearing.clear(random.assets, rates(recovery));
      const ClearingResult rich = clearing.clear(richer, rates(recovery));
      for (NodeIndex i = 0; i < richer.size(); ++i) {
        INFO("seed " << seed << ", node " << i);
        REQUIRE(rich.payment[i] >= poor.payment[i] - 0x1.0p-35 * static_cast<double>(clearing.owed()[i] + clearing.due()[i]));
        if (rich.cause[i] != DefaultCause::none) REQUIRE(poor.cause[i] != DefaultCause::none);
      }
    }
  }
}

TEST_CASE("lower recovery never raises anybody's payment", "[clearing]") {
  for (std::uint64_t seed = 1; seed <= kNetworks; ++seed) {
    const RandomNetwork random = random_network(seed);
    Clearing clearing(random.network);
    const ClearingResult full = clearing.clear(random.assets, {1.0, 1.0});
    const ClearingResult costly = clearing.clear(random.assets, {0.6, 0.9});
    for (NodeIndex i = 0; i < random.assets.size(); ++i) {
      INFO("seed " << seed << ", node " << i);
      REQUIRE(costly.payment[i] <= full.payment[i] + 0x1.0p-35 * static_cast<double>(clearing.owed()[i] + clearing.due()[i]));
    }
  }
}

TEST_CASE("the answer does not depend on what the workspace cleared before", "[clearing]") {
  const RandomNetwork random = random_network(7);
  Clearing used(random.network);
  used.clear(std::vector<std::int64_t>(random.assets.size(), 0), {0.1, 0.2}, NodeIndex{0});
  const ClearingResult again = used.clear(random.assets, {0.5, 0.5});
  const ClearingResult fresh = Clearing(random.network).clear(random.assets, {0.5, 0.5});
  CHECK(again.payment == fresh.payment);
  CHECK(again.received == fresh.received);
  CHECK(again.pass == fresh.pass);

  // Two nearly closed rings with different leaks; the one that defaulted first is rich the second time.
  const Snapshot rings(Unit::money, numbered_nodes(7),
                       std::vector<EdgeRow>{owes(0, 1, 1'000'000), owes(1, 2, 1'000'000), owes(2, 0, 1'000'000), owes(0, 6, 90'000),
                                            owes(3, 4, 1'000'000), owes(4, 5, 1'000'000), owes(5, 3, 1'000'000), owes(3, 6, 70)});
  Clearing reused(rings);
  CHECK(reused.clear(std::vector<std::int64_t>{0, 0, 0, 70, 0, 0, 0}).defaulted == std::vector<NodeIndex>{0, 1, 2});
  const std::vector<std::int64_t> other_way = {90'000, 0, 0, 0, 0, 0, 0};
  const ClearingResult second = reused.clear(other_way);
  CHECK(second.defaulted == std::vector<NodeIndex>{3, 4, 5});
  CHECK(second.rounds == Clearing(rings).clear(other_way).rounds);
  CHECK(second.payment == Clearing(rings).clear(other_way).payment);
}

TEST_CASE("many nearly closed rings at once clear to the exact fractions", "[clearing]") {
  // Six rings of three, each leaking at its own rate from 1 in 10 to 1 in a million, linked in a chain.
  std::vector<EdgeRow> rows;
  std::int64_t leak = 100'000;
  for (NodeIndex ring = 0; ring < 6; ++ring) {
    const NodeIndex first = 3 * ring;
    for (NodeIndex k = 0; k < 3; ++k) rows.push_back(owes(first + k, first + (k + 1) % 3, 1'000'000));
    rows.push_back(owes(first, ring < 5 ? first + 4 : 18, leak));
    leak /= 10;
    if (leak == 0) leak = 1;
  }
  const Snapshot network(Unit::money, numbered_nodes(19), rows);
  std::vector<std::int64_t> assets(19, 0);
  assets[1] = 50;
  assets[7] = 3;
  Clearing clearing(network);
  const ExactClearing exact = clear_exactly(network, assets, {1, 1}, {1, 1});
  const ClearingResult result = clearing.clear(assets);
  CHECK(result.rounds < 2'000);
  CHECK(result.certified);
  for (NodeIndex i = 0; i < 19; ++i) {
    INFO("node " << i << " exact " << exact.payment[i] << " found " << result.payment[i]);
    CHECK((result.cause[i] != DefaultCause::none) == (exact.defaulted[i] != 0));
    CHECK(std::abs(result.payment[i] - exact.payment[i]) <= result.relative_error * static_cast<double>(clearing.owed()[i] + clearing.due()[i]));
  }
}
