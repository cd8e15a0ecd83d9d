#include "tools/assemble/sweep_plan.h"

#include <fmt/format.h>

#include "configs/schema/sweep.pb.h"

#include "tools/assemble/config_digest.h"

namespace haven::assemble {
namespace {

constexpr std::size_t kMostPoints = 1'000'000;

struct Value {
  results::AxisValue axis;
  std::vector<std::string> sets;
};

}  // namespace

SweepPlan sweep_plan(const std::string& name, const LoadOptions& options) {
  LoadOptions own = options;
  own.sets.clear();  // settings are the run's
  const auto sweep = load<config::Sweep>(name, own);
  SweepPlan plan;
  plan.name = sweep->name();
  plan.title = sweep->title();
  plan.run = sweep->run();
  plan.seeds = sweep->seeds();
  std::vector<std::vector<Value>> axes;
  std::vector<Fault> faults;
  double size = 1;
  for (const auto& axis : sweep->axis()) {
    const std::string path = "axis[name=" + axis.name() + "]";
    std::vector<Value> values;
    if (!axis.has_path()) faults.push_back(sweep.fault(path, "an axis without a path", "the field it changes"));
    const auto add = [&](double number, const std::string& text, const std::string& label) {
      Value v{{axis.name(), number, label}, {axis.path() + "=" + text}};
      for (const auto& also : axis.also()) v.sets.push_back(also + "=" + text);
      values.push_back(v);
    };
    for (const double x : axis.value()) add(x, fmt::format("{}", x), "");
    for (int i = 0; i < axis.word_size(); ++i) add(i, axis.word(i), axis.word(i));
    if (values.empty()) faults.push_back(sweep.fault(path, "no values", "value or word, at least one"));
    size *= static_cast<double>(values.size());
    axes.push_back(std::move(values));
  }
  if (size > static_cast<double>(kMostPoints)) faults.push_back(sweep.fault("axis", fmt::format("{:.3g} points", size), fmt::format("at most {}", kMostPoints)));
  if (axes.empty()) faults.push_back(sweep.fault("", "no axis", "at least one"));
  if (!faults.empty()) throw ConfigError(std::move(faults));

  std::vector<std::size_t> at(axes.size(), 0);
  for (;;) {
    SweepPoint point;
    point.index = static_cast<std::int64_t>(plan.points.size());
    for (std::size_t a = 0; a < axes.size(); ++a) {
      point.axes.push_back(axes[a][at[a]].axis);
      point.sets.insert(point.sets.end(), axes[a][at[a]].sets.begin(), axes[a][at[a]].sets.end());
    }
    plan.points.push_back(std::move(point));
    std::size_t a = axes.size();
    while (a > 0 && ++at[a - 1] == axes[a - 1].size()) at[--a] = 0;
    if (a == 0) break;
  }
  // Every value once against the schema, so that a bad path is found before anything runs.
  for (const auto& axis : axes) {
    for (const auto& value : axis) {
      auto with = options;
      with.sets.insert(with.sets.end(), value.sets.begin(), value.sets.end());
      try {
        load<config::Run>(plan.run, with);
      } catch (const ConfigError& error) {
        std::vector<Fault> all = {sweep.fault("axis[name=" + value.axis.axis + "]", "an axis whose value cannot be set", "a field of the run and values that it takes")};
        all.insert(all.end(), error.faults().begin(), error.faults().end());
        throw ConfigError(std::move(all));
      }
    }
  }
  plan.digest = config_digest(sweep.message());
  plan.effective_text = effective_text(sweep);
  const auto run = load<config::Run>(plan.run, options);
  const auto run_digest = config_digest(run.message());
  plan.digest.add(run_digest.a);
  plan.digest.add(run_digest.b);
  return plan;
}

}  // namespace haven::assemble
