#include "networks/measures.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/base/check.h"

namespace haven::networks {

namespace {

std::optional<double> ratio(std::int64_t a, std::int64_t b) {
  if (b == 0) return std::nullopt;
  return static_cast<double>(a) / static_cast<double>(b);
}

/// Each pair with a leg in either direction, once, the earlier node first; ascending.
std::vector<std::pair<NodeIndex, NodeIndex>> linked_pairs(const Snapshot& snapshot) {
  std::vector<std::pair<NodeIndex, NodeIndex>> links;
  links.reserve(snapshot.edge_count());
  snapshot.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg&) { links.push_back(std::minmax({from, to})); });
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

}  // namespace

std::optional<double> Reuse::mean_chain_length() const { return ratio(pledged, own); }
std::optional<double> Reuse::reuse_rate() const { return ratio(pledged - own, pledged); }
std::optional<double> RoleReuse::collateral_multiplier() const { return ratio(delivered, own_delivered); }
std::optional<double> RoleReuse::velocity() const { return ratio(received, received_at_source); }
std::optional<double> RoleReuse::reuse_rate() const { return ratio(passed_on, received); }

std::optional<double> CorePeriphery::fit() const {
  if (links == 0) return std::nullopt;
  return 1.0 - static_cast<double>(errors) / static_cast<double>(links);
}

Reuse reuse(const Snapshot& collateral) {
  std::vector<std::int64_t> at_depth;
  Reuse result;
  collateral.for_each_edge([&](NodeIndex, NodeIndex, const Leg& leg) {
    if (leg.owner == kUnknownOwner) return;
    if (leg.depth >= at_depth.size()) at_depth.resize(leg.depth + std::size_t{1}, 0);
    at_depth[leg.depth] += leg.amount;
    result.pledged += leg.amount;
  });
  for (std::size_t k = 0; k < at_depth.size(); ++k) {
    const std::int64_t next = k + 1 < at_depth.size() ? at_depth[k + 1] : 0;
    HAVEN_CHECK(next <= at_depth[k], "more collateral is pledged on than was received, at depth " + std::to_string(k + 1));
    result.ending_after.push_back(at_depth[k] - next);
  }
  if (!at_depth.empty()) result.own = at_depth[0];
  return result;
}

RoleReuse reuse_by(const Snapshot& collateral, Role role) {
  RoleReuse result;
  collateral.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    if (leg.owner == kUnknownOwner) return;
    const Role giver = collateral.node(from).role;
    if (giver == role) {
      result.delivered += leg.amount;
      (leg.depth == 0 ? result.own_delivered : result.passed_on) += leg.amount;
    }
    if (collateral.node(to).role == role) {
      result.received += leg.amount;
      if (leg.depth == 0 && giver != role) result.received_at_source += leg.amount;
    }
  });
  return result;
}

std::vector<NodeFlow> node_flows(const Snapshot& snapshot) {
  std::vector<NodeFlow> flows(snapshot.node_count());
  snapshot.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    flows[from].given += leg.amount;
    flows[to].received += leg.amount;
    if (leg.owner != kUnknownOwner && leg.depth > 0) flows[from].passed_on += leg.amount;
  });
  for (const auto& [a, b] : linked_pairs(snapshot)) {
    ++flows[a].partners;
    ++flows[b].partners;
  }
  return flows;
}

std::vector<ChainFault> chain_faults(const Snapshot& collateral) {
  using Place = std::tuple<NodeIndex, NodeIndex, base::SecurityId, int>;  // node, owner, security, depth of what leaves
  std::map<Place, std::pair<std::int64_t, std::int64_t>> flows;           // received, passed on
  collateral.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    if (leg.owner == kUnknownOwner) return;
    flows[{to, leg.owner, leg.security, leg.depth + 1}].first += leg.amount;
    if (leg.depth > 0) flows[{from, leg.owner, leg.security, leg.depth}].second += leg.amount;
  });
  std::vector<ChainFault> faults;
  for (const auto& [place, flow] : flows) {
    if (flow.second <= flow.first) continue;
    const auto& [node, owner, security, depth] = place;
    faults.push_back({node, owner, security, static_cast<std::uint8_t>(depth), flow.first, flow.second});
  }
  return faults;
}

CorePeriphery core_periphery(const Snapshot& snapshot) {
  const auto links = linked_pairs(snapshot);
  const std::size_t n = snapshot.node_count();
  std::vector<std::uint64_t> partners(n, 0);
  for (const auto& [a, b] : links) {
    ++partners[a];
    ++partners[b];
  }
  std::vector<NodeIndex> order(n);
  std::iota(order.begin(), order.end(), NodeIndex{0});
  std::stable_sort(order.begin(), order.end(), [&](NodeIndex a, NodeIndex b) { return partners[a] > partners[b]; });

  // With a core of the k best connected: errors = k(k-1)/2 - (their partners) + (all links).
  CorePeriphery result;
  result.links = links.size();
  result.errors = links.size();
  std::uint64_t of_core = 0;
  std::size_t best = 0;
  for (std::size_t k = 1; k <= n; ++k) {
    of_core += partners[order[k - 1]];
    const std::uint64_t errors = k * (k - 1) / 2 + links.size() - of_core;
    if (errors < result.errors) {
      result.errors = errors;
      best = k;
    }
  }
  result.core.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(best));
  return result;
}

std::vector<Criticality> rank_by_criticality(const Snapshot& obligations, std::span<const std::int64_t> outside_assets, Recovery recovery) {
  Clearing clearing(obligations);
  const ClearingResult before = clearing.clear(outside_assets, recovery);
  const auto wealth = [&](const ClearingResult& result, NodeIndex node) {
    if (result.cause[node] != DefaultCause::none) return 0.0;
    return static_cast<double>(outside_assets[node]) + result.received[node] - result.payment[node];
  };
  std::vector<Criticality> ranking;
  for (NodeIndex removed = 0; removed < obligations.node_count(); ++removed) {
    const ClearingResult after = clearing.clear(outside_assets, recovery, removed);
    Criticality entry{removed, 0.0, 0};
    for (NodeIndex node = 0; node < obligations.node_count(); ++node) {
      if (node == removed) continue;
      entry.loss_to_others += wealth(before, node) - wealth(after, node);
      if (before.cause[node] == DefaultCause::none && after.cause[node] != DefaultCause::none) ++entry.defaults_caused;
    }
    ranking.push_back(entry);
  }
  std::stable_sort(ranking.begin(), ranking.end(), [](const Criticality& a, const Criticality& b) { return a.loss_to_others > b.loss_to_others; });
  return ranking;
}

}  // namespace haven::networks
