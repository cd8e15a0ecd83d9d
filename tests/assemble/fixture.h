// Configs in memory for the loader's tests.
#pragma once

#include <string>
#include <vector>

#include "tests/assemble/test_schema.pb.h"
#include "tools/assemble/loader.h"

namespace haven::assemble::test {

using config::test::Dealer;
using config::test::Scenario;

/// Files by name, standing in for the embedded ones.
struct Files {
  std::vector<EmbeddedFile> files;

  Located<Scenario> load(const std::string& name, std::vector<std::string> sets = {}) const {
    return assemble::load<Scenario>(name, {.configs_dir = "", .sets = std::move(sets), .embedded = files});
  }
  /// The faults of a config, one line each; "" if it loads.
  std::string faults(const std::string& name, std::vector<std::string> sets = {}) const {
    try {
      load(name, std::move(sets));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
};

inline Located<Scenario> load_one(const std::string& text, std::vector<std::string> sets = {}) {
  return load_text<Scenario>("one", text, {.configs_dir = "", .sets = std::move(sets), .embedded = {}});
}
inline std::string faults_of(const std::string& text, std::vector<std::string> sets = {}) {
  try {
    load_one(text, std::move(sets));
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}
inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace haven::assemble::test
