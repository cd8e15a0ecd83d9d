#include "engine/base/check.h"

#include <string_view>

namespace haven::base {

void fail_check(const char* expression, const char* file, int line, const std::string& detail) {
  // Relative to the source root, whichever folder the check is in: messages are equal on every machine.
  constexpr std::string_view here = "engine/base/check.cpp";
  const std::string_view root = std::string_view(__FILE__).substr(0, std::string_view(__FILE__).size() - here.size());
  std::string_view path = file;
  if (path.starts_with(root)) path.remove_prefix(root.size());
  throw CheckFailure(std::string(path) + ":" + std::to_string(line) + ": " + expression + (detail.empty() ? "" : ": ") + detail);
}

}  // namespace haven::base
