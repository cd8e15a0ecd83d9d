#include "tools/sweep/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/output_place.h"
#include "tools/cli/sweep_command.h"

namespace haven::cli {
namespace {

struct Options {
  SweepCommand sweep;
  std::vector<std::string> metrics;
};

std::vector<std::string> metrics_in(const results::ResultFile& file) {
  std::vector<std::string> names;
  results::Statement row(file.database(), "SELECT name FROM names WHERE EXISTS (SELECT 1 FROM raw_metrics WHERE metric=names.id) ORDER BY name");
  while (row.step()) names.push_back(row.text(0));
  return names;
}

void print(const std::vector<sweep::Sensitivity>& all) {
  fmt::print("{:<44} {:<28} {:<8} {:>11} {:>23}\n", "metric", "axis", "index", "value", "95%");
  for (const auto& s : all) {
    for (const auto& row : s.rows) fmt::print("{:<44} {:<28} {:<8} {:>11.4g} {:>23}\n", row.metric, row.axis, row.index, row.value, fmt::format("[{:.4g}, {:.4g}]", row.low, row.high));
  }
}

int run(const Options& o) {
  if (!o.sweep.shard.empty()) throw BadInput("--shard: indices need all shares; make them with haven sweep --shard, join them with haven merge, and call this with --out on the joined file");
  const auto plan = load_plan(o.sweep);
  const auto kind = plan.plan().design.kind;
  if (kind != plan::Kind::morris && kind != plan::Kind::saltelli) {
    throw assemble::ConfigError({plan.config().fault("design", "a plan that is not for sensitivity", "design { kind: MORRIS or SALTELLI }")});
  }
  if (o.sweep.dry_run) {
    print_cost(o.sweep, plan, {});
    return kGood;
  }
  const std::string out = o.sweep.out.empty() ? default_out(plan.plan().name, {}) : o.sweep.out;
  const auto standing = make_runs(o.sweep, plan, {}, out);
  if (stop_requested()) return kInterrupted;
  std::vector<sweep::Sensitivity> all;
  std::vector<results::SensitivityRow> rows;
  {
    const results::ResultFile file(out);
    const auto present = metrics_in(file);
    for (const auto& metric : o.metrics) {
      if (std::find(present.begin(), present.end(), metric) == present.end()) throw BadInput(fmt::format("--metric: no run has \"{}\"", metric));
    }
    for (const auto& metric : o.metrics.empty() ? present : o.metrics) {
      all.push_back(sweep::sensitivity(plan.plan(), file, metric));
      rows.insert(rows.end(), all.back().rows.begin(), all.back().rows.end());
    }
  }
  open_results(out, manifest_of(plan), results::OtherPlan::refuse)->put_sensitivity(rows);
  print(all);
  const auto least = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.whole_blocks < b.whole_blocks; });
  if (least != all.end()) {
    fmt::print("{} of {} {} used; {} runs made, {} failed in {}\n", least->whole_blocks, least->blocks, kind == plan::Kind::morris ? "trajectories" : "rows", standing.made, standing.failed, out);
  }
  if (!o.sweep.no_report) write_sweep_report(plan, out);
  return exit_code(standing);
}

}  // namespace

void add_sensitivity(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("sensitivity", "which axes of a plan a metric depends on: Morris screening or Sobol indices, as its design says");
  command->footer("Example: haven sensitivity sweeps/screen_april_2025 --metric window_yield_10y_change_bp\nThe runs are rows of the result file; the same command goes on where it stopped. docs/sweeps.md");
  add_sweep_options(*command, o->sweep);
  command->add_option("--metric", o->metrics, "only this metric; may be repeated")->allow_extra_args(false);
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace haven::cli
