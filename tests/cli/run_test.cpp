// Runs through the command line: what is printed, kept, resumed and reproduced.
#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/base/digest.h"
#include "tests/cli/program.h"
#include "tools/results/database.h"
#include "tools/results/result_file.h"
#include "tools/results/store_error.h"

using namespace haven;
using namespace haven::cli::test;

namespace {

using Files = std::vector<std::string>;
using Words = std::vector<std::string>;

Words short_run(const Words& more) {
  Words words = {"run", "short", "--no-report"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::string line_with(const std::string& text, const std::string& part) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (has(line, part)) return line;
  }
  return "";
}

std::string digest_in(const std::string& out) {
  const std::string line = line_with(out, "digest ");
  return line.substr(line.find("digest ") + 7);
}

/// The words of a printed command; those between single quotes may hold spaces.
Words words_of(const std::string& command) {
  Words words;
  std::string word;
  bool quoted = false, any = false;
  for (const char c : command + " ") {
    if (c == '\'') {
      quoted = !quoted;
      any = true;
    } else if (c == ' ' && !quoted) {
      if (any) words.push_back(word);
      word.clear();
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  return words;
}

/// Every file of a folder with its name, in name order.
std::string whole_folder(const Desk& desk, const std::string& folder) {
  std::string all;
  for (const auto& name : desk.files()) {
    if (name.starts_with(folder + "/")) all += name.substr(folder.size()) + "\n" + desk.read(name) + "\n";
  }
  return all;
}

double cpu_of_seed(const Desk& desk, const std::string& file, int seed) {
  const results::ResultFile result(desk / file);
  results::Statement s(result.database(), "SELECT cpu_seconds FROM timings JOIN runs USING (run) WHERE variant='model' AND seed=" + std::to_string(seed));
  REQUIRE(s.step());
  return s.real(0);
}

}  // namespace

TEST_CASE("asking for more seeds runs the missing one only, and exports the same bytes as a fresh run", "[cli][resume]") {
  const Desk desk;
  write_short_config(desk);
  const auto one = desk.haven(short_run({"--seeds", "1", "--out", "a.sqlite"}));
  REQUIRE(one.code == 0);
  CHECK_THAT(one.out, Catch::Contains("2 runs,"));  // the model's and the null's
  const double cpu = cpu_of_seed(desk, "a.sqlite", 1);

  const auto two = desk.haven(short_run({"--seeds", "2", "--out", "a.sqlite"}));
  REQUIRE(two.code == 0);
  CHECK_THAT(two.out, Catch::Contains("2 runs,"));
  CHECK(cpu_of_seed(desk, "a.sqlite", 1) == cpu);

  const auto fresh = desk.haven(short_run({"--seeds", "2", "--out", "b.sqlite", "--threads", "2"}));
  REQUIRE(fresh.code == 0);
  CHECK_THAT(fresh.out, Catch::Contains("4 runs,"));
  CHECK(digest_in(two.out) == digest_in(fresh.out));
  CHECK(digest_in(one.out) != digest_in(two.out));
  CHECK(line_with(two.out, "always_inside_bp") == line_with(fresh.out, "always_inside_bp"));

  REQUIRE(desk.haven({"export", "a.sqlite", "--csv", "a"}).code == 0);
  REQUIRE(desk.haven({"export", "b.sqlite", "--csv", "b"}).code == 0);
  const std::string tables = whole_folder(desk, "a");
  CHECK(has(tables, "always_inside_bp"));
  CHECK((tables == whole_folder(desk, "b")));

  const auto again = desk.haven(short_run({"--seeds", "2", "--out", "a.sqlite"}));
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Catch::Contains("0 runs,"));
  CHECK(digest_in(again.out) == digest_in(two.out));
}

TEST_CASE("Ctrl-C ends with 130 and keeps the seeds that had ended, and the same command goes on from there", "[cli][resume]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const Words command = {"run", "good.textproto", "--no-report", "--threads", "1", "--seeds", "100000", "--out", "r.sqlite"};
  const auto done = [&] {
    try {
      return results::ResultFile(desk / "r.sqlite").runs().size();
    } catch (const results::StoreError&) {
      return std::size_t{0};  // not there yet
    }
  };
  const pid_t program = desk.start(command);
  while (done() == 0 && kill(program, 0) == 0) {
    const timespec a_moment{0, 20'000'000};
    nanosleep(&a_moment, nullptr);
  }
  kill(program, SIGINT);
  const auto stopped = desk.wait(program);
  CHECK(stopped.code == 130);
  const std::size_t kept = done();
  CHECK(kept >= 1);
  CHECK(kept < 100000);
  CHECK(desk.files() == Files{"good.textproto", "r.sqlite"});
  const auto more = desk.haven({"run", "good.textproto", "--no-report", "--seeds", std::to_string(kept), "--out", "r.sqlite"});
  CHECK(more.code == 0);
  CHECK_THAT(more.out, Catch::Contains("0 runs,"));
}

TEST_CASE("a run with a planted fault is never taken for a sound one", "[cli][resume]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const Words sound = {"run", "good.textproto", "--no-report", "--seed", "1", "--out", "r.sqlite"};
  Words planted = sound;
  planted.insert(planted.end(), {"--plant-tick-day", "1"});
  desk.haven(planted);
  const auto run = desk.haven(sound);
  const auto fresh = desk.haven({"run", "good.textproto", "--seed", "1"});
  CHECK((run.code == 2 || digest_in(run.out) == digest_in(fresh.out)));
}

TEST_CASE("a run that was not watched is never taken for one that was", "[cli][resume]") {
  const Desk desk;
  write_short_config(desk);
  desk.haven(short_run({"--seed", "1", "--no-null", "--out", "r.sqlite", "--no-metrics"}));
  const auto run = desk.haven(short_run({"--seed", "1", "--no-null", "--out", "r.sqlite", "--json"}));
  CHECK((run.code == 2 || nlohmann::json::parse(run.out)["metrics"].contains("always_inside_bp")));
}

TEST_CASE("a leak of one ten-thousandth of a dollar ends with 70 and prints the command that reproduces it", "[cli][leak]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto leak = desk.haven({"run", "good.textproto", "--seed", "2", "--set", "market.fidelity=20", "--set", "title=\"a leak\"", "--plant-leak", "0.0001", "--plant-leak-day", "1", "--out", "r.sqlite", "--no-report"});
  CHECK(leak.code == 70);
  CHECK_THAT(leak.err, Catch::Contains("seed 2 at 2025-01-07 07:00") && Catch::Contains("cash of "));
  {
    const results::ResultFile file(desk / "r.sqlite");
    REQUIRE(file.runs().size() == 1);
    CHECK(file.runs()[0].status == results::RunStatus::failed);
  }
  const std::string reproduce = line_with(leak.err, "reproduce: haven ");
  REQUIRE_FALSE(reproduce.empty());
  CHECK(has(reproduce, "market.fidelity=20"));
  const auto again = desk.haven(words_of(reproduce.substr(std::string("reproduce: haven ").size())));
  CHECK(again.code == 70);
  CHECK(line_with(again.err, "cash of ") == line_with(leak.err, "cash of "));
  CHECK(line_with(again.err, "reproduce: ") == reproduce);

  // The same seed without the leak is another plan.
  const Words sound = {"run", "good.textproto", "--seed", "2", "--set", "market.fidelity=20", "--set", "title=\"a leak\"", "--out", "r.sqlite", "--no-report"};
  CHECK(desk.haven(sound).code == 2);
}

