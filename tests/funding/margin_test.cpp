#include "engine/funding/margin.h"

#include "engine/base/archive.h"
#include "tests/funding/desk.h"

namespace haven::funding {

TEST_CASE("one tick of 1/256 point on $1m is $39.0625, and of a ten-year future $15.625 a contract", "[funding]") {
  CHECK(variation_margin(10, base::Ticks{1}, {390'625}) == Money{390'625});
  CHECK(variation_margin(1, base::Ticks{1}, {1'562'500}) == Money{156'250});
  CHECK(variation_margin(2, base::Ticks{1}, {390'625}) == Money{78'125});   // a two-year contract of two lots: $7.8125
  CHECK(variation_margin(-3, base::Ticks{-2}, {1'562'500}) == Money{937'500});
  CHECK(variation_margin(1'000, dollars(1'000'000), dollars(1'010'000)) == dollars(1'000'000));
}

TEST_CASE("margin is k sigma or the floor, plus the add-on, rounded up", "[funding]") {
  MarginRule rule;
  rule.k = 4.9;
  rule.floor_hbp = bp(120);
  CHECK(calm_margin(rule, 0.0035).level.in_force_hbp == Approx(17'150).margin(1));  // 1.7% at a 35 bp day
  CHECK(calm_margin(rule, 0.0010).level.in_force_hbp == bp(120));
  rule.add_on_hbp = bp(30);
  CHECK(calm_margin(rule, 0.0010).level.in_force_hbp == bp(150));
  rule.grain_hbp = 1'000;
  CHECK(calm_margin(rule, 0.0035).level.in_force_hbp == 21'000);
  CHECK(initial_margin(-1'000, dollars(1'100'000), bp(170)) == dollars(1'870'000));
}

TEST_CASE("margin moves only when the model has moved by more than the step, and then after the lag", "[funding]") {
  MarginRule rule;
  rule.k = 5;
  rule.decay = 0.5;
  rule.step_hbp = bp(1'000);
  rule.lag_days = 2;
  MarginState state = calm_margin(rule, 0.004);
  const std::int32_t calm = state.level.in_force_hbp;
  CHECK(calm == 20'000);
  CHECK_FALSE(observe_day(rule, state, 0.0045, 1));  // model 2.13%: within a tenth
  CHECK_FALSE(state.level.waiting());
  CHECK_FALSE(observe_day(rule, state, 0.0100, 2));  // model 3.7%: announced
  CHECK(state.level.waiting());
  const std::int32_t announced = state.level.announced_hbp;
  CHECK(announced > 35'000);
  CHECK_FALSE(observe_day(rule, state, 0.0300, 3));  // a bigger move does not change what was announced
  CHECK(state.level.in_force_hbp == calm);
  CHECK(state.level.announced_hbp == announced);
  CHECK(observe_day(rule, state, 0.0, 4));
  CHECK(state.level.in_force_hbp == announced);
  CHECK(state.level.waiting());  // and the bigger move is announced next
  CHECK(state.level.announced_hbp > announced);
  base::Writer writer;
  writer(state);
  CHECK(writer.bytes().size() == sizeof(double) + 4 * sizeof(std::int32_t));
}

TEST_CASE("margin falls back to the floor when markets calm down", "[funding]") {
  MarginRule rule;
  rule.floor_hbp = bp(150);
  rule.step_hbp = bp(500);
  MarginState state = calm_margin(rule, 0.01);
  CHECK(state.level.in_force_hbp == 50'000);
  for (std::int32_t day = 1; day < 200; ++day) observe_day(rule, state, 0.0001, day);
  CHECK(state.level.in_force_hbp <= bp(158));
  CHECK(state.level.in_force_hbp >= bp(150));
}

TEST_CASE("a haircut rises with its own lag, falls with another, and stays within cap and floor", "[funding]") {
  HaircutRule rule;
  rule.base_hbp = bp(0);
  rule.slope_hbp = bp(100);
  rule.cap_hbp = bp(250);
  rule.step_hbp = bp(10);
  rule.rise_lag_days = 3;
  rule.fall_lag_days = 10;
  CHECK(model_haircut_hbp(rule, 0.5) == 0);
  CHECK(model_haircut_hbp(rule, 2.0) == bp(100));
  CHECK(model_haircut_hbp(rule, 9.0) == bp(250));
  LaggedLevel level;
  CHECK_FALSE(observe_day(rule, level, 1.05, 1));
  CHECK_FALSE(level.waiting());
  CHECK_FALSE(observe_day(rule, level, 2.0, 2));
  CHECK_FALSE(observe_day(rule, level, 2.0, 4));
  CHECK(observe_day(rule, level, 2.0, 5));
  CHECK(level.in_force_hbp == bp(100));
  observe_day(rule, level, 1.0, 6);
  CHECK_FALSE(observe_day(rule, level, 1.0, 15));
  CHECK(observe_day(rule, level, 1.0, 16));
  CHECK(level.in_force_hbp == 0);
  rule.floor_hbp = bp(200);
  CHECK(model_haircut_hbp(rule, 1.0) == bp(200));
  rule.floor_hbp = bp(-100);
  rule.base_hbp = bp(-50);
  CHECK(model_haircut_hbp(rule, 1.0) == bp(-50));
}

TEST_CASE("calls come when due, collections before payments, each once, whatever the order they were made in", "[funding]") {
  Desk d;
  const Date monday{d.tomorrow.v + 1};
  const Time due = due_at(kEndOfDayCycle, d.today, d.tomorrow), intraday = due_at(kIntradayCycle, d.today, d.tomorrow);
  CHECK(base::to_string(due) == "2025-04-03 08:30:00.000");
  CHECK(base::to_string(intraday) == "2025-04-02 14:30:00.000");
  CHECK(base::to_string(priced_at(kEndOfDayCycle, d.today)) == "2025-04-02 15:00:00.000");
  CHECK(base::to_string(due_at(kEndOfDayCycle, d.tomorrow, {monday.v + 3})).substr(0, 10) == "2025-04-07");  // over a weekend
  const auto taken = [&](bool turned) {
    MarginCalls calls;
    calls.add(d.books, d.dealer, d.clearing_house, dollars(-3), ledger::Reason::variation_margin, intraday + base::minutes(-60));
    calls.add(d.books, d.fund, d.clearing_house, dollars(8), ledger::Reason::variation_margin, intraday + base::minutes(-40));
    for (int k = 0; k < 2; ++k) {
      if ((k == 0) != turned) calls.add(d.books, d.dealer, d.clearing_house, dollars(-5), ledger::Reason::variation_margin, due);
      if ((k == 1) != turned) calls.add(d.books, d.fund, d.clearing_house, dollars(5), ledger::Reason::variation_margin, due);
    }
    calls.add(d.books, d.fund, d.clearing_house, dollars(9), ledger::Reason::initial_margin, intraday);
    calls.add(d.books, d.fund, d.clearing_house, {}, ledger::Reason::initial_margin, intraday);
    CHECK(calls.outstanding(d.fund, due) == dollars(22));
    CHECK(calls.outstanding(d.fund, intraday) == dollars(17));
    std::vector<MarginCall> out;
    calls.take_due(base::midnight(d.today) + base::hours(13), out);
    CHECK(out.empty());
    calls.take_due(base::midnight(d.today) + base::hours(14), out);
    REQUIRE(out.size() == 2);
    CHECK(out[0].institution == d.dealer);  // due first, though it is a payment
    calls.take_due(intraday, out);
    CHECK(out.size() == 1);
    calls.take_due(due, out);
    REQUIRE(out.size() == 2);
    CHECK(out[0].institution == d.fund);
    CHECK(calls.size() == 0);
    return out[1].institution.v;
  };
  CHECK(taken(false) == taken(true));
}

TEST_CASE("what the clearing house collects in variation margin it pays out, rounding apart", "[funding]") {
  Desk d;
  d.books.trade_futures(d.fund, d.dealer, d.ty, 3, d.journal, d.now);
  d.books.trade_futures(d.other_dealer, d.dealer, d.ty, 3, d.journal, d.now);
  MarginCalls calls;
  call_futures_variation(d.books, d.ty, {1}, {390'625}, d.clearing_house, d.now, calls, d.journal, d.now);
  std::vector<MarginCall> due;
  calls.take_due(d.now, due);
  CHECK(due.size() == 3);
  for (const MarginCall& call : due) {
    d.books.pay(call.institution, call.house, call.amount, ledger::Reason::variation_margin, d.journal, d.now);
  }
  CHECK(d.books.cash(d.clearing_house) == Money{});
  CHECK(d.books.cash(d.rounding).v != 0);  // 3 lots of 39,062.5 each, twice, against 6
  d.check();
}

}  // namespace haven::funding
