// What counts as a collapse, on series made for it.
#include <catch2/catch.hpp>

#include "engine/metrics/collapse.h"

using namespace haven;
using namespace haven::metrics;

namespace {

const base::Date kFirst = base::make_date(2025, 3, 3);

/// A daily series from 3 March, a value a day at 15:30.
Series daily(const std::string& name, const std::vector<double>& values) {
  Series s{name, {}, {}};
  for (std::size_t i = 0; i < values.size(); ++i) {
    s.times.push_back(base::midnight({kFirst.v + static_cast<std::int32_t>(i)}) + base::hours(15) + base::minutes(30));
    s.values.push_back(values[i]);
  }
  return s;
}

Sign calm_sign(const std::string& series) { return {series, series, true, {}, {}}; }

Collapse definition() {
  Collapse c;
  c.all = {calm_sign("depth")};
  c.all[0].below = 0.2;
  c.any = {calm_sign("spread"), {"declined", "declined", false, 0.5, {}}};
  c.any[0].at_least = 4;
  return c;
}

/// Two calm days, three scored ones.
std::optional<base::Date> day_of(const std::vector<Series>& series) { return first_collapse(definition(), series, {kFirst, {kFirst.v + 1}}, {{kFirst.v + 2}, {kFirst.v + 4}}); }

}  // namespace

TEST_CASE("a collapse is one day with all of the first signs and one of the others", "[metrics]") {
  const auto depth = daily("depth", {10, 10, 5, 1.9, 1});
  CHECK_FALSE(day_of({depth}).has_value());
  CHECK(day_of({depth, daily("spread", {1, 3, 2, 8, 2})}) == base::Date{kFirst.v + 3});          // four times the mean of 2
  CHECK_FALSE(day_of({depth, daily("spread", {1, 3, 9, 7.9, 7.9})}).has_value());               // wide on another day
  CHECK(day_of({depth, daily("declined", {0, 0, 0, 0, 0.5})}) == base::Date{kFirst.v + 4});
  CHECK_FALSE(day_of({daily("depth", {10, 10, 2, 2, 2}), daily("declined", {0, 0, 1, 1, 1})}).has_value());  // exactly a fifth is not below it
}

TEST_CASE("calm days show no collapse, and a series without calm values shows no sign", "[metrics]") {
  CHECK_FALSE(day_of({daily("depth", {1, 19, 10, 10, 10}), daily("declined", {1, 1, 1, 1, 1})}).has_value());
  CHECK_FALSE(day_of({daily("depth", {0, 0, 0, 0, 0}), daily("declined", {1, 1, 1, 1, 1})}).has_value());
  Collapse only_any = definition();
  only_any.all.clear();
  CHECK(first_collapse(only_any, {daily("declined", {1, 1, 0, 1, 1})}, {kFirst, {kFirst.v + 1}}, {{kFirst.v + 2}, {kFirst.v + 4}}) == base::Date{kFirst.v + 3});
}
