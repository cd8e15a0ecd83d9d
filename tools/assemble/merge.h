// Overlays: one config laid over another, and where each value of the result came from.
#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <vector>

#include "tools/assemble/errors.h"
#include "tools/assemble/parse_text.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {

/// Who wrote a value last.
struct Origin {
  enum class Kind { file, setting };
  Place place;
  Kind kind = Kind::file;
};

/// By canonical path (set_path.h): blocks, list elements and values that were written; nothing for defaults.
using Origins = std::map<std::string, Origin>;

/// Lays a parsed file over `into`, block by block:
///   a scalar replaces;
///   a block merges with the block of the same field; of a oneof, the other member goes;
///   a list of named elements (field_rules.h, key_field) merges element by element by name, new names at the end;
///     `remove: true` takes the named element, or a single block, out; `override: true` demands that the name exists;
///   any other list replaces the whole list: [5] over [1, 2] is [5];
///   `source` blocks are kept from every file, so that each value keeps its own.
/// Adds a fault where `remove` or `override` names nothing.
void merge_file(google::protobuf::Message& into, const ParsedText& overlay, Origins& origins,
                std::vector<Fault>& faults);

/// Applies one `path=value`. Scalars as set_scalar(); a list of scalars as [a, b, c]; a block as { text format },
/// merged like a file; `name[...].remove=true` takes an element out. Several values with [*] or a match.
/// On a fault the message may be half changed and must be thrown away.
void apply_setting(google::protobuf::Message& root, const Setting& setting, Origins& origins,
                   std::vector<Fault>& faults);

/// Forgets a path and everything below it.
void erase_origins(Origins& origins, const std::string& path);

}  // namespace haven::assemble
