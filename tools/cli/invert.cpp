#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/assemble/field_rules.h"
#include "tools/cli/frontier_command.h"
#include "tools/cli/output_place.h"
#include "tools/sweep/market_model.h"
#include "tools/sweep/reverse_stress.h"

namespace haven::cli {
namespace {

struct Options {
  SweepCommand sweep;
  std::string config, target;
  std::vector<std::string> by, prior, also;
  std::optional<double> from, to, tolerance;
  double confidence = 0.95;
  int most_seeds = 32, rays = 32;
  double furthest = 5;
  bool log = false;
};

std::string literal(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// "METRIC=VALUE".
std::pair<std::string, double> parse_target(const std::string& text) {
  const std::size_t equals = text.find('=');
  double value = 0;
  if (equals != std::string::npos && equals > 0) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, value);
    if (error == std::errc() && stop == end && std::isfinite(value)) return {text.substr(0, equals), value};
  }
  throw BadInput(fmt::format("--target: found \"{}\", expected METRIC=VALUE", text));
}

/// The range asked for, or from nothing to four times today's value.
std::pair<double, double> range_of(const Options& o) {
  if (o.from && o.to) return {*o.from, *o.to};
  const auto run = assemble::load<config::Run>(o.config, o.sweep.configs.load());
  const auto field = run.describe(o.by.front(), {"--by " + o.by.front(), 0, 0});
  double today = 0;
  std::from_chars(field.value.data(), field.value.data() + field.value.size(), today);
  if (!(today > 0) && !(o.from || o.to)) throw BadInput(fmt::format("--by {}: its value is {}, so there is no range to take for granted; say --from and --to", o.by.front(), field.value.empty() ? "not a number" : field.value));
  return {o.from.value_or(o.log ? today / 4 : 0), o.to.value_or(4 * today)};
}

/// The last field of a path, with its place in the list where that is not enough to tell it from others.
std::string axis_name(const std::vector<std::string>& paths, std::size_t i) {
  const auto last = [](const std::string& path) { return path.substr(path.rfind('.') + 1); };
  const auto same = std::count_if(paths.begin(), paths.end(), [&](const auto& path) { return last(path) == last(paths[i]); });
  return same == 1 ? last(paths[i]) : fmt::format("{}_{}", last(paths[i]), i + 1);
}

/// "MEAN,SD".
sweep::Prior parse_prior(const std::string& axis, const std::string& text) {
  sweep::Prior prior{axis, 0, 0};
  const char *begin = text.data(), *end = begin + text.size();
  const auto mean = std::from_chars(begin, end, prior.mean);
  if (mean.ec == std::errc() && mean.ptr != end && *mean.ptr == ',') {
    const auto deviation = std::from_chars(mean.ptr + 1, end, prior.standard_deviation);
    if (deviation.ec == std::errc() && deviation.ptr == end && std::isfinite(prior.mean) && std::isfinite(prior.standard_deviation) && prior.standard_deviation > 0) return prior;
  }
  throw BadInput(fmt::format("--prior: found \"{}\", expected MEAN,SD with SD above 0", text));
}

int reverse_stress(const Options& o) {
  const auto [metric, level] = parse_target(o.target);
  if (o.prior.size() != o.by.size()) throw BadInput(fmt::format("--prior: found {} for {} --by, expected MEAN,SD for each, in their order", o.prior.size(), o.by.size()));
  if (o.rays < 2 * static_cast<int>(o.by.size())) throw BadInput(fmt::format("--rays: found {}, expected at least both senses of {} fields", o.rays, o.by.size()));
  sweep::StressSearch search;
  search.metric = metric;
  search.rays = o.rays;
  const int first = std::min(o.sweep.seeds > 0 ? o.sweep.seeds : 4, o.most_seeds);
  search.radius = {0, o.furthest, false, level, o.tolerance.value_or(o.furthest / 50), o.confidence, first, o.most_seeds};
  // What is searched for is part of the plan: its title carries what no other field does.
  std::string text = fmt::format("name: \"invert\" title: {} run: {} seeds: {}\n", literal(fmt::format("{} rays={} furthest={} tolerance={} confidence={} most_seeds={} prior={}", o.target, o.rays, o.furthest, search.radius.tolerance, o.confidence, o.most_seeds, fmt::join(o.prior, ";"))),
                                 literal(o.config), first);
  for (std::size_t i = 0; i < o.by.size(); ++i) {
    search.priors.push_back(parse_prior(axis_name(o.by, i), o.prior[i]));
    text += fmt::format("axis {{ name: {} path: {} value: {} }}\n", literal(search.priors[i].axis), literal(o.by[i]), search.priors[i].mean);
  }
  const auto plan = assemble::SweepPlan::of_text("haven invert", text, o.sweep.configs.load());
  if (!plan.metrics().contains(metric)) throw BadInput(fmt::format("--target: found the metric \"{}\", which the run does not have, expected {}", metric, assemble::suggest(metric, {plan.metrics().begin(), plan.metrics().end()})));
  auto machine = plan.plan();
  machine.keep.needed.push_back(metric);
  const std::string out = o.sweep.out.empty() ? "invert.sqlite" : o.sweep.out;
  const auto store = open_results(out, manifest_of(plan), o.sweep.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  sweep::SweepOptions options;
  options.threads = o.sweep.threads;
  Progress progress("invert", static_cast<std::size_t>(o.rays));
  const auto found = sweep::most_plausible(machine, search, sweep::market_model(plan), *store, options, [&](int rays) { progress.step(static_cast<std::size_t>(rays)); }, stop_requested());
  progress.finish();
  if (stop_requested()) return kInterrupted;
  nlohmann::ordered_json j;
  j["target"] = o.target;
  j["out"] = out;
  j["rays"] = o.rays;
  j["outcome"] = found ? "found" : "not reached";
  if (found) {
    for (const auto& value : found->values) j["combination"][value.axis] = value.value;
    j["standard_deviations"] = *found->radius.estimate;
    j["low"] = found->radius.low;
    j["high"] = found->radius.high;
    j["confidence"] = o.confidence;
  }
  if (o.sweep.json) fmt::print("{}\n", j.dump(2));
  else if (!found) fmt::print("{} is not reached within {:g} standard deviations on any of {} rays\n", o.target, o.furthest, o.rays);
  else {
    std::vector<std::string> parts;
    for (const auto& value : found->values) parts.push_back(fmt::format("{} = {:.5g}", value.axis, value.value));
    fmt::print("{} is reached most plausibly at {}: {:.3g} standard deviations from the means, {:g}% interval [{:.3g}, {:.3g}] along that ray, of {} rays\n", o.target, fmt::join(parts, ", "), *found->radius.estimate,
               100 * o.confidence, found->radius.low, found->radius.high, o.rays);
  }
  return kGood;
}

int invert(const Options& o) {
  if (o.by.size() > 1 || !o.prior.empty()) return reverse_stress(o);
  const auto [metric, level] = parse_target(o.target);
  const auto [from, to] = range_of(o);
  const double tolerance = o.tolerance.value_or((to - from) / 50);
  const int first = std::min(o.sweep.seeds > 0 ? o.sweep.seeds : 4, o.most_seeds);
  const std::string name = axis_name(o.by, 0);
  std::string axis = fmt::format("axis {{ name: {} path: {} range {{ from: {} to: {} log: {} }}", literal(name), literal(o.by.front()), from, to, o.log);
  for (const auto& path : o.also) axis += " also: " + literal(path);
  const std::string text = fmt::format("name: \"invert\"\nrun: {}\nseeds: {}\n{} }}\nfrontier {{ along: {} metric: {} level: {} tolerance: {} confidence: {} most_seeds: {} }}\n", literal(o.config), first, axis, literal(name),
                                       literal(metric), level, tolerance, o.confidence, o.most_seeds);
  const auto plan = assemble::SweepPlan::of_text("haven invert", text, o.sweep.configs.load());
  return run_frontier(o.sweep, plan, o.sweep.out.empty() ? "invert.sqlite" : o.sweep.out);
}

}  // namespace

void add_invert(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("invert", "the value of a field at which a metric's mean reaches a target, with its uncertainty");
  command->footer("Example: haven invert replays/april_2025 --target window_yield_10y_change_bp=60 --by 'scenario.flow[name=private_foreign_sales].sell_bn_per_day' --from 0 --to 40\n"
                  "The default --out is invert.sqlite in this folder; the same command goes on where it stopped.");
  command->add_option("config", o->config, "name or path of a run config")->required();
  command->add_option("--target", o->target, "METRIC=VALUE")->required();
  command->add_option("--by", o->by, "path of the field that is varied; several, each with a --prior: the most plausible combination")->required()->allow_extra_args(false);
  command->add_option("--prior", o->prior, "MEAN,SD of a --by, in their order: normal, independent")->allow_extra_args(false);
  command->add_option("--rays", o->rays, "with --prior: directions from the means that are searched")->capture_default_str()->check(CLI::Range(2, 100000));
  command->add_option("--furthest", o->furthest, "with --prior: standard deviations to look at most")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--also", o->also, "further fields set to the same value; may be repeated")->allow_extra_args(false);
  command->add_option("--from", o->from, "least value; default 0, with --log a quarter of the config's");
  command->add_option("--to", o->to, "greatest value; default four times the config's");
  command->add_flag("--log", o->log, "halve the logarithm of the value");
  command->add_option("--tolerance", o->tolerance, "the interval need not be narrower; default a fiftieth of the range")->check(CLI::PositiveNumber);
  command->add_option("--confidence", o->confidence, "that the interval holds the value")->capture_default_str()->check(CLI::Range(0.5, 0.9999));
  command->add_option("--seeds", o->sweep.seeds, "seeds of the first look at a value; 4 unless told")->check(CLI::Range(2, 1000000));
  command->add_option("--most-seeds", o->most_seeds, "seeds at one value")->capture_default_str()->check(CLI::Range(2, 100000));
  command->add_option("--out", o->sweep.out, "result file");
  command->add_option("--threads", o->sweep.threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_flag("--no-report", o->sweep.no_report, "write no page; of several --by none is written");
  command->add_flag("--force", o->sweep.force, "replace a result file of another plan");
  command->add_flag("--json", o->sweep.json, "one JSON object on standard output");
  add_config_options(*command, o->sweep.configs);
  command->callback([o, &code] { code = invert(*o); });
}

}  // namespace haven::cli
