#include "engine/loop/rule_change.h"

#include <cmath>

namespace haven::loop {

void change_rule(const Spec& spec, State& state) {
  const auto& terms = spec.rule_change->terms;
  for (auto& dealer : state.population.primary_dealer) {
    dealer.cleared_share = terms[dealer.self.v].cleared_share;
    dealer.hurdle_scale = terms[dealer.self.v].hurdle_scale;
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto change = static_cast<std::int32_t>(std::lround((terms[i].haircut - spec.openings[i].haircut) * 1e6));
    state.haircuts[i].in_force_hbp += change;
    state.haircuts[i].announced_hbp += change;
  }
}

}  // namespace haven::loop
