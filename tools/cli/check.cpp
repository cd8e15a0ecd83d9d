#include <fmt/format.h>

#include "tools/assemble/assemble.h"
#include "tools/cli/command.h"

namespace haven::cli {

void add_check(CLI::App& app, int& code) {
  struct Options {
    std::string config;
    ConfigOptions configs;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("check", "say what is wrong with a config, with line and column; exit 2 if anything is");
  command->footer("Example: haven check my_scenario.textproto");
  command->add_option("config", o->config, "name or path")->required();
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    const auto experiment = assemble::assemble(o->config, o->configs.load());
    fmt::print("{}: good, {} institutions, {} trading days, {} scored moments, digest {}\n", o->config, experiment.spec.world.institutions.size(),
               experiment.spec.world.days.size(), experiment.moments.size(), base::to_hex(experiment.config_digest));
    code = kGood;
  });
}

}  // namespace haven::cli
