#include "tools/assemble/merge.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/check.h"

namespace haven::assemble {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Tree = google::protobuf::TextFormat::ParseInfoTree;

namespace {

// Copies a scalar, or appends it to a list. Both messages are of one type.
void copy_scalar(Message& into, const Message& from, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *into.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
#define HAVEN_COPY(KIND, NAME)                                                                       \
  case FieldDescriptor::KIND:                                                                        \
    if (one) {                                                                                       \
      reflection.Set##NAME(&into, &field, reflection.Get##NAME(from, &field));                       \
    } else {                                                                                         \
      reflection.Add##NAME(&into, &field, reflection.GetRepeated##NAME(from, &field, index));        \
    }                                                                                                \
    return;
    HAVEN_COPY(CPPTYPE_INT32, Int32)
    HAVEN_COPY(CPPTYPE_INT64, Int64)
    HAVEN_COPY(CPPTYPE_UINT32, UInt32)
    HAVEN_COPY(CPPTYPE_UINT64, UInt64)
    HAVEN_COPY(CPPTYPE_FLOAT, Float)
    HAVEN_COPY(CPPTYPE_DOUBLE, Double)
    HAVEN_COPY(CPPTYPE_BOOL, Bool)
    HAVEN_COPY(CPPTYPE_ENUM, Enum)
    HAVEN_COPY(CPPTYPE_STRING, String)
#undef HAVEN_COPY
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  HAVEN_CHECK(false, field.full_name() + " is not a scalar");
}

bool asks(const Message& message, const char* instruction) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(instruction);
  return field != nullptr && is_instruction(*field) && message.GetReflection()->GetBool(message, field);
}

void take_out(Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = index; i + 1 < reflection.FieldSize(message, &field); ++i) {
    reflection.SwapElements(&message, &field, i, i + 1);
  }
  reflection.RemoveLast(&message, &field);
}

// Of a oneof, a new member drives the old one out.
void forget_sibling(const Message& message, const FieldDescriptor& field, const std::string& path, Origins& origins) {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return;
  const FieldDescriptor* old = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
  if (old != nullptr && old != &field) erase_origins(origins, join_path(path, old->name()));
}

// Lays messages over each other and keeps the origins. One per overlay; `file` null where a setting is the overlay.
class Merger {
 public:
  Merger(const ParsedText* file, Origin setting, Origins& origins, std::vector<Fault>& faults)
      : file_(file), setting_(std::move(setting)), origins_(origins), faults_(faults) {}

  void block(Message& into, const Message& overlay, const Tree* tree, const std::string& path) {
    const Reflection& reflection = *overlay.GetReflection();
    std::vector<const FieldDescriptor*> set;
    reflection.ListFields(overlay, &set);
    for (const FieldDescriptor* field : set) {
      if (is_instruction(*field)) continue;
      const std::string below = join_path(path, field->name());
      forget_sibling(into, *field, path, origins_);
      if (!field->is_repeated() && is_message(*field)) {
        single(into, reflection.GetMessage(overlay, field), *field, tree, below);
      } else if (!field->is_repeated()) {
        copy_scalar(into, overlay, *field, -1);
        origins_[below] = origin(tree, *field, -1);
      } else if (const FieldDescriptor* key = element_key(*field)) {
        named_list(into, overlay, *field, *key, tree, below);
      } else {
        plain_list(into, overlay, *field, tree, below);
      }
    }
  }

 private:
  Origin origin(const Tree* tree, const FieldDescriptor& field, int index) const {
    return file_ == nullptr ? setting_ : Origin{file_->place(tree, field, index), Origin::Kind::file};
  }
  static const Tree* nested(const Tree* tree, const FieldDescriptor& field, int index) {
    return tree == nullptr ? nullptr : tree->GetTreeForNested(&field, index);
  }

  void single(Message& into, const Message& overlay, const FieldDescriptor& field, const Tree* tree,
              const std::string& path) {
    const Reflection& reflection = *into.GetReflection();
    const bool present = reflection.HasField(into, &field);
    const bool removes = asks(overlay, "remove");
    if (!present && (removes || asks(overlay, "override"))) {
      faults_.push_back({origin(tree, field, -1).place,
                         fmt::format("{} of {}, which is not set", removes ? "remove" : "override", path),
                         "a block that a base sets"});
      return;
    }
    if (removes) {
      reflection.ClearField(&into, &field);
      erase_origins(origins_, path);
      return;
    }
    origins_[path] = origin(tree, field, -1);
    block(*reflection.MutableMessage(&into, &field), overlay, nested(tree, field, -1), path);
  }

