#include "tools/assemble/population.h"

#include <algorithm>
#include <array>

namespace haven::assemble {
namespace {

// A list by node, contract or book: as many numbers as there are, or a fault with its place.
template <std::size_t N>
void fill(std::array<double, N>& to, const google::protobuf::RepeatedField<double>& from, const LoadedConfig& config, const std::string& path) {
  if (static_cast<std::size_t>(from.size()) != N) {
    throw ConfigError({config.fault(path, std::to_string(from.size()) + " numbers", std::to_string(N))});
  }
  for (std::size_t i = 0; i < N; ++i) to[i] = from.Get(static_cast<int>(i));
}

}  // namespace

void fill(agents::primary_dealer::Parameters& p, const config::PrimaryDealer& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.look_interval_s = m.look_interval_s();
  p.order_cost_bp = m.order_cost_bp();
  p.adverse_share = m.adverse_share();
  p.hedge_minutes = m.hedge_minutes();
  p.skew_bp_per_bn = m.skew_bp_per_bn();
  p.holding_days = m.holding_days();
  p.own_impact_bp_per_bn = m.own_impact_bp_per_bn();
  p.basket_half_life_days = m.basket_half_life_days();
  p.composite_half_life_days = m.composite_half_life_days();
  p.hedge_band_bn = m.hedge_band_bn();
  p.hedge_share = m.hedge_share();
  p.use_volatility = m.use_volatility();
  p.calm_use = m.calm_use();
  p.multiplier_cap = m.multiplier_cap();
  p.hurdle_bp = m.hurdle_bp();
  p.var_limit_sigma_bn = m.var_limit_sigma_bn();
  p.var_cost_bp = m.var_cost_bp();
  p.quote_lots = m.quote_lots();
  p.quote_sigmas = m.quote_sigmas();
  p.view_half_life_min = m.view_half_life_min();
  p.gap_half_life_days = m.gap_half_life_days();
  p.swap_half_bp = m.swap_half_bp();
  p.swap_lots = m.swap_lots();
  p.swap_impact_bp_per_bn = m.swap_impact_bp_per_bn();
  p.swap_half_life_min = m.swap_half_life_min();
  p.swap_anchor_days = m.swap_anchor_days();
  p.swap_cost_share = m.swap_cost_share();
  p.client_repo_spread_bp = m.client_repo_spread_bp();
  p.hoarding = m.hoarding();
  p.rollover_cut = m.rollover_cut();
  p.full_stress_fails_bn = m.full_stress_fails_bn();
  p.full_stress_defaults = m.full_stress_defaults();
  p.full_stress_sigma = m.full_stress_sigma();
  p.calm_sigma = m.calm_sigma();
  p.auction_reach = m.auction_reach();
  p.auction_backstop_sigma = m.auction_backstop_sigma();
  p.facility_reluctance_bp = m.facility_reluctance_bp();
  p.facility_reluctance_sd_bp = m.facility_reluctance_sd_bp();
}

void fill(agents::custody_bank::Parameters& p, const config::CustodyBank& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.spread_bp = m.spread_bp();
  p.slope_bp = m.slope_bp();
  p.spread_sd_bp = m.spread_sd_bp();
  p.lend_share = m.lend_share();
}

void fill(agents::bank::Parameters& p, const config::Bank& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.repo_lenders = m.repo_lenders();
  p.least_spread_bp = m.least_spread_bp();
  p.most_spread_bp = m.most_spread_bp();
  p.floor_share = m.floor_share();
  p.floor_sd = m.floor_sd();
  p.intraday_share = m.intraday_share();
  p.payment_sd = m.payment_sd();
  p.gcf_share = m.gcf_share();
}

void fill(agents::basis_fund::Parameters& p, const config::BasisFund& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.elasticity_bn_per_bp = m.elasticity_bn_per_bp();
  p.buffer = m.buffer();
  p.slack = m.slack();
  p.adjust_per_day = m.adjust_per_day();
  p.participation = m.participation();
  p.stop_loss = m.stop_loss();
  p.stop_dispersion = m.stop_dispersion();
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
}

void fill(agents::swap_spread_fund::Parameters& p, const config::SwapSpreadFund& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.elasticity_bn_per_bp = m.elasticity_bn_per_bp();
  p.relief_belief_bp = m.relief_belief_bp();
  p.stop_drawdown = m.stop_drawdown();
  p.stop_cut = m.stop_cut();
  p.adjust_per_day = m.adjust_per_day();
  p.risk_capital_sigmas = m.risk_capital_sigmas();
  p.buffer = m.buffer();
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
}

void fill(agents::principal_trading_firm::Parameters& p, const config::PrincipalTradingFirm& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.quote_interval_s = m.quote_interval_s();
  p.night_interval_s = m.night_interval_s();
  p.reaction_s = m.reaction_s();
  p.belief_half_life_min = m.belief_half_life_min();
  p.own_half_life_min = m.own_half_life_min();
  p.impact_bp_per_bn = m.impact_bp_per_bn();
  p.own_impact_share = m.own_impact_share();
  p.flow_memory_min = m.flow_memory_min();
  p.predictable_share = m.predictable_share();
  p.informed_order_bn = m.informed_order_bn();
  p.flow_variance_days = m.flow_variance_days();
  p.usual_flow_days = m.usual_flow_days();
  p.risk_aversion = m.risk_aversion();
  p.fill_decay_per_tick = m.fill_decay_per_tick();
  p.fills_per_minute = m.fills_per_minute();
  p.realised_weight = m.realised_weight();
  p.implied_elasticity = m.implied_elasticity();
  p.size_lots = m.size_lots();
  p.usual_skew_min = m.usual_skew_min();
  p.spread_memory_min = m.spread_memory_min();
  p.widest_seen_ticks = m.widest_seen_ticks();
  p.own_inventory_weight = m.own_inventory_weight();
  p.tick_rounding = m.tick_rounding();
  p.size_lean = m.size_lean();
  p.inventory_limit = m.inventory_limit();
  p.limit_multiplier = m.limit_multiplier();
  p.take_edge_ticks = m.take_edge_ticks();
  p.loss_limit_bn = m.loss_limit_bn();
  p.cash_buffer_bn = m.cash_buffer_bn();
  p.night_size_share = m.night_size_share();
}

void fill(agents::money_fund::Parameters& p, const config::MoneyFund& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.repo_share = m.repo_share();
  p.first_spread_bp = m.first_spread_bp();
  p.last_spread_bp = m.last_spread_bp();
  p.spread_sd_bp = m.spread_sd_bp();
  p.sponsored_share = m.sponsored_share();
  p.flight_share = m.flight_share();
}

void fill(agents::home_loan_bank::Parameters& p, const config::HomeLoanBank& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.spread_bp = m.spread_bp();
  p.slope_bp = m.slope_bp();
  p.spread_sd_bp = m.spread_sd_bp();
  p.lend_share = m.lend_share();
}

void fill(agents::foreign_official::Parameters& p, const config::ForeignOfficial& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.confidence_sale_bn_per_day = m.confidence_sale_bn_per_day();
  p.bill_share = m.bill_share();
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::foreign_private::Parameters& p, const config::ForeignPrivate& m, const LoadedConfig& config, const std::string& path) {
  p.pickup_bn_per_bp = m.pickup_bn_per_bp();
  p.var_bn = m.var_bn();
  p.confidence_bn = m.confidence_bn();
  p.speed_per_day = m.speed_per_day();
  fill(p.node_share, m.node_share(), config, path + ".node_share");
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::asset_manager::Parameters& p, const config::AssetManager& m, const LoadedConfig& config, const std::string& path) {
  p.premium_bn_per_bp = m.premium_bn_per_bp();
  p.rebalancing_bn_per_pct = m.rebalancing_bn_per_pct();
  p.speed_per_day = m.speed_per_day();
  fill(p.contract_share, m.contract_share(), config, path + ".contract_share");
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::bond_fund::Parameters& p, const config::BondFund& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.assets_bn = m.assets_bn();
  p.redemption_per_loss = m.redemption_per_loss();
  p.memory_days = m.memory_days();
  p.loss_threshold = m.loss_threshold();
  p.duration_years = m.duration_years();
  p.on_the_run_share = m.on_the_run_share();
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::liability_investor::Parameters& p, const config::LiabilityInvestor& m, const LoadedConfig& config, const std::string& path) {
  p.demand_bn_per_bp = m.demand_bn_per_bp();
  p.speed_per_day = m.speed_per_day();
  p.swap_share = m.swap_share();
  p.on_the_run_share = m.on_the_run_share();
  p.selection_bn_per_bp = m.selection_bn_per_bp();
  fill(p.node_share, m.node_share(), config, path + ".node_share");
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::mortgage_hedger::Parameters& p, const config::MortgageHedger& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.convexity_bn_per_bp = m.convexity_bn_per_bp();
  p.reference_days = m.reference_days();
  p.speed_per_day = m.speed_per_day();
  p.swap_share = m.swap_share();
  p.looks_per_day = m.looks_per_day();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
}

void fill(agents::household::Parameters& p, const config::Household& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.first_rung_bp = m.first_rung_bp();
  p.rung_bp = m.rung_bp();
  p.size_bn = m.size_bn();
  p.appetite_range = m.appetite_range();
  p.least_appetite = m.least_appetite();
  p.average_days = m.average_days();
  p.looks_per_day = m.looks_per_day();
  p.auction = {m.auction_share(), m.auction_spread()};
}

void fill(agents::customer::Parameters& p, const config::Customer& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.request_bn = m.request_bn();
  p.parent_share = m.parent_share();
  p.parents = {m.parent_mean_bn(), m.parent_tail()};
  p.volume_elasticity = m.volume_elasticity();
  p.net_elasticity = m.net_elasticity();
  p.implied_elasticity = m.implied_elasticity();
  p.night_rate = m.night_rate();
  p.inventory_scale_bn = m.inventory_scale_bn();
  p.tolerance_bp = m.tolerance_bp();
  p.dealers = m.dealers();
}

void fill(agents::noise::Parameters& p, const config::Noise& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.child_bn = m.child_bn();
  p.parent_share = m.parent_share();
  p.parents = {m.parent_mean_bn(), m.parent_tail()};
  p.arrivals = {m.self_excitation(), m.excitation_half_life_min()};
  p.volume_elasticity = m.volume_elasticity();
  p.net_elasticity = m.net_elasticity();
  p.implied_elasticity = m.implied_elasticity();
  p.night_rate = m.night_rate();
  p.queue_share = m.queue_share();
  p.band_ticks = m.band_ticks();
  p.substitution_bp = m.substitution_bp();
  p.usual_gap_minutes = m.usual_gap_minutes();
  p.inventory_scale_bn = m.inventory_scale_bn();
}

void fill(agents::central_counterparty::Parameters& p, const config::CentralCounterparty& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.close_out_hours = m.close_out_hours();
  p.slice_minutes = m.slice_minutes();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
  for (const auto& w : m.waterfall()) p.resources.push_back({w.name(), w.own_capital_bn(), w.default_fund_bn(), w.assessment_multiple()});
  std::sort(p.resources.begin(), p.resources.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

void fill(agents::central_bank::Parameters& p, const config::CentralBank& m, const LoadedConfig& config, const std::string& path) {
  (void)config, (void)path;
  p.on_rrp_cap_bn = m.on_rrp_cap_bn();
  p.standing_repo_cap_bn = m.standing_repo_cap_bn();
  p.lending_fee_bp = m.lending_fee_bp();
  p.purchase_looks = m.purchase_looks();
  p.child_bn = m.child_bn();
  p.tolerance_bp = m.tolerance_bp();
}

}  // namespace haven::assemble
