// In which schema of configs/schema a config is written.
#pragma once

#include <string>

#include "tools/assemble/loader.h"

namespace haven::assemble {

/// The messages that a config file can hold.
enum class Schema { run, sweep, study, calibration, posterior, reference, line, metric_list, collapse, rule_set, firms };

/// What the comment "# proto-message: haven.config.Run" at the top of the file says. Without one, the schema by which
/// the fewest things are wrong with its text; a run when several are as good.
/// Throws ConfigError: no such config, or a comment that names no schema.
Schema schema_of(const std::string& name, const LoadOptions& options);

const google::protobuf::Message& prototype_of(Schema schema);

}  // namespace haven::assemble
