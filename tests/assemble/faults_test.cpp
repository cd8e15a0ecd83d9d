#include <catch2/catch.hpp>

#include "tests/assemble/fixture.h"
#include "tools/assemble/field_rules.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

TEST_CASE("a misspelt field is refused at its line and column, with the nearest name", "[assemble]") {
  CHECK(faults_of("days: 5\ndealer {\n  name: \"a\"\n  limt_bn: 3\n}\n") ==
        "one:4:3: found the field \"limt_bn\" in Dealer, expected a name such as \"limit_bn\"");
}

TEST_CASE("every misspelt field of a file is reported, not just the first", "[assemble]") {
  const std::string faults = faults_of("dayz: 5\ndealer { name: \"a\" desk: 3 }\nstepp { size_bn: 1 }\ndays: 1");
  CHECK(has(faults, "one:1:1: found the field \"dayz\" in Scenario"));
  CHECK(has(faults, "one:2:20: found the field \"desk\" in Dealer"));
  CHECK(has(faults, "one:3:1: found the field \"stepp\" in Scenario"));
}

TEST_CASE("a value of the wrong type is refused where it stands", "[assemble]") {
  CHECK(faults_of("days: \"five\"") == "one:1:7: found \"five\" for days, expected a whole number");
  CHECK(faults_of("days: 1.5") == "one:1:7: found 1.5 for days, expected a whole number");
  CHECK(faults_of("days: 1\ncap_bn: wide") == "one:2:9: found wide for cap_bn, expected a number");
  CHECK(has(faults_of("days: 1\n  title: 7"), "one:2:10: found 7 for title, expected a string in quotes"));
  CHECK(faults_of("days: 1 steered: perhaps") == "one:1:18: found perhaps for steered, expected true or false");
  CHECK(has(faults_of("days: 99999999999"), "one:1:7: found 99999999999 for days, expected a smaller whole number"));
  CHECK(faults_of("days: 1 cap_bn: 010") == "one:1:17: found 010 for cap_bn, expected a decimal number");
  CHECK(faults_of("days: 1 tri_party: 5") == "one:1:20: found 5 for tri_party, expected \"{\"");
}

TEST_CASE("a file that ends too early says so", "[assemble]") {
  CHECK(has(faults_of("days: 1\ndealer { name: \"a\""), "found the end of the file"));
  CHECK(has(faults_of("days:"), "found the end of the file"));
}

TEST_CASE("a value out of its range is refused with the range and its unit, also in lists", "[assemble]") {
  CHECK(faults_of("days: 1\ncap_bn: 11") == "one:2:1: found 11 bn for cap_bn, expected 0 to 10 bn");
  CHECK(faults_of("days: 0") == "one:1:1: found 0 days for days, expected 1 to 500 days");
  CHECK(has(faults_of("days: 1 dealer { name: \"a\" ladder_bp: 1\n ladder_bp: 51 }"),
            "one:2:2: found 51 bp for ladder_bp, expected 0 to 50 bp"));
  CHECK(has(faults_of("days: 1 dealer { name: \"a\"\n ladder_bp: [1, 51] }"), "one:2:2: found 51 bp for ladder_bp"));
  CHECK(faults_of("days: 1 cap_bn: 10 dealer { name: \"a\" ladder_bp: [0, 50] }") == "");
}

TEST_CASE("a number that is not one is refused, with or without a range", "[assemble]") {
  CHECK(faults_of("days: 1\ncap_bn: nan") == "one:2:1: found nan bn for cap_bn, expected a finite number");
  CHECK(has(faults_of("days: 1 cap_bn: inf"), "expected a finite number"));
  CHECK(has(faults_of("days: 1 cap_bn: -inf"), "expected a finite number"));
  CHECK(has(faults_of("days: 1 step { size_bn: -nan }"), "expected a finite number"));
}

TEST_CASE("an unknown value of an enum is refused with those there are", "[assemble]") {
  CHECK(faults_of("days: 1\ndealer { name: \"a\" mode: FROZZEN }") ==
        "one:2:26: found FROZZEN for mode, expected one of FROZEN, ADAPTIVE");
  CHECK(has(faults_of("days: 1 dealer { name: \"a\" mode: 7 }"), "found 7 for mode"));
}

TEST_CASE("a date that does not exist is refused", "[assemble]") {
  CHECK(faults_of("days: 1\nstart: \"2025-02-30\"") ==
        "one:2:1: found \"2025-02-30\" for start, expected a date that exists, YYYY-MM-DD");
  CHECK(has(faults_of("days: 1 path { date: \"9 April\" }"), "expected a date that exists"));
  CHECK(faults_of("days: 1 start: \"2024-02-29\"") == "");
}

