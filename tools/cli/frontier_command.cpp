#include "tools/cli/frontier_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/cli/output_place.h"
#include "tools/sweep/market_model.h"
#include "tools/sweep/threshold_order.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCollapseUnproven =
    "Not validated: no replay of March 2020 has shown yet that what counts as a collapse here is one, nor April 2025 that it is not; no distance to the edge may be read from this.";

std::string place_of(const results::PointRow& slice) {
  std::vector<std::string> parts;
  for (const auto& axis : slice.axes) parts.push_back(fmt::format("{}={}", axis.axis, axis.label.empty() ? fmt::format("{:g}", axis.value) : axis.label));
  return parts.empty() ? "" : fmt::format("{}: ", fmt::join(parts, ", "));
}

std::string sentence(const plan::Frontier& f, const sweep::Threshold& t) {
  const auto& c = t.crossing;
  const std::string tail = fmt::format(" ({} values, {} seeds in all)", c.sites, c.seeds);
  switch (c.outcome) {
    case sweep::CrossingOutcome::found:
      return fmt::format("{}{} reaches {:g} at {} = {:.5g}, {:g}% interval [{:.5g}, {:.5g}]{}{}", place_of(t.slice), f.metric, f.level, f.along.name, *c.estimate, 100 * f.confidence, c.low, c.high,
                         c.high - c.low > f.tolerance * (1 + 1e-9) && !f.along.log ? ", wider than asked for: more seeds would narrow it" : "", tail);
    case sweep::CrossingOutcome::always_below:
    case sweep::CrossingOutcome::always_above:
      return fmt::format("{}{} stays {} {:g} at both ends of {} = {:g} to {:g}{}", place_of(t.slice), f.metric, c.outcome == sweep::CrossingOutcome::always_below ? "below" : "above", f.level, f.along.name, c.low, c.high, tail);
    case sweep::CrossingOutcome::undecided:
      return fmt::format("{}{} seeds do not tell {} from {:g} at an end of {} = {:g} to {:g}{}", place_of(t.slice), f.most_seeds, f.metric, f.level, f.along.name, c.low, c.high, tail);
  }
  return "";
}

Json json_of_slice(const sweep::Threshold& t) {
  Json j = Json::object();
  for (const auto& axis : t.slice.axes) j[axis.axis] = axis.label.empty() ? Json(axis.value) : Json(axis.label);
  return j;
}

Json json_of(const plan::Frontier& f, const sweep::Threshold& t) {
  Json j;
  j["slice"] = json_of_slice(t);
  j["along"] = f.along.name;
  j["metric"] = f.metric;
  j["level"] = f.level;
  j["outcome"] = sweep::to_string(t.crossing.outcome);
  j["threshold"] = t.crossing.estimate ? Json(*t.crossing.estimate) : Json(nullptr);
  j["low"] = t.crossing.low;
  j["high"] = t.crossing.high;
  j["confidence"] = f.confidence;
  j["seeds"] = t.crossing.seeds;
  return j;
}

std::string interval(const sweep::Crossing& c) {
  switch (c.outcome) {
    case sweep::CrossingOutcome::found: return fmt::format("{:.5g} [{:.5g}, {:.5g}]", *c.estimate, c.low, c.high);
    case sweep::CrossingOutcome::always_below: return fmt::format("none up to {:g}", c.high);
    case sweep::CrossingOutcome::always_above: return fmt::format("below {:g}", c.low);
    case sweep::CrossingOutcome::undecided: break;
  }
  return "undecided";
}

/// What a looser rule or lower leverage did to the threshold.
struct Order {
  std::vector<sweep::OrderedPair> pairs;
  std::vector<bool> frozen;  ///< positions, by pair
  std::size_t promised = 0, kept = 0, undecided = 0;  ///< with positions frozen
  std::size_t lowered() const { return promised - kept - undecided; }
};

Order order_of(const assemble::SweepPlan& plan, const std::vector<sweep::Threshold>& thresholds) {
  Order order;
  order.pairs = sweep::ordered_pairs(thresholds, sweep::milder_of(plan), plan.plan().frontier->tolerance);
  for (const auto& pair : order.pairs) {
    order.frozen.push_back(sweep::positions_frozen(plan, thresholds[pair.mild]));
    if (!order.frozen.back()) continue;
    ++order.promised;
    if (!pair.decided) ++order.undecided;
    else if (pair.beyond_error == 0) ++order.kept;
  }
  return order;
}

