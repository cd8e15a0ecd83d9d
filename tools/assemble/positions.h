// What institutions hold when another leverage regime meets the event.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/run.pb.h"
#include "configs/schema/sweep.pb.h"
#include "tools/assemble/set_path.h"

namespace haven::assemble {

/// "frozen", "re-equilibrated".
const char* to_string(config::Positions positions);

/// What makes of `run` a run with such positions, next to one under `base_rule`.
std::vector<Setting> positions_settings(config::Positions positions, const config::Run& run, const std::string& base_rule, const Place& place);

}  // namespace haven::assemble
