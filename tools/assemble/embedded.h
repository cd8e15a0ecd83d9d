// Files compiled into the program by cmake/embed.cmake.
#pragma once

#include <span>
#include <string_view>

namespace haven::assemble {

/// A file as it was at build time. `name` is relative to the embedded folder, with forward slashes.
struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

/// Every configs/**/*.textproto and *.graphml, in the order of their names: "replays/april_2025.textproto".
std::span<const EmbeddedFile> embedded_configs();

}  // namespace haven::assemble
