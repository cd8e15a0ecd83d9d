#include "engine/world/auction.h"

namespace haven::world {
namespace {

enum Draw : std::uint32_t { kNeed, kReservation, kDraws };
constexpr int kStepsAbove = 3;  // at the when-issued yield, and one and two tolerances above it

}  // namespace

double AuctionDemand::at(double over_bp) const { return std::max(0.0, need_bn + program_bn + rule_at(over_bp)); }

double AuctionDemand::from_program(double bn) const { return std::clamp(bn - need_bn, 0.0, program_bn); }

double AuctionDemand::by_rule(double bn, double over_bp) const {
  const double wanted = rule_at(over_bp), first = need_bn + program_bn;
  return wanted < 0 ? std::max(wanted, -first) : std::clamp(bn - first, 0.0, wanted);
}

double auction_draw(const View& view, const base::Draws& draws, const AuctionNotice& notice, std::uint32_t which) {
  return base::unit_interval(base::philox(draws.seed, draws.name, base::Purpose::auction, static_cast<std::uint32_t>(view.day()), static_cast<std::uint32_t>(notice.security) * kDraws + which));
}

double auction_need_bn(const View& view, const base::Draws& draws, const AuctionNotice& notice, const AuctionHabit& habit) {
  double held_bn = 0;
  for (std::size_t s = 0; s < kSecurities; ++s) {
    if (view.spec().securities[s].kind != SecurityKind::bill) held_bn += static_cast<double>(view.holding_lots(s)) * 1e-4;
  }
  const double this_time = 1.0 + habit.spread * (2.0 * auction_draw(view, draws, notice, kNeed) - 1.0);
  return habit.share * this_time * notice.offered_bn * std::max(0.0, held_bn) / std::max(1e-6, view.spec().private_coupon_debt_bn);
}

void bid_along(const View& view, const base::Draws& draws, const AuctionNotice& notice, const AuctionDemand& demand, double tolerance_bp,
               markets::BidderClass from, markets::AuctionBids& out) {
  const double market_bp = when_issued_bp(view, notice);
  const std::uint64_t name = view.spec().institutions[view.self().v].name_key;
  std::int64_t bid_lots = 0;
  const auto bid_up_to = [&](double over_bp) {
    const auto lots = static_cast<std::int64_t>(demand.at(over_bp) * 1e4) - bid_lots;
    out.competitive(view.self(), name, from, market_bp + over_bp, lots);
    bid_lots += std::max<std::int64_t>(0, lots);
  };
  bid_up_to(-tolerance_bp * auction_draw(view, draws, notice, kReservation));
  for (int step = 0; step < kStepsAbove; ++step) bid_up_to(tolerance_bp * step);
}

}  // namespace haven::world
