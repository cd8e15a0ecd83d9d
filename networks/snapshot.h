// An immutable picture of the collateral or payment network at one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>

#include "engine/base/units.h"

namespace haven::networks {

/// What an institution is to the network: core, periphery, or the plumbing between them.
enum class Role : std::uint8_t { dealer, fund, cash_lender, bank, clearing_house, central_bank, other };
std::string_view to_text(Role role);
std::optional<Role> role_from_text(std::string_view text);

/// The market or contract kind that a leg belongs to. `payment` is unsecured cash due.
enum class Segment : std::uint8_t { tri_party, gcf, dvp, sponsored, bilateral, facility, margin, securities_lending, payment };
std::string_view to_text(Segment segment);
std::optional<Segment> segment_from_text(std::string_view text);

/// What an edge's amount counts: 1/10,000 dollar (base::Money) or whole dollars of face (base::Face).
enum class Unit : std::uint8_t { money, face };

using NodeIndex = std::uint32_t;
/// The chain of this leg is not known (a relation, a payment): measures of re-use leave it out.
inline constexpr NodeIndex kUnknownOwner = std::numeric_limits<NodeIndex>::max();

struct Node {
  std::string name;  // unique in a snapshot
  Role role = Role::other;
  bool operator==(const Node&) const = default;
};

/// One edge as the funding tables hand it over. Collateral: from the one who gives it to the one who receives it.
/// Payments: from the one who owes to the one who is owed.
struct EdgeRow {
  NodeIndex from = 0;
  NodeIndex to = 0;
  std::int64_t amount = 0;            // in the snapshot's unit, not negative
  NodeIndex owner = kUnknownOwner;    // who owns the collateral at the start of its chain
  base::SecurityId security{};
  Segment segment = Segment::payment;
  std::uint8_t depth = 0;             // legs between the owner and this one: 0 is the owner's own pledge
  bool operator==(const EdgeRow&) const = default;
};

/// What the graph keeps of a row beside its ends.
struct Leg {
  std::int64_t amount = 0;
  NodeIndex owner = kUnknownOwner;
  base::SecurityId security{};
  Segment segment = Segment::payment;
  std::uint8_t depth = 0;
};

using CsrGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, Leg, boost::no_property,
                                                    std::uint32_t, std::uint32_t>;

/// Invariants: every edge joins two different nodes of the snapshot; amounts are not negative; a known owner is a node
/// and pledges at depth 0 only what is its own; edges are ordered by (from, to) and, between the same pair, as the
/// rows came, so that equal rows give an equal graph.
class Snapshot {
 public:
  Snapshot() = default;
  /// Linear in nodes plus rows. Broken rows are our own fault and fail a check: user files are checked where they are
  /// read (graphml.h).
  Snapshot(Unit unit, std::vector<Node> nodes, std::span<const EdgeRow> rows);

  Unit unit() const { return unit_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(NodeIndex index) const { return nodes_[index]; }
  std::size_t node_count() const { return nodes_.size(); }
  std::size_t edge_count() const { return boost::num_edges(graph_); }
  const CsrGraph& graph() const { return graph_; }

  /// visit(from, to, leg) for every edge, in the snapshot's order.
  template <class Visit>
  void for_each_edge(Visit&& visit) const {
    for (NodeIndex from = 0; from < nodes_.size(); ++from) for_each_out_edge(from, [&](NodeIndex to, const Leg& leg) { visit(from, to, leg); });
  }
  /// visit(to, leg) for every edge that leaves `from`.
  template <class Visit>
  void for_each_out_edge(NodeIndex from, Visit&& visit) const {
    const auto [first, last] = boost::out_edges(from, graph_);
    for (auto edge = first; edge != last; ++edge) visit(boost::target(*edge, graph_), graph_[*edge]);
  }
  std::vector<EdgeRow> rows() const;

 private:
  Unit unit_ = Unit::money;
  std::vector<Node> nodes_;
  CsrGraph graph_;
};

}  // namespace haven::networks
