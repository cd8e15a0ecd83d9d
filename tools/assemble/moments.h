// From observed moments and lists of metrics to what a run computes and is scored against.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/assemble/assemble.h"
#include "tools/assemble/errors.h"

namespace haven::assemble {

/// The line that a moment names at `path` of its reference.
using LineOf = std::function<metrics::Line(const std::string& path, const std::string& name)>;
/// Throws ConfigError when it has no series of illiquidity.
metrics::Line line_of(const Located<config::Line>& line);

/// Adds the reference's moments, their metrics and its observed points to `experiment`, whose trading days and scored
/// window stand; faults go to `faults`.
void read_moments(const Located<config::Reference>& reference, const LineOf& lines, Experiment& experiment, std::vector<Fault>& faults);
/// Adds the metrics of a list, over the scored window, to `experiment`. Requires that its reference was read.
void read_window_metrics(const Located<config::MetricList>& list, Experiment& experiment, std::vector<Fault>& faults);

/// What can be said of either by itself; its dates and the names of series are the run's matter. Throws ConfigError.
void check(const Located<config::Reference>& reference);
void check(const Located<config::MetricList>& list);

}  // namespace haven::assemble
