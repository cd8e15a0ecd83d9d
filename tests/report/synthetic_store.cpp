#include "tests/report/synthetic_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace haven::report {

namespace {

/// A stateless spread of values in [-1, 1], equal on every run.
double wobble(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15ULL + b * 0xc2b2ae3d27d4eb4fULL + 0x165667b19e3779f9ULL;
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 32;
  return static_cast<double>(x >> 11) / 4503599627370496.0 - 1;
}

const std::vector<base::Date>& days() {
  static const std::vector<base::Date> list = [] {
    std::vector<base::Date> dates;
    for (int day = 31; day <= 42; ++day) {
      const base::Date date{base::make_date(2025, 3, 1).v + day - 1};
      if (base::weekday(date) < 5) dates.push_back(date);
    }
    return dates;
  }();
  return list;
}

/// 0 in calm, 1 at the worst, by trading day.
double stress(std::size_t day) {
  static constexpr std::array<double, 10> path = {0, 0, 0.05, 0.25, 0.45, 0.8, 1.0, 0.95, 0.7, 0.6};
  return path[std::min<std::size_t>(day, 9)];
}

void add_series(metrics::RunResult& r, const std::string& name, double calm, double stressed, double noise,
                int samples = 9) {
  metrics::Series s{name, {}, {}};
  double walk = 0;
  for (std::size_t day = 0; day < days().size(); ++day) {
    for (int k = 0; k < samples; ++k) {
      const double part = samples > 1 ? static_cast<double>(k) / samples : 0.5;
      const double now = stress(day) + part * (stress(day + 1) - stress(day));
      walk = 0.9 * walk + noise * wobble(r.seed * 1000 + day * 20 + static_cast<std::uint64_t>(k),
                                         name.size() + static_cast<unsigned char>(name[6]));
      s.times.push_back(base::midnight(days()[day]) + (samples > 1 ? base::hours(8 + k) : base::hours(17)));
      s.values.push_back(calm + now * stressed + walk);
    }
  }
  r.series.push_back(std::move(s));
}

metrics::RunResult run_of(std::uint64_t seed, double scale) {
  metrics::RunResult r;
  r.seed = seed;
  r.digest.add(seed);
  r.events = 4'200'000 + seed;
  r.orders = 1'900'000;
  r.trades = 310'000;
  const struct {
    int tenor;
    double level, move, swap;
  } tenors[] = {{2, 3.87, 0.05, -18}, {3, 3.86, 0.12, -24},  {5, 3.91, 0.24, -32},
                {7, 4.03, 0.31, -42}, {10, 4.17, 0.35, -52}, {30, 4.52, 0.42, -83}};
  for (const auto& t : tenors) {
    add_series(r, fmt::format("yield_{}y_pct", t.tenor), t.level, t.move * scale, 0.012);
    add_series(r, fmt::format("swap_spread_{}y_bp", t.tenor), t.swap, 0.2 * t.swap * scale, 0.6);
  }
  add_series(r, "bid_ask_10y_ticks", 1.1, 1.2 * scale, 0.08);
  add_series(r, "bid_ask_30y_ticks", 1.8, 3.1 * scale, 0.12);
  add_series(r, "depth_10y_bn", 0.21, -0.15 * scale, 0.006);
  add_series(r, "impact_10y_bp_per_bn", 0.4, 0.5 * scale, 0.03);
  add_series(r, "volume_10y_futures_bn", 190, 210 * scale, 9, 1);
  add_series(r, "sofr_pct", 4.34, 0.04 * scale, 0.008, 1);
  add_series(r, "iorb_pct", 4.40, 0, 0, 1);
  add_series(r, "confidence_lost", 0, 0.62, 0, 1);
  add_series(r, "uncertainty_index", 22, 30, 0.5, 1);
  add_series(r, "basis_position_bn", 980, -22 * scale, 3, 1);
  add_series(r, "swap_spread_position_bn", 310, -66 * scale, 3, 1);
  add_series(r, "net_basis_10y_bp", 12, 4 * scale, 0.4);
  add_series(r, "component_policy_expectation_10y_bp", 0, 6, 0.4);
  add_series(r, "component_required_premium_10y_bp", 0, 17 * scale, 0.8);
  add_series(r, "component_flows_10y_bp", 0, 12 * scale, 0.8);
  const double e = wobble(seed, 7);
  r.metrics = {{"yield_10y_change_bp", 29 * scale + 4 * e},
               {"yield_30y_change_bp", 34 * scale + 5 * e},
               {"bid_ask_10y_multiple", 1 + scale + 0.2 * e},
               {"depth_10y_change_pct", -72 * scale + 5 * e},
               {"swap_spread_30y_change_bp", -12 * scale + 2 * e},
               {"sofr_minus_iorb_max_bp", 1 + 2 * e},
               {"futures_volume_multiple", 1 + 1.1 * scale + 0.1 * e},
               {"collapse_share", 0}};
  const char* kinds[] = {"primary_dealer",         "basis_fund",       "swap_spread_fund", "foreign_official",
                         "foreign_private",        "bond_mutual_fund", "pension",          "asset_manager",
                         "principal_trading_firm", "household",        "mortgage_hedger"};
  for (std::size_t day = 0; day < days().size(); ++day) {
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
      for (std::size_t j = 0; j < std::size(kinds); ++j) {
        if (i == j || wobble(i * 31 + j, 5) < 0.1) continue;
        const double size =
            (1 + stress(day) * (i >= 2 && i <= 5 ? 3 : 0.4)) * (1.4 + wobble(seed + day * 7, i * 16 + j));
        r.flows.push_back({days()[day], kinds[i], kinds[j], i % 2 == 0 ? "10y" : "off_6.5_8y", size, 0.9 * size});
      }
      const double held =
          100 * static_cast<double>(i + 1) - stress(day) * (i >= 2 && i <= 5 ? 30 : -14) + wobble(seed, i);
      r.positions.push_back({days()[day], kinds[i], "cash", "10y", held, 0.9 * held});
      if (i == 1 || i == 7)
        r.positions.push_back(
            {days()[day], kinds[i], "futures", "TY", i == 1 ? -200.0 : 150.0, i == 1 ? -180.0 : 140.0});
      if (i == 2 || i == 6)
        r.positions.push_back({days()[day], kinds[i], "swap", "30y", i == 2 ? -300 + 60 * stress(day) : 280,
                               i == 2 ? -300 + 60 * stress(day) : 280});
      r.liquidity_needs.push_back({days()[day], kinds[i], 0.3 * stress(day) * wobble(seed + day, i), 0.2 * stress(day),
                                   0.1 * stress(day) * static_cast<double>(i % 3)});
    }
    for (std::uint64_t firm = 0; firm < 14; ++firm) {
      const double use =
          std::min(1.04, 0.6 + 0.02 * static_cast<double>(firm) + 0.2 * stress(day) + 0.03 * wobble(seed + day, firm));
      const std::string name =
          firm < 10 ? fmt::format("Dealer {}", static_cast<char>('A' + firm)) : fmt::format("Basis fund {}", firm - 9);
      const std::string kind = firm < 10 ? "primary_dealer" : "basis_fund";
      r.constraints.push_back({days()[day], name, kind,
                               firm < 6    ? "eslr"
                               : firm < 10 ? "var_limit"
                                           : "leverage_cap",
                               use, 40 * (1 - use), use > 0.9 ? 20 * use : 0, true});
      for (const char* rule : {"in force", "rules/other"}) {
        if (firm < 10) r.shadows.push_back({days()[day], rule, name, kind, "eslr", use, 40 * (1 - use) + (rule[0] == 'r' ? 15.0 : 0.0), use >= 1});
      }
      if (firm < 10)
        r.constraints.push_back({days()[day], name, kind, "tier_1_leverage", use - 0.1, 60 * (1 - use), 0, false});
    }
    const struct {
      const char* name;
      double volume, rate, haircut;
    } segments[] = {{"tri_party", 1400, 4.31, 2}, {"gcf", 60, 4.36, 2},     {"dvp", 1100, 4.35, 2},
                    {"nccbr", 800, 4.37, 0.6},    {"on_rrp", 120, 4.25, 0}, {"standing_repo", 0, 4.5, 0}};
    for (const auto& s : segments)
      r.repo.push_back({days()[day], s.name, s.volume * (1 + 0.02 * wobble(day, seed)), s.rate + 0.03 * stress(day),
                        s.haircut, s.volume > 500 ? 3 * stress(day) * s.volume / 1000 : 0});
    for (std::uint64_t fund = 0; fund < 24; ++fund) {
      for (std::uint64_t k = 0; k < 2; ++k) {
        r.collateral.push_back({days()[day], fmt::format("Fund {}", fund + 1),
                                fmt::format("Dealer {}", static_cast<char>('A' + (fund * 3 + k * 5) % 10)), "nccbr",
                                "10y", 4 + 3 * wobble(fund, k) * (1 - 0.4 * stress(day))});
      }
    }
    for (std::uint64_t dealer = 0; dealer < 10; ++dealer) {
      const std::string name = fmt::format("Dealer {}", static_cast<char>('A' + dealer));
      r.collateral.push_back({days()[day], name, fmt::format("Money fund {}", dealer % 4 + 1), "tri_party", "10y",
                              30 + 9 * wobble(dealer, 3)});
      r.collateral.push_back({days()[day], name, "FICC", "dvp", "10y", 12 + 4 * wobble(dealer, 4)});
    }
  }
  if (seed % 3 == 0) {
    r.defaults.push_back(
        {base::midnight(days()[6]) + base::hours(8) + base::minutes(30), "Fund 7", "swap_spread_fund",
         "The 08:30 variation call of $1.20bn exceeded cash by $0.31bn.\nThe sale of $14bn of 30-year bonds settles on "
         "T+1.\n<script>alert('not run')</script> & \"quoted\"",
         0.31});
  }
  return r;
}

}  // namespace

