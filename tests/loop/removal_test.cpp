// Taking a kind of institution out of a run.
#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

double outstanding_bn(const loop::Spec& spec, std::size_t security) {
  double sum = 0;
  for (const auto& o : spec.openings) sum += o.holding_bn[security];
  return sum;
}

}  // namespace

TEST_CASE("bonds of a population without members stay outstanding, with the one that takes the rest; its futures and swaps are taken up too", "[loop][removal]") {
  const auto& plain = plain_short_run();
  const auto without = short_run({"population[name=basis_funds].count=0", "population[name=liability_investors].count=0"});
  CHECK(without.spec.world.institutions.size() == plain.spec.world.institutions.size() - 30);
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    INFO(plain.spec.world.securities[s].name);
    CHECK(outstanding_bn(without.spec, s) == Approx(outstanding_bn(plain.spec, s)).margin(0.01));  // members' shares are whole lots
  }
  for (std::size_t c = 0; c < world::kContracts; ++c) {
    double sum = 0;
    for (const auto& o : without.spec.openings) sum += o.futures_bn[c];
    CHECK(sum == Approx(0).margin(1e-9));
  }
  CHECK_NOTHROW(run_whole(without.spec));
}

TEST_CASE("what clears, settles or issues cannot be taken out, and a flow of nobody is refused", "[loop][removal]") {
  CHECK_THROWS_WITH(short_run({"population[name=us_treasury].count=0"}), Catch::Contains("no treasury"));
  CHECK_THROWS_WITH(short_run({"population[name=federal_reserve].count=0"}), Catch::Contains("no central_bank"));
  CHECK_THROWS_WITH(short_run({"population[name=foreign_private].count=0"}), Catch::Contains("foreign_private"));
  CHECK_THROWS_WITH(short_run({"population[name=noise].count=0"}), Catch::Contains("takes_rest"));
}
