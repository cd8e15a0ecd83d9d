// A moment of simulated time as a user writes it.
#pragma once

#include <optional>
#include <string>

#include "engine/base/time.h"

namespace haven::cli {

/// "YYYY-MM-DD HH:MM" (or with a T between) in New York, or a whole day.
struct Moment {
  base::Date day;
  std::optional<base::Time> time;  ///< none: only the day was said
};
/// Throws BadInput that begins with `option`.
Moment day_or_moment_of(const std::string& option, const std::string& text);
/// With the time of day.
base::Time moment_of(const std::string& option, const std::string& text);

}  // namespace haven::cli
