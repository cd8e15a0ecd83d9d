// Customers: the many asset managers, insurers, banks and companies whose reasons are not modelled and who deal in bonds with
// dealers, by request for quote. Two thirds of cash volume, most of it two-way; some of it parts of large parent orders.
//
// Rule (docs/model.md, "Customers"): requests arrive through the day like orders; a request asks a few dealers and is dealt with
// the best within a tolerance of the market's mid. What finds no dealer is asked for again with the next request.
#pragma once

#include <array>

#include "engine/world/order_flow.h"
#include "engine/world/program.h"

namespace haven::agents::customer {

constexpr std::size_t kParents = 4;

/// Defaults are the schema's (configs/schema/population.proto).
struct Parameters {
  double request_bn = 0;          ///< mean request at fidelity 1, of a ten-year; scales with fidelity and with one over the root of risk a lot
  double parent_share = 0;        ///< of volume that belongs to parents
  world::ParentSizes parents;
  double volume_elasticity = 0;   ///< of gross volume to believed volatility
  double net_elasticity = 0;      ///< of parents' volume to believed volatility
  double implied_elasticity = 0;  ///< of implied volatility to the uncertainty index
  double night_rate = 0;          ///< arrival intensity at night relative to the day's mean
  double inventory_scale_bn = 0;  ///< parents lean against what all customers bought beyond their opening holdings, ten-year equivalents
  double tolerance_bp = 0;        ///< worst yield accepted against the market's mid
  int dealers = 0;                ///< asked per request
};

struct Parent {
  std::uint16_t security = 0;
  std::int64_t left_lots = 0;     ///< signed
};

struct Customer : world::Client {
  std::array<Parent, kParents> parents{};
  std::array<std::int32_t, world::kSecurities> last_sign{};     ///< of the last request without a parent
  std::array<std::int64_t, world::kSecurities> start_lots{};    ///< opening holdings
  std::uint8_t started = 0;

  template <class Archive>
  void fields(Archive& archive) { archive(self, draws, scale, program, parents, last_sign, start_lots, started); }
};

/// One request, and the time of the next.
void wake(const world::View& view, const Parameters& p, Customer& customer, world::Intents& out);

}  // namespace haven::agents::customer
