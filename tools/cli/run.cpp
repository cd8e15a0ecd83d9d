#include "tools/cli/ensemble_command.h"

namespace haven::cli {

void add_run(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("run", "run a config");
  auto* o = new EnsembleOptions;  // lives as long as the program: CLI11 keeps references
  command->footer("Example: haven run baseline/2025q1 --seeds 4 --set market.fidelity=5\nWithout --out nothing is written.");
  command->add_option("config", o->config, "name of a built-in config, or a path")->required();
  add_ensemble_options(*command, *o);
  command->callback([o, &code] {
    o->plan = o->event = o->config;
    code = run_ensemble(*o);
  });
}

}  // namespace haven::cli
