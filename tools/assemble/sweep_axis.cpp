#include "tools/assemble/sweep_axis.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/base/math.h"
#include "tools/assemble/field_rules.h"
#include "tools/assemble/positions.h"

namespace haven::assemble {
namespace {

double range_value(const config::Range& r, int i) {
  const double u = static_cast<double>(i) / (r.count() - 1);
  if (i == 0) return r.from();
  if (i + 1 == r.count()) return r.to();
  return r.log() ? base::exp(base::log(r.from()) + u * (base::log(r.to()) - base::log(r.from()))) : r.from() + u * (r.to() - r.from());
}

/// Every position of a population at `scale` times its size.
void scale_positions(const config::Population& p, double scale, const Place& place, std::vector<Setting>& settings) {
  const std::string path = "population[name=" + p.name() + "].";
  const auto scaled = [&](const char* list, const auto& amounts) {
    for (const auto& amount : amounts) settings.push_back({fmt::format("{}{}[name={}].bn", path, list, amount.name()), fmt::format("{}", amount.bn() * scale), place});
  };
  scaled("holding", p.holding());
  scaled("futures", p.futures());
  scaled("swap", p.swap());
}

void set_leverage(const config::Leverage& leverage, double value, const config::Run& run, const Place& place, std::vector<Setting>& settings) {
  std::vector<std::string> names;
  for (const auto& p : run.population()) {
    names.push_back(p.name());
    if (p.name() != leverage.population()) continue;
    double held = 0;
    for (const auto& amount : p.holding()) held += std::fabs(amount.bn());
    if (held <= 0 || p.capital_bn() <= 0) {
      throw ConfigError({{place, fmt::format("population {} with {} bn held on {} bn of capital", p.name(), held, p.capital_bn()), "one that holds securities and has capital_bn, so that it has a leverage"}});
    }
    if (leverage.hold() == config::Leverage::FIXED_POSITION) {
      settings.push_back({"population[name=" + p.name() + "].capital_bn", fmt::format("{}", held / value), place});
    } else {
      scale_positions(p, value * p.capital_bn() / held, place, settings);
    }
    return;
  }
  throw ConfigError({{place, "the population \"" + leverage.population() + "\"", suggest(leverage.population(), names)}});
}

void multiply(const std::string& path, double factor, const Located<config::Run>& run, const Place& place, std::vector<Setting>& settings) {
  const auto resolved = resolve_path(*run, path);
  if (const auto* misfit = std::get_if<Misfit>(&resolved)) throw ConfigError({{place, misfit->found, misfit->expected}});
  for (const auto& field : std::get<std::vector<ResolvedPath>>(resolved)) {
    const FieldInfo info = run.describe(field.canonical, place);
    if (!info.type.starts_with("number") && !info.type.starts_with("whole number")) throw ConfigError({{place, field.canonical + ", a " + info.type, "a number to multiply"}});
    settings.push_back({field.canonical, fmt::format("{}", factor * std::stod(info.value)), place});
  }
}

}  // namespace

plan::Axis axis_values(const config::Axis& axis, plan::Kind kind, const LoadedConfig& sweep, std::vector<Fault>& faults) {
  const std::string path = "axis[name=" + axis.name() + "]";
  const auto wrong = [&](const std::string& found, const std::string& expected) { faults.push_back(sweep.fault(path, found, expected)); };
  plan::Axis values;
  values.name = axis.name();
  const int ways = axis.has_path() + (axis.with_size() > 0) + axis.has_leverage() + (axis.positions_size() > 0) + (axis.times_size() > 0);
  const int lists = (axis.value_size() > 0) + axis.has_range() + (axis.word_size() > 0) + (axis.with_size() > 0) + (axis.positions_size() > 0);
  if (ways == 0) wrong("an axis without a path", "what it changes: path, times, with, leverage or positions");
  if (ways > 1) wrong("an axis that changes two things", "one of path, times, with, leverage and positions; also for further fields");
  if (lists == 0) wrong("no values", "value, range, word, with or positions, at least one");
  if (lists > 1) wrong("values of two kinds", "one of value, range, word, with and positions");
  if (axis.has_leverage() && axis.word_size() > 0) wrong("words for a leverage", "value or range");
  if (axis.times_size() > 0 && axis.word_size() > 0) wrong("words for a factor", "value or range");
  if (axis.also_size() > 0 && !axis.has_path()) wrong("also without a path", "a path whose value the other fields share");
  for (const double x : axis.value()) values.levels.push_back({axis.name(), x, ""});
  for (int i = 0; i < axis.word_size(); ++i) values.levels.push_back({axis.name(), static_cast<double>(i), axis.word(i)});
  for (int i = 0; i < axis.with_size(); ++i) values.levels.push_back({axis.name(), static_cast<double>(i), axis.with(i).empty() ? "as it is" : axis.with(i)});
  for (int i = 0; i < axis.positions_size(); ++i) values.levels.push_back({axis.name(), static_cast<double>(i), to_string(axis.positions(i))});
  if (axis.has_range()) {
    const auto& r = axis.range();
    if (!(r.from() < r.to())) wrong(fmt::format("a range from {} to {}", r.from(), r.to()), "from below to");
    else if (r.log() && r.from() <= 0) wrong(fmt::format("a logarithmic range from {}", r.from()), "from above 0");
    else if (kind == plan::Kind::grid && !r.has_count()) wrong("a range without count in a grid", "count, the number of values");
    else if (kind == plan::Kind::grid) {
      for (int i = 0; i < r.count(); ++i) values.levels.push_back({axis.name(), range_value(r, i), ""});
    }
    values.from = r.from();
    values.to = r.to();
    values.log = r.log();
  }
  if (axis.has_leverage()) {
    for (const auto& level : values.levels) {
      if (level.value <= 0) wrong(fmt::format("a leverage of {}", level.value), "above 0");
    }
    if (axis.has_range() && axis.range().from() <= 0) wrong(fmt::format("a leverage of {}", axis.range().from()), "above 0");
  }
  return values;
}

std::string axis_overlay(const config::Axis& axis, const results::AxisValue& value) {
  return axis.with_size() > 0 ? axis.with(static_cast<int>(value.value)) : "";
}

std::vector<Setting> axis_settings(const config::Axis& axis, const results::AxisValue& value, const Located<config::Run>& run, const Place& place) {
  std::vector<Setting> settings;
  if (axis.has_leverage()) set_leverage(axis.leverage(), value.value, *run, place, settings);
  for (const auto& path : axis.times()) multiply(path, value.value, run, place, settings);
  if (!axis.has_path()) return settings;
  const std::string text = value.label.empty() ? fmt::format("{}", value.value) : value.label;
  settings.push_back({axis.path(), text, place});
  for (const auto& also : axis.also()) settings.push_back({also, text, place});
  return settings;
}

}  // namespace haven::assemble
