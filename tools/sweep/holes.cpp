#include "tools/sweep/holes.h"

namespace haven::sweep {

Holes find_holes(const plan::Plan& plan, const results::ResultFile& file) {
  Holes holes;
  const auto metrics = plan.seeds.metrics();
  results::OutcomeReader reader(file.database());
  for (std::int64_t point = 0; point < plan.design.points(); ++point) {
    const auto outcomes = reader.read({"model", point}, 1, static_cast<std::uint64_t>(plan.seeds.most), metrics);
    const int wanted = plan::seeds_wanted(plan.seeds, outcomes).seeds;
    for (int seed = 1; seed <= wanted; ++seed) {
      if (outcomes.contains(static_cast<std::uint64_t>(seed))) {
        ++holes.runs;
        continue;
      }
      if (holes.missing++ > 0) continue;
      holes.first_point = point;
      holes.first_seed = seed;
    }
  }
  return holes;
}

}  // namespace haven::sweep
