#include "engine/world/order_flow.h"

#include <algorithm>

namespace haven::world {

using base::Purpose;
using base::Side;

constexpr double kLn2 = 0.6931471805599453;

double intensity_of_hour(const View& view, double night_rate) {
  const double hour = static_cast<double>(base::time_of_day(view.now()).ns) / 3.6e12;
  if (view.night()) return night_rate * (hour >= 2.0 && hour < 7.0 ? 2.0 : 0.7);
  const double x = (hour - 12.0) / 5.0;
  double shape = 0.55 + 0.9 * x * x;
  if (hour >= 15.5) shape *= 0.35;
  for (const double burst : {8.5, 10.0, 13.0, 14.83}) {
    if (hour >= burst && hour < burst + 0.25) shape *= 2.0;
  }
  return shape * (1.0 + view.outside().news_intensity);
}

double next_arrival_min(base::Draws& draws, const SelfExcitation& p, double per_minute, base::Time now, Excess& excess) {
  const double of_background = draws.exponential(Purpose::arrival) / std::max((1.0 - p.share) * per_minute, 1e-4);
  if (p.share == 0) return of_background;
  const double decay = kLn2 / p.half_life_min;
  excess.per_minute = excess.per_minute * base::exp(-decay * static_cast<double>((now - excess.since).ns) / 6e10) + p.share * decay;
  excess.since = now;
  // The excess brings another arrival at all with chance 1 - exp(-excess / decay).
  const double left = 1.0 - draws.exponential(Purpose::arrival) * decay / excess.per_minute;
  return left > 0 ? std::min(of_background, -base::log(left) / decay) : of_background;
}

double volatility_multiple(const View& view, double implied_elasticity, std::size_t book) {
  const double realised = std::clamp(view.realised_sigma_bp(book) / view.calm_sigma_bp(book), 0.5, 6.0);
  const double implied = base::pow(std::max(view.outside().uncertainty, 1.0) / view.spec().start_uncertainty, implied_elasticity);
  return base::sqrt(realised * implied);
}

std::int64_t draw_parent(base::Draws& draws, const ParentSizes& sizes, double ten_year_equivalent, double lean) {
  const double mean_of_pareto = sizes.tail / (sizes.tail - 1.0);
  const double size = std::min(40.0, draws.pareto(Purpose::meta_length, sizes.tail)) / mean_of_pareto;
  const double lots = sizes.mean_bn * 1e4 / std::max(0.05, ten_year_equivalent) * size;
  const bool buys = draws.uniform(Purpose::side) < std::clamp(0.5 - 0.4 * lean, 0.05, 0.95);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(lots)) * (buys ? 1 : -1);
}

Side draw_side(base::Draws& draws, double fidelity, double lean, std::int32_t& last_sign) {
  const double memory = (1.0 - fidelity) / (1.0 + fidelity);
  const bool buys = draws.uniform(Purpose::side) < 0.5 * (1.0 + memory * last_sign) - 0.4 * lean;
  last_sign = buys ? 1 : -1;
  return buys ? Side::buy : Side::sell;
}

}  // namespace haven::world
