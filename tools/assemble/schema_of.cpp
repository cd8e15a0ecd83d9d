#include "tools/assemble/schema_of.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "configs/schema/calibration.pb.h"
#include "configs/schema/firms.pb.h"
#include "configs/schema/metrics.pb.h"
#include "configs/schema/posterior.pb.h"
#include "configs/schema/reference.pb.h"
#include "configs/schema/rules.pb.h"
#include "configs/schema/run.pb.h"
#include "configs/schema/study.pb.h"
#include "configs/schema/sweep.pb.h"
#include "tools/assemble/field_rules.h"
#include "tools/assemble/find_config.h"
#include "tools/assemble/parse_text.h"

namespace haven::assemble {
namespace {

constexpr std::array kSchemas = {Schema::run,  Schema::sweep,       Schema::study,    Schema::calibration, Schema::posterior, Schema::reference,
                                 Schema::line, Schema::metric_list, Schema::collapse, Schema::rule_set,    Schema::firms};
constexpr std::string_view kSays = "# proto-message:";

/// The word after kSays in a comment at the top, with its place.
std::optional<std::pair<std::string, Place>> said(const ConfigText& source) {
  int line = 1;
  for (std::size_t at = 0; at < source.text.size() && source.text[at] == '#'; ++line) {
    const std::size_t end = std::min(source.text.find('\n', at), source.text.size());
    const std::string_view comment = std::string_view(source.text).substr(at, end - at);
    if (comment.starts_with(kSays)) {
      const std::size_t from = std::min(comment.find_first_not_of(" \t", kSays.size()), comment.size());
      const std::size_t to = std::min(comment.find_first_of(" \t\r", from), comment.size());
      return std::pair{std::string(comment.substr(from, to - from)), Place{source.shown, line, static_cast<int>(from) + 1}};
    }
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

const google::protobuf::Message& prototype_of(Schema schema) {
  switch (schema) {
    case Schema::run: return config::Run::default_instance();
    case Schema::sweep: return config::Sweep::default_instance();
    case Schema::study: return config::Study::default_instance();
    case Schema::calibration: return config::Calibration::default_instance();
    case Schema::posterior: return config::Posterior::default_instance();
    case Schema::line: return config::Line::default_instance();
    case Schema::reference: return config::Reference::default_instance();
    case Schema::metric_list: return config::MetricList::default_instance();
    case Schema::collapse: return config::Collapse::default_instance();
    case Schema::rule_set: return config::RuleSet::default_instance();
    case Schema::firms: return config::Firms::default_instance();
  }
  return config::Run::default_instance();
}

Schema schema_of(const std::string& name, const LoadOptions& options) {
  auto found = find_config(name, nullptr, {options.configs_dir, options.embedded});
  if (const auto* wrong = std::get_if<Misfit>(&found)) {
    const Place asked{name.empty() ? "config" : name, 0, 0};
    throw ConfigError(std::vector<Fault>{{asked, wrong->found, wrong->expected}});
  }
  const auto& source = std::get<ConfigText>(found);
  if (const auto word = said(source)) {
    std::vector<std::string> names;
    for (const Schema schema : kSchemas) {
      names.push_back(prototype_of(schema).GetTypeName());
      if (names.back() == word->first) return schema;
    }
    throw ConfigError(std::vector<Fault>{{word->second, fmt::format("the schema \"{}\"", word->first), suggest(word->first, names)}});
  }
  std::optional<std::pair<std::size_t, Schema>> best;
  for (const Schema schema : kSchemas) {
    std::vector<Fault> faults;
    parse_text(source, prototype_of(schema), faults);
    if (!best || faults.size() < best->first) best = {faults.size(), schema};
  }
  return best->second;
}

}  // namespace haven::assemble
