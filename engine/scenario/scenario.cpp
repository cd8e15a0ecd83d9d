#include "engine/scenario/scenario.h"

#include <algorithm>

namespace haven::scenario {
namespace {

using base::Purpose;

// Between news the outside world moves in half-hour steps from 03:00 to 15:30.
constexpr std::int64_t kFirstMinute = 180, kLastMinute = 930, kStepMinutes = 30;
constexpr double kNewsDecay = 0.5;  // of news intensity a step

}  // namespace

world::PublicState initial_public(const ScenarioSpec& scenario, const world::WorldSpec& spec) {
  world::PublicState state;
  state.uncertainty = scenario.path.empty() ? spec.start_uncertainty : scenario.before.uncertainty;
  state.foreign_hedged_bp = scenario.path.empty() ? 0 : scenario.before.foreign_hedged_bp;
  return state;
}

void day_steps(const ScenarioSpec& scenario, const world::WorldSpec& spec, std::uint64_t seed, std::int32_t day,
               const world::PublicState& before, std::vector<Step>& out) {
  out.clear();
  base::Draws draws{seed, base::name_key("outside"), static_cast<std::uint32_t>(day), 0};
  world::PublicState target = before;
  const auto d = static_cast<std::size_t>(day);
  if (scenario.path.empty()) {
    const auto& s = scenario.synthetic;
    target.policy_shift_bp += s.policy_sigma_bp * draws.normal(Purpose::path);
    const double pull = 1.0 - base::exp(-0.6931471805599453 / s.uncertainty_half_life_days);
    target.uncertainty = std::max(8.0, before.uncertainty + pull * (s.uncertainty_mean - before.uncertainty) + s.uncertainty_sigma * draws.normal(Purpose::path));
  } else {
    const OutsideDay& now = scenario.path[d];
    target.policy_shift_bp = now.policy_two_year_bp - scenario.before.policy_two_year_bp;
    target.uncertainty = now.uncertainty;
    target.equity_log_return = base::log(now.equity_index / scenario.before.equity_index);
    target.foreign_hedged_bp = now.foreign_hedged_bp;
  }
  const double policy_change = target.policy_shift_bp - before.policy_shift_bp;
  const double uncertainty_change = target.uncertainty - before.uncertainty;

  const base::Time midnight = base::midnight(spec.days[d]);
  const base::Time opens = midnight - base::hours(6);
  const base::Time closes = midnight + base::hours(17);
  double news_policy = 0, news_uncertainty = 0;
  const auto first_of = [&](const auto& list) { return std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.time >= opens; }); };
  const auto first = first_of(scenario.news);
  auto news = first;
  const auto& releases = scenario.synthetic.releases;
  auto release = scenario.path.empty() ? first_of(releases) : releases.end();
  for (auto n = first; n != scenario.news.end() && n->time < closes; ++n) {
    news_policy += n->policy_share;
    news_uncertainty += n->uncertainty_share;
  }

  // A bridge: independent half-hour moves less their mean, so that the close is the path's.
  constexpr std::int64_t count = (kLastMinute - kFirstMinute) / kStepMinutes + 1;
  std::array<double, count> bridge{};
  double sum = 0;
  for (double& b : bridge) {
    b = draws.normal(Purpose::path) * scenario.bridge_sigma_bp / base::sqrt(static_cast<double>(count));
    sum += b;
  }
  world::PublicState state = before;
  const auto publish = [&](const News& item) {
    state.policy_shift_bp += policy_change * item.policy_share;
    state.uncertainty += uncertainty_change * item.uncertainty_share;
    state.confidence_lost = std::clamp(state.confidence_lost + item.confidence_step, 0.0, 1.0);
    state.fiscal_index += item.fiscal_step;
    state.news_intensity = std::max(state.news_intensity, item.intensity);
    out.push_back({item.time, state});
  };
  const auto publish_release = [&](const Release& item) {
    state.policy_shift_bp += item.policy_sigma_bp * draws.normal(Purpose::path);
    state.news_intensity = std::max(state.news_intensity, item.intensity);
    out.push_back({item.time, state});
  };
  // All that is dated to this session and not after `at`, in its order.
  const auto publish_until = [&](base::Time at) {
    const auto due = [&](const auto& item, const auto& list) { return item != list.end() && item->time < closes && item->time <= at; };
    while (due(news, scenario.news) || due(release, releases)) {
      if (!due(release, releases) || (due(news, scenario.news) && news->time <= release->time)) publish(*news++);
      else publish_release(*release++);
    }
  };
  for (std::int64_t i = 0; i < count; ++i) {
    const base::Time at = midnight + base::minutes(kFirstMinute + i * kStepMinutes);
    publish_until(at);
    state.policy_shift_bp += policy_change * (1.0 - news_policy) / static_cast<double>(count) + bridge[static_cast<std::size_t>(i)] - sum / static_cast<double>(count);
    state.uncertainty += uncertainty_change * (1.0 - news_uncertainty) / static_cast<double>(count);
    state.equity_log_return += (target.equity_log_return - before.equity_log_return) / static_cast<double>(count);
    state.foreign_hedged_bp += (target.foreign_hedged_bp - before.foreign_hedged_bp) / static_cast<double>(count);
    state.news_intensity *= kNewsDecay;
    out.push_back({at, state});
  }
  publish_until(closes);
}

}  // namespace haven::scenario
