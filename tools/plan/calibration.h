// What a calibration searches for and how a point is judged, without the model and without the search.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace haven::plan {

/// Normal in the value, or in its natural logarithm.
struct Prior {
  double centre = 0;  ///< a value of the parameter
  double width = 1;   ///< standard deviation, of the logarithm when the parameter is logarithmic
};

/// A field that is searched for. The search sees 0 at `low` and 1 at `high`, linear in the value or its logarithm.
struct Parameter {
  std::string name, path, unit;
  double low = 0, high = 1;
  bool log = false;
  std::optional<Prior> prior;
  double start = 0.5;  ///< where the search begins, in 0..1

  /// Between low and high, and exactly those at 0 and 1; what is outside is taken to the nearer end.
  double value_at(double unit_coordinate) const;
  double coordinate_of(double value) const;
  /// The prior's standard deviation in the search's coordinate; nothing without a prior.
  std::optional<double> prior_width() const;
};

/// A moment that the model should have.
struct Target {
  enum class Side { both, upper_only, lower_only };
  std::string metric;
  double value = 0, scale = 1;
  Side side = Side::both;
  std::string source, tag;

  /// Scales away from the target; 0 on the side that does not count.
  double deviation(double mean) const;
};

struct Calibration {
  std::vector<Parameter> parameters;
  std::vector<Target> targets;
  int first_seed = 1, seeds = 1;
  int evaluations = 100, population = 10;
  std::uint32_t optimiser_seed = 1;
  double first_step = 0.2, difference_step = 0.05;
  double target_cap = 25, failure_loss = 1e4;

  /// Of all targets, each at most the cap. `means` in the order of targets.
  double misfit(const std::vector<double>& means) const;
  /// Squared distance from the priors' centres, in their widths.
  double prior_penalty(const std::vector<double>& coordinates) const;
};

}  // namespace haven::plan
