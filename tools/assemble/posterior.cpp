#include "tools/assemble/posterior.h"

#include <fmt/format.h>

#include "tools/assemble/config_digest.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {
namespace {

LoadOptions without_sets(LoadOptions options) {
  options.sets.clear();
  return options;
}

}  // namespace

Posterior::Posterior(const std::string& name, const LoadOptions& options) : config_(load<config::Posterior>(name, without_sets(options))) {
  std::vector<Fault> faults;
  if (config_->parameter_size() == 0) faults.push_back(config_.fault("", "no parameter", "at least one"));
  if (config_->draw_size() == 0) faults.push_back(config_.fault("", "no draw", "at least one"));
  for (int i = 0; i < config_->draw_size(); ++i) {
    if (config_->draw(i).value_size() != config_->parameter_size()) faults.push_back(config_.fault(fmt::format("draw[{}]", i), fmt::format("{} values", config_->draw(i).value_size()), fmt::format("one for each of {} parameters", config_->parameter_size())));
  }
  if (!faults.empty()) throw ConfigError(std::move(faults));
}

base::Digest Posterior::digest() const { return config_digest(config_.message()); }

Located<config::Run> Posterior::drawn(const Located<config::Run>& run, std::uint64_t seed) const {
  std::vector<Setting> settings;
  for (int i = 0; i < config_->parameter_size(); ++i) {
    const auto& p = config_->parameter(i);
    const std::string here = "parameter[name=" + p.name() + "]";
    const FieldInfo field = run.describe(p.path(), config_.locate(here + ".path"));
    if (field.matches != 1 || !field.type.starts_with("number")) throw ConfigError({config_.fault(here + ".path", fmt::format("{}, {} of them", field.type, field.matches), "one number")});
    if (p.unit() != field.unit) throw ConfigError({config_.fault(here + ".unit", "the unit \"" + p.unit() + "\"", "\"" + field.unit + "\", the unit of " + field.canonical)});
    settings.push_back({field.canonical, fmt::format("{}", draw(seed).value(i)), config_.locate(fmt::format("draw[{}]", (seed - 1) % size()))});
  }
  return run.with(settings);
}

std::map<std::string, double> Posterior::values(std::uint64_t seed) const {
  std::map<std::string, double> values;
  for (int i = 0; i < config_->parameter_size(); ++i) values["parameter_" + config_->parameter(i).name()] = draw(seed).value(i);
  return values;
}

std::string posterior_text(const std::string& plan, const std::string& run, const std::string& method, const PosteriorSample& sample, const std::string& source) {
  std::string out = "# proto-file: configs/schema/posterior.proto\n# proto-message: haven.config.Posterior\n";
  out += fmt::format("# To be drawn from by runs of {} (haven run --parameters). docs/calibration.md says what it assumes.\n", run);
  out += fmt::format("version: 1\nname: {}\nplan: {}\nrun: {}\nmethod: {}\n", quoted(plan), quoted(plan), quoted(run), quoted(method));
  for (const auto& p : sample.parameters) out += fmt::format("parameter {{ name: {} path: {} unit: {} best: {} }}\n", quoted(p.name), quoted(p.path), quoted(p.unit), p.best);
  for (const auto& draw : sample.draws) out += fmt::format("draw {{ value: [{}] }}\n", fmt::join(draw, ", "));
  return out + fmt::format("source {{ tag: COMPUTED text: {} }}\n", quoted(source));
}

}  // namespace haven::assemble
