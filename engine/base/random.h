// Counter-based draws. A draw is named by (seed, stable agent name, purpose, trading day, index in the day), never by
// the order in which it was asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/math.h"

namespace haven::base {

/// Stable 64-bit key of a name: FNV-1a, then a finalising mix. The same in every build.
constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
constexpr std::uint64_t name_key(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(h);
}

/// What a draw is for. Adding a purpose never moves another purpose's draws.
enum class Purpose : std::uint16_t {
  arrival = 1, side, size, choice, jitter, path, heterogeneity, network, price, meta_length, shock, test, auction
};

/// One 64-bit word of Philox4x32-10 at a named counter.
/// Source: Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3; Random123 library.
std::uint64_t philox(std::uint64_t seed, std::uint64_t name, Purpose purpose, std::uint32_t day, std::uint32_t index);

/// The middle of the 2^-52 wide cell of (0, 1) that `word` falls in: exact, from 2^-53 to 1 - 2^-53. One bit more and
/// the largest word would round up to 1.
constexpr double unit_interval(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1.0p-52; }

/// The draws of one agent for one purpose on one day: an index that restarts each trading day, so that paired runs
/// fall back in step. Plain values: saved and copied with the state.
struct Draws {
  std::uint64_t seed = 0;
  std::uint64_t name = 0;
  std::uint32_t day = 0;
  std::uint32_t index = 0;

  /// Requires d < 2^16: the day shares a counter word with the purpose.
  void start_day(std::uint32_t d) {
    HAVEN_CHECK(d < 65536, "trading day " + std::to_string(d) + " does not fit the draw counter");
    day = d;
    index = 0;
  }
  /// Uniform in (0, 1), never 0 or 1.
  double uniform(Purpose purpose) { return unit_interval(philox(seed, name, purpose, day, index++)); }
  /// Standard normal by inversion: one uniform a variate.
  double normal(Purpose purpose) { return inverse_normal(uniform(purpose)); }
  /// Exponential with mean 1 by inversion.
  double exponential(Purpose purpose) { return -base::log(uniform(purpose)); }
  /// Pareto with minimum 1 and tail index alpha > 0 by inversion.
  double pareto(Purpose purpose, double alpha) { return base::exp(-base::log(uniform(purpose)) / alpha); }
  /// Uniform integer in [0, n). Requires n > 0. Bias below n / 2^52.
  std::uint32_t below(Purpose purpose, std::uint32_t n) {
    return static_cast<std::uint32_t>(uniform(purpose) * static_cast<double>(n));
  }
  bool operator==(const Draws&) const = default;
};

}  // namespace haven::base
