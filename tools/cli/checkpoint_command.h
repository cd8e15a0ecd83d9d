// `run --checkpoint` and `run --from`: part of a run, kept as a state and taken up again.
#pragma once

#include "tools/cli/ensemble_command.h"

namespace haven::cli {

struct CheckpointOptions {
  std::string from;  ///< file to start from; "" for the start
  std::string save;  ///< file to write; "" to run to the end
  std::string at;    ///< "YYYY-MM-DD HH:MM", New York: where to stop and save
};

/// Runs seed o.first_seed (1 unless --seed says another) of o.config from a checkpoint or from the start, to a moment or to the end. Unwatched: the digest of
/// a run in pieces is that of the whole run, but metrics need the days before as well.
int run_piece(const EnsembleOptions& o, const CheckpointOptions& c);

}  // namespace haven::cli
