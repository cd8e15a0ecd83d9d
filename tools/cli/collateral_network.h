// The collateral network of a run at a moment, as networks/ takes it.
#pragma once

#include <string>
#include <vector>

#include "engine/metrics/run_result.h"
#include "engine/world/world.h"
#include "networks/snapshot.h"
#include "tools/results/rows.h"

namespace haven::cli {

/// Nodes in the order in which the rows name them.
/// Invariants: `loans` has the edges of `collateral`, in the same order.
struct CollateralNetwork {
  networks::Snapshot collateral;       ///< face, from giver to receiver
  networks::Snapshot loans;            ///< money lent against it, from who owes it to who is owed
  std::vector<std::string> kind;       ///< by node; "" where no row says it
  std::vector<std::int64_t> equity;    ///< by node, money; 0 where no row says it and where there is none left
  std::vector<double> equity_bn;       ///< by node, as marked
  std::vector<std::size_t> row;        ///< by edge: which of the rows it is
};

/// Rows of one day. `securities` numbers those that the rows name; without them all are number 0.
CollateralNetwork collateral_network(const std::vector<metrics::CollateralEdgeRow>& edges, const std::vector<metrics::InstitutionRow>& institutions,
                                     const std::vector<std::string>& securities = {});

/// The network of a world now.
CollateralNetwork collateral_network(const world::WorldSpec& spec, const world::World& world);

/// By node: DebtRank of each alone, over all that one owes another as a single exposure.
std::vector<double> debt_ranks(const CollateralNetwork& network);

/// Where the page draws each institution of the last day.
std::vector<results::CollateralNodeRow> collateral_layout(const std::vector<metrics::CollateralEdgeRow>& edges, const std::vector<metrics::InstitutionRow>& institutions);

}  // namespace haven::cli
