#include "tools/report/embedded.h"

#define HAVEN_EMBED(symbol, file)         \
  __asm__(                                \
      ".section .rodata\n"                \
      ".balign 16\n" #symbol              \
      "_begin:\n"                         \
      ".incbin \"" file "\"\n" #symbol    \
      "_end:\n"                           \
      ".byte 0\n"                         \
      ".text\n");                         \
  extern "C" const char symbol##_begin[]; \
  extern "C" const char symbol##_end[]

HAVEN_EMBED(haven_echarts_js, HAVEN_ECHARTS_JS);
HAVEN_EMBED(haven_page_css, HAVEN_PAGE_CSS);
HAVEN_EMBED(haven_page_js, HAVEN_PAGE_JS);

namespace haven::report {

std::string_view echarts_js() { return {haven_echarts_js_begin, haven_echarts_js_end}; }
std::string_view page_css() { return {haven_page_css_begin, haven_page_css_end}; }
std::string_view page_js() { return {haven_page_js_begin, haven_page_js_end}; }

}  // namespace haven::report
