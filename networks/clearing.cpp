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
  for (auto* values : {&base_, &share_, &residual_before_, &residual_after_, &leap_}) values->resize(n);
  debtors_.reserve(n);
  debts_.reserve(obligations.edge_count());
}

void Clearing::enter(NodeIndex node, DefaultCause cause, ClearingResult& result) {
  cells_[node].bearable = kInfinity;
  result.cause[node] = cause;
  result.pass[node] = result.rounds;
  place_[node] = static_cast<std::uint32_t>(debtors_.size());
  Debtor& debtor = debtors_.emplace_back();
  debtor.owed = static_cast<double>(owed_[node]);
  debtor.scale = debtor.owed + static_cast<double>(due_[node]);
  debtor.base = base_[node];
  debtor.share = share_[node];
  debtor.node = node;
  debtor.first = static_cast<std::uint32_t>(debts_.size());
  obligations_.for_each_out_edge(node, [&](NodeIndex to, const Leg& leg) { debts_.push_back({static_cast<double>(leg.amount), to}); });
  debtor.end = static_cast<std::uint32_t>(debts_.size());
}

double Clearing::target(const Debtor& debtor) const {
  return std::clamp(debtor.base + debtor.share * cells_[debtor.node].loss, 0.0, debtor.owed);
}

/// The creditors of `debtor` lose `step` more, in proportion; who cannot bear it defaults.
void Clearing::push(const Debtor& debtor, double step, ClearingResult& result) {
  const double per_unit = step / debtor.owed;
  Cell* const cells = cells_.data();
  for_each_debt(debtor, [=, this, &result](NodeIndex to, double amount) {
    Cell& cell = cells[to];
    cell.loss += amount * per_unit;
    if (cell.loss > cell.bearable) [[unlikely]]
      enter(to, DefaultCause::contagion, result);
  });
}

/// One Gauss-Seidel pass over the defaulters, those that default during it included. True when no step was larger than
/// `tolerance` against what the institution owes and is due, and nobody new defaulted.
bool Clearing::pass(double tolerance, ClearingResult& result) {
  ++result.rounds;
  const std::size_t known = debtors_.size();
  bool settled = true;
  for (std::size_t k = 0; k < debtors_.size(); ++k) {
    Debtor& debtor = debtors_[k];
    const double wanted = target(debtor);
    const double step = wanted - debtor.shortfall;
    debtor.step = 0.0;
    if (!(step > 0.0)) continue;
    if (step > tolerance * debtor.scale) settled = false;
    debtor.shortfall = wanted;
    debtor.step = step;
    push(debtor, step, result);
  }
  return settled && debtors_.size() == known;
}

void Clearing::group_defaulters() {
  if (grouped_ == debtors_.size()) return;
  grouped_ = debtors_.size();
  for (std::uint32_t k = 0; k < grouped_; ++k) debtors_[k].group = k;
  const auto root = [&](std::uint32_t k) {
    while (debtors_[k].group != k) k = debtors_[k].group = debtors_[debtors_[k].group].group;
    return k;
  };
  for (std::uint32_t k = 0; k < grouped_; ++k) {
    for_each_debt(debtors_[k], [&](NodeIndex to, double amount) {
      if (place_[to] == kNoPlace || amount == 0.0) return;
      const std::uint32_t a = root(k);
      const std::uint32_t b = root(place_[to]);
      if (a != b) debtors_[std::max(a, b)].group = std::min(a, b);
    });
  }
  for (std::uint32_t k = 0; k < grouped_; ++k) debtors_[k].group = root(k);
}

/// Per group, the least of r1 / (r0 - r1): how many of the last steps may be taken at once without passing the solution.
void Clearing::find_leaps() {
  group_defaulters();
  std::fill_n(leap_.begin(), debtors_.size(), kInfinity);
  for (std::size_t k = 0; k < debtors_.size(); ++k) {
    const double fallen = residual_before_[k] - residual_after_[k];
    double& leap = leap_[debtors_[k].group];
    if (fallen > 0.0) leap = std::min(leap, residual_after_[k] / fallen);
  }
}

/// Recomputes every loss from the shortfalls, so that the rounding of many small pushes does not stay.
void Clearing::refresh_losses(ClearingResult& result) {
  for (Cell& cell : cells_) cell.loss = 0.0;
  const std::size_t known = debtors_.size();
  for (std::size_t k = 0; k < known; ++k) push(debtors_[k], debtors_[k].shortfall, result);
}

