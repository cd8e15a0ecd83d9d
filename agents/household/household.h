// Households and other price-sensitive buyers: resting value orders away from the market on both sides, so that books
// do not empty for good; they buy dips in calm and step back in stress.
//
// Rule: orders at fixed distances from a slow average of the yield, public news apart, of a size that falls with uncertainty and with
// lost confidence: size x risk appetite, appetite = max(0, 1 - (uncertainty - calm)/range) (1 - lost).
#pragma once

#include <array>

#include "engine/world/auction.h"
#include "engine/world/program.h"

namespace haven::agents::household {

constexpr std::size_t kRungs = 4;

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double first_rung_bp = 0;
  double rung_bp = 0;  ///< distance between rungs
  double size_bn = 0;  ///< per rung in a ten-year book, whole population, ten-year equivalents
  double appetite_range = 0;  ///< uncertainty points above calm at which appetite is gone
  double least_appetite = 0;
  double average_days = 0;  ///< half-life of that average
  int looks_per_day = 0;
  world::AuctionHabit auction;
};

struct Buyer {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  std::array<double, world::kMostBooks> usual_bp{};  ///< slow average of a book's yield less what public news made of it
  std::array<std::array<std::int32_t, 2 * kRungs>, world::kMostBooks> resting{};  ///< lots per slot
  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, usual_bp, resting); }
};

/// Replaces all resting orders around the slow average and asks for the next look.
void wake(const world::View& view, const Parameters& p, Buyer& buyer, world::Intents& out);
void on_fill(Buyer& buyer, std::size_t book, std::size_t slot, std::int64_t lots);
/// 13:00 of an auction day: its bids.
void bid(const world::View& view, const Parameters& p, const Buyer& buyer, const world::AuctionNotice& notice, markets::AuctionBids& out);

}  // namespace haven::agents::household
