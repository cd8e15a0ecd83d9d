// What the user got wrong: exit 2, where it is, and nothing written.
#include <catch2/catch.hpp>

#include "tests/cli/program.h"
#include "tools/results/database.h"

using namespace haven::cli::test;

namespace {

using Files = std::vector<std::string>;

struct Wrong {
  std::string line;   ///< line 4 of the config
  std::string place;  ///< after the file's name
  std::string found;
};

void check_refused(const Wrong& wrong) {
  INFO(wrong.line);
  const Desk desk;
  desk.write("bad.textproto", short_lines(wrong.line.starts_with("reference") ? std::nullopt : std::optional<std::string>("")) + wrong.line + "\n");
  const auto run = desk.haven({"run", "bad.textproto", "--out", "r.sqlite", "--seeds", "1"});
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::StartsWith("bad.textproto:" + wrong.place + ": found "));
  CHECK_THAT(run.err, Catch::Contains(wrong.found));
  CHECK_THAT(run.err, Catch::Contains("expected "));
  CHECK(run.out.empty());
  CHECK(desk.files() == Files{"bad.textproto"});
  const auto check = desk.haven({"check", "bad.textproto"});
  CHECK(check.code == 2);
  CHECK(check.err == run.err);
}

constexpr const char* kFlow = R"(scenario { flow { name: "f" population: "foreign_private" )";

}  // namespace

TEST_CASE("a fault in a config is refused with exit 2 at its line and column, and nothing is written", "[cli][bad]") {
  check_refused(GENERATE(values<Wrong>({
      {"market { fidelty: 10 }", "4:10", "\"fidelty\""},
      {"market { fidelity: \"ten\" }", "4:20", "\"ten\""},
      {"market { fidelity: 0.5 }", "4:10", "0.5"},
      {"market { fidelity: nan }", "4:10", "nan"},
      {"market { fidelity: }", "4:20", "}"},
      {"rule: \"rules/eslr_2041\"", "4:1", "rules/eslr_2041"},
      {"firms: \"baseline/nobody\"", "4:1", "baseline/nobody"},
      {"reference: \"reference/atlantis\"", "4:1", "reference/atlantis"},
      {"population { name: \"noize\" remove: true }", "4:1", "\"noize\""},
      {"population { name: \"banks\" holding { name: \"off_XX\" bn: 5 } }", "4:38", "off_XX"},
      {R"(scenario { flow { name: "f" population: "martians" from: "2025-01-07" to: "2025-01-07" sell_bn_per_day: 1 share { name: "10y" bn: 1 } } })", "4:29", "\"martians\""},
      {R"(scenario { auction { name: "a" date: "2025-01-11" tenor: "10y" offered_bn: 30 } })", "4:32", "2025-01-11"},
      {R"(scenario { auction { name: "a" date: "2026-01-10" tenor: "10y" offered_bn: 30 } })", "4:32", "2026-01-10"},
      {R"(scenario { auction { name: "a" date: "2025-01-07" tenor: "10y" offered_bn: 30 maturing_bn: -1 } })", "4:79", "-1"},
      {R"(scenario { auction { name: "a" date: "2025-01-07" tenor: "11y" offered_bn: 30 } })", "4:51", "\"11y\""},
      {R"(scenario { news { name: "n" date: "2025-02-12" time: "10:00" } })", "4:29", "2025-02-12"},
      {R"(scenario { news { name: "n" date: "2025-01-07" time: "25:00" } })", "4:48", "\"25:00\""},
      {R"(scenario { news { name: "n" date: "2025-02-30" time: "10:00" } })", "4:29", "2025-02-30"},
      {"funding { close_out { auction { notice_minutes: 60 piece_bn: -1 reserve_bp: 10 } } }", "4:52", "-1"},
  })));
}

TEST_CASE("an unknown channel to freeze is refused at its own line", "[cli][bad]") {
  check_refused({"frozen: \"gravity\"", "4:1", "\"gravity\""});
}

TEST_CASE("an outside flow on days that the run does not have is refused", "[cli][bad]") {
  check_refused({std::string(kFlow) + R"(from: "2031-01-06" to: "2031-01-07" sell_bn_per_day: 1 share { name: "10y" bn: 1 } } })", "4:59", "2031-01-06"});
}

