#include "agents/foreign_official/foreign_official.h"

#include <algorithm>
#include <cmath>

namespace haven::agents::foreign_official {

void plan(const world::View& view, const Parameters& p, Reserve& reserve, world::Intents& out) {
  reserve.program.clear();
  for (std::size_t s = 0; s < world::kSecurities; ++s) reserve.program.cash[s] -= view.own().need_lots[s];
  const double lost = view.spec().is_frozen(world::Channel::foreign_selling) ? 0.0 : view.outside().confidence_lost;
  const double sale = p.confidence_sale_bn_per_day * reserve.scale * lost;
  reserve.sold_bn += sale;
  world::add_face(reserve.program, world::kSecurities - 1, -sale * p.bill_share);
  for (std::size_t b = 0; b < 3; ++b) world::add_face(reserve.program, world::kNodes + b, -sale * (1.0 - p.bill_share) / 3.0);
  world::work_program(view, reserve, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

void wake(const world::View& view, const Parameters& p, Reserve& reserve, world::Intents& out) {
  world::work_program(view, reserve, p.looks_per_day, p.child_bn, p.tolerance_bp, out);
}

namespace {

// It replaces less as confidence is lost.
world::AuctionDemand auction_demand(const world::View& view, const Parameters& p, const Reserve& reserve, const world::AuctionNotice& notice) {
  const double lost = view.spec().is_frozen(world::Channel::foreign_selling) ? 0.0 : view.outside().confidence_lost;
  world::AuctionDemand demand;
  demand.need_bn = world::auction_need_bn(view, reserve.draws, notice, p.auction) * (1.0 - lost);
  demand.program_bn = world::auction_program_bn(reserve.program, notice);
  return demand;
}

}  // namespace

void bid(const world::View& view, const Parameters& p, const Reserve& reserve, const world::AuctionNotice& notice, markets::AuctionBids& out) {
  world::bid_along(view, reserve.draws, notice, auction_demand(view, p, reserve, notice), p.tolerance_bp, markets::BidderClass::indirect, out);
}

std::int64_t on_auction(const world::View& view, const Parameters& p, const Reserve& reserve, const world::AuctionNotice& notice, const world::AuctionAwarded& awarded) {
  return static_cast<std::int64_t>(auction_demand(view, p, reserve, notice).from_program(awarded.bn) * 1e4);
}

}  // namespace haven::agents::foreign_official
