#include "tools/assemble/explain.h"

#include <fmt/format.h>

#include "tools/assemble/schema_of.h"
#include "tools/cli/command.h"

namespace haven::cli {

void add_explain(CLI::App& app, int& code) {
  struct Options {
    std::string config;
    bool json = false;
    ConfigOptions configs;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("explain", "print the whole effective config, of a run or of any other kind: value, unit, source and place of every field");
  command->footer("Example: haven explain replays/april_2025 | grep beliefs");
  command->add_option("config", o->config, "name or path")->required();
  command->add_flag("--json", o->json, "JSON on standard output");
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    const auto options = o->configs.load();
    const auto loaded = assemble::load_config(assemble::prototype_of(assemble::schema_of(o->config, options)), o->config, options);
    const auto rows = assemble::explain(loaded);
    fmt::print("{}\n", o->json ? assemble::explain_json(rows) : assemble::explain_text(rows));
    code = kGood;
  });
}

}  // namespace haven::cli
