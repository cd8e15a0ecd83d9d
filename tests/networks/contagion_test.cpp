#include <catch2/catch.hpp>

#include "example_networks.h"
#include "networks/contagion.h"

using namespace haven::networks;
using namespace haven::networks::testing;

TEST_CASE("DebtRank along a chain, worked by hand: half of B's equity, then 0.3 of that of C's", "[contagion]") {
  // A owes B 50, B owes C 30; everybody has equity of 100. A fails: h_B = 0.5, h_C = 0.3 x 0.5 = 0.15.
  // Economic value is what is due: B 50/80, C 30/80. DebtRank = 0.5 x 50/80 + 0.15 x 30/80 = 0.36875.
  const Snapshot chain(Unit::money, nodes_named({"A", "B", "C"}), std::vector<EdgeRow>{owes(0, 1, 50), owes(1, 2, 30)});
  const std::vector<std::int64_t> equity = {100, 100, 100};
  const std::vector<double> shock = {1.0, 0.0, 0.0};
  for (const auto propagation : {Propagation::once, Propagation::increments}) {
    const auto result = debt_rank(chain, equity, shock, propagation);
    CHECK(result.distress[0] == 1.0);
    CHECK(result.distress[1] == Approx(0.5).epsilon(1e-14));
    CHECK(result.distress[2] == Approx(0.15).epsilon(1e-14));
    CHECK(result.debt_rank == Approx(0.36875).epsilon(1e-14));
    CHECK(result.rounds == 2);
  }
  const std::vector<double> each = debt_rank_of_each(chain, equity);
  CHECK(each[0] == Approx(0.36875).epsilon(1e-14));
  CHECK(each[1] == Approx(0.3 * 30.0 / 80.0).epsilon(1e-14));
  CHECK(each[2] == 0.0);
}

TEST_CASE("in a cycle each passes distress on once under Battiston et al., and until none is left under Bardoscia et al.", "[contagion]") {
  // A and B owe each other 50 with equity of 100; A starts at 0.5.
  // Once: B = 0.25, then A = 0.5 + 0.125. Increments: A = 0.5 / (1 - 1/4) = 2/3, B = 1/3.
  const Snapshot pair(Unit::money, nodes_named({"A", "B"}), std::vector<EdgeRow>{owes(0, 1, 50), owes(1, 0, 50)});
  const std::vector<std::int64_t> equity = {100, 100};
  const std::vector<double> shock = {0.5, 0.0};
  const auto once = debt_rank(pair, equity, shock, Propagation::once);
  CHECK(once.distress[0] == Approx(0.625).epsilon(1e-14));
  CHECK(once.distress[1] == Approx(0.25).epsilon(1e-14));
  const auto increments = debt_rank(pair, equity, shock, Propagation::increments);
  CHECK(increments.distress[0] == Approx(2.0 / 3.0).epsilon(1e-10));
  CHECK(increments.distress[1] == Approx(1.0 / 3.0).epsilon(1e-10));
  CHECK(increments.debt_rank == Approx(0.5 * (2.0 / 3.0 - 0.5) + 0.5 / 3.0).epsilon(1e-10));
}

TEST_CASE("distress never passes 1, and an institution without equity is in full distress from the start", "[contagion]") {
  const Snapshot star(Unit::money, nodes_named({"A", "B", "C"}), std::vector<EdgeRow>{owes(0, 2, 500), owes(1, 2, 500)});
  const auto heavy = debt_rank(star, std::vector<std::int64_t>{10, 10, 100}, std::vector<double>{1.0, 1.0, 0.0});
  CHECK(heavy.distress[2] == 1.0);
  const auto broke = debt_rank(star, std::vector<std::int64_t>{0, 10, 5'000}, std::vector<double>{0.0, 0.0, 0.0});
  CHECK(broke.distress[0] == 1.0);
  CHECK(broke.distress[2] == Approx(0.1).epsilon(1e-14));
}
