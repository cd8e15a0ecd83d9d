// Impact of parent orders: how far the price went with each of them, from before its first slice to after its last.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/world/world.h"

namespace haven::metrics {

/// A trader worked its parents in one book. Signed lots left of each, 0: none; `slice_lots` is what it sends of one at a time.
struct WorkedParents {
  base::InstitutionId trader;
  std::size_t book = 0;
  double mid_ticks = 0;                    ///< just before it acted
  std::int64_t slice_lots = 0;
  std::span<const std::int64_t> before, after;
};

/// Mean impact of parents of one size; both as shares: of a day's volatility, of a day's volume.
struct SizeBin {
  double n = 0, size = 0, impact = 0;      ///< means
  double variance = 0;                     ///< of one parent's impact
};

/// I = level x size^exponent, by least squares of the bins' means, each weighted by the inverse of its squared standard error. Exponent searched
/// in 0..2 and NaN at either end, or with fewer than four bins. `level` is that of an exponent of one half: Y of the square-root law (Toth and others 2011).
struct ImpactLaw {
  double exponent = 0, level = 0;
};
ImpactLaw impact_law(const std::vector<SizeBin>& bins);

/// Run to date, by outright book: sizes in factors of two of the volume of the day before; impact in daily standard deviations as the book has them when the
/// parent begins. Left out: the first day, parents of one slice, and what does not end in the session in which it began. Never draws, schedules or changes anything.
class ParentImpact {
 public:
  explicit ParentImpact(const world::WorldSpec& spec) : spec_(&spec) {}
  void worked(const world::World& w, const WorkedParents& parents);
  /// Writes the values to date as put(name, value) and begins the next day.
  void day_end(const world::World& w, const std::function<void(const std::string&, double)>& put);

 private:
  struct Open {
    std::int64_t lots = 0;                 ///< signed size; 0: not followed
    double yield_bp = 0, sigma_bp = 0;     ///< at its beginning
  };
  /// Sums over parents of 2^(i - kBins) to twice that of a day's volume.
  struct Sums {
    double n = 0, size = 0, impact = 0, squares = 0;
  };
  static constexpr std::size_t kBins = 18;

  const world::WorldSpec* spec_;
  std::vector<std::vector<Open>> open_;    ///< by institution and slot
  std::array<std::array<Sums, kBins>, world::kOutrightBooks> sums_{};
  std::array<std::int64_t, world::kOutrightBooks> day_lots_{};  ///< volume of the day before
};

}  // namespace haven::metrics
