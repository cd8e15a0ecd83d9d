// What a result file holds beside the runs themselves.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace haven::results {

/// Who made the file and from what. Everything but `command` takes part in exports.
struct Manifest {
  std::string plan;           ///< "april-2025", or a sweep plan's name
  std::string event;          ///< the event's name as people say it: "April 2025"
  std::string command;        ///< the command line that created the file
  std::string version;        ///< haven's version; runs of two versions never share a file
  std::string config;         ///< the whole effective config, text format
  std::string config_digest;  ///< of `config`
  /// What makes two commands the same plan (config, axes, what is kept) and leaves out the number of seeds and threads,
  /// so that asking for more seeds resumes. Equal to config_digest when there is no sweep.
  std::string plan_digest;
  std::map<std::string, std::int64_t> population;  ///< institution kind -> number of institutions
};

/// Names one run. `variant` is "model", "null" (every feedback frozen) or a plan's own; `point` numbers the sweep's
/// points from 0 and is 0 where there is no sweep.
struct RunKey {
  std::string variant = "model";
  std::int64_t point = 0;
  std::uint64_t seed = 0;
  auto operator<=>(const RunKey&) const = default;
};

enum class RunStatus { done, failed };

/// One run as the file lists it.
struct RunRow {
  RunKey key;
  RunStatus status = RunStatus::done;
  std::string error;   ///< of a failed run
  std::string digest;  ///< 32 hexadecimal digits; empty when failed
  std::uint64_t events = 0, orders = 0, trades = 0;
};

/// What a seed left behind: nothing, when it failed; else the metrics that were asked for, as far as it has them.
using Outcome = std::optional<std::map<std::string, double>>;
using Outcomes = std::map<std::uint64_t, Outcome>;  ///< by seed

/// What a run cost on this machine. Never exported.
struct Timing {
  double cpu_seconds = 0, wall_seconds = 0;
};

/// One coordinate of a sweep's point: a number, or a label ("final_rule") whose value is its place in the list.
struct AxisValue {
  std::string axis;  ///< field path with unit, as in the plan
  double value = 0;
  std::string label;  ///< empty for plain numbers
};
struct PointRow {
  std::int64_t point = 0;
  std::vector<AxisValue> axes;
};

/// One row of the scorecard. flag: "input", "implied" or "outcome"; only outcomes with a band score.
/// Invariant: low and high are both there or neither is.
struct ScorecardRow {
  std::string metric;
  std::optional<double> observed, low, high;
  std::string flag;
  std::optional<double> null_mean, model_mean, model_se;
  bool inside = false;
  std::string source, tag;

  bool scores() const { return flag == "outcome" && low; }
  bool null_inside() const { return low && null_mean && *null_mean >= *low && *null_mean <= *high; }
};

/// An observed value to set beside a series (or metric) of that name. Drawn at 15:30 of its day.
struct ObservedRow {
  std::string series;
  base::Date day;
  double value = 0;
  std::string source, tag;
};

/// A channel's Shapley share of a metric's move, in the metric's unit. moment: "peak" or "end".
struct AttributionRow {
  std::string metric, moment, channel;
  double share = 0, se = 0;
};

/// The collapse threshold along an axis and where the config stands; low and high bound the threshold at 95%.
struct EdgeRow {
  std::string axis;
  double today = 0, threshold = 0, low = 0, high = 0;
};

/// The value of one axis at which a metric's mean crosses a level, for one combination of the others: that of `point`, the
/// first that the search looked at. outcome: "found" (the threshold lies in low..high with the confidence), "always_below" or
/// "always_above" (the metric stays on one side of the level between low and high, the ends of the axis), "undecided" (the
/// seeds allowed do not tell an end of the axis from the level). threshold is absent unless found.
struct FrontierRow {
  std::int64_t point = 0;
  std::string axis, metric;
  double level = 0;
  std::optional<double> threshold;
  double low = 0, high = 0, confidence = 0;
  std::string outcome;
};

/// One index of one metric to one axis. index: "mu", "mu_star", "sigma" (Morris, in the metric's unit over the whole
/// range of the axis), "first", "total" (shares of variance). low and high bound it at 95% (bootstrap).
struct SensitivityRow {
  std::string metric, axis, index;
  double value = 0, low = 0, high = 0;
};

/// What a calibration found. Tables of docs/results.md.
struct CalibrationRows {
  struct Step {
    std::int64_t point = 0, generation = 0;
    double loss = 0, best = 0;  ///< best: of this and all points before it
  };
  struct Target {
    std::string metric;
    double value = 0, scale = 1;
    std::string side;  ///< "both", "upper_only", "lower_only"
    std::optional<double> model_mean, model_se, deviation;
    std::string source, tag;
  };
  /// minus_se, plus_se: one standard error below and above the value; absent when the targets say nothing.
  struct Parameter {
    std::string parameter, path, unit;
    double low = 0, high = 0, start = 0, value = 0;
    std::optional<double> minus_se, plus_se;
    bool pinned_down = false;
  };
  /// One component of an eigenvector of J'J, least information first.
  struct Direction {
    std::int64_t direction = 0;
    double information = 0;
    std::string parameter;
    double weight = 0;
  };
  std::vector<Step> steps;
  std::vector<Target> targets;
  std::vector<Parameter> parameters;
  std::vector<Direction> directions;
};

/// Where an institution is drawn in the collateral network. Coordinates in any unit; the page fits them.
struct CollateralNodeRow {
  std::string name, kind;
  double x = 0, y = 0;
};

}  // namespace haven::results
