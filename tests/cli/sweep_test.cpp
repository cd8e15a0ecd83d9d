// Sweeps through the command line: killed and resumed, sharded and merged, and what is refused.
#include <signal.h>
#include <time.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "tests/cli/program.h"
#include "tools/results/result_file.h"

using namespace haven;
using namespace haven::cli::test;

namespace {

using Words = std::vector<std::string>;

/// Six points of two seeds on two trading days of coarse orders.
const char* const kPlan =
    "name: \"tiny\"\nrun: \"studies/two_days\"\nseeds: 2\n"
    "axis { name: \"leverage\" leverage { population: \"basis_funds\" hold: FIXED_POSITION } value: [15, 25, 35] }\n"
    "axis { name: \"rule\" with: [\"\", \"rules/eslr_2014\"] }\n";

Words sweep(const std::string& plan, Words more) {
  Words words = {"sweep", plan, "--no-report"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Exit 2, something said, and no file beside the plan.
void refused(const std::string& plan, const std::string& reason, Words more = {}, const std::string& command = "sweep") {
  const Desk desk;
  desk.write("p.textproto", plan);
  Words words = {command, "p.textproto"};
  words.insert(words.end(), more.begin(), more.end());
  const auto out = desk.haven(words);
  INFO(plan << out.out << out.err);
  CHECK(out.code == 2);
  CHECK_THAT(out.err, Catch::Contains(reason));
  CHECK(desk.files() == std::vector<std::string>{"p.textproto"});
}

std::string plan_with(const std::string& axis, const std::string& more = "") { return "name: \"p\"\nrun: \"studies/two_days\"\nseeds: 1\n" + axis + "\n" + more; }

/// Two days whose one metric follows from the config.
const char* const kEquity = "name: \"equity\"\nmetric { name: \"equity_bn\" series: \"equity_basis_fund_bn\" statistic: \"mean\" }\n";
const char* const kDays = "base: \"studies/two_days\"\nname: \"days\"\nmetrics: \"equity\"\n";

const std::string kAxis = "axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" value: [1, 2] }";

}  // namespace

TEST_CASE("a sweep killed twice with kill -9 and called again exports the bytes of one that was not", "[cli][sweep][resume]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  REQUIRE(desk.haven(sweep("tiny.textproto", {"--out", "whole.sqlite", "--threads", "1"})).code == 0);
  std::size_t kept = 0;
  for (int kill_number = 0; kill_number < 2; ++kill_number) {
    const pid_t program = desk.start(sweep("tiny.textproto", {"--out", "killed.sqlite", "--threads", "2"}));
    while (rows(desk, "killed.sqlite") <= kept && kill(program, 0) == 0) {
      const timespec a_moment{0, 5'000'000};
      nanosleep(&a_moment, nullptr);
    }
    kill(program, SIGKILL);
    CHECK(desk.wait(program).code == 128 + SIGKILL);
    kept = rows(desk, "killed.sqlite");
    CHECK(kept > 0);
    CHECK(kept < 12);
  }
  const auto last = desk.haven(sweep("tiny.textproto", {"--out", "killed.sqlite", "--json"}));
  REQUIRE(last.code == 0);
  const auto j = nlohmann::json::parse(last.out);
  CHECK(j["made"] == 12 - kept);
  CHECK(j["points_complete"] == 6);
  CHECK((tables(desk, "killed.sqlite") == tables(desk, "whole.sqlite")));
  CHECK_THAT(tables(desk, "whole.sqlite"), Catch::Contains("collapse_share"));
}

TEST_CASE("shares get their name when they are whole, and merge into the file of one machine", "[cli][sweep][merge]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  REQUIRE(desk.haven(sweep("tiny.textproto", {"--out", "one.sqlite"})).code == 0);
  Words merge = {"merge"};
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    REQUIRE(desk.haven(sweep("tiny.textproto", {"--shard", shard})).code == 0);
    merge.push_back(std::string("tiny.00000") + shard[0] + "-of-000003.sqlite");
    CHECK(rows(desk, merge.back()) == 4);
  }
  const auto twice = desk.haven(sweep("tiny.textproto", {"--shard", "2/3"}));
  CHECK(twice.code == 0);
  CHECK_THAT(twice.out, Catch::Contains("there already"));
  merge.insert(merge.end(), {"--out", "many.sqlite"});
  const auto merged = desk.haven(merge);
  CHECK(merged.code == 0);
  CHECK((tables(desk, "many.sqlite") == tables(desk, "one.sqlite")));