TEST_CASE("an outside flow that ends before it begins is refused", "[cli][bad]") {
  const Desk desk;
  desk.write("bad.textproto", short_lines() + kFlow + R"(from: "2025-01-07" to: "2025-01-06" sell_bn_per_day: 1 share { name: "10y" bn: 1 } } })");
  CHECK(desk.haven({"check", "bad.textproto"}).code == 2);
}

TEST_CASE("a --set that is wrong is refused by its own words", "[cli][bad]") {
  struct Setting {
    const char* set;
    const char* found;
  };
  const auto wrong = GENERATE(values<Setting>({{"market.fidelty=2", "\"fidelty\""},
                                               {"market.fidelity=many", "many"},
                                               {"market.fidelity=1e9", "1000000000"},
                                               {"market.fidelity=nan", "nan"},
                                               {"population[name=noize].cash_bn=5", "\"noize\""},
                                               {"rule=rules/none", "rules/none"},
                                               {"calendar.to=2025-01-12", "2025-01-12"},
                                               {"market.policy_sigma_bp=8", "8"},
                                               {"market.fidelity", "market.fidelity"}}));
  INFO(wrong.set);
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto run = desk.haven({"run", "good.textproto", "--set", wrong.set, "--out", "r.sqlite"});
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::StartsWith("--set " + std::string(wrong.set) + ": found ") && Catch::Contains(wrong.found));
  CHECK(desk.files() == Files{"good.textproto"});
}

TEST_CASE("a sweep whose axis names nothing is refused before a run is made", "[cli][bad]") {
  const Desk desk;
  desk.write("plan.textproto", "name: \"p\"\nrun: \"baseline/2025q1\"\nseeds: 1\naxis { name: \"a\" path: \"market.fidelty\" value: [1] unit: \"1\" }\n");
  const auto run = desk.haven({"sweep", "plan.textproto"});
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::Contains("plan.textproto:4:") && Catch::Contains("\"fidelty\""));
  CHECK(desk.files() == Files{"plan.textproto"});
}

TEST_CASE("a file that is not there is refused by name", "[cli][bad]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>({{"run", "nowhere"},
                                                                    {"check", "nowhere"},
                                                                    {"explain", "nowhere"},
                                                                    {"sweep", "nowhere"},
                                                                    {"export", "nowhere", "--csv", "tables"},
                                                                    {"report", "nowhere", "-o", "page.html"},
                                                                    {"clear", "nowhere"},
                                                                    {"book", "nowhere"},
                                                                    {"replay", "nowhere"}}));
  INFO(arguments.front());
  const Desk desk;
  const auto run = desk.haven(arguments);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::Contains("nowhere"));
  CHECK(run.out.empty());
  CHECK(desk.files() == Files{});
}

TEST_CASE("a command line that is no command is refused and points to --help", "[cli][bad]") {
  const auto arguments = GENERATE(values<std::vector<std::string>>({{}, {"forecast"}, {"run"}, {"run", "baseline/2025q1", "--seeds", "0"}, {"run", "baseline/2025q1", "--sneeds", "2"}, {"export", "x"}}));
  const Desk desk;
  const auto run = desk.haven(arguments);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::Contains("--help"));
  CHECK(desk.files() == Files{});
}

TEST_CASE("a fault planted where it could not show, and a folder of configs that is not there, are refused", "[cli][bad]") {
  const auto wrong = GENERATE(values<std::vector<std::string>>({{"--plant-leak-day", "1"},
                                                                {"--plant-leak", "1"},
                                                                {"--plant-leak", "nan", "--plant-leak-day", "1"},
                                                                {"--plant-leak", "0.00001", "--plant-leak-day", "1"},
                                                                {"--plant-leak", "1", "--plant-leak-day", "2"},
                                                                {"--plant-tick-day", "2"},
                                                                {"--plant-tick-day", "-1"},
                                                                {"--configs", "nowhere"}}));
  const Desk desk;
  desk.write("good.textproto", short_lines());
  std::vector<std::string> words = {"run", "good.textproto", "--seed", "1", "--out", "r.sqlite"};
  words.insert(words.end(), wrong.begin(), wrong.end());
  const auto run = desk.haven(words);
  INFO(wrong.front());
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::StartsWith(wrong.front()));
  CHECK(desk.files() == Files{"good.textproto"});
}

namespace {

/// An output that cannot be made: its folder is a file. True for the superuser too.
Outcome into_a_file(const Desk& desk, const std::vector<std::string>& arguments) {
  desk.write("file", "text");
  return desk.haven(arguments);
}

}  // namespace

