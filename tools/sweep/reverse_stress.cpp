#include "tools/sweep/reverse_stress.h"

#include <cmath>

#include "engine/base/math.h"

namespace haven::sweep {
namespace {

struct Stopped {};

}  // namespace

std::vector<std::vector<double>> directions(std::size_t dimensions, int count) {
  std::vector<std::vector<double>> all;
  for (std::size_t d = 0; d < 2 * dimensions; ++d) {
    all.emplace_back(dimensions, 0.0);
    all.back()[d / 2] = d % 2 == 0 ? 1 : -1;
  }
  plan::Design design;
  design.kind = plan::Kind::sobol;
  design.size = count;
  design.axes.resize(dimensions);
  for (std::int64_t i = 0; static_cast<int>(all.size()) < count; ++i) {
    std::vector<double> direction = design.unit(i);
    double square = 0;
    for (double& x : direction) {
      x = base::inverse_normal(x);
      square += x * x;
    }
    for (double& x : direction) x /= std::sqrt(square);
    all.push_back(std::move(direction));
  }
  return all;
}

std::optional<Combination> most_plausible(const plan::Plan& plan, const StressSearch& search, const Model& model, results::ResultStore& store,
                                          const SweepOptions& options, const std::function<void(int)>& on_ray, const std::atomic<bool>& stop) {
  const std::int64_t sites = most_sites(search.radius);
  std::optional<Combination> best;
  const auto rays = directions(search.priors.size(), search.rays);
  for (std::size_t ray = 0; ray < rays.size(); ++ray) {
    const auto values_at = [&](double radius) {
      std::vector<results::AxisValue> values;
      for (std::size_t a = 0; a < search.priors.size(); ++a) {
        const Prior& prior = search.priors[a];
        values.push_back({prior.axis, prior.mean + radius * rays[ray][a] * prior.standard_deviation, ""});
      }
      return values;
    };
    const Sample sample = [&](int site, double radius, int seeds) {
      const results::PointRow point{static_cast<std::int64_t>(ray) * sites + site, values_at(radius)};
      run_point(plan, point, 1, seeds, model, store, options, stop);
      if (stop) throw Stopped();
      std::vector<double> results;
      for (const auto& [seed, outcome] : store.outcomes("model", point.point, 1, static_cast<std::uint64_t>(seeds), {search.metric})) {
        if (outcome && !outcome->empty()) results.push_back(outcome->begin()->second);
      }
      return results;
    };
    CrossingSearch along = search.radius;
    if (best) along.to = *best->radius.estimate;
    if (along.to - along.from <= along.tolerance) break;
    try {
      const Crossing crossing = find_crossing(along, sample);
      if (crossing.outcome == CrossingOutcome::found) best = Combination{values_at(*crossing.estimate), crossing};
    } catch (const Stopped&) {
      return std::nullopt;
    }
    on_ray(static_cast<int>(ray) + 1);
  }
  return best;
}

}  // namespace haven::sweep
