#include "tools/assemble/errors.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/check.h"

namespace haven::assemble {

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  if (place.column == 0) return fmt::format("{}:{}", place.file, place.line);
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string to_string(const Fault& fault) {
  return fmt::format("{}: found {}, expected {}", to_string(fault.place), fault.found, fault.expected);
}

ConfigError::ConfigError(std::vector<Fault> faults) : faults_(std::move(faults)) {
  HAVEN_CHECK(!faults_.empty(), "a ConfigError needs a fault");
  for (const Fault& fault : faults_) {
    if (!text_.empty()) text_ += '\n';
    text_ += to_string(fault);
  }
}

}  // namespace haven::assemble
