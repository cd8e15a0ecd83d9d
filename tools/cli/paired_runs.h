// The same seeds under one or several configs, side by side: made, kept, taken up again, and traced when they break.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tools/cli/command.h"
#include "tools/cli/scorecard.h"
#include "tools/results/result_store.h"
#include "tools/sweep/ensemble.h"

namespace haven::cli {

/// A config under which every seed is run. `name` is the variant of its rows in the result file; `config` and `configs`
/// name it on a command line. `experiment` outlives the runs.
struct Variant {
  std::string name;
  std::string config;
  ConfigOptions configs;
  const assemble::Experiment* experiment = nullptr;
  base::Time forks_at = {};  ///< until then it is a run of the first variant, and is made as a copy of it; zero: from the start
  std::string parameters = {};  ///< the posterior that each seed has a draw of; "": none
  /// By seed where there is one; the experiments outlive the runs.
  struct Draw {
    const assemble::Experiment* experiment = nullptr;
    std::map<std::string, double> values;  ///< metrics that say what was drawn
  };
  std::map<std::uint64_t, Draw> draws = {};

  const assemble::Experiment& experiment_of(std::uint64_t seed) const { return draws.empty() ? *experiment : *draws.at(seed).experiment; }
};

assemble::Experiment assembled(const Variant& variant);
/// The same config with every feedback frozen, beside what it froze itself; named "null", not assembled.
Variant null_twin(const Variant& model);

/// What is kept in memory of a finished run.
struct KeptRun {
  base::Digest digest;
  std::uint64_t events = 0, orders = 0, trades = 0;
  double cpu_seconds = 0;  ///< of the machine that made it; differs from run to run
  std::map<std::string, double> metrics;
  std::vector<haven::metrics::DefaultRow> defaults = {};
  std::vector<haven::metrics::DefaultStepRow> default_steps = {};
  std::vector<haven::metrics::ShadowRow> shadows = {};
  std::vector<haven::metrics::FailRow> fails = {};
};
using KeptRuns = std::map<std::uint64_t, KeptRun>;  ///< by seed

struct SeedRange {
  int first = 1, count = 1;
};

/// The finished runs of these variants and seeds that the file holds, with the metrics of the variant's experiment.
std::map<std::string, KeptRuns> kept_in(const std::string& path, const std::vector<Variant>& variants, SeedRange seeds);

struct PairedRuns {
  std::map<std::string, KeptRuns> of;               ///< by variant; those taken from the file among them
  std::vector<metrics::CollateralEdgeRow> network;  ///< of the first seed of the first variant, when it was made now
  std::vector<metrics::InstitutionRow> on_network;  ///< who is on it
  std::size_t made = 0, failed = 0;                 ///< by this command
  bool broken_invariant = false;
  double shared_cpu_seconds = 0;                    ///< of pasts that several variants share; no run's own

  /// Sums over all variants.
  KeptRun total() const;
};

/// Makes the runs that `store` (may be null) does not hold yet and saves each as it ends; `out` is the store's path.
/// Variants that fork do so at one moment.
/// A failure is told on standard error with the command that reproduces it; the first broken invariant also leaves a
/// checkpoint beside `out`, or in the working directory. Stops early when the user asks.
PairedRuns run_paired(const std::string& title, const std::vector<Variant>& variants, SeedRange seeds, const sweep::Options& options,
                      results::ResultStore* store, const std::string& out);

/// Metrics of a variant over its seeds.
Values values_of(const KeptRuns& runs);
/// Of the sorted (seed, digest) pairs.
base::Digest ensemble_digest(const KeptRuns& runs);
nlohmann::ordered_json summary_json(const std::vector<double>& values);
/// "haven run CONFIG --seed K ..." with everything that the run depends on, quoted for a shell.
std::string reproducing_command(const Variant& variant, std::uint64_t seed, const loop::Plant& plant);

}  // namespace haven::cli
