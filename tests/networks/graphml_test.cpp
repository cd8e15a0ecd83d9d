#include <catch2/catch.hpp>

#include <sstream>

#include "example_networks.h"
#include "networks/graphml.h"

using namespace haven::networks;
using namespace haven::networks::testing;

namespace {

Snapshot read(const std::string& text) {
  std::istringstream in(text);
  return read_graphml(in, "net.graphml");
}

/// What reading says is wrong.
std::string fault_of(const std::string& text) {
  try {
    read(text);
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing";
}

/// A file of two keys and nodes a and b; `rest` starts in line 6.
std::string with(const std::string& rest) {
  std::string text =
      "<graphml>\n"
      "<key id='w' for='edge' attr.name='amount' attr.type='long'/>\n"
      "<key id='r' for='node' attr.name='role' attr.type='string'><default>bank</default></key>\n"
      "<graph edgedefault='directed'>\n"
      "<node id='a'/><node id='b'/>\n";
  text += rest;
  text += "</graph></graphml>";
  return text;
}

}  // namespace

TEST_CASE("a network written as GraphML reads back the same: names, roles, unit, amounts, chains", "[graphml]") {
  const std::vector<EdgeRow> rows = {pledges(0, 1, 9'007'199'254'740'993, 0, 0), pledges(1, 2, 70, 0, 1), owes(2, 1, 0)};
  std::vector<Node> nodes = {{"Fund <&> \"Söhne\", 'x'\t", Role::fund}, {"dealer", Role::dealer}, {" lender ", Role::cash_lender}, {"alone", Role::clearing_house}};
  const Snapshot written(Unit::face, nodes, rows);
  std::ostringstream out;
  write_graphml(written, out);
  const Snapshot back = read(out.str());
  CHECK(back.unit() == Unit::face);
  CHECK(back.nodes() == written.nodes());
  CHECK(back.rows() == written.rows());
  std::ostringstream again;
  write_graphml(back, again);
  CHECK(again.str() == out.str());
}

TEST_CASE("what a file says beyond the network is there for other tools, of its type, and changes nothing that is read", "[graphml]") {
  const Snapshot written(Unit::face, {{"fund", Role::fund}, {"dealer", Role::dealer}}, std::vector<EdgeRow>{pledges(0, 1, 70, 0, 0)});
  std::ostringstream out;
  write_graphml(written, out, {{"equity_bn", "double", {"1.5", ""}}}, {{"cash_bn", "double", {"69.5"}}});
  CHECK(out.str().find("<node id=\"fund\"><data key=\"role\">fund</data><data key=\"equity_bn\">1.5</data></node>") != std::string::npos);
  CHECK(out.str().find("<node id=\"dealer\"><data key=\"role\">dealer</data></node>") != std::string::npos);
  CHECK(out.str().find("<data key=\"cash_bn\">69.5</data></edge>") != std::string::npos);
  CHECK(read(out.str()).rows() == written.rows());
}

TEST_CASE("another tool's GraphML is read: its own key ids, defaults, unknown attributes, comments", "[graphml]") {
  const Snapshot network = read(
      "<?xml version='1.0' encoding='utf-8'?><graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
      "<key id='d1' for='edge' attr.name='amount' attr.type='int'/><key id='d2' for='node' attr.name='colour' attr.type='string'/>"
      "<key id='d3' for='node' attr.name='role' attr.type='string'><default>bank</default></key>"
      "<!-- made elsewhere --><graph id='G' edgedefault='directed'><node id='a'><data key='d2'>red</data></node><node id='b'><data key='d3'>fund</data></node>"
      "<edge id='e0' source='a' target='b'><data key='d1'> 12 </data></edge></graph></graphml>");
  CHECK(network.unit() == Unit::money);
  CHECK(network.node(0).role == Role::bank);
  CHECK(network.node(1).role == Role::fund);
  CHECK(network.rows() == std::vector<EdgeRow>{owes(0, 1, 12)});
}

TEST_CASE("edges that cannot be are refused with their line: unknown nodes, self-loops, duplicates, negative, missing or unreadable amounts", "[graphml]") {
  CHECK(fault_of(with("<edge source='a' target='b'><data key='w'>1</data></edge>\n")) == "nothing");
  CHECK(fault_of(with("\n<edge source='a' target='c'><data key='w'>1</data></edge>\n")) == "net.graphml:7: the edge from 'a' to 'c' names the unknown node 'c'");
  CHECK(fault_of(with("<edge source='a' target='a'><data key='w'>1</data></edge>\n")) == "net.graphml:6: an edge from 'a' to itself");
  CHECK(fault_of(with("<edge source='a' target='b'><data key='w'>-1</data></edge>\n")) == "net.graphml:6: the edge from 'a' to 'b' has the negative amount -1");
  CHECK(fault_of(with("<edge source='a' target='b'/>\n")) == "net.graphml:6: the edge from 'a' to 'b' has no amount");
  CHECK(fault_of(with("<edge source='a' target='b'><data key='w'>1</data></edge>\n<edge source='a' target='b'><data key='w'>2</data></edge>\n")) ==
        "net.graphml:7: the edge from 'a' to 'b' repeats that of line 6");
  for (const std::string lie : {"NaN", "inf", "", "1.5", "1e3", "0x10", "9223372036854775808"}) {
    std::string edge = "<edge source='a' target='b'><data key='w'>";
    edge += lie;
    edge += "</data></edge>\n";
    std::string expected = "net.graphml:6: key 'w' (amount) is declared long, found '";
    expected += lie;
    expected += "'";
    CHECK(fault_of(with(edge)) == expected);
  }
  CHECK(fault_of(with("<node id='a'/>\n")) == "net.graphml:6: node 'a' appears twice, first in line 5");
  CHECK(fault_of(with("<node id='c'><data key='r'>king</data></node>\n")) == "net.graphml:6: node 'c' has the unknown role 'king'");
}

TEST_CASE("GraphML that lies about its keys is refused with the line", "[graphml]") {
  CHECK(fault_of(with("<edge source='a' target='b'><data key='nope'>1</data></edge>\n")) == "net.graphml:6: data under key 'nope', which is not declared before the graph");
  CHECK(fault_of(with("<node id='c'><data key='w'>1</data></node>\n")) == "net.graphml:6: key 'w' is declared for edge and used on a node");
  CHECK(fault_of(with("<edge source='a' target='b'><data key='w'>1</data><data key='w'>2</data></edge>\n")) == "net.graphml:6: key 'w' appears twice in one edge");
  CHECK(fault_of(with("<edge source='a' target='b'><data>1</data></edge>\n")) == "net.graphml:6: data without a key");
  CHECK(fault_of("<graphml>\n<key id='w' for='edge' attr.name='amount' attr.type='double'/></graphml>") ==
        "net.graphml:2: key 'w' declares amount as double, expected long");
  CHECK(fault_of("<graphml>\n<key id='w' for='edge' attr.name='x' attr.type='integer'/></graphml>") ==
        "net.graphml:2: key 'w' has type 'integer', expected boolean, int, long, float, double or string");
  CHECK(fault_of("<graphml>\n<key id='w' for='edge' attr.name='x' attr.type='int'/>\n<key id='w' for='edge' attr.name='y' attr.type='int'/></graphml>") ==
        "net.graphml:3: key 'w' is declared twice");
  CHECK(fault_of("<graphml>\n<key id='w' for='edge' attr.name='x' attr.type='int'/>\n<key id='v' for='all' attr.name='x' attr.type='int'/></graphml>") ==
        "net.graphml:3: keys 'w' and 'v' both declare x");
  CHECK(fault_of("<graphml>\n<key id='w' for='edge' attr.name='x' attr.type='int'><default>many</default></key></graphml>") ==
        "net.graphml:2: the default of key 'w' is not of type int: 'many'");
}

TEST_CASE("a chain that does not start at its owner, or passes on more than came in, is refused with its node", "[graphml]") {
  const std::string head =
      "<graphml><key id='w' for='edge' attr.name='amount' attr.type='long'/><key id='o' for='edge' attr.name='owner' attr.type='string'/>"
      "<key id='d' for='edge' attr.name='depth' attr.type='int'/><graph edgedefault='directed'>\n<node id='a'/><node id='b'/><node id='c'/>\n";
  const auto edge = [](const std::string& from, const std::string& to, const std::string& amount, const std::string& owner, const std::string& depth) {
    std::ostringstream text;
    text << "<edge source='" << from << "' target='" << to << "'><data key='w'>" << amount << "</data><data key='o'>" << owner << "</data><data key='d'>" << depth
         << "</data></edge>\n";
    return text.str();
  };
  const std::string tail = "</graph></graphml>";
  CHECK(fault_of(head + edge("a", "b", "10", "a", "0") + edge("b", "c", "10", "a", "1") + tail) == "nothing");
  CHECK(fault_of(head + edge("a", "b", "10", "b", "0") + tail) == "net.graphml:3: the edge from 'a' to 'b' starts a chain (depth 0) of collateral that 'b' owns");
  CHECK(fault_of(head + edge("a", "b", "10", "z", "0") + tail) == "net.graphml:3: the edge from 'a' to 'b' names the unknown owner 'z'");
  CHECK(fault_of(head + edge("a", "b", "10", "a", "0") + edge("b", "c", "11", "a", "1") + tail) ==
        "net.graphml:2: node 'b' passes on 11 of what 'a' owns of security 0, at depth 1, and received 10");
}

TEST_CASE("what is not one directed graph in XML is refused: broken markup, entities, undirected, nested and second graphs, other roots", "[graphml]") {
  CHECK(fault_of("").find("net.graphml:1") == 0);
  CHECK(fault_of("<graphml>\n<graph edgedefault='directed'>\n</graphml>").find("net.graphml:3:3: not XML: mismatched tag") == 0);
  CHECK(fault_of("<graphml/>") == "net.graphml:1: no graph in the file");
  CHECK(fault_of("<svg/>") == "net.graphml:1: the file starts with <svg>, expected <graphml>");
  CHECK(fault_of("<!DOCTYPE graphml [<!ENTITY x 'y'>]><graphml/>") == "net.graphml:1: a document type: entities are not read");
  CHECK(fault_of("<graphml><graph edgedefault='undirected'/></graphml>") == "net.graphml:1: the graph is not directed: who owes whom is not said");
  CHECK(fault_of("<graphml><graph edgedefault='directed'/>\n<graph edgedefault='directed'/></graphml>") == "net.graphml:2: a second graph; one network a file");
  CHECK(fault_of(with("<node id='c'><graph edgedefault='directed'/></node>")) == "net.graphml:6: a graph inside a node: nested graphs are not networks");
  CHECK(fault_of(with("<hyperedge/>")) == "net.graphml:6: <hyperedge> is not supported: edges join two institutions");
  CHECK(fault_of(with("<node/>")) == "net.graphml:6: <node> without id");
}
