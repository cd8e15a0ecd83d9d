#include "tools/cli/clear_file.h"

#include <algorithm>
#include <cstdlib>
#include <istream>
#include <map>
#include <stdexcept>
#include <string_view>

namespace haven::cli {

namespace {

using networks::FileError;
using networks::NodeIndex;
__extension__ using Wide = __int128;

constexpr Wide kLargestTotal = static_cast<Wide>(4'000'000'000'000'000'000);
constexpr int kMostDigits = 30;        // of a written number; later ones are below any rounding
constexpr int kLargestExponent = 250;

struct Field {
  std::string text;
  std::uint64_t column = 1;
};

/// digits x 10^exponent, digits not negative.
struct Decimal {
  Wide digits = 0;
  int exponent = 0;
};

/// value x 10^-power to the nearest whole number, for value >= 0 and power >= 0.
Wide shifted_down(Wide value, int power) {
  bool half = false;
  for (; power > 0 && (value > 0 || half); --power) {
    half = value % 10 >= 5;
    value /= 10;
  }
  return value + (half ? 1 : 0);
}

/// In units of 10^unit, rounded to nearest; more than kLargestTotal when it does not fit.
Wide in_units(const Decimal& decimal, int unit) {
  if (decimal.digits == 0) return 0;
  if (decimal.exponent < unit) return shifted_down(decimal.digits, unit - decimal.exponent);
  Wide value = decimal.digits;
  for (int k = decimal.exponent; k > unit; --k) {
    if (value > kLargestTotal) return kLargestTotal + 1;
    value *= 10;
  }
  return value;
}

class Rows {
 public:
  Rows(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}

