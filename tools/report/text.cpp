#include "tools/report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <vector>

namespace haven::report {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string script_json(const nlohmann::json& value) {
  const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

namespace {

const std::map<std::string, std::string, std::less<>>& abbreviations() {
  static const std::map<std::string, std::string, std::less<>> map = {
      {"sofr", "SOFR"},   {"iorb", "IORB"}, {"gcf", "GCF"},    {"dvp", "DVP"},
      {"nccbr", "NCCBR"}, {"on", "ON"},     {"rrp", "RRP"},    {"slr", "SLR"},
      {"eslr", "eSLR"},   {"var", "VaR"},   {"fed", "Fed"},    {"ccp", "CCP"},
      {"ficc", "FICC"},   {"tri", "tri"},   {"fhlb", "FHLB"},  {"fhlbs", "FHLBs"},
      {"gse", "GSE"},     {"gses", "GSEs"}, {"gsib", "G-SIB"}, {"ptf", "PTF"},
      {"ptfs", "PTFs"},   {"ctd", "CTD"},   {"vix", "VIX"},    {"ldi", "LDI"},
      {"tu", "TU"},       {"fv", "FV"},     {"ty", "TY"},      {"uxy", "UXY"},
      {"us", "US"},       {"ub", "UB"},     {"nav", "NAV"},    {"treasury", "Treasury"}};
  return map;
}

std::vector<std::string> split(std::string_view name) {
  std::vector<std::string> tokens(1);
  for (const char c : name) {
    if (c == '_') {
      tokens.emplace_back();
    } else {
      tokens.back() += c;
    }
  }
  return tokens;
}

bool is_tenor(const std::string& token) {
  return token.size() >= 2 && token.back() == 'y' && token.find_first_not_of("0123456789") == token.size() - 1;
}

std::string join(const std::vector<std::string>& tokens) {
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].empty()) continue;
    if (!out.empty()) out += out.ends_with("bid") && tokens[i] == "ask" ? '-' : ' ';
    const auto known = abbreviations().find(tokens[i]);
    out += known != abbreviations().end() ? known->second : tokens[i];
  }
  return out;
}

}  // namespace

std::string words_of(std::string_view name) { return join(split(name)); }

Label label_of(std::string_view name) {
  static const std::map<std::string, Label, std::less<>> special = {
      {"volume_10y_futures_bn", {"10-year futures volume", "$bn a day"}},
      {"impact_10y_bp_per_bn", {"10-year price impact", "bp per $bn"}},
      {"depth_10y_bn", {"10-year depth", "$bn"}},
      {"confidence_lost", {"Confidence lost", ""}},
      {"basis_position_bn", {"Basis position", "$bn"}},
      {"swap_spread_position_bn", {"Swap-spread position", "$bn"}}};
  if (const auto found = special.find(name); found != special.end()) return found->second;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> units = {{{"_bp_per_bn", "bp per $bn"},
                                                                                          {"_multiple", "×"},
                                                                                          {"_ticks", "ticks"},
                                                                                          {"_pct", "%"},
                                                                                          {"_bp", "bp"},
                                                                                          {"_bn", "$bn"},
                                                                                          {"_usd", "$"},
                                                                                          {"_seconds", "s"},
                                                                                          {"_days", "days"}}};
  Label label;
  std::string_view stem = name;
  for (const auto& [suffix, unit] : units) {
    if (stem.size() > suffix.size() && stem.ends_with(suffix)) {
      stem.remove_suffix(suffix.size());
      label.unit = unit;
      break;
    }
  }
  std::vector<std::string> tokens = split(stem);
  for (auto token = tokens.begin(); token != tokens.end(); ++token) {
    if (!is_tenor(*token)) continue;
    const std::string tenor = token->substr(0, token->size() - 1) + "-year";
    tokens.erase(token);
    tokens.insert(tokens.begin(), tenor);
    break;
  }
  label.text = join(tokens);
  if (!label.text.empty() && label.text[0] >= 'a' && label.text[0] <= 'z' && !label.text.starts_with("eSLR")) {
    label.text[0] = static_cast<char>(label.text[0] - 'a' + 'A');
  }
  return label;
}

namespace {

std::string grouped(double value, int decimals) {
  std::string digits = fmt::format("{:.{}f}", std::fabs(value), decimals);
  if (const std::size_t whole = std::min(digits.find('.'), digits.size()); whole > 4) {
    for (std::size_t place = whole - 3; place > 0; place -= std::min<std::size_t>(place, 3))
      digits.insert(place, "\u202f");
  }
  const bool zero = digits.find_first_of("123456789") == std::string::npos;
  return value < 0 && !zero ? "−" + digits : digits;
}

}  // namespace

std::string number(double value) {
  const double size = std::fabs(value);
  if (size == 0) return "0";
  const int decimals = size >= 99.95    ? 0
                       : size >= 9.995  ? 1
                       : size >= 0.0995 ? 2
                                        : 2 - static_cast<int>(std::floor(std::log10(size)));
  if (decimals > 7) return fmt::format("{:.3g}", value);
  std::string text = grouped(value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string signed_number(double value) {
  const std::string text = number(value);
  return text == "0" || value < 0 ? text : "+" + text;
}

std::string with_error(double value, const std::optional<double>& error, Sign sign) {
  if (!error || *error <= 0) return sign == Sign::always ? signed_number(value) : number(value);
  // Two digits of the error, but no more than four of the value: an error far below that is said to be below.
  const int of_error = 1 - static_cast<int>(std::floor(std::log10(*error)));
  const int of_value = value == 0 ? of_error : std::max(2, 3 - static_cast<int>(std::floor(std::log10(std::fabs(value)))));
  const int decimals = std::clamp(std::min(of_error, of_value), 0, 6);
  std::string text = sign == Sign::always && value > 0 ? "+" : "";
  text += grouped(value, decimals);
  text += " ± ";
  const double unit = std::pow(10.0, -decimals);
  text += *error < 0.5 * unit ? "<" + grouped(unit, decimals) : grouped(*error, decimals);
  return text;
}

std::string long_day(const std::string& iso) {
  static constexpr std::array<const char*, 7> days = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  base::Date day;
  if (!base::parse_date(iso, day)) return iso;
  return fmt::format("{} {} {} {}", days[static_cast<std::size_t>(base::weekday(day))], std::atoi(iso.c_str() + 8),
                     months[static_cast<std::size_t>(std::atoi(iso.c_str() + 5) - 1)], iso.substr(0, 4));
}

double rounded(double value) { return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr); }

std::int64_t page_time(base::Time time) { return time.ns / 1'000'000 + 946'684'800'000; }

}  // namespace haven::report
