// A run's whole state in a file, with what it belongs to.
#pragma once

#include <string>

#include "engine/loop/advance.h"
#include "tools/assemble/assemble.h"

namespace haven::cli {

/// The state before the first event at or after `at` (before the first event of all when `at` is zero).
loop::State state_before(const assemble::Experiment& experiment, std::uint64_t seed, base::Time at, const loop::Plant& plant);

/// Writes `state` with haven's version and the config's digest. Throws std::runtime_error when it cannot.
void save_checkpoint(const std::string& path, const assemble::Experiment& experiment, const loop::State& state);

/// Reads a state back. Throws BadInput on a file that is missing, no checkpoint, of another format or version of haven,
/// or made under another config or seed.
loop::State load_checkpoint(const std::string& path, const assemble::Experiment& experiment, std::uint64_t seed);

}  // namespace haven::cli
