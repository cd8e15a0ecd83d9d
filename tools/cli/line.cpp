#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/metrics/line.h"
#include "tools/assemble/set_path.h"
#include "tools/cli/output_place.h"
#include "tools/cli/sweep_command.h"
#include "tools/results/result_file.h"

namespace haven::cli {
namespace {

struct Options {
  SweepCommand sweep;
  metrics::LineSeries of{{"bid_ask_10y_ticks", "impact_10y_bp_per_bn"}, {"depth_10y_bn"}, "day_sigma_10y_bp"};
  std::string line;
};

/// Daily values of a point's runs.
class Days {
 public:
  Days(const results::ResultFile& file, std::int64_t point, const metrics::LineSeries& of, const std::vector<base::Date>& days) {
    const auto read = [&](const std::string& name) {
      const auto by_seed = file.series(name, {"model", point});
      for (const auto& [seed, series] : by_seed) {
        auto& values = values_[seed][name];
        values.assign(days.size(), std::nan(""));
        for (std::size_t i = 0; i < series.times.size(); ++i) {
          const auto day = std::lower_bound(days.begin(), days.end(), base::date_of(series.times[i]));
          if (day != days.end() && *day == base::date_of(series.times[i])) values[static_cast<std::size_t>(day - days.begin())] = series.values[i];
        }
      }
    };
    for (const auto& name : of.rises) read(name);
    for (const auto& name : of.falls) read(name);
    read(of.volatility);
  }

  std::vector<std::uint64_t> seeds() const {
    std::vector<std::uint64_t> all;
    for (const auto& [seed, values] : values_) all.push_back(seed);
    return all;
  }

  metrics::DayValue of(std::uint64_t seed) const {
    return [this, seed](const std::string& series, std::size_t day) -> std::optional<double> {
      const auto run = values_.find(seed);
      if (run == values_.end() || !run->second.contains(series)) return std::nullopt;
      const double x = run->second.at(series)[day];
      return std::isnan(x) ? std::nullopt : std::optional(x);
    };
  }

 private:
  std::map<std::uint64_t, std::map<std::string, std::vector<double>>> values_;
};

std::string line_text(const std::string& command, const assemble::SweepPlan& plan, const metrics::LineSeries& of, const metrics::FittedLine& line, std::size_t days, const std::string& source) {
  std::string out = "# proto-file: configs/schema/reference.proto\n# proto-message: haven.config.Line\n";
  out += fmt::format("# Illiquidity over volatility on quiet days. Made again by: haven line {} --line FILE\n", command);
  out += fmt::format("name: {}\n", assemble::quoted(plan.plan().name));
  for (const auto& name : of.rises) out += fmt::format("rises: {}\n", assemble::quoted(name));
  for (const auto& name : of.falls) out += fmt::format("falls: {}\n", assemble::quoted(name));
  out += fmt::format("volatility: {}\nconstant: {:.4g}\nslope: {:.4g}\nresidual_sd: {:.4g}\nr2: {:.4g}\ndays: {}\n", assemble::quoted(of.volatility), line.constant, line.slope, line.residual_sd, line.r2, days);
  return out + fmt::format("source {{ tag: COMPUTED text: {} }}\n", assemble::quoted(source));
}

int line(const Options& o) {
  if (!o.sweep.shard.empty()) throw BadInput("--shard: a line needs all shares; make them with haven sweep --shard, join them with haven merge, and call this with --out on the joined file");
  const auto plan = load_plan(o.sweep);
  const auto& axes = plan.plan().design.axes;
  const auto wrong = [&](const std::string& field, const std::string& found, const std::string& expected) { throw assemble::ConfigError({plan.config().fault(field, found, expected)}); };
  if (axes.size() != 1 || axes.front().levels.size() < 2) wrong("axis", fmt::format("{} axes", axes.size()), "one, with at least two values: the least makes the calm that the others are multiples of");
  if (!plan.plan().keep.series) wrong("keep", "a plan that keeps no series", "keep: SERIES");
  if (o.sweep.dry_run) {
    print_cost(o.sweep, plan, {});
    return kGood;
  }
  if (!o.line.empty()) require_writable(o.line);
  const std::string out = o.sweep.out.empty() ? default_out(plan.plan().name, {}) : o.sweep.out;
  const auto standing = make_runs(o.sweep, plan, {}, out);
  if (stop_requested()) return kInterrupted;

  const results::ResultFile file(out);
  auto points = file.points();
  std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.axes.front().value < b.axes.front().value; });
  std::vector<metrics::LinePoint> all;
  std::optional<Days> calm;
  fmt::print("{:>12} {:>6} {:>22} {:>22}\n", axes.front().name, "days", "volatility, multiple", "illiquidity, multiple");
  for (const auto& point : points) {
    const auto experiment = plan.experiment(point);
    const auto& days = experiment.spec.world.days;
    const Days here(file, point.point, o.of, days);
    if (!calm) calm.emplace(here);
    std::vector<metrics::LinePoint> own;
    for (const auto seed : here.seeds()) {
      const auto means = metrics::line_calm(o.of, calm->of(seed), experiment.first_scored_day, days.size() - 1);
      if (!means) continue;
      for (std::size_t day = experiment.first_scored_day; day < days.size(); ++day) {
        if (const auto at = metrics::line_point(o.of, here.of(seed), day, *means)) own.push_back(*at);
      }
    }
    double x = 0, y = 0;
    for (const auto& p : own) {
      x += p.volatility / static_cast<double>(own.size());
      y += p.illiquidity / static_cast<double>(own.size());
    }
    fmt::print("{:>12.4g} {:>6} {:>22.3f} {:>22.3f}\n", point.axes.front().value, own.size(), std::exp(x), std::exp(y));
    all.insert(all.end(), own.begin(), own.end());
  }
  const auto fitted = metrics::fit_line(all);
  if (!fitted) throw BadInput(fmt::format("{}: found {} days with all of the series, expected three that differ in volatility", out, all.size()));
  fmt::print("\nilliquidity = {:.3f} + {:.3f} x volatility, in logarithms of multiples of calm; residual s.d. {:.3f}, R2 {:.3f}, {} days\n", fitted->constant, fitted->slope, fitted->residual_sd, fitted->r2, all.size());
  const std::string source = fmt::format("haven line {}: {} points of {} seeds, haven {}", o.sweep.plan, points.size(), plan.plan().seeds.first, version());
  if (!o.line.empty()) write_file(o.line, line_text(o.sweep.plan, plan, o.of, *fitted, all.size(), source));
  fmt::print("{} runs made, {} failed in {}\n", standing.made, standing.failed, out);
  if (!o.sweep.no_report) write_sweep_report(plan, out);
  return exit_code(standing);
}

}  // namespace

void add_line(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("line", "the line of illiquidity over volatility that the days of a plan lie on, with the spread of days around it");
  command->footer("Example: haven line sweeps/illiquidity_line --line configs/reference/illiquidity_line.textproto\nThe plan has one axis that makes days more volatile and keeps SERIES. docs/calibration.md, the line");
  add_sweep_options(*command, o->sweep);
  command->add_option("--rises", o->of.rises, "daily series that rise with illiquidity")->capture_default_str();
  command->add_option("--falls", o->of.falls, "daily series that fall with it")->capture_default_str();
  command->add_option("--volatility", o->of.volatility, "daily series of volatility")->capture_default_str();
  command->add_option("--line", o->line, "write the line as a config that a moment can name");
  command->callback([o, &code] { code = line(*o); });
}

}  // namespace haven::cli
