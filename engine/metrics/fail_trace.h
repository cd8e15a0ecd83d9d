// Why collateral that was due did not come.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/funding/repo.h"
#include "engine/metrics/run_result.h"
#include "engine/world/world.h"

namespace haven::metrics {

/// Fails of a morning with what each waits for, read off the lots. It remembers since when a sale has been failing; of a contract its
/// end says so.
class FailTrace {
 public:
  /// Fails that are told one by one, the largest of a morning; the others are one row a kind and security.
  static constexpr std::size_t kMost = 40;
  /// Causes that are told one by one, the largest of a fail; the others are one row.
  static constexpr std::size_t kMostCauses = 3;

  /// Call once a morning, after all that could be returned and delivered was: `returns` out of contracts, `deliveries` of sales.
  std::vector<FailRow> morning(const world::WorldSpec& spec, const world::World& w, std::span<const funding::Fail> returns, std::span<const funding::Fail> deliveries);

 private:
  struct Open {
    base::InstitutionId failing;
    base::SecurityId security;
    base::Date since;
  };
  std::vector<Open> open_;  ///< sales that failed this morning
};

}  // namespace haven::metrics
