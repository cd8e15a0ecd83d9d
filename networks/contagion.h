// DebtRank: how far distress spreads before anybody defaults.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks {

enum class Propagation : std::uint8_t {
  /// Each institution passes its distress on once, the round after it was first touched; one exposure moves distress
  /// by at most 1. Battiston, Puliga, Kaushik, Tasca, Caldarelli (2012), "DebtRank", Scientific Reports 2:541, eq. 1-2.
  once,
  /// Every further rise is passed on until no rise is left. Bardoscia, Battiston, Caccioli, Caldarelli (2015),
  /// "DebtRank: a microscopic foundation for shock propagation", PLoS ONE 10(6): e0130406, eq. 7.
  increments,
};

struct DebtRankResult {
  std::vector<double> distress;  // by node, share of equity lost, 0 to 1
  double debt_rank = 0.0;        // economic value lost beyond the first shock, as a share of all economic value
  std::uint32_t rounds = 0;      // rounds in which distress still rose
};

/// `obligations`: `from` owes `to`, so that distress runs from debtor to creditor with weight amount / equity[to].
/// `equity`: by node, in the snapshot's unit; an institution with none starts fully distressed.
/// `shock`: by node, initial distress in [0, 1].
/// Economic value of a node is what others owe to it (the paper's choice); debt_rank is 0 when nobody owes anything.
DebtRankResult debt_rank(const Snapshot& obligations, std::span<const std::int64_t> equity, std::span<const double> shock,
                         Propagation propagation = Propagation::once);

/// Each institution's own DebtRank: its distress alone is set to 1. By node.
std::vector<double> debt_rank_of_each(const Snapshot& obligations, std::span<const std::int64_t> equity,
                                      Propagation propagation = Propagation::once);

}  // namespace haven::networks
