// What the commands that run a plan share: its options, its result file, its report of what was done.
#pragma once

#include <memory>
#include <string>

#include "tools/assemble/sweep_plan.h"
#include "tools/cli/command.h"
#include "tools/results/result_store.h"
#include "tools/sweep/sweep.h"

namespace haven::cli {

struct SweepCommand {
  std::string plan, out, shard;
  ConfigOptions configs;
  int threads = 0, seeds = 0;
  bool force = false, dry_run = false, no_report = false, retry_failed = false, json = false;
};
void add_sweep_options(CLI::App& app, SweepCommand& options);

/// The plan with the seeds asked for. Throws ConfigError.
assemble::SweepPlan load_plan(const SweepCommand& options);
results::Manifest manifest_of(const assemble::SweepPlan& plan);
/// "I/N". Throws BadInput.
plan::Shard parse_shard(const std::string& text);
/// The default result file of a plan, or of a share of it: NAME.sqlite, NAME.0002-of-0008.sqlite.
std::string default_out(const std::string& plan, const plan::Shard& shard);

/// Makes the runs that `path` does not have, under a progress bar.
sweep::Standing make_runs(const SweepCommand& options, const assemble::SweepPlan& plan, const plan::Shard& shard, const std::string& path);
/// What the runs of a share would cost, measured by making one.
void print_cost(const SweepCommand& options, const assemble::SweepPlan& plan, const plan::Shard& shard);
/// The page beside the result file, unless it would be of no use.
void write_sweep_report(const assemble::SweepPlan& plan, const std::string& path);
/// 130 when stopped, 70 when one of our own checks failed, else good: a failed run is a row like others.
int exit_code(const sweep::Standing& standing);

}  // namespace haven::cli
