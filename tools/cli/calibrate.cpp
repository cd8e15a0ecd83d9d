#include "tools/sweep/calibrate.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/assemble/calibration_plan.h"
#include "tools/assemble/posterior.h"
#include "tools/cli/command.h"
#include "tools/cli/output_place.h"
#include "tools/report/report.h"
#include "tools/sweep/market_model.h"
#include "tools/sweep/posterior_sample.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string plan, out, overlay, posterior;
  ConfigOptions configs;
  int threads = 0, evaluations = 0, draws = 256;
  bool force = false, json = false, no_report = false;
};

struct Found {
  sweep::Calibrated search;
  sweep::Jacobian jacobian;
  sweep::Identifiability pinned;
};

const char* side_name(plan::Target::Side side) {
  switch (side) {
    case plan::Target::Side::both: return "both";
    case plan::Target::Side::upper_only: return "upper_only";
    case plan::Target::Side::lower_only: return "lower_only";
  }
  return "both";
}

results::Manifest manifest_of(const assemble::CalibrationPlan& plan) {
  results::Manifest manifest;
  manifest.plan = plan.name();
  manifest.event = plan.title();
  manifest.version = version();
  manifest.config = plan.effective_text();
  manifest.config_digest = base::to_hex(plan.digest());
  manifest.plan_digest = base::to_hex(plan.resumable_digest());
  return manifest;
}

results::CalibrationRows rows_of(const plan::Calibration& c, const Found& found) {
  results::CalibrationRows rows;
  for (const auto& s : found.search.steps) rows.steps.push_back({s.point, s.generation, s.loss, s.best});
  const auto& best = found.search.best;
  for (std::size_t t = 0; t < c.targets.size(); ++t) {
    const auto& target = c.targets[t];
    const auto& moment = best.moments[t];
    results::CalibrationRows::Target row{target.metric, target.value, target.scale, side_name(target.side), {}, {}, {}, target.source, target.tag};
    if (moment.n > 0) {
      row.model_mean = moment.mean;
      row.model_se = moment.se;
      row.deviation = target.deviation(moment.mean);
    }
    rows.targets.push_back(row);
  }
  for (std::size_t p = 0; p < c.parameters.size(); ++p) {
    const auto& parameter = c.parameters[p];
    const double u = best.coordinates[p];
    results::CalibrationRows::Parameter row{parameter.name, parameter.path, parameter.unit, parameter.low, parameter.high, parameter.value_at(parameter.start), parameter.value_at(u), {}, {}, found.pinned.pinned_down[p]};
    if (const auto se = found.pinned.standard_error[p]) {
      row.minus_se = parameter.value_at(u - *se);
      row.plus_se = parameter.value_at(u + *se);
    }
    rows.parameters.push_back(row);
  }
  for (std::size_t d = 0; d < found.pinned.directions.size(); ++d) {
    for (std::size_t p = 0; p < c.parameters.size(); ++p) rows.directions.push_back({static_cast<std::int64_t>(d), found.pinned.directions[d].information, c.parameters[p].name, found.pinned.directions[d].weights[p]});
  }
  return rows;
}

std::string uncertainty(const results::CalibrationRows::Parameter& p) {
  if (!p.minus_se) return "not pinned down: part of a direction that no target sees";
  return fmt::format("{}one standard error {:.4g} to {:.4g}", p.pinned_down ? "" : "not pinned down; ", *p.minus_se, *p.plus_se);
}

/// What moves together, by the parameters that make up most of it.
std::string direction_text(const plan::Calibration& c, const sweep::Direction& direction) {
  constexpr double kWorthNaming = 0.3;
  std::string text;
  for (std::size_t p = 0; p < c.parameters.size(); ++p) {
    if (std::fabs(direction.weights[p]) >= kWorthNaming) text += fmt::format("{}{:+.2f} {}", text.empty() ? "" : " ", direction.weights[p], c.parameters[p].name);
  }
  return text;
}

void print_convergence(const std::vector<sweep::Step>& steps) {
  fmt::print("\nbest loss by point:");
  double last = INFINITY;
  for (const auto& s : steps) {
    if (s.best < last) fmt::print(" {}: {:.4g}", s.point, s.best);
    last = s.best;
  }
  fmt::print("\n");
}

