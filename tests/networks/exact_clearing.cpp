#include "exact_clearing.h"

#include <boost/multiprecision/cpp_int.hpp>

namespace haven::networks::testing {

ExactClearing clear_exactly(const Snapshot& obligations, const std::vector<std::int64_t>& outside_assets, Fraction alpha, Fraction beta) {
  using Rational = boost::multiprecision::cpp_rational;
  const std::size_t n = obligations.node_count();
  const Rational a(alpha.numerator, alpha.denominator);
  const Rational b(beta.numerator, beta.denominator);
  std::vector<std::vector<Rational>> owes(n, std::vector<Rational>(n, 0));
  std::vector<Rational> owed(n, 0);
  obligations.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    owes[from][to] += leg.amount;
    owed[from] += leg.amount;
  });
  std::vector<Rational> payment = owed;
  std::vector<char> defaulted(n, 0);
  const auto received = [&](std::size_t i) {
    Rational sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (owed[j] > 0) sum += owes[j][i] * payment[j] / owed[j];
    }
    return sum;
  };
  for (;;) {
    bool fresh = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (!defaulted[i] && outside_assets[i] + received(i) < owed[i]) {
        defaulted[i] = 1;
        fresh = true;
      }
    }
    if (!fresh) break;
    // p_i - b sum_{j in D} P_ji p_j = a e_i + b sum_{j not in D} L_ji for the defaulters i.
    std::vector<std::size_t> d;
    for (std::size_t i = 0; i < n; ++i) {
      if (defaulted[i]) d.push_back(i);
    }
    const std::size_t m = d.size();
    std::vector<std::vector<Rational>> rows(m, std::vector<Rational>(m + 1, 0));
    for (std::size_t r = 0; r < m; ++r) {
      rows[r][r] += 1;
      rows[r][m] = a * outside_assets[d[r]];
      for (std::size_t j = 0; j < n; ++j) {
        if (!defaulted[j]) rows[r][m] += b * owes[j][d[r]];
      }
      for (std::size_t c = 0; c < m; ++c) rows[r][c] -= b * owes[d[c]][d[r]] / owed[d[c]];
    }
    for (std::size_t k = 0; k < m; ++k) {
      std::size_t pivot = k;
      while (rows[pivot][k] == 0) ++pivot;
      std::swap(rows[k], rows[pivot]);
      for (std::size_t r = 0; r < m; ++r) {
        if (r == k || rows[r][k] == 0) continue;
        const Rational factor = rows[r][k] / rows[k][k];
        for (std::size_t c = k; c <= m; ++c) rows[r][c] -= factor * rows[k][c];
      }
    }
    for (std::size_t k = 0; k < m; ++k) payment[d[k]] = rows[k][m] / rows[k][k];
  }
  ExactClearing result{{}, defaulted};
  for (const Rational& p : payment) result.payment.push_back(p.convert_to<double>());
  return result;
}

}  // namespace haven::networks::testing
