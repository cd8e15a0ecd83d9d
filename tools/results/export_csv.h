// `haven export RESULT --csv DIR`: tidy tables for other tools.
#pragma once

#include <string>

#include "tools/results/result_file.h"

namespace haven::results {

/// Writes one CSV (RFC 4180, header row, numbers that read back to the same bits) a table into `folder`, which is made
/// when it does not exist; files of the same names are replaced. Rows are sorted by name, not by order of saving, and
/// neither timings nor the creating command are in them: equal runs give equal bytes.
/// Throws StoreError (cannot_write).
void export_csv(const ResultFile& file, const std::string& folder);

}  // namespace haven::results
