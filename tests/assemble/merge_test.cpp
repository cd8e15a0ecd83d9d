#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/assemble/fixture.h"

using namespace haven::assemble;
using namespace haven::assemble::test;

namespace {

const Files kFiles{{
    {"baseline/calm.textproto",
     "title: \"calm\"\ndays: 20\n"
     "dealer { name: \"north\" limit_bn: 3 desks: 2 ladder_bp: [1, 2] stop_loss_bn: 4 repo { haircut_pct: 3 rate_bp: 5 } }\n"
     "dealer { name: \"south\" limit_bn: 4 }\n"
     "path { date: \"2025-04-02\" value_bp: 1 }\npath { date: \"2025-04-03\" value_bp: 2 }\n"
     "step { size_bn: 1 }\nstep { size_bn: 2 }\ntri_party { rate_bp: 1 }\n"},
    {"storm.textproto",
     "base: \"baseline/calm\"\n"
     "dealer { name: \"north\" limit_bn: 1 ladder_bp: 9 repo { rate_bp: 50 } fallback { rate_bp: 7 } }\n"
     "dealer { name: \"east\" }\n"
     "path { date: \"2025-04-03\" value_bp: -40 }\n"
     "step { size_bn: 9 }\n"},
    {"fewer.textproto",
     "base: \"storm\"\ndealer { name: \"south\" remove: true }\npath { date: \"2025-04-02\" remove: true }\n"
     "dealer { name: \"east\" override: true desks: 5 }\n"},
}};

}  // namespace

TEST_CASE("an overlay merges elements by name and blocks field by field", "[assemble]") {
  const auto storm = kFiles.load("storm");
  REQUIRE(storm->dealer_size() == 3);
  CHECK(storm->title() == "calm");
  CHECK(storm->days() == 20);
  CHECK(storm->dealer(0).name() == "north");
  CHECK(storm->dealer(0).limit_bn() == 1);
  CHECK(storm->dealer(0).desks() == 2);
  CHECK(storm->dealer(0).repo().haircut_pct() == 3);
  CHECK(storm->dealer(0).repo().rate_bp() == 50);
  CHECK(storm->dealer(1).name() == "south");
  CHECK(storm->dealer(2).name() == "east");
  REQUIRE(storm->path_size() == 2);
  CHECK(storm->path(1).value_bp() == -40);
  CHECK(storm->base_size() == 0);
}

TEST_CASE("an overlay replaces lists whose elements have no names", "[assemble]") {
  const auto storm = kFiles.load("storm");
  REQUIRE(storm->step_size() == 1);
  CHECK(storm->step(0).size_bn() == 9);
  REQUIRE(storm->dealer(0).ladder_bp_size() == 1);
  CHECK(storm->dealer(0).ladder_bp(0) == 9);
}

TEST_CASE("of a oneof, the overlay's member drives the base's out", "[assemble]") {
  const auto storm = kFiles.load("storm");
  CHECK_FALSE(storm->dealer(0).has_stop_loss_bn());
  CHECK(storm->dealer(0).fallback().rate_bp() == 7);
  CHECK(storm.origins().count("dealer[name=north].stop_loss_bn") == 0);
}

TEST_CASE("an overlay takes named elements out and keeps the order of the others", "[assemble]") {
  const auto fewer = kFiles.load("fewer");
  REQUIRE(fewer->dealer_size() == 2);
  CHECK(fewer->dealer(0).name() == "north");
  CHECK(fewer->dealer(1).name() == "east");
  CHECK(fewer->dealer(1).desks() == 5);
  CHECK_FALSE(fewer->dealer(1).has_override());
  REQUIRE(fewer->path_size() == 1);
  CHECK(fewer->path(0).date() == "2025-04-03");
}

TEST_CASE("an overlay that names nothing is refused at its place, with the nearest names", "[assemble]") {
  Files files = kFiles;
  files.files.push_back({"typo.textproto", "base: \"storm\"\n\ndealer { name: \"nroth\" override: true limit_bn: 2 }"});
  files.files.push_back({"gone.textproto", "base: \"storm\"\ndealer { name: \"west\" remove: true }"});
  CHECK(files.faults("typo") ==
        "configs/typo.textproto:3:1: found override of dealer \"nroth\", which no base has, "
        "expected a name such as \"north\"");
  CHECK(has(files.faults("gone"), "configs/gone.textproto:2:1: found remove of dealer \"west\""));
  CHECK(has(faults_of("days: 1 dealer { name: \"a\" override: true }"), "which no base has"));
}

