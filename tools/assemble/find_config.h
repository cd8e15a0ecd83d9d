// Where a named config is: a path, the --configs folder, the program itself.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "tools/assemble/embedded.h"
#include "tools/assemble/field_rules.h"

namespace haven::assemble {

/// The text of a config and what it is called.
struct ConfigText {
  std::string identity;  // equal for equal files, however they were named
  std::string shown;     // as faults print it; an embedded file as "configs/..."
  std::string text;
  std::string disk_folder;      // where its own bases are looked for first; "" if it is not on disk
  std::string embedded_folder;  // the same for an embedded one: "replays"
  std::string name;             // "replays/april_2025.textproto": below the nearest folder called configs; "" if there is none
};

/// Where else configs are looked for.
struct ConfigFolders {
  std::string configs_dir;  // "" if none
  std::span<const EmbeddedFile> embedded;
};

/// Finds and reads a config. A path wins over `configs_dir`, which wins over the embedded ones; the ending .textproto
/// may be left out. A bare embedded name without its folder will do if it is the only one ("april-2025", with - for _).
/// For a name in the `base` of another config (`from` not null) a path means: relative to that config's folder, or to
/// one of its parents up to one called `configs`. Otherwise `from` is null and a path is relative to the current folder.
std::variant<ConfigText, Misfit> find_config(const std::string& name, const ConfigText* from,
                                             const ConfigFolders& folders);

}  // namespace haven::assemble
