#include "engine/funding/repo_auction.h"

#include <algorithm>

#include "engine/base/check.h"

namespace haven::funding {
namespace {

/// Steps of one rate: positions [first, last) in an order, and their cash not yet matched.
struct Group {
  std::size_t first = 0, last = 0;
  std::int32_t rate_hbp = 0;
  Money left;
};

Group group_at(const std::vector<RepoStep>& steps, const std::vector<std::uint32_t>& order, std::size_t first) {
  Group g{first, first, 0, {}};
  if (first == order.size()) return g;
  g.rate_hbp = steps[order[first]].rate_hbp;
  while (g.last < order.size() && steps[order[g.last]].rate_hbp == g.rate_hbp) g.left += steps[order[g.last++]].cash;
  return g;
}

/// Gives `cash` to the steps of a group, pro rata in whole grains, left-over grains by the order (name) one each.
void ration(const std::vector<RepoStep>& steps, const std::vector<std::uint32_t>& order, const Group& g, Money cash,
            Money grain, std::vector<Money>& filled) {
  Money total;
  for (std::size_t k = g.first; k < g.last; ++k) total += steps[order[k]].cash;
  if (total.v == 0) return;
  Money given;
  for (std::size_t k = g.first; k < g.last; ++k) {
    const std::int64_t grains = mul_div_to(steps[order[k]].cash.v / grain.v, cash.v, total.v, Rounding::down);
    filled[order[k]] = grain * grains;
    given += grain * grains;
  }
  for (std::size_t k = g.first; k < g.last && given < cash; ++k) {
    if (filled[order[k]] < steps[order[k]].cash) {
      filled[order[k]] += grain;
      given += grain;
    }
  }
  HAVEN_CHECK(given == cash, "rationed cash is not whole grains");
}

void sort_steps(const std::vector<RepoStep>& steps, std::vector<std::uint32_t>& order, std::int32_t direction) {
  order.resize(steps.size());
  for (std::uint32_t k = 0; k < order.size(); ++k) order[k] = k;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const RepoStep &x = steps[a], &y = steps[b];
    if (x.rate_hbp != y.rate_hbp) return direction * x.rate_hbp < direction * y.rate_hbp;
    if (x.name != y.name) return x.name < y.name;
    if (x.cash != y.cash) return x.cash < y.cash;
    return a < b;
  });
}

void take_steps(std::span<const RepoStep> from, Money grain, std::vector<RepoStep>& steps, std::vector<Money>& filled) {
  steps.assign(from.begin(), from.end());
  filled.assign(from.size(), {});
  for (const RepoStep& step : steps) {
    HAVEN_CHECK(step.cash.v >= 0 && step.cash.v % grain.v == 0, "a repo step of " + std::to_string(step.cash.v));
  }
}

std::int32_t middle(std::int32_t low, std::int32_t high) {
  const std::int64_t sum = std::int64_t{low} + high;
  return static_cast<std::int32_t>(sum >= 0 ? sum / 2 : (sum - 1) / 2);
}

}  // namespace

void RepoAuction::clear(std::span<const RepoStep> supply, std::span<const RepoStep> demand, Money grain) {
  HAVEN_CHECK(grain.v > 0, "the grain of an auction is positive");
  take_steps(supply, grain, supply_, lent_);
  take_steps(demand, grain, demand_, borrowed_);
  refused_.assign(demand.size(), {});
  sort_steps(supply_, supply_order_, 1);
  sort_steps(demand_, demand_order_, -1);
  rate_hbp_.reset();
  volume_ = {};

  Group s = group_at(supply_, supply_order_, 0), d = group_at(demand_, demand_order_, 0);
  Group last_s = s, last_d = d;
  const auto skip_empty = [](const auto& steps, const auto& order, Group& g) {
    while (g.last < order.size() && g.left.v == 0) g = group_at(steps, order, g.last);
  };
  skip_empty(supply_, supply_order_, s);
  skip_empty(demand_, demand_order_, d);
  while (s.left.v > 0 && d.left.v > 0 && s.rate_hbp <= d.rate_hbp) {
    const Money cash = std::min(s.left, d.left);
    volume_ += cash;
    s.left -= cash;
    d.left -= cash;
    last_s = s;
    last_d = d;
    skip_empty(supply_, supply_order_, s);
    skip_empty(demand_, demand_order_, d);
  }
  if (volume_.v > 0) {
    if (last_s.left.v > 0) {
      rate_hbp_ = last_s.rate_hbp;
    } else if (last_d.left.v > 0) {
      rate_hbp_ = last_d.rate_hbp;
    } else {
      const std::int32_t low = d.left.v > 0 ? std::max(last_s.rate_hbp, d.rate_hbp) : last_s.rate_hbp;
      const std::int32_t high = s.left.v > 0 ? std::min(last_d.rate_hbp, s.rate_hbp) : last_d.rate_hbp;
      rate_hbp_ = middle(low, high);
    }
    const auto fill = [&](const auto& steps, const auto& order, const Group& margin, std::vector<Money>& filled) {
      Money better;
      for (std::size_t k = 0; k < margin.first; ++k) {
        filled[order[k]] = steps[order[k]].cash;
        better += steps[order[k]].cash;
      }
      ration(steps, order, margin, volume_ - better, grain, filled);
    };
    fill(supply_, supply_order_, last_s, lent_);
    fill(demand_, demand_order_, last_d, borrowed_);
  }
  for (std::size_t k = 0; k < demand_.size(); ++k) refused_[k] = demand_[k].cash - borrowed_[k];
}