  /// The next row's fields; false at the end.
  bool next(std::vector<Field>& fields) {
    while (std::getline(in_, text_)) {
      ++line_;
      if (line_ == 1 && text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
      if (!text_.empty() && text_.back() == '\r') text_.pop_back();
      if (text_.find_first_not_of(" \t") == std::string::npos || text_[text_.find_first_not_of(" \t")] == '#') continue;
      split(fields);
      return true;
    }
    if (in_.bad()) throw wrong(0, "cannot be read");
    return false;
  }
  std::uint64_t line() const { return line_; }
  FileError wrong(std::uint64_t column, const std::string& message) const { return wrong_at(line_, column, message); }
  FileError wrong_at(std::uint64_t line, std::uint64_t column, const std::string& message) const { return {name_, line, column, message}; }

 private:
  void split(std::vector<Field>& fields) {
    fields.clear();
    std::size_t at = 0;
    for (;;) {
      while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
      Field field{"", at + 1};
      if (at < text_.size() && text_[at] == '"') {
        const std::size_t opened = at++;
        for (;;) {
          if (at >= text_.size()) throw wrong(opened + 1, "a quoted name that does not end on its line");
          if (text_[at] == '"') {
            if (at + 1 < text_.size() && text_[at + 1] == '"') ++at;
            else break;
          }
          field.text += text_[at++];
        }
        ++at;
        while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
        if (at < text_.size() && text_[at] != ',') throw wrong(at + 1, "found text after a quoted name, expected a comma");
      } else {
        const std::size_t comma = std::min(text_.find(',', at), text_.size());
        field.text = text_.substr(at, comma - at);
        field.text.erase(field.text.find_last_not_of(" \t") + 1);
        at = comma;
      }
      fields.push_back(std::move(field));
      if (at >= text_.size()) return;
      ++at;
    }
  }

  std::istream& in_;
  std::string name_;
  std::string text_;
  std::uint64_t line_ = 0;
};

Decimal parse_amount(const Field& field, const Rows& rows, std::string_view what) {
  const std::string& text = field.text;
  const auto wrong = [&] { return rows.wrong(field.column, "found '" + text + "', expected " + std::string(what) + ", a number of at least 0"); };
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  Decimal decimal;
  int kept = 0;
  bool any = false;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (kept < kMostDigits) {
      decimal.digits = decimal.digits * 10 + (c - '0');
      if (decimal.digits > 0) ++kept;
      if (point) --decimal.exponent;
    } else if (!point) {
      ++decimal.exponent;
    }
  }
  if (!any) throw wrong();
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') throw wrong();
    ++at;
    const bool down = at < text.size() && text[at] == '-';
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (at >= text.size()) throw wrong();
    int power = 0;
    for (; at < text.size(); ++at) {
      if (text[at] < '0' || text[at] > '9') throw wrong();
      power = std::min(10'000, power * 10 + (text[at] - '0'));
    }
    decimal.exponent += down ? -power : power;
  }
  if (negative && decimal.digits != 0) throw wrong();
  if (decimal.digits == 0) return {};
  while (decimal.digits % 10 == 0) {
    decimal.digits /= 10;
    ++decimal.exponent;
  }
  if (std::abs(decimal.exponent) > kLargestExponent) throw rows.wrong(field.column, "found '" + text + "', expected 0 or an amount between 1e-250 and 1e250");
  return decimal;
}

/// The finest unit, a power of ten, that is exact or in which everything adds up to at most kLargestTotal.
int common_unit(const std::vector<Decimal>& amounts) {
  int unit = 0;
  bool first = true;
  for (const Decimal& amount : amounts) {
    if (amount.digits == 0) continue;
    unit = first ? amount.exponent : std::min(unit, amount.exponent);
    first = false;
  }
  // The largest amount bounds the finest unit from below, which keeps this loop short.
  for (const Decimal& amount : amounts) {
    int digits = 0;
    for (Wide rest = amount.digits; rest > 0; rest /= 10) ++digits;
    if (digits > 0) unit = std::max(unit, amount.exponent + digits - 19);
  }
  for (;; ++unit) {
    Wide total = 0;
    for (const Decimal& amount : amounts) total = std::min(kLargestTotal + 1, total + in_units(amount, unit));
    if (total <= kLargestTotal) return unit;
  }
}

double power_of_ten(int exponent) {
  double value = 1.0;
  for (int k = 0; k < std::abs(exponent); ++k) value *= 10.0;
  return value;
}

double in_file_units(double value, int unit) { return unit >= 0 ? value * power_of_ten(unit) : value / power_of_ten(unit); }

}  // namespace

ClearedFile clear_file(std::istream& in, const std::string& name, networks::Recovery recovery) {
  const auto check_rate = [](double rate, const std::string& flag) {
    if (!(rate >= 0.0 && rate <= 1.0)) throw std::invalid_argument(flag + " is " + std::to_string(rate) + ", expected 0 to 1");
  };
  check_rate(recovery.alpha, "alpha");
  check_rate(recovery.beta, "beta");

  struct EdgeText {
    Field from, to;
    std::uint64_t line;
  };
  std::vector<networks::Node> nodes;
  std::map<std::string, NodeIndex> index;
  std::vector<std::uint64_t> node_lines;
  std::vector<EdgeText> edges;
  std::vector<Decimal> assets, owed;

  Rows rows(in, name);
  std::vector<Field> fields;
  while (rows.next(fields)) {
    const std::string& kind = fields[0].text;
    if (kind != "node" && kind != "edge") throw rows.wrong(fields[0].column, "found '" + kind + "', expected node or edge");
    const std::size_t expected = kind == "node" ? 3 : 4;
    if (fields.size() != expected) {
      throw rows.wrong(fields[0].column, "found " + std::to_string(fields.size()) + " fields, expected " +
                                             (kind == "node" ? "node,NAME,OUTSIDE_ASSETS" : "edge,FROM,TO,AMOUNT_OWED"));
    }
    for (std::size_t k = 1; k + 1 < fields.size(); ++k) {
      if (fields[k].text.empty()) throw rows.wrong(fields[k].column, "found no name, expected a node's name");
    }
    if (kind == "node") {
      const auto [found, fresh] = index.emplace(fields[1].text, static_cast<NodeIndex>(nodes.size()));
      if (!fresh) {
        throw rows.wrong(fields[1].column, "node '" + fields[1].text + "' appears twice, first in line " + std::to_string(node_lines[found->second]));
      }
      nodes.push_back({fields[1].text, networks::Role::other});
      node_lines.push_back(rows.line());
      assets.push_back(parse_amount(fields[2], rows, "outside assets"));
    } else {
      owed.push_back(parse_amount(fields[3], rows, "an amount owed"));
      edges.push_back({fields[1], fields[2], rows.line()});
    }
  }
  if (nodes.empty()) throw rows.wrong(0, "found no node, expected a row node,NAME,OUTSIDE_ASSETS");

  std::vector<Decimal> all = assets;
  all.insert(all.end(), owed.begin(), owed.end());
  const int unit = common_unit(all);
  std::vector<networks::EdgeRow> edge_rows;
  std::map<std::pair<NodeIndex, NodeIndex>, std::uint64_t> seen;
  for (std::size_t k = 0; k < edges.size(); ++k) {
    const EdgeText& edge = edges[k];
    const auto node = [&](const Field& field) {
      const auto found = index.find(field.text);
      if (found == index.end()) throw rows.wrong_at(edge.line, field.column, "found the unknown node '" + field.text + "', expected the name of a node row");
      return found->second;
    };
    networks::EdgeRow row;
    row.from = node(edge.from);
    row.to = node(edge.to);
    if (row.from == row.to) throw rows.wrong_at(edge.line, edge.to.column, "found an edge from '" + edge.from.text + "' to itself");
    const auto [other, fresh] = seen.emplace(std::pair(row.from, row.to), edge.line);
    if (!fresh) {
      throw rows.wrong_at(edge.line, edge.from.column,
                          "the edge from '" + edge.from.text + "' to '" + edge.to.text + "' appears twice, first in line " + std::to_string(other->second));
    }
    row.amount = static_cast<std::int64_t>(in_units(owed[k], unit));
    edge_rows.push_back(row);
  }
  std::vector<std::int64_t> outside;
  for (const Decimal& amount : assets) outside.push_back(static_cast<std::int64_t>(in_units(amount, unit)));

  const networks::Snapshot snapshot(networks::Unit::money, nodes, edge_rows);
  const networks::ClearingResult result = networks::Clearing(snapshot).clear(outside, recovery);
  ClearedFile cleared;
  for (NodeIndex node = 0; node < nodes.size(); ++node) cleared.payments.emplace_back(nodes[node].name, in_file_units(result.payment[node], unit));
  for (const NodeIndex node : result.defaulted) cleared.defaulted.push_back(nodes[node].name);
  cleared.rounds = result.rounds;
  cleared.relative_error = result.relative_error;
  cleared.certified = result.certified;
  return cleared;
}

}  // namespace haven::cli
