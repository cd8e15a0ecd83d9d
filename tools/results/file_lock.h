// One writer a result file, across processes.
#pragma once

#include <string>

namespace haven::results {

/// Holds `path`.lock from construction to destruction; the kernel lets go of it when the process dies, however it dies.
/// Invariants: while it lives, no other process (and no other FileLock) holds the same lock.
class FileLock {
 public:
  /// Throws StoreError: in_use when another writer holds it, cannot_write when the folder takes no file.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  std::string lock_path_;
  int descriptor_ = -1;
};

}  // namespace haven::results
