#include "tools/assemble/calibration_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "tools/assemble/config_digest.h"
#include "tools/assemble/named_by.h"
#include "tools/assemble/overlay.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {
namespace {

LoadOptions with_sets(LoadOptions options, std::vector<std::string> sets) {
  options.sets = std::move(sets);
  return options;
}

std::vector<std::string> all_sets(const config::Calibration& config, const LoadOptions& options) {
  std::vector<std::string> sets(config.set().begin(), config.set().end());
  sets.insert(sets.end(), options.sets.begin(), options.sets.end());
  return sets;
}

/// The run that everything is about, with faults of the plan's settings at their place in the plan.
Located<config::Run> run_of(const Located<config::Calibration>& config, const LoadOptions& options) {
  const std::vector<std::string> with(config->with().begin(), config->with().end());
  std::vector<Setting> settings;
  std::vector<Fault> faults;
  for (int i = 0; i < config->set_size(); ++i) {
    auto setting = parse_setting(config->set(i), faults);
    if (!setting) continue;
    setting->place = config.locate(fmt::format("set[{}]", i));
    settings.push_back(*setting);
  }
  if (!faults.empty()) throw ConfigError({config.fault("set", "a setting without =", "PATH=VALUE, as --set takes it")});
  return named_by(config, "run", config->run(), [&] {
    load_run_with(config->run(), with, with_sets(options, {})).with(settings);
    return load_run_with(config->run(), with, with_sets(options, all_sets(*config, options)));
  });
}

bool through_names(const std::string& path) {
  const auto steps = parse_path(path);
  const auto* list = std::get_if<std::vector<PathStep>>(&steps);
  return list != nullptr && std::all_of(list->begin(), list->end(), [](const PathStep& s) { return s.select == PathStep::Select::whole || s.select == PathStep::Select::match; });
}

plan::Parameter parameter_of(const config::Parameter& p, const Located<config::Calibration>& config, const Located<config::Run>& run, std::vector<Fault>& faults) {
  const std::string here = "parameter[name=" + p.name() + "]";
  const auto wrong = [&](const std::string& field, const std::string& found, const std::string& expected) { faults.push_back(config.fault(here + field, found, expected)); };
  plan::Parameter parameter{p.name(), p.path(), "", p.low(), p.high(), p.scale() == config::Parameter::LOG, {}, 0.5};
  if (!(p.low() < p.high())) wrong(".low", fmt::format("bounds from {} to {}", p.low(), p.high()), "low below high");
  if (parameter.log && p.low() <= 0) wrong(".low", fmt::format("a logarithmic parameter from {}", p.low()), "low above 0");
  if (p.has_prior()) {
    parameter.prior = plan::Prior{p.prior().centre(), p.prior().width()};
    if (p.prior().centre() < p.low() || p.high() < p.prior().centre()) wrong(".prior.centre", fmt::format("a prior around {}", p.prior().centre()), fmt::format("one inside the bounds, {} to {}", p.low(), p.high()));
  }
  const FieldInfo field = run.describe(p.path(), config.locate(here + ".path"));
  parameter.path = field.canonical;
  parameter.unit = field.unit;
  if (field.matches != 1) wrong(".path", fmt::format("a path that names {} values", field.matches), "one");
  if (!field.type.starts_with("number")) wrong(".path", field.type, "a number that is not whole");
  if (!through_names(field.canonical)) wrong(".path", "the element of a list without names", "a field that an overlay can name");
  if (p.has_unit() && p.unit() != field.unit) wrong(".unit", "the unit \"" + p.unit() + "\"", "\"" + field.unit + "\", the unit of " + field.canonical);
  if (!faults.empty()) return parameter;
  double today = 0;
  const auto read = std::from_chars(field.value.data(), field.value.data() + field.value.size(), today);
  if (parameter.prior) parameter.start = parameter.coordinate_of(parameter.prior->centre);
  else if (read.ec == std::errc() && (today > 0 || !parameter.log)) parameter.start = std::clamp(parameter.coordinate_of(today), 0.0, 1.0);
  for (const double end : {p.low(), p.high()}) {
    const std::vector<Setting> setting = {{field.canonical, fmt::format("{}", end), config.locate(here)}};
    run.with(setting);
  }
  return parameter;
}

plan::Target target_of(const config::Target& t) {
  plan::Target target;
  target.metric = t.name();
  target.value = t.value();
  target.scale = t.scale();
  target.side = t.side() == config::Target::UPPER_ONLY ? plan::Target::Side::upper_only : t.side() == config::Target::LOWER_ONLY ? plan::Target::Side::lower_only : plan::Target::Side::both;
  for (const auto& source : t.source()) {
    if (!target.source.empty()) target.source += "; ";
    target.source += source.text();
    if (source.has_tag() && target.tag.empty()) target.tag = config::Tag_Name(source.tag());
  }
  return target;
}

plan::Calibration calibration_of(const Located<config::Calibration>& config, const Located<config::Run>& run, const LoadOptions& options) {
  std::vector<Fault> faults;
  plan::Calibration c;
  std::set<std::string> paths;
  for (const auto& p : config->parameter()) {
    c.parameters.push_back(parameter_of(p, config, run, faults));
    if (!paths.insert(c.parameters.back().path).second) faults.push_back(config.fault("parameter[name=" + p.name() + "].path", "a field that another parameter has", "each field once"));
  }
  if (c.parameters.empty()) faults.push_back(config.fault("", "no parameter", "at least one"));
  if (config->target_size() == 0) faults.push_back(config.fault("", "no target", "at least one"));
  std::vector<std::string> metrics;
  for (const auto& metric : assemble(run, options).metrics) metrics.push_back(metric.name);
  for (const auto& t : config->target()) {
    if (std::find(metrics.begin(), metrics.end(), t.name()) == metrics.end()) faults.push_back(config.fault("target[name=" + t.name() + "].name", "the metric \"" + t.name() + "\", which the run does not have", suggest(t.name(), metrics)));
    c.targets.push_back(target_of(t));
  }
  const auto& b = config->budget();
  c.first_seed = config->first_seed();
  c.seeds = config->seeds();
  c.evaluations = b.evaluations();
  c.population = b.population();
  c.optimiser_seed = static_cast<std::uint32_t>(b.optimiser_seed());
  c.first_step = b.first_step();
  c.difference_step = b.difference_step();
  c.target_cap = config->target_cap();
  c.failure_loss = config->failure_loss();
  if (c.evaluations <= c.population) faults.push_back(config.fault("budget.evaluations", fmt::format("{} evaluations", c.evaluations), fmt::format("at least the start and a generation of {}", c.population)));
  if (!faults.empty()) throw ConfigError(std::move(faults));
  return c;
}

/// The sweep with an axis for every parameter; its own design is never asked for points.
std::string sweep_text(const config::Calibration& config, const plan::Calibration& c) {
  std::string text = fmt::format("name: {} title: {} run: {} seeds: {} design {{ kind: SOBOL size: 1 }} keep: METRICS collapse: \"\"\n", quoted(config.name()), quoted(config.title()), quoted(config.run()), c.seeds);
  for (const auto& with : config.with()) text += fmt::format("with: {}\n", quoted(with));
  for (const auto& t : c.targets) text += fmt::format("keep_metric: {}\n", quoted(t.metric));
  for (const auto& p : c.parameters) text += fmt::format("axis {{ name: {} path: {} range {{ from: {} to: {} log: {} }} }}\n", quoted(p.name), quoted(p.path), p.low, p.high, p.log);
  return text;
}

}  // namespace

CalibrationPlan::CalibrationPlan(const std::string& name, const LoadOptions& options, const std::vector<std::string>& settings)
    : config_(load<config::Calibration>(name, with_sets(options, settings))), calibration_(calibration_of(config_, run_of(config_, options), options)) {
  sweep_ = std::make_unique<const SweepPlan>(SweepPlan::of_text(name, sweep_text(*config_, calibration_), with_sets(options, all_sets(*config_, options))));
}

std::string CalibrationPlan::title() const { return config_->title().empty() ? config_->name() : config_->title(); }

base::Digest CalibrationPlan::digest_of(const config::Calibration& config) const {
  base::Digest digest = config_digest(config);
  const base::Digest run = sweep_->resumable_digest();
  digest.add(run.a);
  digest.add(run.b);
  return digest;
}

base::Digest CalibrationPlan::digest() const { return digest_of(*config_); }

base::Digest CalibrationPlan::resumable_digest() const {
  config::Calibration without = *config_;
  without.mutable_budget()->set_evaluations(without.budget().population());
  return digest_of(without);
}

}  // namespace haven::assemble
