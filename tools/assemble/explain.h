// The whole effective config, a row a value: what it is, in which unit, whose number it is and where it was written.
#pragma once

#include <string>
#include <vector>

#include "tools/assemble/loader.h"

namespace haven::assemble {

struct ExplainRow {
  std::string path;    // canonical
  std::string value;   // strings in quotes, lists in brackets; "none" of a block or list that is not there
  std::string json;    // the value as JSON; null for none
  std::string unit;    // "" if it has none
  std::string source;  // text of the provenance that covers the value; of a default, the schema's; "" if nobody says
  std::string tag;     // READ, COMPUTED, MEMORY, UNKNOWN, CHOSEN or ""
  std::string from;    // "file:line", "default", or the --set argument
};

/// Every field in the order of the schema, defaults included; blocks that are not set are one row.
std::vector<ExplainRow> explain(const LoadedConfig& config);
/// Aligned columns, a line a row.
std::string explain_text(const std::vector<ExplainRow>& rows);
/// An array of objects with the fields of ExplainRow; `value` has its JSON type.
std::string explain_json(const std::vector<ExplainRow>& rows);

/// A number that a file sets and whose origin nobody states.
struct UnsourcedNumber {
  std::string path;
  Place place;
};

/// Every number set in a file without a provenance of that file that covers it. A provenance covers the fields it lists
/// or, if it lists none, its whole block and the blocks in it that have none of their own (from that file); listing a
/// block's field in the block around it covers that block likewise. A number equal to a default for which the schema
/// gives a source is covered. Settings do not count.
std::vector<UnsourcedNumber> numbers_without_source(const LoadedConfig& config);

}  // namespace haven::assemble
