#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "tools/cli/frontier_command.h"

namespace haven::cli {
namespace {

struct Options {
  SweepCommand sweep;
  std::string config, target, by;
  std::vector<std::string> also;
  std::optional<double> from, to, tolerance;
  double confidence = 0.95;
  int most_seeds = 32;
  bool log = false;
};

std::string quoted(const std::string& text) {
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
  const auto field = run.describe(o.by, {"--by " + o.by, 0, 0});
  double today = 0;
  std::from_chars(field.value.data(), field.value.data() + field.value.size(), today);
  if (!(today > 0) && !(o.from || o.to)) throw BadInput(fmt::format("--by {}: its value is {}, so there is no range to take for granted; say --from and --to", o.by, field.value.empty() ? "not a number" : field.value));
  return {o.from.value_or(o.log ? today / 4 : 0), o.to.value_or(4 * today)};
}

int invert(const Options& o) {
  const auto [metric, level] = parse_target(o.target);
  const auto [from, to] = range_of(o);
  const double tolerance = o.tolerance.value_or((to - from) / 50);
  const int first = std::min(o.sweep.seeds > 0 ? o.sweep.seeds : 4, o.most_seeds);
  const std::string name = o.by.substr(o.by.rfind('.') + 1);
  std::string axis = fmt::format("axis {{ name: {} path: {} range {{ from: {} to: {} log: {} }}", quoted(name), quoted(o.by), from, to, o.log);
  for (const auto& path : o.also) axis += " also: " + quoted(path);
  const std::string text = fmt::format("name: \"invert\"\nrun: {}\nseeds: {}\n{} }}\nfrontier {{ along: {} metric: {} level: {} tolerance: {} confidence: {} most_seeds: {} }}\n", quoted(o.config), first, axis, quoted(name),
                                       quoted(metric), level, tolerance, o.confidence, o.most_seeds);
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
  command->add_option("--by", o->by, "path of the field that is varied")->required();
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
  command->add_flag("--force", o->sweep.force, "replace a result file of another plan");
  command->add_flag("--json", o->sweep.json, "one JSON object on standard output");
  add_config_options(*command, o->sweep.configs);
  command->callback([o, &code] { code = invert(*o); });
}

}  // namespace haven::cli
