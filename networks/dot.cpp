#include "networks/dot.h"

#include <ostream>
#include <string>

namespace haven::networks {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

void write_dot(const Snapshot& snapshot, std::ostream& out) {
  out << "digraph collateral {\n  unit=" << (snapshot.unit() == Unit::money ? "money" : "face") << ";\n";
  for (const Node& node : snapshot.nodes()) out << "  " << quoted(node.name) << " [role=" << to_text(node.role) << "];\n";
  snapshot.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    out << "  " << quoted(snapshot.node(from).name) << " -> " << quoted(snapshot.node(to).name) << " [amount=" << leg.amount << ", segment=" << to_text(leg.segment);
    if (leg.owner != kUnknownOwner) out << ", owner=" << quoted(snapshot.node(leg.owner).name) << ", depth=" << static_cast<int>(leg.depth);
    out << "];\n";
  });
  out << "}\n";
}

}  // namespace haven::networks