Money RepoAuction::refused_total() const {
  Money total;
  for (const Money m : refused_) total += m;
  return total;
}

Money RepoAuction::match(std::vector<RepoMatch>& out) const {
  out.clear();
  // Remaining cash by step lives in two small copies; auctions run once a day a segment.
  std::vector<Money> to_lend = lent_, to_borrow = borrowed_;
  std::vector<std::uint32_t> lenders = supply_order_, borrowers = demand_order_;
  const auto by_name = [](const std::vector<RepoStep>& steps) {
    return [&steps](std::uint32_t a, std::uint32_t b) {
      const RepoStep &x = steps[a], &y = steps[b];
      if (x.name != y.name) return x.name < y.name;
      if (x.segment != y.segment) return x.segment < y.segment;
      return x.rate_hbp != y.rate_hbp ? x.rate_hbp < y.rate_hbp : a < b;
    };
  };
  std::sort(lenders.begin(), lenders.end(), by_name(supply_));
  std::sort(borrowers.begin(), borrowers.end(), by_name(demand_));
  Money left_out;
  std::size_t first = 0;
  for (const std::uint32_t l : lenders) {
    while (first < borrowers.size() && to_borrow[borrowers[first]].v == 0) ++first;
    for (std::size_t k = first; k < borrowers.size() && to_lend[l].v > 0; ++k) {
      const std::uint32_t b = borrowers[k];
      if (demand_[b].institution == supply_[l].institution) continue;
      const Money cash = std::min(to_lend[l], to_borrow[b]);
      if (cash.v == 0) continue;
      to_lend[l] -= cash;
      to_borrow[b] -= cash;
      if (!out.empty() && out.back().lender == supply_[l].institution && out.back().borrower == demand_[b].institution && out.back().segment == supply_[l].segment) {
        out.back().cash += cash;
      } else {
        out.push_back({supply_[l].institution, demand_[b].institution, cash, supply_[l].segment});
      }
    }
    left_out += to_lend[l];
  }
  return left_out;
}

std::optional<OvernightRate> secured_overnight_rate(std::span<RepoTrade> trades, std::int32_t trim_hbp) {
  HAVEN_CHECK(trim_hbp >= 0 && trim_hbp < kWhole, "the trimmed share lies in [0, 1)");
  const auto is_bilateral = [](const RepoTrade& t) { return t.segment == Segment::dvp || t.segment == Segment::sponsored; };
  const auto counts = [&](const RepoTrade& t) {
    return t.segment == Segment::tri_party || t.segment == Segment::gcf || is_bilateral(t);
  };
  std::sort(trades.begin(), trades.end(), [](const RepoTrade& a, const RepoTrade& b) {
    if (a.rate_hbp != b.rate_hbp) return a.rate_hbp < b.rate_hbp;
    if (a.segment != b.segment) return a.segment < b.segment;
    return a.cash < b.cash;
  });
  OvernightRate result;
  Money bilateral;
  for (const RepoTrade& t : trades) {
    HAVEN_CHECK(t.cash.v >= 0, "a repo trade of negative cash");
    if (counts(t)) result.volume += t.cash;
    if (is_bilateral(t)) bilateral += t.cash;
  }
  result.trimmed = share(bilateral, trim_hbp);
  result.volume -= result.trimmed;
  if (result.volume.v <= 0) return std::nullopt;

  struct Percentile {
    std::int64_t hbp;
    std::int32_t* rate;
  };
  const Percentile percentiles[] = {{bp(100), &result.p01_hbp}, {bp(2500), &result.p25_hbp}, {bp(5000), &result.median_hbp},
                                    {bp(7500), &result.p75_hbp}, {bp(9900), &result.p99_hbp}};
  std::size_t next = 0;
  Money to_trim = result.trimmed, cumulated;
  for (const RepoTrade& t : trades) {
    if (!counts(t)) continue;
    const Money dropped = is_bilateral(t) ? std::min(to_trim, t.cash) : Money{};
    to_trim -= dropped;
    cumulated += t.cash - dropped;
    if (t.cash == dropped) continue;
    while (next < std::size(percentiles) &&
           cumulated.v >= mul_div_to(result.volume.v, percentiles[next].hbp, kWhole, Rounding::up)) {
      *percentiles[next++].rate = t.rate_hbp;
    }
  }
  return result;
}

}  // namespace haven::funding
