// The points of a plan: point i is computed from i. Nothing is stored, so a design may have as many points as it likes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/results/rows.h"

namespace haven::plan {

/// Something that is varied.
struct Axis {
  std::string name;
  std::vector<results::AxisValue> levels;  ///< its values in order; empty: any value from..to
  double from = 0, to = 0;
  bool log = false;    ///< equal steps of the logarithm; requires from, to > 0
  bool whole = false;  ///< values are rounded to whole numbers

  /// The value at u of [0, 1], both ends included.
  results::AxisValue at(double u) const;
};

enum class Kind {
  grid,             ///< all combinations of levels, first axis slowest; requires levels
  latin_hypercube,  ///< `size` points, one in each of `size` strata of every axis
  sobol,            ///< the first `size` points of a digitally shifted Sobol sequence
  morris,           ///< `size` trajectories of axes + 1 points, each a step of one axis from the last
  saltelli          ///< `size` rows of axes + 2 points: A, B, and A with one column of B, axis by axis
};

/// Without axes a grid is one point. Requires size >= 1 unless a grid; morris: even grid_levels.
struct Design {
  Kind kind = Kind::grid;
  std::vector<Axis> axes;
  std::int64_t size = 0;
  int grid_levels = 4;        ///< morris: values an axis can take
  std::uint64_t shuffle = 1;  ///< where the design's draws begin

  std::int64_t points() const;
  /// Number of points as a real number, which cannot overflow.
  double points_real() const;
  /// Requires 0 <= i < points().
  results::PointRow point(std::int64_t i) const;
  /// Where point i lies in the unit cube, axis by axis. Not for grids.
  std::vector<double> unit(std::int64_t i) const;
  /// Points that belong together: a trajectory, a row; 1 in the other kinds.
  std::int64_t block() const;
};

/// Place of `i` in a permutation of 0..n-1 that `key` chooses. Requires 0 <= i < n.
std::uint64_t permuted(std::uint64_t i, std::uint64_t n, std::uint64_t key);

}  // namespace haven::plan
