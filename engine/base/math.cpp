#include "engine/base/math.h"

#include <limits>

namespace haven::base {
namespace {

double ratio(const double (&num)[8], const double (&den)[8], double r) {
  double a = num[7], b = den[7];
  for (int i = 6; i >= 0; --i) {
    a = a * r + num[i];
    b = b * r + den[i];
  }
  return a / b;
}

}  // namespace

double inverse_normal(double p) {
  // Coefficients of AS 241 (PPND16).
  static constexpr double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                  1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                  3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double b[8] = {1.0,                      4.2313330701600911252e+1, 6.8718700749205790830e+2,
                                  5.3941960214247511077e+3, 2.1213794301586595867e+4, 3.9307895800092710610e+4,
                                  2.8729085735721942674e+4, 5.2264952788528545610e+3};
  static constexpr double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,  5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0,  2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,                       2.05319162663775882187e0,  1.67638483018380384940e0,
                                  6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
                                  5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,                       5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                  1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                  1.42151175831644588870e-7, 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q <= 0.425 && q >= -0.425) return q * ratio(a, b, 0.180625 - q * q);
  const double tail = q < 0 ? p : 1.0 - p;
  if (!(tail > 0.0)) return q < 0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const double r = base::sqrt(-base::log(tail));
  const double x = r <= 5.0 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5.0);
  return q < 0 ? -x : x;
}

double normal_cdf(double x) {
  if (!(x == x)) return x;
  const double z = x < 0 ? -x : x;
  if (z > 38.5) return x < 0 ? 0.0 : 1.0;
  const double density = base::exp(-0.5 * z * z) * 0.39894228040143267794;
  double upper = 0.0;
  if (z < 3.0) {
    double term = z, sum = z;
    for (int n = 1; n < 60; ++n) {
      term *= z * z / (2.0 * n + 1.0);
      const double before = sum;
      sum += term;
      if (sum == before) break;  // later terms are smaller still
    }
    upper = 0.5 - density * sum;
  } else {
    // Level n is z + n / (level n + 1); starting N levels deep is forgotten by a factor exp(-2 z sqrt(N)), and twenty more absorb the
    // rounding. Levels beyond the twentieth need no more than to be near, so they are carried as a ratio, without a division each,
    // two at a time: the next waits for one multiplication and one addition instead of two.
    constexpr int kExact = 20;
    int n = kExact + static_cast<int>(640.0 / (z * z));
    double over = z, under = 1.0;
    for (; n > kExact + 1; n -= 2) {
      const double next = (z * z + (n - 1)) * over + z * n * under;
      under = z * over + n * under;
      over = next;
    }
    if (n > kExact) {
      const double next = z * over + n * under;
      under = over;
      over = next;
      --n;
    }
    double fraction = over / under;
    for (; n >= 1; --n) fraction = z + n / fraction;
    upper = density / fraction;
  }
  return x < 0 ? upper : 1.0 - upper;
}

}  // namespace haven::base
