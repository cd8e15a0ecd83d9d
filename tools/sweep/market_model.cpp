#include "tools/sweep/market_model.h"

#include <memory>

#include "tools/sweep/ensemble.h"

namespace haven::sweep {

Model market_model(const assemble::SweepPlan& plan) {
  return [&plan](const results::PointRow& point) -> Run {
    const auto experiment = std::make_shared<const assemble::Experiment>(plan.experiment(point));
    return [&plan, experiment, number = point.point](std::uint64_t seed) {
      Ended ended = run_one({experiment.get(), "model", number, seed}, {});
      if (plan.collapse() && ended.error.empty()) {
        const auto& days = experiment->spec.world.days;
        const auto day = metrics::first_collapse(*plan.collapse(), ended.result.series, {days[experiment->calm_from], days[experiment->calm_to]},
                                                 {days[experiment->first_scored_day], days.back()});
        ended.result.metrics[kCollapseShare] = day ? 1 : 0;
      }
      return RunEnd{std::move(ended.result), std::move(ended.error), ended.broken_invariant, ended.timing};
    };
  };
}

}  // namespace haven::sweep
