// Whose failure hurts most, through the command line.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tools/results/result_file.h"

using namespace haven::cli::test;

namespace {

nlohmann::json parsed(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return nlohmann::json::parse(outcome.out);
}

const nlohmann::json& row_of(const nlohmann::json& j, const std::string& name) {
  for (const auto& row : j["ranking"]) {
    if (row["institution"] == name) return row;
  }
  FAIL(name + " is not ranked");
  return j;
}

}  // namespace

TEST_CASE("failures are ranked by the others' defaults, each with its standard error over the seeds that are stated", "[cli][knockout]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto j = parsed(desk.haven({"knockout", "good.textproto", "--kind", "swap_spread_fund", "--institution", "basis_funds-1", "--seeds", "2", "--json"}));
  CHECK(j["seeds"] == 2);
  REQUIRE(j["ranking"].size() > 2);
  CHECK(j["made"] == 2 * (j["ranking"].size() + 1));
  double last = 1e300;
  for (const auto& row : j["ranking"]) {
    INFO(row.dump());
    CHECK(row["seeds"] == 2);
    CHECK(row["further_defaults"]["mean"].get<double>() <= last);
    last = row["further_defaults"]["mean"].get<double>();
    CHECK(row["loss_bn"]["se"].is_number());
    CHECK(row["loss_bn"]["mean"].get<double>() == Approx(row["creditor_loss_bn"]["mean"].get<double>() + row["house_loss_bn"]["mean"].get<double>()).margin(1e-9));
    CHECK(row["metrics"].contains("after_depth_10y_mean_bn"));
    CHECK(row["metrics"].contains("collapse_share"));
  }
  CHECK(row_of(j, "basis_funds-1")["debt_rank"].get<double>() > 0);
  const auto by_rank = parsed(desk.haven({"knockout", "good.textproto", "--kind", "swap_spread_fund", "--institution", "basis_funds-1", "--seeds", "1", "--by", "debt_rank", "--json"}));
  for (std::size_t k = 1; k < by_rank["ranking"].size(); ++k) CHECK(by_rank["ranking"][k]["debt_rank"].get<double>() <= by_rank["ranking"][k - 1]["debt_rank"].get<double>());
}

TEST_CASE("a knockout is the run of a config whose scenario names the failure, and its twin the run of the config", "[cli][knockout]") {
  const Desk desk;
  const std::string who = "basis_funds-1";
  desk.write("good.textproto", short_lines());
  const auto j = parsed(desk.haven({"knockout", "good.textproto", "--institution", who, "--seeds", "1", "--out", "k.sqlite", "--json"}));
  const std::string at = j["at"];
  desk.write("fails.textproto", short_lines() + "scenario { failure { name: \"it\" institution: \"" + who + "\" date: \"" + at.substr(0, 10) + "\" time: \"" + at.substr(11) + "\" } }\n");
  const auto whole = parsed(desk.haven({"run", "fails.textproto", "--seed", "1", "--json"}));
  const auto plain = parsed(desk.haven({"run", "good.textproto", "--seed", "1", "--json"}));
  CHECK(j["digest"] == plain["digest"]);
  CHECK(whole["digest"] != plain["digest"]);
  REQUIRE(whole["defaults"].size() == plain["defaults"].size() + 1);
  CHECK(has(whole["defaults"][0]["cause"].get<std::string>(), "made to fail by the scenario"));
  const haven::results::ResultFile file(desk / "k.sqlite");
  CHECK(file.ensemble_digest({who, 0}) == whole["digest"].get<std::string>());
}

TEST_CASE("a knockout saved is taken up again with more seeds and more institutions; another moment is another plan", "[cli][knockout][resume]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"knockout", "good.textproto", "--out", "k.sqlite", "--json"});
    return desk.haven(words);
  };
  CHECK(parsed(with({"--institution", "basis_funds-1", "--seeds", "1"}))["made"] == 2);
  const auto more = parsed(with({"--institution", "basis_funds-1", "--institution", "basis_funds-2", "--seeds", "2"}));
  CHECK(more["made"] == 4);
  const auto again = parsed(with({"--institution", "basis_funds-1", "--institution", "basis_funds-2", "--seeds", "2"}));
  CHECK(again["made"] == 0);
  CHECK(again["ranking"] == more["ranking"]);
  CHECK(with({"--institution", "basis_funds-1", "--seeds", "1", "--at", more["at"].get<std::string>().substr(0, 11) + "11:30"}).code == 2);
}

TEST_CASE("who cannot fail, is not there, or when nothing is open, is refused before anything runs", "[cli][knockout][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto refused = [&](std::vector<std::string> words, const std::string& by) {
    words.insert(words.begin(), {"knockout", "good.textproto", "--out", "k.sqlite"});
    const auto run = desk.haven(words);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(has(run.err, by));
    CHECK(desk.files() == std::vector<std::string>{"good.textproto"});
  };
  refused({"--institution", "nobody"}, "--institution nobody");
  refused({"--institution", "FICC"}, "--institution FICC");
  refused({"--kind", "central_bank"}, "--kind central_bank");
  refused({"--at", "2001-01-01"}, "outside the sessions");
  refused({"--at", "noon"}, "YYYY-MM-DD");
  refused({"--by", "beauty"}, "--by beauty");
}

TEST_CASE("a failure of nobody, of a clearing house, or outside every session is refused with its line", "[cli][knockout][bad]") {
  const Desk desk;
  const auto refused = [&](const std::string& institution, const std::string& date, const std::string& time, const std::string& by) {
    desk.write("bad.textproto", short_lines() + "scenario { failure { name: \"it\" institution: \"" + institution + "\" date: \"" + date + "\" time: \"" + time + "\" } }\n");
    const auto run = desk.haven({"check", "bad.textproto"});
    INFO(run.err << run.out);
    CHECK(run.code == 2);
    CHECK(has(run.err + run.out, "bad.textproto:4:"));
    CHECK(has(run.err + run.out, by));
  };
  refused("nobody", "2001-01-02", "09:00", "can fail");
  refused("FICC", "2001-01-02", "09:00", "can fail");
  refused("basis_funds-1", "2001-01-02", "09:00", "session");
  refused("basis_funds-1", "2001-01-02", "nine", "HH:MM");
}
