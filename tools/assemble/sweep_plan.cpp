#include "tools/assemble/sweep_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/random.h"
#include "tools/assemble/config_digest.h"
#include "tools/assemble/field_rules.h"
#include "tools/assemble/named_by.h"
#include "tools/assemble/overlay.h"
#include "tools/assemble/positions.h"
#include "tools/assemble/sweep_axis.h"

namespace haven::assemble {
namespace {

constexpr double kMostPoints = 1e8, kMostRuns = 1e10;

LoadOptions with_sets(LoadOptions options, std::vector<std::string> sets) {
  options.sets = std::move(sets);
  return options;
}

plan::Kind kind_of(const config::Sweep& sweep) {
  if (!sweep.has_design()) return plan::Kind::grid;
  switch (sweep.design().kind()) {
    case config::Design::GRID: return plan::Kind::grid;
    case config::Design::LATIN_HYPERCUBE: return plan::Kind::latin_hypercube;
    case config::Design::SOBOL: return plan::Kind::sobol;
    case config::Design::MORRIS: return plan::Kind::morris;
    case config::Design::SALTELLI: return plan::Kind::saltelli;
  }
  return plan::Kind::grid;
}

plan::SeedRule seed_rule(const Located<config::Sweep>& sweep, std::vector<Fault>& faults) {
  plan::SeedRule rule;
  rule.first = rule.most = rule.step = sweep->seeds();
  if (sweep->has_precision()) {
    const auto& p = sweep->precision();
    rule.precision = plan::Precision{p.metric(), p.standard_error()};
    rule.most = p.most_seeds();
    if (p.step() > 0) rule.step = p.step();
    if (rule.most < rule.first) faults.push_back(sweep.fault("precision.most_seeds", fmt::format("{} seeds at most", rule.most), fmt::format("at least the {} that every point gets", rule.first)));
  }
  for (int i = 0; i < sweep->stop_size(); ++i) {
    const auto& s = sweep->stop(i);
    const std::string path = fmt::format("stop[{}]", i);
    plan::Stop stop{s.metric(), {}, {}, s.standard_errors()};
    if (s.has_above()) stop.above = s.above();
    if (s.has_below()) stop.below = s.below();
    if (!s.has_above() && !s.has_below()) faults.push_back(sweep.fault(path, "a stop without a bound", "above or below"));
    if (!sweep->has_precision()) faults.push_back(sweep.fault(path, "a stop where every point gets the same seeds", "precision too, which adds seeds until a stop is met"));
    rule.stops.push_back(stop);
  }
  return rule;
}

plan::Keep keep_of(const config::Sweep& sweep) {
  plan::Keep keep;
  if (sweep.keep_size() > 0) {
    const auto has = [&](config::Sweep::Keep what) { return std::find(sweep.keep().begin(), sweep.keep().end(), what) != sweep.keep().end(); };
    keep = {has(config::Sweep::METRICS), has(config::Sweep::SERIES), has(config::Sweep::FLOWS), has(config::Sweep::CONSTRAINTS), has(config::Sweep::LIQUIDITY_NEEDS),
            has(config::Sweep::POSITIONS), has(config::Sweep::REPO), has(config::Sweep::COLLATERAL), has(config::Sweep::DEFAULTS), {}, {}};
  }
  keep.only_metrics.assign(sweep.keep_metric().begin(), sweep.keep_metric().end());
  std::sort(keep.only_metrics.begin(), keep.only_metrics.end());
  return keep;
}

plan::Frontier frontier_of(const Located<config::Sweep>& sweep, const config::Axis& axis, const plan::Axis& values, std::vector<Fault>& faults) {
  const auto& f = sweep->frontier();
  if (!axis.has_range()) faults.push_back(sweep.fault("axis[name=" + axis.name() + "]", "a frontier along an axis without a range", "range { from: ... to: ... }"));
  if (f.most_seeds() < sweep->seeds()) faults.push_back(sweep.fault("frontier.most_seeds", fmt::format("{} seeds at most", f.most_seeds()), fmt::format("at least the {} of the first look", sweep->seeds())));
  return {values, f.metric(), f.level(), f.tolerance(), f.confidence(), sweep->seeds(), f.most_seeds()};
}

plan::Plan plan_of(const Located<config::Sweep>& sweep) {
  std::vector<Fault> faults;
  plan::Plan plan;
  plan.name = sweep->name();
  plan.title = sweep->title().empty() ? sweep->name() : sweep->title();
  auto& design = plan.design;
  design.kind = kind_of(*sweep);
  design.size = sweep->design().size();
  design.grid_levels = sweep->design().levels();
  design.shuffle = static_cast<std::uint64_t>(sweep->design().shuffle());
  if (design.kind != plan::Kind::grid && design.size == 0) faults.push_back(sweep.fault("design", "a design without size", "size, docs/sweeps.md says of what"));
  if (design.kind == plan::Kind::grid && design.size > 0) faults.push_back(sweep.fault("design.size", "a size of a grid", "none: the axes' values make its points"));
  if (design.grid_levels % 2 != 0) faults.push_back(sweep.fault("design.levels", fmt::format("{} levels", design.grid_levels), "an even number"));
  for (const auto& axis : sweep->axis()) {
    const bool along = sweep->has_frontier() && axis.name() == sweep->frontier().along();
    const auto values = axis_values(axis, along ? plan::Kind::sobol : design.kind, sweep, faults);
    if (along) plan.frontier = frontier_of(sweep, axis, values, faults);
    else design.axes.push_back(values);
  }
  if (sweep->axis_size() == 0) faults.push_back(sweep.fault("", "no axis", "at least one"));
  if (sweep->has_frontier() && !plan.frontier) faults.push_back(sweep.fault("frontier.along", "the axis \"" + sweep->frontier().along() + "\"", "the name of an axis of this plan"));
  if (sweep->has_frontier() && sweep->has_design()) faults.push_back(sweep.fault("design", "a design beside a frontier", "one of them: a frontier looks at every combination of the other axes"));
  plan.seeds = seed_rule(sweep, faults);
  plan.keep = keep_of(*sweep);
  plan.keep.needed = plan.seeds.metrics();
  if (plan.frontier) plan.keep.needed.push_back(plan.frontier->metric);
  const double points = design.points_real(), runs = points * plan.seeds.most;
  if (points > kMostPoints || runs > kMostRuns) {
    faults.push_back(sweep.fault("axis[name=" + sweep->axis(0).name() + "]", fmt::format("{:.3g} points of {} seeds", points, plan.seeds.most), fmt::format("at most {:.0e} points and {:.0e} runs", kMostPoints, kMostRuns)));
  }
  if (!faults.empty()) throw ConfigError(std::move(faults));
  return plan;
}

metrics::Collapse read_collapse(const Located<config::Collapse>& collapse) {
  metrics::Collapse result;
  std::vector<Fault> faults;
  const auto take = [&](const char* list, const auto& signs, std::vector<metrics::Sign>& out) {
    for (const auto& sign : signs) {
      if (sign.has_at_least() == sign.has_below()) faults.push_back(collapse.fault(fmt::format("{}[name={}]", list, sign.name()), "a sign without a bound, or with two", "at_least or below"));
      metrics::Sign s{sign.name(), sign.series(), sign.of_calm(), {}, {}};
      if (sign.has_at_least()) s.at_least = sign.at_least();
      if (sign.has_below()) s.below = sign.below();
      out.push_back(s);
    }
  };
  take("all", collapse->all(), result.all);
  take("any", collapse->any(), result.any);
  if (result.all.empty() && result.any.empty()) faults.push_back(collapse.fault("", "a collapse without signs", "all or any, at least one"));
  if (!faults.empty()) throw ConfigError(std::move(faults));
  return result;
}

Located<config::Run> base_of(const Located<config::Sweep>& sweep, const std::vector<std::string>& with, const LoadOptions& options) {
  return named_by(sweep, "run", sweep->run(), [&] { return load_run_with(sweep->run(), with, options); });
}

void add(base::Digest& digest, const base::Digest& part) {
  digest.add(part.a);
  digest.add(part.b);
}

}  // namespace

metrics::Collapse collapse_of(const std::string& name, const LoadOptions& options) { return read_collapse(load<config::Collapse>(name, with_sets(options, {}))); }

SweepPlan::SweepPlan(const std::string& name, const LoadOptions& options, const std::vector<std::string>& settings)
    : SweepPlan(load<config::Sweep>(name, with_sets(options, settings)), options) {}

SweepPlan SweepPlan::of_text(const std::string& shown, const std::string& text, const LoadOptions& options) {
  return {load_text<config::Sweep>(shown, text, with_sets(options, {})), options};
}

SweepPlan::SweepPlan(Located<config::Sweep> sweep, const LoadOptions& options)
    : sweep_(std::move(sweep)),
      options_(options),
      with_(sweep_->with().begin(), sweep_->with().end()),
      base_(base_of(sweep_, with_, options)),
      plan_(plan_of(sweep_)) {
  const Experiment base = named_by(sweep_, "run", sweep_->run(), [&] { return assemble(base_, options_); });
  base_digest_ = base.config_digest;
  learn_metrics(base);
  if (!sweep_->collapse().empty()) {
    metrics_.insert(kCollapseShare);
    const auto collapse = named_by(sweep_, "collapse", sweep_->collapse(), [&] { return load<config::Collapse>(sweep_->collapse(), with_sets(options_, {})); });
    collapse_ = read_collapse(collapse);
    add(base_digest_, config_digest(collapse.message()));
  }
  for (const auto& axis : sweep_->axis()) {
    auto& axes = plan_.design.axes;
    const auto found = std::find_if(axes.begin(), axes.end(), [&](const auto& a) { return a.name == axis.name(); });
    auto& values = found != axes.end() ? *found : plan_.frontier->along;
    const Place place = sweep_.locate("axis[name=" + axis.name() + "]");
    if (axis.has_path()) {
      const FieldInfo field = base_.describe(axis.path(), place);
      values.whole = field.type.starts_with("whole number");
      if (axis.has_unit() && axis.unit() != field.unit) throw ConfigError({{place, "the unit \"" + axis.unit() + "\"", "\"" + field.unit + "\", the unit of " + field.canonical}});
    }
    if (values.levels.empty()) {
      for (const double end : {0.0, 1.0}) try_value(axis, values.at(end));
    }
    for (const auto& level : values.levels) try_value(axis, level);
  }
  check_metrics();
}

void SweepPlan::learn_metrics(const Experiment& experiment) {
  for (const auto& metric : experiment.metrics) metrics_.insert(metric.name);
}

void SweepPlan::check_metrics() const {
  std::vector<Fault> faults;
  const auto check = [&](const std::string& path, const std::string& metric) {
    if (!metrics_.contains(metric)) faults.push_back(sweep_.fault(path, "the metric \"" + metric + "\", which no run of the plan has", suggest(metric, {metrics_.begin(), metrics_.end()})));
  };
  if (sweep_->has_precision()) check("precision.metric", sweep_->precision().metric());
  for (int i = 0; i < sweep_->stop_size(); ++i) check(fmt::format("stop[{}].metric", i), sweep_->stop(i).metric());
  for (int i = 0; i < sweep_->keep_metric_size(); ++i) check(fmt::format("keep_metric[{}]", i), sweep_->keep_metric(i));
  if (sweep_->has_frontier()) check("frontier.metric", sweep_->frontier().metric());
  if (!faults.empty()) throw ConfigError(std::move(faults));
}

void SweepPlan::try_value(const config::Axis& axis, const results::AxisValue& value) {
  try {
    const auto run = run_at({value});
    const bool says_positions = std::any_of(sweep_->axis().begin(), sweep_->axis().end(), [](const auto& a) { return a.positions_size() > 0; });
    if (run->rule() != base_->rule() && !says_positions) {
      throw ConfigError({sweep_.fault("", "a leverage regime that varies and no positions", "axis { name: \"positions\" positions: [FROZEN, RE_EQUILIBRATED] }, or one of them")});
    }
    // Words and overlays name files: what is in them decides the rows.
    if (!value.label.empty()) {
      const Experiment experiment = assemble(run, options_);
      add(base_digest_, experiment.config_digest);
      learn_metrics(experiment);
    }
  } catch (const ConfigError& error) {
    std::vector<Fault> all = {sweep_.fault("axis[name=" + axis.name() + "]", "an axis whose value cannot be set", "a field of the run and values that it takes")};
    all.insert(all.end(), error.faults().begin(), error.faults().end());
    throw ConfigError(std::move(all));
  }
}

Located<config::Run> SweepPlan::run_at(const std::vector<results::AxisValue>& values) const {
  const auto axis_of = [&](const results::AxisValue& value) -> const config::Axis& {
    return *std::find_if(sweep_->axis().begin(), sweep_->axis().end(), [&](const auto& axis) { return axis.name() == value.axis; });
  };
  std::vector<std::string> with = with_;
  for (const auto& value : values) {
    if (const auto overlay = axis_overlay(axis_of(value), value); !overlay.empty()) with.push_back(overlay);
  }
  auto run = with.size() == with_.size() ? base_ : load_run_with(sweep_->run(), with, options_);
  for (const auto& value : values) {
    const auto& axis = axis_of(value);
    run = run.with(axis_settings(axis, value, run, sweep_.locate("axis[name=" + axis.name() + "]")));
  }
  for (const auto& value : values) {
    const auto& axis = axis_of(value);
    if (axis.positions_size() == 0) continue;
    run = run.with(positions_settings(axis.positions(static_cast<int>(value.value)), *run, base_->rule(), sweep_.locate("axis[name=" + axis.name() + "]")));
  }
  return run;
}

Experiment SweepPlan::experiment(const results::PointRow& point) const { return assemble(run_at(point.axes), options_); }

base::Digest SweepPlan::digest_of(const config::Sweep& sweep) const {
  base::Digest digest = config_digest(sweep);
  for (const auto& axis : sweep.axis()) digest.add(base::name_key(axis.name()));  // the order of axes numbers the points
  add(digest, base_digest_);
  return digest;
}

base::Digest SweepPlan::digest() const { return digest_of(*sweep_); }

base::Digest SweepPlan::resumable_digest() const {
  config::Sweep without = *sweep_;
  without.set_seeds(1);
  without.clear_precision();
  without.clear_stop();
  return digest_of(without);
}

plan::Plan plan_of_text(const std::string& shown, const std::string& text) { return plan_of(load_text<config::Sweep>(shown, text)); }

}  // namespace haven::assemble
