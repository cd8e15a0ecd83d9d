#include "tools/cli/checkpoint_command.h"

#include <fmt/format.h>

#include <cstdio>

#include "tools/assemble/overlay.h"
#include "tools/cli/checkpoint_file.h"
#include "tools/cli/moment.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_runs.h"

namespace haven::cli {

int run_piece(const EnsembleOptions& o, const CheckpointOptions& c) {
  const Variant variant{"model", o.config, o.configs, nullptr};
  const auto experiment = assemble::assemble(assemble::load_run_with(o.config, o.configs.with, o.configs.load()), o.configs.load());
  require_plantable(o, experiment);
  const auto seed = static_cast<std::uint64_t>(o.first_seed);
  const base::Time stop = c.at.empty() ? base::Time{} : moment_of("--at", c.at);
  if (!c.save.empty()) require_writable(c.save);
  loop::State state = c.from.empty() ? state_before(experiment, seed, {}, {}) : load_checkpoint(c.from, experiment, seed);
  const base::Time begin = state.queue.top().time;
  const std::uint64_t events_before = state.world.events;
  if (stop.ns != 0 && (stop < begin || stop > base::midnight(experiment.spec.world.days.back()) + base::hours(17))) {
    throw BadInput(fmt::format("--at {}: found a moment outside the run, expected one from {} to 17:00 of {}", c.at, base::to_string(begin), base::to_string(experiment.spec.world.days.back())));
  }
  metrics::Probes unwatched(experiment.spec.world, metrics::Probes::Watching::off);
  const loop::Plant plant = o.plant();
  try {
    loop::advance(experiment.spec, state, unwatched, plant, stop);
  } catch (const base::CheckFailure& failure) {
    fmt::print(stderr, "seed {} at {}, event {}: {}\nreproduce: {}\n", seed, base::to_string(state.world.now), state.world.events, failure.what(), reproducing_command(variant, seed, plant));
    return kBrokenInvariant;
  }
  if (!c.save.empty()) save_checkpoint(c.save, experiment, state);

  const KeptRuns runs = {{seed, {state.world.journal.digest(), state.world.events, state.world.orders, state.world.trades, 0, {}}}};
  const std::string digest = base::to_hex(ensemble_digest(runs));
  const std::string reached = base::to_string(state.world.now);
  if (o.json) {
    nlohmann::ordered_json j;
    j["config"] = o.config;
    j["version"] = version();
    j["config_digest"] = base::to_hex(experiment.config_digest);
    j["digest"] = digest;
    j["seed"] = seed;
    j["begin"] = base::to_string(begin);
    j["reached"] = reached;
    j["finished"] = state.finished != 0;
    j["events"] = state.world.events;
    j["orders"] = state.world.orders;
    j["trades"] = state.world.trades;
    j["events_before"] = events_before;
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("seed {} from {} (event {}) to {} (event {}), digest {}\n", seed, base::to_string(begin), events_before, reached, state.world.events, digest);
    if (!c.save.empty()) fmt::print("checkpoint {}\n", c.save);
  }
  return kGood;
}

}  // namespace haven::cli
