// FICC's margin on what it guarantees: trades agreed and not delivered, and the far legs of cleared repo.
#pragma once

#include "engine/loop/phases.h"

namespace haven::loop {

/// What FICC asks of a dealer for itself and for the clients that it sponsors (who net with nobody): k sigma of the net forward position,
/// by nodes and the prior's correlations, and what trades agreed would lose at the market now. $bn; 0 for whoever is no dealer in business.
double ficc_required_bn(const Spec& spec, const State& state, base::InstitutionId dealer);
/// Calls the difference to what is posted, due at `due`. Within the day FICC only collects.
void call_ficc_margin(const Spec& spec, State& state, metrics::Probes& probes, base::Time due, bool within_the_day);
/// 17:00: margin per bp of each node's yield, from one day's moves.
void announce_ficc_margin(const Spec& spec, State& state);
/// Before the first day.
void open_ficc_margin(const Spec& spec, State& state);

}  // namespace haven::loop
