// Dealers that no US G-SIB owns.
#include <catch2/catch.hpp>

#include "engine/base/check.h"
#include "engine/regulation/dealer_rules.h"
#include "tests/regulation/shipped_configs.h"

namespace {

using namespace haven::regulation;
using haven::base::CheckFailure;
using haven::base::dollars;
using haven::base::Money;

const NetCapitalRule& net_capital() { return shipped::baseline().net_capital; }

std::vector<BandPosition> empty_book() { return std::vector<BandPosition>(net_capital().bands.size()); }

}  // namespace

TEST_CASE("a foreign dealer under a daily average feels its rule every day, one under a snapshot only on the last", "[dealers]") {
  const auto& rules = shipped::baseline().home_rules;
  REQUIRE(rules.size() == 2);
  const HomeRule average = rules[0], snapshot = rules[1];
  REQUIRE(average.averaging == Averaging::daily_average);
  REQUIRE(snapshot.averaging == Averaging::quarter_end);
  CHECK(to_pct(requirement(average)) == Approx(3.0));
  std::vector<Money> days = {dollars(120), dollars(80)};
  const Money tier1 = dollars(3);
  CHECK(*headroom(average, tier1, days, 3) == dollars(0));
  CHECK_FALSE(headroom(snapshot, tier1, days, 3));
  days.push_back(dollars(70));
  CHECK(*headroom(snapshot, tier1, days, 3) == dollars(30));
  CHECK_THROWS_AS(headroom(average, tier1, days, 2), CheckFailure);
}

TEST_CASE("a home rule of zero is refused", "[dealers]") {
  HomeRule rule;
  rule.minimum = Ratio{0};
  CHECK_THROWS_AS(requirement(rule), CheckFailure);
}

TEST_CASE("net capital haircuts follow the bands of Rule 15c3-1", "[dealers]") {
  const auto haircut_pct = [](double years) { return to_pct(net_capital().bands[band_of(net_capital(), years)].haircut); };
  CHECK(haircut_pct(0.1) == Approx(0.0));
  CHECK(haircut_pct(0.25) == Approx(0.5));
  CHECK(haircut_pct(1.9) == Approx(1.5));
  CHECK(haircut_pct(2.0) == Approx(2.0));
  CHECK(haircut_pct(4.9) == Approx(3.0));
  CHECK(haircut_pct(6.6) == Approx(4.0));
  CHECK(haircut_pct(10.0) == Approx(4.5));
  CHECK(haircut_pct(30.0) == Approx(6.0));
}

TEST_CASE("long and short net within a band, offset to one half within a category, and not across categories", "[dealers]") {
  const std::size_t fives = band_of(net_capital(), 4.0), tens = band_of(net_capital(), 7.0), bonds = band_of(net_capital(), 30.0);
  auto book = empty_book();
  book[fives] = {dollars(100), dollars(40)};  // net long 60 at 3%: 1.80
  CHECK(net_capital_haircut(net_capital(), book) == Money{18'000});
  book[tens].short_value = dollars(30);       // short 30 at 4%: 1.20, so 0.60 + half of 1.20
  CHECK(net_capital_haircut(net_capital(), book) == Money{12'000});
  book[bonds].short_value = dollars(10);      // another category: 0.60 in full
  CHECK(net_capital_haircut(net_capital(), book) == Money{18'000});
}

TEST_CASE("excess net capital stands over the larger of $250,000 and 2% of debit items, and carries inventory at its haircut", "[dealers]") {
  auto book = empty_book();
  const std::size_t tens = band_of(net_capital(), 7.0), bills = band_of(net_capital(), 0.1);
  CHECK(excess_net_capital(net_capital(), dollars(1'000'000), dollars(0), book) == dollars(750'000));
  CHECK(excess_net_capital(net_capital(), dollars(1'000'000), dollars(20'000'000), book) == dollars(600'000));
  book[tens].long_value = dollars(10'000'000);
  const Money excess = excess_net_capital(net_capital(), dollars(1'000'000), dollars(20'000'000), book);
  CHECK(excess == dollars(200'000));
  CHECK(*net_capital_capacity(net_capital(), excess, tens) == dollars(5'000'000));
  book[tens].long_value += dollars(5'000'000);
  CHECK(excess_net_capital(net_capital(), dollars(1'000'000), dollars(20'000'000), book) == dollars(0));
  CHECK_FALSE(net_capital_capacity(net_capital(), excess, bills));
  CHECK(*net_capital_capacity(net_capital(), dollars(-5), tens) == dollars(0));
}

TEST_CASE("a net capital rule with bands out of order or shares out of range is rejected", "[dealers]") {
  NetCapitalRule rule = net_capital();
  REQUIRE(faults(rule).empty());
  rule.bands[2].below_years = 0.1;
  rule.within_category = ratio_from_pct(150);
  rule.bands[0].haircut = ratio_from_pct(-1);
  CHECK(faults(rule).size() == 3);
  rule.bands.clear();
  CHECK(faults(rule).size() == 2);
}
