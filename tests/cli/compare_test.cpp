// Paired counterfactuals through the command line.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

using namespace haven::cli::test;

namespace {

nlohmann::json parsed(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return nlohmann::json::parse(outcome.out);
}

}  // namespace

TEST_CASE("a config compared with itself differs in nothing, seed by seed", "[cli][compare]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("same.textproto", "title: \"the same\"\n");
  const auto j = parsed(desk.haven({"compare", "good.textproto", "--with", "same", "--seeds", "2", "--json"}));
  const auto& metrics = j["comparisons"][0]["metrics"];
  CHECK(j["comparisons"][0]["digest"] == j["digest"]);
  CHECK(metrics.size() > 50);
  for (const auto& m : metrics) {
    CHECK(m["difference"] == 0.0);
    CHECK(m["beyond_two_se"] == false);
    CHECK(m["seeds"] == 2);
  }
}

TEST_CASE("a comparison takes the difference seed by seed, of a rule and of a run laid over the config", "[cli][compare]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("coarse.textproto", "market { fidelity: 20 }\n");
  const auto j = parsed(desk.haven({"compare", "good.textproto", "--with", "coarse", "--with", "rules/eslr_2025_final", "--set", "calendar.re_equilibration_days=1", "--seeds", "2", "--json"}));
  REQUIRE(j["comparisons"].size() == 3);
  CHECK(j["comparisons"][0]["positions"].is_null());
  CHECK(j["comparisons"][1]["positions"] == "frozen");
  CHECK(j["comparisons"][2]["positions"] == "re-equilibrated");
  CHECK(j["comparisons"][1]["base_digest"] == j["digest"]);
  CHECK(j["comparisons"][2]["base_digest"] != j["digest"]);
  std::vector<nlohmann::json> base, coarse, rule;
  for (const char* seed : {"1", "2"}) {
    base.push_back(parsed(desk.haven({"run", "good.textproto", "--seed", seed, "--json"})));
    coarse.push_back(parsed(desk.haven({"run", "good.textproto", "--seed", seed, "--json", "--set", "market.fidelity=20"})));
    rule.push_back(parsed(desk.haven({"run", "good.textproto", "--seed", seed, "--json", "--set", "rule=rules/eslr_2025_final", "--set", "warm_up_rule=rules/eslr_2014"})));
  }
  const std::string name = "window_yield_10y_change_bp";
  const auto value = [&](const nlohmann::json& run) { return run["metrics"][name]["mean"].get<double>(); };
  const auto check = [&](const nlohmann::json& m, const std::vector<nlohmann::json>& other) {
    const double d1 = value(other[0]) - value(base[0]), d2 = value(other[1]) - value(base[1]);
    REQUIRE(d1 != d2);
    CHECK(m["base_mean"].get<double>() == Approx(0.5 * (value(base[0]) + value(base[1]))));
    CHECK(m["difference"].get<double>() == Approx(0.5 * (d1 + d2)));
    CHECK(m["se"].get<double>() == Approx(0.5 * std::abs(d1 - d2)));
    CHECK(m["beyond_two_se"].get<bool>() == (std::abs(0.5 * (d1 + d2)) > std::abs(d1 - d2)));
  };
  check(j["comparisons"][0]["metrics"][name], coarse);
  check(j["comparisons"][1]["metrics"][name], rule);
}

TEST_CASE("positions frozen by a copy of the warm-up and by the same warm-up again are the same numbers", "[cli][compare][positions]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto with = [&](const std::string& from) { return parsed(desk.haven({"compare", "good.textproto", "--with", "rules/eslr_2025_final", "--positions", "frozen", "--from", from, "--seeds", "2", "--json"})); };
  const auto fork = with("fork"), start = with("start");
  REQUIRE(fork["comparisons"].size() == 1);
  CHECK(fork["made"] == 4);
  CHECK(fork["digest"] == start["digest"]);
  CHECK(fork["comparisons"] == start["comparisons"]);
  CHECK(fork["comparisons"][0]["digest"] != fork["digest"]);
}

TEST_CASE("positions re-equilibrated compare two runs with the same added calm days", "[cli][compare][positions]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto j = parsed(desk.haven({"compare", "good.textproto", "--with", "rules/eslr_2025_final", "--positions", "re-equilibrated", "--set", "calendar.re_equilibration_days=1", "--seeds", "1", "--json"}));
  const auto digest = [&](std::vector<std::string> sets) {
    std::vector<std::string> words = {"run", "good.textproto", "--seeds", "1", "--json", "--set", "calendar.extra_calm_days=1"};
    words.insert(words.end(), sets.begin(), sets.end());
    return parsed(desk.haven(words))["digest"];
  };
  REQUIRE(j["comparisons"].size() == 1);
  CHECK(j["comparisons"][0]["base_digest"] == digest({}));
  CHECK(j["comparisons"][0]["digest"] == digest({"--set", "rule=rules/eslr_2025_final"}));
}

TEST_CASE("a comparison saved is taken up again; one with another alternative is another plan", "[cli][compare][resume]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const std::vector<std::string> command = {"compare", "good.textproto", "--with", "rules/eslr_2025_final", "--positions", "frozen", "--out", "c.sqlite", "--json", "--seeds"};
  const auto with = [&](const std::string& seeds) {
    auto words = command;
    words.push_back(seeds);
    return desk.haven(words);
  };
  CHECK(parsed(with("1"))["made"] == 2);
  const auto two = parsed(with("2"));
  CHECK(two["made"] == 2);
  auto again = parsed(with("2"));
  CHECK(again["made"] == 0);
  CHECK(again["comparisons"] == two["comparisons"]);
  CHECK(desk.haven({"compare", "good.textproto", "--with", "rules/eslr_2014_exclusion", "--out", "c.sqlite", "--seeds", "1"}).code == 2);
}

TEST_CASE("an alternative that names nothing, does not fit or is named twice is refused with its place", "[cli][compare][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("bad.textproto", "population { name: \"bans\" cash_bn: 3 }\n");
  const auto refused = [&](std::vector<std::string> with, const std::string& by) {
    with.insert(with.begin(), {"compare", "good.textproto", "--out", "c.sqlite"});
    const auto run = desk.haven(with);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK_THAT(run.err, Catch::Contains(by));
    CHECK(desk.files() == std::vector<std::string>{"bad.textproto", "good.textproto"});
  };
  refused({"--with", "nothing"}, "no such config (\"nothing\")");
  refused({"--with", "bad"}, "bad.textproto:1:1: found ");
  refused({"--with", "good", "--with", "good"}, "named twice");
  refused({"--with", "rules/haircut_floor_2pct"}, "a partial rule needs a regime as its base");
  refused({}, "--with is required");
  refused({"--with", "good", "--positions", "frozen"}, "a leverage regime has positions");
  refused({"--with", "rules/eslr_2025_final", "--positions", "thawed"}, "thawed");
}
