#include "tools/plan/design.h"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cmath>

#include "engine/base/check.h"
#include "engine/base/math.h"
#include "engine/base/random.h"

namespace haven::plan {

namespace {

std::uint64_t word(std::uint64_t shuffle, const std::string& what, std::uint64_t a, std::uint32_t b = 0) {
  return base::philox(shuffle, base::name_key(what) ^ base::mix(a), base::Purpose::choice, 0, b);
}

std::vector<double> sobol_point(std::size_t dimensions, std::int64_t i, std::uint64_t shuffle) {
  boost::random::sobol engine(dimensions);
  engine.seed(static_cast<std::uint64_t>(i));  // Boost leaves out the sequence's first point, the origin
  std::vector<double> u(dimensions);
  for (std::size_t d = 0; d < dimensions; ++d) u[d] = base::unit_interval(engine() ^ word(shuffle, "sobol", d));
  return u;
}

}  // namespace

std::uint64_t permuted(std::uint64_t i, std::uint64_t n, std::uint64_t key) {
  // A Feistel network over the next power of four; what falls outside is sent round again.
  unsigned half = 1;
  while (half < 32 && (std::uint64_t{1} << (2 * half)) < n) ++half;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = i >> half, right = i & mask;
    for (std::uint64_t round = 0; round < 6; ++round) {
      const std::uint64_t next = left ^ (base::mix(right ^ base::mix(key + round)) & mask);
      left = right;
      right = next;
    }
    i = (left << half) | right;
  } while (i >= n);
  return i;
}

results::AxisValue Axis::at(double u) const {
  if (!levels.empty()) {
    const auto n = static_cast<double>(levels.size());
    return levels[static_cast<std::size_t>(std::min(n - 1, std::floor(u * n)))];
  }
  double x = u <= 0 ? from : u >= 1 ? to : log ? base::exp(base::log(from) + u * (base::log(to) - base::log(from))) : from + u * (to - from);
  if (whole) x = std::round(x);
  return {name, x, ""};
}

std::int64_t Design::block() const {
  const auto k = static_cast<std::int64_t>(axes.size());
  return kind == Kind::morris ? k + 1 : kind == Kind::saltelli ? k + 2 : 1;
}

double Design::points_real() const {
  if (kind != Kind::grid) return static_cast<double>(size) * static_cast<double>(block());
  double product = 1;
  for (const Axis& axis : axes) product *= static_cast<double>(axis.levels.size());
  return product;
}

std::int64_t Design::points() const { return static_cast<std::int64_t>(points_real()); }

std::vector<double> Design::unit(std::int64_t i) const {
  const std::size_t k = axes.size();
  switch (kind) {
    case Kind::grid: break;
    case Kind::latin_hypercube: {
      const auto n = static_cast<std::uint64_t>(size);
      std::vector<double> u(k);
      for (std::size_t d = 0; d < k; ++d) {
        const std::uint64_t stratum = permuted(static_cast<std::uint64_t>(i), n, word(shuffle, "strata", d));
        const double within = base::unit_interval(word(shuffle, "within", static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(d)));
        u[d] = (static_cast<double>(stratum) + within) / static_cast<double>(size);
      }
      return u;
    }
    case Kind::sobol: return sobol_point(k, i, shuffle);
    case Kind::morris: {
      const std::int64_t trajectory = i / block(), steps = i % block();
      const auto t = static_cast<std::uint64_t>(trajectory);
      const double top = grid_levels - 1, jump = 0.5 * grid_levels;
      std::vector<double> u(k);
      for (std::size_t d = 0; d < k; ++d) {
        const auto axis = static_cast<std::uint32_t>(d);
        double level = std::floor(base::unit_interval(word(shuffle, "start", t, axis)) * jump);
        const bool down = (word(shuffle, "direction", t, axis) & 1) != 0;
        const auto turn = static_cast<std::int64_t>(permuted(d, k, word(shuffle, "order", t)));
        const bool moved = turn < steps;
        if (moved != down) level += jump;
        u[d] = level / top;
      }
      return u;
    }
    case Kind::saltelli: {
      const std::int64_t row = i / block(), which = i % block();
      const std::vector<double> ab = sobol_point(2 * k, row, shuffle);
      const auto half = static_cast<std::ptrdiff_t>(k);
      std::vector<double> u(ab.begin(), ab.begin() + half);
      if (which == 1) u.assign(ab.begin() + half, ab.end());
      if (which >= 2) u[static_cast<std::size_t>(which - 2)] = ab[k + static_cast<std::size_t>(which - 2)];
      return u;
    }
  }
  HAVEN_CHECK(false, "a grid has levels, not places in the unit cube");
  return {};
}

results::PointRow Design::point(std::int64_t i) const {
  results::PointRow row{i, std::vector<results::AxisValue>(axes.size())};
  if (kind == Kind::grid) {
    for (std::size_t a = axes.size(); a-- > 0;) {
      const auto n = static_cast<std::int64_t>(axes[a].levels.size());
      row.axes[a] = axes[a].levels[static_cast<std::size_t>(i % n)];
      i /= n;
    }
    return row;
  }
  const std::vector<double> u = unit(i);
  for (std::size_t a = 0; a < axes.size(); ++a) row.axes[a] = axes[a].at(u[a]);
  return row;
}

}  // namespace haven::plan
