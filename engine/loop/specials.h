// The market for single issues: who must deliver one and has not got it borrows it from who owns it.
#pragma once

#include "engine/loop/phases.h"

namespace haven::loop {

/// One morning of the specific-collateral market (docs/model.md, "Specials"). For each issue that somebody fails to deliver, or has
/// borrowed and not returned: shorts offer cash for it at any rate over their next way out, owners take cash at their own spread under
/// general collateral or wider, one rate clears. New loans are opened and stay open until either side wants out; what is open pays the
/// morning's rate. Requires matured contracts to be closed and today's deliveries to be due. `trades` is appended: each loan as a
/// cleared bilateral trade of the morning. Returns whether a new loan was made, so that deliveries are worth another try.
bool trade_specials(const Spec& spec, State& state, metrics::Probes& probes, std::span<const funding::Fail> fails, std::span<const base::Money> per_million,
                    std::vector<funding::RepoTrade>& trades);

/// Spread under which an owner does not lend `place` (0 first, 1 last) of what it would lend of an issue, bp.
inline double special_spread_bp(const SpecialsLender& terms, double place) { return terms.least_spread_bp + (terms.most_spread_bp - terms.least_spread_bp) * place; }

}  // namespace haven::loop