void print_order(const Order& order, const std::vector<sweep::Threshold>& thresholds) {
  if (order.pairs.empty()) return;
  fmt::print("\nThe order of thresholds:\n");
  for (std::size_t i = 0; i < order.pairs.size(); ++i) {
    const auto& pair = order.pairs[i];
    fmt::print("{}{}: {} against {}{}, {}\n", order.frozen[i] ? "positions frozen, " : "positions not frozen, ", pair.why, interval(thresholds[pair.mild].crossing), interval(thresholds[pair.other].crossing),
               pair.difference ? fmt::format(", {:+.3g}", *pair.difference) : "",
               !pair.decided ? "not decided: an error is above the tolerance" : pair.beyond_error > 0 ? fmt::format("lower by {:.3g} beyond both errors", pair.beyond_error) : "not lower beyond the errors");
  }
  if (order.promised == 0) return;
  const std::string count = fmt::format("{} of {} pairs{}", order.kept, order.promised, order.undecided > 0 ? fmt::format(", {} not decided: more seeds would tell", order.undecided) : "");
  if (order.lowered() > 0) fmt::print("With positions frozen a looser rule or lower leverage LOWERS A THRESHOLD beyond its error ({} of {} pairs).\n", order.lowered(), order.promised);
  else if (order.kept > 0) fmt::print("With positions frozen a looser rule or lower leverage lowers no threshold beyond its error ({}).\n", count);
  else fmt::print("Whether a looser rule or lower leverage lowers a threshold with positions frozen cannot be said ({}).\n", count);
}

Json json_of(const Order& order, const std::vector<sweep::Threshold>& thresholds) {
  Json j = Json::array();
  for (std::size_t i = 0; i < order.pairs.size(); ++i) {
    const auto& pair = order.pairs[i];
    j.push_back({{"pair", pair.why}, {"slice", json_of_slice(thresholds[pair.mild])}, {"against", json_of_slice(thresholds[pair.other])}, {"positions_frozen", static_cast<bool>(order.frozen[i])},
                 {"difference", pair.difference ? Json(*pair.difference) : Json(nullptr)}, {"decided", pair.decided}, {"lower_beyond_errors_by", pair.beyond_error}});
  }
  return j;
}

}  // namespace

int run_frontier(const SweepCommand& o, const assemble::SweepPlan& plan, const std::string& out) {
  const auto& frontier = *plan.plan().frontier;
  const bool unproven = frontier.metric == sweep::kCollapseShare;
  const auto store = open_results(out, manifest_of(plan), o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  if (o.retry_failed) store->forget_failures();
  if (unproven && !o.json) fmt::print("{}\n", kCollapseUnproven);
  sweep::SweepOptions options;
  options.threads = o.threads;
  Json found = Json::array();
  std::size_t done = 0;
  const auto slices = static_cast<std::size_t>(plan.plan().design.points());
  Progress progress(plan.plan().name, slices);
  const auto thresholds = sweep::find_frontier(plan.plan(), sweep::market_model(plan), *store, options, [&](const sweep::Threshold& t) {
    if (o.json) found.push_back(json_of(frontier, t));
    else fmt::print("{}\n", sentence(frontier, t));
    std::fflush(stdout);
    progress.step(++done);
  }, stop_requested());
  progress.finish();
  store->put_frontier(sweep::rows_of(frontier, thresholds));
  if (!o.no_report && !stop_requested()) write_sweep_report(plan, out);
  const Order order = order_of(plan, thresholds);
  if (!o.json) print_order(order, thresholds);
  if (o.json) {
    Json j;
    if (unproven) j["caveat"] = kCollapseUnproven;
    j["plan"] = plan.plan().name;
    j["out"] = out;
    j["thresholds"] = found;
    j["order"] = json_of(order, thresholds);
    j["order_kept"] = order.lowered() > 0 ? Json(false) : order.promised == 0 || order.undecided > 0 ? Json(nullptr) : Json(true);
    fmt::print("{}\n", j.dump(2));
  }
  return stop_requested() ? kInterrupted : kGood;
}

}  // namespace haven::cli