  // A merge over an existing file, with a share left out, of a share of another plan: refused, nothing changed.
  const auto before = desk.read("many.sqlite");
  CHECK(desk.haven(merge).code == 2);
  const auto hole = desk.haven({"merge", merge[1], merge[3], "--out", "hole.sqlite"});
  CHECK(hole.code == 2);
  CHECK_THAT(hole.err, Catch::Contains("4 runs are missing") && Catch::Contains("point 2, seed 1"));
  REQUIRE(desk.haven(sweep("tiny.textproto", {"--shard", "3/3", "--seeds", "1", "--out", "other.sqlite"})).code == 0);
  CHECK(desk.haven({"merge", merge[1], merge[2], "other.sqlite", "--out", "other_plan.sqlite"}).code == 2);
  CHECK(desk.read("many.sqlite") == before);
  for (const auto& name : desk.files()) CHECK((name != "hole.sqlite" && name != "other_plan.sqlite" && name.find("unfinished") == std::string::npos && name.find("partial") == std::string::npos));
}

TEST_CASE("a dry run prints points, runs, time and disk, and writes nothing", "[cli][sweep]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  const auto out = desk.haven({"sweep", "tiny.textproto", "--dry-run", "--threads", "2"});
  CHECK(out.code == 0);
  CHECK_THAT(out.out, Catch::Contains("6 points, 12 runs") && Catch::Contains("on 2 threads") && Catch::Contains("MB"));
  CHECK(desk.files() == std::vector<std::string>{"tiny.textproto"});
  CHECK_THAT(desk.haven({"sweep", "tiny.textproto", "--dry-run", "--shard", "1/4"}).out, Catch::Contains("2 points, 3 runs"));
}

TEST_CASE("a plan's faults are told with their place before anything runs, and nothing is written", "[cli][sweep][bad]") {
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].hair_cut\" value: [1, 2] }"), "p.textproto:4:");
  refused(plan_with("axis { name: \"h\" path: \"population[name=nobody].haircut_pct\" value: [1, 2] }"), "nobody");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" }"), "no values");
  refused(plan_with("axis { name: \"h\" value: [1] }"), "without a path");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" value: [1, 200] }"), "200");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" value: [1] word: [\"x\"] }"), "two kinds");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" range { from: 2 to: 1 count: 3 } }"), "from below to");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" range { from: 0 to: 1 count: 3 log: true } }"), "from above 0");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" range { from: 0 to: 1 } }"), "count");
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" value: [1] unit: \"bp\" }"), "unit");
  refused(plan_with("axis { name: \"r\" with: [\"rules/no_such_rule\"] }"), "no_such_rule");
  refused(plan_with("axis { name: \"l\" leverage { population: \"noise\" hold: FIXED_EQUITY } value: [10] }"), "noise");
  refused(plan_with("axis { name: \"l\" leverage { population: \"basis_funds\" hold: FIXED_EQUITY } value: [-10] }"), "above 0");
  refused(plan_with(""), "no axis");
  std::string big = "";
  for (const char* name : {"a", "b"}) big += std::string("axis { name: \"") + name + "\" path: \"population[name=basis_funds].haircut_pct\" range { from: 0 to: 1 count: 1000000 } }\n";
  refused(plan_with(big), "1e+12 points");
  refused(plan_with(kAxis, "stop { metric: \"collapse_share\" above: 1 }"), "precision");
  refused(plan_with(kAxis, "design { kind: SOBOL }"), "size");
  refused(plan_with(kAxis, "collapse: \"reference/no_such_collapse\""), "no_such_collapse");
  refused(plan_with(kAxis), "expected I/N", {"--shard", "5/4"});
  refused(plan_with(kAxis), "expected I/N", {"--shard", "0/4"});
  refused(plan_with(kAxis), "expected I/N", {"--shard", "1"});
  refused(plan_with(kAxis), "MORRIS or SALTELLI", {}, "sensitivity");
  refused(plan_with(kAxis), "without a frontier", {}, "frontier");
  refused(plan_with(kAxis, "frontier { along: \"h\" metric: \"collapse_share\" level: 0.5 tolerance: 1 most_seeds: 2 }"), "without a range", {}, "frontier");
  refused(plan_with(kAxis, "frontier { along: \"x\" metric: \"collapse_share\" level: 0.5 tolerance: 1 most_seeds: 2 }"), "name of an axis", {}, "frontier");
}

