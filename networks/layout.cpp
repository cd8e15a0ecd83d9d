#include "networks/layout.h"

#include <algorithm>
#include <utility>

#include "engine/base/math.h"
#include "engine/base/random.h"

namespace haven::networks {

namespace {

constexpr double kFirstStep = 0.1;      // longest move of the first iteration, in the unit square
constexpr double kPullToMiddle = 0.05;  // times the distance to the middle
constexpr double kReach = 4.0;          // repulsion acts within this many ideal edge lengths

}  // namespace

std::vector<Point> layout(const Snapshot& snapshot, LayoutSpec spec) {
  const std::size_t n = snapshot.node_count();
  std::vector<Point> places(n);
  if (n == 0) return places;
  for (std::size_t i = 0; i < n; ++i) {
    base::Draws draws{spec.seed, base::name_key(snapshot.nodes()[i].name), 0, 0};
    places[i].x = draws.uniform(base::Purpose::network);
    places[i].y = draws.uniform(base::Purpose::network);
  }
  std::vector<std::pair<NodeIndex, NodeIndex>> links;
  snapshot.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg&) { links.push_back(std::minmax({from, to})); });
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());

  const double ideal = base::sqrt(1.0 / static_cast<double>(n));
  const double reach = kReach * ideal;
  const auto cells = static_cast<std::int64_t>(std::max(1.0, std::min(1.0 / reach, 256.0)));
  std::vector<std::vector<NodeIndex>> grid(static_cast<std::size_t>(cells * cells));
  const auto cell_of = [&](double coordinate) {
    return std::clamp(static_cast<std::int64_t>(std::clamp(coordinate, 0.0, 1.0) * static_cast<double>(cells)), std::int64_t{0}, cells - 1);
  };
  std::vector<Point> forces(n);
  for (std::uint32_t iteration = 0; iteration < spec.iterations; ++iteration) {
    for (auto& cell : grid) cell.clear();
    for (NodeIndex i = 0; i < n; ++i) grid[static_cast<std::size_t>(cell_of(places[i].y) * cells + cell_of(places[i].x))].push_back(i);
    for (NodeIndex i = 0; i < n; ++i) {
      Point force{(0.5 - places[i].x) * kPullToMiddle, (0.5 - places[i].y) * kPullToMiddle};
      const std::int64_t column = cell_of(places[i].x);
      const std::int64_t row = cell_of(places[i].y);
      for (std::int64_t r = std::max<std::int64_t>(0, row - 1); r <= std::min(cells - 1, row + 1); ++r) {
        for (std::int64_t c = std::max<std::int64_t>(0, column - 1); c <= std::min(cells - 1, column + 1); ++c) {
          for (const NodeIndex j : grid[static_cast<std::size_t>(r * cells + c)]) {
            if (j == i) continue;
            double dx = places[i].x - places[j].x;
            const double dy = places[i].y - places[j].y;
            if (dx == 0.0 && dy == 0.0) dx = i < j ? -1e-6 : 1e-6;
            const double squared = dx * dx + dy * dy;
            if (squared > reach * reach) continue;
            force.x += dx * ideal * ideal / squared;
            force.y += dy * ideal * ideal / squared;
          }
        }
      }
      forces[i] = force;
    }
    for (const auto& [a, b] : links) {
      const double dx = places[b].x - places[a].x;
      const double dy = places[b].y - places[a].y;
      const double pull = base::sqrt(dx * dx + dy * dy) / ideal;
      forces[a].x += dx * pull;
      forces[a].y += dy * pull;
      forces[b].x -= dx * pull;
      forces[b].y -= dy * pull;
    }
    const double longest = kFirstStep * static_cast<double>(spec.iterations - iteration) / static_cast<double>(spec.iterations);
    for (std::size_t i = 0; i < n; ++i) {
      const double length = base::sqrt(forces[i].x * forces[i].x + forces[i].y * forces[i].y);
      const double scale = length > longest ? longest / length : 1.0;
      places[i].x += forces[i].x * scale;
      places[i].y += forces[i].y * scale;
    }
  }

  double left = places[0].x, right = places[0].x, low = places[0].y, high = places[0].y;
  for (const Point& place : places) {
    left = std::min(left, place.x);
    right = std::max(right, place.x);
    low = std::min(low, place.y);
    high = std::max(high, place.y);
  }
  const double side = std::max(right - left, high - low);
  for (Point& place : places) {
    if (!(side > 0.0)) {
      place = {0.5, 0.5};
      continue;
    }
    place.x = std::clamp(0.5 + (place.x - 0.5 * (left + right)) / side, 0.0, 1.0);
    place.y = std::clamp(0.5 + (place.y - 0.5 * (low + high)) / side, 0.0, 1.0);
  }
  return places;
}

}  // namespace haven::networks
