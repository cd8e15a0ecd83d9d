// Draws of a calibration's parameters: written, drawn from by runs, made again; and the seeds that a run begins with.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tools/results/result_file.h"

using namespace haven;
using namespace haven::cli::test;

namespace {

using Words = std::vector<std::string>;
using Json = nlohmann::json;

const std::string kShare = "population[name=noise].noise.parent_share", kImpact = "population[name=principal_trading_firms].principal_trading_firm.impact_bp_per_bn";

std::string posterior(const std::string& draws) {
  return "version: 1 name: \"mine\" plan: \"p\" run: \"studies/two_days\" method: \"by hand\"\n"
         "parameter { name: \"parents\" path: \"" + kShare + "\" unit: \"share\" best: 0.1 }\n"
         "parameter { name: \"impact\" path: \"" + kImpact + "\" unit: \"bp/bn\" best: 1.5 }\n" + draws;
}
const std::string kThree = "draw { value: [0.1, 1] }\ndraw { value: [0.2, 1.25] }\ndraw { value: [0.3, 1.5] }\n";

Json run(const Desk& desk, Words more) {
  more.insert(more.begin(), {"run", "studies/two_days", "--json"});
  const auto out = desk.haven(more);
  INFO(out.err);
  REQUIRE(out.code == 0);
  return Json::parse(out.out);
}

}  // namespace

TEST_CASE("every seed has its own draw, says it in its metrics, and is made again with those values set by hand", "[cli][posterior]") {
  const Desk desk;
  desk.write("mine.textproto", posterior(kThree));
  run(desk, {"--parameters", "mine.textproto", "--seeds", "4", "--out", "r.sqlite"});
  const results::ResultFile file(desk / "r.sqlite");
  const auto parents = file.metric("parameter_parents"), impact = file.metric("parameter_impact");
  CHECK(parents == std::map<std::uint64_t, double>{{1, 0.1}, {2, 0.2}, {3, 0.3}, {4, 0.1}});
  CHECK(impact.at(2) == 1.25);
  const auto drawn = run(desk, {"--parameters", "mine.textproto", "--seed", "2"});
  CHECK(drawn["digest"] == run(desk, {"--seed", "2", "--set", kShare + "=0.2", "--set", kImpact + "=1.25"})["digest"]);
  CHECK(drawn["digest"] != run(desk, {"--seed", "2"})["digest"]);
  CHECK(drawn["metrics"]["parameter_impact"]["mean"] == 1.25);
}

TEST_CASE("runs with a draw are taken up again with more seeds, and another posterior is another plan", "[cli][posterior][resume]") {
  const Desk desk;
  desk.write("mine.textproto", posterior(kThree));
  desk.write("other.textproto", posterior("draw { value: [0.1, 2] }\n"));
  run(desk, {"--parameters", "mine.textproto", "--seeds", "1", "--out", "r.sqlite"});
  auto resumed = run(desk, {"--parameters", "mine.textproto", "--seeds", "2", "--out", "r.sqlite"});
  CHECK(resumed["made"] == 1);
  const auto whole = run(desk, {"--parameters", "mine.textproto", "--seeds", "2"});
  CHECK(resumed["metrics"] == whole["metrics"]);
  CHECK(resumed["digest"] == whole["digest"]);
  CHECK(desk.haven({"run", "studies/two_days", "--parameters", "other.textproto", "--seeds", "2", "--out", "r.sqlite"}).code == 2);
  CHECK(desk.haven({"run", "studies/two_days", "--seeds", "2", "--out", "r.sqlite"}).code == 2);
}

TEST_CASE("the sample that a calibration writes is good, drawn from by its run, within the bounds, and the same when the calibration is called again", "[cli][calibrate][posterior]") {
  const Desk desk;
  desk.write("tiny.textproto", "name: \"tiny\"\nrun: \"studies/two_days\"\nseeds: 1\n"
                               "parameter { name: \"parents\" path: \"" + kShare + "\" low: 0.05 high: 0.3 prior { centre: 0.1 width: 0.02 } }\n"
                               "target { name: \"window_range_TY_mean_bp\" value: 8 scale: 1 }\n"
                               "budget { evaluations: 6 population: 5 }\n");
  const Words command = {"calibrate", "tiny.textproto", "--no-report", "--posterior", "s.textproto", "--draws", "30"};
  REQUIRE(desk.haven(command).code == 0);
  const auto first = desk.read("s.textproto");
  REQUIRE(desk.haven(command).code == 0);
  CHECK(desk.read("s.textproto") == first);
  CHECK_THAT(desk.haven({"check", "s.textproto"}).out, Catch::Contains("good, 30 draws"));
  const auto j = run(desk, {"--parameters", "s.textproto", "--seeds", "3", "--no-null"});
  const auto& parents = j["metrics"]["parameter_parents"];
  CHECK(parents["p05"] >= 0.05);
  CHECK(parents["p95"] <= 0.3);
  CHECK(parents["p05"] < parents["p95"]);
}

TEST_CASE("the posterior that comes with the program is drawn from by its word, by the baseline's runs", "[cli][posterior]") {
  const Desk desk;
  const auto j = run(desk, {"--parameters", "posterior", "--seeds", "2"});
  CHECK(j["metrics"]["parameter_quote_sigmas"]["p05"] < j["metrics"]["parameter_quote_sigmas"]["p95"]);
}

TEST_CASE("a posterior that does not fit the run or itself is refused at its line, and nothing is written", "[cli][posterior][bad]") {
  const auto refused = [](const std::string& text, const std::string& reason) {
    const Desk desk;
    desk.write("mine.textproto", text);
    const auto out = desk.haven({"run", "studies/two_days", "--parameters", "mine.textproto", "--seeds", "2", "--out", "r.sqlite"});
    INFO(text << out.out << out.err);
    CHECK(out.code == 2);
    CHECK_THAT(out.err, Catch::StartsWith("mine.textproto:") && Catch::Contains(reason));
    CHECK(desk.files() == Words{"mine.textproto"});
  };
  refused(posterior("draw { value: [0.1] }\n"), "one for each of 2 parameters");
  refused(posterior(""), "no draw");
  refused(posterior("draw { value: [0.1, 1] }\ndraw { value: [7, 1] }\n"), "mine.textproto:5:");
  refused("version: 1 name: \"m\" plan: \"p\" run: \"r\" method: \"m\"\nparameter { name: \"x\" path: \"population[name=noise].noise.parent_shar\" best: 1 }\ndraw { value: [1] }\n", "parent_share");
  refused("version: 1 name: \"m\" plan: \"p\" run: \"r\" method: \"m\"\nparameter { name: \"x\" path: \"" + kShare + "\" unit: \"bp\" best: 1 }\ndraw { value: [0.1] }\n", "the unit \"bp\"");
  refused("version: 2 name: \"m\" plan: \"p\" run: \"r\" method: \"m\"\n", "version");
}

TEST_CASE("a run begins at the first seed that it is told, and that seed's run is the same as by itself", "[cli]") {
  const Desk desk;
  run(desk, {"--first-seed", "7", "--seeds", "2", "--out", "r.sqlite"});
  const results::ResultFile file(desk / "r.sqlite");
  REQUIRE(file.runs().size() == 2);
  CHECK(file.runs()[0].key.seed == 7);
  CHECK(file.runs()[1].key.seed == 8);
  run(desk, {"--seed", "8", "--out", "one.sqlite"});
  CHECK(results::ResultFile(desk / "one.sqlite").runs()[0].digest == file.runs()[1].digest);
  CHECK(desk.haven({"run", "studies/two_days", "--seed", "8", "--first-seed", "7"}).code == 2);
}
