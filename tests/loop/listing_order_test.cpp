// The order in which a config lists its institutions means nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <memory>

#include "tests/loop/short_run.h"
#include "tools/assemble/config_digest.h"

using namespace haven;
using namespace haven::tests;

namespace {

enum class Listed { blocks_backwards, members_backwards };

assemble::Located<config::Run> relisted(Listed order) {
  const auto plain = short_run_config();
  auto message = std::make_shared<config::Run>(*plain);
  auto& blocks = *message->mutable_population();
  const auto backwards = [](auto& list) { std::reverse(list.pointer_begin(), list.pointer_end()); };
  if (order == Listed::blocks_backwards) backwards(blocks);
  if (order == Listed::members_backwards) {
    for (auto& block : blocks) backwards(*block.mutable_member());
  }
  return assemble::Located<config::Run>(assemble::LoadedConfig(message, plain.files(), plain.origins()));
}

/// Cash and positions by institution's name, and who finances whom.
std::map<std::string, std::vector<std::string>> books(const loop::Spec& spec) {
  const loop::State state = loop::initial_state(spec, 1);
  std::map<std::string, std::vector<std::string>> all;
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    auto& of = all[spec.world.institutions[i].name];
    of.push_back(std::to_string(state.world.ledger.cash({i}).v));
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) of.push_back(std::to_string(state.world.ledger.position({i}, base::SecurityId{s}).v));
    for (const auto dealer : spec.openings[i].financiers) of.push_back(spec.world.institutions[state.population.primary_dealer.at(dealer).self.v].name);
  }
  return all;
}

}  // namespace

TEST_CASE("institutions listed in another order have the same books at the opening and give the run the same digest", "[loop][order]") {
  const auto order = GENERATE(Listed::blocks_backwards, Listed::members_backwards);
  const auto plain = short_run_config();
  const auto other = relisted(order);
  REQUIRE(other->SerializeAsString() != plain->SerializeAsString());
  CHECK(assemble::config_digest(other.message()) == assemble::config_digest(plain.message()));
  const auto experiment = assemble::assemble(other, {});
  CHECK(books(experiment.spec) == books(plain_short_run().spec));
  CHECK(run_whole(experiment.spec) == plain_whole());
}