TEST_CASE("a result file of another plan, and a file that another sweep is writing, are left alone", "[cli][sweep][bad]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  desk.write("p.textproto", plan_with(kAxis));
  REQUIRE(desk.haven(sweep("p.textproto", {"--out", "r.sqlite"})).code == 0);
  const auto before = desk.read("r.sqlite");
  const auto other = desk.haven(sweep("tiny.textproto", {"--out", "r.sqlite"}));
  CHECK(other.code == 2);
  CHECK_THAT(other.err, Catch::Contains("other") || Catch::Contains("plan 'p'"));
  CHECK(desk.read("r.sqlite") == before);

  const pid_t first = desk.start(sweep("tiny.textproto", {"--out", "s.sqlite", "--seeds", "1000"}));
  while (rows(desk, "s.sqlite") == 0 && kill(first, 0) == 0) {
    const timespec a_moment{0, 5'000'000};
    nanosleep(&a_moment, nullptr);
  }
  const auto second = desk.haven(sweep("tiny.textproto", {"--out", "s.sqlite", "--seeds", "1000"}));
  CHECK(second.code == 2);
  CHECK_THAT(second.err, Catch::Contains("another process is writing"));
  kill(first, SIGKILL);
  desk.wait(first);
}

TEST_CASE("axes in another order are another plan, and more seeds are not", "[cli][sweep]") {
  const Desk desk;
  const std::string a = "axis { name: \"a\" path: \"population[name=basis_funds].haircut_pct\" value: [1, 2] }\n", b = "axis { name: \"b\" path: \"population[name=basis_funds].prime_brokers\" value: [3] }\n";
  desk.write("ab.textproto", plan_with(a + b));
  desk.write("ba.textproto", plan_with(b + a));
  REQUIRE(desk.haven(sweep("ab.textproto", {"--out", "r.sqlite"})).code == 0);
  CHECK(desk.haven(sweep("ba.textproto", {"--out", "r.sqlite"})).code == 2);
  const auto more = desk.haven(sweep("ab.textproto", {"--out", "r.sqlite", "--seeds", "2", "--json"}));
  CHECK(more.code == 0);
  CHECK(nlohmann::json::parse(more.out)["made"] == 2);
  REQUIRE(desk.haven(sweep("ab.textproto", {"--out", "fresh.sqlite", "--seeds", "2"})).code == 0);
  CHECK((tables(desk, "r.sqlite") == tables(desk, "fresh.sqlite")));
}

TEST_CASE("a frontier killed with kill -9 and called again finds the thresholds, and exports the bytes, of one that was not", "[cli][frontier][resume]") {
  const Desk desk;
  desk.write("equity.textproto", kEquity);
  desk.write("days.textproto", kDays);
  desk.write("f.textproto", "name: \"f\"\nrun: \"days\"\nseeds: 2\n"
                            "axis { name: \"capital\" path: \"population[name=basis_funds].capital_bn\" range { from: 10 to: 70 } }\n"
                            "axis { name: \"haircut\" path: \"population[name=basis_funds].haircut_pct\" value: [1, 2] }\n"
                            "frontier { along: \"capital\" metric: \"equity_bn\" level: 30 tolerance: 15 most_seeds: 4 }\n");
  const auto frontier = [](const std::string& out) { return Words{"frontier", "f.textproto", "--out", out}; };
  const auto whole = desk.haven(frontier("whole.sqlite"));
  REQUIRE(whole.code == 0);
  CHECK_THAT(whole.out, Catch::Contains("haircut=2: equity_bn reaches 30 at capital = "));
  std::size_t kept = 0;
  for (int kill_number = 0; kill_number < 2; ++kill_number) {
    const pid_t program = desk.start(frontier("killed.sqlite"));
    while (rows(desk, "killed.sqlite") <= kept && kill(program, 0) == 0) {
      const timespec a_moment{0, 5'000'000};
      nanosleep(&a_moment, nullptr);
    }
    kill(program, SIGKILL);
    CHECK(desk.wait(program).code == 128 + SIGKILL);
    kept = rows(desk, "killed.sqlite");
    CHECK(kept > 0);
    CHECK(kept < rows(desk, "whole.sqlite"));
  }
  const auto resumed = desk.haven(frontier("killed.sqlite"));
  CHECK(resumed.code == 0);
  CHECK(resumed.out == whole.out);
  CHECK((tables(desk, "killed.sqlite") == tables(desk, "whole.sqlite")));
}

