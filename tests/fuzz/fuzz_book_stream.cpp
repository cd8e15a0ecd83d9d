// The fuzzer's bytes as an order-message file: it is read or refused with its place, and what is read runs or is refused.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tools/cli/book_stream.h"

using namespace haven::cli;

namespace {

/// A file without a disk.
class Memory {
 public:
  Memory() : file_(memfd_create("stream", 0)) {
    if (file_ < 0) std::abort();
  }
  ~Memory() { close(file_); }
  void fill(const std::string& bytes) {
    if (ftruncate(file_, 0) != 0 || pwrite(file_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_); }

 private:
  int file_;
};

void drive(const std::string& bytes) {
  static Memory file;
  file.fill(bytes);
  const std::string path = file.path();
  try {
    const BookStream stream = read_book_stream(path);
    run_book_stream(stream, 1, path);
  } catch (const BookStreamError& error) {
    if (!std::string(error.what()).starts_with(path + ": ")) {
      std::fprintf(stderr, "an error without its file: %s\n", error.what());
      std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  drive(std::string(reinterpret_cast<const char*>(data), size));
  // The same bytes as records behind a good header, so that the fuzzer need not find one.
  const std::uint64_t n = size / sizeof(BookRecord);
  std::string framed = "LOBSTRM1";
  const auto add = [&](auto value) { framed.append(reinterpret_cast<const char*>(&value), sizeof value); };
  add(n);
  add(n / 2);
  add(std::uint32_t{1000});
  add(std::uint32_t{1});
  framed.append(reinterpret_cast<const char*>(data), n * sizeof(BookRecord));
  // Ids that ascend, as the format asks: else almost every input ends at its first order.
  std::uint32_t id = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    char* record = framed.data() + 32 + i * sizeof(BookRecord);
    const auto type = static_cast<std::uint8_t>(record[12]) % 3;
    if (type == BookRecord::cancel) continue;
    ++id;
    std::memcpy(record, &id, sizeof id);
  }
  drive(framed);
  return 0;
}
