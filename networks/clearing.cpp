#include "networks/clearing.h"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/base/check.h"

namespace haven::networks {

namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t kLargestSum = std::int64_t{1} << 62;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kAimedAt = 0x1.0p-40;
constexpr double kCertified = 0x1.0p-30;
constexpr double kDefaultMargin = 1.0 + 0x1.0p-38;
constexpr double kRounding = 0x1.0p-50;        // of one sum of losses, relative
constexpr std::uint32_t kPassesBeforeLeaps = 6;
constexpr double kWorthwhileLeap = 2.0;        // in steps of the last pass; a leap costs one pass
constexpr std::uint32_t kMostPasses = 20'000;
constexpr std::uint32_t kMostBoundPasses = 2'000;

std::int64_t checked_sum(std::int64_t a, std::int64_t b, const std::string& name) {
  const Wide sum = static_cast<Wide>(a) + b;
  HAVEN_CHECK(sum < kLargestSum, "amounts of " + name + " add up to 2^62 units or more");
  return static_cast<std::int64_t>(sum);
}

}  // namespace

Clearing::Clearing(const Snapshot& obligations)
    : obligations_(obligations), owed_(obligations.node_count(), 0), due_(obligations.node_count(), 0) {
  obligations.for_each_edge([&](NodeIndex from, NodeIndex to, const Leg& leg) {
    owed_[from] = checked_sum(owed_[from], leg.amount, obligations.node(from).name);
    due_[to] = checked_sum(due_[to], leg.amount, obligations.node(to).name);
  });
  const std::size_t n = obligations.node_count();
  cells_.resize(n);
  for (auto* values : {&shortfall_, &base_, &share_, &residual_before_, &residual_after_, &step_, &leap_}) values->resize(n);
  group_.resize(n);
  defaulters_.reserve(n);
}

void Clearing::enter(NodeIndex node, DefaultCause cause, ClearingResult& result) {
  cells_[node].bearable = kInfinity;
  result.cause[node] = cause;
  result.pass[node] = result.rounds;
  defaulters_.push_back(node);
}

double Clearing::target(NodeIndex node) const {
  return std::clamp(base_[node] + share_[node] * cells_[node].loss, 0.0, static_cast<double>(owed_[node]));
}

/// The creditors of `node` lose `step` more, in proportion; who cannot bear it defaults.
void Clearing::push(NodeIndex node, double step, ClearingResult& result) {
  const double per_unit = step / static_cast<double>(owed_[node]);
  obligations_.for_each_out_edge(node, [&](NodeIndex to, const Leg& leg) {
    Cell& cell = cells_[to];
    cell.loss += static_cast<double>(leg.amount) * per_unit;
    if (cell.loss > cell.bearable) enter(to, DefaultCause::contagion, result);
  });
}

/// One Gauss-Seidel pass over the defaulters, those that default during it included. True when no step was larger than
/// `tolerance` against what the institution owes and is due, and nobody new defaulted.
bool Clearing::pass(double tolerance, ClearingResult& result) {
  ++result.rounds;
  const std::size_t known = defaulters_.size();
  bool settled = true;
  for (std::size_t k = 0; k < defaulters_.size(); ++k) {
    const NodeIndex node = defaulters_[k];
    const double wanted = target(node);
    const double step = wanted - shortfall_[node];
    step_[node] = 0.0;
    if (!(step > 0.0)) continue;
    if (step > tolerance * (static_cast<double>(owed_[node]) + static_cast<double>(due_[node]))) settled = false;
    shortfall_[node] = wanted;
    step_[node] = step;
    push(node, step, result);
  }
  return settled && defaulters_.size() == known;
}

void Clearing::group_defaulters() {
  if (grouped_ == defaulters_.size()) return;
  grouped_ = defaulters_.size();
  for (const NodeIndex node : defaulters_) group_[node] = node;
  const auto root = [&](NodeIndex node) {
    while (group_[node] != node) node = group_[node] = group_[group_[node]];
    return node;
  };
  for (const NodeIndex node : defaulters_) {
    obligations_.for_each_out_edge(node, [&](NodeIndex to, const Leg& leg) {
      if (cells_[to].bearable != kInfinity || owed_[to] == 0 || leg.amount == 0) return;
      const NodeIndex a = root(node);
      const NodeIndex b = root(to);
      if (a != b) group_[std::max(a, b)] = std::min(a, b);
    });
  }
  for (const NodeIndex node : defaulters_) group_[node] = root(node);
}

