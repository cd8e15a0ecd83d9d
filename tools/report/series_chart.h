// One series as a chart: ensemble band, observed points, null and reference lines.
#pragma once

#include <string>
#include <vector>

#include "tools/report/page.h"
#include "tools/report/subject.h"

namespace haven::report {

/// Adds nothing when no run has the series. `references` are series whose medians are drawn as lines beside it.
void add_series_chart(Page& page, const Subject& subject, const std::string& name, ChartSize size,
                      const std::vector<std::string>& references = {});

}  // namespace haven::report
