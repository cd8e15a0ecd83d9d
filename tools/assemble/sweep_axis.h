// One axis of a sweep: its values, and what each of them changes in a run.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/sweep.pb.h"
#include "tools/assemble/loader.h"
#include "configs/schema/run.pb.h"
#include "tools/plan/design.h"

namespace haven::assemble {

/// Values of the axis in a design of this kind; faults are added where the axis says too little, too much or nonsense.
plan::Axis axis_values(const config::Axis& axis, plan::Kind kind, const LoadedConfig& sweep, std::vector<Fault>& faults);

/// The config laid over the run at this value; "" for none.
std::string axis_overlay(const config::Axis& axis, const results::AxisValue& value);

/// The settings that the value makes in a run. Throws ConfigError at `place` when a population is not there or holds nothing.
std::vector<Setting> axis_settings(const config::Axis& axis, const results::AxisValue& value, const Located<config::Run>& run, const Place& place);

}  // namespace haven::assemble
