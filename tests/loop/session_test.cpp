// When the market is open.
#include <catch2/catch.hpp>

#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

// Futures and the interdealer books trade from 18:00 to 17:00.
TEST_CASE("nothing is ordered or traded between 17:00 and 18:00, when every venue is closed", "[loop]") {
  std::vector<base::Record> tape;
  run_whole(two_day_run().spec, {.tape = &tape});
  std::size_t in_the_break = 0;
  for (const auto& record : tape) {
    const auto kind = static_cast<base::RecordKind>(record.kind);
    if (kind != base::RecordKind::order && kind != base::RecordKind::trade && kind != base::RecordKind::quote_trade) continue;
    const auto time = base::time_of_day(base::Time{static_cast<std::int64_t>(record.time)});
    in_the_break += time >= base::hours(17) && time < base::hours(18);
  }
  CHECK(in_the_break == 0);
}
