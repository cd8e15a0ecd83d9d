#include "tools/sweep/frontier.h"

#include <cmath>

namespace haven::sweep {
namespace {

struct Stopped {};

}  // namespace

CrossingSearch search_of(const plan::Frontier& f) { return {f.along.from, f.along.to, f.along.log, f.level, f.tolerance, f.confidence, f.first_seeds, f.most_seeds}; }

std::vector<Threshold> find_frontier(const plan::Plan& plan, const Model& model, results::ResultStore& store, const SweepOptions& options,
                                     const std::function<void(const Threshold&)>& on_slice, const std::atomic<bool>& stop) {
  const plan::Frontier& frontier = *plan.frontier;
  const CrossingSearch search = search_of(frontier);
  const std::int64_t sites = most_sites(search);
  std::vector<Threshold> thresholds;
  for (std::int64_t slice = 0; slice < plan.design.points(); ++slice) {
    Threshold threshold{plan.design.point(slice), {}, slice * sites};
    const Sample sample = [&](int site, double x, int seeds) {
      results::PointRow point{threshold.first_point + site, threshold.slice.axes};
      point.axes.push_back({frontier.along.name, frontier.along.whole ? std::round(x) : x, ""});
      run_point(plan, point, 1, seeds, model, store, options, stop);
      if (stop) throw Stopped();
      std::vector<double> values;
      for (const auto& [seed, outcome] : store.outcomes("model", point.point, 1, static_cast<std::uint64_t>(seeds), {frontier.metric})) {
        if (outcome && !outcome->empty()) values.push_back(outcome->begin()->second);
      }
      return values;
    };
    try {
      threshold.crossing = find_crossing(search, sample);
    } catch (const Stopped&) {
      return thresholds;
    }
    on_slice(threshold);
    thresholds.push_back(std::move(threshold));
  }
  return thresholds;
}

std::vector<results::FrontierRow> rows_of(const plan::Frontier& frontier, const std::vector<Threshold>& thresholds) {
  std::vector<results::FrontierRow> rows;
  for (const Threshold& t : thresholds) {
    rows.push_back({t.first_point, frontier.along.name, frontier.metric, frontier.level, t.crossing.estimate, t.crossing.low, t.crossing.high, frontier.confidence, to_string(t.crossing.outcome)});
  }
  return rows;
}

}  // namespace haven::sweep
