// What a schema says of its fields (configs/schema/options.proto), read by reflection.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haven::assemble {

/// A value that a field does not admit.
struct Misfit {
  std::string found;
  std::string expected;
};

/// The field that names the elements of a repeated field of this type: the one marked (key), else a singular string
/// called `name`; null if the elements have no names.
const google::protobuf::FieldDescriptor* key_field(const google::protobuf::Descriptor& type);
/// The key of the elements of `field`, null unless it is a repeated message field with named elements.
const google::protobuf::FieldDescriptor* element_key(const google::protobuf::FieldDescriptor& field);

bool is_message(const google::protobuf::FieldDescriptor& field);
/// An integer or floating-point number; not an enum, not a bool.
bool is_number(const google::protobuf::FieldDescriptor& field);
/// A `Provenance` field.
bool is_provenance(const google::protobuf::FieldDescriptor& field);
/// `base`, `remove` and `override`: instructions to the loader that are gone from the effective config.
bool is_instruction(const google::protobuf::FieldDescriptor& field);

/// (unit), or "".
std::string unit_of(const google::protobuf::FieldDescriptor& field);
/// One value of the field: "number in bn, 0 to 10", "one of A, B", "date \"YYYY-MM-DD\"", "Dealer { ... }".
std::string describe_value(const google::protobuf::FieldDescriptor& field);
/// describe_value(), or "list of" it.
std::string describe_type(const google::protobuf::FieldDescriptor& field);

/// The value as a person writes it, without quotes; the default when it is not set. `index` -1 in a singular field.
/// Numbers are the shortest text that reads back to the same value. Requires a scalar field.
std::string value_text(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                       int index);

/// Not a number or infinite, outside (min)..(max), not a (date), not UTF-8: what was found and what was expected.
/// Requires a scalar field.
std::optional<Misfit> misfit(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                             int index);

/// Number of characters to insert, delete, replace or swap with the next one between two names.
int edit_distance(std::string_view a, std::string_view b);
/// `such as "near", "nearer"` when something is near, else `one of "all", "the", "rest", ...`; "none" of nothing.
std::string suggest(std::string_view wrong, std::vector<std::string> candidates);
/// suggest() over the names of a message's fields.
std::string suggest_field(std::string_view wrong, const google::protobuf::Descriptor& type);

/// What a schema still owes its readers, one sentence each: a number without unit, min or max; a default outside its
/// own range. Walks every type reachable from `root`, each once.
std::vector<std::string> schema_gaps(const google::protobuf::Descriptor& root);

}  // namespace haven::assemble
