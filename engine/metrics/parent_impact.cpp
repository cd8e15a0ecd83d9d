#include "engine/metrics/parent_impact.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/math.h"

namespace haven::metrics {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kFewest = 50;             // parents of a bin that counts
constexpr std::size_t kFewestBins = 4;
constexpr double kSteepest = 2, kStep = 0.01;

struct Fit {
  double level = 0, misfit = 0;
};

// The best level at this exponent. What every exponent has in common is left out of the misfit.
Fit fit(const std::vector<SizeBin>& bins, double exponent) {
  double xx = 0, xy = 0;
  for (const SizeBin& bin : bins) {
    const double weight = bin.n / bin.variance, x = base::pow(bin.size, exponent);
    xx += weight * x * x;
    xy += weight * x * bin.impact;
  }
  return {xy / xx, -xy * xy / xx};
}

}  // namespace

ImpactLaw impact_law(const std::vector<SizeBin>& all) {
  std::vector<SizeBin> bins;
  std::copy_if(all.begin(), all.end(), std::back_inserter(bins), [](const SizeBin& bin) { return bin.n >= kFewest && bin.variance > 0; });
  if (bins.size() < kFewestBins) return {kNone, kNone};
  const auto steps = static_cast<int>(kSteepest / kStep + 0.5);
  int best = 0;
  double least = 0;
  for (int i = 0; i <= steps; ++i) {
    const auto [level, misfit] = fit(bins, i * kStep);
    if (level > 0 && misfit < least) {
      least = misfit;
      best = i;
    }
  }
  return {best == 0 || best == steps ? kNone : best * kStep, fit(bins, 0.5).level};
}

void ParentImpact::worked(const world::World& w, const WorkedParents& p) {
  if (p.book >= world::kOutrightBooks) return;
  if (open_.empty()) open_.resize(spec_->institutions.size());
  auto& open = open_[p.trader.v];
  if (open.empty()) open.resize(p.before.size());
  const auto& book = spec_->books[p.book];
  const auto& md = w.books_data[p.book];
  for (std::size_t slot = 0; slot < open.size(); ++slot) {
    Open& parent = open[slot];
    if (p.before[slot] == 0 && p.after[slot] != 0 && p.slice_lots > 0 && day_lots_[p.book] > 0) {
      const std::int64_t sign = p.after[slot] > 0 ? 1 : -1;
      parent = {p.after[slot] + sign * p.slice_lots, world::yield_of_ticks(book, p.mid_ticks), std::sqrt(md.variance_bp2)};
    } else if (p.before[slot] != 0 && p.after[slot] == 0 && parent.lots != 0) {
      const double size = static_cast<double>(std::abs(parent.lots)) / static_cast<double>(day_lots_[p.book]);
      const double moved = (parent.yield_bp - world::yield_of_ticks(book, md.mid_ticks)) / parent.sigma_bp;  // a buyer's yield falls
      const double impact = parent.lots > 0 ? moved : -moved;
      const auto bin = static_cast<std::ptrdiff_t>(std::floor(base::log(size) / base::log(2.0))) + static_cast<std::ptrdiff_t>(kBins);
      if (bin >= 0 && bin < static_cast<std::ptrdiff_t>(kBins) && parent.sigma_bp > 0) {
        Sums& sums = sums_[p.book][static_cast<std::size_t>(bin)];
        sums.n += 1;
        sums.size += size;
        sums.impact += impact;
        sums.squares += impact * impact;
      }
      parent = {};
    }
  }
}

void ParentImpact::day_end(const world::World& w, const std::function<void(const std::string&, double)>& put) {
  for (auto& trader : open_) std::fill(trader.begin(), trader.end(), Open{});
  for (std::size_t k = 0; k < world::kOutrightBooks; ++k) {
    day_lots_[k] = w.books_data[k].volume_lots;
    std::vector<SizeBin> bins;
    for (const Sums& s : sums_[k]) {
      if (s.n > 0) bins.push_back({s.n, s.size / s.n, s.impact / s.n, s.squares / s.n - s.impact / s.n * s.impact / s.n});
    }
    const ImpactLaw law = impact_law(bins);
    if (!std::isnan(law.exponent)) put("parent_impact_" + spec_->books[k].name + "_exponent", law.exponent);
    if (!std::isnan(law.level)) put("parent_impact_" + spec_->books[k].name + "_level", law.level);
  }
}

}  // namespace haven::metrics
