// Where a command writes: looked at before anything runs, written whole or not at all.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "tools/cli/command.h"
#include "tools/results/result_store.h"

namespace haven::cli {

/// Throws BadInput when no file could be written at `path`, its folders made where they are missing. Leaves nothing behind.
void require_writable(const std::string& path);

/// A file written piece by piece: beside its place under the name of `path` and `.unfinished`, folders made; an existing file stays as
/// it was until finish() puts the new one there. Into a pipe or a device it writes at once.
class UnfinishedFile {
 public:
  /// Throws std::runtime_error when it cannot be opened.
  explicit UnfinishedFile(const std::string& path);
  /// Throws std::runtime_error when there is no room (a full disk); what was written before stands.
  void write(std::string_view bytes);
  /// Throws std::runtime_error when it cannot.
  void finish();
  /// Takes away what was written.
  void discard();
  /// Where what was written stands until finish().
  const std::string& place() const { return place_; }

 private:
  [[noreturn]] void fail() const;
  std::string path_, place_;
  std::ofstream file_;
};

/// Writes `path`, its folders made; an existing file stays as it was until the new one is whole. Throws
/// std::runtime_error when it cannot (a full disk).
void write_file(const std::string& path, std::string_view bytes);

/// Opens or creates the result file of a command that has not run anything yet: what forbids it is the user's to mend,
/// BadInput.
std::unique_ptr<results::ResultStore> open_results(const std::string& path, const results::Manifest& manifest, results::OtherPlan other);

/// Does what only reads a result and writes where the user said: any StoreError is then the user's to mend, BadInput.
template <class F>
void write_for_user(F&& write) {
  try {
    write();
  } catch (const results::StoreError& error) {
    throw BadInput(error.what());
  }
}

}  // namespace haven::cli
