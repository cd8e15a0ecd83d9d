#include "tools/cli/output_place.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace haven::cli {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

}  // namespace

void require_writable(const std::string& path) {
  const auto refuse = [&](const std::string& why) { throw BadInput(path + ": cannot be written (" + why + ")"); };
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    if (fs::is_directory(path, ignored)) refuse("it is a folder");
    if (access(path.c_str(), W_OK) != 0) refuse("no permission");
    return;
  }
  fs::path folder = folder_of(path);
  while (!fs::exists(folder, ignored) && folder.has_relative_path() && folder != folder_of(folder)) folder = folder_of(folder);
  if (!fs::is_directory(folder, ignored)) refuse(folder.string() + " is no folder");
  // Permissions do not tell all (a file system may take no files), so one is tried and taken away again.
  std::string attempt = (folder / "haven-XXXXXX").string();
  const int file = mkstemp(attempt.data());
  if (file < 0) refuse(std::strerror(errno));
  close(file);
  unlink(attempt.c_str());
}

UnfinishedFile::UnfinishedFile(const std::string& path) : path_(path) {
  std::error_code error;
  fs::create_directories(folder_of(path), error);
  const bool replaceable = !fs::exists(path, error) || fs::is_regular_file(path, error);  // a pipe or a device is written into
  place_ = replaceable ? path + ".unfinished" : path;
  file_.open(place_, std::ios::binary);
  if (!file_) fail();
}

void UnfinishedFile::fail() const { throw std::runtime_error(path_ + ": cannot be written"); }

void UnfinishedFile::write(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file_.flush()) fail();
}

void UnfinishedFile::finish() {
  file_.close();
  std::error_code error;
  if (file_ && place_ != path_) fs::rename(place_, path_, error);
  if (!file_ || error) fail();
}

void UnfinishedFile::discard() {
  file_.close();
  std::error_code ignored;
  if (place_ != path_) fs::remove(place_, ignored);
}

void write_file(const std::string& path, std::string_view bytes) {
  UnfinishedFile file(path);
  try {
    file.write(bytes);
    file.finish();
  } catch (const std::runtime_error&) {
    file.discard();
    throw;
  }
}

std::unique_ptr<results::ResultStore> open_results(const std::string& path, const results::Manifest& manifest, results::OtherPlan other) {
  require_writable(path);
  std::error_code ignored;
  fs::create_directories(folder_of(path), ignored);
  std::unique_ptr<results::ResultStore> store;
  write_for_user([&] { store = std::make_unique<results::ResultStore>(path, manifest, other); });
  return store;
}

}  // namespace haven::cli
