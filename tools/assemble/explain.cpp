#include "tools/assemble/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "configs/schema/options.pb.h"
#include "tools/assemble/field_rules.h"

namespace haven::assemble {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

// A block and the way to it: what a provenance may cover.
struct Block {
  const Message* message;
  std::string path;
  const FieldDescriptor* field;  // by which the block around it holds it; null at the top
};

struct Citation {
  std::string text;
  std::string tag;
};

Citation cite(const config::Provenance& provenance) {
  return {provenance.text(), provenance.has_tag() ? config::Tag_Name(provenance.tag()) : ""};
}

// The provenance of `file` that covers `field` of the innermost block.
std::optional<Citation> cited(const LoadedConfig& config, const std::vector<Block>& blocks,
                              const FieldDescriptor& field, const std::string& file) {
  const FieldDescriptor* covered = &field;
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    const auto& type = *block->message->GetDescriptor();
    const Reflection& reflection = *block->message->GetReflection();
    std::optional<Citation> whole_block;
    bool has_own = false;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& source = *type.field(i);
      if (!is_provenance(source) || !source.is_repeated()) continue;
      for (int k = 0; k < reflection.FieldSize(*block->message, &source); ++k) {
        const std::string at = fmt::format("{}[{}]", join_path(block->path, source.name()), k);
        const auto origin = config.origins().find(at);
        if (origin == config.origins().end() || origin->second.place.file != file) continue;
        has_own = true;
        const auto& entry =
            static_cast<const config::Provenance&>(reflection.GetRepeatedMessage(*block->message, &source, k));
        if (entry.field().empty()) whole_block = cite(entry);
        if (std::find(entry.field().begin(), entry.field().end(), covered->name()) != entry.field().end()) {
          return cite(entry);
        }
      }
    }
    if (has_own) return whole_block;
    covered = block->field;
  }
  return std::nullopt;
}

std::optional<Citation> cited_by_schema(const FieldDescriptor& field) {
  const auto& options = field.options();
  if (!options.HasExtension(config::source) && !options.HasExtension(config::tag)) return std::nullopt;
  return Citation{options.GetExtension(config::source),
                  options.HasExtension(config::tag) ? config::Tag_Name(options.GetExtension(config::tag)) : ""};
}

nlohmann::ordered_json json_of(const Message& message, const FieldDescriptor& field, int index) {
  const std::string text = value_text(message, field, index);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL: return text == "true";
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM: return text;
    default: return nlohmann::ordered_json::parse(text);
  }
}

std::string shown(const Message& message, const FieldDescriptor& field, int index) {
  const std::string text = value_text(message, field, index);
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? fmt::format("\"{}\"", text) : text;
}

// Calls `visit` for every value, list of values, and block or list that is not there, with the blocks around it.
using Visit = std::function<void(const std::vector<Block>&, const FieldDescriptor&, const std::string& path)>;

void walk(std::vector<Block>& blocks, const Visit& visit) {
  const Message& message = *blocks.back().message;
  const std::string path = blocks.back().path;
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (is_provenance(field) || is_instruction(field)) continue;
    const std::string below = join_path(path, field.name());
    const int count = field.is_repeated()                      ? reflection.FieldSize(message, &field)
                      : reflection.HasField(message, &field) ? 1
                                                             : 0;
    if (!is_message(field) || count == 0) {
      visit(blocks, field, below);
      continue;
    }
    const FieldDescriptor* key = element_key(field);
    for (int k = 0; k < count; ++k) {
      const Message& inner = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, k)
                                                 : reflection.GetMessage(message, &field);
      const std::string selector = !field.is_repeated() ? ""
                                   : key == nullptr     ? fmt::format("[{}]", k)
                                                        : key_selector(*key, value_text(inner, *key, -1));
      blocks.push_back({&inner, below + selector, &field});
      walk(blocks, visit);
      blocks.pop_back();
    }
  }
}

void walk(const LoadedConfig& config, const Visit& visit) {
  std::vector<Block> blocks = {{&config.message(), "", nullptr}};
  walk(blocks, visit);
}