TEST_CASE("a failed check leaves a checkpoint just before it, and the printed command goes on from there to the same failure", "[cli][leak][checkpoint]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto leak = desk.haven({"run", "good.textproto", "--seed", "2", "--plant-leak", "0.0001", "--plant-leak-day", "1", "--out", "folder/r.sqlite", "--no-report"});
  CHECK(leak.code == 70);
  CHECK_THAT(leak.err, Catch::Contains(", event "));
  CHECK(desk.files() == Files{"folder", "folder/r.seed-2.checkpoint", "folder/r.sqlite", "good.textproto"});
  const std::string line = line_with(leak.err, "checkpoint: ");
  CHECK(has(line, "2025-01-07 07:00"));
  const auto on = desk.haven(words_of(line.substr(line.find("haven run ") + 6)));
  CHECK(on.code == 70);
  CHECK(line_with(on.err, "cash of ") == line_with(leak.err, "cash of "));
  // Without the leak the same checkpoint leads to the end of the sound run.
  const auto sound = desk.haven({"run", "good.textproto", "--seed", "2", "--from", "folder/r.seed-2.checkpoint"});
  CHECK(sound.code == 0);
  CHECK(digest_in(sound.out) == digest_in(desk.haven({"run", "good.textproto", "--seed", "2"}).out));
}

