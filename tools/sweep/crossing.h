// Where a noisy function of one variable crosses a level: bisection by tests, with a confidence for the whole search.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace haven::sweep {

struct CrossingSearch {
  double from = 0, to = 1;   ///< from < to
  bool log = false;          ///< halves the logarithm; requires from > 0
  double level = 0.5;
  double tolerance = 0.01;   ///< the interval need not be narrower than this, in the variable's unit
  double confidence = 0.95;  ///< of the interval, whatever was decided on the way
  int first_seeds = 4;       ///< looks are at first_seeds, twice, four times, ... and most_seeds
  int most_seeds = 64;
};

/// found: the level is crossed in low..high. always_below, always_above: both ends lie on one side of it, low..high is the whole
/// range. undecided: most_seeds do not tell an end from the level.
enum class CrossingOutcome { found, always_below, always_above, undecided };
const char* to_string(CrossingOutcome outcome);

struct Crossing {
  CrossingOutcome outcome = CrossingOutcome::undecided;
  double low = 0, high = 0;
  std::optional<double> estimate;  ///< when found: where the means cross, between low and high
  bool rising = true;              ///< when found: the metric is below the level at `from`
  int sites = 0;                   ///< values that were tried
  int seeds = 0;                   ///< over all of them
};

/// Results of seeds 1..seeds at a value of the variable; those that failed are left out. `site` counts values from 0 in the order in
/// which they are first asked for: it depends on the results alone.
using Sample = std::function<std::vector<double>(int site, double x, int seeds)>;

/// The most sites that a search asks for.
int most_sites(const CrossingSearch& search);

/// Requires that the mean crosses the level at most once. At every site the mean is tested against the level at a few fixed
/// numbers of seeds: exactly (Clopper and Pearson) when all results are 0 or 1, else by Student's t. The error 1 - confidence is shared
/// equally by all tests that the search could make, so low..high misses the crossing with at most that probability
/// (for results that are not 0 or 1: as far as their mean is normal).
Crossing find_crossing(const CrossingSearch& search, const Sample& sample);

/// Bounds of the mean at two-sided error alpha. Requires results.
struct MeanBounds {
  double low = 0, high = 0;
};
MeanBounds mean_bounds(const std::vector<double>& results, double alpha);

}  // namespace haven::sweep
