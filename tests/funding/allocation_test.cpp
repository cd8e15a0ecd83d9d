#include "engine/base/allocations.h"
#include "tests/funding/desk.h"

namespace haven::funding {

TEST_CASE("after the first days, opening, pledging on, selling, settling and closing allocate nothing", "[funding]") {
  Desk d;
  d.own(d.fund, 1'000'000);
  d.own(d.other_dealer, 1'000'000);
  const std::vector<Money> par{dollars(1'000'000), dollars(1'000'000)};
  std::uint64_t at_start = 0;
  for (std::int32_t day = 0; day < 6; ++day) {
    if (day == 2) at_start = base::allocations_on_this_thread();
    const Date today{d.today.v + day}, next{d.today.v + day + 1};
    d.now = base::midnight(today);
    d.fails.clear();
    d.maturities.close_all(d.books, d.contracts, d.collateral, today, d.fails, d.journal, d.now);
    for (int k = 0; k < 20; ++k) {
      d.open(d.terms(d.dealer, d.fund, 10'000, Reuse::permitted, next));
      d.open(d.terms(d.money_fund, d.dealer, 9'000, Reuse::forbidden, next));
    }
    d.books.add_trade(d.money_fund, d.other_dealer, d.ten, {1'000}, dollars(1'000), next, d.journal, d.now);
    d.books.settle(today, d.clearing_house, par, d.journal, d.now);
    d.deliveries.deliver_all(d.books, d.contracts, d.collateral, d.clearing_house, d.fails, d.journal, d.now);
    d.books.check_conservation();
    d.collateral.check(d.books, d.contracts);
  }
  const std::uint64_t allocated = base::allocations_on_this_thread() - at_start;
  CHECK(allocated == 0);
}

}  // namespace haven::funding
