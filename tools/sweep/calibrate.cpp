#include "tools/sweep/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

namespace haven::sweep {
namespace {

using Coordinates = std::vector<double>;

/// Loss per squared distance from the unit cube: a tenth of a range outside costs one unit.
constexpr double kOutside = 100;
/// The search ends when its last sample is nearer than this to the mean.
constexpr double kConverged = 1e-4;
/// Points of differences are numbered from here, 2 a parameter for every point of the search.
constexpr std::int64_t kFirstDifference = 1'000'000'000;

struct Stopped {};

/// Looks points up, making their runs where the store has none.
class Evaluator {
 public:
  Evaluator(const plan::Plan& plan, const plan::Calibration& calibration, const Model& model, results::ResultStore& store, const SweepOptions& options, const std::atomic<bool>& stop)
      : plan_(plan), calibration_(calibration), model_(model), store_(store), options_(options), stop_(stop) {
    for (const auto& target : calibration.targets) metrics_.push_back(target.metric);
  }

  /// Throws Stopped.
  std::vector<Evaluation> evaluate(const std::vector<std::pair<std::int64_t, Coordinates>>& points) const {
    const int first = calibration_.first_seed, last = first + calibration_.seeds - 1;
    std::vector<results::PointRow> rows;
    for (const auto& [number, coordinates] : points) {
      rows.push_back(row_of(number, coordinates));
      require_same(rows.back());
    }
    run_points(plan_, rows, first, last, model_, store_, options_, stop_);
    if (stop_) throw Stopped();
    std::vector<Evaluation> all;
    for (const auto& [number, coordinates] : points) {
      all.push_back(judged(number, coordinates, store_.outcomes("model", number, static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last), metrics_)));
    }
    return all;
  }

 private:
  results::PointRow row_of(std::int64_t number, const Coordinates& coordinates) const {
    results::PointRow row{number, {}};
    for (std::size_t i = 0; i < coordinates.size(); ++i) row.axes.push_back({calibration_.parameters[i].name, calibration_.parameters[i].value_at(coordinates[i]), ""});
    return row;
  }

  void require_same(const results::PointRow& row) const {
    const auto stored = store_.coordinates(row.point);
    if (stored.empty()) return;
    const bool same = std::equal(stored.begin(), stored.end(), row.axes.begin(), row.axes.end(), [](const auto& a, const auto& b) { return a.axis == b.axis && a.value == b.value; });
    if (!same) throw results::StoreError(results::Fault::conflict, fmt::format("point {} of the result file has other values than this search asks for: another build made it; --force begins again", row.point));
  }

  Evaluation judged(std::int64_t number, const Coordinates& coordinates, const results::Outcomes& outcomes) const {
    Evaluation evaluation{number, coordinates, {}, false, 0};
    std::vector<double> means;
    for (const auto& metric : metrics_) {
      std::vector<double> values;
      for (const auto& [seed, outcome] : outcomes) {
        if (outcome && outcome->contains(metric)) values.push_back(outcome->at(metric));
      }
      evaluation.failed |= values.size() < static_cast<std::size_t>(calibration_.seeds);
      evaluation.moments.push_back(results::summarize(values));
      means.push_back(evaluation.moments.back().mean);
    }
    evaluation.loss = evaluation.failed ? calibration_.failure_loss : calibration_.misfit(means) + calibration_.prior_penalty(coordinates);
    return evaluation;
  }

  const plan::Plan& plan_;
  const plan::Calibration& calibration_;
  const Model& model_;
  results::ResultStore& store_;
  const SweepOptions& options_;
  const std::atomic<bool>& stop_;
  std::vector<std::string> metrics_;
};

Coordinates into_cube(Coordinates x) {
  for (double& u : x) u = std::clamp(u, 0.0, 1.0);
  return x;
}

double distance_penalty(const Coordinates& x) {
  double sum = 0;
  for (const double u : x) {
    const double outside = u - std::clamp(u, 0.0, 1.0);
    sum += outside * outside;
  }
  return kOutside * sum;
}

/// What pagmo sees: the losses of a generation, or its candidates.
struct Objective {
  std::size_t dimensions = 1;
  std::function<double(const Coordinates&)> loss = [](const Coordinates&) { return 0.0; };

  pagmo::vector_double fitness(const pagmo::vector_double& x) const { return {loss(x)}; }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const { return {pagmo::vector_double(dimensions, 0.0), pagmo::vector_double(dimensions, 1.0)}; }
};

struct Individual {
  Coordinates x;
  double loss = 0;
};

/// One generation of `cmaes` from `parents`, judged by `loss`.
std::vector<Individual> evolve(const pagmo::cmaes& cmaes, const std::vector<Individual>& parents, std::function<double(const Coordinates&)> loss) {
  pagmo::population population{pagmo::problem{Objective{parents.front().x.size(), std::move(loss)}}, 0u, 0u};
  for (const auto& parent : parents) population.push_back(parent.x, {parent.loss});
  const auto next = cmaes.evolve(population);
  std::vector<Individual> children;
  for (std::size_t i = 0; i < parents.size(); ++i) children.push_back({next.get_x()[i], next.get_f()[i][0]});
  return children;
}

class Search {
 public:
  Search(const plan::Calibration& calibration, const Evaluator& evaluator) : calibration_(calibration), evaluator_(evaluator) {}