/// Per group, the least of r1 / (r0 - r1): how many of the last steps may be taken at once without passing the solution.
void Clearing::find_leaps() {
  group_defaulters();
  for (const NodeIndex node : defaulters_) leap_[node] = kInfinity;
  for (const NodeIndex node : defaulters_) {
    const double fallen = residual_before_[node] - residual_after_[node];
    if (fallen > 0.0) leap_[group_[node]] = std::min(leap_[group_[node]], residual_after_[node] / fallen);
  }
}

/// Recomputes every loss from the shortfalls, so that the rounding of many small pushes does not stay.
void Clearing::refresh_losses(ClearingResult& result) {
  for (Cell& cell : cells_) cell.loss = 0.0;
  const std::size_t known = defaulters_.size();
  for (std::size_t k = 0; k < known; ++k) push(defaulters_[k], shortfall_[defaulters_[k]], result);
}

/// Bounds |shortfall - exact| / (owed + due) for the present defaulters, whose errors solve (I - M) error = residual, up
/// to rounding: any v with (I - M) v >= |residual| + rounding is a bound. Passes with leaps find v for which the source is
/// met to half at least, and 2v is the bound.
double Clearing::error_bound() {
  std::vector<double> v(cells_.size(), 0.0);
  std::vector<double> inflow(cells_.size(), 0.0);
  std::vector<double> source(cells_.size(), 0.0);
  const auto scale = [&](NodeIndex node) { return static_cast<double>(owed_[node]) + static_cast<double>(due_[node]); };
  for (const NodeIndex node : defaulters_) {
    const double residual = target(node) - shortfall_[node];
    if (share_[node] == 0.0 && residual == 0.0) continue;
    source[node] = (residual < 0.0 ? -residual : residual) + kRounding * scale(node);
  }
  const auto spread = [&](NodeIndex node, double step) {
    v[node] += step;
    const double per_unit = step / static_cast<double>(owed_[node]);
    obligations_.for_each_out_edge(node, [&](NodeIndex to, const Leg& leg) { inflow[to] += static_cast<double>(leg.amount) * per_unit; });
  };
  const auto unmet = [&](NodeIndex node) { return std::max(0.0, source[node] + share_[node] * inflow[node] - v[node]); };
  for (std::uint32_t k = 0; k < kMostBoundPasses; ++k) {
    for (const NodeIndex node : defaulters_) residual_before_[node] = unmet(node);
    for (const NodeIndex node : defaulters_) {
      step_[node] = unmet(node);
      if (step_[node] > 0.0) spread(node, step_[node]);
    }
    bool half_met = true;
    double bound = 0.0;
    for (const NodeIndex node : defaulters_) {
      residual_after_[node] = unmet(node);
      if (residual_after_[node] > 0.5 * source[node]) half_met = false;
      bound = std::max(bound, 2.0 * v[node] / scale(node));
    }
    if (half_met) return bound;
    find_leaps();
    for (const NodeIndex node : defaulters_) {
      const double leap = leap_[group_[node]];
      if (leap >= kWorthwhileLeap && leap < kInfinity && step_[node] > 0.0) spread(node, leap * step_[node]);
    }
  }
  return kInfinity;
}