void print(const plan::Calibration& c, const Found& found, const results::CalibrationRows& rows, const std::string& out) {
  const auto& search = found.search;
  fmt::print("{} points looked at{}; loss {:.4g} at the start, {:.4g} at point {}, the best\n\n", search.steps.size(), search.converged ? ", then nothing new to look at" : "", search.start.loss, search.best.loss, search.best.point);
  fmt::print("{:<44} {:>9} {:>9} {:>9} {:>9} {:>7}\n", "target", "value", "scale", "model", "s.e.", "z");
  for (const auto& t : rows.targets) {
    const auto number = [](const std::optional<double>& x) { return x ? fmt::format("{:.4g}", *x) : "-"; };
    fmt::print("{:<44} {:>9.4g} {:>9.3g} {:>9} {:>9} {:>7}\n", t.metric, t.value, t.scale, number(t.model_mean), number(t.model_se), t.deviation ? fmt::format("{:.2f}", *t.deviation) : "-");
  }
  fmt::print("\n{:<28} {:>10} {:>10} {:<8} {}\n", "parameter", "start", "best", "unit", "uncertainty");
  for (const auto& p : rows.parameters) fmt::print("{:<28} {:>10.4g} {:>10.4g} {:<8} {}\n", p.parameter, p.start, p.value, p.unit, uncertainty(p));
  fmt::print("\n");
  for (const auto& d : found.pinned.directions) {
    if (sweep::is_weak(d)) fmt::print("weakly identified (information {:.2g}): {}\n", d.information, direction_text(c, d));
  }
  print_convergence(search.steps);
  fmt::print("runs and tables in {}\n", out);
}

Json json_of(const Found& found, const results::CalibrationRows& rows, const std::string& out) {
  const auto number = [](const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); };
  Json j;
  j["out"] = out;
  j["points"] = found.search.steps.size();
  j["converged"] = found.search.converged;
  j["start_loss"] = found.search.start.loss;
  j["best_loss"] = found.search.best.loss;
  j["best_point"] = found.search.best.point;
  for (const auto& t : rows.targets) j["targets"].push_back({{"metric", t.metric}, {"value", t.value}, {"scale", t.scale}, {"side", t.side}, {"model_mean", number(t.model_mean)}, {"model_se", number(t.model_se)}, {"z", number(t.deviation)}});
  for (const auto& p : rows.parameters) {
    j["parameters"].push_back({{"name", p.parameter}, {"path", p.path}, {"unit", p.unit}, {"start", p.start}, {"value", p.value}, {"minus_se", number(p.minus_se)}, {"plus_se", number(p.plus_se)}, {"pinned_down", p.pinned_down}});
  }
  j["directions"] = Json::array();
  for (const auto& d : found.pinned.directions) j["directions"].push_back({{"information", d.information}, {"weak", sweep::is_weak(d)}, {"weights", d.weights}});
  return j;
}

std::string source_of(const assemble::CalibrationPlan& plan, const Found& found) {
  const auto& best = found.search.best;
  const auto& c = plan.calibration();
  return fmt::format("haven calibrate {}, point {} of {}, loss {:.4g}, seeds {} to {}", plan.name(), best.point, found.search.steps.size(), best.loss, c.first_seed, c.first_seed + c.seeds - 1);
}

std::string posterior_of(const assemble::CalibrationPlan& plan, const Found& found, int draws) {
  const auto& c = plan.calibration();
  assemble::PosteriorSample sample;
  for (std::size_t p = 0; p < c.parameters.size(); ++p) sample.parameters.push_back({c.parameters[p].name, c.parameters[p].path, c.parameters[p].unit, c.parameters[p].value_at(found.search.best.coordinates[p])});
  for (auto& draw : sweep::posterior_sample(c, found.search.best.coordinates, found.jacobian, static_cast<std::size_t>(draws), c.optimiser_seed)) {
    for (std::size_t p = 0; p < draw.size(); ++p) draw[p] = c.parameters[p].value_at(draw[p]);
    sample.draws.push_back(std::move(draw));
  }
  return assemble::posterior_text(plan.name(), plan.run(), "Laplace's approximation at the best point, cut off at the bounds; targets weigh 1 / scale^2", sample, source_of(plan, found));
}

