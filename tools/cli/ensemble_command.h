// `run` and `replay`: an ensemble of one config, saved, scored, reported.
#pragma once

#include <string>

#include "tools/assemble/assemble.h"
#include "tools/cli/command.h"
#include "tools/cli/traced_run.h"
#include "tools/sweep/ensemble.h"

namespace haven::cli {

struct EnsembleOptions {
  std::string config;      ///< name or path
  std::string plan;        ///< "april-2025"
  std::string event;
  ConfigOptions configs;
  int seeds = 8;
  int first_seed = 1;
  int threads = 0;
  std::string out;         ///< "" for no file
  std::string parameters;  ///< posterior that each seed has a draw of; "" for none
  std::vector<std::string> shadows;  ///< leverage regimes that only look
  TraceOptions traces;     ///< of the first seed
  bool force = false, json = false, strict = false, no_metrics = false, no_report = false, no_null = false;
  int leak_day = -1, tick_day = -1;
  double leak_dollars = 0;

  loop::Plant plant() const;
  bool planted() const { return leak_day >= 0 || tick_day >= 0; }
};

void add_ensemble_options(CLI::App& app, EnsembleOptions& options);
/// Throws BadInput when a fault is to be planted where it could not show.
void require_plantable(const EnsembleOptions& options, const assemble::Experiment& experiment);
int run_ensemble(const EnsembleOptions& options);

}  // namespace haven::cli