TEST_CASE("a run saved at a moment and taken up again, twice, ends with the digest of the whole run", "[cli][checkpoint]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const Words run = {"run", "good.textproto", "--seed", "3"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), run.begin(), run.end());
    return desk.haven(more);
  };
  const auto whole = with({});
  REQUIRE(with({"--checkpoint", "noon", "--at", "2025-01-06 12:00"}).code == 0);
  REQUIRE(with({"--from", "noon", "--checkpoint", "night", "--at", "2025-01-06T22:30"}).code == 0);
  CHECK(desk.files() == Files{"good.textproto", "night", "noon"});
  for (const char* file : {"noon", "night"}) {
    const auto rest = with({"--from", file});
    CHECK(rest.code == 0);
    CHECK(digest_in(rest.out) == digest_in(whole.out));
  }
}

TEST_CASE("a checkpoint of another seed or config, a file that is none, and a moment outside the run are refused", "[cli][checkpoint][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("notes", "my notes");
  REQUIRE(desk.haven({"run", "good.textproto", "--checkpoint", "noon", "--at", "2025-01-06 12:00"}).code == 0);
  desk.write("cut", desk.read("noon").substr(0, 3000));
  const auto refused = [&](Words more, const std::string& by) {
    more.insert(more.begin(), {"run", "good.textproto"});
    const auto before = desk.files();
    const auto run = desk.haven(more);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK_THAT(run.err, Catch::Contains(by));
    CHECK(run.out.empty());
    CHECK(desk.files() == before);
  };
  refused({"--from", "noon", "--seed", "2"}, "noon: found");
  refused({"--from", "noon", "--set", "market.fidelity=20"}, "noon: found");
  refused({"--from", "notes"}, "notes: not a checkpoint");
  refused({"--from", "cut"}, "cut: ");
  refused({"--from", "nowhere"}, "nowhere: no such checkpoint");
  refused({"--from", "noon", "--out", "r.sqlite"}, "excludes");
  refused({"--checkpoint", "later"}, "--checkpoint requires --at");
  refused({"--checkpoint", "later", "--at", "noon"}, "--at noon: expected");
  refused({"--checkpoint", "later", "--at", "2025-01-08 12:00"}, "--at 2025-01-08 12:00: found a moment outside the run");
  refused({"--from", "noon", "--checkpoint", "later", "--at", "2025-01-06 11:00"}, "--at 2025-01-06 11:00: found a moment outside the run");
}

TEST_CASE("a command that resumes prints the whole ensemble's counts, as one that made every run does", "[cli][json][resume]") {
  const Desk desk;
  write_short_config(desk);
  REQUIRE(desk.haven(short_run({"--seeds", "1", "--out", "a.sqlite"})).code == 0);
  auto resumed = nlohmann::json::parse(desk.haven(short_run({"--seeds", "2", "--out", "a.sqlite", "--json"})).out);
  auto fresh = nlohmann::json::parse(desk.haven(short_run({"--seeds", "2", "--json"})).out);
  CHECK(resumed["made"] == 2);
  CHECK(fresh["made"] == 4);
  CHECK(resumed["cpu_seconds"] > 0.0);
  for (const char* own : {"made", "cpu_seconds", "events_per_second"}) {
    resumed.erase(own);
    fresh.erase(own);
  }
  CHECK(resumed == fresh);
}

