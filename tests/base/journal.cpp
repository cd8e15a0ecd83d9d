#include "engine/base/journal.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <utility>

#include "engine/base/archive.h"

using namespace haven::base;

namespace {

std::vector<Record> some_tape(Journal& journal) {
  std::vector<Record> tape;
  journal.attach(&tape);
  for (std::int64_t i = 0; i < 50; ++i) {
    journal.record(i % 3 == 0 ? RecordKind::trade : RecordKind::order, Time{1'000'000 * i}, 0xabcdef12345ULL + static_cast<std::uint64_t>(i), 17, 100 - i * i);
  }
  journal.attach(nullptr);
  return tape;
}

/// Written from the sentence in docs/determinism.md, not from digest.h.
std::string recomputed(const std::vector<Record>& tape) {
  std::vector<std::uint64_t> words(tape.size() * 5);
  std::memcpy(words.data(), tape.data(), words.size() * 8);
  const auto rotated = [](std::uint64_t x, int n) { return x << n | x >> (64 - n); };
  std::uint64_t a = 2611923443488327891ULL, b = 1376283091369227076ULL;
  for (const std::uint64_t w : words) {
    a = rotated((a ^ w) * 11400714819323198485ULL, 29);
    b = rotated((b + w) * 14029467366897019727ULL, 31) ^ a;
  }
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(a), static_cast<unsigned long long>(b));
  return text;
}

/// The digest of a journal that had recorded this tape.
std::string digest_of(const std::vector<Record>& tape) {
  Journal journal;
  for (const Record& r : tape) {
    journal.record(static_cast<RecordKind>(r.kind), Time{static_cast<std::int64_t>(r.time)}, r.a, r.b, static_cast<std::int64_t>(r.c));
  }
  return to_hex(journal.digest());
}

}  // namespace

TEST_CASE("the digest is the hash of the tape", "[journal]") {
  Journal journal;
  const auto tape = some_tape(journal);
  REQUIRE(tape.size() == 50);
  CHECK(recomputed(tape) == to_hex(journal.digest()));
  CHECK(to_hex(Digest{}) == "243f6a8885a308d313198a2e03707344");
}

TEST_CASE("the digest is the same with the tape on and off", "[journal]") {
  Journal taped, plain;
  some_tape(taped);
  for (std::int64_t i = 0; i < 50; ++i) {
    plain.record(i % 3 == 0 ? RecordKind::trade : RecordKind::order, Time{1'000'000 * i}, 0xabcdef12345ULL + static_cast<std::uint64_t>(i), 17, 100 - i * i);
  }
  CHECK(taped.digest() == plain.digest());
}

TEST_CASE("one planted tick in any word of any record changes the digest", "[journal]") {
  Journal journal;
  const auto tape = some_tape(journal);
  const std::string honest = to_hex(journal.digest());
  REQUIRE(digest_of(tape) == honest);
  for (std::size_t i = 0; i < tape.size(); ++i) {
    auto planted = tape;
    std::uint64_t* const words[] = {&planted[i].kind, &planted[i].time, &planted[i].a, &planted[i].b, &planted[i].c};
    for (std::uint64_t* const word : words) {
      *word += 1;
      INFO(i);
      CHECK(digest_of(planted) != honest);
      *word -= 1;
    }
  }
}

TEST_CASE("two records in the other order, one left out or one twice change the digest", "[journal]") {
  Journal journal;
  const auto tape = some_tape(journal);
  const std::string honest = to_hex(journal.digest());
  REQUIRE(digest_of(tape) == honest);
  auto swapped = tape;
  std::swap(swapped[10], swapped[11]);
  auto shorter = tape;
  shorter.pop_back();
  auto longer = tape;
  longer.push_back(tape.back());
  CHECK(digest_of(swapped) != honest);
  CHECK(digest_of(shorter) != honest);
  CHECK(digest_of(longer) != honest);
}

TEST_CASE("a journal saved in the middle of a run continues to the same digest", "[journal]") {
  Journal whole, first;
  some_tape(whole);
  some_tape(first);
  Writer writer;
  writer(first);
  Journal second;
  Reader reader(writer.bytes());
  reader(second);
  whole.record(RecordKind::posting, Time{5}, 1, 2, 3);
  second.record(RecordKind::posting, Time{5}, 1, 2, 3);
  CHECK(second.digest() == whole.digest());
  CHECK_FALSE(second.digest() == first.digest());
}
