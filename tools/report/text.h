// Words and numbers as the page shows them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/time.h"

namespace haven::report {

/// Text for HTML, in elements and in quoted attributes.
std::string escape_html(std::string_view text);
/// JSON that may stand inside a <script> element: no `<`, `>` or `&` in it. Bytes that are not UTF-8 are replaced.
std::string script_json(const nlohmann::json& value);

/// A name with its unit taken off: `bid_ask_10y_multiple` -> {"10-year bid-ask", "×"}.
struct Label {
  std::string text, unit;
};
Label label_of(std::string_view name);
/// `basis_fund` -> "basis fund"; known abbreviations in capitals.
std::string words_of(std::string_view name);

/// Two to four significant digits without idle zeros, a true minus sign, thousands separated.
std::string number(double value);
/// The same with a sign in front of positive values too.
std::string signed_number(double value);
enum class Sign { always, if_negative };
/// "29.4 ± 1.3": both to the second digit of the error. No error, no ±.
std::string with_error(double value, const std::optional<double>& error, Sign sign = Sign::if_negative);
/// "2025-04-07" -> "Mon 7 Apr 2025". Anything else unchanged.
std::string long_day(const std::string& iso);

/// Rounded to six significant digits, to keep the page small.
double rounded(double value);
/// Milliseconds since 1970 as if New York's clock were UTC: what the page's time axes count in.
std::int64_t page_time(base::Time time);

}  // namespace haven::report
