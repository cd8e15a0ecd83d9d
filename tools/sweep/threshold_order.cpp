#include "tools/sweep/threshold_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "tools/assemble/positions.h"

namespace haven::sweep {
namespace {

struct Bounds {
  double low = -INFINITY, high = INFINITY;
};

Bounds bounds_of(const Crossing& c) {
  switch (c.outcome) {
    case CrossingOutcome::found: return {c.low, c.high};
    case CrossingOutcome::always_below: return {c.high, INFINITY};
    case CrossingOutcome::always_above: return {-INFINITY, c.low};
    case CrossingOutcome::undecided: break;
  }
  return {};
}

/// A search without a crossing has told all that it could.
bool told(const Crossing& c, double most_error) {
  return c.outcome == CrossingOutcome::found ? c.high - c.low <= most_error * (1 + 1e-9) : c.outcome != CrossingOutcome::undecided;
}

bool decided(const Crossing& mild, const Crossing& other, double most_error) {
  const Bounds a = bounds_of(mild), b = bounds_of(other);
  return a.high < b.low || a.low >= b.high || (told(mild, most_error) && told(other, most_error));
}

const loop::RuleTerms& terms_at_event(const assemble::Experiment& e, std::size_t i) { return e.spec.terms(i, static_cast<std::int32_t>(e.first_scored_day)); }

/// No institution has less room, a dearer balance sheet, less netting or a higher haircut, and one has the contrary.
bool looser(const assemble::Experiment& a, const assemble::Experiment& b) {
  bool differs = false;
  for (std::size_t i = 0; i < a.spec.openings.size(); ++i) {
    const auto &x = terms_at_event(a, i), &y = terms_at_event(b, i);
    if (x.leverage_headroom_bn < y.leverage_headroom_bn || x.hurdle_scale > y.hurdle_scale || x.cleared_share < y.cleared_share || x.haircut > y.haircut) return false;
    differs |= x.leverage_headroom_bn > y.leverage_headroom_bn || x.hurdle_scale < y.hurdle_scale || x.cleared_share > y.cleared_share || x.haircut < y.haircut;
  }
  return differs;
}

const config::Axis& axis_named(const config::Sweep& sweep, const std::string& name) {
  return *std::find_if(sweep.axis().begin(), sweep.axis().end(), [&](const auto& axis) { return axis.name() == name; });
}

std::string shown(const results::AxisValue& value) { return value.label.empty() ? fmt::format("{} {:g}", value.axis, value.value) : value.label; }

}  // namespace

std::vector<OrderedPair> ordered_pairs(const std::vector<Threshold>& thresholds, const Milder& milder, double most_error) {
  std::vector<OrderedPair> pairs;
  if (std::any_of(thresholds.begin(), thresholds.end(), [](const Threshold& t) { return t.crossing.outcome == CrossingOutcome::found && !t.crossing.rising; })) return pairs;
  for (std::size_t a = 0; a < thresholds.size(); ++a) {
    for (std::size_t b = 0; b < thresholds.size(); ++b) {
      if (a == b) continue;
      const std::string why = milder(thresholds[a], thresholds[b]);
      if (why.empty()) continue;
      const Crossing &mild = thresholds[a].crossing, &other = thresholds[b].crossing;
      OrderedPair pair{a, b, why, {}, 0, decided(mild, other, most_error)};
      if (mild.estimate && other.estimate) pair.difference = *mild.estimate - *other.estimate;
      if (pair.decided) pair.beyond_error = std::max(0.0, bounds_of(other).low - bounds_of(mild).high);
      pairs.push_back(std::move(pair));
    }
  }
  return pairs;
}

Milder milder_of(const assemble::SweepPlan& plan) {
  const auto experiments = std::make_shared<std::map<std::int64_t, std::shared_ptr<const assemble::Experiment>>>();
  const auto experiment = [&plan, experiments](const Threshold& t) -> const assemble::Experiment& {
    auto& known = (*experiments)[t.first_point];
    if (!known) {
      results::PointRow point = t.slice;
      point.axes.push_back(plan.plan().frontier->along.at(0));
      known = std::make_shared<const assemble::Experiment>(plan.experiment(point));
    }
    return *known;
  };
  return [&plan, experiment](const Threshold& mild, const Threshold& other) -> std::string {
    const results::AxisValue *x = nullptr, *y = nullptr;
    for (std::size_t i = 0; i < mild.slice.axes.size(); ++i) {
      const auto &a = mild.slice.axes[i], &b = other.slice.axes[i];
      if (a.value == b.value && a.label == b.label) continue;
      if (x != nullptr) return "";
      x = &mild.slice.axes[i];
      y = &other.slice.axes[i];
    }
    if (x == nullptr) return "";
    const auto& axis = axis_named(*plan.config(), x->axis);
    if (axis.positions_size() > 0) return "";
    if (axis.has_leverage()) return x->value < y->value ? shown(*x) + ", less levered than " + shown(*y) : "";
    if (x->label.empty()) return "";  // a regime is named by a word or an overlay
    return looser(experiment(mild), experiment(other)) ? shown(*x) + ", looser than " + shown(*y) : "";
  };
}

bool positions_frozen(const assemble::SweepPlan& plan, const Threshold& slice) {
  for (const auto& value : slice.slice.axes) {
    const auto& axis = axis_named(*plan.config(), value.axis);
    if (axis.positions_size() > 0 && value.label != assemble::to_string(config::FROZEN)) return false;
    if (axis.has_leverage() && axis.leverage().hold() != config::Leverage::FIXED_POSITION) return false;
  }
  return true;
}

}  // namespace haven::sweep
