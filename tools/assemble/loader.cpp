#include "tools/assemble/loader.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <set>
#include <variant>

#include "engine/base/check.h"
#include "tools/assemble/field_rules.h"
#include "tools/assemble/find_config.h"
#include "tools/assemble/parse_text.h"

namespace haven::assemble {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

namespace {

const FieldDescriptor* base_field(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("base");
  return field != nullptr && is_instruction(*field) ? field : nullptr;
}

// Reads a config and its bases, depth first, into the order in which they merge.
// Invariants: chain_ is the way from the config to the file being read.
class Reading {
 public:
  Reading(const Message& prototype, const LoadOptions& options)
      : prototype_(prototype), folders_{options.configs_dir, options.embedded} {}

  void named(const std::string& name, const ConfigText* from, const Place& asked) {
    auto found = find_config(name, from, folders_);
    if (auto* wrong = std::get_if<Misfit>(&found)) {
      faults.push_back({asked, wrong->found, wrong->expected});
      return;
    }
    text(std::get<ConfigText>(std::move(found)), asked);
  }

  void text(ConfigText source, const Place& asked) {
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      if (chain_[i].first != source.identity) continue;
      std::string chain;
      for (std::size_t k = i; k < chain_.size(); ++k) chain += chain_[k].second + " -> ";
      faults.push_back({asked, fmt::format("a circle of bases ({}{})", chain, source.shown), "bases without one"});
      return;
    }
    if (!read_.insert(source.identity).second) return;
    // A base of an overlay that the run has by the same name, one from disk and one from the program, is the same base.
    auto& others = source.disk_folder.empty() ? disk_names_ : embedded_names_;
    if (chain_.size() >= 2 && others.contains(source.name)) return;
    if (!source.name.empty()) (source.disk_folder.empty() ? embedded_names_ : disk_names_).insert(source.name);
    chain_.emplace_back(source.identity, source.shown);
    ParsedText parsed = parse_text(std::move(source), prototype_, faults);
    const FieldDescriptor* base = base_field(*parsed.message);
    if (base != nullptr && parsed.syntax_good) {
      const Reflection& reflection = *parsed.message->GetReflection();
      for (int i = 0; i < reflection.FieldSize(*parsed.message, base); ++i) {
        named(reflection.GetRepeatedString(*parsed.message, base, i), &parsed.source,
              parsed.place(parsed.tree.get(), *base, i));
      }
    }
    chain_.pop_back();
    in_order.push_back(std::move(parsed));
  }

  std::vector<ParsedText> in_order;
  std::vector<Fault> faults;

 private:
  const Message& prototype_;
  ConfigFolders folders_;
  std::vector<std::pair<std::string, std::string>> chain_;  // identity and shown name
  std::set<std::string> read_;
  std::set<std::string> embedded_names_, disk_names_;
};

void check_required(const Message& message, const std::string& path, const LoadedConfig& config,
                    std::vector<Fault>& faults) {
  const auto& type = *message.GetDescriptor();
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_required() && !reflection.HasField(message, &field)) {
      const std::string where = path.empty() ? "" : " in " + path;
      faults.push_back(config.fault(path, fmt::format("no {}{}", field.name(), where),
                                    fmt::format("{}: {}", field.name(), describe_type(field))));
    }
    if (!is_message(field)) continue;
    const std::string below = join_path(path, field.name());
    if (!field.is_repeated()) {
      if (reflection.HasField(message, &field)) {
        check_required(reflection.GetMessage(message, &field), below, config, faults);
      }
      continue;
    }
    const FieldDescriptor* key = element_key(field);
    for (int k = 0; k < reflection.FieldSize(message, &field); ++k) {
      const Message& element = reflection.GetRepeatedMessage(message, &field, k);
      const std::string selector =
          key == nullptr ? fmt::format("[{}]", k) : key_selector(*key, value_text(element, *key, -1));
      check_required(element, below + selector, config, faults);
    }
  }
}

// Settings, the required fields, and then nothing changes any more.
LoadedConfig finish(std::unique_ptr<Message> message, std::vector<std::string> files, Origins origins,
                    std::span<const Setting> settings, std::vector<Fault> faults) {
  for (const Setting& setting : settings) apply_setting(*message, setting, origins, faults);
  if (!faults.empty()) throw ConfigError(std::move(faults));
  LoadedConfig config(std::move(message), std::move(files), std::move(origins));
  check_required(config.message(), "", config, faults);
  if (!faults.empty()) throw ConfigError(std::move(faults));
  return config;
}

