// Transcendental functions whose bits do not depend on the compiler's constant folding or the C library's choice of
// FMA variants. Everything else transcendental is banned in engine, agents and networks.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace haven::base {

/// e^x. Error below 1.5 ulp on [-700, 700]; 0 below -745, +inf above 709.78. NaN in, NaN out.
/// Method: x = k ln2 + r with |r| <= ln2/2 in two parts (Cody and Waite), Taylor polynomial of degree 13.
inline double exp(double x) {
  if (!(x == x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  constexpr double kLog2e = 1.4426950408889634;
  constexpr double kLn2Hi = 6.93147180369123816490e-01;
  constexpr double kLn2Lo = 1.90821492927058770002e-10;
  const double scaled = x * kLog2e;
  const int k = static_cast<int>(scaled + (scaled >= 0 ? 0.5 : -0.5));
  const double r = (x - k * kLn2Hi) - k * kLn2Lo;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  const auto power = [](int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(1023 + n) << 52); };
  if (k > 1023) return p * power(1023) * 2.0;
  if (k >= -1021) return p * power(k);
  return p * power(k + 1000) * power(-1000);
}

/// Natural logarithm. Error below 1 ulp. log(0) = -inf, negative or NaN in, NaN out.
/// Method: x = 2^k (1+f) with 1+f in [sqrt(1/2), sqrt(2)); log(1+f) = 2 atanh(s), s = f/(2+f), odd series to s^23,
/// with 2s written as f - f^2/2 + s f^2/2 so that the rounding of s does not count (Tang 1990, table-free variant).
inline double log(double x) {
  if (!(x > 0.0)) return x == 0.0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  if (x == std::numeric_limits<double>::infinity()) return x;
  int k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;  // 2^54
    k = -54;
  }
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = 1.0 / 23.0;
  p = p * z + 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 1.0 / 5.0;
  p = p * z + 1.0 / 3.0;
  constexpr double kLn2Hi = 6.93147180369123816490e-01;
  constexpr double kLn2Lo = 1.90821492927058770002e-10;
  const double half_square = 0.5 * f * f;
  return k * kLn2Hi - ((half_square - (s * (half_square + 2.0 * z * p) + k * kLn2Lo)) - f);
}

/// x^y for x > 0 as exp(y log x); relative error about 1e-15 times |y log x|. pow(0, y>0) = 0.
inline double pow(double x, double y) {
  if (y == 0.0) return 1.0;
  if (x == 0.0) return y > 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
  return base::exp(y * base::log(x));
}

/// Square root is correctly rounded everywhere (IEEE 754).
inline double sqrt(double x) { return std::sqrt(x); }

/// Inverse of the standard normal distribution function for 0 < p < 1; relative error below 1e-15
/// down to p = 1e-300.
/// Source: Wichura (1988), Algorithm AS 241, PPND16.
double inverse_normal(double p);

/// Standard normal distribution function; absolute error below 1.5e-15.
/// Source: continued fraction and series of the error function, Abramowitz and Stegun 26.2.10 and 26.2.14.
double normal_cdf(double x);

}  // namespace haven::base