std::string overlay_of(const assemble::CalibrationPlan& plan, const Found& found, const results::CalibrationRows& rows) {
  std::vector<assemble::FittedValue> values;
  for (const auto& p : rows.parameters) values.push_back({p.path, p.value, fmt::format("{}; {}", p.unit, uncertainty(p))});
  return assemble::overlay_text(plan.name(), {fmt::format("To be laid over {} (--with).", plan.run()), "Standard errors are local, linear and in the targets' scales (docs/calibration.md)."}, values, source_of(plan, found));
}

int calibrate(const Options& o) {
  std::vector<std::string> settings;
  if (o.evaluations > 0) settings.push_back(fmt::format("budget.evaluations={}", o.evaluations));
  const assemble::CalibrationPlan plan(o.plan, o.configs.load(), settings);
  const auto& c = plan.calibration();
  for (const auto& place : {o.overlay, o.posterior}) {
    if (!place.empty()) require_writable(place);
  }
  const std::string out = o.out.empty() ? plan.name() + ".sqlite" : o.out;
  const auto store = open_results(out, manifest_of(plan), o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  sweep::SweepOptions options;
  options.threads = o.threads;
  bool broken = false;
  options.on_progress = [&](const sweep::Standing& standing) { broken |= standing.broken_invariant; };
  const auto model = sweep::market_model(plan.sweep());
  Progress progress(plan.name(), static_cast<std::size_t>(c.evaluations));
  const auto search = sweep::calibrate(plan.sweep().plan(), c, model, *store, options, [&](const std::vector<sweep::Step>& steps) { progress.step(steps.size()); }, stop_requested());
  progress.finish();
  if (!search) return kInterrupted;
  if (search->best.failed) {
    fmt::print(stderr, "every point failed: a run ended in an error or has no value of a target; {} has the errors (table runs)\n", out);
    return broken ? kBrokenInvariant : kFailed;
  }
  const auto jacobian = sweep::slopes(plan.sweep().plan(), c, search->best, model, *store, options, stop_requested());
  if (!jacobian) return kInterrupted;
  const Found found{*search, *jacobian, sweep::identifiability(c, *jacobian)};
  const auto rows = rows_of(c, found);
  store->put_calibration(rows);
  if (o.json) fmt::print("{}\n", json_of(found, rows, out).dump(2));
  else print(c, found, rows, out);
  if (!o.overlay.empty()) write_file(o.overlay, overlay_of(plan, found, rows));
  if (!o.posterior.empty()) write_file(o.posterior, posterior_of(plan, found, o.draws));
  if (!o.no_report) report::write_report(out, std::filesystem::path(out).replace_extension(".html").string());
  return broken ? kBrokenInvariant : kGood;
}

}  // namespace

void add_calibrate(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("calibrate", "searches the parameters of a plan that bring the run's moments to their targets, and tells which the targets pin down");
  command->footer("Example: haven calibrate calibration/calm_2025q1 --overlay calm.textproto --posterior calm.posterior.textproto\nThe runs are rows of the result file; the same command goes on where it stopped. docs/calibration.md");
  command->add_option("plan", o->plan, "name or path of a calibration config")->required();
  command->add_option("--out", o->out, "result file; default NAME.sqlite in this folder");
  command->add_option("--overlay", o->overlay, "write the values found as a run config to be laid over the plan's run");
  command->add_option("--posterior", o->posterior, "write draws of the values from their joint uncertainty, for haven run --parameters");
  command->add_option("--draws", o->draws, "how many of them")->capture_default_str()->check(CLI::Range(1, 100000));
  command->add_option("--evaluations", o->evaluations, "points to look at instead of the plan's")->check(CLI::Range(6, 10000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--json", o->json, "one JSON object on standard output");
  command->add_flag("--no-report", o->no_report, "write no page");
  add_config_options(*command, o->configs);
  command->callback([o, &code] { code = calibrate(*o); });
}

}  // namespace haven::cli