TEST_CASE("bases that build on each other in a circle are refused with the circle", "[assemble]") {
  const Files files{{{"a.textproto", "base: \"b\" days: 1"},
                     {"b.textproto", "\nbase: \"c\""},
                     {"c.textproto", "base: \"b\""},
                     {"own.textproto", "base: \"own\" days: 1"}}};
  CHECK(files.faults("a") ==
        "configs/c.textproto:1:1: found a circle of bases (configs/b.textproto -> configs/c.textproto -> "
        "configs/b.textproto), expected bases without one");
  CHECK(has(files.faults("own"), "circle"));
}

TEST_CASE("a base that two bases share is merged once, so that it undoes neither", "[assemble]") {
  const Files files{{{"root.textproto", "days: 1 cap_bn: 1 title: \"root\""},
                     {"left.textproto", "base: \"root\" cap_bn: 2"},
                     {"right.textproto", "base: \"root\" title: \"right\""},
                     {"both.textproto", "base: \"left\" base: \"right\""}}};
  const auto both = files.load("both");
  CHECK(both->cap_bn() == 2);
  CHECK(both->title() == "right");
  CHECK(both.files() == std::vector<std::string>{"configs/root.textproto", "configs/left.textproto",
                                                 "configs/right.textproto", "configs/both.textproto"});
}

TEST_CASE("every value knows the file and line that wrote it last", "[assemble]") {
  const auto storm = kFiles.load("storm");
  CHECK(to_string(storm.locate("days")) == "configs/baseline/calm.textproto:2:1");
  CHECK(to_string(storm.locate("dealer[name=north].limit_bn")) == "configs/storm.textproto:2:24");
  CHECK(to_string(storm.locate("dealer[0].desks")) == "configs/baseline/calm.textproto:3:36");
  CHECK(storm.locate("dealer[name=north].repo.rate_bp").file == "configs/storm.textproto");
  CHECK(storm.locate("dealer[name=north].repo.haircut_pct").file == "configs/baseline/calm.textproto");
  CHECK(to_string(storm.locate("step[0].size_bn")) == "configs/storm.textproto:5:8");
  // A default is nowhere: the block around it answers.
  CHECK(to_string(storm.locate("dealer[name=east].limit_bn")) == "configs/storm.textproto:3:1");
  CHECK(to_string(storm.locate("steered")) == "configs/storm.textproto:1:1");
  CHECK(to_string(storm.locate("no.such[thing]")) == "configs/storm.textproto:1:1");
}

TEST_CASE("a path wins over the configs folder, which wins over the embedded configs", "[assemble]") {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "haven_configs_XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path dir = pattern;
  fs::create_directories(dir / "mine" / "replays");
  fs::create_directories(dir / "tree" / "configs" / "replays");
  const auto write = [](const fs::path& path, const std::string& text) { std::ofstream(path) << text; };
  write(dir / "mine" / "replays" / "x.textproto", "days: 2");
  write(dir / "x.textproto", "days: 3");
  write(dir / "tree" / "configs" / "root.textproto", "days: 4");
  write(dir / "tree" / "configs" / "replays" / "y.textproto", "base: \"root\"");

  const std::vector<EmbeddedFile> embedded = {{"replays/x.textproto", "days: 1"}, {"root.textproto", "days: 9"}};
  const auto days = [&](const std::string& name, const std::string& configs_dir) {
    return load<Scenario>(name, {.configs_dir = configs_dir, .sets = {}, .embedded = embedded})->days();
  };
  CHECK(days("replays/x", "") == 1);
  CHECK(days("x", "") == 1);
  CHECK(days("configs/replays/x.textproto", "") == 1);
  CHECK(days("replays/x", (dir / "mine").string()) == 2);
  CHECK(days("x", (dir / "mine").string()) == 2);
  CHECK(days((dir / "x.textproto").string(), (dir / "mine").string()) == 3);
  // A file inside a folder called configs finds its bases there before it finds the embedded ones.
  CHECK(days((dir / "tree" / "configs" / "replays" / "y").string(), "") == 4);
  fs::remove_all(dir);
}
