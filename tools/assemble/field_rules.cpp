#include "tools/assemble/field_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "configs/schema/options.pb.h"
#include "engine/base/check.h"
#include "engine/base/time.h"

namespace haven::assemble {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5                 ? 4
                                                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    if (length > 2) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
      const bool surrogate = lead == 0xED && second > 0x9F;
      const bool beyond = lead == 0xF4 && second > 0x8F;
      if (overlong || surrogate || beyond) return false;
    }
    i += length;
  }
  return true;
}

double number_of(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return one ? reflection.GetInt32(message, &field) : reflection.GetRepeatedInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(one ? reflection.GetInt64(message, &field)
                                     : reflection.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? reflection.GetUInt32(message, &field) : reflection.GetRepeatedUInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(one ? reflection.GetUInt64(message, &field)
                                     : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return one ? reflection.GetFloat(message, &field) : reflection.GetRepeatedFloat(message, &field, index);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return one ? reflection.GetDouble(message, &field) : reflection.GetRepeatedDouble(message, &field, index);
    default: HAVEN_CHECK(false, field.full_name() + " is not a number");
  }
}

std::string with_unit(std::string text, const FieldDescriptor& field) {
  const std::string unit = unit_of(field);
  return unit.empty() || unit == "1" ? text : text + " " + unit;
}

std::string range_text(const FieldDescriptor& field) {
  const auto& options = field.options();
  const bool low = options.HasExtension(config::min);
  const bool high = options.HasExtension(config::max);
  if (low && high) return fmt::format("{} to {}", options.GetExtension(config::min), options.GetExtension(config::max));
  if (low) return fmt::format("at least {}", options.GetExtension(config::min));
  if (high) return fmt::format("at most {}", options.GetExtension(config::max));
  return "";
}

}  // namespace

const FieldDescriptor* key_field(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->options().GetExtension(config::key)) return type.field(i);
  }
  const FieldDescriptor* name = type.FindFieldByName("name");
  const bool names = name != nullptr && !name->is_repeated() && name->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return names ? name : nullptr;
}

const FieldDescriptor* element_key(const FieldDescriptor& field) {
  return field.is_repeated() && is_message(field) ? key_field(*field.message_type()) : nullptr;
}

bool is_message(const FieldDescriptor& field) { return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE; }

bool is_number(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_BOOL: return false;
    default: return true;
  }
}

bool is_provenance(const FieldDescriptor& field) {
  return is_message(field) && field.message_type() == config::Provenance::descriptor();
}

bool is_instruction(const FieldDescriptor& field) {
  if (field.name() == "base") return field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  if (field.name() != "remove" && field.name() != "override") return false;
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
}

std::string unit_of(const FieldDescriptor& field) { return field.options().GetExtension(config::unit); }

std::string describe_value(const FieldDescriptor& field) {
  std::string text;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: text = fmt::format("{} {{ ... }}", field.message_type()->name()); break;
    case FieldDescriptor::CPPTYPE_BOOL: text = "true or false"; break;
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.options().GetExtension(config::date)) {
        text = "date \"YYYY-MM-DD\"";
      } else if (field.options().HasExtension(config::ref)) {
        text = "name of a " + field.options().GetExtension(config::ref);
      } else {
        text = "string";
      }
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        text += (i == 0 ? "one of " : ", ") + field.enum_type()->value(i)->name();
      }
      break;
    default: {
      const bool real = field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
                        field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
      text = real ? "number" : "whole number";
      if (!unit_of(field).empty() && unit_of(field) != "1") text += " in " + unit_of(field);
      if (const std::string range = range_text(field); !range.empty()) text += ", " + range;
    }
  }
  return text;
}

std::string describe_type(const FieldDescriptor& field) {
  return (field.is_repeated() ? "list of " : "") + describe_value(field);
}

