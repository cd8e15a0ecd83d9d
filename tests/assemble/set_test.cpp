#include <catch2/catch.hpp>

#include "tests/assemble/fixture.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

namespace {

const std::string kText =
    "days: 5 dealer { name: \"a.b\" limit_bn: 3 ladder_bp: [1, 2] }\n"
    "dealer { name: \"c]d\" limit_bn: 4 mode: FROZEN }\nstep { size_bn: 1 } step { size_bn: 2 }\n"
    "path { date: \"2025-04-02\" value_bp: 1 }";

std::string set_faults(const std::string& set) { return faults_of(kText, {set}); }

}  // namespace

TEST_CASE("--set reaches deep values by name, by key, by index, and creates blocks on the way", "[assemble]") {
  const auto config = load_one(kText, {"dealer[name=a.b].repo.rate_bp=12.5", "dealer[name=\"c]d\"].mode=ADAPTIVE",
                                       "step[1].size_bn=1e2", "dealer[0].ladder_bp[1]=7", "title=two words",
                                       "path[date=2025-04-02].value_bp=-3", "steered=true", "tri_party.haircut_pct=0"});
  CHECK(config->dealer(0).repo().rate_bp() == 12.5);
  CHECK(config->dealer(1).mode() == haven::config::test::ADAPTIVE);
  CHECK(config->step(1).size_bn() == 100);
  CHECK(config->dealer(0).ladder_bp(0) == 1);
  CHECK(config->dealer(0).ladder_bp(1) == 7);
  CHECK(config->title() == "two words");
  CHECK(config->path(0).value_bp() == -3);
  CHECK(config->steered());
  CHECK(config->has_tri_party());
}

TEST_CASE("--set changes all elements with [*] and those that match", "[assemble]") {
  const auto all = load_one(kText, {"dealer[*].limit_bn=9"});
  CHECK(all->dealer(0).limit_bn() == 9);
  CHECK(all->dealer(1).limit_bn() == 9);
  const auto some = load_one(kText, {"dealer[mode=FROZEN].limit_bn=9"});
  CHECK(some->dealer(0).limit_bn() == 3);
  CHECK(some->dealer(1).limit_bn() == 9);
}

TEST_CASE("--set replaces lists, merges blocks and removes elements", "[assemble]") {
  const auto config = load_one(kText, {"dealer[0].ladder_bp=[3, 4,5]", "tag=[\"a, b\", c]", "dealer[name=\"c]d\"].remove=true",
                                       "dealer={name: \"new\" desks: 2}", "dealer[name=a.b]={desks: 3}"});
  REQUIRE(config->dealer_size() == 2);
  CHECK(config->dealer(0).ladder_bp_size() == 3);
  CHECK(config->dealer(0).ladder_bp(2) == 5);
  CHECK(config->dealer(0).desks() == 3);
  CHECK(config->dealer(0).limit_bn() == 3);
  CHECK(config->dealer(1).name() == "new");
  REQUIRE(config->tag_size() == 2);
  CHECK(config->tag(0) == "a, b");
  CHECK(load_one(kText, {"dealer[*].remove=true"})->dealer_size() == 0);
  CHECK(load_one(kText, {"dealer[0].ladder_bp=[]"})->dealer(0).ladder_bp_size() == 0);
}

TEST_CASE("--set is applied last and in order", "[assemble]") {
  CHECK(load_one("days: 5", {"days=6", "days=7"})->days() == 7);
  CHECK(load_one("title: \"required days come from --set\"", {"days=8"})->days() == 8);
}

TEST_CASE("--set with a path that names nothing is refused with the nearest names", "[assemble]") {
  CHECK(set_faults("dealr[0].limit_bn=1") ==
        "--set dealr[0].limit_bn=1: found the field \"dealr\" in Scenario, expected a name such as \"dealer\"");
  CHECK(has(set_faults("dealer[name=a.b].limit=1"), "expected a name such as \"limit_bn\""));
  CHECK(has(set_faults("dealer[name=a.x].desks=1"), "found no dealer whose name is \"a.x\", expected a name such as \"a.b\""));
  CHECK(has(set_faults("dealer[nam=a.b].desks=1"), "expected a name such as \"name\""));
  CHECK(has(set_faults("step[2].size_bn=1"), "found step[2], expected an index below 2"));
  CHECK(has(set_faults("dealer.desks=1"), "one element, dealer[name=...], or all, dealer[*]"));
  CHECK(has(set_faults("days.x=1"), "found \"x\" below days"));
  CHECK(has(set_faults("days[0]=1"), "it is not a list"));
  CHECK(has(set_faults("tag[*]=1"), "empty list"));
}

