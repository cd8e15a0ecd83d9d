#include "engine/instruments/futures.h"

#include <array>
#include <cmath>
#include <string>

#include "engine/base/check.h"
#include "engine/base/math.h"
#include "engine/instruments/dates.h"

namespace haven::instruments {
namespace {

constexpr PriceGrid per_point(std::int32_t ticks) { return {PriceKind::points, ticks}; }

constexpr std::array<ContractSpec, kContracts> kSpecs{{
    {Contract::TU, "TU", 2, per_point(256), 1, 21, 0, 24, 63, 0, 3},
    {Contract::FV, "FV", 1, per_point(128), 1, 50, 0, 0, 63, 0, 3},
    {Contract::TY, "TY", 1, per_point(64), 3, 78, 120, 0, 120, 7, 0},
    {Contract::UXY, "UXY", 1, per_point(64), 3, 113, 120, 0, 120, 7, 0},
    {Contract::US, "US", 1, per_point(32), 3, 180, 300, 0, 0, 7, 0},
    {Contract::UB, "UB", 1, per_point(32), 3, 300, 0, 0, 0, 7, 0},
}};

// 1.03^-periods for whole periods, by multiplication: exact in the sense that no transcendental enters.
double discount(int periods) {
  double growth = 1.0;
  for (int i = 0; i < periods; ++i) growth *= 1.03;
  return 1.0 / growth;
}

base::Money to_cent(base::Money m) { return {base::mul_div(m.v, 1, 100) * 100}; }

// Coupons paid in (settle, delivery], in points: their sum, and their sum weighted by the days to delivery.
struct CouponsOnTheWay {
  double sum = 0, days_weighted = 0;
};

CouponsOnTheWay coupons_between(const Bond& bond, base::Date settle, base::Date delivery) {
  CouponsOnTheWay way;
  const double coupon = half_coupon_points(bond.coupon);
  for (base::Date paid = coupon_period(bond, settle).end; paid <= delivery; paid = coupon_period(bond, paid).end) {
    way.sum += coupon;
    way.days_weighted += coupon * (delivery.v - paid.v);
  }
  return way;
}

double accrued_points(const Bond& bond, base::Date settle) { return remaining_flows(bond, settle).accrued_points; }

}  // namespace

base::Date first_day(DeliveryMonth month) { return base::make_date(month.year, month.month, 1); }
base::Date last_day(DeliveryMonth month) { return month_end(first_day(month), 0); }

const ContractSpec& spec(Contract contract) { return kSpecs.at(static_cast<std::size_t>(contract)); }

bool deliverable(const ContractSpec& contract, const Bond& bond, DeliveryMonth month) {
  const base::Date start = first_day(month);
  if (bond.maturity < add_months(start, contract.min_remaining_months)) return false;
  if (contract.max_remaining_months > 0 && bond.maturity > add_months(start, contract.max_remaining_months))
    return false;
  if (contract.max_months_from_month_end > 0 &&
      bond.maturity > month_end(last_day(month), contract.max_months_from_month_end))
    return false;
  return contract.max_original_months == 0 ||
         whole_months(bond.dated, bond.maturity) <= contract.max_original_months;
}

base::Date first_delivery(const Calendar& calendar, DeliveryMonth month) {
  return calendar.on_or_after(first_day(month));
}

base::Date first_intention(const Calendar& calendar, DeliveryMonth month) {
  return calendar.add_business_days(first_delivery(calendar, month), -2);
}

std::string code_of(DeliveryMonth month) {
  constexpr std::string_view letters = "FGHJKMNQUVXZ";
  return std::string{letters[static_cast<std::size_t>(month.month - 1)]} + static_cast<char>('0' + month.year % 10);
}

base::Date last_delivery(const Calendar& calendar, const ContractSpec& contract, DeliveryMonth month) {
  return calendar.add_business_days(calendar.on_or_before(last_day(month)), contract.last_delivery_after_end);
}

base::Date last_trading(const Calendar& calendar, const ContractSpec& contract, DeliveryMonth month) {
  return calendar.add_business_days(calendar.on_or_before(last_day(month)), -contract.last_trading_before_end);
}

double exact_conversion_factor(const ContractSpec& contract, CouponRate coupon, base::Date maturity,
                               DeliveryMonth month) {
  const int months = whole_months(first_day(month), maturity);
  const int n = months / 12;
  const int z = months % 12 / contract.factor_months * contract.factor_months;
  const int v = z < 7 ? z : contract.factor_months == 3 ? 3 : z - 6;
  const double annual = coupon.v / 100'000.0;
  const double a = v == 0 ? 1.0 : base::pow(1.03, -v / 6.0);
  const double b = discount(z < 7 ? 2 * n : 2 * n + 1);
  const double d = annual / 0.06 * (1.0 - b);
  return a * (annual / 2.0 + b + d) - annual / 2.0 * (6 - v) / 6.0;
}

ConversionFactor conversion_factor(const ContractSpec& contract, CouponRate coupon, base::Date maturity,
                                   DeliveryMonth month) {
  return {static_cast<std::int32_t>(
      std::floor(exact_conversion_factor(contract, coupon, maturity, month) * 10'000.0 + 0.5))};
}

Basket basket(const ContractSpec& contract, DeliveryMonth month, std::span<const Bond> bonds) {
  Basket result;
  for (std::size_t i = 0; i < bonds.size(); ++i) {
    if (!deliverable(contract, bonds[i], month)) continue;
    result.deliverables.push_back(
        {bonds[i], conversion_factor(contract, bonds[i].coupon, bonds[i].maturity, month)});
    result.index.push_back(i);
  }
  return result;
}

Invoice invoice(const ContractSpec& contract, base::Price settlement, const Deliverable& deliverable,
                base::Date delivery) {
  const base::Money at_par_factor = {kMoneyPerPointAndLot.v * contract.lots};
  const base::Money principal = {base::mul_div(settlement.v * at_par_factor.v, deliverable.factor.v,
                                               10'000LL * contract.grid.ticks_per_unit)};
  const base::Face face = kLotFace * contract.lots;
  return {to_cent(principal), to_cent(accrued_interest(deliverable.bond, face, delivery))};
}

double forward_clean_points(const Bond& bond, double clean, const Financing& financing) {
  HAVEN_CHECK(financing.settle <= financing.delivery, base::to_string(financing.delivery) + " is before settlement");
  const double rate = financing.rate_bp * 1e-4;
  const CouponsOnTheWay way = coupons_between(bond, financing.settle, financing.delivery);
  const double days = financing.delivery.v - financing.settle.v;
  return (clean + accrued_points(bond, financing.settle)) * (1.0 + rate * days / 360.0) - way.sum -
         rate * way.days_weighted / 360.0 - accrued_points(bond, financing.delivery);
}

double carry_points(const Bond& bond, double clean, const Financing& financing) {
  return clean - forward_clean_points(bond, clean, financing);
}

double gross_basis_points(double clean, double futures, ConversionFactor factor) {
  return clean - futures * to_double(factor);
}

double net_basis_points(const Deliverable& deliverable, double clean, double futures, const Financing& financing) {
  return forward_clean_points(deliverable.bond, clean, financing) - futures * to_double(deliverable.factor);
}

double implied_repo_bp(const Deliverable& deliverable, double clean, double futures, base::Date settle,
                       base::Date delivery) {
  HAVEN_CHECK(settle < delivery, base::to_string(delivery) + " is not after settlement");
  const CouponsOnTheWay way = coupons_between(deliverable.bond, settle, delivery);
  const double paid = clean + accrued_points(deliverable.bond, settle);
  const double received = futures * to_double(deliverable.factor) + accrued_points(deliverable.bond, delivery) + way.sum;
  return 1e4 * 360.0 * (received - paid) / (paid * (delivery.v - settle.v) - way.days_weighted);
}

double theoretical_futures_points(const Deliverable& deliverable, double clean, const Financing& financing) {
  return forward_clean_points(deliverable.bond, clean, financing) / to_double(deliverable.factor);
}

CheapestToDeliver cheapest_to_deliver(std::span<const Deliverable> basket, std::span<const double> clean,
                                      double futures, base::Date settle, base::Date delivery) {
  HAVEN_CHECK(!basket.empty() && basket.size() == clean.size(), "a basket of " + std::to_string(basket.size()));
  CheapestToDeliver cheapest{0, implied_repo_bp(basket[0], clean[0], futures, settle, delivery)};
  for (std::size_t i = 1; i < basket.size(); ++i) {
    const double repo = implied_repo_bp(basket[i], clean[i], futures, settle, delivery);
    if (repo > cheapest.implied_repo_bp) cheapest = {i, repo};
  }
  return cheapest;
}

double futures_dv01_dollars(const ContractSpec& contract, const PriceRisk& forward, ConversionFactor factor) {
  return dv01_dollars_per_lot(forward) * static_cast<double>(contract.lots) / to_double(factor);
}

}  // namespace haven::instruments
