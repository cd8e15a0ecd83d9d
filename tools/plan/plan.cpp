#include "tools/plan/plan.h"

#include <algorithm>

namespace haven::plan {

bool Plan::keeps_metric(const std::string& metric) const {
  if (std::find(keep.needed.begin(), keep.needed.end(), metric) != keep.needed.end()) return true;
  return keep.metrics && (keep.only_metrics.empty() || std::binary_search(keep.only_metrics.begin(), keep.only_metrics.end(), metric));
}

Share share_of(const Plan& plan, const Shard& shard) {
  const bool adaptive = plan.seeds.adaptive();
  const std::int64_t units = plan.design.points() * (adaptive ? 1 : plan.seeds.first);
  const auto cut = [&](std::int64_t n) { return units / shard.of * n + units % shard.of * n / shard.of; };
  return {cut(shard.number - 1), cut(shard.number), adaptive};
}

std::int64_t spans(const Plan& plan, const Share& share) {
  if (share.points || share.size() == 0) return share.size();
  return (share.end - 1) / plan.seeds.first - share.begin / plan.seeds.first + 1;
}

SeedSpan span(const Plan& plan, const Share& share, std::int64_t i) {
  if (share.points) return {share.begin + i, 1, plan.seeds.most};
  const std::int64_t seeds = plan.seeds.first, point = share.begin / seeds + i;
  return {point, static_cast<int>(std::max(share.begin - point * seeds, std::int64_t{0})) + 1, static_cast<int>(std::min(share.end - point * seeds, seeds))};
}

}  // namespace haven::plan
