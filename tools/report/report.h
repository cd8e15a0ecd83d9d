// `haven report RESULT -o FILE.html`: a result file as one page that needs no network.
#pragma once

#include <string>

#include "tools/results/result_file.h"

namespace haven::report {

/// The page of a result file: its first point, the variant `model` (the first variant where there is none), beside the
/// variant `null` where there is one. A section whose tables are empty is left out. Never draws a run that failed.
std::string render_report(const results::ResultFile& file);

/// Reads `result_path`, writes `html_path` (as a whole or not at all). Throws results::StoreError.
void write_report(const std::string& result_path, const std::string& html_path);

}  // namespace haven::report