results::Manifest synthetic_manifest() {
  return {"april-2025",
          "April 2025",
          "haven replay april-2025 --seeds 8",
          "0.1.0",
          "name: \"april-2025\"\nnote: \"</script><b>&\"\n",
          "0123456789abcdef0123456789abcdef",
          "fedcba9876543210fedcba9876543210",
          {{"primary_dealer", 24}, {"basis_fund", 40}, {"swap_spread_fund", 20}}};
}

void write_synthetic_store(const std::string& path) {
  const std::string leak = "seed 9, 2025-04-08 10:15: ledger: cash does not sum to zero <off by 0.0001>";
  results::ResultStore store(path, synthetic_manifest());
  for (std::uint64_t seed = 1; seed <= 8; ++seed) store.save(run_of(seed, 1 + 0.15 * wobble(seed, 1)));
  for (std::uint64_t seed = 1; seed <= 4; ++seed) store.save(run_of(seed, 0.2), "null");

  const auto save = [&](const results::RunKey& key, const metrics::RunResult* result, const std::string& error, const results::PointRow& point) {
    std::vector<results::ResultStore::EndedRun> runs(1);
    runs[0].key = key;
    runs[0].result = result;
    runs[0].error = error;
    runs[0].point = &point;
    store.save_all(runs);
  };
  const char* rules[] = {"before_2026", "june_2025_proposal", "final_rule"};
  for (std::int64_t i = 0; i < 12; ++i) {
    const double leverage = 15 + 10 * static_cast<double>(i % 4);
    const results::PointRow point{i, {{"basis_fund.leverage", leverage, ""}, {"rules.eslr", static_cast<double>(i / 4), rules[i / 4]}}};
    if (i == 0) {
      save({"model", 0, 9}, nullptr, leak, point);
      continue;
    }
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      metrics::RunResult r;
      r.seed = seed;
      r.digest.add(static_cast<std::uint64_t>(100 * i) + seed);
      r.metrics = {{"yield_10y_change_bp", leverage - 4 * static_cast<double>(i / 4) + wobble(seed, 2)},
                   {"depth_10y_change_pct", -40 - leverage + 5 * static_cast<double>(i / 4) + wobble(seed, 3)},
                   {"collapse_share", leverage > 40 ? 1.0 : 0.0}};
      save({"model", i, seed}, &r, "", point);
    }
  }

  store.put_frontier({{4, "basis_fund.leverage", "collapse_share", 0.5, 41.5, 39, 44, 0.95, "found"},
                      {8, "basis_fund.leverage", "collapse_share", 0.5, std::nullopt, 15, 45, 0.95, "always_below"}});
  store.put_sensitivity({{"yield_10y_change_bp", "basis_fund.leverage", "total", 0.8, 0.7, 0.9},
                         {"yield_10y_change_bp", "basis_fund.leverage", "first", 0.6, 0.5, 0.7},
                         {"yield_10y_change_bp", "rules.eslr", "total", 0.3, 0.2, 0.4}});

  results::CalibrationRows fit;
  fit.steps = {{0, 0, 90, 90}, {1, 0, 120, 90}, {2, 1, 40, 40}};
  fit.targets = {{"yield_10y_change_bp", 28, 5, "both", 30.0, 1.0, 0.4, "a source", "COMPUTED"}};
  fit.parameters = {{"leverage", "population[name=basis_funds].capital_bn", "bn", 10, 70, 38, 30, 25.0, 36.0, true}, {"haircut", "population[name=basis_funds].haircut_pct", "pct", 0, 5, 2, 1, std::nullopt, std::nullopt, false}};
  fit.directions = {{0, 0.5, "haircut", 0.98}, {0, 0.5, "leverage", 0.2}, {1, 40, "leverage", 0.98}};
  store.put_calibration(fit);

  const struct {
    const char* day;
    double y2, y5, y10, y30;
  } closes[] = {{"2025-04-01", 3.87, 3.91, 4.17, 4.52}, {"2025-04-02", 3.91, 3.95, 4.20, 4.54},
                {"2025-04-03", 3.71, 3.75, 4.06, 4.49}, {"2025-04-04", 3.68, 3.72, 4.01, 4.41},
                {"2025-04-07", 3.73, 3.82, 4.15, 4.58}, {"2025-04-08", 3.71, 3.88, 4.26, 4.71},
                {"2025-04-09", 3.91, 4.06, 4.34, 4.72}, {"2025-04-10", 3.84, 4.04, 4.40, 4.86},
                {"2025-04-11", 3.96, 4.15, 4.48, 4.85}};
  std::vector<results::ObservedRow> observed;
  for (const auto& c : closes) {
    base::Date day;
    base::parse_date(c.day, day);
    observed.push_back({"yield_2y_pct", day, c.y2, "Treasury par yields", "computed"});
    observed.push_back({"yield_5y_pct", day, c.y5, "Treasury par yields", "computed"});
    observed.push_back({"yield_10y_pct", day, c.y10, "Treasury par yields", "computed"});
    observed.push_back({"yield_30y_pct", day, c.y30, "Treasury par yields", "computed"});
  }
  store.put_observed(observed);

  const auto none = std::nullopt;
  store.put_scorecard({
      {"yield_2y_change_bp", 5, 0, 20, "input", 5.0, 5.1, 0.2, true, "Treasury par yields", "computed"},
      {"yield_5y_change_bp", 20, 15, 40, "implied", 12.0, 21.5, 0.9, true, "Treasury par yields", "computed"},
      {"yield_10y_change_bp", 28, 18, 38, "outcome", 6.2, 29.4, 1.3, true, "Treasury par yields", "computed"},
      {"yield_30y_change_bp", 31, 21, 41, "outcome", 8.1, 34.0, 1.6, true, "Treasury par yields", "computed"},
      {"swap_spread_30y_change_bp", -15, -22, -8, "outcome", -1.1, -6.4, 0.5, false, "dealer commentary", "memory"},
      {"bid_ask_10y_multiple", 2, 1.5, 2.5, "outcome", 1.2, 2.05, 0.06, true, "R34, R36", "read"},
      {"depth_10y_change_pct", -75, -80, -65, "outcome", -12.0, -71.0, 1.4, true, "R39, R36", "read"},
      {"impact_volume_multiple", 1.07, 0.85, 1.4, "outcome", 1.0, 1.62, 0.05, false, "exchange data", "computed"},
      {"sofr_minus_iorb_max_bp", 2, -7, 5, "outcome", 1.0, 1.4, 0.6, true, "New York Fed", "computed"},
      {"basis_position_change_pct", 0, -5, 5, "outcome", none, none, none, false, "CFTC", "computed"},
  });
  std::vector<results::CollateralNodeRow> nodes;
  const auto ring = [&](const std::string& name, const std::string& kind, double radius, double turn) {
    const double angle = 2 * std::numbers::pi * turn;
    nodes.push_back({name, kind, radius * std::cos(angle), radius * std::sin(angle)});
  };
  for (int i = 0; i < 10; ++i)
    ring(fmt::format("Dealer {}", static_cast<char>('A' + i)), "primary_dealer", 1, i / 10.0);
  for (int i = 0; i < 24; ++i)
    ring(fmt::format("Fund {}", i + 1), "basis_fund", 2 + 0.2 * wobble(1, static_cast<std::uint64_t>(i)), i / 24.0);
  for (int i = 0; i < 4; ++i) ring(fmt::format("Money fund {}", i + 1), "money_fund", 0.45, i / 4.0 + 0.1);
  ring("FICC", "ccp", 0, 0);
  store.put_collateral_nodes(nodes);
}

void write_bare_store(const std::string& path) {
  results::ResultStore store(path, synthetic_manifest());
  metrics::RunResult r;
  r.seed = 1;
  r.metrics = {{"yield_10y_change_bp", 3.0}};
  store.save(r);
}

}  // namespace haven::report
