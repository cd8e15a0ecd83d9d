#include "tools/cli/moment.h"

#include "tools/cli/command.h"

namespace haven::cli {
namespace {

std::optional<base::Time> read_moment(const std::string& text) {
  base::Date day;
  const bool shaped = text.size() == 16 && (text[10] == ' ' || text[10] == 'T') && text[13] == ':' && base::parse_date(text.substr(0, 10), day);
  const auto digits = [&](std::size_t at) { return shaped && text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9' ? 10 * (text[at] - '0') + (text[at + 1] - '0') : 99; };
  const int hour = digits(11), minute = digits(14);
  if (hour > 23 || minute > 59) return std::nullopt;
  return base::midnight(day) + base::hours(hour) + base::minutes(minute);
}

}  // namespace

Moment day_or_moment_of(const std::string& option, const std::string& text) {
  Moment moment;
  if (text.size() == 10 && base::parse_date(text, moment.day)) return moment;
  moment.time = read_moment(text);
  if (!moment.time) throw BadInput(option + " " + text + ": expected a New York time, YYYY-MM-DD or YYYY-MM-DD HH:MM");
  moment.day = base::date_of(*moment.time);
  return moment;
}

base::Time moment_of(const std::string& option, const std::string& text) {
  const auto time = read_moment(text);
  if (!time) throw BadInput(option + " " + text + ": expected a New York time, YYYY-MM-DD HH:MM");
  return *time;
}

}  // namespace haven::cli
