// The volatility that a day's spread and depth are held against is that of the same samples.
#include <catch2/catch.hpp>

#include <cmath>

#include "tests/loop/short_run.h"

namespace haven::tests {

TEST_CASE("a day's sigma is the root of the mean variance over the samples of its depth, whatever it is at the day's end", "[loop][metrics]") {
  const auto& e = plain_short_run();
  loop::State state = loop::initial_state(e.spec, 1);
  advance_to(e.spec, state, moment(e.spec, 0, 9));  // books have orders
  auto& w = state.world;
  auto& md = w.books_data[world::kTenYearNode];
  metrics::Probes probes(e.spec.world, metrics::Probes::Watching::on);
  const auto sample = [&](int hour, double variance_bp2, bool two_sided) {
    w.now = moment(e.spec, 0, hour);
    md.variance_bp2 = variance_bp2;
    md.has_bid = md.has_ask = two_sided;
    probes.sample(w);
  };
  sample(6, 100, true);   // before the day
  sample(9, 4, true);
  sample(10, 100, false);  // no depth then
  sample(11, 16, true);
  sample(17, 100, true);  // after it
  probes.day_end(w);
  const auto result = probes.take(w, 1, {}, 0, 0);
  const auto value = [&](const std::string& name) {
    for (const auto& s : result.series) {
      if (s.name == name) return s.values.at(0);
    }
    FAIL(name);
    return 0.0;
  };
  CHECK(value("day_sigma_10y_bp") == Approx(std::sqrt(10.0)));
  CHECK(value("sigma_10y_bp") == Approx(10.0));
}

}  // namespace haven::tests
