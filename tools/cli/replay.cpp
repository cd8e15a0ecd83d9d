#include <algorithm>

#include "tools/cli/ensemble_command.h"

namespace haven::cli {

void add_replay(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("replay", "replay an observed event and score it");
  auto* o = new EnsembleOptions;
  command->footer("Example: haven replay april-2025 --seeds 8\nThe default --out is EVENT.sqlite in this folder, with '_' for '-'; the report is EVENT.html.\n"
                  "None with --no-metrics or a planted fault: such runs are kept only where --out says, as another plan.\n"
                  "An existing file of the same plan is resumed, another is refused without --force.");
  command->add_option("event", o->plan, "april-2025 or september-2019")->required();
  add_ensemble_options(*command, *o);
  command->callback([o, &code] {
    std::string file = o->plan;
    std::replace(file.begin(), file.end(), '-', '_');
    o->config = "replays/" + file;
    o->event = o->plan == "april-2025" ? "April 2025" : o->plan;
    if (o->out.empty() && !o->no_metrics && !o->planted()) o->out = file + ".sqlite";
    code = run_ensemble(*o);
  });
}

}  // namespace haven::cli
