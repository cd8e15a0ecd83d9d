#include <catch2/catch.hpp>

#include <sstream>

#include "example_networks.h"
#include "networks/dot.h"

using namespace haven::networks;
using namespace haven::networks::testing;

TEST_CASE("a network in Graphviz's language has every node and edge, with names quoted", "[dot]") {
  const Snapshot network(Unit::face, {{"Fund \"A\" \\", Role::fund}, {"dealer", Role::dealer}}, std::vector<EdgeRow>{pledges(0, 1, 70, 0, 0), owes(1, 0, 5)});
  std::ostringstream out;
  write_dot(network, out);
  CHECK(out.str() ==
        "digraph collateral {\n  unit=face;\n"
        "  \"Fund \\\"A\\\" \\\\\" [role=fund];\n  \"dealer\" [role=dealer];\n"
        "  \"Fund \\\"A\\\" \\\\\" -> \"dealer\" [amount=70, segment=bilateral, owner=\"Fund \\\"A\\\" \\\\\", depth=0];\n"
        "  \"dealer\" -> \"Fund \\\"A\\\" \\\\\" [amount=5, segment=payment];\n}\n");
}