ClearingResult Clearing::clear(std::span<const std::int64_t> outside_assets, Recovery recovery, std::optional<NodeIndex> silenced) {
  const std::size_t n = obligations_.node_count();
  HAVEN_CHECK(outside_assets.size() == n, "one amount of outside assets a node");
  HAVEN_CHECK(recovery.alpha >= 0.0 && recovery.alpha <= 1.0 && recovery.beta >= 0.0 && recovery.beta <= 1.0, "recovery rates lie in [0, 1]");
  HAVEN_CHECK(!silenced || *silenced < n, "the silenced node is unknown");

  ClearingResult result;
  result.owed = owed_;
  result.cause.assign(n, DefaultCause::none);
  result.pass.assign(n, 0);
  defaulters_.clear();
  grouped_ = 0;

  // Everyone's cushion if all others pay, exactly.
  std::vector<NodeIndex> first;
  for (NodeIndex node = 0; node < n; ++node) {
    HAVEN_CHECK(outside_assets[node] >= 0, "outside assets of " + obligations_.node(node).name + " are negative");
    const std::int64_t cushion = checked_sum(outside_assets[node], due_[node], obligations_.node(node).name) - owed_[node];
    shortfall_[node] = 0.0;
    base_[node] = -static_cast<double>(cushion) + (1.0 - recovery.alpha) * static_cast<double>(outside_assets[node]) +
                  (1.0 - recovery.beta) * static_cast<double>(due_[node]);
    share_[node] = recovery.beta;
    cells_[node].loss = 0.0;
    cells_[node].bearable = owed_[node] == 0 ? kInfinity : kDefaultMargin * static_cast<double>(cushion);
    if (silenced == node && owed_[node] > 0) {
      base_[node] = static_cast<double>(owed_[node]);
      share_[node] = 0.0;
      first.push_back(node);
    } else if (cushion < 0) {
      first.push_back(node);
    }
  }
  if (!first.empty()) result.rounds = 1;
  for (const NodeIndex node : first) enter(node, silenced == node ? DefaultCause::silenced : DefaultCause::own_shortfall, result);
  result.rounds = 0;

  double tolerance = 0x1.0p-46;
  while (!defaulters_.empty()) {
    const bool may_leap = result.rounds >= kPassesBeforeLeaps;
    const std::size_t known = defaulters_.size();
    if (may_leap) {
      for (const NodeIndex node : defaulters_) residual_before_[node] = std::max(0.0, target(node) - shortfall_[node]);
    }
    const bool settled = pass(tolerance, result);
    if (!settled && result.rounds < kMostPasses) {
      if (may_leap && defaulters_.size() == known) {
        for (const NodeIndex node : defaulters_) residual_after_[node] = std::max(0.0, target(node) - shortfall_[node]);
        find_leaps();
        for (std::size_t k = 0; k < known; ++k) {
          const NodeIndex node = defaulters_[k];
          const double leap = leap_[group_[node]];
          if (!(leap >= kWorthwhileLeap && leap < kInfinity && step_[node] > 0.0)) continue;
          const double wanted = std::min(shortfall_[node] + leap * step_[node], static_cast<double>(owed_[node]));
          const double further = wanted - shortfall_[node];
          shortfall_[node] = wanted;
          push(node, further, result);
        }
      }
      continue;
    }
    refresh_losses(result);
    if (defaulters_.size() > known) continue;
    result.relative_error = error_bound();
    result.certified = result.relative_error <= kCertified;
    if (result.relative_error <= kAimedAt || tolerance < 0x1.0p-51 || result.rounds >= kMostPasses) break;
    tolerance *= 0x1.0p-3;
  }

  result.defaulted = defaulters_;
  std::sort(result.defaulted.begin(), result.defaulted.end());
  result.paid = owed_;
  result.payment.resize(n);
  result.received.resize(n);
  for (NodeIndex node = 0; node < n; ++node) {
    result.payment[node] = std::max(0.0, static_cast<double>(owed_[node]) - shortfall_[node]);
    result.received[node] = std::max(0.0, static_cast<double>(due_[node]) - cells_[node].loss);
  }
  for (const NodeIndex node : result.defaulted) {
    const auto lost = static_cast<std::int64_t>(shortfall_[node] + 0.5);
    result.paid[node] = owed_[node] - std::clamp<std::int64_t>(lost, 1, owed_[node]);
  }
  return result;
}

std::vector<std::int64_t> edge_payments(const Snapshot& obligations, const ClearingResult& result) {
  std::vector<std::int64_t> payments;
  payments.reserve(obligations.edge_count());
  for (NodeIndex from = 0; from < obligations.node_count(); ++from) {
    Wide owed_so_far = 0;
    std::int64_t paid_so_far = 0;
    obligations.for_each_out_edge(from, [&](NodeIndex, const Leg& leg) {
      owed_so_far += leg.amount;
      const std::int64_t paid = result.owed[from] == 0 ? 0 : static_cast<std::int64_t>(owed_so_far * result.paid[from] / result.owed[from]);
      payments.push_back(paid - paid_so_far);
      paid_so_far = paid;
    });
  }
  return payments;
}

}  // namespace haven::networks
