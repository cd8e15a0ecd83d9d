#include "tools/cli/checkpoint_file.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "engine/base/archive.h"
#include "tools/cli/output_place.h"

namespace haven::cli {
namespace {

// The file: a line of text that says what it is, then the state's bytes (which begin with their own format number).
constexpr const char* kMagic = "haven checkpoint";

std::string header(const assemble::Experiment& experiment, std::uint64_t seed) {
  return fmt::format("{}\tversion {}\tconfig {}\tseed {}\n", kMagic, version(), base::to_hex(experiment.config_digest), seed);
}

}  // namespace

loop::State state_before(const assemble::Experiment& experiment, std::uint64_t seed, base::Time at, const loop::Plant& plant) {
  loop::State state = loop::initial_state(experiment.spec, seed);
  if (at.ns == 0) return state;
  metrics::Probes unwatched(experiment.spec.world, metrics::Probes::Watching::off);
  loop::advance(experiment.spec, state, unwatched, plant, at);
  return state;
}

void save_checkpoint(const std::string& path, const assemble::Experiment& experiment, const loop::State& state) {
  write_file(path, header(experiment, state.seed) + loop::save(state));
}

loop::State load_checkpoint(const std::string& path, const assemble::Experiment& experiment, std::uint64_t seed) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw BadInput(path + ": no such checkpoint");
  std::string found;
  std::getline(file, found);
  if (!found.starts_with(kMagic)) throw BadInput(path + ": not a checkpoint of haven");
  std::string expected = header(experiment, seed);
  expected.pop_back();
  if (found != expected) throw BadInput(fmt::format("{}: found '{}', expected '{}'", path, found, expected));
  try {
    return loop::load(std::string(std::istreambuf_iterator<char>(file), {}));
  } catch (const base::ArchiveError& error) {
    throw BadInput(path + ": " + error.what());
  }
}

}  // namespace haven::cli