// Who wrote a value or, of a list, its first element; null for a default.
const Origin* origin_of(const LoadedConfig& config, const FieldDescriptor& field, const std::string& path) {
  const auto found = config.origins().find(field.is_repeated() ? path + "[0]" : path);
  return found == config.origins().end() ? nullptr : &found->second;
}

}  // namespace

std::vector<ExplainRow> explain(const LoadedConfig& config) {
  std::vector<ExplainRow> rows;
  walk(config, [&](const std::vector<Block>& blocks, const FieldDescriptor& field, const std::string& path) {
    const Message& message = *blocks.back().message;
    const Reflection& reflection = *message.GetReflection();
    ExplainRow row;
    row.path = path;
    row.unit = unit_of(field);
    row.value = "none";
    row.json = "null";
    if (field.is_repeated() && !is_message(field)) {
      auto list = nlohmann::ordered_json::array();
      row.value.clear();
      for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        row.value += (i == 0 ? "" : ", ") + shown(message, field, i);
        list.push_back(json_of(message, field, i));
      }
      row.value = "[" + row.value + "]";
      row.json = list.dump();
    } else if (!is_message(field) && (reflection.HasField(message, &field) || field.has_default_value())) {
      row.value = shown(message, field, -1);
      row.json = json_of(message, field, -1).dump();
    }
    std::optional<Citation> citation;
    if (const Origin* origin = origin_of(config, field, path)) {
      const bool set = origin->kind == Origin::Kind::setting;
      row.from = to_string(Place{origin->place.file, origin->place.line, 0});
      if (!set) citation = cited(config, blocks, field, origin->place.file);
    } else {
      row.from = "default";
      citation = cited_by_schema(field);
    }
    if (citation) {
      row.source = citation->text;
      row.tag = citation->tag;
    }
    rows.push_back(std::move(row));
  });
  return rows;
}

std::string explain_text(const std::vector<ExplainRow>& rows) {
  constexpr std::size_t kWidest = 56;
  std::size_t path = 0, value = 0, from = 0;
  const auto with_unit = [](const ExplainRow& row) { return row.unit.empty() ? row.value : row.value + " " + row.unit; };
  for (const ExplainRow& row : rows) {
    path = std::max(path, std::min(row.path.size(), kWidest));
    value = std::max(value, std::min(with_unit(row).size(), kWidest / 2));
    from = std::max(from, std::min(row.from.size(), kWidest));
  }
  std::string text;
  for (const ExplainRow& row : rows) {
    std::string line = fmt::format("{:<{}}  {:<{}}  {:<{}}", row.path, path, with_unit(row), value, row.from, from);
    if (!row.tag.empty()) line += "  [" + row.tag + "]";
    if (!row.source.empty()) line += "  " + row.source;
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string explain_json(const std::vector<ExplainRow>& rows) {
  auto array = nlohmann::ordered_json::array();
  for (const ExplainRow& row : rows) {
    array.push_back({{"path", row.path},
                     {"value", nlohmann::ordered_json::parse(row.json)},
                     {"unit", row.unit},
                     {"source", row.source},
                     {"tag", row.tag},
                     {"from", row.from}});
  }
  return array.dump(2) + "\n";
}

std::vector<UnsourcedNumber> numbers_without_source(const LoadedConfig& config) {
  std::vector<UnsourcedNumber> found;
  walk(config, [&](const std::vector<Block>& blocks, const FieldDescriptor& field, const std::string& path) {
    if (!is_number(field)) return;
    const Origin* origin = origin_of(config, field, path);
    if (origin == nullptr || origin->kind == Origin::Kind::setting) return;
    if (cited(config, blocks, field, origin->place.file)) return;
    if (field.has_default_value() && cited_by_schema(field)) {
      const Message& message = *blocks.back().message;
      const std::unique_ptr<Message> empty(message.New());
      if (value_text(message, field, -1) == value_text(*empty, field, -1)) return;
    }
    found.push_back({path, origin->place});
  });
  return found;
}

}  // namespace haven::assemble