TEST_CASE("an output that cannot be written fails by name before a run is made, and leaves everything as it was", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto run = into_a_file(desk, {"run", "good.textproto", "--seeds", "1", "--out", "file/r.sqlite"});
  CHECK(run.code != 0);
  CHECK_THAT(run.err, Catch::StartsWith("file/r.sqlite: cannot be written"));
  CHECK(run.out.empty());
  CHECK(desk.files() == Files{"file", "good.textproto"});
  CHECK(desk.read("file") == "text");

  std::filesystem::create_directory(desk / "folder");
  const auto onto_folder = desk.haven({"run", "good.textproto", "--seeds", "1", "--out", "folder"});
  CHECK(onto_folder.code == 2);
  CHECK_THAT(onto_folder.err, Catch::StartsWith("folder: "));
  CHECK(desk.files() == Files{"file", "folder", "good.textproto"});
}

TEST_CASE("an --out that cannot be written is the user's fault: exit 2", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  CHECK(into_a_file(desk, {"run", "good.textproto", "--seeds", "1", "--out", "file/r.sqlite"}).code == 2);
}

TEST_CASE("a sweep's --out that cannot be written is the user's fault: exit 2", "[cli][bad]") {
  const Desk desk;
  desk.write("plan.textproto", "name: \"p\"\nrun: \"baseline/2025q1\"\nseeds: 1\naxis { name: \"a\" path: \"market.fidelity\" value: [10] unit: \"1\" }\n");
  CHECK(into_a_file(desk, {"sweep", "plan.textproto", "--out", "file/r.sqlite"}).code == 2);
}

TEST_CASE("a folder for tables, or a page, that cannot be written is the user's fault: exit 2", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven({"run", "good.textproto", "--seed", "1", "--no-report", "--out", "r.sqlite"}).code == 0);
  CHECK(into_a_file(desk, {"export", "r.sqlite", "--csv", "file/tables"}).code == 2);
  CHECK(into_a_file(desk, {"report", "r.sqlite", "-o", "file/page.html"}).code == 2);
}

TEST_CASE("a --tape that cannot be written is refused before the run", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto run = into_a_file(desk, {"run", "good.textproto", "--seed", "1", "--out", "r.sqlite", "--no-report", "--tape", "file/tape"});
  CHECK(run.code == 2);
  CHECK(desk.files() == Files{"file", "good.textproto"});
}

TEST_CASE("a command that is refused leaves the tape of an earlier one as it is", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("tape", "records");
  desk.write("r.sqlite", "my notes");
  REQUIRE(desk.haven({"run", "good.textproto", "--seed", "1", "--out", "r.sqlite", "--tape", "tape"}).code == 2);
  CHECK(desk.read("tape") == "records");
}

TEST_CASE("a result file that is not one, of another plan, version or format is refused and left as it is", "[cli][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const std::vector<std::string> command = {"run", "good.textproto", "--seed", "1", "--no-report", "--out", "r.sqlite"};
  REQUIRE(desk.haven(command).code == 0);
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& why) {
    const auto before = desk.read("r.sqlite");
    const auto names = desk.files();
    const auto run = desk.haven(arguments);
    INFO(arguments.front() << ": " << run.err);
    CHECK(run.code == 2);
    CHECK_THAT(run.err, Catch::StartsWith("r.sqlite: ") && Catch::Contains(why));
    CHECK(desk.read("r.sqlite") == before);
    CHECK(desk.files() == names);
  };
  auto another = command;
  another.insert(another.end(), {"--set", "market.fidelity=20"});
  refused(another, "--force");

  const auto alter = [&](const std::string& sql) { haven::results::Database(desk / "r.sqlite", haven::results::Access::write).execute(sql); };
  alter("UPDATE manifest SET value='0.0.0' WHERE key='version'");
  refused(command, "0.0.0");
  alter("PRAGMA user_version=999");
  refused(command, "999");
  refused({"export", "r.sqlite", "--csv", "tables"}, "999");
  refused({"report", "r.sqlite", "-o", "page.html"}, "999");

  another.push_back("--force");
  CHECK(desk.haven(another).code == 0);

  desk.write("r.sqlite", "my notes");
  refused(command, "not a result file");
  refused({"run", "good.textproto", "--seed", "1", "--out", "r.sqlite", "--force"}, "not a result file");
  refused({"export", "r.sqlite", "--csv", "tables"}, "not a result file");
}