TEST_CASE("a full disk ends an ensemble with exit 1 and keeps every seed that had ended", "[cli][resume]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const Words command = {"run", "good.textproto", "--no-report", "--threads", "1", "--seeds", "12", "--out", "r.sqlite"};
  constexpr std::size_t kRoom = 700'000;  // bytes a file may have: some of twelve seeds
  const auto full = desk.haven_with_room(command, kRoom);
  CHECK(full.code == 1);
  CHECK_THAT(full.err, Catch::StartsWith("r.sqlite: ") && Catch::Contains("the runs saved before are kept"));
  const auto kept = results::ResultFile(desk / "r.sqlite").runs().size();
  CHECK(kept >= 1);
  CHECK(kept < 12);
  const auto on = desk.haven(command);
  CHECK(on.code == 0);
  CHECK_THAT(on.out, Catch::Contains(std::to_string(12 - kept) + " runs,"));
}

TEST_CASE("--json prints one object with what was promised, and metrics, report and threads do not change its digest", "[cli][json]") {
  const Desk desk;
  write_short_config(desk);
  const auto run = desk.haven({"run", "short", "--seeds", "2", "--json", "--threads", "1", "--out", "r.sqlite"});
  REQUIRE(run.code == 0);
  const auto j = nlohmann::json::parse(run.out);
  for (const char* key : {"config", "version", "config_digest", "digest", "seeds", "events", "orders", "trades", "cpu_seconds", "events_per_second", "metrics", "scorecard"}) {
    INFO(key);
    CHECK(j.contains(key));
  }
  CHECK(j["seeds"] == 2);
  CHECK(j["trades"] > 0);
  for (const char* key : {"mean", "se", "p05", "p50", "p95"}) CHECK(j["metrics"]["always_inside_bp"].contains(key));
  REQUIRE(j["scorecard"].size() == 2);
  for (const char* key : {"metric", "observed", "low", "high", "flag", "null_mean", "model_mean", "model_se", "inside", "source"}) CHECK(j["scorecard"][0].contains(key));
  CHECK(j["scorecard"][0]["inside"] == true);
  CHECK(j["scorecard"][1]["inside"] == false);
  CHECK(desk.files() == Files{"observed.textproto", "r.html", "r.sqlite", "short.textproto"});

  const auto blind = desk.haven({"run", "short", "--seeds", "2", "--json", "--threads", "2", "--no-metrics"});
  REQUIRE(blind.code == 0);
  CHECK(nlohmann::json::parse(blind.out)["digest"] == j["digest"]);
}

TEST_CASE("--strict makes a scorecard with a row outside its band exit 3", "[cli]") {
  const Desk desk;
  write_short_config(desk);
  CHECK(desk.haven(short_run({"--seed", "1", "--no-null", "--strict"})).code == 3);
  CHECK(desk.files() == Files{"observed.textproto", "short.textproto"});
}

TEST_CASE("the digest that a run prints is that of the tape it writes", "[cli][tape]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto run = desk.haven({"run", "good.textproto", "--seed", "3", "--tape", "tape"});
  REQUIRE(run.code == 0);
  const std::string tape = desk.read("tape");
  REQUIRE(!tape.empty());
  REQUIRE(tape.size() % 40 == 0);
  base::Digest digest, ensemble;
  for (std::size_t i = 0; i < tape.size(); i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 8; k-- > 0;) word = word << 8 | static_cast<unsigned char>(tape[i + k]);
    digest.add(word);
  }
  for (const std::uint64_t word : {std::uint64_t{3}, digest.a, digest.b}) ensemble.add(word);
  CHECK(digest_in(run.out) == base::to_hex(ensemble));

  const auto planted = desk.haven({"run", "good.textproto", "--seed", "3", "--plant-tick-day", "1"});
  CHECK(planted.code == 0);
  CHECK(digest_in(planted.out) != digest_in(run.out));
}

TEST_CASE("--version, --help and the help of every command with an example", "[cli][help]") {
  const Desk desk;
  const auto version = desk.haven({"--version"});
  CHECK(version.code == 0);
  CHECK(version.out == std::string("haven ") + HAVEN_VERSION + "\n");
  const auto help = desk.haven({"--help"});
  CHECK(help.code == 0);
  const auto command = GENERATE(as<std::string>{}, "replay", "run", "check", "explain", "sweep", "compare", "study", "export", "report", "rules", "clear", "book", "bench");
  CHECK(has(help.out, command));
  const auto own = desk.haven({command, "--help"});
  INFO(own.out);
  CHECK(own.code == 0);
  CHECK(own.err.empty());
  CHECK(has(own.out, "Example: haven " + command));
}
