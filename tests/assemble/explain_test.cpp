#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/assemble/fixture.h"
#include "tools/assemble/explain.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

namespace {

const Files kFiles{{
    {"base.textproto",
     "days: 20\ncap_bn: 1\nsource { field: \"days\" tag: READ text: \"the calendar\" }\n"
     "dealer {\n  name: \"a\"\n  limit_bn: 3\n  desks: 2\n  repo { rate_bp: 5 }\n  ladder_bp: [1, 2]\n"
     "  source { tag: CHOSEN text: \"all of a\" }\n  source { field: \"desks\" tag: READ text: \"a's report\" }\n}\n"},
    {"top.textproto", "base: \"base\"\ndealer { name: \"a\" limit_bn: 4 }\n"},
}};

const ExplainRow& row(const std::vector<ExplainRow>& rows, const std::string& path) {
  for (const ExplainRow& candidate : rows) {
    if (candidate.path == path) return candidate;
  }
  FAIL("no row " << path);
  throw std::logic_error("unreachable");
}

std::vector<std::string> unsourced(const LoadedConfig& config) {
  std::vector<std::string> paths;
  for (const UnsourcedNumber& number : numbers_without_source(config)) paths.push_back(number.path);
  return paths;
}

}  // namespace

TEST_CASE("explain gives each value its unit, source, tag and place", "[assemble]") {
  const auto rows = explain(kFiles.load("top", {"dealer[name=a].desks=3"}));
  const ExplainRow& days = row(rows, "days");
  CHECK(days.value == "20");
  CHECK(days.unit == "days");
  CHECK(days.source == "the calendar");
  CHECK(days.tag == "READ");
  CHECK(days.from == "configs/base.textproto:1");
  const ExplainRow& rate = row(rows, "dealer[name=a].repo.rate_bp");
  CHECK(rate.source == "all of a");
  CHECK(rate.tag == "CHOSEN");
  CHECK(row(rows, "dealer[name=a].ladder_bp").value == "[1, 2]");
  const ExplainRow& haircut = row(rows, "dealer[name=a].repo.haircut_pct");
  CHECK(haircut.value == "2");
  CHECK(haircut.from == "default");
  CHECK(haircut.source == "a survey");
  CHECK(haircut.tag == "MEMORY");
  const ExplainRow& desks = row(rows, "dealer[name=a].desks");
  CHECK(desks.value == "3");
  CHECK(desks.from == "--set dealer[name=a].desks=3");
  CHECK(desks.source == "");
  CHECK(row(rows, "tri_party").value == "none");
  CHECK(row(rows, "title").value == "none");
  CHECK(row(rows, "dealer[name=a].name").value == "\"a\"");
}

TEST_CASE("a base's source does not vouch for the number an overlay put in its place", "[assemble]") {
  const auto top = kFiles.load("top");
  CHECK(row(explain(top), "dealer[name=a].limit_bn").source == "");
  CHECK(row(explain(kFiles.load("base")), "dealer[name=a].limit_bn").source == "all of a");
  CHECK(unsourced(top) == std::vector<std::string>{"dealer[name=a].limit_bn", "cap_bn"});
}

TEST_CASE("numbers that a file sets without a source are listed with their place", "[assemble]") {
  const auto found = numbers_without_source(kFiles.load("base"));
  REQUIRE(found.size() == 1);
  CHECK(found[0].path == "cap_bn");
  CHECK(to_string(found[0].place) == "configs/base.textproto:2:1");
}

TEST_CASE("a source of the whole block covers the blocks in it that have none of their own", "[assemble]") {
  CHECK(unsourced(load_one("days: 1 step { size_bn: 1 } dealer { name: \"a\" repo { rate_bp: 1 } } source { text: \"all\" }"))
            .empty());
  CHECK(unsourced(load_one("days: 1 source { text: \"all\" } "
                           "tri_party { rate_bp: 1 haircut_pct: 3 source { field: \"rate_bp\" text: \"r\" } }")) ==
        std::vector<std::string>{"tri_party.haircut_pct"});
  CHECK(unsourced(load_one("days: 1 source { field: \"tri_party\" text: \"t\" } tri_party { rate_bp: 1 }")) ==
        std::vector<std::string>{"days"});
}

TEST_CASE("a default that the schema sources needs no source when it is written out; another value does", "[assemble]") {
  CHECK(unsourced(load_one("days: 1 source { field: \"days\" } tri_party { haircut_pct: 2 }")).empty());
  CHECK(unsourced(load_one("days: 1 source { field: \"days\" } tri_party { haircut_pct: 2.5 }")) ==
        std::vector<std::string>{"tri_party.haircut_pct"});
}

TEST_CASE("numbers set on the command line are the user's own and need no source", "[assemble]") {
  CHECK(unsourced(load_one("days: 1 source { field: \"days\" }", {"cap_bn=3"})).empty());
}

TEST_CASE("explain as JSON keeps types and says null for what is not there", "[assemble]") {
  const auto rows = nlohmann::json::parse(explain_json(explain(kFiles.load("base"))));
  for (const auto& entry : rows) {
    if (entry["path"] == "days") CHECK(entry["value"] == 20);
    if (entry["path"] == "steered") CHECK(entry["value"] == false);
    if (entry["path"] == "dealer[name=a].mode") CHECK(entry["value"] == "ADAPTIVE");
    if (entry["path"] == "dealer[name=a].ladder_bp") CHECK(entry["value"] == nlohmann::json::array({1.0, 2.0}));
    if (entry["path"] == "tri_party") CHECK(entry["value"].is_null());
  }
  CHECK(rows.size() == explain(kFiles.load("base")).size());
}

TEST_CASE("explain as text has a line a row with value, unit, place, tag and source", "[assemble]") {
  const std::string text = explain_text(explain(kFiles.load("base")));
  CHECK(has(text, "20 days"));
  CHECK(has(text, "configs/base.textproto:1"));
  CHECK(has(text, "[READ]  the calendar"));
}
