// Small networks that several tests write down.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks::testing {

inline std::vector<Node> nodes_named(const std::vector<std::string>& names) {
  std::vector<Node> nodes;
  for (const std::string& name : names) nodes.push_back({name, Role::other});
  return nodes;
}

inline std::vector<Node> numbered_nodes(std::size_t n) {
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < n; ++i) nodes.push_back({std::to_string(i), Role::other});
  return nodes;
}

inline EdgeRow owes(NodeIndex from, NodeIndex to, std::int64_t amount) {
  EdgeRow row;
  row.from = from;
  row.to = to;
  row.amount = amount;
  return row;
}

inline EdgeRow pledges(NodeIndex from, NodeIndex to, std::int64_t amount, NodeIndex owner, std::uint8_t depth) {
  EdgeRow row = owes(from, to, amount);
  row.owner = owner;
  row.depth = depth;
  row.segment = Segment::bilateral;
  return row;
}

}  // namespace haven::networks::testing
