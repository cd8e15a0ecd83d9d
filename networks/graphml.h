// Networks in and out of files that other graph tools read. GraphML: Brandes et al. (2002), "GraphML progress report",
// graphml.graphdrawing.org. One directed graph a file:
//   node    id = the institution's name; data: role (string)
//   edge    source, target; data: amount (long), segment, owner (string), security, depth (int)
//   graph   data: unit (string), `money` (1/10,000 dollar) or `face` (whole dollars)
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "networks/file_error.h"
#include "networks/snapshot.h"

namespace haven::networks {

/// An edge as a file has it, with what it says beyond the row.
struct FileEdge {
  EdgeRow row;
  std::uint64_t line = 0;
  std::map<std::string, std::string> more;  // by name: data and defaults of the keys of edges that EdgeRow does not hold
};

/// A network in the order of its file. Nodes and edges with the lines on which they begin.
struct NetworkFile {
  Unit unit = Unit::money;
  std::vector<Node> nodes;
  std::vector<std::uint64_t> node_lines;
  std::vector<FileEdge> edges;
};

/// More that a file says of its nodes or edges, for other tools: read_graphml leaves it out. `name` is none of those above.
struct Column {
  std::string name;
  std::string type;                 // as GraphML names it: string, double, long, boolean
  std::vector<std::string> values;  // by node, or by edge in the snapshot's order; "" for none
};

/// Writes every node and edge; owner and depth only where the chain is known. Requires column values of their type.
void write_graphml(const Snapshot& snapshot, std::ostream& out, const std::vector<Column>& of_nodes = {}, const std::vector<Column>& of_edges = {});

/// Reads what write_graphml writes and what other tools make of it. `name` is what errors call the file.
/// Keys of other names are allowed and left out. Missing data take the key's default, else: role other, segment payment,
/// security 0, no owner, unit money; an amount has no default.
/// Throws FileError with the line: broken XML or a document type; undirected graphs, several graphs, nested graphs,
/// hyperedges, ports; a key declared twice, without a known type, or with another type than its name has here; data
/// under an undeclared key, for another element than declared, twice in an element, or not of the declared type; nodes
/// without a name or of the same name; edges from or to an unknown node, to itself, with a negative amount, or the same
/// in everything but the amount; an owner that is unknown or does not start its own chain; more collateral passed on
/// than was received.
Snapshot read_graphml(std::istream& in, const std::string& name);
/// The same checks, everything kept. `cash_bn`, `haircut_pct`, `rate_pct` (double) and `instrument` (string) of edges are keys that
/// may not be declared with another type either.
NetworkFile read_graphml_file(std::istream& in, const std::string& name);

}  // namespace haven::networks
