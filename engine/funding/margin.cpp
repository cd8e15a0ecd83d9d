#include "engine/funding/margin.h"

#include <algorithm>
#include <cmath>

#include "engine/base/check.h"
#include "engine/base/math.h"

namespace haven::funding {

bool LaggedLevel::advance(std::int32_t day) {
  if (!waiting() || day < effective_day) return false;
  in_force_hbp = announced_hbp;
  return true;
}

void LaggedLevel::announce(std::int32_t level_hbp, std::int32_t day, std::int32_t lag) {
  HAVEN_CHECK(lag >= 0, "a change cannot take effect before it is announced");
  if (waiting()) return;
  announced_hbp = level_hbp;
  effective_day = day + lag;
}

std::int32_t model_margin_hbp(const MarginRule& rule, double variance) {
  const double model = rule.k * base::sqrt(variance) * static_cast<double>(kWhole);
  HAVEN_CHECK(model >= 0, "a margin model that pays the member");
  const auto whole = static_cast<double>(kWhole);
  const std::int64_t level = std::max<std::int64_t>(rule.floor_hbp, static_cast<std::int64_t>(std::ceil(std::min(model, whole)))) + rule.add_on_hbp;
  return static_cast<std::int32_t>(mul_div_to(level, 1, rule.grain_hbp, Rounding::up) * rule.grain_hbp);
}

MarginState calm_margin(const MarginRule& rule, double sigma) {
  MarginState state;
  state.variance = sigma * sigma;
  state.level.in_force_hbp = state.level.announced_hbp = model_margin_hbp(rule, state.variance);
  return state;
}

bool observe_day(const MarginRule& rule, MarginState& state, double move, std::int32_t day) {
  state.variance = rule.decay * state.variance + (1.0 - rule.decay) * move * move;
  bool changed = state.level.advance(day);
  const std::int64_t model = model_margin_hbp(rule, state.variance), margin = state.level.in_force_hbp;
  const std::int64_t difference = model > margin ? model - margin : margin - model;
  if (difference * kWhole > rule.step_hbp * margin) {
    state.level.announce(static_cast<std::int32_t>(model), day, rule.lag_days);
    changed = state.level.advance(day) || changed;
  }
  return changed;
}

Money initial_margin(std::int64_t lots, Money per_million, std::int32_t margin_hbp) {
  const Money value{mul_div_to(lots < 0 ? -lots : lots, per_million.v, 10, Rounding::up)};
  return {mul_div_to(value.v, margin_hbp, kWhole, Rounding::up)};
}

void MarginCalls::add(const Ledger& names, InstitutionId institution, InstitutionId house, Money amount,
                      ledger::Reason reason, Time due) {
  if (amount.v == 0) return;
  calls_.push_back({amount, due, names.name_key(institution), institution, house, static_cast<std::uint32_t>(reason)});
}

void MarginCalls::take_due(Time now, std::vector<MarginCall>& out) {
  out.clear();
  std::size_t kept = 0;
  for (const MarginCall& call : calls_) {
    if (call.due <= now) {
      out.push_back(call);
    } else {
      calls_[kept++] = call;
    }
  }
  calls_.resize(kept);
  std::sort(out.begin(), out.end(), [](const MarginCall& a, const MarginCall& b) {
    if (a.due != b.due) return a.due < b.due;
    const bool a_pays = a.amount.v > 0, b_pays = b.amount.v > 0;
    if (a_pays != b_pays) return a_pays;
    if (a.name != b.name) return a.name < b.name;
    if (a.reason != b.reason) return a.reason < b.reason;
    return a.amount < b.amount;
  });
}

void MarginCalls::take_all_of(InstitutionId institution, std::vector<MarginCall>& out) {
  std::size_t kept = 0;
  for (const MarginCall& call : calls_) {
    if (call.institution == institution) {
      out.push_back(call);
    } else {
      calls_[kept++] = call;
    }
  }
  calls_.resize(kept);
}

Money MarginCalls::outstanding(InstitutionId institution, Time until) const {
  Money total;
  for (const MarginCall& call : calls_) {
    if (call.institution == institution && call.due <= until) total += call.amount;
  }
  return total;
}

namespace {

template <class Receives>
void call_variation(Ledger& ledger, InstitutionId house, Time due, MarginCalls& calls, Journal& journal, Time now,
                    const Receives& receives) {
  Money collected;
  for (const InstitutionId i : ledger.in_name_order()) {
    if (i == house) continue;
    const Money call = -receives(i);
    calls.add(ledger, i, house, call, ledger::Reason::variation_margin, due);
    collected += call;
  }
  ledger.round_off(house, collected + -receives(house), journal, now);
}

}  // namespace

void call_futures_variation(Ledger& ledger, ledger::FuturesId contract, base::Ticks move, Money tick_per_million,
                            InstitutionId house, Time due, MarginCalls& calls, Journal& journal, Time now) {
  call_variation(ledger, house, due, calls, journal, now, [&](InstitutionId i) {
    return variation_margin(ledger.futures(i, contract), move, tick_per_million);
  });
}

void call_swap_variation(Ledger& ledger, ledger::TenorId tenor, Money from_per_million, Money to_per_million,
                         InstitutionId house, Time due, MarginCalls& calls, Journal& journal, Time now) {
  call_variation(ledger, house, due, calls, journal, now, [&](InstitutionId i) {
    return variation_margin(ledger.swaps(i, tenor), from_per_million, to_per_million);
  });
}

std::int32_t model_haircut_hbp(const HaircutRule& rule, double sigma_multiple) {
  const double above = std::max(0.0, sigma_multiple - 1.0);
  const double level = static_cast<double>(rule.base_hbp) + static_cast<double>(rule.slope_hbp) * above;
  const double capped = std::min(level, static_cast<double>(rule.cap_hbp));
  return std::max(rule.floor_hbp, static_cast<std::int32_t>(std::ceil(capped)));
}

bool observe_day(const HaircutRule& rule, LaggedLevel& level, double sigma_multiple, std::int32_t day) {
  bool changed = level.advance(day);
  const std::int32_t model = model_haircut_hbp(rule, sigma_multiple);
  const std::int32_t rise = model - level.in_force_hbp;
  if (rise > rule.step_hbp || -rise > rule.step_hbp) {
    level.announce(model, day, rise > 0 ? rule.rise_lag_days : rule.fall_lag_days);
    changed = level.advance(day) || changed;
  }
  return changed;
}

}  // namespace haven::funding
