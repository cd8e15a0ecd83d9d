// write_tape FILE: a small journal's tape, and its digest on stdout.
#include <cstdio>
#include <vector>

#include "engine/base/journal.h"

int main(int argc, char** argv) {
  using namespace haven::base;
  if (argc != 2) return 2;
  std::vector<Record> tape;
  Journal journal;
  journal.attach(&tape);
  for (std::int64_t i = 0; i < 1000; ++i) {
    const auto kind = static_cast<RecordKind>(1 + i % 12);
    journal.record(kind, Time{i * 1'234'567'890'123}, 0x9e3779b97f4a7c15ULL * static_cast<std::uint64_t>(i), 7, -i * i);
  }
  std::FILE* file = std::fopen(argv[1], "wb");
  if (file == nullptr) return 2;
  const bool written = std::fwrite(tape.data(), sizeof(Record), tape.size(), file) == tape.size();
  if (std::fclose(file) != 0 || !written) return 1;
  std::puts(to_hex(journal.digest()).c_str());
}