LoadedConfig merged(const Message& prototype, Reading reading, const LoadOptions& options) {
  if (!reading.faults.empty()) throw ConfigError(std::move(reading.faults));
  std::unique_ptr<Message> message(prototype.New());
  Origins origins;
  std::vector<std::string> files;
  std::vector<Fault> faults;
  for (const ParsedText& parsed : reading.in_order) {
    merge_file(*message, parsed, origins, faults);
    files.push_back(parsed.source.shown);
  }
  if (!faults.empty()) throw ConfigError(std::move(faults));
  std::vector<Setting> settings;
  for (const std::string& text : options.sets) {
    if (auto setting = parse_setting(text, faults)) settings.push_back(std::move(*setting));
  }
  return finish(std::move(message), std::move(files), std::move(origins), settings, std::move(faults));
}

}  // namespace

LoadedConfig::LoadedConfig(std::shared_ptr<const Message> message, std::vector<std::string> files, Origins origins)
    : message_(std::move(message)), files_(std::move(files)), origins_(std::move(origins)) {
  HAVEN_CHECK(message_ != nullptr && !files_.empty(), "a loaded config has a message and a file");
}

Place LoadedConfig::locate(std::string_view path) const {
  std::string at(path);
  auto resolved = resolve_path(*message_, path);
  if (const auto* paths = std::get_if<std::vector<ResolvedPath>>(&resolved)) at = paths->front().canonical;
  for (; !at.empty(); at = enclosing_path(at)) {
    if (const auto found = origins_.find(at); found != origins_.end()) return found->second.place;
  }
  return {files_.back(), 1, 1};
}

Fault LoadedConfig::fault(std::string_view path, std::string found, std::string expected) const {
  return {locate(path), std::move(found), std::move(expected)};
}

FieldInfo LoadedConfig::describe(std::string_view path, const Place& place) const {
  auto resolved = resolve_path(*message_, path);
  if (const auto* wrong = std::get_if<Misfit>(&resolved)) {
    throw ConfigError({{place, wrong->found, wrong->expected}});
  }
  const auto& paths = std::get<std::vector<ResolvedPath>>(resolved);
  const Message* message = message_.get();
  for (std::size_t i = 0; i + 1 < paths.front().steps.size(); ++i) {
    const auto [field, index] = paths.front().steps[i];
    const Reflection& reflection = *message->GetReflection();
    message = index < 0 ? &reflection.GetMessage(*message, field)
                        : &reflection.GetRepeatedMessage(*message, field, index);
  }
  const auto [field, index] = paths.front().steps.back();
  const bool scalar = !is_message(*field) && (index >= 0 || !field->is_repeated());
  const bool whole_list = field->is_repeated() && index < 0;
  return {paths.front().canonical, whole_list ? describe_type(*field) : describe_value(*field), unit_of(*field),
          scalar ? value_text(*message, *field, index) : "", paths.size()};
}

LoadedConfig LoadedConfig::with_settings(std::span<const Setting> settings) const {
  std::unique_ptr<Message> copy(message_->New());
  copy->CopyFrom(*message_);
  return finish(std::move(copy), files_, origins_, settings, {});
}

LoadedConfig load_config(const Message& prototype, const std::string& name, const LoadOptions& options) {
  Reading reading(prototype, options);
  reading.named(name, nullptr, {name.empty() ? "config" : name, 0, 0});
  return merged(prototype, std::move(reading), options);
}

LoadedConfig load_config_text(const Message& prototype, const std::string& shown, const std::string& text,
                              const LoadOptions& options) {
  Reading reading(prototype, options);
  reading.text({"text:" + shown, shown, text, ".", "", ""}, {shown, 0, 0});
  return merged(prototype, std::move(reading), options);
}

std::string effective_text(const LoadedConfig& config) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  const bool printed = printer.PrintToString(config.message(), &text);
  HAVEN_CHECK(printed, "a checked config prints");
  return text;
}

}  // namespace haven::assemble
