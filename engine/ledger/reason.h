// Why money moved. Every posting carries one reason; per institution the reasons add up to its cash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace haven::ledger {

enum class Reason : std::uint8_t {
  trade,                   ///< securities against money, on settlement
  settlement_mark,         ///< clearing house: contract value against settlement value, and fail marks
  issue,                   ///< auction proceeds paid outside the clearing house
  coupon,
  redemption,
  variation_margin,
  initial_margin,
  repo_cash,               ///< principal of repo, reverse and securities lending, and its re-marks
  repo_interest,
  securities_lending_fee,
  fails_charge,
  fee,
  fund_flow,               ///< subscriptions and redemptions of investors inside the model
  tax,
  deposit,
  credit,                  ///< principal of loans drawn on committed lines
  credit_interest,
  default_fund,            ///< members' prefunded contributions to a clearing house
  default_loss,            ///< waterfalls, guarantees, close-out differences, what is paid out of estates
  outside,                 ///< a named flow with the outside world
  rounding,                ///< fractions of 1/10,000 dollar
};
constexpr std::size_t kReasons = static_cast<std::size_t>(Reason::rounding) + 1;

constexpr std::string_view name_of(Reason reason) {
  constexpr std::string_view names[kReasons] = {
      "trade", "settlement_mark", "issue", "coupon", "redemption", "variation_margin", "initial_margin", "repo_cash",
      "repo_interest", "securities_lending_fee", "fails_charge", "fee", "fund_flow", "tax", "deposit", "credit", "credit_interest", "default_fund", "default_loss",
      "outside", "rounding"};
  return names[static_cast<std::size_t>(reason)];
}

}  // namespace haven::ledger
