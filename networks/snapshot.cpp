#include "networks/snapshot.h"

#include <array>
#include <utility>

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

struct Place {
  NodeIndex from;
  std::uint32_t row;
};

/// Row numbers by (from, to), rows of one pair in their order: counting sorts by `to`, then by `from`.
std::vector<std::uint32_t> order_of(std::span<const EdgeRow> rows, std::size_t nodes) {
  std::vector<std::uint32_t> first_to(nodes + 1), first_from(nodes + 1);
  for (const EdgeRow& row : rows) {
    ++first_to[row.to + 1];
    ++first_from[row.from + 1];
  }
  for (std::size_t k = 0; k < nodes; ++k) {
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
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const EdgeRow& row = rows[i];
    HAVEN_CHECK(row.from < nodes_.size() && row.to < nodes_.size(), "edge row " + std::to_string(i) + " names an unknown node");
    HAVEN_CHECK(row.from != row.to, "edge row " + std::to_string(i) + " joins " + nodes_[row.from].name + " to itself");
    HAVEN_CHECK(row.amount >= 0, "edge row " + std::to_string(i) + " has a negative amount");
    HAVEN_CHECK(row.owner == kUnknownOwner || (row.owner < nodes_.size() && (row.depth > 0 || row.owner == row.from)),
                "edge row " + std::to_string(i) + " has a chain that does not start at its owner");
  }
  const std::vector<std::uint32_t> order = order_of(rows, nodes_.size());
  const auto ends = [&](std::uint32_t i) { return std::pair<NodeIndex, NodeIndex>(rows[i].from, rows[i].to); };
  const auto leg = [&](std::uint32_t i) {
    const EdgeRow& row = rows[i];
    return Leg{row.amount, row.owner, row.security, row.segment, row.depth};
  };
  graph_ = CsrGraph(boost::edges_are_sorted, boost::make_transform_iterator(order.begin(), ends),
                    boost::make_transform_iterator(order.end(), ends), boost::make_transform_iterator(order.begin(), leg),
                    static_cast<std::uint32_t>(nodes_.size()), static_cast<std::uint32_t>(rows.size()));
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
