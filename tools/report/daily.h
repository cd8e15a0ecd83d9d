// Tables of (day, name) -> value, and the charts made of them.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace haven::report {

/// Values by name and day. Invariants: `days` holds every day that any name has.
struct Daily {
  std::set<std::string> days;
  std::map<std::string, std::map<std::string, double>> by_name;

  void add(const std::string& name, const std::string& day, double value) {
    days.insert(day);
    by_name[name][day] += value;
  }
  bool empty() const { return by_name.empty(); }
  /// Whether any value differs from zero.
  bool shows_anything() const;
};

enum class Missing { zero, gap };

/// One picture a chart can switch to: {"label", "series": [{"name", "values": one a day}]}. Names come in `order`, then
/// by size; beyond the `most` largest they are summed as "other".
nlohmann::json daily_set(const std::string& label, const Daily& daily, const std::set<std::string>& days,
                         const std::vector<std::string>& order, std::size_t most, Missing missing);

}  // namespace haven::report
