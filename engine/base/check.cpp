#include "engine/base/check.h"

#include <string_view>

namespace haven::base {

void fail_check(const char* expression, const char* file, int line, const std::string& detail) {
  std::string_view path = file;
  if (const auto cut = path.rfind("engine/"); cut != std::string_view::npos) path.remove_prefix(cut);
  throw CheckFailure(std::string(path) + ":" + std::to_string(line) + ": " + expression + (detail.empty() ? "" : ": ") + detail);
}

}  // namespace haven::base
