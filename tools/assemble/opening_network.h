// The collateral network that a run begins with, out of a GraphML file.
#pragma once

#include <string>
#include <vector>

#include "engine/loop/spec.h"
#include "tools/assemble/errors.h"

namespace haven::assemble {

/// Reads loans into spec.opening_network and makes those who lend in the file their clients' financiers. `shown` is what faults call the file.
/// Requires institutions, securities and openings in `spec`. Returns every fault that could be found; `spec` is of no use if there is one:
/// a file that networks::read_graphml_file refuses; amounts that are no face; institutions that are unknown or cannot borrow; an
/// instrument that is unknown or not the one that `security` numbers; segments that are no repo; numbers out of range; collateral that
/// its owner does not hold, or that is passed on from where it may not be re-used.
std::vector<Fault> read_opening_network(const std::string& text, const std::string& shown, loop::Spec& spec);

}  // namespace haven::assemble
