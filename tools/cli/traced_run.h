// One run of one seed with everything written down: the tape that the digest is a hash of, and the recording of the market.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "engine/loop/advance.h"
#include "tools/assemble/assemble.h"

namespace haven::cli {

struct TraceOptions {
  std::string tape;                ///< "" for none
  std::string record;              ///< "" for none
  int levels = 5;                  ///< of a snapshot
  double minutes = 5;              ///< between snapshots
  std::vector<std::string> only;   ///< books and securities to record; all when empty

  bool any() const { return !tape.empty() || !record.empty(); }
};

void add_trace_options(CLI::App& app, TraceOptions& options);
/// Throws BadInput when a place cannot be written or an instrument is unknown.
void require_traceable(const TraceOptions& options, const world::WorldSpec& spec);

/// Makes the run and writes while it runs; memory does not grow with the run, but for a day's tape. Throws BadInput when there is no more
/// room: the records before stand in the file's `.unfinished`. False when a signal asked to stop: the same.
/// Requires require_traceable().
bool write_traces(const assemble::Experiment& experiment, std::uint64_t seed, const loop::Plant& plant, const std::string& config, const TraceOptions& options);

}  // namespace haven::cli
