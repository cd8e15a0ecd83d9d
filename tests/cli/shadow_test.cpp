// Leverage rules measured along a run without touching it, through the command line.
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

constexpr const char* kLooser = "rules/eslr_2025_final";
constexpr const char* kLoosest = "rules/eslr_2025_final_exclusion";

}  // namespace

TEST_CASE("a run under watch of other rules has the digest of the run without them", "[cli][shadow]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto plain = parsed(desk.haven({"run", "good.textproto", "--seeds", "2", "--json"}));
  const auto watched = parsed(desk.haven({"run", "good.textproto", "--seeds", "2", "--json", "--shadow", kLooser, "--shadow", kLoosest}));
  CHECK(watched["digest"] == plain["digest"]);
  CHECK(watched["config_digest"] == plain["config_digest"]);
  CHECK(watched["metrics"] == plain["metrics"]);
  CHECK_FALSE(plain.contains("shadow_rules"));
  REQUIRE(watched["shadow_rules"].size() % 3 == 0);
  const std::size_t firms = watched["shadow_rules"].size() / 3;
  CHECK(firms > 10);
  double gained = 0;
  for (std::size_t i = 0; i < firms; ++i) {
    const auto& now = watched["shadow_rules"][i];
    const auto& looser = watched["shadow_rules"][firms + i];
    const auto& loosest = watched["shadow_rules"][2 * firms + i];
    INFO(now.dump() << looser.dump());
    CHECK(now["rule"] == "in force");
    CHECK(looser["rule"] == kLooser);
    CHECK(looser["firm"] == now["firm"]);
    CHECK(now["days"] == 2);
    // A looser rule leaves every firm as much or more, every day by the same amount.
    const double more = looser["mean_headroom_bn"].get<double>() - now["mean_headroom_bn"].get<double>();
    CHECK(more >= -1e-9);
    CHECK(looser["least_headroom_bn"].get<double>() - now["least_headroom_bn"].get<double>() == Approx(more).margin(1e-9));
    CHECK(looser["days_binding"].get<double>() <= now["days_binding"].get<double>());
    CHECK(loosest["mean_headroom_bn"].get<double>() >= looser["mean_headroom_bn"].get<double>() - 1e-9);
    gained += more;
  }
  CHECK(gained > 0);
}

TEST_CASE("the rule in force as its own shadow leaves what the run's own constraints say", "[cli][shadow]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven({"run", "good.textproto", "--seeds", "1", "--shadow", "rules/eslr_2014", "--out", "r.sqlite"}).code == 0);
  REQUIRE(desk.haven({"export", "r.sqlite", "--csv", "tables"}).code == 0);
  CHECK(has(desk.read("r.html"), "Headroom by rule"));
  const auto rows = desk.read("tables/shadow_rules.csv");
  CHECK(has(rows, "in force"));
  CHECK(has(rows, "rules/eslr_2014,"));
  const auto again = parsed(desk.haven({"run", "good.textproto", "--seeds", "1", "--shadow", "rules/eslr_2014", "--out", "r.sqlite", "--json"}));
  CHECK(again["made"] == 0);
  const auto& all = again["shadow_rules"];
  REQUIRE(all.size() > 20);
  for (std::size_t i = 0; i < all.size() / 2; ++i) CHECK(all[i]["mean_headroom_bn"] == all[i + all.size() / 2]["mean_headroom_bn"]);
  CHECK(desk.haven({"run", "good.textproto", "--seeds", "1", "--out", "r.sqlite"}).code == 2);
}

TEST_CASE("a shadow that is no rule, no whole regime or named twice is refused, and nothing is written", "[cli][shadow][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto refused = [&](std::vector<std::string> words, const std::string& by) {
    words.insert(words.begin(), {"run", "good.textproto", "--out", "r.sqlite"});
    const auto run = desk.haven(words);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(has(run.err, by));
    CHECK(desk.files() == std::vector<std::string>{"good.textproto"});
  };
  refused({"--shadow", "rules/nothing"}, "rules/nothing");
  refused({"--shadow", "replays/april_2025"}, "replays/april_2025");
  refused({"--shadow", "rules/haircut_floor_2pct"}, "haircut_floor_2pct");
  refused({"--shadow", kLooser, "--shadow", kLooser}, "named twice");
}
