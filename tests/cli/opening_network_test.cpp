// A network that leaves one run as GraphML and opens another, through the command line.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>

#include "tests/cli/program.h"

using namespace haven::cli::test;

namespace {

using Json = nlohmann::json;

const std::string kMorning = "2025-01-06 07:01";

Json network(const Desk& desk, const std::string& config, const std::string& at) {
  const auto out = desk.haven({"graph", config, "--at", at, "--by-security", "--format", "json"});
  INFO(out.err);
  REQUIRE(out.code == 0);
  return Json::parse(out.out);
}

std::string opening(const std::string& file) { return short_lines() + "funding { opening_network: \"" + file + "\" }\n"; }

}  // namespace

TEST_CASE("the network that leaves a run as GraphML opens another that has the same network then", "[cli][opening_network]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven({"graph", "good.textproto", "--at", kMorning, "--by-security", "--format", "graphml", "-o", "nets/morning.graphml"}).code == 0);
  std::filesystem::create_directory(desk / "sub");
  desk.write("sub/opened.textproto", opening("../nets/morning.graphml"));
  const Json out = network(desk, "good.textproto", kMorning), in = network(desk, "sub/opened.textproto", kMorning);
  REQUIRE(out["edges"].size() > 500);
  REQUIRE(in["edges"].size() == out["edges"].size());
  for (std::size_t i = 0; i < out["edges"].size(); ++i) {
    Json a = out["edges"][i], b = in["edges"][i];
    CHECK(b["cash_bn"].get<double>() == Approx(a["cash_bn"].get<double>()).margin(1e-11));  // a hundredth of a dollar
    a.erase("cash_bn");
    b.erase("cash_bn");
    if (a != b) FAIL(a.dump() + " is not " + b.dump());
  }
  CHECK(in["measures"] == out["measures"]);
  const auto run = desk.haven({"run", "sub/opened.textproto", "--seed", "1"});
  INFO(run.err);
  CHECK(run.code == 0);

  // What the file says is part of what the run is.
  const auto digest = [&] { return Json::parse(desk.haven({"run", "sub/opened.textproto", "--seed", "1", "--json", "--no-metrics"}).out)["config_digest"]; };
  const Json before = digest();
  const std::string text = desk.read("nets/morning.graphml");
  const auto at = text.find("<data key=\"rate_pct\">");
  REQUIRE(at != std::string::npos);
  desk.write("nets/morning.graphml", fmt::format("{}1{}", text.substr(0, at + 21), text.substr(at + 21)));
  CHECK(digest() != before);
}

TEST_CASE("an opening network that is not there or cannot be is refused with its place, before anything is written", "[cli][opening_network][bad]") {
  const Desk desk;
  desk.write("nowhere.textproto", opening("nowhere.graphml"));
  desk.write("wrong.textproto", opening("wrong.graphml"));
  desk.write("wrong.graphml", "<graphml>\n<key id='a' for='edge' attr.name='amount' attr.type='string'/>\n<graph edgedefault='directed'/></graphml>\n");
  const auto files = desk.files();
  const auto refused = [&](const std::string& config, const std::string& by) {
    for (const char* command : {"check", "run"}) {
      std::vector<std::string> words = {command, config};
      if (words[0] == "run") words.insert(words.end(), {"--seed", "1", "--out", "r.sqlite"});
      const auto run = desk.haven(words);
      INFO(run.err);
      CHECK(run.code == 2);
      CHECK_THAT(run.err, Catch::Contains(by));
      CHECK(desk.files() == files);
    }
  };
  refused("nowhere.textproto", "nowhere.textproto:4:");
  refused("wrong.textproto", "wrong.graphml:2: ");
  const auto by_set = desk.haven({"check", "nowhere.textproto", "--set", "funding.opening_network=wrong.graphml"});
  CHECK(by_set.code == 2);
  CHECK_THAT(by_set.err, Catch::Contains("wrong.graphml:2: "));
}
