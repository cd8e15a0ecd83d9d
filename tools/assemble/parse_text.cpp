#include "tools/assemble/parse_text.h"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "configs/schema/options.pb.h"

namespace haven::assemble {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;
using Tree = google::protobuf::TextFormat::ParseInfoTree;

namespace {

constexpr int kDeepestBlock = 64;

struct Complaint {
  int line = 0;    // from 0
  int column = 0;  // from 0, tabs to the next multiple of 8, as the tokenizer counts
  std::string text;
};

class Complaints : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& text) override { errors.push_back({line, column, text}); }
  void AddWarning(int line, int column, const std::string& text) override { warnings.push_back({line, column, text}); }
  std::vector<Complaint> errors;
  std::vector<Complaint> warnings;
};

std::size_t offset_of(const ParsedText& parsed, int line, int column) {
  const std::string& text = parsed.source.text;
  if (line < 0 || static_cast<std::size_t>(line) >= parsed.line_starts.size()) return text.size();
  std::size_t at = parsed.line_starts[static_cast<std::size_t>(line)];
  for (int seen = 0; seen < column && at < text.size() && text[at] != '\n'; ++at) {
    seen += text[at] == '\t' ? 8 - seen % 8 : 1;
  }
  return at;
}

Place place_at(const ParsedText& parsed, std::size_t offset) {
  const auto next = std::upper_bound(parsed.line_starts.begin(), parsed.line_starts.end(), offset);
  const auto line = static_cast<int>(next - parsed.line_starts.begin());
  int column = 1;
  for (std::size_t i = *(next - 1); i < offset && i < parsed.source.text.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(parsed.source.text[i]) & 0xC0) == 0x80;
    if (!continues) ++column;
  }
  return {parsed.source.shown, line, column};
}

// The start of the last `word` that ends at or before `offset`: the parser complains at the token after it.
std::size_t start_of(const ParsedText& parsed, std::size_t offset, const std::string& word) {
  if (word.empty() || offset < word.size()) return offset;
  const std::size_t at = parsed.source.text.rfind(word, offset - word.size());
  return at == std::string::npos ? offset : at;
}

std::string clip(std::string_view token) {
  std::string text;
  for (const char c : token.substr(0, 60)) {
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return token.size() > 60 ? text + "..." : text;
}

// The text between `before` and the next `after`; "" if they do not occur.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t start = text.find(before);
  if (start == std::string::npos) return "";
  const std::size_t end = text.find(after, start + before.size());
  return end == std::string::npos ? "" : text.substr(start + before.size(), end - start - before.size());
}

const FieldDescriptor* find_reachable(const Descriptor& type, const std::string& name, FieldDescriptor::CppType kind,
                                      std::set<const Descriptor*>& seen) {
  if (!seen.insert(&type).second) return nullptr;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.name() == name && field.cpp_type() == kind) return &field;
    if (!is_message(field)) continue;
    if (const auto* found = find_reachable(*field.message_type(), name, kind, seen)) return found;
  }
  return nullptr;
}

// " for inventory_bn", from the text before a value; "" if that is not `name:`.
std::string field_before(const std::string& text, std::size_t offset) {
  std::size_t end = std::min(offset, text.size());
  const auto skip = [&](std::string_view set) {
    while (end > 0 && set.find(text[end - 1]) != std::string_view::npos) --end;
  };
  skip(" \t\r\n-[");
  if (end == 0 || text[end - 1] != ':') return "";
  skip(": \t\r\n");
  std::size_t start = end;
  while (start > 0 && (std::isalnum(static_cast<unsigned char>(text[start - 1])) != 0 || text[start - 1] == '_')) --start;
  return start == end ? "" : " for " + text.substr(start, end - start);
}

// Protobuf's sentence as found and expected, at the token it is about.
Fault translate(const ParsedText& parsed, const Complaint& complaint) {
  const std::string& said = complaint.text;
  std::size_t offset = offset_of(parsed, complaint.line, complaint.column);
  const auto fault = [&](std::string found, std::string expected) {
    return Fault{place_at(parsed, offset), std::move(found), std::move(expected)};
  };

  if (const std::string name = between(said, "has no field named \"", "\""); !name.empty()) {
    offset = start_of(parsed, offset, name);
    const Descriptor* type = parsed.message->GetDescriptor()->file()->pool()->FindMessageTypeByName(
        between(said, "Message type \"", "\""));
    return fault(fmt::format("the field \"{}\"{}", clip(name), type == nullptr ? "" : " in " + type->name()),
                 type == nullptr ? "a field of this block" : suggest_field(name, *type));
  }
  if (said.starts_with("Unknown enumeration value of \"")) {
    const std::string value = between(said, "value of \"", "\"");
    const std::string name = between(said, "for field \"", "\"");
    offset = start_of(parsed, offset, value);
    std::set<const Descriptor*> seen;
    const FieldDescriptor* field =
        find_reachable(*parsed.message->GetDescriptor(), name, FieldDescriptor::CPPTYPE_ENUM, seen);
    return fault(fmt::format("{} for {}", clip(value), name),
                 field == nullptr ? "a value of this enum" : describe_value(*field));
  }
  if (said.starts_with("Invalid value for boolean field \"")) {
    const std::string value = between(said, "Value: \"", "\"");
    offset = start_of(parsed, offset, value);
    return fault(fmt::format("{} for {}", clip(value), between(said, "boolean field \"", "\"")), "true or false");
  }
  if (const std::string name = between(said, "Non-repeated field \"", "\""); !name.empty()) {
    offset = start_of(parsed, offset, name);
    return fault(fmt::format("\"{}\" a second time", name), "it once in a block");
  }
  if (said.starts_with("Field \"") && said.find("along with field") != std::string::npos) {
    const std::string name = between(said, "Field \"", "\"");
    offset = start_of(parsed, offset, name);
    return fault(fmt::format("\"{}\" beside \"{}\"", name, between(said, "along with field \"", "\"")),
                 "one of the two");
  }
  if (said.starts_with("Integer out of range (")) {
    return fault(clip(between(said, "(", ")")) + field_before(parsed.source.text, offset), "a smaller whole number");
  }
  for (const std::string middle : {", got: ", ", found \""}) {
    const std::size_t cut = said.find(middle);
    const std::size_t start = said.starts_with("Expected ") ? 9 : said.starts_with("Expect ") ? 7 : 0;
    if (start == 0 || cut == std::string::npos) continue;
    std::string got = said.substr(cut + middle.size());
    if (middle == ", found \"" && got.ends_with("\".")) got.resize(got.size() - 2);
    std::string expected = said.substr(start, cut - start);
    if (expected == "integer") expected = "a whole number";
    if (expected == "double") expected = "a number";
    if (expected == "string") expected = "a string in quotes";
    if (expected == "identifier") expected = "a field name";
    return fault(got.empty() ? "the end of the file" : clip(got) + field_before(parsed.source.text, offset), expected);
  }
  std::string sentence = said;
  if (sentence.ends_with('.')) sentence.pop_back();
  return fault(fmt::format("text that does not parse ({})", clip(sentence)), "protobuf text format");
}

