// The plans that come with the program.
#include <catch2/catch.hpp>

#include <array>
#include <string>

#include "tools/assemble/calibration_plan.h"
#include "tools/assemble/embedded.h"
#include "tools/assemble/sweep_plan.h"

using namespace haven;

TEST_CASE("every shipped plan loads, and its first and last points make a run", "[sweep][shipped]") {
  int plans = 0;
  for (const auto& file : assemble::embedded_configs()) {
    const std::string name(file.name);
    if (!name.starts_with("sweeps/")) continue;
    INFO(name);
    ++plans;
    const assemble::SweepPlan plan(name.substr(0, name.rfind('.')), {});
    auto first = plan.plan().design.point(0), last = plan.plan().design.point(plan.plan().design.points() - 1);
    if (const auto& frontier = plan.plan().frontier) {
      first.axes.push_back(frontier->along.at(0));
      last.axes.push_back(frontier->along.at(1));
    }
    CHECK(plan.experiment(first).config_digest != plan.experiment(last).config_digest);
  }
  CHECK(plans >= 8);
}

TEST_CASE("every shipped calibration loads, begins inside its bounds and makes a run there", "[calibrate][shipped]") {
  int plans = 0;
  for (const auto& file : assemble::embedded_configs()) {
    const std::string name(file.name);
    if (!name.starts_with("calibration/")) continue;
    INFO(name);
    ++plans;
    const assemble::CalibrationPlan plan(name.substr(0, name.rfind('.')), {});
    results::PointRow start{0, {}};
    for (const auto& p : plan.calibration().parameters) {
      CHECK(p.start >= 0);
      CHECK(p.start <= 1);
      start.axes.push_back({p.name, p.value_at(p.start), ""});
    }
    CHECK(plan.sweep().experiment(start).metrics.size() >= plan.calibration().targets.size());
    for (const auto& target : plan.calibration().targets) CHECK_FALSE(target.tag.empty());
  }
  CHECK(plans >= 1);
}

TEST_CASE("leverage at fixed position changes capital alone, at fixed equity positions alone", "[sweep][leverage]") {
  const std::string text =
      "name: \"p\" run: \"studies/two_days\" seeds: 1\n"
      "axis { name: \"position\" leverage { population: \"basis_funds\" hold: FIXED_POSITION } value: [20, 40] }\n"
      "axis { name: \"equity\" leverage { population: \"basis_funds\" hold: FIXED_EQUITY } value: [20, 40] }\n";
  // 800 held on 38 of capital.
  const auto held_and_equity = [](const assemble::Experiment& e) {
    double held = 0, futures = 0, cash = 0;
    for (std::size_t i = 0; i < e.spec.openings.size(); ++i) {
      if (e.spec.world.institutions[i].kind != world::Kind::basis_fund) continue;
      for (const double bn : e.spec.openings[i].holding_bn) held += bn;
      for (const double bn : e.spec.openings[i].futures_bn) futures += bn;
      cash += e.spec.openings[i].cash_bn;
    }
    return std::array<double, 3>{held, futures, cash};
  };
  const auto plan = [&](const std::string& keep) {
    const std::string drop = keep == "position" ? "axis { name: \"equity\"" : "axis { name: \"position\"";
    std::string one = text;
    const auto at = one.find(drop);
    one.erase(at, one.find('\n', at) - at);
    return assemble::SweepPlan::of_text("plan", one, {});
  };
  const auto by_position = plan("position"), by_equity = plan("equity");
  const auto p20 = held_and_equity(by_position.experiment(by_position.plan().design.point(0))), p40 = held_and_equity(by_position.experiment(by_position.plan().design.point(1)));
  CHECK(p20[0] == Approx(800));
  CHECK(p40[0] == Approx(800));
  CHECK(p40[1] == Approx(p20[1]));
  CHECK(p20[2] - p40[2] == Approx(20));  // 40 and 20 of capital
  const auto e20 = held_and_equity(by_equity.experiment(by_equity.plan().design.point(0))), e40 = held_and_equity(by_equity.experiment(by_equity.plan().design.point(1)));
  CHECK(e20[0] == Approx(760));
  CHECK(e40[0] == Approx(1520));
  CHECK(e40[1] == Approx(2 * e20[1]));
}
