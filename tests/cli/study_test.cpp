// A plan of changes and what each is expected to do, through the command line.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/cli/program.h"

using namespace haven::cli::test;

namespace {

constexpr const char* kPlan = R"(
name: "proofs" title: "Proofs" run: "short" preface: "Before the tables."
proof { name: "order" section: SCRAMBLED with: "coarse" metric: "outcome_rows_inside" expect: LOWER why: "one row is always inside" }
proof { name: "double" section: DOUBLED with: "coarse" metric: "window_volume_10y_mean_bn" expect: FINITE why: "it has a value" }
proof { name: "noise" section: REMOVED with: "quiet" metric: "window_volume_10y_mean_bn" expect: LOWER why: "most volume is theirs" }
proof { name: "same" section: COMPARED with: "coarse" metric: "window_volume_10y_mean_bn" expect: SAME within: 0.5 why: "levels are near" }
proof { name: "nearer" section: COMPARED with: "quiet" metric: "window_volume_10y_mean_bn" expect: SAME within: 0.1 why: "they are not" }
proof { name: "wrong" section: REMOVED scenario: "coarse" with: "quiet" metric: "window_volume_10y_mean_bn" expect: HIGHER why: "it is not" }
)";

void write_study(const Desk& desk) {
  write_short_config(desk);
  desk.write("coarse.textproto", "market { fidelity: 20 }\n");
  desk.write("quiet.textproto", "population { name: \"noise\" count: 0 takes_rest: false }\npopulation { name: \"banks\" takes_rest: true }\n");
  desk.write("proofs.textproto", kPlan);
}

std::string row(const std::string& text, const std::string& begin) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(begin)) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("a study says of each change whether it did what was expected, by more than two standard errors", "[cli][study]") {
  const Desk desk;
  write_study(desk);
  const auto run = desk.haven({"study", "proofs", "--seeds", "2"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(has(run.out, "Before the tables."));
  CHECK(has(row(run.out, "| `always_inside_bp`"), "yes"));
  CHECK(has(row(run.out, "| `coarse` | - | `outcome_rows_inside` | lower | 1.000 | 1.000 | +0.000 | 0.000"), "| **no** |"));
  CHECK(has(row(run.out, "| `coarse` | - | `window_volume_10y_mean_bn` | finite"), "| yes |"));
  CHECK(has(row(run.out, "| `quiet` | - | `window_volume_10y_mean_bn` | lower"), "| yes |"));
  CHECK(has(row(run.out, "| `quiet` | `coarse` | `window_volume_10y_mean_bn` | higher"), "| **no** |"));
  CHECK(has(row(run.out, "| `coarse` | - | `window_volume_10y_mean_bn` | within 50%"), "| yes |"));
  CHECK(has(row(run.out, "| `quiet` | - | `window_volume_10y_mean_bn` | within 10%"), "| **no** |"));
  CHECK(has(run.err, "3 of 6 met"));
}

TEST_CASE("a study is taken up again, and writes its tables between the marks of a page and nowhere else", "[cli][study][resume]") {
  const Desk desk;
  write_study(desk);
  desk.write("page.md", "# Mine\n\n<!-- haven study: begin -->\nold\n<!-- haven study: end -->\n\nstays\n");
  const std::vector<std::string> command = {"study", "proofs", "--seeds", "1", "--out", "r.sqlite", "--markdown", "page.md"};
  const auto first = desk.haven(command);
  REQUIRE(first.code == 0);
  CHECK(has(first.err, "5 runs made"));
  const std::string page = desk.read("page.md");
  CHECK(page.starts_with("# Mine\n\n<!-- haven study: begin -->\nBefore"));
  CHECK(page.ends_with("<!-- haven study: end -->\n\nstays\n"));
  CHECK_FALSE(has(page, "old"));
  const auto again = desk.haven(command);
  CHECK(has(again.err, "0 runs made"));
  CHECK(desk.read("page.md") == page);
}

TEST_CASE("a study of a metric that nobody reports, or on a page without marks, is refused before a run is made", "[cli][study][bad]") {
  const Desk desk;
  write_study(desk);
  desk.write("mine.md", "my notes\n");
  desk.write("bad.textproto", "name: \"b\" title: \"b\" run: \"short\"\nproof { name: \"x\" section: REMOVED with: \"quiet\" metric: \"volume\" expect: LOWER why: \"-\" }\n");
  const auto before = desk.files();
  const auto metric = desk.haven({"study", "bad", "--out", "r.sqlite"});
  CHECK(metric.code == 2);
  CHECK_THAT(metric.err, Catch::StartsWith("bad.textproto:2:") && Catch::Contains("\"volume\""));
  const auto page = desk.haven({"study", "proofs", "--seeds", "1", "--out", "r.sqlite", "--markdown", "mine.md"});
  CHECK(page.code == 2);
  CHECK_THAT(page.err, Catch::StartsWith("mine.md: "));
  CHECK(desk.read("mine.md") == "my notes\n");
  CHECK(desk.files() == before);
}
