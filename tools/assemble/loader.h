// Reads a config: its bases, itself, its settings, into one message that is whole and checked, or a ConfigError.
//
//   const auto config = load<config::Scenario>("replays/april_2025", {.configs_dir = dir, .sets = sets});
//   config->dealer(0).inventory_limit_bn();
//   throw ConfigError({config.fault("dealer[name=x].rule", "the rule \"y\"", suggest("y", rules))});
//
// Knows no schema: any proto2 message whose fields carry the options of configs/schema/options.proto.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/assemble/embedded.h"
#include "tools/assemble/errors.h"
#include "tools/assemble/merge.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {

struct LoadOptions {
  std::string configs_dir = {};        // --configs DIR; "" for none
  std::vector<std::string> sets = {};  // --set path=value, applied last, in order
  std::span<const EmbeddedFile> embedded = embedded_configs();
};

/// A value of a config, for whoever offers it to be varied.
struct FieldInfo {
  std::string canonical;  // canonical path of the first value that the path names
  std::string type;       // describe_type()
  std::string unit;
  std::string value;  // effective value; "" of a block or a list
  std::size_t matches = 1;
};

/// An effective config and where each of its values came from. Cheap to copy.
/// Invariants: `message` passed every check and holds no `base`, `remove` or `override`; it never changes.
class LoadedConfig {
 public:
  LoadedConfig(std::shared_ptr<const google::protobuf::Message> message, std::vector<std::string> files,
               Origins origins);

  const google::protobuf::Message& message() const { return *message_; }
  /// The files it was read from as faults show them, in the order of merging: the config itself is last.
  const std::vector<std::string>& files() const { return files_; }
  const Origins& origins() const { return origins_; }

  /// Where the value at `path` was written, or else the nearest block around it, or else the config itself.
  Place locate(std::string_view path) const;
  /// A fault at locate(path).
  Fault fault(std::string_view path, std::string found, std::string expected) const;
  /// What `path` names. Throws ConfigError with `place` when it names nothing.
  FieldInfo describe(std::string_view path, const Place& place) const;

  /// The config with further settings. Throws ConfigError.
  LoadedConfig with_settings(std::span<const Setting> settings) const;

 private:
  std::shared_ptr<const google::protobuf::Message> message_;
  std::vector<std::string> files_;
  Origins origins_;
};

/// A LoadedConfig whose message is an M.
template <class M>
class Located : public LoadedConfig {
 public:
  /// Requires that `config` was loaded as an M.
  explicit Located(LoadedConfig config) : LoadedConfig(std::move(config)) {}
  const M& operator*() const { return static_cast<const M&>(message()); }
  const M* operator->() const { return static_cast<const M*>(&message()); }
  /// The config with further settings. Throws ConfigError.
  Located with(std::span<const Setting> settings) const { return Located(with_settings(settings)); }
};

/// Finds, parses, merges and checks a config of the type of `prototype`. Bases are merged first, in order, each file
/// once, at its first mention. Throws ConfigError with every fault that could be found.
LoadedConfig load_config(const google::protobuf::Message& prototype, const std::string& name,
                         const LoadOptions& options);
/// The same for a text that is no file, such as the effective config kept in a result. `shown` names it in faults; its
/// bases are looked for in the current folder.
LoadedConfig load_config_text(const google::protobuf::Message& prototype, const std::string& shown,
                              const std::string& text, const LoadOptions& options);

template <class M>
Located<M> load(const std::string& name_or_path, const LoadOptions& options = {}) {
  return Located<M>(load_config(M::default_instance(), name_or_path, options));
}
template <class M>
Located<M> load_text(const std::string& shown, const std::string& text, const LoadOptions& options = {}) {
  return Located<M>(load_config_text(M::default_instance(), shown, text, options));
}

/// The effective config as one text-format file without bases; loading it gives the same digest.
std::string effective_text(const LoadedConfig& config);

}  // namespace haven::assemble
