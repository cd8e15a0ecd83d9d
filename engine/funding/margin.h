// Margin of futures and swaps, haircuts by client, and when the money is due.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/journal.h"
#include "engine/base/time.h"
#include "engine/funding/rates.h"
#include "engine/ledger/ledger.h"

namespace haven::funding {

using base::Date;
using base::Journal;
using base::Time;
using ledger::Ledger;

// --- levels that are announced and take effect later ------------------------------------------------------------------

/// A margin or haircut in force, and at most one announced change that waits for its day. Days are business-day
/// numbers (any counter that grows by one each business day).
struct LaggedLevel {
  std::int32_t in_force_hbp = 0;
  std::int32_t announced_hbp = 0;  ///< equals in_force_hbp when nothing waits
  std::int32_t effective_day = 0;
  bool waiting() const { return announced_hbp != in_force_hbp; }

  /// Puts a waiting change in force on its day. Returns whether the level changed.
  bool advance(std::int32_t day);
  /// Announces `level`, effective `lag` days after `day` (0: at once). A change already waiting is kept: an announcement
  /// is not taken back. Requires lag >= 0.
  void announce(std::int32_t level_hbp, std::int32_t day, std::int32_t lag);
};

// --- initial margin -----------------------------------------------------------------------------------------------------

/// Initial margin as a share of value: max(floor, k x sigma) + add-on, with sigma from an exponentially weighted variance
/// of one-day moves. Where a config starts: k 4.5 to 5.5, 10-year futures 1.7% in 2025 (computed from memory), steps with
/// 1 to 3 days of lag (computed).
struct MarginRule {
  double k = 5.0;               ///< margin over one-day standard deviation
  double decay = 0.97;          ///< weight of yesterday's variance, in [0, 1)
  std::int32_t floor_hbp = 0;   ///< of value, 1/100 bp
  std::int32_t step_hbp = 0;    ///< relative: the model must differ from the margin by more, 100'000 is 10%
  std::int32_t grain_hbp = 1;   ///< margins are rounded up to a multiple, > 0
  std::int32_t lag_days = 1;    ///< business days from announcement to effect
  std::int32_t add_on_hbp = 0;  ///< of value; a scenario may set it
};

struct MarginState {
  double variance = 0;  ///< of one-day moves as a fraction of value
  LaggedLevel level;
  std::int32_t unused = 0;  // no padding in checkpoints
};

/// State at rest: the margin that the rule gives at this one-day standard deviation (fraction of value) is in force.
MarginState calm_margin(const MarginRule& rule, double sigma);
/// The margin that the rule asks for now, whatever is in force, before add-ons at most the position's whole value. 1/100 bp of value.
std::int32_t model_margin_hbp(const MarginRule& rule, double variance);
/// Takes in one day's move (settlement to settlement, fraction of value) on business day `day`: updates the variance,
/// puts a waiting change in force, and announces a new one if the model has moved by more than the step.
/// Returns whether the margin in force changed.
bool observe_day(const MarginRule& rule, MarginState& state, double move, std::int32_t day);
/// Initial margin of a position of `lots` (either sign) at a price per $1m of face, rounded up.
Money initial_margin(std::int64_t lots, Money per_million, std::int32_t margin_hbp);

// --- variation margin -----------------------------------------------------------------------------------------------------

/// Face of one lot: every position is in lots of $100,000.
constexpr Face kLot{100'000};

/// What a position of `lots` (positive: long) receives when the mark moves from one value to another, values in money
/// per $1m of face. Exact whenever lots x move is a multiple of 10; otherwise rounded, halves away from zero.
constexpr Money variation_margin(std::int64_t lots, Money from_per_million, Money to_per_million) {
  return {base::mul_div(lots, to_per_million.v - from_per_million.v, 10)};
}
/// The same for a futures price on its tick grid. A tick of 1/64 point is $156.25 per $1m.
constexpr Money variation_margin(std::int64_t lots, base::Ticks move, Money tick_per_million) {
  return {base::mul_div(lots * move.v, tick_per_million.v, 10)};
}

/// When a mark is taken and when its money is due, New York.
struct MarginCycle {
  base::Duration priced_at;
  base::Duration due_at;
  enum class DueDay : std::uint8_t { same_day, next_business_day } due_day;
};
/// Futures and swaps at the end of the day: 15:00 settlement price, due 08:30 the next business day.
constexpr MarginCycle kEndOfDayCycle{base::hours(15), base::hours(8) + base::minutes(30), MarginCycle::DueDay::next_business_day};
/// Futures and swaps within the day: mid-day mark, paid by 14:30.
constexpr MarginCycle kIntradayCycle{base::hours(12), base::hours(14) + base::minutes(30), MarginCycle::DueDay::same_day};
/// FICC, start of day: previous day's prices, due 09:30 (memory, unverified).
constexpr MarginCycle kFiccMorningCycle{base::hours(17), base::hours(9) + base::minutes(30), MarginCycle::DueDay::next_business_day};
/// FICC, intraday: noon prices, due 14:45 (memory, unverified).
constexpr MarginCycle kFiccIntradayCycle{base::hours(12), base::hours(14) + base::minutes(45), MarginCycle::DueDay::same_day};

constexpr Time priced_at(const MarginCycle& cycle, Date day) { return base::midnight(day) + cycle.priced_at; }
constexpr Time due_at(const MarginCycle& cycle, Date day, Date next_business_day) {
  return base::midnight(cycle.due_day == MarginCycle::DueDay::same_day ? day : next_business_day) + cycle.due_at;
}

/// Money called and not yet paid.
struct MarginCall {
  Money amount;  ///< positive: institution pays house
  Time due;
  std::uint64_t name;  ///< name key of the institution
  InstitutionId institution, house;
  std::uint32_t reason;  ///< ledger::Reason::variation_margin or initial_margin
  std::uint32_t unused = 0;
};

/// Calls between pricing and payment.
/// Invariant: take_due returns each call added exactly once, in order of due time, then collections before payments,
/// then name, so that a house pays out after it has collected.
class MarginCalls {
 public:
  explicit MarginCalls(std::size_t capacity = 0) { calls_.reserve(capacity); }
  /// Calls of zero are dropped.
  void add(const Ledger& names, InstitutionId institution, InstitutionId house, Money amount, ledger::Reason reason, Time due);
  /// Moves the calls due at or before `now` into `out` (cleared first).
  void take_due(Time now, std::vector<MarginCall>& out);
  /// Moves every call on (and payment to) `institution` into `out` (appended), whenever it is due.
  void take_all_of(InstitutionId institution, std::vector<MarginCall>& out);
  /// What `institution` still has to pay (positive) or to receive, up to and including `until`.
  Money outstanding(InstitutionId institution, Time until) const;
  std::size_t size() const { return calls_.size(); }

  template <class Archive>
  void fields(Archive& archive) { archive(calls_); }

 private:
  std::vector<MarginCall> calls_;
};

/// Adds one call per institution for the variation margin of a futures contract since the last mark. Where single
/// amounts were rounded (never for whole contracts) the house's difference goes to the rounding account now.
void call_futures_variation(Ledger& ledger, ledger::FuturesId contract, base::Ticks move, Money tick_per_million,
                            InstitutionId house, Time due, MarginCalls& calls, Journal& journal, Time now);
/// The same for a swap tenor, between two values of the fixed payer's side in money per $1m of notional.
void call_swap_variation(Ledger& ledger, ledger::TenorId tenor, Money from_per_million, Money to_per_million,
                         InstitutionId house, Time due, MarginCalls& calls, Journal& journal, Time now);

// --- haircuts --------------------------------------------------------------------------------------------------------------

/// A client's haircut: base + slope x (sigma / calm sigma - 1) above calm, capped, announced with a lag when it rises
/// and with another when it falls, in steps. Base may be zero or negative (netted packages, strong clients).
struct HaircutRule {
  std::int32_t base_hbp = 0;
  std::int32_t slope_hbp = 0;  ///< added for each calm sigma above calm
  std::int32_t cap_hbp = kWhole;
  std::int32_t floor_hbp = -static_cast<std::int32_t>(kWhole);  ///< regulation may set a floor
  std::int32_t step_hbp = 0;   ///< absolute: a smaller change is not announced
  std::int32_t rise_lag_days = 1, fall_lag_days = 1;
};
/// The haircut that the rule asks for at this volatility, as a multiple of calm.
std::int32_t model_haircut_hbp(const HaircutRule& rule, double sigma_multiple);
/// Puts a waiting change in force on its day and announces a new one if due. Returns whether the haircut changed.
bool observe_day(const HaircutRule& rule, LaggedLevel& level, double sigma_multiple, std::int32_t day);

}  // namespace haven::funding
