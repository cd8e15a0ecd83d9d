#include "tools/sweep/holes.h"

namespace haven::sweep {

namespace {

/// One run of the plan that is there or not.
void count(Holes& holes, std::int64_t point, int seed, bool there) {
  if (there) {
    ++holes.runs;
    return;
  }
  if (holes.missing++ > 0) return;
  holes.first_point = point;
  holes.first_seed = seed;
}

/// Where every point has the same seeds: one pass over the runs.
Holes holes_of_fixed(const plan::Plan& plan, const results::ResultFile& file) {
  Holes holes;
  results::Statement run(file.database(), "SELECT point, seed FROM runs WHERE variant='model' AND point>=0 AND seed>=1 ORDER BY point, seed");
  bool more = run.step();
  for (std::int64_t point = 0; point < plan.design.points(); ++point) {
    for (int seed = 1; seed <= plan.seeds.first; ++seed) {
      const bool there = more && run.integer(0) == point && run.integer(1) == seed;
      count(holes, point, seed, there);
      if (there) more = run.step();
    }
    while (more && run.integer(0) == point) more = run.step();  // seeds that the plan does not ask for
  }
  return holes;
}

}  // namespace

Holes find_holes(const plan::Plan& plan, const results::ResultFile& file) {
  if (!plan.seeds.adaptive()) return holes_of_fixed(plan, file);
  Holes holes;
  const auto metrics = plan.seeds.metrics();
  results::OutcomeReader reader(file.database());
  for (std::int64_t point = 0; point < plan.design.points(); ++point) {
    const auto outcomes = reader.read({"model", point}, 1, static_cast<std::uint64_t>(plan.seeds.most), metrics);
    const int wanted = plan::seeds_wanted(plan.seeds, outcomes).seeds;
    for (int seed = 1; seed <= wanted; ++seed) count(holes, point, seed, outcomes.contains(static_cast<std::uint64_t>(seed)));
  }
  return holes;
}

}  // namespace haven::sweep
