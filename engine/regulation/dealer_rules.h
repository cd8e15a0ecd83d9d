// What binds the primary dealers that no US G-SIB owns: home leverage rules, and the SEC's net capital rule.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/regulation/exposure.h"
#include "engine/regulation/ratio.h"

namespace haven::regulation {

/// A foreign dealer's leverage rule at home. Source: Basel framework LEV20 (minimum 3%); reporting of the exposure
/// differs by country, daily average or quarter-end.
struct HomeRule {
  std::string name;
  Ratio minimum = ratio_from_pct(3.0);
  Ratio buffer;
  Averaging averaging = Averaging::daily_average;
};
/// Minimum plus buffer. Requires minimum > 0.
Ratio requirement(const HomeRule& rule);
/// headroom() on the exposure that the rule will report, given the quarter's days so far and today's. Under a snapshot
/// it is unlimited (none) before the last day: only the hurdle then restrains the dealer.
std::optional<base::Money> headroom(const HomeRule& rule, base::Money tier1, std::span<const base::Money> days_so_far, std::int32_t days_in_quarter);

/// One maturity band of the haircut on government securities.
struct NetCapitalBand {
  double below_years = 0.0;  // the band ends here; the last band's is not read
  Ratio haircut;
  std::int32_t category = 1; // bands of one category offset each other in part
};

/// SEC Rule 15c3-1 under the alternative standard: net capital of at least max(fixed, share of aggregate debit items).
/// Source: 17 CFR 240.15c3-1(a)(1)(ii), (c)(2)(vi)(A).
struct NetCapitalRule {
  base::Money fixed_minimum;        // $250,000
  Ratio debit_share;                // 2% of aggregate debit items
  Ratio within_category;            // of the smaller side's deduction that stays: 50%
  std::vector<NetCapitalBand> bands;  // by rising maturity
};
std::vector<std::string> faults(const NetCapitalRule& rule);

/// Market value by band, long and short.
struct BandPosition {
  base::Money long_value;
  base::Money short_value;
};

/// The deduction from capital for a government securities inventory. In each band the net position takes the band's
/// haircut; in each category the deductions of long and short bands are netted and `within_category` of the smaller
/// is added. Requires one position a band. Rounded up.
base::Money net_capital_haircut(const NetCapitalRule& rule, std::span<const BandPosition> positions);

/// Capital left above the minimum after the inventory's deduction; negative when the rule is broken.
base::Money excess_net_capital(const NetCapitalRule& rule, base::Money capital, base::Money aggregate_debits, std::span<const BandPosition> positions);

/// Outright securities of one band that the excess still carries. None: the band's haircut is zero, the rule does not
/// limit it. Rounded down; a broken rule carries nothing.
std::optional<base::Money> net_capital_capacity(const NetCapitalRule& rule, base::Money excess, std::size_t band);

/// The band of a maturity in years. Requires at least one band.
std::size_t band_of(const NetCapitalRule& rule, double years);

}  // namespace haven::regulation
