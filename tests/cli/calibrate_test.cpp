// Calibration through the command line: killed and resumed, its overlay, and what is refused.
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

const std::string kParameter = "parameter { name: \"impact\" path: \"population[name=principal_trading_firms].principal_trading_firm.impact_bp_per_bn\" low: 0.8 high: 3 scale: LOG }\n";
const std::string kTarget = "target { name: \"window_bid_ask_10y_mean_ticks\" value: 1.1 scale: 0.1 source { tag: CHOSEN text: \"a test\" } }\n";
const std::string kBudget = "budget { evaluations: 11 population: 5 }\n";

/// On two trading days of coarse orders.
std::string plan_of(const std::string& parameters, const std::string& targets, const std::string& budget = kBudget) {
  return "name: \"tiny\"\nrun: \"studies/two_days\"\nseeds: 1\n" + parameters + targets + budget;
}

const std::string kPlan = plan_of(kParameter + "parameter { name: \"parents\" path: \"population[name=noise].noise.parent_share\" low: 0.05 high: 0.3 prior { centre: 0.1 width: 0.05 } }\n",
                                  kTarget + "target { name: \"window_range_TY_mean_bp\" value: 8 scale: 1 side: UPPER_ONLY }\n");

void refused(const std::string& plan, const std::string& reason, const Words& more = {}) {
  const Desk desk;
  desk.write("p.textproto", plan);
  Words words = {"calibrate", "p.textproto"};
  words.insert(words.end(), more.begin(), more.end());
  const auto out = desk.haven(words);
  INFO(plan << out.out << out.err);
  CHECK(out.code == 2);
  CHECK_THAT(out.err, Catch::Contains(reason));
  CHECK(desk.files() == Words{"p.textproto"});
}

}  // namespace

TEST_CASE("a calibration killed with kill -9 and called again exports the bytes and writes the overlay of one that was not", "[cli][calibrate][resume]") {
  const Desk desk;
  desk.write("tiny.textproto", kPlan);
  const auto whole = desk.haven({"calibrate", "tiny.textproto", "--out", "whole.sqlite", "--overlay", "whole.textproto", "--threads", "2", "--json"});
  REQUIRE(whole.code == 0);
  const pid_t program = desk.start({"calibrate", "tiny.textproto", "--out", "killed.sqlite", "--threads", "1"});
  while (rows(desk, "killed.sqlite") < 3 && kill(program, 0) == 0) {
    const timespec a_moment{0, 5'000'000};
    nanosleep(&a_moment, nullptr);
  }
  kill(program, SIGKILL);
  CHECK(desk.wait(program).code == 128 + SIGKILL);
  CHECK(rows(desk, "killed.sqlite") < 15);
  const auto last = desk.haven({"calibrate", "tiny.textproto", "--out", "killed.sqlite", "--overlay", "killed.textproto", "--threads", "1"});
  REQUIRE(last.code == 0);
  CHECK((tables(desk, "killed.sqlite") == tables(desk, "whole.sqlite")));
  CHECK_THAT(tables(desk, "whole.sqlite"), Catch::Contains("point,generation,loss,best\n0,0,") && Catch::Contains("window_range_TY_mean_bp,8,1,upper_only,") && Catch::Contains("impact,population[name=principal_trading_firms].principal_trading_firm.impact_bp_per_bn,bp/bn,0.8,3,"));
  CHECK(desk.read("killed.textproto") == desk.read("whole.textproto"));
  CHECK_THAT(last.out, Catch::Contains("best loss by point: 0: "));

  const auto j = nlohmann::json::parse(whole.out);
  CHECK(j["points"] == 11);
  CHECK(j["best_loss"] <= j["start_loss"]);
  CHECK(rows(desk, "whole.sqlite") == 15);  // 11 points and 2 ends of 2 differences

  // The overlay, laid over the run, gives the very moments that the calibration saw.
  const auto laid = desk.haven({"run", "studies/two_days", "--with", "whole.textproto", "--seeds", "1", "--no-null", "--json"});
  INFO(laid.err);
  REQUIRE(laid.code == 0);
  const auto metrics = nlohmann::json::parse(laid.out)["metrics"];
  for (const auto& target : j["targets"]) CHECK(metrics[target["metric"].get<std::string>()]["mean"] == target["model_mean"]);
  CHECK_THAT(desk.read("whole.textproto"), Catch::Contains(j["parameters"][0]["value"].dump()) && Catch::Contains("tag: COMPUTED") && Catch::Contains("bp/bn; "));
}

