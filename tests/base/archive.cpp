#include "engine/base/archive.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "engine/base/journal.h"
#include "engine/base/random.h"

using namespace haven::base;

namespace {

struct Firm {
  std::string name;
  std::int64_t cash = 0;
  std::vector<std::uint32_t> lots;
  template <class Archive>
  void fields(Archive& archive) { archive(name, cash, lots); }
  bool operator==(const Firm&) const = default;
};

struct World {
  std::vector<Firm> firms;
  std::array<Firm, 2> agents_of_two;
  std::array<double, 3> curve{};
  std::vector<std::vector<double>> paths;
  std::vector<std::string> names;
  Draws draws;
  bool open = false;
  template <class Archive>
  void fields(Archive& archive) { archive(firms, agents_of_two, curve, paths, names, draws, open); }
  bool operator==(const World&) const = default;
};

World example() {
  return {.firms = {{"dealer_1", -5, {1, 2, 3}}, {"", 7, {}}},
          .agents_of_two = {Firm{"a", 1, {9}}, Firm{"b", 2, {}}},
          .curve = {4.1, -0.0, 1e300},
          .paths = {{1.5}, {}, {2.5, 3.5}},
          .names = {"x", std::string("nul\0inside", 10)},
          .draws = {.seed = 3, .name = 4, .day = 5, .index = 6},
          .open = true};
}

std::string save(World world) {
  Writer writer;
  writer(world);
  return writer.bytes();
}

World load(const std::string& bytes) {
  World world;
  Reader reader(bytes);
  reader(world);
  CHECK(reader.finished());
  return world;
}

template <class T>
std::string bytes_of(T value) {
  Writer writer;
  writer(value);
  return writer.bytes();
}

}  // namespace

TEST_CASE("what is loaded equals what was saved, and saves to the same bytes", "[archive]") {
  const World world = example();
  CHECK(load(save(world)) == world);
  CHECK(save(load(save(world))) == save(world));
  World other = world;
  other.firms[0].lots[2] = 4;
  CHECK(save(other) != save(world));
}

TEST_CASE("loading replaces what was there before", "[archive]") {
  const std::string bytes = save(World{});
  World world = example();
  Reader reader(bytes);
  reader(world);
  CHECK(world == World{});
}

TEST_CASE("a checkpoint cut short anywhere is refused", "[archive]") {
  const std::string bytes = save(example());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const std::string cut = bytes.substr(0, n);
    World world;
    Reader reader(cut);
    INFO(n);
    CHECK_THROWS_AS(reader(world), ArchiveError);
  }
}

TEST_CASE("a checkpoint with bytes left over is not finished", "[archive]") {
  const std::string bytes = save(example()) + "x";
  World world;
  Reader reader(bytes);
  reader(world);
  CHECK_FALSE(reader.finished());
}

TEST_CASE("a length that lies is refused before it overflows or claims memory", "[archive]") {
  const std::uint64_t length = GENERATE(values<std::uint64_t>({2, 1ULL << 32, 1ULL << 61, (1ULL << 61) + 1, 1ULL << 63, ~0ULL, ~0ULL / 8 + 1}));
  INFO(length);
  const std::string bytes = bytes_of(length) + std::string(8, '\0');
  std::vector<double> plain;
  std::vector<Firm> firms;
  std::vector<std::vector<double>> nested;
  CHECK_THROWS_AS(Reader(bytes)(plain), ArchiveError);
  CHECK_THROWS_AS(Reader(bytes)(firms), ArchiveError);
  CHECK_THROWS_AS(Reader(bytes)(nested), ArchiveError);
  if (length > 8) {
    std::string text;
    CHECK_THROWS_AS(Reader(bytes)(text), ArchiveError);
  }
}

TEST_CASE("a truth value that is neither is refused", "[archive]") {
  const std::string bytes = "\x02";
  bool value = false;
  CHECK_THROWS_AS(Reader(bytes)(value), ArchiveError);
}

TEST_CASE("a checkpoint with any one byte changed loads or is refused, and never more", "[archive]") {
  const std::string good = save(example());
  int refused = 0, loaded = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      World world;
      Reader reader(bytes);
      try {
        reader(world);
        ++loaded;
      } catch (const ArchiveError&) {
        ++refused;
      }
    }
  }
  CHECK(loaded > 0);
  CHECK(refused > 0);
}

TEST_CASE("a reader cannot outlive the bytes of a temporary", "[archive]") {
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Reader, std::string>);
  STATIC_REQUIRE(std::is_constructible_v<Reader, const std::string&>);
}
