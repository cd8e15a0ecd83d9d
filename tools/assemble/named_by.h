// Configs that a config names: what is wrong in one is told after the place that names it.
#pragma once

#include <string>
#include <vector>

#include "tools/assemble/errors.h"

namespace haven::assemble {

/// What `load` gives back, which reads the config `name` that `config` names at `path`. When it throws ConfigError, its faults
/// follow one at that place. `config` is a LoadedConfig.
template <class Config, class Load>
auto named_by(const Config& config, const std::string& path, const std::string& name, Load load) {
  try {
    return load();
  } catch (const ConfigError& error) {
    std::vector<Fault> all = {config.fault(path, "\"" + name + "\", which cannot be used", "a config that loads")};
    all.insert(all.end(), error.faults().begin(), error.faults().end());
    throw ConfigError(std::move(all));
  }
}

}  // namespace haven::assemble
