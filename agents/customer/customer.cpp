#include "agents/customer/customer.h"

#include <algorithm>

namespace haven::agents::customer {
namespace {

using base::Purpose;

// Requests are as many as makes the security's volume, each of this many lots on average: risk a request goes with the root of risk a lot.
double mean_lots(const Parameters& p, const world::WorldSpec& spec, std::size_t security) {
  return p.request_bn * spec.fidelity * 1e4 / base::sqrt(std::max(0.05, spec.securities[security].ten_year_equivalent));
}

// Of all customers on a calm day.
double requests(const Parameters& p, const world::WorldSpec& spec, std::size_t security) {
  return spec.securities[security].customer_volume_bn * 1e4 / mean_lots(p, spec, security);
}

std::uint16_t draw_security(const world::View& view, const Parameters& p, Customer& customer, double all) {
  double left = all * customer.draws.uniform(Purpose::choice);
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    left -= requests(p, view.spec(), s);
    if (left < 0) return s;
  }
  return 0;
}

double away_bn(const world::View& view, const Customer& customer) {
  double bn = 0;
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    bn += static_cast<double>(view.holding_lots(s) - customer.start_lots[s]) * 1e-4 * view.spec().securities[s].ten_year_equivalent;
  }
  return bn;
}

}  // namespace

void wake(const world::View& view, const Parameters& p, Customer& customer, world::Intents& out) {
  const auto& spec = view.spec();
  if (!customer.started) {
    customer.started = 1;
    for (std::size_t s = 0; s < world::kSecurities; ++s) customer.start_lots[s] = view.holding_lots(s);
  }
  double all = 0;
  for (std::size_t s = 0; s < world::kSecurities; ++s) all += requests(p, spec, s);
  const double volatility = world::volatility_multiple(view, p.implied_elasticity, world::kTenYearNode);
  const double gross = base::pow(volatility, p.volume_elasticity);
  const double per_minute = all * customer.scale / 600.0 * gross * world::intensity_of_hour(view, p.night_rate);
  const double wait_min = std::min(customer.draws.exponential(Purpose::arrival) / std::max(per_minute, 1e-4), 60.0);
  out.wake(view.now() + base::Duration{static_cast<std::int64_t>(wait_min * 6e10)}, 0);
  if (all <= 0) return;

  std::uint16_t security = draw_security(view, p, customer, all);
  const double size = std::min(4.0, customer.draws.exponential(Purpose::size));
  // No request is larger than half of what the portfolio holds of the bond, to buy or to sell: a limit on sales alone would make it grow.
  const auto lots_of = [&](std::uint16_t s) {
    return std::min(std::max<std::int64_t>(1, static_cast<std::int64_t>(mean_lots(p, spec, s) * size)), customer.start_lots[s] / 2);
  };
  std::int64_t want = 0;
  if (customer.draws.uniform(Purpose::choice) < std::min(0.9, p.parent_share * base::pow(volatility, p.net_elasticity) / gross)) {
    Parent& parent = customer.parents[customer.draws.below(Purpose::choice, kParents)];
    if (parent.left_lots == 0) {
      const double lean = std::clamp(away_bn(view, customer) / (p.inventory_scale_bn * customer.scale), -1.0, 1.0);
      parent = {security, world::draw_parent(customer.draws, p.parents, spec.securities[security].ten_year_equivalent, lean)};
    }
    security = parent.security;
    want = std::clamp(parent.left_lots, -lots_of(security), lots_of(security));
    parent.left_lots -= want;
  } else {
    // A portfolio comes back to its weights.
    const double start = static_cast<double>(std::max<std::int64_t>(1, customer.start_lots[security]));
    const double lean = std::clamp(static_cast<double>(view.holding_lots(security) - customer.start_lots[security]) / start, -1.0, 1.0);
    want = lots_of(security) * base::sign(world::draw_side(customer.draws, spec.fidelity, lean, customer.last_sign[security]));
  }
  // It sells what it has.
  std::int64_t& asked = customer.program.cash[security];
  asked = std::max(asked + want, -std::max<std::int64_t>(0, view.holding_lots(security)));
  if (asked == 0) return;
  const auto side = asked > 0 ? base::Side::buy : base::Side::sell;
  const double mid_bp = view.prices().yield_bp[security];
  out.request_basket(security, side, std::abs(asked), side == base::Side::buy ? mid_bp - p.tolerance_bp : mid_bp + p.tolerance_bp, static_cast<std::uint8_t>(p.dealers));
}

}  // namespace haven::agents::customer