TEST_CASE("a metric that no run has is refused before a run is made, wherever it is asked for", "[cli][sweep][bad]") {
  refused(plan_with("axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" range { from: 1 to: 2 } }", "frontier { along: \"h\" metric: \"window_default_count\" level: 0.5 tolerance: 1 most_seeds: 2 }"), "window_defaults_count", {}, "frontier");
  refused(plan_with(kAxis, "keep_metric: \"window_default_count\""), "p.textproto:5:1");
  const Desk desk;
  for (const Words& more : {Words{}, Words{"--by", "population[name=basis_funds].haircut_pct", "--prior", "1,1", "--prior", "2,1"}}) {
    Words command = {"invert", "studies/two_days", "--target", "window_default_count=1", "--by", "population[name=basis_funds].capital_bn"};
    command.insert(command.end(), more.begin(), more.end());
    const auto out = desk.haven(command);
    CHECK(out.code == 2);
    CHECK_THAT(out.err, Catch::Contains("window_defaults_count"));
    CHECK(desk.files().empty());
  }
}

TEST_CASE("a sweep whose disk is full says so, keeps what it has, and ends like any other when there is room", "[cli][sweep][bad]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  const auto full = desk.haven_with_room(sweep("tiny.textproto", {"--out", "r.sqlite"}), 240 * 1024);
  CHECK(full.code == 1);
  CHECK_THAT(full.err, Catch::StartsWith("r.sqlite: cannot be written") && Catch::Contains("are kept"));
  CHECK(rows(desk, "r.sqlite") < 12);
  REQUIRE(desk.haven(sweep("tiny.textproto", {"--out", "r.sqlite"})).code == 0);
  REQUIRE(desk.haven(sweep("tiny.textproto", {"--out", "whole.sqlite"})).code == 0);
  CHECK((tables(desk, "r.sqlite") == tables(desk, "whole.sqlite")));
}

TEST_CASE("the value of a field at which a metric reaches a target is found in its interval, by runs that are kept", "[cli][invert]") {
  const Desk desk;
  // Equity of basis funds is an opening balance: at 17:00 of the first day it is close to capital_bn.
  desk.write("equity.textproto", kEquity);
  desk.write("days.textproto", kDays);
  const Words command = {"invert", "days.textproto", "--target", "equity_bn=30", "--by", "population[name=basis_funds].capital_bn", "--from", "10", "--to", "70", "--tolerance", "10", "--seeds", "4", "--most-seeds", "16", "--json"};
  const auto out = desk.haven(command);
  INFO(out.out << out.err);
  REQUIRE(out.code == 0);
  const auto j = nlohmann::json::parse(out.out);
  REQUIRE(j["thresholds"].size() == 1);
  CHECK(j["thresholds"][0]["outcome"] == "found");
  CHECK(j["thresholds"][0]["high"].get<double>() - j["thresholds"][0]["low"].get<double>() <= 10);
  const auto runs = rows(desk, "invert.sqlite");
  CHECK(runs > 4);
  const auto again = desk.haven(command);
  CHECK(again.out == out.out);
  CHECK(rows(desk, "invert.sqlite") == runs);
  const auto both = [&](const std::string& prior) {
    return desk.haven({"invert", "days.textproto", "--target", "equity_bn=30", "--by", "population[name=basis_funds].capital_bn", "--by", "population[name=basis_funds].haircut_pct", "--prior", "38,10", "--prior", prior,
                       "--rays", "4", "--furthest", "2", "--tolerance", "0.5", "--seeds", "4", "--most-seeds", "16", "--out", "both.sqlite", "--json"});
  };
  const auto stress = both("2,0.5");
  INFO(stress.out << stress.err);
  REQUIRE(stress.code == 0);
  const auto s = nlohmann::json::parse(stress.out);
  CHECK(s["outcome"] == "found");
  CHECK(s["combination"]["capital_bn"].get<double>() == Approx(30).margin(6));
  CHECK(s["combination"]["haircut_pct"] == 2);
  CHECK(both("2").code == 2);
  CHECK(both("2,0").code == 2);
  CHECK(desk.haven({"invert", "studies/two_days", "--target", "depth", "--by", "population[name=basis_funds].capital_bn"}).code == 2);
  CHECK(desk.haven({"invert", "studies/two_days", "--target", "x=1", "--by", "population[name=basis_funds].capital"}).code == 2);
}
