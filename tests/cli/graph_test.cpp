// The collateral network through the command line.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

using namespace haven::cli::test;

namespace {

nlohmann::json parsed(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return nlohmann::json::parse(outcome.out);
}

constexpr const char* kHead =
    "<graphml>\n"
    "<key id='w' for='edge' attr.name='amount' attr.type='long'/>\n"
    "<key id='o' for='edge' attr.name='owner' attr.type='string'/>\n"
    "<key id='d' for='edge' attr.name='depth' attr.type='int'/>\n"
    "<key id='r' for='node' attr.name='role' attr.type='string'/>\n"
    "<key id='u' for='graph' attr.name='unit' attr.type='string'/>\n"
    "<graph edgedefault='directed'><data key='u'>face</data>\n";

}  // namespace

TEST_CASE("the network that a result keeps of a day is the one that its config has at that day's end", "[cli][graph]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven({"run", "good.textproto", "--seeds", "2", "--no-report", "--no-null", "--out", "r.sqlite"}).code == 0);
  const auto days = parsed(desk.haven({"graph", "r.sqlite", "--json"}));
  const std::string day = days["at"].get<std::string>().substr(0, 10);
  const auto kept = parsed(desk.haven({"graph", "r.sqlite", "--seed", "2", "--at", day, "--json"}));
  const auto run = parsed(desk.haven({"graph", "good.textproto", "--seed", "2", "--at", day, "--format", "json"}));
  CHECK(kept["seed"] == 2);
  CHECK(kept["at"] == day + " 17:00");
  CHECK(kept["measures"] == run["measures"]);
  CHECK(kept["nodes"] == run["nodes"]);
  CHECK(kept["edges"] == run["edges"]);
  CHECK(kept["critical"] == run["critical"]);
  CHECK(kept["nodes"] != days["nodes"]);
  // Collateral is on as many legs as the chains say, and each chain has an owner.
  double legs = 0, chains = 0;
  for (const auto& edge : kept["edges"]) legs += edge["amount_bn"].get<double>();
  for (std::size_t k = 0; k < kept["measures"]["chain_length_bn"].size(); ++k) chains += static_cast<double>(k + 1) * kept["measures"]["chain_length_bn"][k].get<double>();
  CHECK(kept["measures"]["pledged_bn"].get<double>() == Approx(legs));
  CHECK(chains == Approx(legs));
}

TEST_CASE("what goes out as GraphML comes in as the same network", "[cli][graph]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto out = desk.haven({"graph", "good.textproto", "--format", "graphml", "-o", "net.graphml"});
  INFO(out.err);
  REQUIRE(out.code == 0);
  const auto run = parsed(desk.haven({"graph", "good.textproto", "--json"}));
  const auto back = parsed(desk.haven({"graph", "net.graphml", "--json"}));
  CHECK(back["measures"] == run["measures"]);
  CHECK(back["edges"].size() == run["edges"].size());
  CHECK(back["at"].is_null());
  const auto dot = desk.haven({"graph", "net.graphml", "--format", "dot"});
  CHECK(dot.code == 0);
  CHECK(has(dot.out, "digraph collateral {\n  unit=face;\n"));
}

TEST_CASE("a chain of three worked by hand: two dollars of collateral on five legs, the middle one passes everything on", "[cli][graph]") {
  const Desk desk;
  desk.write("chain.graphml", std::string(kHead) +
                                  "<node id='fund'><data key='r'>fund</data></node><node id='dealer'><data key='r'>dealer</data></node><node id='lender'><data key='r'>cash_lender</data></node>\n"
                                  "<edge source='fund' target='dealer'><data key='w'>2000000000</data><data key='o'>fund</data><data key='d'>0</data></edge>\n"
                                  "<edge source='dealer' target='lender'><data key='w'>2000000000</data><data key='o'>fund</data><data key='d'>1</data></edge>\n"
                                  "<edge source='dealer' target='lender'><data key='w'>1000000000</data><data key='o'>dealer</data><data key='d'>0</data></edge>\n</graph></graphml>\n");
  const auto j = parsed(desk.haven({"graph", "chain.graphml", "--json"}));
  const auto& m = j["measures"];
  CHECK(m["pledged_bn"] == 5.0);
  CHECK(m["pledged_by_owners_bn"] == 3.0);
  CHECK(m["mean_chain_length"].get<double>() == Approx(5.0 / 3.0));
  CHECK(m["chain_length_bn"] == nlohmann::json({1.0, 2.0}));
  CHECK(m["dealers"]["collateral_multiplier"] == 3.0);
  CHECK(m["dealers"]["velocity"] == 1.0);
  CHECK(m["dealers"]["reuse_rate"] == 1.0);
  CHECK(m["core_fit"] == 1.0);
  CHECK(m["core"] == nlohmann::json({"dealer"}));
  CHECK(j["critical"][0] == "dealer");
  CHECK(has(desk.haven({"graph", "chain.graphml"}).out, "chains of 2 legs"));
}

TEST_CASE("a network that cannot be is refused with its line, and nothing is written", "[cli][graph][bad]") {
  const Desk desk;
  const auto refused = [&](const std::string& rest, const std::string& by) {
    desk.write("bad.graphml", std::string(kHead) + "<node id='a'/><node id='b'/>\n" + rest + "</graph></graphml>\n");
    const auto run = desk.haven({"graph", "bad.graphml", "-o", "out.json", "--json"});
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(has(run.err, by));
    CHECK(desk.files() == std::vector<std::string>{"bad.graphml"});
  };
  refused("<edge source='a' target='c'><data key='w'>1</data></edge>\n", "bad.graphml:9: ");
  refused("<edge source='a' target='a'><data key='w'>1</data></edge>\n", "bad.graphml:9: ");
  refused("<edge source='a' target='b'><data key='w'>-1</data></edge>\n", "negative");
  refused("<edge source='a' target='b'><data key='w'>nan</data></edge>\n", "bad.graphml:9: ");
  refused("<edge source='a' target='b'><data key='w'>1</data></edge><edge source='a' target='b'><data key='w'>2</data></edge>\n", "repeats");
  refused("<edge source='a' target='b'><data key='r'>1</data></edge>\n", "bad.graphml:9: ");
}

TEST_CASE("a source that is not there, a moment without a network and a run that the file does not hold are refused", "[cli][graph][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven({"run", "good.textproto", "--seeds", "1", "--no-report", "--no-null", "--out", "r.sqlite"}).code == 0);
  const auto refused = [&](std::vector<std::string> words, const std::string& by) {
    words.insert(words.begin(), "graph");
    const auto run = desk.haven(words);
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(has(run.err, by));
  };
  refused({"nothing"}, "no such config");
  refused({"nothing.sqlite"}, "no such file");
  refused({"nothing.graphml"}, "cannot be opened");
  refused({"r.sqlite", "--at", "2001-01-01"}, "before the first network");
  refused({"r.sqlite", "--at", "soon"}, "YYYY-MM-DD");
  refused({"r.sqlite", "--seed", "7"}, "seed 7");
  refused({"r.sqlite", "--variant", "null"}, "variant null");
  refused({"good.textproto", "--at", "2001-01-01"}, "outside the run");
  refused({"r.sqlite", "--format", "png"}, "--format");
}
