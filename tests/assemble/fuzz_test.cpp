#include <catch2/catch.hpp>

#include "tests/assemble/fixture.h"
#include "tools/assemble/config_digest.h"
#include "tools/assemble/explain.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

namespace {

const std::string kText =
    "title: \"t\\n\" days: 5 start: \"2025-04-02\" cap_bn: 1.5e0 steered: true tag: [\"x\", 'y']\n"
    "dealer { name: \"a\" limit_bn: 3 desks: 0x2 ladder_bp: [1, 2] mode: FROZEN repo { haircut_pct: 4 } stop_loss_bn: 1 }\n"
    "dealer < name: \"b\" override: false fallback { rate_bp: -1 } >\nstep { size_bn: 1 } # a note\nstep { size_bn: 2 }\n"
    "path { date: \"2025-04-02\" value_bp: -1 } source { field: \"days\" tag: READ text: \"book\" }\n";
const std::string kSet = "dealer[name=\"a\"].ladder_bp[1]=[3, \"x\", {rate_bp: 5}]*";

// A small generator of its own: the mutations need no statistical quality, only to be the same every time.
struct Dice {
  std::uint64_t state = 1;
  std::size_t below(std::size_t n) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>(state >> 33) % n;
  }
};

std::string mutate(std::string text, Dice& dice) {
  static const std::string kBytes = "{}[]<>:;,.\"'\\#-+019ex \n\t\0\xff\xc3=*ab";
  for (std::size_t i = 0; i <= dice.below(4); ++i) {
    if (text.empty()) return text;
    const std::size_t at = dice.below(text.size());
    switch (dice.below(5)) {
      case 0: text.erase(at, 1 + dice.below(9)); break;
      case 1: text.insert(at, 1, kBytes[dice.below(kBytes.size())]); break;
      case 2: text[at] = static_cast<char>(dice.below(256)); break;
      case 3: text.insert(dice.below(text.size()), text.substr(at, dice.below(30))); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("ten thousand mutilated configs load whole or are refused with a place", "[assemble]") {
  Dice dice;
  int good = 0, bad = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string text = mutate(kText, dice);
    try {
      const auto config = load_one(text);
      // What loads is usable to the end: it explains, and prints to something that loads to the same digest.
      REQUIRE(explain_json(explain(config)).size() > 2);
      INFO(text);
      REQUIRE(config_digest(load_one(effective_text(config)).message()) == config_digest(config.message()));
      ++good;
    } catch (const ConfigError& error) {
      for (const Fault& fault : error.faults()) REQUIRE(fault.place.file == "one");
      ++bad;
    }
  }
  CHECK(good > 100);
  CHECK(bad > 1000);
}

TEST_CASE("ten thousand mutilated settings apply or are refused, and locating them never fails", "[assemble]") {
  Dice dice;
  const auto config = load_one(kText);
  const std::vector<std::string> starts = {kSet, "dealer[name=a].limit_bn=5", "dealer={name: \"c\" repo { rate_bp: 1 }}",
                                           "step[1]={size_bn: 3}", "tag=[\"a\", b]", "dealer[*].remove=true"};
  int good = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string text = mutate(starts[dice.below(starts.size())], dice);
    config.locate(text);
    std::vector<Fault> faults;
    const auto setting = parse_setting(text, faults);
    if (!setting) {
      REQUIRE(faults.size() == 1);
      continue;
    }
    try {
      config.with(std::vector<Setting>{*setting});
      ++good;
    } catch (const ConfigError& error) {
      REQUIRE(!error.faults().empty());
    }
  }
  CHECK(good > 100);
}