TEST_CASE("the file of another calibration is refused and left as it was; a larger budget is the same calibration", "[cli][calibrate][bad]") {
  const Desk desk;
  desk.write("tiny.textproto", plan_of(kParameter, kTarget));
  REQUIRE(desk.haven({"calibrate", "tiny.textproto", "--evaluations", "6"}).code == 0);
  const auto before = desk.read("tiny.sqlite");
  desk.write("other.textproto", plan_of(kParameter, "target { name: \"window_bid_ask_10y_mean_ticks\" value: 1.2 scale: 0.1 }\n"));
  CHECK(desk.haven({"calibrate", "other.textproto", "--out", "tiny.sqlite"}).code == 2);
  CHECK(desk.haven({"calibrate", "tiny.textproto", "--set", "population[name=basis_funds].haircut_pct=1"}).code == 2);
  CHECK(desk.read("tiny.sqlite") == before);
  CHECK(desk.haven({"calibrate", "tiny.textproto"}).code == 0);
}

TEST_CASE("a calibration's faults are told with their place before anything runs, and nothing is written", "[cli][calibrate][bad]") {
  const std::string path = "\"population[name=noise].noise.parent_share\"";
  refused(plan_of("parameter { name: \"p\" path: \"population[name=noise].noise.parent_shar\" low: 0 high: 1 }\n", kTarget), "p.textproto:4:");
  refused(plan_of("parameter { name: \"p\" path: \"population[name=nobody].noise.parent_share\" low: 0 high: 1 }\n", kTarget), "nobody");
  refused(plan_of("parameter { name: \"p\" path: " + path + " low: 0.3 high: 0.3 }\n", kTarget), "p.textproto:4:73: found bounds from 0.3 to 0.3, expected low below high");
  refused(plan_of("parameter { name: \"p\" path: " + path + " low: 0 high: 0.3 scale: LOG }\n", kTarget), "low above 0");
  refused(plan_of("parameter { name: \"p\" path: " + path + " low: 0.1 high: 3 }\n", kTarget), "p.textproto:4:");
  refused(plan_of("parameter { name: \"p\" path: " + path + " low: 0.1 high: 0.3 unit: \"bp\" }\n", kTarget), "the unit \"bp\"");
  refused(plan_of("parameter { name: \"p\" path: " + path + " low: 0.1 high: 0.3 prior { centre: 1 width: 1 } }\n", kTarget), "inside the bounds");
  refused(plan_of("parameter { name: \"p\" path: \"population[name=noise].count\" low: 1 high: 3 }\n", kTarget), "not whole");
  refused(plan_of(kParameter, "target { name: \"window_bid_ask_10y_mean_tick\" value: 1 scale: 1 }\n"), "p.textproto:5:10: found the metric \"window_bid_ask_10y_mean_tick\", which the run does not have, expected a name such as \"window_bid_ask_10y_mean_ticks\"");
  refused(plan_of(kParameter, "target { name: \"window_bid_ask_10y_mean_ticks\" value: 1 }\n"), "scale");
  refused(plan_of(kParameter, ""), "no target");
  refused(plan_of("", kTarget), "no parameter");
  refused(plan_of(kParameter, kTarget, "budget { evaluations: 8 population: 8 }\n"), "a generation of 8");
  refused(plan_of(kParameter, kTarget, kBudget + "set: \"calendar.too=2025-02-07\"\n"), "p.textproto:7:1: found");
  refused(plan_of(kParameter, kTarget, kBudget + "set: \"calendar\"\n"), "PATH=VALUE");
  refused(plan_of(kParameter, kTarget), "no_such_folder", {"--configs", "no_such_folder"});
}
