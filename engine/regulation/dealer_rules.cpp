#include "engine/regulation/dealer_rules.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/regulation/capacity.h"

namespace haven::regulation {

using base::Money;

Ratio requirement(const HomeRule& rule) {
  HAVEN_CHECK(rule.minimum > Ratio{0}, rule.name + " has no minimum");
  return rule.minimum + rule.buffer;
}

std::optional<Money> headroom(const HomeRule& rule, Money tier1, std::span<const Money> days_so_far, std::int32_t days_in_quarter) {
  const auto days = static_cast<std::int32_t>(days_so_far.size());
  HAVEN_CHECK(days > 0 && days <= days_in_quarter, "the days so far are part of the quarter");
  if (rule.averaging == Averaging::quarter_end && days < days_in_quarter) return std::nullopt;
  return headroom(tier1, reported_exposure(rule.averaging, days_so_far), requirement(rule));
}

std::vector<std::string> faults(const NetCapitalRule& rule) {
  std::vector<std::string> out;
  if (rule.fixed_minimum < Money{0}) out.emplace_back("fixed_minimum must not be negative");
  if (rule.debit_share < Ratio{0}) out.emplace_back("debit_share_pct must not be negative");
  if (rule.within_category < Ratio{0} || rule.within_category.v > kRatioOne) out.emplace_back("within_category_pct must be between 0 and 100");
  if (rule.bands.empty()) out.emplace_back("at least one band is needed");
  for (std::size_t i = 0; i < rule.bands.size(); ++i) {
    if (rule.bands[i].haircut < Ratio{0}) out.push_back("band " + std::to_string(i + 1) + ": haircut must not be negative");
    if (i == 0 || i + 1 == rule.bands.size()) continue;
    if (!(rule.bands[i - 1].below_years < rule.bands[i].below_years)) out.push_back("band " + std::to_string(i + 1) + " must end later than the one before");
  }
  return out;
}

Money net_capital_haircut(const NetCapitalRule& rule, std::span<const BandPosition> positions) {
  HAVEN_CHECK(positions.size() == rule.bands.size(), "one position a band");
  Money deduction;
  for (std::size_t i = 0; i < rule.bands.size();) {
    const std::int32_t category = rule.bands[i].category;
    Money longs, shorts;
    for (; i < rule.bands.size() && rule.bands[i].category == category; ++i) {
      const Money net = positions[i].long_value - positions[i].short_value;
      (net >= Money{0} ? longs : shorts) += required_capital(net >= Money{0} ? net : -net, rule.bands[i].haircut);
    }
    const Money smaller = std::min(longs, shorts);
    deduction += std::max(longs, shorts) - smaller + required_capital(smaller, rule.within_category);
  }
  return deduction;
}

Money excess_net_capital(const NetCapitalRule& rule, Money capital, Money aggregate_debits, std::span<const BandPosition> positions) {
  const Money minimum = std::max(rule.fixed_minimum, required_capital(aggregate_debits, rule.debit_share));
  return capital - net_capital_haircut(rule, positions) - minimum;
}

std::optional<Money> net_capital_capacity(const NetCapitalRule& rule, Money excess, std::size_t band) {
  HAVEN_CHECK(band < rule.bands.size(), "the band is one of the rule's");
  const Ratio haircut = rule.bands[band].haircut;
  if (haircut == Ratio{0}) return std::nullopt;
  return supported_exposure(std::max(excess, Money{0}), haircut);
}

std::size_t band_of(const NetCapitalRule& rule, double years) {
  HAVEN_CHECK(!rule.bands.empty(), "a net capital rule has bands");
  std::size_t band = 0;
  while (band + 1 < rule.bands.size() && years >= rule.bands[band].below_years) ++band;
  return band;
}

}  // namespace haven::regulation
