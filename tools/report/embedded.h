// The page's own files, embedded in the program at build time.
#pragma once

#include <string_view>

namespace haven::report {

std::string_view echarts_js();
std::string_view page_css();
std::string_view page_js();

}  // namespace haven::report
