#include "agents/primary_dealer/auction.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::primary_dealer {
namespace {

constexpr int kSteps = 8;
constexpr std::uint32_t kView = 0;  // the draw of its private view

bool over_a_limit(const world::View& view, const Dealer& dealer) {
  const auto& spec = view.spec();
  return (dealer.use_leverage > 1.0 && !spec.is_frozen(world::Channel::dealer_leverage)) || (dealer.use_var > 1.0 && !spec.is_frozen(world::Channel::dealer_var));
}

}  // namespace

void bid(const world::View& view, const Parameters& p, const Dealer& dealer, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  const auto& s = view.spec().securities[notice.security];
  const double market_bp = world::when_issued_bp(view, notice);
  const double sigma = hedge_sigma_bp(view, p);
  // Its view of what the bond will trade at; that it wins says others saw less in it; the resale earns an order's cost.
  const double view_bp = sigma * base::inverse_normal(world::auction_draw(view, dealer.draws, notice, kView));
  const double value_bp = market_bp + view_bp + p.adverse_share * sigma - p.order_cost_bp;
  const double must_bn = notice.offered_bn / notice.dealers;
  const double may_bn = over_a_limit(view, dealer) ? 0.0 : p.auction_reach * dealer.scale * must_bn;
  const double step_bn = std::max(must_bn, may_bn) / kSteps;
  const double backstop_bp = market_bp + p.auction_backstop_sigma * view.realised_sigma_bp(notice.security);
  for (int step = 0; step < kSteps; ++step) {
    const double yield_bp = value_bp + carry_bp(view, p, dealer, notice.security, (step + 0.5) * step_bn * s.ten_year_equivalent);
    const bool must = step * step_bn < must_bn;
    out.competitive(view.self(), dealer.draws.name, markets::BidderClass::primary_dealer, must ? std::min(yield_bp, backstop_bp) : yield_bp, static_cast<std::int64_t>(std::ceil(step_bn * 1e4)));
  }
}

}  // namespace haven::agents::primary_dealer
