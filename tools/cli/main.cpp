#include <fmt/format.h>

#include <cstdio>

#include "engine/base/check.h"
#include "tools/cli/command.h"
#include "tools/results/store_error.h"

int main(int argc, char** argv) {
  using namespace haven::cli;
  CLI::App app{"haven: an agent-based simulator of the US Treasury market"};
  app.set_version_flag("--version", "haven " + version());
  app.require_subcommand(1);
  app.footer("Example: haven replay april-2025 --seeds 8\nEvery command: haven COMMAND --help");
  int code = kGood;
  add_replay(app, code);
  add_run(app, code);
  add_check(app, code);
  add_explain(app, code);
  add_sweep(app, code);
  add_merge(app, code);
  add_sensitivity(app, code);
  add_frontier(app, code);
  add_invert(app, code);
  add_calibrate(app, code);
  add_line(app, code);
  add_loop_gain(app, code);
  add_export(app, code);
  add_report(app, code);
  add_rules(app, code);
  add_clear(app, code);
  add_graph(app, code);
  add_book(app, code);
  add_compare(app, code);
  add_knockout(app, code);
  add_study(app, code);
  add_bench(app, code);
  install_signals();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return kBadInput;
  } catch (const haven::assemble::ConfigError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kBadInput;
  } catch (const BadInput& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kBadInput;
  } catch (const haven::results::StoreError& error) {
    const bool in_the_middle = error.fault() == haven::results::Fault::cannot_write;
    fmt::print(stderr, "{}{}\n", error.what(), in_the_middle ? "; the runs saved before are kept, and the same command goes on from there" : "");
    return in_the_middle ? kFailed : kBadInput;
  } catch (const haven::base::CheckFailure& error) {
    fmt::print(stderr, "haven broke one of its own rules: {}\n", error.what());
    return kBrokenInvariant;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kFailed;
  }
  return code;
}