  void named_list(Message& into, const Message& overlay, const FieldDescriptor& field, const FieldDescriptor& key,
                  const Tree* tree, const std::string& path) {
    const Reflection& reflection = *into.GetReflection();
    std::map<std::string, int> at;
    for (int i = 0; i < reflection.FieldSize(into, &field); ++i) {
      at.emplace(value_text(reflection.GetRepeatedMessage(into, &field, i), key, -1), i);
    }
    std::vector<int> removed;
    for (int i = 0; i < reflection.FieldSize(overlay, &field); ++i) {
      const Message& element = reflection.GetRepeatedMessage(overlay, &field, i);
      const std::string name = value_text(element, key, -1);
      const std::string below = path + key_selector(key, name);
      const auto found = at.find(name);
      const bool removes = asks(element, "remove");
      if (found == at.end() && (removes || asks(element, "override"))) {
        std::vector<std::string> names;
        for (const auto& [known, index] : at) names.push_back(known);
        faults_.push_back({origin(tree, field, i).place,
                           fmt::format("{} of {} \"{}\", which no base has", removes ? "remove" : "override",
                                       field.name(), name),
                           suggest(name, std::move(names))});
        continue;
      }
      if (removes) {
        removed.push_back(found->second);
        erase_origins(origins_, below);
        continue;
      }
      Message* target = found == at.end() ? reflection.AddMessage(&into, &field)
                                          : reflection.MutableRepeatedMessage(&into, &field, found->second);
      origins_[below] = origin(tree, field, i);
      block(*target, element, nested(tree, field, i), below);
    }
    std::sort(removed.rbegin(), removed.rend());
    for (const int index : removed) take_out(into, field, index);
  }

  void plain_list(Message& into, const Message& overlay, const FieldDescriptor& field, const Tree* tree,
                  const std::string& path) {
    const Reflection& reflection = *into.GetReflection();
    if (!is_provenance(field)) {
      reflection.ClearField(&into, &field);
      erase_origins(origins_, path);
    }
    for (int i = 0; i < reflection.FieldSize(overlay, &field); ++i) {
      const std::string below = fmt::format("{}[{}]", path, reflection.FieldSize(into, &field));
      origins_[below] = origin(tree, field, i);
      if (!is_message(field)) {
        copy_scalar(into, overlay, field, i);
        continue;
      }
      const Message& element = reflection.GetRepeatedMessage(overlay, &field, i);
      if (asks(element, "remove") || asks(element, "override")) {
        faults_.push_back({origins_[below].place, "remove or override in " + field.name(),
                           "neither: its elements have no names, an overlay replaces the list"});
      }
      block(*reflection.AddMessage(&into, &field), element, nested(tree, field, i), below);
    }
  }

  const ParsedText* file_;
  Origin setting_;
  Origins& origins_;
  std::vector<Fault>& faults_;
};

// "[a, b, c]" into its trimmed items; commas in double quotes do not count.
std::optional<std::vector<std::string>> list_items(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> items(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      items.back() += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      items.emplace_back();
      continue;
    }
    items.back() += text[i];
  }
  for (std::string& item : items) {
    const std::size_t first = item.find_first_not_of(" \t");
    const std::size_t last = item.find_last_not_of(" \t");
    item = first == std::string::npos ? "" : item.substr(first, last - first + 1);
  }
  if (items.size() == 1 && items[0].empty()) items.clear();
  return items;
}

// One setting on its way to its targets.
class Application {
 public:
  Application(const Setting& setting, Origins& origins, std::vector<Fault>& faults)
      : setting_(setting), origin_{setting.place, Origin::Kind::setting}, origins_(origins), faults_(faults) {}

  void apply(Message& root) {
    std::string path = setting_.path;
    std::string value = setting_.value;
    auto resolved = resolve_path(root, path);
    if (auto* wrong = std::get_if<Misfit>(&resolved)) return fault(*wrong);
    auto targets = std::get<std::vector<ResolvedPath>>(std::move(resolved));
    const FieldDescriptor& last = *targets.front().steps.back().first;
    if (is_instruction(last)) {
      if (last.name() != "remove" || value != "true" || targets.front().steps.size() < 2) {
        return fault({fmt::format("{}={}", last.name(), value), "only remove=true, below an element"});
      }
      for (ResolvedPath& target : targets) {
        target.canonical = enclosing_path(target.canonical);
        target.steps.pop_back();
      }
      value = "{ remove: true }";
    }
    // Backwards, so that an element taken out does not move those still to come.
    for (auto target = targets.rbegin(); target != targets.rend(); ++target) one(root, *target, value);
  }

 private:
  void fault(const Misfit& wrong) { faults_.push_back({setting_.place, wrong.found, wrong.expected}); }

  // The message that holds the last step; blocks on the way are created.
  Message& walk(Message& root, const ResolvedPath& target) {
    Message* message = &root;
    std::string path;
    for (std::size_t i = 0; i + 1 < target.steps.size(); ++i) {
      const auto [field, index] = target.steps[i];
      const Reflection& reflection = *message->GetReflection();
      forget_sibling(*message, *field, path, origins_);
      path = join_path(path, field->name());
      if (index >= 0) {
        Message& element = *reflection.MutableRepeatedMessage(message, field, index);
        const FieldDescriptor* key = element_key(*field);
        path += key == nullptr ? fmt::format("[{}]", index) : key_selector(*key, value_text(element, *key, -1));
        message = &element;
      } else {
        if (!reflection.HasField(*message, field)) origins_[path] = origin_;
        message = reflection.MutableMessage(message, field);
      }
    }
    forget_sibling(*message, *target.steps.back().first, path, origins_);
    return *message;
  }

