#include "tools/cli/checkpoint_command.h"

namespace haven::cli {

void add_run(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("run", "run a config");
  auto* o = new EnsembleOptions;    // lives as long as the program: CLI11 keeps references
  auto* c = new CheckpointOptions;
  command->footer("Example: haven run baseline/2025q1 --seeds 4 --set market.fidelity=5\nWithout --out nothing is written, unless one of haven's own checks fails: then a checkpoint.\n"
                  "Example: haven run baseline/2025q1 --seed 1 --checkpoint noon.checkpoint --at '2025-02-18 12:00'\n"
                  "         haven run baseline/2025q1 --seed 1 --from noon.checkpoint");
  command->add_option("config", o->config, "name of a built-in config, or a path")->required();
  add_ensemble_options(*command, *o);
  add_with_option(*command, o->configs);
  auto* from = command->add_option("--from", c->from, "go on from this checkpoint of the same config and seed; unwatched")->group("Checkpoints");
  auto* save = command->add_option("--checkpoint", c->save, "file for the state at --at; the run ends there")->group("Checkpoints");
  auto* at = command->add_option("--at", c->at, "New York time, YYYY-MM-DD HH:MM; the state is that before its first event")->group("Checkpoints");
  save->needs(at);
  at->needs(save);
  for (const char* of_whole_runs : {"--seeds", "--first-seed", "--parameters", "--out", "--tape", "--record", "--strict", "--shadow"}) {
    from->excludes(command->get_option(of_whole_runs));
    save->excludes(command->get_option(of_whole_runs));
  }
  command->callback([o, c, &code] {
    o->plan = o->event = o->config;
    code = c->from.empty() && c->save.empty() ? run_ensemble(*o) : run_piece(*o, *c);
  });
}

}  // namespace haven::cli
