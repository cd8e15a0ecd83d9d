// One text-format file, parsed by itself, with the place of every value.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <memory>
#include <string>
#include <vector>

#include "tools/assemble/errors.h"
#include "tools/assemble/find_config.h"

namespace haven::assemble {

/// A file and what was read from it.
/// Invariants: `message` holds the whole file if parse_text() added no fault; otherwise it is good for reading the
/// names of further files to check and for nothing else.
struct ParsedText {
  ConfigText source;
  std::vector<std::size_t> line_starts;  // byte offset of each line
  std::unique_ptr<google::protobuf::Message> message;
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> tree;
  bool syntax_good = false;  // false: the parser stopped before the end of the file

  /// Where a value was written: of a repeated field the element `index`, else -1. Falls back to the start of the list
  /// in the short form [a, b], and to line 0 where nothing was recorded.
  Place place(const google::protobuf::TextFormat::ParseInfoTree* block, const google::protobuf::FieldDescriptor& field,
              int index) const;
};

/// Parses `source` as a message like `prototype`, missing required fields allowed. Adds to `faults`: the first syntax
/// or type fault, at which the parser stops; every unknown field before it; and of what was read, every number that is
/// not finite or out of range, every date that does not exist, an element without its name, a name given twice, a
/// provenance of a field that does not exist.
ParsedText parse_text(ConfigText source, const google::protobuf::Message& prototype, std::vector<Fault>& faults);

}  // namespace haven::assemble
