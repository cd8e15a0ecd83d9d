// What the calm market is held against below the day: the shape of books, memory of order signs, tails of short moves,
// who trades and who quotes, how fast fast traders turn round.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/world/world.h"

namespace haven::metrics {

/// Streams over a run; never draws, schedules or changes anything. Names and units: docs/metrics.md.
class Microstructure {
 public:
  explicit Microstructure(const world::WorldSpec& spec);

  /// An order that took liquidity in a book, once an order however many fills it had. Spreadovers are not looked at.
  void took(std::size_t book, base::Side side);
  /// One fill in a book.
  void filled(base::InstitutionId taker, base::InstitutionId maker, std::size_t book, std::int64_t lots);
  /// Of a bond's book, in a work-up.
  void worked_up(std::size_t book, std::int64_t lots) { worked_up_[book] += static_cast<double>(lots); }
  /// Any trade of a bond, in a book or by request.
  void traded_cash(base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots);
  /// Every five minutes.
  void sample(const world::World& w);
  /// Writes the day's values as put(name, value) and begins the next day.
  void day_end(const world::World& w, const std::function<void(const std::string&, double)>& put);

 private:
  /// Lags of the sign autocorrelation, in orders: 1, 2, 4, ... 64.
  static constexpr std::size_t kLags = 7, kLongestLag = 64;
  struct Signs {
    std::array<std::int8_t, kLongestLag> last{};   ///< ring
    std::uint64_t seen = 0;
    std::int64_t sum = 0;
    std::array<std::int64_t, kLags> products{};    ///< sum of sign x sign `lag` orders ago
  };
  struct BookDay {
    int samples = 0, one_tick = 0;
    double top = 0, behind = 0;                    ///< lots on the best level; mean of the three behind it
    double fast = 0, quoted = 0;                   ///< of the three best levels, lots of fast traders and of all
  };

  const world::WorldSpec* spec_;
  std::vector<std::uint8_t> fast_;                 ///< by institution: a principal trading firm
  std::vector<std::uint32_t> fast_ids_;
  std::array<Signs, world::kOutrightBooks> signs_{};
  std::array<BookDay, world::kOutrightBooks> books_{};
  double fast_fills_ = 0, fills_ = 0;              ///< sides of fills in bond books, face
  std::array<double, world::kNodes> worked_up_{};  ///< lots since the session opened
  double fast_cash_ = 0, cash_ = 0;                ///< sides of all bond trades, face
  std::vector<double> last_duration_;              ///< by fast trader, ten-year equivalents, at the last sample of the day
  double now_last_ = 0, last_last_ = 0;            ///< sums of x(t) x(t-5 min) and x(t-5 min)^2, run to date
  std::array<double, world::kOutrightBooks> last_bp_{};    ///< yield at the last sample of the day; 0: none
  std::array<std::vector<double>, 2> moves_bp_;    ///< absolute five-minute moves of the ten-year and of TY, run to date
  std::int64_t noon_lots_ = 0, peak_lots_ = 0, last_volume_ = 0;  ///< TY, of the quiet and the busy hours
};

/// Exponent g of C(lag) ~ lag^-g by least squares in logs over lags at which C is positive; NaN with fewer than three.
double decay_exponent(const std::vector<double>& lags, const std::vector<double>& correlations);
/// Hill's estimate of the tail index from the largest `share` of `values` (positive); NaN with fewer than ten in the tail.
double hill_index(std::vector<double> values, double share);

}  // namespace haven::metrics
