#include "networks/contagion.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::networks {

namespace {

// A rise below this share of equity no longer counts: `increments` would otherwise go on for ever in a cycle.
constexpr double kSmallestRise = 1e-12;
constexpr std::uint32_t kMostRounds = 100'000;

}  // namespace

DebtRankResult debt_rank(const Snapshot& obligations, std::span<const std::int64_t> equity, std::span<const double> shock,
                         Propagation propagation) {
  const std::size_t n = obligations.node_count();
  HAVEN_CHECK(equity.size() == n && shock.size() == n, "one equity and one shock a node");
  DebtRankResult result;
  result.distress.resize(n);
  std::vector<char> spent(n, 0);
  std::vector<double> sending(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    HAVEN_CHECK(shock[i] >= 0.0 && shock[i] <= 1.0, "a shock lies in [0, 1]");
    result.distress[i] = equity[i] > 0 ? shock[i] : 1.0;
    sending[i] = result.distress[i];
  }
  const std::vector<double> start = result.distress;

  std::vector<double> reached(n);
  for (bool rose = true; rose && result.rounds < kMostRounds;) {
    reached = result.distress;
    for (NodeIndex from = 0; from < n; ++from) {
      if (!(sending[from] > kSmallestRise)) continue;
      obligations.for_each_out_edge(from, [&](NodeIndex to, const Leg& leg) {
        if (equity[to] <= 0) return;
        double weight = static_cast<double>(leg.amount) / static_cast<double>(equity[to]);
        if (propagation == Propagation::once) weight = std::min(1.0, weight);
        reached[to] = std::min(1.0, reached[to] + weight * sending[from]);
      });
      if (propagation == Propagation::once) spent[from] = 1;
    }
    rose = false;
    for (std::size_t i = 0; i < n; ++i) {
      const double rise = reached[i] - result.distress[i];
      if (rise > kSmallestRise) rose = true;
      // Once: the whole distress, by those touched for the first time. Increments: what was added in this round.
      sending[i] = propagation == Propagation::increments ? rise : (spent[i] == 0 ? reached[i] : 0.0);
    }
    result.distress = reached;
    if (rose) ++result.rounds;
  }

  std::vector<double> value(n, 0.0);
  double total = 0.0;
  obligations.for_each_edge([&](NodeIndex, NodeIndex to, const Leg& leg) {
    value[to] += static_cast<double>(leg.amount);
    total += static_cast<double>(leg.amount);
  });
  if (total > 0.0) {
    for (std::size_t i = 0; i < n; ++i) result.debt_rank += (result.distress[i] - start[i]) * value[i] / total;
  }
  return result;
}

std::vector<double> debt_rank_of_each(const Snapshot& obligations, std::span<const std::int64_t> equity, Propagation propagation) {
  std::vector<double> ranks(obligations.node_count());
  std::vector<double> shock(obligations.node_count(), 0.0);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    shock[i] = 1.0;
    ranks[i] = debt_rank(obligations, equity, shock, propagation).debt_rank;
    shock[i] = 0.0;
  }
  return ranks;
}

}  // namespace haven::networks
