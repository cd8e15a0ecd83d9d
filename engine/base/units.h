// Units as types. Money, face amounts and prices are integers on their own grids; a position is not a distance.
#pragma once

#include <compare>
#include <cstdint>

namespace haven::base {

/// An integer quantity on a grid, tagged so that different units do not mix.
/// Arithmetic between equal units only; scaling by plain integers. Overflow is the caller's to avoid: the largest
/// amounts in the model (30 trillion dollars) use 4% of the range.
template <class Tag>
struct Quantity {
  std::int64_t v = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator-() const { return {-v}; }
  constexpr Quantity& operator+=(Quantity o) { v += o.v; return *this; }
  constexpr Quantity& operator-=(Quantity o) { v -= o.v; return *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.v + b.v}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.v - b.v}; }
  friend constexpr Quantity operator*(Quantity a, std::int64_t n) { return {a.v * n}; }
  friend constexpr Quantity operator*(std::int64_t n, Quantity a) { return {a.v * n}; }
};

/// Money in 1/10,000 dollar. One tick of 1/256 point on $1m face ($39.0625) is exact.
using Money = Quantity<struct MoneyTag>;
/// Face (par) amount of a security, or underlying face of a futures position, in whole dollars.
using Face = Quantity<struct FaceTag>;

constexpr std::int64_t kMoneyPerDollar = 10'000;

constexpr Money dollars(std::int64_t n) { return {n * kMoneyPerDollar}; }
constexpr double to_dollars(Money m) { return static_cast<double>(m.v) / static_cast<double>(kMoneyPerDollar); }
constexpr double to_bn(Money m) { return to_dollars(m) * 1e-9; }
constexpr double to_bn(Face f) { return static_cast<double>(f.v) * 1e-9; }
/// To the nearest whole dollar: 2.3 bn is 2,300,000,000 although 2.3 has no exact double.
constexpr Face face_from_bn(double bn) { return {static_cast<std::int64_t>(bn * 1e9 + (bn < 0 ? -0.5 : 0.5))}; }
constexpr Money money_from_bn(double bn) { return {face_from_bn(bn).v * kMoneyPerDollar}; }

/// A distance on a price grid, in the instrument's own ticks.
struct Ticks {
  std::int32_t v = 0;
  constexpr auto operator<=>(const Ticks&) const = default;
};
/// A position on a price grid, in the instrument's own ticks. Price + Ticks is a Price; Price - Price is Ticks;
/// Price + Price does not compile. May be negative (a swap spread is).
struct Price {
  std::int32_t v = 0;
  constexpr auto operator<=>(const Price&) const = default;
  friend constexpr Price operator+(Price p, Ticks t) { return {p.v + t.v}; }
  friend constexpr Price operator-(Price p, Ticks t) { return {p.v - t.v}; }
  friend constexpr Ticks operator-(Price a, Price b) { return {a.v - b.v}; }
};

enum class Side : std::uint8_t { buy = 0, sell = 1 };
constexpr Side opposite(Side s) { return s == Side::buy ? Side::sell : Side::buy; }
constexpr std::int64_t sign(Side s) { return s == Side::buy ? 1 : -1; }

/// a*b/c with a 128-bit product, rounded to nearest, ties away from zero. Requires c > 0 and a
/// result within 64 bits.
constexpr std::int64_t mul_div(std::int64_t a, std::int64_t b, std::int64_t c) {
  __extension__ using Wide = __int128;
  const Wide p = static_cast<Wide>(a) * b;
  const Wide half = c / 2;
  return static_cast<std::int64_t>((p >= 0 ? p + half : p - half) / c);
}

/// Index of an institution in Spec::institutions.
struct InstitutionId {
  std::uint32_t v = 0;
  constexpr auto operator<=>(const InstitutionId&) const = default;
};
/// Index of a physical security (bond, basket or bill).
struct SecurityId {
  std::uint16_t v = 0;
  constexpr auto operator<=>(const SecurityId&) const = default;
};
/// Index of a traded instrument (an on-the-run bond, a future, a swap-spread package).
struct InstrumentId {
  std::uint16_t v = 0;
  constexpr auto operator<=>(const InstrumentId&) const = default;
};

}  // namespace haven::base
