// The event loop.
#pragma once

#include "engine/loop/state.h"
#include "engine/metrics/probes.h"

namespace haven::loop {

/// A planted fault, to see that the checks catch it.
struct Plant {
  std::int32_t day = -1;             ///< day on which `leak` is added to the first bank's cash after the funding morning; -1: never
  base::Money leak;
  std::int32_t tick_day = -1;        ///< day on which the first trade of the ten-year note is made one tick dearer; -1: never
};

/// Runs events until the last day has ended, or until `stop_before` (a moment) when it is not zero.
/// Throws base::CheckFailure when an invariant breaks.
void advance(const Spec& spec, State& state, metrics::Probes& probes, const Plant& plant = {}, base::Time stop_before = {});

/// Puts a failure into the queue of a run under way; the run goes on as if its scenario had named it from the start.
/// Requires an institution that can default, and a moment that the run has not reached.
void schedule_failure(const Spec& spec, State& state, const scenario::Failure& failure);

}  // namespace haven::loop
