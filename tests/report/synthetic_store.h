// A result file with something in every table, shaped like a bad week, made without a simulation.
#pragma once

#include <string>

#include "tools/results/result_store.h"

namespace haven::report {

/// Writes eight model seeds, four null seeds, one failed run, a 4 x 3 sweep and every side table to `path`.
void write_synthetic_store(const std::string& path);
/// Writes a file with a manifest and one run that has a single metric and nothing else.
void write_bare_store(const std::string& path);

results::Manifest synthetic_manifest();

}  // namespace haven::report
