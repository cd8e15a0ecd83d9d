#include "tools/cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

namespace haven::cli {
namespace {

double now_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void on_signal(int) {
  // A second signal ends the process at once: finished runs are already saved.
  if (stop_requested().exchange(true)) _exit(kInterrupted);
}

}  // namespace

assemble::LoadOptions ConfigOptions::load() const {
  assemble::LoadOptions options;
  options.configs_dir = configs_dir;
  options.sets = sets;
  return options;
}

void add_config_options(CLI::App& app, ConfigOptions& options) {
  app.add_option("--configs", options.configs_dir, "folder of configs that wins over the built-in ones")->check(CLI::ExistingDirectory);
  app.add_option("--set", options.sets, "path=value, in the schema's unit; applied last; may be repeated")->allow_extra_args(false);
}

void add_with_option(CLI::App& app, ConfigOptions& options) {
  app.add_option("--with", options.with, "a leverage regime or a run config to lay over CONFIG; may be repeated, all are laid on together")->allow_extra_args(false);
}

std::atomic<bool>& stop_requested() {
  static std::atomic<bool> stop{false};
  return stop;
}

void install_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that fails, like a full disk
}

Progress::Progress(std::string what, std::size_t total) : what_(std::move(what)), total_(total), started_(now_seconds()), terminal_(isatty(STDERR_FILENO) == 1) { step(0); }

void Progress::step(std::size_t done) {
  if (!terminal_) return;
  const double now = now_seconds();
  if (done < total_ && now - shown_ < 0.1) return;
  shown_ = now;
  constexpr std::size_t width = 30;
  const double share = total_ == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
  const auto full = static_cast<std::size_t>(share * width);
  const double left = done <= began_at_ ? 0 : (now - started_) / static_cast<double>(done - began_at_) * static_cast<double>(total_ - std::min(done, total_));
  fmt::print(stderr, "\r{} [{}{}] {}/{} {:<12}", what_, std::string(full, '#'), std::string(width - full, '.'), done, total_, done <= began_at_ ? "" : fmt::format("{:.0f} s left", left));
  std::fflush(stderr);
}

void Progress::step(std::size_t done, std::size_t total) {
  total_ = total;
  step(done);
}

void Progress::finish() {
  if (terminal_) fmt::print(stderr, "\n");
}

std::string version() { return HAVEN_VERSION; }

}  // namespace haven::cli
