#include "tools/report/daily.h"

#include <algorithm>
#include <cmath>

#include "tools/report/text.h"

namespace haven::report {

bool Daily::shows_anything() const {
  for (const auto& [name, values] : by_name) {
    for (const auto& [day, value] : values) {
      if (value != 0) return true;
    }
  }
  return false;
}

nlohmann::json daily_set(const std::string& label, const Daily& daily, const std::set<std::string>& days,
                         const std::vector<std::string>& order, std::size_t most, Missing missing) {
  std::vector<std::pair<double, std::string>> sizes;
  for (const auto& [name, values] : daily.by_name) {
    double size = 0;
    for (const auto& [day, value] : values) size += std::fabs(value);
    sizes.emplace_back(-size, name);
  }
  std::sort(sizes.begin(), sizes.end());
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < sizes.size() && i < most; ++i) shown.push_back(sizes[i].second);
  const auto place = [&](const std::string& name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
  };
  std::stable_sort(shown.begin(), shown.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });

  nlohmann::json series = nlohmann::json::array();
  for (const std::string& name : shown) {
    const auto& values = daily.by_name.at(name);
    nlohmann::json list = nlohmann::json::array();
    for (const std::string& day : days) {
      const auto value = values.find(day);
      if (value != values.end()) {
        list.push_back(rounded(value->second));
      } else if (missing == Missing::zero) {
        list.push_back(0);
      } else {
        list.push_back(nullptr);
      }
    }
    series.push_back({{"key", name}, {"name", words_of(name)}, {"values", list}});
  }
  if (sizes.size() > most && missing == Missing::zero) {
    nlohmann::json list = nlohmann::json::array();
    for (const std::string& day : days) {
      double sum = 0;
      for (std::size_t i = most; i < sizes.size(); ++i) {
        const auto& values = daily.by_name.at(sizes[i].second);
        if (const auto value = values.find(day); value != values.end()) sum += value->second;
      }
      list.push_back(rounded(sum));
    }
    series.push_back({{"key", "other"}, {"name", "other"}, {"values", list}});
  }
  return {{"label", label}, {"series", series}};
}

}  // namespace haven::report
