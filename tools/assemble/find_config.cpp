#include "tools/assemble/find_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace haven::assemble {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEnding = ".textproto";

std::string without_ending(std::string_view name) {
  if (name.ends_with(kEnding)) name.remove_suffix(kEnding.size());
  return std::string(name);
}

const EmbeddedFile* embedded_named(std::span<const EmbeddedFile> embedded, const std::string& name) {
  for (const EmbeddedFile& file : embedded) {
    if (file.name == name || file.name == name + std::string(kEnding)) return &file;
  }
  return nullptr;
}

// The only embedded file of this stem, "april-2025" for "replays/april_2025.textproto"; null if none or several.
const EmbeddedFile* embedded_stem(std::span<const EmbeddedFile> embedded, std::string stem) {
  std::replace(stem.begin(), stem.end(), '-', '_');
  const EmbeddedFile* found = nullptr;
  for (const EmbeddedFile& file : embedded) {
    if (fs::path(file.name).stem() != stem) continue;
    if (found != nullptr) return nullptr;
    found = &file;
  }
  return found;
}

// What the program would call a file on disk: its path below the nearest folder called configs.
std::string name_of(const fs::path& whole) {
  for (fs::path folder = whole.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (folder.filename() == "configs") return whole.lexically_relative(folder).generic_string();
  }
  return "";
}

std::variant<ConfigText, Misfit> read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  // An empty file sets failbit on the inserter, not on the file.
  if (!stream.is_open() || stream.bad()) return Misfit{"a file that cannot be read", "one that can"};
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(path, ignored);
  return ConfigText{whole.string(), path.string(), text.str(), whole.parent_path().string(), "", name_of(whole)};
}

ConfigText read_embedded(const EmbeddedFile& file) {
  return {"embedded:" + std::string(file.name), "configs/" + std::string(file.name), std::string(file.text), "",
          fs::path(file.name).parent_path().string(), std::string(file.name)};
}

// The folders in which a base of a file on disk is looked for: its own, and its parents up to one called configs.
std::vector<fs::path> folders_of(const ConfigText& from) {
  std::vector<fs::path> folders;
  if (from.disk_folder.empty()) return folders;
  const fs::path own = from.disk_folder;
  folders.push_back(own);
  std::vector<fs::path> parents;
  for (fs::path folder = own; folder.has_relative_path(); folder = folder.parent_path()) {
    if (folder != own) parents.push_back(folder);
    if (folder.filename() == "configs") {
      folders.insert(folders.end(), parents.begin(), parents.end());
      break;
    }
  }
  return folders;
}

}  // namespace

std::variant<ConfigText, Misfit> find_config(const std::string& name, const ConfigText* from,
                                             const ConfigFolders& folders) {
  if (name.empty() || name.find('\0') != std::string::npos) return Misfit{"no name of a config", "a path or a name"};
  bool folder_found = false;
  const auto file_at = [&](const fs::path& path) {
    std::error_code ignored;
    const fs::file_status status = fs::status(path, ignored);
    folder_found = folder_found || fs::is_directory(status);
    return fs::exists(status) && !fs::is_directory(status);
  };
  const auto either = [&](const fs::path& path, fs::path& found) {
    for (const fs::path& candidate : {path, fs::path(path.string() + std::string(kEnding))}) {
      if (file_at(candidate)) {
        found = candidate;
        return true;
      }
    }
    return false;
  };

  fs::path found;
  if (from == nullptr) {
    if (either(name, found)) return read_file(found);
  } else {
    for (const fs::path& folder : folders_of(*from)) {
      if (either(folder / name, found)) return read_file(found);
    }
  }

  // Names relative to a folder of configs; "configs/x" means "x" in each of them.
  std::vector<std::string> names;
  if (from != nullptr && !from->embedded_folder.empty()) {
    names.push_back((fs::path(from->embedded_folder) / name).lexically_normal().generic_string());
  }
  const std::string plain = fs::path(name).lexically_normal().generic_string();
  names.push_back(plain);
  if (plain.starts_with("configs/")) names.push_back(plain.substr(8));
  if (plain.find('/') == std::string::npos) {
    const EmbeddedFile* stem = embedded_stem(folders.embedded, without_ending(plain));
    if (stem != nullptr) names.push_back(std::string(stem->name));
  }
  if (!folders.configs_dir.empty()) {
    for (const std::string& candidate : names) {
      if (either(fs::path(folders.configs_dir) / candidate, found)) return read_file(found);
    }
  }
  for (const std::string& candidate : names) {
    if (const EmbeddedFile* file = embedded_named(folders.embedded, candidate)) return read_embedded(*file);
  }

  std::vector<std::string> known;
  for (const EmbeddedFile& file : folders.embedded) known.push_back(without_ending(file.name));
  const std::string what = folder_found ? "a folder" : "no such config";
  return Misfit{fmt::format("{} (\"{}\")", what, name),
                known.empty() ? "a file" : "a file or " + suggest(without_ending(plain), std::move(known))};
}

}  // namespace haven::assemble
