// Paths to the values of a config, as `--set`, sweep axes and explain write them.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tools/assemble/errors.h"
#include "tools/assemble/field_rules.h"

namespace haven::assemble {

// Grammar:  path = step { "." step };  step = field [ "[" selector "]" ];
//           selector = index | "*" | field "=" value;  value = bare text without ] or "quoted, with \" and \\".

/// One step of a path as written.
struct PathStep {
  enum class Select { whole, index, all, match };
  std::string field;
  Select select = Select::whole;
  int index = 0;            // Select::index, from 0
  std::string match_field;  // Select::match
  std::string match_value;
};

/// Splits a path into its steps, without a schema.
std::variant<std::vector<PathStep>, Misfit> parse_path(std::string_view path);

/// A place in a message that exists, or could (blocks that are not set are walked as if they were).
struct ResolvedPath {
  /// Field and index on the way; index -1 for a singular field and for a list as a whole.
  std::vector<std::pair<const google::protobuf::FieldDescriptor*, int>> steps;
  /// The one way to write it: named elements as [name=x], others as [index].
  std::string canonical;
};

/// The values a path names: several with [*] or with a match of a field that does not name the elements. Nothing
/// matched, an unknown field, an index beyond the end: a misfit with the nearest names.
std::variant<std::vector<ResolvedPath>, Misfit> resolve_path(const google::protobuf::Message& root,
                                                             std::string_view path);

/// "[name=x]", quoted where needed.
std::string key_selector(const google::protobuf::FieldDescriptor& key, const std::string& value);
/// In double quotes, with \" and \\: as a path and a config write a string.
std::string quoted(const std::string& text);
/// `path.name`, or `name` at the top.
std::string join_path(const std::string& path, const std::string& name);
/// A canonical path without its last selector or, if it has none, its last field; "" at the top.
std::string enclosing_path(std::string_view canonical);

/// An assignment to a config, from `--set path=value` or a sweep's axis.
struct Setting {
  std::string path;
  std::string value;
  Place place;  // what faults point to
};

/// "path=value", split at the first = outside brackets. Adds a fault and returns nothing if there is none.
std::optional<Setting> parse_setting(const std::string& text, std::vector<Fault>& faults);

/// Reads `text` into a scalar: the singular field (index -1) or an existing element. Enums by name, bools true or
/// false, strings as they are or in double quotes, numbers in decimal. Checks range, finiteness and dates as in a file.
std::optional<Misfit> set_scalar(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                                 int index, const std::string& text);
/// The same, appended to a list.
std::optional<Misfit> add_scalar(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                                 const std::string& text);

}  // namespace haven::assemble
