// The sections of the page, in the page's order. Each adds nothing when its tables are empty.
#pragma once

#include "tools/report/page.h"
#include "tools/report/subject.h"

namespace haven::report {

/// First screen: distance to the edge, binding constraint, what moved the ten-year, confidence.
void add_overview(Page& page, const Subject& subject);
/// One sentence over everything: how many outcomes lie inside their bands.
std::string verdict(const Subject& subject);

void add_scorecard(Page& page, const Subject& subject);
void add_yields(Page& page, const Subject& subject);
void add_swap_spreads(Page& page, const Subject& subject);
void add_liquidity(Page& page, const Subject& subject);
void add_flows(Page& page, const Subject& subject);
void add_positions(Page& page, const Subject& subject);
void add_headroom(Page& page, const Subject& subject);
void add_constraints(Page& page, const Subject& subject);
/// Only with --shadow.
void add_shadow_rules(Page& page, const Subject& subject);
void add_repo(Page& page, const Subject& subject);
void add_liquidity_needs(Page& page, const Subject& subject);
void add_collateral(Page& page, const Subject& subject);
void add_defaults(Page& page, const Subject& subject);
/// Grids only: other designs have no cells.
void add_sweep(Page& page, const Subject& subject);
void add_frontier(Page& page, const Subject& subject);
void add_sensitivity(Page& page, const Subject& subject);
/// Convergence, targets, parameters, what the targets do not pin down; only of a calibration.
void add_calibration(Page& page, const Subject& subject);
/// Series that no other section draws.
void add_other_series(Page& page, const Subject& subject);
void add_metrics(Page& page, const Subject& subject);
void add_failed_runs(Page& page, const Subject& subject);

}  // namespace haven::report
