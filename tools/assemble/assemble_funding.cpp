#include "tools/assemble/assembler.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace haven::assemble {

using world::Kind;

void Assembler::funding() {
  const auto& f = run_->funding();
  auto& s = spec();
  s.interdealer_share = f.interdealer_share();
  s.tri_party_cost_bp = f.tri_party_cost_bp();
  s.gcf_cost_bp = f.gcf_cost_bp();
  s.tri_party_haircut = 0.01 * f.tri_party_haircut_pct();
  s.operating_cash_bn = f.operating_cash_bn();
  world().sofr_trim = f.sofr_trim_share();
  const auto hbp = [](double bp) { return static_cast<std::int32_t>(std::lround(bp * 100.0)); };
  const auto margin = [&](const config::Margin& m) {
    funding::MarginRule r;
    r.k = m.k();
    r.decay = m.decay();
    r.floor_hbp = hbp(m.floor_bp());
    r.step_hbp = static_cast<std::int32_t>(std::lround(m.step_pct() * 1e4));
    r.lag_days = m.lag_days();
    r.add_on_hbp = hbp(m.add_on_bp());
    return r;
  };
  s.futures_margin = margin(f.futures_margin());
  s.swap_margin = margin(f.swap_margin());
  const auto& x = f.close_out();
  s.close_out = {x.hours(), x.slice_minutes(), x.child_bn(), x.tolerance_bp(), x.recovery_alpha(), x.recovery_beta(), {}};
  if (x.has_auction()) s.close_out.auction = {x.auction().notice_minutes(), x.auction().piece_bn(), x.auction().reserve_bp()};
  const auto& h = f.client_haircut();
  s.client_haircut.slope_hbp = hbp(h.slope_bp());
  s.client_haircut.cap_hbp = hbp(h.cap_bp());
  s.client_haircut.floor_hbp = hbp(h.floor_bp());
  s.client_haircut.step_hbp = hbp(h.step_bp());
  s.client_haircut.rise_lag_days = h.rise_lag_days();
  s.client_haircut.fall_lag_days = h.fall_lag_days();
  if (f.has_ficc_margin()) s.ficc_margin = margin(f.ficc_margin());
  s.buy_in_days = f.buy_in_days();
  term_repo();
  repo_rounds();
  for (const auto& l : f.specials().lender()) {
    const std::string path = "funding.specials.lender[name=" + l.name() + "]";
    const auto kind = kind_of(path + ".name", l.name());
    if (l.most_spread_bp() < l.least_spread_bp()) fault(path + ".most_spread_bp", fmt::format("{}", l.most_spread_bp()), "no less than least_spread_bp");
    if (kind && !world::can_default(*kind)) fault(path + ".name", "\"" + l.name() + "\"", "a population of private holders");
    if (kind) s.specials.push_back({*kind, l.lendable_share(), l.least_spread_bp(), l.most_spread_bp()});
  }
}

void Assembler::term_repo() {
  for (const auto& t : run_->funding().term_repo()) {
    const std::string path = "funding.term_repo[name=" + t.name() + "]";
    const auto kind = kind_of(path + ".name", t.name());
    if (!kind) continue;
    if (*kind != Kind::basis_fund && *kind != Kind::swap_spread_fund && *kind != Kind::principal_trading_firm && *kind != Kind::primary_dealer) {
      fault(path + ".name", "\"" + t.name() + "\"", "a population that borrows in repo: basis funds, swap-spread funds, principal trading firms, primary dealers");
      continue;
    }
    double sum = 0;
    for (const auto& tenor : t.tenor()) {
      sum += tenor.share();
      spec().term_repo[static_cast<std::size_t>(*kind)].push_back(
          {tenor.days(), tenor.share(), tenor.spread_bp(), static_cast<std::int8_t>(tenor.has_notice_days() ? tenor.notice_days() : -1), static_cast<std::uint8_t>(tenor.substitution())});
    }
    if (sum > 1.0 + 1e-9) fault(path + ".tenor", fmt::format("shares that sum to {}", sum), "at most 1");
  }
}

void Assembler::repo_rounds() {
  const auto& f = run_->funding();
  auto& rounds = spec().repo_rounds;
  if (f.repo_round_size() == 0) return;
  if (f.term_repo_size() > 0 || f.specials().lender_size() > 0) fault("funding.repo_round", "rounds beside term repo or specials", "overnight general collateral alone: both are dealt in one morning's round");
  for (const auto& r : f.repo_round()) {
    const std::string path = "funding.repo_round[name=" + r.name() + "].time";
    const auto at = moment(path, run_->calendar().from(), r.time());
    if (!at) continue;
    const auto time_of_day = base::time_of_day(*at);
    if (time_of_day < base::hours(7) || time_of_day >= base::hours(12)) fault(path, "\"" + r.time() + "\"", "a time from 07:00 to 11:59");
    rounds.push_back({time_of_day, r.share()});
  }
  std::stable_sort(rounds.begin(), rounds.end(), [](const auto& a, const auto& b) { return a.time_of_day < b.time_of_day; });
  if (rounds.empty()) return;
  if (rounds.front().time_of_day != base::hours(7)) fault("funding.repo_round", "a first round after 07:00", "one at 07:00, when the morning's repo begins");
  if (rounds.back().share != 1.0) fault("funding.repo_round", fmt::format("a last round by which a share of {} is dealt", rounds.back().share), "1: what the day needs");
  for (std::size_t k = 1; k < rounds.size(); ++k) {
    if (rounds[k].time_of_day == rounds[k - 1].time_of_day) fault("funding.repo_round", "two rounds at one time", "one round at a time");
    if (rounds[k].share < rounds[k - 1].share) fault("funding.repo_round", fmt::format("a share of {} after {}", rounds[k].share, rounds[k - 1].share), "shares that do not fall");
  }
}

}  // namespace haven::assemble
