#include "networks/snapshot.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/transform_iterator.hpp>

#include "engine/base/check.h"

namespace haven::networks {

namespace {

constexpr std::array<std::string_view, 7> kRoles = {"dealer", "fund", "cash_lender", "bank", "clearing_house", "central_bank", "other"};
constexpr std::array<std::string_view, 9> kSegments = {"tri_party", "gcf", "dvp", "sponsored", "bilateral", "facility", "margin", "securities_lending", "payment"};

template <class Enum, std::size_t N>
std::optional<Enum> find_text(const std::array<std::string_view, N>& texts, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (texts[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// Without a branch for each of its conditions.
bool well_formed(const EdgeRow& row, std::size_t nodes) {
  const bool ends = (row.from < nodes) & (row.to < nodes) & (row.from != row.to) & (row.amount >= 0);
  const bool chain = (row.owner == kUnknownOwner) | ((row.owner < nodes) & ((row.depth > 0) | (row.owner == row.from)));
  return ends & chain;
}

/// Says what is wrong with a row that is not well formed.
void refuse(const EdgeRow& row, std::size_t i, const std::vector<Node>& nodes) {
  const std::string name = "edge row " + std::to_string(i);
  HAVEN_CHECK(row.from < nodes.size() && row.to < nodes.size(), name + " names an unknown node");
  HAVEN_CHECK(row.from != row.to, name + " joins " + nodes[row.from].name + " to itself");
  HAVEN_CHECK(row.amount >= 0, name + " has a negative amount");
  HAVEN_CHECK(false, name + " has a chain that does not start at its owner");
}

/// Row numbers by (from, to), rows of one pair in their order: counting sorts by `to`, then by `from`.
std::vector<std::uint32_t> order_of(std::span<const EdgeRow> rows, const std::vector<Node>& nodes) {
  struct Place {
    NodeIndex from;
    std::uint32_t row;
  };
  const std::size_t n = nodes.size();
  std::vector<std::uint32_t> first_to(n + 1), first_from(n + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!well_formed(rows[i], n)) [[unlikely]] refuse(rows[i], i, nodes);
    ++first_to[rows[i].to + 1];
    ++first_from[rows[i].from + 1];
  }
  for (std::size_t k = 0; k < n; ++k) {
    first_to[k + 1] += first_to[k];
    first_from[k + 1] += first_from[k];
  }
  std::vector<Place> by_to(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) by_to[first_to[rows[i].to]++] = {rows[i].from, i};
  std::vector<std::uint32_t> order(rows.size());
  for (const Place& place : by_to) order[first_from[place.from]++] = place.row;
  return order;
}

}  // namespace

std::string_view to_text(Role role) { return kRoles[static_cast<std::size_t>(role)]; }
std::optional<Role> role_from_text(std::string_view text) { return find_text<Role>(kRoles, text); }
std::string_view to_text(Segment segment) { return kSegments[static_cast<std::size_t>(segment)]; }
std::optional<Segment> segment_from_text(std::string_view text) { return find_text<Segment>(kSegments, text); }

Snapshot::Snapshot(Unit unit, std::vector<Node> nodes, std::span<const EdgeRow> rows) : unit_(unit), nodes_(std::move(nodes)) {
  HAVEN_CHECK(nodes_.size() < kUnknownOwner && rows.size() < kUnknownOwner, "network too large for 32-bit indices");
  const std::vector<std::uint32_t> order = order_of(rows, nodes_);
  constexpr std::uint32_t kAhead = 16;
  const auto n = static_cast<std::uint32_t>(rows.size()), last = n - 1;
  const auto ends = [&](std::uint32_t k) {
    __builtin_prefetch(&rows[order[std::min(k + kAhead, last)]]);
    const EdgeRow& row = rows[order[k]];
    return std::pair<NodeIndex, NodeIndex>(row.from, row.to);
  };
  const auto leg = [&](std::uint32_t k) {
    const EdgeRow& row = rows[order[k]];
    return Leg{row.amount, row.owner, row.security, row.segment, row.depth};
  };
  const auto at = [](std::uint32_t k, const auto& f) { return boost::make_transform_iterator(boost::make_counting_iterator(k), f); };
  graph_ = CsrGraph(boost::edges_are_sorted, at(0, ends), at(n, ends), at(0, leg), static_cast<std::uint32_t>(nodes_.size()), n);
}

std::vector<EdgeRow> Snapshot::rows() const {
  std::vector<EdgeRow> rows;
  rows.reserve(edge_count());
  for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    rows.push_back({from, to, leg.amount, leg.owner, leg.security, leg.segment, leg.depth});
  });
  return rows;
}

}  // namespace haven::networks
