// `haven clear FILE`: clears a network of obligations given as rows of text.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "networks/clearing.h"
#include "networks/file_error.h"

namespace haven::cli {

/// What is printed. Amounts in the file's own unit.
struct ClearedFile {
  std::vector<std::pair<std::string, double>> payments;  // what each node pays in all, in the file's order
  std::vector<std::string> defaulted;                    // in the file's order
  std::uint32_t rounds = 0;                              // passes over the edges of those in default
  double relative_error = 0.0;                           // bound on a payment's error against what its node owes and is due
  bool certified = true;
};

/// Rows `node,NAME,OUTSIDE_ASSETS` and `edge,FROM,TO,AMOUNT_OWED`, in any order; a name with a comma stands between
/// double quotes; empty lines and lines that start with # are skipped. Amounts are decimal numbers, not negative, and
/// are exact as long as the file's smallest digit is within 18 digits of the sum of all its amounts; below that they are
/// rounded. `name` is what errors call the file.
/// Throws networks::FileError (file:line:column) for a row of another kind or length, an amount that is not a finite
/// number or is negative, a node or an edge given twice, an unknown node, an edge to itself, a file without nodes; and
/// std::invalid_argument for a recovery rate outside [0, 1].
ClearedFile clear_file(std::istream& in, const std::string& name, networks::Recovery recovery = {});

}  // namespace haven::cli
