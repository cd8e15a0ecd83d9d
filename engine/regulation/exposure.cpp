#include "engine/regulation/exposure.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "engine/base/check.h"

namespace haven::regulation {
namespace {

using base::Money;

constexpr std::uint32_t kClearingHouse = std::numeric_limits<std::uint32_t>::max();
constexpr std::int32_t kNoDate = std::numeric_limits<std::int32_t>::max();

Money positive_part(Money amount) { return std::max(amount, Money{0}); }

bool faces_clearing_house(const RepoTrade& trade, NettingScope scope) {
  if (trade.novation == Novation::cleared) return true;
  return scope == NettingScope::all_cleared && trade.maturity == Maturity::dated && trade.set_off == SetOff::enforceable;
}

}  // namespace

RepoExposure repo_exposure(std::span<const RepoTrade> trades, NettingScope scope, std::vector<NettingLine>& scratch) {
  RepoExposure out;
  scratch.clear();
  for (const RepoTrade& trade : trades) {
    HAVEN_CHECK(trade.cash >= Money{0} && trade.collateral >= Money{0}, "a repo's two legs are amounts, not signed");
    const bool lends = trade.cash_leg == CashLeg::lent;
    const Money lent = lends ? trade.cash : Money{0};
    const Money given = lends ? trade.cash : trade.collateral;
    const Money received = lends ? trade.collateral : trade.cash;
    if (trade.set_off == SetOff::none) {
      out.gross += lent;
      out.counterparty += positive_part(given - received);
      continue;
    }
    scratch.push_back({faces_clearing_house(trade, scope) ? kClearingHouse : trade.counterparty,
                       trade.maturity == Maturity::open ? kNoDate : trade.end.v, lent, lends ? Money{0} : trade.cash, given, received});
  }
  std::sort(scratch.begin(), scratch.end(), [](const NettingLine& a, const NettingLine& b) {
    return std::tie(a.counterparty, a.end) < std::tie(b.counterparty, b.end);
  });
  for (std::size_t i = 0; i < scratch.size();) {
    const std::uint32_t counterparty = scratch[i].counterparty;
    Money given, received;
    while (i < scratch.size() && scratch[i].counterparty == counterparty) {
      const std::int32_t end = scratch[i].end;
      Money lent, borrowed;
      for (; i < scratch.size() && scratch[i].counterparty == counterparty && scratch[i].end == end; ++i) {
        lent += scratch[i].lent;
        borrowed += scratch[i].borrowed;
        given += scratch[i].given;
        received += scratch[i].received;
      }
      if (end == kNoDate || scope == NettingScope::gross) {
        out.gross += lent;
      } else {
        out.netted += positive_part(lent - borrowed);
      }
    }
    out.counterparty += positive_part(given - received);
  }
  return out;
}

LeverageExposure leverage_exposure(const LeverageRule& rule, const Balance& balance, const RepoExposure& repo, ExclusionState state) {
  HAVEN_CHECK(balance.reserves >= Money{0} && balance.treasuries >= Money{0} && balance.custody_deposits >= Money{0} &&
                  balance.reserves + balance.treasuries <= balance.assets,
              "reserves and Treasuries are parts of on-balance-sheet assets");
  const bool active = state == ExclusionState::active;
  LeverageExposure out;
  if (active && rule.exclusion.reserves == Treatment::excluded) {
    out.excluded += balance.reserves;
  } else if (rule.custody == CustodyDeduction::central_bank_deposits) {
    out.excluded += std::min(balance.reserves, balance.custody_deposits);
  }
  if (active && rule.exclusion.treasuries == Treatment::excluded) out.excluded += balance.treasuries;
  out.total = balance.assets - out.excluded + total(repo) + balance.derivatives + balance.off_balance;
  return out;
}

Money reported_exposure(Averaging averaging, std::span<const Money> days) {
  HAVEN_CHECK(!days.empty(), "a quarter has days");
  if (averaging == Averaging::quarter_end) return days.back();
  Money sum;
  for (const Money day : days) sum += day;
  return {mul_div_ceil(sum.v, 1, static_cast<std::int64_t>(days.size()))};
}

std::int32_t daily_cost_weight(Averaging averaging, std::int32_t day, std::int32_t days) {
  HAVEN_CHECK(day >= 0 && day < days, "the day is one of the quarter's");
  if (averaging == Averaging::daily_average) return 1;
  return day == days - 1 ? days : 0;
}

}  // namespace haven::regulation