  Calibrated run(const OnGeneration& on_generation) {
    Coordinates start;
    for (const auto& parameter : calibration_.parameters) start.push_back(parameter.start);
    look({start});
    found_.start = found_.best;
    on_generation(found_.steps);
    const pagmo::cmaes cmaes(1u, -1, -1, -1, -1, calibration_.first_step, 0, kConverged, true, false, calibration_.optimiser_seed);
    std::vector<Individual> generation(static_cast<std::size_t>(calibration_.population), Individual{start, found_.start.loss});
    const std::int64_t generations = (calibration_.evaluations - 1) / calibration_.population;
    while (number_ < generations) {
      ++number_;
      std::vector<Coordinates> candidates;
      evolve(pagmo::cmaes(cmaes), generation, [&](const Coordinates& x) {
        candidates.push_back(x);
        return 0.0;
      });
      if (candidates.empty()) {
        found_.converged = true;
        break;
      }
      std::vector<Coordinates> inside;
      for (const auto& x : candidates) inside.push_back(into_cube(x));
      look(inside);
      generation = evolve(cmaes, generation, [&](const Coordinates& x) { return known_.at(into_cube(x)) + distance_penalty(x); });
      on_generation(found_.steps);
    }
    return found_;
  }

 private:
  /// Evaluates those that were not looked at before.
  void look(const std::vector<Coordinates>& all) {
    std::vector<std::pair<std::int64_t, Coordinates>> fresh;
    for (const auto& x : all) {
      const bool twice = std::any_of(fresh.begin(), fresh.end(), [&](const auto& f) { return f.second == x; });
      if (!twice && !known_.contains(x)) fresh.emplace_back(next_point_++, x);
    }
    for (auto& evaluation : evaluator_.evaluate(fresh)) {
      known_[evaluation.coordinates] = evaluation.loss;
      const bool better = found_.steps.empty() || evaluation.loss < found_.best.loss;
      found_.steps.push_back({evaluation.point, number_, evaluation.loss, better ? evaluation.loss : found_.best.loss});
      if (better) found_.best = std::move(evaluation);
    }
  }

  const plan::Calibration& calibration_;
  const Evaluator& evaluator_;
  std::map<Coordinates, double> known_;
  std::int64_t next_point_ = 0, number_ = 0;
  Calibrated found_;
};

}  // namespace

std::optional<Calibrated> calibrate(const plan::Plan& plan, const plan::Calibration& calibration, const Model& model, results::ResultStore& store, const SweepOptions& options,
                                    const OnGeneration& on_generation, const std::atomic<bool>& stop) {
  const Evaluator evaluator(plan, calibration, model, store, options, stop);
  try {
    return Search(calibration, evaluator).run(on_generation);
  } catch (const Stopped&) {
    return std::nullopt;
  }
}

std::optional<Jacobian> slopes(const plan::Plan& plan, const plan::Calibration& calibration, const Evaluation& at, const Model& model, results::ResultStore& store,
                               const SweepOptions& options, const std::atomic<bool>& stop) {
  const std::size_t n = calibration.parameters.size();
  std::vector<std::pair<std::int64_t, Coordinates>> points;
  for (std::size_t p = 0; p < n; ++p) {
    for (const double step : {-calibration.difference_step, calibration.difference_step}) {
      Coordinates x = at.coordinates;
      x[p] += step;
      points.emplace_back(kFirstDifference + at.point * static_cast<std::int64_t>(2 * n) + static_cast<std::int64_t>(points.size()), into_cube(x));
    }
  }
  std::vector<Evaluation> ends;
  try {
    ends = Evaluator(plan, calibration, model, store, options, stop).evaluate(points);
  } catch (const Stopped&) {
    return std::nullopt;
  }
  Jacobian jacobian(calibration.targets.size(), std::vector<double>(n, 0.0));
  for (std::size_t t = 0; t < calibration.targets.size(); ++t) {
    const auto& target = calibration.targets[t];
    const double z = target.deviation(at.moments[t].mean);
    const bool silent = target.side != plan::Target::Side::both && z == 0;
    if (silent || z * z >= calibration.target_cap) continue;
    for (std::size_t p = 0; p < n; ++p) {
      const Evaluation &below = ends[2 * p].failed ? at : ends[2 * p], &above = ends[2 * p + 1].failed ? at : ends[2 * p + 1];
      if (&below == &above) continue;
      jacobian[t][p] = (above.moments[t].mean - below.moments[t].mean) / target.scale / (above.coordinates[p] - below.coordinates[p]);
    }
  }
  return jacobian;
}

}  // namespace haven::sweep
