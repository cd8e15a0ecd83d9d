// From observed moments and lists of metrics to what a run computes and is scored against.
#pragma once

#include <vector>

#include "tools/assemble/assemble.h"
#include "tools/assemble/errors.h"

namespace haven::assemble {

/// Adds the reference's moments, their metrics and its observed points to `experiment`, whose trading days and scored
/// window stand; faults go to `faults`.
void read_moments(const Located<config::Reference>& reference, Experiment& experiment, std::vector<Fault>& faults);
/// Adds the metrics of a list, over the scored window, to `experiment`. Requires that its reference was read.
void read_window_metrics(const Located<config::MetricList>& list, Experiment& experiment, std::vector<Fault>& faults);

/// What can be said of either by itself; its dates and the names of series are the run's matter. Throws ConfigError.
void check(const Located<config::Reference>& reference);
void check(const Located<config::MetricList>& list);

}  // namespace haven::assemble
