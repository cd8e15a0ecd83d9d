// `haven check` and `haven explain` on every kind of config.
#include <catch2/catch.hpp>

#include "tests/cli/program.h"
#include "tools/assemble/embedded.h"

using namespace haven::cli::test;

namespace {

/// Refused by `haven check` with exit 2, the first fault at `place` of the file, and nothing written.
void faulty(const std::string& text, const std::string& place, const std::string& found) {
  const Desk desk;
  desk.write("bad.textproto", text);
  const auto out = desk.haven({"check", "bad.textproto"});
  INFO(text << out.out << out.err);
  CHECK(out.code == 2);
  CHECK_THAT(out.err, Catch::StartsWith("bad.textproto:" + place + ": found ") && Catch::Contains(found) && Catch::Contains("expected "));
  CHECK(out.out.empty());
  CHECK(desk.files() == std::vector<std::string>{"bad.textproto"});
}

std::string sweep(const std::string& line) { return "name: \"p\"\nrun: \"studies/two_days\"\nseeds: 2\n" + line + "\n"; }
const std::string kAxis = "axis { name: \"h\" path: \"population[name=basis_funds].haircut_pct\" value: [1, 2] }\n";
std::string study(const std::string& proof) { return "name: \"s\"\ntitle: \"s\"\nrun: \"studies/two_days\"\nproof {\n  name: \"p\" section: REMOVED expect: FINITE why: \"w\"\n" + proof + "\n}\n"; }
std::string calibration(const std::string& more) { return "name: \"c\"\nseeds: 1\nbudget { evaluations: 20 population: 10 }\n" + more; }

}  // namespace

TEST_CASE("every config that comes with the program is found good by check, and told whole by explain, whatever its kind", "[cli][check]") {
  const Desk desk;
  for (const auto& file : haven::assemble::embedded_configs()) {
    const auto check = desk.haven({"check", std::string(file.name)}), explain = desk.haven({"explain", std::string(file.name)});
    INFO(file.name << check.err << explain.err);
    CHECK(check.code == 0);
    CHECK_THAT(check.out, Catch::StartsWith(std::string(file.name) + ": good, "));
    CHECK(explain.code == 0);
    CHECK_THAT(explain.out, Catch::Contains("name"));
  }
  CHECK_THAT(desk.haven({"check", "sweeps/leverage_x_eslr"}).out, Catch::Contains("points, "));
  CHECK_THAT(desk.haven({"check", "sweeps/collapse_by_rule"}).out, Catch::Contains("searches along basis_leverage"));
  CHECK_THAT(desk.haven({"check", "rules/full_clearing"}).out, Catch::Contains("a partial rule"));
}

TEST_CASE("a plan's faults are found by check, at their line and column, whether its first line names the schema or not", "[cli][check][bad]") {
  const std::string says = "# proto-message: haven.config.Sweep\n";
  faulty(sweep("axis { name: \"h\" path: \"market.fidelty\" value: [1] }"), "4:1", "\"fidelty\"");
  faulty(says + sweep("axis { name: \"h\" path: \"market.fidelty\" value: [1] }"), "5:1", "\"fidelty\"");
  faulty(sweep("axes { name: \"h\" }") + kAxis, "4:1", "\"axes\"");
  faulty(says + "axis { nane: \"h\" }\n", "2:8", "\"nane\"");
  faulty(sweep("axis { name: \"h\" path: \"market.fidelity\" }"), "4:1", "no values");
  faulty(sweep(kAxis + "keep_metric: \"window_yield_10y_chage_bp\""), "5:1", "no run of the plan has");
  faulty(sweep(kAxis + "precision { metric: \"nothing\" standard_error: 1 most_seeds: 4 }"), "5:13", "\"nothing\"");
  faulty("name: \"p\"\nrun: \"studies/no_days\"\nseeds: 2\n" + kAxis, "2:1", "\"studies/no_days\"");
  faulty(sweep(kAxis + "collapse: \"reference/no_collapse\""), "5:1", "\"reference/no_collapse\"");
}

TEST_CASE("faults of a study, a calibration and of what runs refer to are found by check at their place", "[cli][check][bad]") {
  faulty(study("  with: \"studies/without_martians\" metric: \"window_defaults_count\""), "6:3", "without_martians");
  faulty(study("  with: \"studies/without_banks\" metric: \"window_martians\""), "6:33", "\"window_martians\"");
  const std::string parameter = "parameter { name: \"p\" path: \"market.fidelty\" low: 1 high: 2 }\n";
  faulty(calibration("run: \"studies/two_days\"\n" + parameter), "5:23", "\"fidelty\"");
  faulty(calibration("run: \"studies/no_days\"\n" + parameter), "4:1", "\"studies/no_days\"");
  faulty("name: \"r\"\nmoment { name: \"m\" series: \"s\" statistic: \"meen\" flag: OUTCOME }\n", "2:32", "\"meen\"");
  faulty("name: \"r\"\nmoment { name: \"m\" series: \"s\" statistic: \"mean\" flag: OUTCOME low: 2 high: 1 }\n", "2:64", "upside down");
  faulty("# proto-message: haven.config.MetricList\nname: \"l\"\nmetric { name: \"m\" series: \"s\" statistic: \"meen\" }\n", "3:32", "\"meen\"");
  faulty("# proto-message: haven.config.Sweeps\nname: \"p\"\n", "1:18", "\"haven.config.Sweeps\"");
}
