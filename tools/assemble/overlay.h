// A run config with others laid over it.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/run.pb.h"
#include "tools/assemble/loader.h"

namespace haven::assemble {

/// Whether `name` is a leverage regime; anything else is for load_run_with to judge.
bool is_rule(const std::string& name, const LoadOptions& options);

/// `run` with each of `with` laid over it, in order: a leverage regime (schema rules.proto) becomes its rule, a run
/// config (schema run.proto, whole or in part) is merged as if it named `run` as its base; bases that `run` has already
/// are not merged again. options.sets come last. Throws ConfigError.
Located<config::Run> load_run_with(const std::string& run, const std::vector<std::string>& with, const LoadOptions& options);

}  // namespace haven::assemble
