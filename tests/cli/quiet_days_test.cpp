// What is measured on quiet days to hold events against: the line of illiquidity over volatility, and the loop's gain.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

using namespace haven::cli::test;

namespace {

const std::string kPlan = "name: \"l\" run: \"studies/two_days\" seeds: 3 keep: [METRICS, SERIES]\n";
const std::string kNews = "axis { name: \"news\" times: [\"scenario.synthetic.news_multiple\"] value: [1, 4] }\n";

}  // namespace

TEST_CASE("a line drawn through the days of a plan is a config that a scorecard row takes", "[cli][line]") {
  const Desk desk;
  desk.write("l.textproto", kPlan + kNews);
  const auto out = desk.haven({"line", "l.textproto", "--line", "line.textproto", "--no-report", "--falls", "depth_10y_bn", "--rises", "bid_ask_10y_ticks"});
  INFO(out.out << out.err);
  REQUIRE(out.code == 0);
  CHECK(has(out.out, "6 runs made, 0 failed"));
  CHECK(has(desk.haven({"check", "line.textproto"}).out, "a line over day_sigma_10y_bp through 6 days"));
  CHECK(has(desk.read("line.textproto"), "rises: \"bid_ask_10y_ticks\"\nfalls: \"depth_10y_bn\"\nvolatility: \"day_sigma_10y_bp\"\nconstant: "));
  CHECK(has(desk.haven({"line", "l.textproto", "--no-report"}).out, "0 runs made"));
  desk.write("observed.textproto", "name: \"o\" moment { name: \"off_the_line_sd\" series: \"day_sigma_10y_bp\" statistic: \"line_residual\" line: \"line\" flag: OUTCOME low: -1 high: 1 }\n");
  desk.write("scored.textproto", "base: \"studies/two_days\" name: \"s\" reference: \"observed\"\n");
  const auto scored = desk.haven({"run", "scored", "--seeds", "1", "--no-null", "--json"});
  INFO(scored.err);
  REQUIRE(scored.code == 0);
  CHECK(nlohmann::json::parse(scored.out)["metrics"].contains("off_the_line_sd"));
}

TEST_CASE("a line is refused of a plan with two axes or without series, and a row that names no line or a line that is not there is told at its place", "[cli][line][bad]") {
  const Desk desk;
  desk.write("two.textproto", kPlan + kNews + "axis { name: \"fidelity\" path: \"market.fidelity\" value: [40, 50] }\n");
  CHECK(has(desk.haven({"line", "two.textproto"}).err, "2 axes"));
  desk.write("bare.textproto", "name: \"l\" run: \"studies/two_days\" seeds: 3\n" + kNews);
  CHECK(has(desk.haven({"line", "bare.textproto"}).err, "keep: SERIES"));
  desk.write("scored.textproto", "base: \"studies/two_days\" name: \"s\" reference: \"observed\"\n");
  const auto reference = [&](const std::string& moment) {
    desk.write("observed.textproto", "name: \"o\"\nmoment { name: \"m\" series: \"day_sigma_10y_bp\" flag: OUTCOME " + moment + " }\n");
    const auto out = desk.haven({"check", "scored.textproto"});
    CHECK(out.code == 2);
    return out.err;
  };
  CHECK(has(reference("statistic: \"line_residual\""), "observed.textproto:2:1: found no line"));
  CHECK(has(reference("statistic: \"mean\" line: \"reference/illiquidity_line\""), "a line for the statistic mean"));
  CHECK(has(reference("statistic: \"line_residual\" line: \"nowhere\""), "nowhere"));
}

TEST_CASE("the loop's gain is the product of its three parts, and without a weight on realised volatility there is none", "[cli][loop_gain]") {
  const Desk desk;
  desk.write("week.textproto", "base: \"studies/two_days\" name: \"w\" calendar { scored_from: \"2025-01-07\" to: \"2025-01-14\" }\n");
  const auto gain = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"loop-gain", "week", "--seeds", "1", "--json"});
    const auto out = desk.haven(more);
    INFO(out.err);
    REQUIRE(out.code == 0);
    return nlohmann::json::parse(out.out);
  };
  const std::string weight = "population[name=principal_trading_firms].principal_trading_firm.realised_weight";
  const auto j = gain({"--set", weight + "=0.5"});
  for (const auto& book : j["books"]) {
    CHECK(book["flow_share"]["mean"] > 0.0);
    CHECK(book["gain"]["mean"].get<double>() == Approx(0.5 * book["flow_share"]["mean"].get<double>() * book["impact_elasticity"]["mean"].get<double>()));
  }
  CHECK(gain({"--set", weight + "=0"})["books"][0]["gain"]["mean"] == 0.0);
  CHECK(has(desk.haven({"loop-gain", "replays/april_2025"}).err, "an outside path"));
}
