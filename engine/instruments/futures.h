// Treasury futures: contracts, what is deliverable, conversion factors, invoice, basis, carry, implied repo.
//
// Sources: CME Group contract specifications of the six contracts; CBOT rulebook chapters 18 to 26 and 40; "Calculating
// U.S. Treasury Futures Conversion Factors" (CME Group). Tags of single numbers are at `spec`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/base/units.h"
#include "engine/instruments/bond.h"
#include "engine/instruments/calendar.h"
#include "engine/instruments/grid.h"

namespace haven::instruments {

enum class Contract : std::uint8_t { TU = 0, FV = 1, TY = 2, UXY = 3, US = 4, UB = 5 };
constexpr int kContracts = 6;

/// A contract month; the listed ones are March, June, September, December.
struct DeliveryMonth {
  int year = 2025, month = 6;
  bool operator==(const DeliveryMonth&) const = default;
};
base::Date first_day(DeliveryMonth month);
base::Date last_day(DeliveryMonth month);

/// One contract's terms. Remaining maturities are counted from the first day of the delivery month, in months; as
/// Treasuries mature on a 15th or a month's last day, "at most" and "less than" a bound are the same.
struct ContractSpec {
  Contract contract;
  std::string_view name;
  std::int64_t lots;             ///< of $100,000 face in one contract
  PriceGrid grid;
  int factor_months;             ///< the conversion factor rounds maturity down to so many months: 1 or 3
  int min_remaining_months;      ///< at least
  int max_remaining_months;      ///< at most; 0: no upper bound
  int max_months_from_month_end; ///< at most, counted from the delivery month's last day; 0: no upper bound
  int max_original_months;       ///< term from dated date to maturity, at most; 0: no upper bound
  int last_trading_before_end;   ///< last trading day: so many business days before the month's last business day
  int last_delivery_after_end;   ///< last delivery day: so many business days after it
};
/// TU: $200,000, 1/8 of 1/32, 1y9m from the first to 2y from the last day of the month, original term up to 5y3m [read].
/// FV: 1/4 of 1/32, at least 4y2m, original term up to 5y3m [memory].
/// TY: 1/2 of 1/32, 6y6m to 10y [read; 8y or less since an amendment, low confidence: the notes between are far from
/// cheapest while yields are below 6%].
/// UXY: 1/2 of 1/32, 9y5m to 10y left of an original ten years [read]; with that much left "at most ten" says it.
/// US: 1/32, 15y to below 25y [read]. UB: 1/32, at least 25y [read].
const ContractSpec& spec(Contract contract);

/// Whether the bond may be delivered into the contract month.
bool deliverable(const ContractSpec& contract, const Bond& bond, DeliveryMonth month);

/// "H5" of March 2025: the exchange's letter of the month and the last digit of the year.
std::string code_of(DeliveryMonth month);

/// First business day of the delivery month.
base::Date first_delivery(const Calendar& calendar, DeliveryMonth month);
/// From this day on a short may tell the exchange that it will deliver, and a long may have to take delivery: two business days before
/// the first delivery day. Source: Quantitative Brokers, "Basics of US Treasury Futures Roll Microstructure" [read].
base::Date first_intention(const Calendar& calendar, DeliveryMonth month);
/// TU, FV: third business day after the month's last business day. The others: that day itself.
/// Source: CBOT rules 21103 and 22103 as quoted in CME advisory Chadv15-056; contract specifications.
base::Date last_delivery(const Calendar& calendar, const ContractSpec& contract, DeliveryMonth month);
/// TU, FV: the month's last business day. The others: seven business days before it.
base::Date last_trading(const Calendar& calendar, const ContractSpec& contract, DeliveryMonth month);

/// Price of $1 face at a 6% yield, in 1/10,000, as the exchange publishes it (0.8357 is 8357).
struct ConversionFactor {
  std::int32_t v = 10'000;
  constexpr auto operator<=>(const ConversionFactor&) const = default;
};
constexpr double to_double(ConversionFactor factor) { return factor.v / 10'000.0; }
/// Maturity from the first day of the delivery month, rounded down to `factor_months`: n years and z months;
/// v = z below 7, else 3 (quarters) or z - 6 (months); factor = a [c/2 + b + d] - c/2 (6 - v)/6 with a = 1.03^(-v/6),
/// b = 1.03^(-2n) or 1.03^(-2n-1) for z >= 7, d = c/0.06 (1 - b). Rounded to four decimals.
/// Source: CME Group, "Calculating U.S. Treasury Futures Conversion Factors".
ConversionFactor conversion_factor(const ContractSpec& contract, CouponRate coupon, base::Date maturity,
                                   DeliveryMonth month);
/// The same before rounding.
double exact_conversion_factor(const ContractSpec& contract, CouponRate coupon, base::Date maturity,
                               DeliveryMonth month);

/// One deliverable of one contract month.
struct Deliverable {
  Bond bond;
  ConversionFactor factor;
};
/// The deliverables among `bonds`, in their order, each with its factor; `index` of each in `bonds`.
struct Basket {
  std::vector<Deliverable> deliverables;
  std::vector<std::size_t> index;
};
Basket basket(const ContractSpec& contract, DeliveryMonth month, std::span<const Bond> bonds);

/// What the long pays at delivery of one contract: futures price x factor x face, rounded to the cent, plus accrued
/// interest rounded to the cent (ties away from zero).
struct Invoice {
  base::Money principal, accrued;
  base::Money total() const { return principal + accrued; }
};
Invoice invoice(const ContractSpec& contract, base::Price settlement, const Deliverable& deliverable,
                base::Date delivery);

/// A deliverable bought for `settle` and held to `delivery`, financed at a simple actual/360 rate; coupons on the way
/// are kept and earn that rate. All amounts in points:
/// forward clean = (P + AI0)(1 + r d/360) - sum of coupons (1 + r d_c/360) - AI_d.
struct Financing {
  base::Date settle, delivery;  ///< requires settle <= delivery < maturity
  double rate_bp = 0;
};
/// Clean price at delivery that makes buying now and delivering cost nothing.
double forward_clean_points(const Bond& bond, double clean, const Financing& financing);
/// Coupon income less financing cost: spot less forward clean price. Positive when the bond yields more than it costs.
double carry_points(const Bond& bond, double clean, const Financing& financing);

/// Gross basis: P - F * factor.
double gross_basis_points(double clean, double futures, ConversionFactor factor);
/// Net basis: gross basis less carry, the price paid for the short's delivery options.
double net_basis_points(const Deliverable& deliverable, double clean, double futures, const Financing& financing);
/// The financing rate at which the net basis is zero: actual/360 return of buying the bond, holding coupons, and
/// delivering. financing.rate_bp is not read. Requires settle < delivery.
double implied_repo_bp(const Deliverable& deliverable, double clean, double futures, base::Date settle,
                       base::Date delivery);
/// Futures price at which delivering this bond breaks even: forward clean price over factor.
double theoretical_futures_points(const Deliverable& deliverable, double clean, const Financing& financing);

/// The cheapest to deliver: highest implied repo; of equals the first.
struct CheapestToDeliver {
  std::size_t index = 0;  ///< in the basket
  double implied_repo_bp = 0;
};
/// Requires a basket that is not empty, `clean` with one price each, settle < delivery.
CheapestToDeliver cheapest_to_deliver(std::span<const Deliverable> basket, std::span<const double> clean,
                                      double futures, base::Date settle, base::Date delivery);

/// DV01 of one contract in dollars: that of its deliverable's forward price over the factor.
/// `forward` is price_risk of the deliverable at delivery and its forward yield.
double futures_dv01_dollars(const ContractSpec& contract, const PriceRisk& forward, ConversionFactor factor);

}  // namespace haven::instruments
