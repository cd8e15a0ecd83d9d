// Joins result files of one plan into one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/results/result_file.h"

namespace haven::results {

/// Writes the runs of all `files` into `out`, which is there whole or not at all. A run in several files is taken once; a
/// failed one gives way to a finished one. Memory does not grow with the files.
/// `check` looks at the joined file before it gets its name, and may throw: then there is no `out`.
/// Requires a file. Throws StoreError: other_plan when two files differ in plan, seeds or version, conflict when the same run came out
/// in two ways, in_use when another process writes `out`.
void merge_results(const std::vector<std::string>& files, const std::string& out, const std::function<void(const ResultFile&)>& check);

}  // namespace haven::results
