#include "tools/assemble/config_digest.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "tools/assemble/field_rules.h"

namespace haven::assemble {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

void add_text(base::Digest& digest, const std::string& text) {
  digest.add(static_cast<std::uint64_t>(text.size()));
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * (i % 8));
    if (i % 8 == 7 || i + 1 == text.size()) {
      digest.add(word);
      word = 0;
    }
  }
}

std::uint64_t real_bits(double value) { return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value); }

// One scalar as words; `index` -1 for a singular field, whose default stands in when it is not set.
void add_scalar_value(base::Digest& digest, const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return digest.add(real_bits(one ? reflection.GetDouble(message, &field)
                                      : reflection.GetRepeatedDouble(message, &field, index)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return digest.add(real_bits(one ? reflection.GetFloat(message, &field)
                                      : reflection.GetRepeatedFloat(message, &field, index)));
    // Integers, bools, enums by name, strings: their text is exact.
    default: return add_text(digest, value_text(message, field, index));
  }
}

void add_message(base::Digest& digest, const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  std::sort(fields.begin(), fields.end(), [](const auto* a, const auto* b) { return a->number() < b->number(); });
  for (const FieldDescriptor* field : fields) {
    if (is_provenance(*field) || is_instruction(*field)) continue;
    digest.add(static_cast<std::uint64_t>(field->number()));
    if (!field->is_repeated()) {
      const bool set = reflection.HasField(message, field);
      if (is_message(*field)) {
        digest.add(std::uint64_t{set});
        if (set) add_message(digest, reflection.GetMessage(message, field));
        continue;
      }
      const bool stands = set || (field->has_default_value() && field->containing_oneof() == nullptr);
      digest.add(std::uint64_t{stands});
      if (stands) add_scalar_value(digest, message, *field, -1);
      continue;
    }
    const int count = reflection.FieldSize(message, field);
    digest.add(static_cast<std::uint64_t>(count));
    if (!is_message(*field)) {
      for (int i = 0; i < count; ++i) add_scalar_value(digest, message, *field, i);
      continue;
    }
    std::vector<std::pair<std::string, int>> order;
    const FieldDescriptor* key = element_key(*field);
    for (int i = 0; i < count; ++i) {
      order.emplace_back(
          key == nullptr ? "" : value_text(reflection.GetRepeatedMessage(message, field, i), *key, -1), i);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [name, i] : order) add_message(digest, reflection.GetRepeatedMessage(message, field, i));
  }
}

}  // namespace

base::Digest config_digest(const Message& effective) {
  base::Digest digest;
  add_text(digest, effective.GetDescriptor()->full_name());
  add_message(digest, effective);
  return digest;
}

}  // namespace haven::assemble
