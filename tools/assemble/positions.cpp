#include "tools/assemble/positions.h"

namespace haven::assemble {

const char* to_string(config::Positions positions) { return positions == config::FROZEN ? "frozen" : "re-equilibrated"; }

std::vector<Setting> positions_settings(config::Positions positions, const config::Run& run, const std::string& base_rule, const Place& place) {
  if (positions == config::RE_EQUILIBRATED) return {{"calendar.extra_calm_days", std::to_string(run.calendar().re_equilibration_days()), place}};
  if (run.rule() == base_rule) return {};
  return {{"warm_up_rule", base_rule, place}};
}

}  // namespace haven::assemble
