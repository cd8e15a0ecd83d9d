// What `haven graph` says of a network beside its nodes and edges.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "networks/layout.h"
#include "networks/measures.h"
#include "tools/cli/collateral_network.h"

namespace haven::cli {

/// A network to look at, and where it is from. A GraphML file has no loans, kinds or equity.
struct GraphSubject {
  std::string source;                   ///< as the user named it
  std::string moment;                   ///< "" for a GraphML file
  std::optional<std::uint64_t> seed;    ///< of a run
  CollateralNetwork network;
  bool of_run = false;                  ///< loans, kinds and equity are known
};

struct NetworkMeasures {
  networks::Reuse reuse;
  networks::RoleReuse dealers;
  networks::CorePeriphery core;
  std::vector<networks::NodeFlow> flow;  ///< by node
  std::vector<std::uint8_t> in_core;     ///< by node
  std::vector<std::int64_t> borrowed, lent;  ///< by node, money; zeros without loans
  std::vector<double> debt_rank;         ///< by node: economic value lost when it alone is wiped out; empty without loans
  std::vector<networks::NodeIndex> critical;  ///< by falling DebtRank, or without loans by what is passed on; ties by name
};
NetworkMeasures measure(const CollateralNetwork& network, bool of_run);

/// Whole document: measures, nodes, edges.
nlohmann::ordered_json graph_json(const GraphSubject& subject, const NetworkMeasures& measures);
/// A page for a terminal.
std::string graph_text(const GraphSubject& subject, const NetworkMeasures& measures);

/// Face or money, whichever the network counts, in billions of dollars.
double in_bn(const networks::Snapshot& network, std::int64_t amount);

}  // namespace haven::cli
