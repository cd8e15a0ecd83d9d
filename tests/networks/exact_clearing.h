// The greatest clearing vector in exact fractions, slowly: the tests' independent opinion.
#pragma once

#include <cstdint>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks::testing {

/// A recovery rate as a fraction.
struct Fraction {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

struct ExactClearing {
  std::vector<double> payment;
  std::vector<char> defaulted;
};

/// Rogers and Veraart (2013), algorithm GA after Definition 3.6: guess that nobody defaults, solve the linear system of
/// the present defaulters by Gaussian elimination over rational numbers, add whoever cannot pay, repeat.
ExactClearing clear_exactly(const Snapshot& obligations, const std::vector<std::int64_t>& outside_assets, Fraction alpha, Fraction beta);

}  // namespace haven::networks::testing
