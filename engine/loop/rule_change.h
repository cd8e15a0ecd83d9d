// A leverage regime that begins in the middle of a run.
#pragma once

#include "engine/loop/state.h"

namespace haven::loop {

/// What institutions keep of the regime's terms becomes that of spec.rule_change; positions, loans and the exposure from which
/// headroom counts stay. Haircuts move by what the regime changes at rest and keep what volatility has added to them.
/// Requires spec.rule_change.
void change_rule(const Spec& spec, State& state);

}  // namespace haven::loop
