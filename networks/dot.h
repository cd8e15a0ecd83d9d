// Networks for Graphviz. The language: graphviz.org/doc/info/lang.html.
#pragma once

#include <iosfwd>

#include "networks/snapshot.h"

namespace haven::networks {

/// One directed graph. A node carries its role; an edge its amount, its segment and, where the chain is known, owner and depth; amounts
/// in the snapshot's unit, which the graph names.
void write_dot(const Snapshot& snapshot, std::ostream& out);

}  // namespace haven::networks
