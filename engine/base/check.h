// The third kind of error: one of our own checks failed. On in release.
#pragma once

#include <stdexcept>
#include <string>

namespace haven::base {

/// A broken invariant of haven itself. The command line turns it into exit code 70, with the command that
/// reproduces it.
class CheckFailure : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* expression, const char* file, int line, const std::string& detail);

}  // namespace haven::base

/// Stops the run with CheckFailure when `condition` is false. `detail` is evaluated only then.
#define HAVEN_CHECK(condition, detail)                                                        \
  do {                                                                                        \
    if (!(condition)) [[unlikely]]                                                            \
      ::haven::base::fail_check(#condition, __FILE__, __LINE__, (detail));                    \
  } while (false)
