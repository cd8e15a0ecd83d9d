// The order in which a config lists its institutions means nothing.
#include <algorithm>
#include <array>
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

assemble::Experiment experiment(Listed order) { return assemble::assemble(relisted(order), {}); }

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

/// What happened after the opening, in order.
std::vector<std::array<std::uint64_t, 5>> business(const loop::Spec& spec) {
  std::vector<base::Record> tape;
  loop::State state = loop::initial_state(spec, 1, &tape);
  const std::size_t opening = tape.size();
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  loop::advance(spec, state, probes);
  std::vector<std::array<std::uint64_t, 5>> records;
  for (std::size_t i = opening; i < tape.size(); ++i) records.push_back({tape[i].kind, tape[i].time, tape[i].a, tape[i].b, tape[i].c});
  return records;
}

}  // namespace

TEST_CASE("a config that lists its institutions in another order has the same digest", "[loop][order]") {
  const auto order = GENERATE(Listed::blocks_backwards, Listed::members_backwards);
  CHECK(assemble::config_digest(relisted(order).message()) == assemble::config_digest(short_run_config().message()));
}

TEST_CASE("populations listed in another order open with the same books and do the same business", "[loop][order]") {
  const auto other = experiment(Listed::blocks_backwards);
  CHECK(books(other.spec) == books(plain_short_run().spec));
  CHECK((business(other.spec) == business(plain_short_run().spec)));
}

TEST_CASE("populations listed in another order give the run the same digest", "[loop][order]") {
  CHECK(run_whole(experiment(Listed::blocks_backwards).spec).digest == plain_whole().digest);
}

TEST_CASE("members listed in another order give the run the same digest", "[loop][order]") {
  CHECK(run_whole(experiment(Listed::members_backwards).spec).digest == plain_whole().digest);
}