/// Bounds |shortfall - exact| / (owed + due) for the present defaulters, whose errors solve (I - M) error = residual, up
/// to rounding: any v with (I - M) v >= |residual| + rounding is a bound. Passes with leaps find v for which the source is
/// met to half at least, and 2v is the bound.
double Clearing::error_bound() {
  std::vector<double> v(debtors_.size(), 0.0);
  std::vector<double> source(debtors_.size(), 0.0);
  std::vector<double> inflow(cells_.size(), 0.0);  // by node
  for (std::size_t k = 0; k < debtors_.size(); ++k) {
    const double residual = target(debtors_[k]) - debtors_[k].shortfall;
    if (debtors_[k].share == 0.0 && residual == 0.0) continue;
    source[k] = (residual < 0.0 ? -residual : residual) + kRounding * debtors_[k].scale;
  }
  const auto spread = [&](std::size_t k, double step) {
    v[k] += step;
    const double per_unit = step / debtors_[k].owed;
    for_each_debt(debtors_[k], [to_each = inflow.data(), per_unit](NodeIndex to, double amount) { to_each[to] += amount * per_unit; });
  };
  const auto unmet = [&](std::size_t k) { return std::max(0.0, source[k] + debtors_[k].share * inflow[debtors_[k].node] - v[k]); };
  for (std::uint32_t round = 0; round < kMostBoundPasses; ++round) {
    for (std::size_t k = 0; k < debtors_.size(); ++k) residual_before_[k] = unmet(k);
    for (std::size_t k = 0; k < debtors_.size(); ++k) {
      debtors_[k].step = unmet(k);
      if (debtors_[k].step > 0.0) spread(k, debtors_[k].step);
    }
    bool half_met = true;
    double bound = 0.0;
    for (std::size_t k = 0; k < debtors_.size(); ++k) {
      residual_after_[k] = unmet(k);
      if (residual_after_[k] > 0.5 * source[k]) half_met = false;
      bound = std::max(bound, 2.0 * v[k] / debtors_[k].scale);
    }
    if (half_met) return bound;
    find_leaps();
    for (std::size_t k = 0; k < debtors_.size(); ++k) {
      const double leap = leap_[debtors_[k].group], step = debtors_[k].step;
      if (leap >= kWorthwhileLeap && leap < kInfinity && step > 0.0) spread(k, leap * step);
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
  debtors_.clear();
  debts_.clear();
  grouped_ = 0;
  place_.assign(n, kNoPlace);

  // Everyone's cushion if all others pay, exactly.
  std::vector<NodeIndex> first;
  for (NodeIndex node = 0; node < n; ++node) {
    HAVEN_CHECK(outside_assets[node] >= 0, "outside assets of " + obligations_.node(node).name + " are negative");
    const std::int64_t cushion = checked_sum(outside_assets[node], due_[node], obligations_.node(node).name) - owed_[node];
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
  while (!debtors_.empty()) {
    const bool may_leap = result.rounds >= kPassesBeforeLeaps;
    const std::size_t known = debtors_.size();
    const auto residuals = [&](std::vector<double>& residual) {
      for (std::size_t k = 0; k < known; ++k) residual[k] = std::max(0.0, target(debtors_[k]) - debtors_[k].shortfall);
    };
    if (may_leap) residuals(residual_before_);
    const bool settled = pass(tolerance, result);
    if (!settled && result.rounds < kMostPasses) {
      if (may_leap && debtors_.size() == known) {
        residuals(residual_after_);
        find_leaps();
        for (std::size_t k = 0; k < known; ++k) {
          Debtor& debtor = debtors_[k];
          const double leap = leap_[debtor.group];
          if (!(leap >= kWorthwhileLeap && leap < kInfinity && debtor.step > 0.0)) continue;
          const double wanted = std::min(debtor.shortfall + leap * debtor.step, debtor.owed);
          const double further = wanted - debtor.shortfall;
          debtor.shortfall = wanted;
          push(debtor, further, result);
        }
      }
      continue;
    }
    refresh_losses(result);
    if (debtors_.size() > known) continue;
    result.relative_error = error_bound();
    result.certified = result.relative_error <= kCertified;
    if (result.relative_error <= kAimedAt || tolerance < 0x1.0p-51 || result.rounds >= kMostPasses) break;
    tolerance *= 0x1.0p-3;
  }

  result.paid = owed_;
  result.payment.assign(owed_.begin(), owed_.end());
  result.received.resize(n);
  for (NodeIndex node = 0; node < n; ++node) result.received[node] = std::max(0.0, static_cast<double>(due_[node]) - cells_[node].loss);
  result.defaulted.reserve(debtors_.size());
  for (const Debtor& debtor : debtors_) {
    const NodeIndex node = debtor.node;
    const auto lost = static_cast<std::int64_t>(debtor.shortfall + 0.5);
    result.defaulted.push_back(node);
    result.payment[node] = std::max(0.0, debtor.owed - debtor.shortfall);
    result.paid[node] = owed_[node] - std::clamp<std::int64_t>(lost, 1, owed_[node]);
  }
  std::sort(result.defaulted.begin(), result.defaulted.end());
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