TEST_CASE("all range faults of a file are reported at once, also beside a misspelt field", "[assemble]") {
  const std::string faults = faults_of("days: 900\ncap_bn: -1\nstart: \"x\"\nttitle: \"y\"");
  CHECK(has(faults, "one:1:1"));
  CHECK(has(faults, "one:2:1"));
  CHECK(has(faults, "one:3:1"));
  CHECK(has(faults, "one:4:1"));
}

TEST_CASE("faults count columns in characters, not in bytes or tab stops", "[assemble]") {
  CHECK(has(faults_of("\tdays: 1\n\ttitle: \"\xc3\xa9\xc3\xa9\" dayz: 1"), "one:2:14: found the field \"dayz\""));
  CHECK(has(faults_of("days: 1\n\tcap_bn: -1"), "one:2:2: found -1 bn for cap_bn"));
}

TEST_CASE("a string that is not UTF-8 is refused", "[assemble]") {
  CHECK(has(faults_of("days: 1 title: \"\xff\""), "not UTF-8"));
  CHECK(has(faults_of("days: 1 title: \"\\377\""), "not UTF-8"));
}

TEST_CASE("a required field that no file sets is refused at its block", "[assemble]") {
  CHECK(faults_of("title: \"x\"") ==
        "one:1:1: found no days, expected days: whole number in days, 1 to 500");
  CHECK(has(faults_of("days: 1\n\n dealer { limit_bn: 1 }"), "one:3:2: found a dealer without name"));
}

TEST_CASE("a field twice in a block, or two of a oneof, are refused", "[assemble]") {
  CHECK(has(faults_of("days: 1\ndays: 2"), "one:2:1: found \"days\" a second time"));
  CHECK(has(faults_of("days: 1 dealer { name: \"a\" stop_loss_bn: 1\n fallback { } }"), "one:2:2: found \"fallback\" beside"));
}

TEST_CASE("a name given twice in one file is refused", "[assemble]") {
  CHECK(faults_of("days: 1\ndealer { name: \"a\" }\ndealer { name: \"a\" }") ==
        "one:3:1: found a second dealer \"a\", expected one, as at one:2:1");
}

TEST_CASE("a source that names no field of its block is refused", "[assemble]") {
  CHECK(faults_of("days: 1\nsource { field: \"dais\" text: \"t\" }") ==
        "one:2:1: found a source of the field \"dais\", expected a name such as \"days\"");
}

TEST_CASE("blocks nested without end are refused, not followed", "[assemble]") {
  std::string text = "days: 1 ";
  for (int i = 0; i < 200000; ++i) text += "x { ";
  CHECK(faults_of(text) != "");
}

TEST_CASE("a missing config is refused, with the nearest names and the place that asked for it", "[assemble]") {
  const Files files{{{"replays/april_2025.textproto", "days: 1"}, {"bad.textproto", "days: 1\nbase: \"april_2024\""}}};
  CHECK(files.faults("april_2026") ==
        "april_2026: found no such config (\"april_2026\"), expected a file or one of \"bad\", \"replays/april_2025\"");
  CHECK(has(files.faults("replays/april_2026"), "a name such as \"replays/april_2025\""));
  CHECK(has(files.faults("bad"), "configs/bad.textproto:2:1: found no such config (\"april_2024\")"));
  CHECK(has(files.faults(""), "no name of a config"));
}

TEST_CASE("a folder is not a config", "[assemble]") { CHECK(has(Files{}.faults("/"), "found a folder")); }

TEST_CASE("a faulty file gives no message at all, not the half that was read", "[assemble]") {
  const Files files{{{"half.textproto", "days: 7 cap_bn: 3 title: 5"},
                     {"over.textproto", "base: \"half\" title: \"fine\""}}};
  // load() either returns a whole config or throws; the base's fault reaches the config that builds on it.
  CHECK(has(files.faults("over"), "configs/half.textproto:1:26"));
  CHECK_FALSE(has(files.faults("over"), "no days"));
  CHECK_THROWS_AS(files.load("half"), ConfigError);
}

TEST_CASE("a schema's numbers without unit or range and its unfit defaults are found", "[assemble]") {
  const auto gaps = schema_gaps(*haven::config::test::Gaps::descriptor());
  REQUIRE(gaps.size() == 4);
  CHECK(gaps[0] == "haven.config.test.Gaps.unit_missing has no unit");
  CHECK(gaps[1] == "haven.config.test.Gaps.range_missing_bp has no min");
  CHECK(gaps[2] == "haven.config.test.Gaps.range_missing_bp has no max");
  CHECK(has(gaps[3], "default_outside_bp has a default that does not fit: found 3 bp"));
  CHECK(schema_gaps(*Scenario::descriptor()).empty());
}