// Everything about a file that its syntax does not catch.
class Validation {
 public:
  Validation(const ParsedText& parsed, std::vector<Fault>& faults) : parsed_(parsed), faults_(faults) {}

  void block(const Message& message, const Tree* tree) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(message, &set);
    for (const FieldDescriptor* field : set) {
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) value(message, *field, field->is_repeated() ? i : -1, tree);
      if (const FieldDescriptor* key = element_key(*field)) names(message, *field, *key, tree);
    }
  }

 private:
  void value(const Message& message, const FieldDescriptor& field, int index, const Tree* tree) {
    if (!is_message(field)) {
      const auto wrong = misfit(message, field, index);
      if (wrong) faults_.push_back({parsed_.place(tree, field, index), wrong->found, wrong->expected});
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    const Message& inner = index < 0 ? reflection.GetMessage(message, &field)
                                     : reflection.GetRepeatedMessage(message, &field, index);
    const Tree* nested = tree == nullptr ? nullptr : tree->GetTreeForNested(&field, index);
    if (is_provenance(field)) {
      const auto& provenance = static_cast<const config::Provenance&>(inner);
      for (const std::string& name : provenance.field()) {
        if (message.GetDescriptor()->FindFieldByName(name) != nullptr) continue;
        faults_.push_back({parsed_.place(tree, field, index), fmt::format("a source of the field \"{}\"", clip(name)),
                           suggest_field(name, *message.GetDescriptor())});
      }
    }
    block(inner, nested);
  }

  void names(const Message& message, const FieldDescriptor& field, const FieldDescriptor& key, const Tree* tree) {
    const Reflection& reflection = *message.GetReflection();
    std::map<std::string, Place> seen;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& element = reflection.GetRepeatedMessage(message, &field, i);
      const Place place = parsed_.place(tree, field, i);
      if (!element.GetReflection()->HasField(element, &key)) {
        faults_.push_back({place, fmt::format("a {} without {}", field.name(), key.name()),
                           fmt::format("{} in each, by which overlays merge it", key.name())});
        continue;
      }
      const std::string name = value_text(element, key, -1);
      const auto [first, fresh] = seen.try_emplace(name, place);
      if (fresh) continue;
      faults_.push_back({place, fmt::format("a second {} \"{}\"", field.name(), clip(name)),
                         "one, as at " + to_string(first->second)});
    }
  }

  const ParsedText& parsed_;
  std::vector<Fault>& faults_;
};

}  // namespace

Place ParsedText::place(const Tree* block, const FieldDescriptor& field, int index) const {
  if (block == nullptr) return {source.shown, 0, 0};
  for (int i = index; i >= -1; --i) {
    if (i == -1 && field.is_repeated()) break;
    const TextFormat::ParseLocation at = block->GetLocation(&field, i);
    if (at.line >= 0) return place_at(*this, offset_of(*this, at.line, at.column));
  }
  return {source.shown, 0, 0};
}

ParsedText parse_text(ConfigText source, const Message& prototype, std::vector<Fault>& faults) {
  ParsedText parsed;
  parsed.source = std::move(source);
  parsed.line_starts.push_back(0);
  for (std::size_t i = 0; i < parsed.source.text.size(); ++i) {
    if (parsed.source.text[i] == '\n') parsed.line_starts.push_back(i + 1);
  }
  parsed.message.reset(prototype.New());
  parsed.tree = std::make_unique<Tree>();

  Complaints complaints;
  TextFormat::Parser parser;
  parser.AllowPartialMessage(true);
  parser.AllowUnknownField(true);  // reported as warnings, which are faults below
  parser.SetRecursionLimit(kDeepestBlock);
  parser.RecordErrorsTo(&complaints);
  parser.WriteLocationsTo(parsed.tree.get());
  parsed.syntax_good = parser.ParseFromString(parsed.source.text, parsed.message.get()) && complaints.errors.empty();

  for (const Complaint& warning : complaints.warnings) faults.push_back(translate(parsed, warning));
  if (!parsed.syntax_good && complaints.errors.empty()) complaints.AddError(0, 0, "it cannot be read");
  if (!parsed.syntax_good) faults.push_back(translate(parsed, complaints.errors.front()));
  Validation(parsed, faults).block(*parsed.message, parsed.tree.get());
  return parsed;
}

}  // namespace haven::assemble
