// Speed of the tables behind funding: contracts and lots, snapshots, clearing, and the share of a replay that funding takes.
#pragma once

#include <nlohmann/json.hpp>

#include "tools/assemble/assemble.h"

namespace haven::cli {

/// 100,000 living repos of a core-periphery market; an event opens one or closes one, collateral, cash and journal included.
void bench_edges(nlohmann::ordered_json& out);
/// 10,000 nodes and 100,000 edges: a stressed network of payments.
void bench_clearing(nlohmann::ordered_json& out);
/// CPU time between the first and the last event of 07:00, 08:30, 12:00, 14:30, 15:00 and 17:00 over that of the run.
void bench_funding_share(const assemble::Experiment& experiment, nlohmann::ordered_json& out);

}  // namespace haven::cli