std::string value_text(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", one ? reflection.GetInt32(message, &field)
                                   : reflection.GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format("{}", one ? reflection.GetInt64(message, &field)
                                   : reflection.GetRepeatedInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return fmt::format("{}", one ? reflection.GetUInt32(message, &field)
                                   : reflection.GetRepeatedUInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return fmt::format("{}", one ? reflection.GetUInt64(message, &field)
                                   : reflection.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return fmt::format("{}", one ? reflection.GetFloat(message, &field)
                                   : reflection.GetRepeatedFloat(message, &field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", one ? reflection.GetDouble(message, &field)
                                   : reflection.GetRepeatedDouble(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? reflection.GetBool(message, &field) : reflection.GetRepeatedBool(message, &field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return (one ? reflection.GetEnum(message, &field) : reflection.GetRepeatedEnum(message, &field, index))->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return one ? reflection.GetString(message, &field) : reflection.GetRepeatedString(message, &field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  HAVEN_CHECK(false, field.full_name() + " is not a scalar");
}

std::optional<Misfit> misfit(const Message& message, const FieldDescriptor& field, int index) {
  const auto& options = field.options();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const std::string text = value_text(message, field, index);
    if (!is_utf8(text)) return Misfit{"bytes that are not UTF-8 in " + field.name(), "text"};
    base::Date date;
    if (options.GetExtension(config::date) && !base::parse_date(text, date)) {
      return Misfit{fmt::format("\"{}\" for {}", text, field.name()), "a date that exists, YYYY-MM-DD"};
    }
    return std::nullopt;
  }
  if (!is_number(field)) return std::nullopt;
  const double value = number_of(message, field, index);
  const std::string found = fmt::format("{} for {}", with_unit(value_text(message, field, index), field), field.name());
  if (!std::isfinite(value)) return Misfit{found, "a finite number"};
  if ((options.HasExtension(config::min) && value < options.GetExtension(config::min)) ||
      (options.HasExtension(config::max) && value > options.GetExtension(config::max))) {
    return Misfit{found, with_unit(range_text(field), field)};
  }
  return std::nullopt;
}

int edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: three rows of the usual table.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string suggest(std::string_view wrong, std::vector<std::string> candidates) {
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.empty()) return "none: there is nothing here to name";
  const std::string_view head = wrong.substr(0, 80);  // a name, not an essay: the table is quadratic
  std::vector<std::pair<int, std::string>> near;
  for (const std::string& candidate : candidates) {
    const int distance = edit_distance(head, candidate);
    const bool part = head.size() >= 3 && candidate.find(head) != std::string::npos;
    if (part || distance <= std::max(2, static_cast<int>(head.size()) / 3)) near.emplace_back(distance, candidate);
  }
  std::sort(near.begin(), near.end());
  std::string text = near.empty() ? "one of" : "a name such as";
  const std::size_t shown = near.empty() ? std::min<std::size_t>(candidates.size(), 12) : std::min<std::size_t>(near.size(), 3);
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("{} \"{}\"", i == 0 ? "" : ",", near.empty() ? candidates[i] : near[i].second);
  }
  if (near.empty() && shown < candidates.size()) text += ", ...";
  return text;
}

std::string suggest_field(std::string_view wrong, const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return suggest(wrong, std::move(names));
}

namespace {

void collect_gaps(const Descriptor& type, std::set<std::string>& seen, std::vector<std::string>& gaps) {
  if (!seen.insert(type.full_name()).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (is_provenance(field)) continue;
    if (is_message(field)) {
      collect_gaps(*field.message_type(), seen, gaps);
      continue;
    }
    if (!is_number(field)) continue;
    if (unit_of(field).empty()) gaps.push_back(field.full_name() + " has no unit");
    if (!field.options().HasExtension(config::min)) gaps.push_back(field.full_name() + " has no min");
    if (!field.options().HasExtension(config::max)) gaps.push_back(field.full_name() + " has no max");
    if (field.has_default_value()) {
      const Message& empty = *google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
      if (const auto wrong = misfit(empty, field, -1)) {
        gaps.push_back(fmt::format("{} has a default that does not fit: found {}, expected {}", field.full_name(),
                                   wrong->found, wrong->expected));
      }
    }
  }
}

}  // namespace

std::vector<std::string> schema_gaps(const Descriptor& root) {
  std::set<std::string> seen;
  std::vector<std::string> gaps;
  collect_gaps(root, seen, gaps);
  return gaps;
}

}  // namespace haven::assemble
