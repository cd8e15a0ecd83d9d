// What every command shares: exit codes, options, interruption, progress.
#pragma once

#include <CLI/CLI.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/assemble/loader.h"

namespace haven::cli {

enum Exit : int { kGood = 0, kFailed = 1, kBadInput = 2, kOutsideBands = 3, kBrokenInvariant = 70, kInterrupted = 130 };

/// The user's input is wrong; what() is the whole message.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Options that every command that reads a config has.
struct ConfigOptions {
  std::string configs_dir;
  std::vector<std::string> sets;
  std::vector<std::string> with;  ///< leverage regimes and run configs laid over the config, in order
  assemble::LoadOptions load() const;
};
void add_config_options(CLI::App& app, ConfigOptions& options);
void add_with_option(CLI::App& app, ConfigOptions& options);

/// True once Ctrl-C or SIGTERM came. install_signals() makes it so.
std::atomic<bool>& stop_requested();
void install_signals();

/// A line that rewrites itself on a terminal; nothing in a pipe. Writes to stderr.
class Progress {
 public:
  Progress(std::string what, std::size_t total);
  /// What was done before this command began takes no part in the time left.
  void begin_at(std::size_t done) { began_at_ = done; }
  void step(std::size_t done);
  void step(std::size_t done, std::size_t total);
  void finish();

 private:
  std::string what_;
  std::size_t total_, began_at_ = 0;
  double started_, shown_ = 0;
  bool terminal_;
};

std::string version();

/// Commands add themselves; `code` receives the exit code when one ran.
void add_run(CLI::App& app, int& code);
void add_replay(CLI::App& app, int& code);
void add_check(CLI::App& app, int& code);
void add_explain(CLI::App& app, int& code);
void add_book(CLI::App& app, int& code);
void add_clear(CLI::App& app, int& code);
void add_graph(CLI::App& app, int& code);
void add_rules(CLI::App& app, int& code);
void add_report(CLI::App& app, int& code);
void add_export(CLI::App& app, int& code);
void add_sweep(CLI::App& app, int& code);
void add_compare(CLI::App& app, int& code);
void add_knockout(CLI::App& app, int& code);
void add_study(CLI::App& app, int& code);
void add_merge(CLI::App& app, int& code);
void add_sensitivity(CLI::App& app, int& code);
void add_frontier(CLI::App& app, int& code);
void add_invert(CLI::App& app, int& code);
void add_calibrate(CLI::App& app, int& code);
void add_line(CLI::App& app, int& code);
void add_loop_gain(CLI::App& app, int& code);
void add_bench(CLI::App& app, int& code);

}  // namespace haven::cli
