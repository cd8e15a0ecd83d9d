#include <fmt/format.h>

#include "tools/cli/frontier_command.h"

namespace haven::cli {
namespace {

int frontier(const SweepCommand& o) {
  if (!o.shard.empty()) throw BadInput("--shard: a search decides run by run what comes next and has no shares");
  const auto plan = load_plan(o);
  if (!plan.plan().frontier) throw assemble::ConfigError({plan.config().fault("", "a plan without a frontier", "frontier { along: ... metric: ... level: ... tolerance: ... most_seeds: ... }")});
  return run_frontier(o, plan, o.out.empty() ? default_out(plan.plan().name, {}) : o.out);
}

}  // namespace

void add_frontier(CLI::App& app, int& code) {
  auto* o = new SweepCommand;
  auto* command = app.add_subcommand("frontier", "at which value of one axis a metric crosses a level, for every combination of the others, with its uncertainty");
  command->footer("Example: haven frontier sweeps/collapse_by_rule\nThe runs are rows of the result file; the same command goes on where it stopped. docs/sweeps.md");
  add_sweep_options(*command, *o);
  command->callback([o, &code] { code = frontier(*o); });
}

}  // namespace haven::cli