  void one(Message& root, const ResolvedPath& target, const std::string& value) {
    Message& parent = walk(root, target);
    const auto [field, index] = target.steps.back();
    const bool whole_list = field->is_repeated() && index < 0;
    if (is_message(*field)) return block(parent, *field, index, target.canonical, value);
    if (key_of_element(target)) {
      return fault({fmt::format("{}={}", setting_.path, value), "another field: this one is the element's name"});
    }
    if (!whole_list) {
      const auto wrong = set_scalar(parent, *field, index, value);
      if (wrong) return fault(*wrong);
      origins_[target.canonical] = origin_;
      return;
    }
    const auto items = list_items(value);
    if (!items) {
      return fault({fmt::format("\"{}\" for {}", value.substr(0, 60), field->name()),
                    describe_type(*field) + " as [a, b], or one element by its index"});
    }
    parent.GetReflection()->ClearField(&parent, field);
    erase_origins(origins_, target.canonical);
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (const auto wrong = add_scalar(parent, *field, (*items)[i])) return fault(*wrong);
      origins_[fmt::format("{}[{}]", target.canonical, i)] = origin_;
    }
  }

  static bool key_of_element(const ResolvedPath& target) {
    if (target.steps.size() < 2) return false;
    return element_key(*target.steps[target.steps.size() - 2].first) == target.steps.back().first;
  }

  void block(Message& parent, const FieldDescriptor& field, int index, const std::string& path,
             const std::string& value) {
    if (!value.starts_with('{') || !value.ends_with('}') || value.size() < 2) {
      return fault({fmt::format("\"{}\" for the block {}", value.substr(0, 60), field.name()),
                    fmt::format("a path to a field of it, or {}", "{ text format }")});
    }
    const Reflection& reflection = *parent.GetReflection();
    const FieldDescriptor* key = element_key(field);
    const bool in_place = index >= 0 && key == nullptr;
    // The overlay: a parent that holds nothing but this block.
    const std::unique_ptr<Message> overlay(parent.New());
    std::string text = value.substr(1, value.size() - 2);
    if (index >= 0 && key != nullptr) {
      // The element's name is the path's.
      const Message& element = reflection.GetRepeatedMessage(parent, &field, index);
      std::string rendered;
      google::protobuf::TextFormat::PrintFieldValueToString(element, key, -1, &rendered);
      text = fmt::format("{}: {} {}", key->name(), rendered, text);
    }
    const Message& prototype = *reflection.GetMessageFactory()->GetPrototype(field.message_type());
    ConfigText source{"setting", to_string(setting_.place), std::move(text), "", "", ""};
    const std::size_t before = faults_.size();
    ParsedText parsed = parse_text(std::move(source), prototype, faults_);
    for (std::size_t i = before; i < faults_.size(); ++i) faults_[i].place = setting_.place;
    if (faults_.size() > before) return;
    Merger merger(nullptr, origin_, origins_, faults_);
    if (in_place) {
      if (asks(*parsed.message, "remove")) {
        return fault({"remove of " + path, "a named element: these have no names, set the list as a whole"});
      }
      origins_[path] = origin_;
      return merger.block(*reflection.MutableRepeatedMessage(&parent, &field, index), *parsed.message, nullptr, path);
    }
    Message* inner = field.is_repeated() ? reflection.AddMessage(overlay.get(), &field)
                                         : reflection.MutableMessage(overlay.get(), &field);
    inner->CopyFrom(*parsed.message);
    if (key != nullptr && !reflection_has(*inner, *key)) {
      return fault({fmt::format("a {} without {}", field.name(), key->name()), key->name() + " in the block"});
    }
    // The path of the parent: this block's, without its own selector and field.
    std::string above = index >= 0 ? enclosing_path(path) : path;
    above = enclosing_path(above);
    merger.block(parent, *overlay, nullptr, above);
  }

  static bool reflection_has(const Message& message, const FieldDescriptor& field) {
    return message.GetReflection()->HasField(message, &field);
  }

  const Setting& setting_;
  Origin origin_;
  Origins& origins_;
  std::vector<Fault>& faults_;
};

}  // namespace

void erase_origins(Origins& origins, const std::string& path) {
  auto at = origins.lower_bound(path);
  while (at != origins.end() && at->first.starts_with(path)) {
    const bool below = at->first.size() == path.size() || at->first[path.size()] == '.' || at->first[path.size()] == '[';
    at = below ? origins.erase(at) : std::next(at);
  }
}

void merge_file(Message& into, const ParsedText& overlay, Origins& origins, std::vector<Fault>& faults) {
  Merger(&overlay, {}, origins, faults).block(into, *overlay.message, overlay.tree.get(), "");
}

void apply_setting(Message& root, const Setting& setting, Origins& origins, std::vector<Fault>& faults) {
  Application(setting, origins, faults).apply(root);
}

}  // namespace haven::assemble