TEST_CASE("--set with a value that does not fit is refused with its type, unit and range", "[assemble]") {
  CHECK(set_faults("dealer[0].limit_bn=101") ==
        "--set dealer[0].limit_bn=101: found 101 bn for limit_bn, expected 0 to 100 bn");
  CHECK(has(set_faults("dealer[0].limit_bn=3 bn"), "found \"3 bn\" for limit_bn, expected number in bn, 0 to 100"));
  CHECK(has(set_faults("cap_bn=nan"), "expected a finite number"));
  CHECK(has(set_faults("days=1.5"), "expected whole number in days"));
  CHECK(has(set_faults("days=-1"), "expected whole number in days"));
  CHECK(has(set_faults("days="), "found \"\" for days"));
  CHECK(has(set_faults("steered=yes"), "expected true or false"));
  CHECK(has(set_faults("dealer[0].mode=ADAPT"), "expected one of FROZEN, ADAPTIVE"));
  CHECK(has(set_faults("start=2025-13-01"), "expected a date that exists"));
  CHECK(has(set_faults("dealer[0].ladder_bp=[1, 99]"), "found 99 bp for ladder_bp"));
  CHECK(has(set_faults("dealer[0].ladder_bp=1"), "list of number in bp"));
  CHECK(has(set_faults("tri_party=5"), "the block tri_party"));
  CHECK(has(set_faults("tri_party={rate_bpp: 1}"), "found the field \"rate_bpp\" in Repo"));
  CHECK(has(set_faults("tri_party={rate_bp: 9999}"), "found 9999 bp for rate_bp"));
}

TEST_CASE("--set that is no assignment, renames an element or touches the loader's own fields is refused", "[assemble]") {
  CHECK(set_faults("days") == "--set days: found no = after a path, expected path=value");
  CHECK(has(set_faults("=5"), "expected the name of a field"));
  CHECK(has(set_faults("dealer[name=a.b=5"), "expected path=value"));
  CHECK(has(set_faults("dealer[0].name=z"), "this one is the element's name"));
  CHECK(has(set_faults("base=[x]"), "only remove=true"));
  CHECK(has(set_faults("dealer[0].override=true"), "only remove=true"));
  CHECK(has(set_faults("dealer={desks: 2}"), "a dealer without name"));
}

TEST_CASE("every faulty --set is reported", "[assemble]") {
  const std::string faults = faults_of(kText, {"dayz=1", "cap_bn=99", "nonsense"});
  CHECK(has(faults, "--set dayz=1:"));
  CHECK(has(faults, "--set cap_bn=99:"));
  CHECK(has(faults, "--set nonsense:"));
}

TEST_CASE("further settings give a new config and leave the old one as it was", "[assemble]") {
  const auto config = load_one(kText);
  const std::vector<Setting> settings = {{"dealer[name=a.b].limit_bn", "8", {"plan", 3, 5}}};
  const auto changed = config.with(settings);
  CHECK(config->dealer(0).limit_bn() == 3);
  CHECK(changed->dealer(0).limit_bn() == 8);
  CHECK(to_string(changed.locate("dealer[0].limit_bn")) == "plan:3:5");
  const std::vector<Setting> wrong = {{"dealer[name=a.b].limit", "8", {"plan", 4, 5}}};
  CHECK_THROWS_WITH(config.with(wrong), Catch::Matchers::StartsWith("plan:4:5: found the field \"limit\""));
}

TEST_CASE("a path is described with its type, unit and value before anybody varies it", "[assemble]") {
  const auto config = load_one(kText);
  const FieldInfo one = config.describe("dealer[1].limit_bn", {});
  CHECK(one.canonical == "dealer[name=\"c]d\"].limit_bn");
  CHECK(one.type == "number in bn, 0 to 100");
  CHECK(one.unit == "bn");
  CHECK(one.value == "4");
  CHECK(one.matches == 1);
  CHECK(config.describe("dealer[*].desks", {}).matches == 2);
  CHECK(config.describe("tri_party.haircut_pct", {}).value == "2");
  CHECK_THROWS_AS(config.describe("dealer[0].desk", {"plan", 1, 1}), ConfigError);
}

TEST_CASE("a canonical path loses one step at a time, whatever its names hold", "[assemble]") {
  CHECK(enclosing_path("dealer[name=\"c].[d\"].repo.rate_bp") == "dealer[name=\"c].[d\"].repo");
  CHECK(enclosing_path("dealer[name=\"c].[d\"]") == "dealer");
  CHECK(enclosing_path("dealer[name=a.b].desks") == "dealer[name=a.b]");
  CHECK(enclosing_path("dealer") == "");
}
