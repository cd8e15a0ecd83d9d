#include "tools/results/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/results/store_error.h"

namespace haven::results {

FileLock::FileLock(const std::string& path) : lock_path_(path + ".lock") {
  for (;;) {
    descriptor_ = ::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) {
      throw StoreError(Fault::cannot_write, fmt::format("{}: cannot be written ({})", path, std::strerror(errno)));
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      throw StoreError(Fault::in_use, fmt::format("{}: another process is writing this file", path));
    }
    // The holder before us may have removed the file between our open and our lock: then we hold a name nobody sees.
    struct stat held {};
    struct stat named {};
    if (::fstat(descriptor_, &held) == 0 && ::stat(lock_path_.c_str(), &named) == 0 && held.st_ino == named.st_ino)
      return;
    ::close(descriptor_);
  }
}

FileLock::~FileLock() {
  ::unlink(lock_path_.c_str());
  ::close(descriptor_);
}

}  // namespace haven::results
