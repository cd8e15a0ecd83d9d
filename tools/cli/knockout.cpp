#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tools/assemble/overlay.h"
#include "tools/assemble/sweep_plan.h"
#include "tools/cli/collateral_network.h"
#include "tools/cli/damage.h"
#include "tools/cli/moment.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_difference.h"
#include "tools/results/summary.h"
#include "tools/sweep/forks.h"
#include "tools/sweep/market_model.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTwin = "twin";
constexpr const char* kDebtRank = "debt_rank";
constexpr const char* kUnproven =
    "collapse_share is not validated: no replay of March 2020 has shown yet that what counts as a collapse here is one, nor April 2025 that it is not.";

struct Options {
  std::string config, at, out, by = "further_defaults";
  ConfigOptions configs;
  std::vector<std::string> kinds, institutions;
  int seeds = 8, threads = 0, top = 20;
  bool json = false, force = false;
};

/// Who is made to fail when.
struct Plan {
  base::Time at;
  std::vector<base::InstitutionId> who;
};

/// One institution's row: over the seeds that have both the failure and the twin.
struct Row {
  std::string name, kind;
  std::size_t seeds = 0;
  std::size_t failed_before = 0;   ///< seeds in which it was in default already at the moment
  std::vector<double> loss_bn, creditor_loss_bn, house_loss_bn, open_claims_bn, shortfall_bn, further_defaults, debt_rank;
  std::map<std::string, std::size_t> fell;  ///< further defaulters -> seeds
  std::map<std::string, PairedDifference> metrics;
};

double mean_of(const std::vector<double>& values) { return values.empty() ? 0.0 : results::summarize(values).mean; }

/// The scored statistics of this command: from the day of the failure to the end, beside those of nobody's failure.
std::vector<metrics::Metric> metrics_after(const assemble::Experiment& experiment, base::Time at) {
  using metrics::Statistic;
  const auto& days = experiment.spec.world.days;
  std::size_t first = 0;
  while (first + 1 < days.size() && base::midnight(days[first]) + base::hours(17) <= at) ++first;
  const base::Date from = days[first], before = days[first > 0 ? first - 1 : 0], to = days.back();
  return {{"after_yield_10y_change_bp", "yield_10y_bp", Statistic::change, before, to},
          {"after_depth_10y_mean_bn", "depth_10y_bn", Statistic::mean, from, to},
          {"after_depth_10y_min_bn", "depth_10y_bn", Statistic::minimum, from, to},
          {"after_bid_ask_30y_mean_ticks", "bid_ask_30y_ticks", Statistic::mean, from, to},
          {"after_bid_ask_off_TY_mean_bp", "bid_ask_off_TY_bp", Statistic::mean, from, to},
          {"after_requests_declined_mean_share", "requests_declined_share", Statistic::mean, from, to},
          {"after_sofr_minus_iorb_max_bp", "sofr_minus_iorb_bp", Statistic::maximum, from, to},
          {"after_repo_refused_sum_bn", "repo_refused_bn", Statistic::sum, from, to},
          {"after_fails_sum_bn", "fails_bn", Statistic::sum, from, to},
          // Not of a series: put beside the others when a run has ended.
          {sweep::kCollapseShare, "", Statistic::mean, from, to},
          {kDebtRank, "", Statistic::mean, from, to}};
}

Plan plan_of(const Options& o, const assemble::Experiment& experiment) {
  const auto& world = experiment.spec.world;
  Plan plan;
  Moment at;
  at.day = world.days[experiment.first_scored_day];
  if (!o.at.empty()) at = day_or_moment_of("--at", o.at);
  plan.at = at.time.value_or(base::midnight(at.day) + base::hours(9));
  const bool open = std::any_of(world.days.begin(), world.days.end(), [&](base::Date d) { return plan.at >= base::midnight(d) - base::hours(6) && plan.at < base::midnight(d) + base::hours(17); });
  if (!open) throw BadInput(fmt::format("--at {}: found a moment outside the sessions of this run, expected one from 18:00 of an evening to 17:00 of a trading day, {} to {}", o.at, base::to_string(world.days.front()), base::to_string(world.days.back())));
  for (const auto& kind : o.kinds) {
    if (std::none_of(world.institutions.begin(), world.institutions.end(), [&](const auto& i) { return world::can_default(i.kind) && kind == world::to_string(i.kind); })) {
      std::set<std::string> kinds;
      for (const auto& i : world.institutions) {
        if (world::can_default(i.kind)) kinds.insert(world::to_string(i.kind));
      }
      throw BadInput(fmt::format("--kind {}: no institution of this kind here can fail; expected one of {}", kind, fmt::join(kinds, ", ")));
    }
  }
  for (const auto& name : o.institutions) {
    if (std::none_of(world.institutions.begin(), world.institutions.end(), [&](const auto& i) { return world::can_default(i.kind) && i.name == name; })) {
      throw BadInput(fmt::format("--institution {}: found no institution of this run of that name that can fail (clearing houses, the central bank and the Treasury cannot)", name));
    }
  }
  const auto named = [](const std::vector<std::string>& list, const std::string& word) { return std::find(list.begin(), list.end(), word) != list.end(); };
  for (std::uint32_t i = 0; i < world.institutions.size(); ++i) {
    const auto& inst = world.institutions[i];
    if (!world::can_default(inst.kind)) continue;
    const bool stands_for_many = inst.kind == world::Kind::noise || inst.kind == world::Kind::customer || inst.kind == world::Kind::household;
    const bool wanted = o.kinds.empty() && o.institutions.empty() ? !stands_for_many : named(o.kinds, world::to_string(inst.kind)) || named(o.institutions, inst.name);
    if (wanted) plan.who.push_back({i});
  }
  return plan;
}

std::map<std::string, double> debt_ranks_of(const loop::Spec& spec, const loop::State& state) {
  const CollateralNetwork network = collateral_network(spec.world, state.world);
  const auto ranks = debt_ranks(network);
  std::map<std::string, double> of;
  for (networks::NodeIndex n = 0; n < network.loans.node_count(); ++n) of[network.loans.node(n).name] = ranks[n];
  return of;
}

std::vector<Row> rows_of(const std::vector<Variant>& variants, const Plan& plan, const assemble::Experiment& experiment, const std::map<std::string, KeptRuns>& of) {
  std::vector<Row> rows;
  const KeptRuns& twins = of.at(kTwin);
  for (std::size_t v = 1; v < variants.size(); ++v) {
    const KeptRuns& failed = of.at(variants[v].name);
    Row row;
    row.name = variants[v].name;
    row.kind = world::to_string(experiment.spec.world.institutions[plan.who[v - 1].v].kind);
    for (const auto& [seed, run] : failed) {
      const auto twin = twins.find(seed);
      if (twin == twins.end()) continue;
      ++row.seeds;
      const Damage d = damage(run, twin->second, row.name);
      row.loss_bn.push_back(d.loss_bn());
      row.creditor_loss_bn.push_back(d.creditor_loss_bn);
      row.house_loss_bn.push_back(d.house_loss_bn);
      row.open_claims_bn.push_back(d.open_claims_bn);
      row.shortfall_bn.push_back(d.shortfall_bn);
      row.further_defaults.push_back(static_cast<double>(d.further.size()));
      for (const auto& name : d.further) ++row.fell[name];
      if (const auto rank = run.metrics.find(kDebtRank); rank != run.metrics.end()) row.debt_rank.push_back(rank->second);
      for (const auto& fell : twin->second.defaults) row.failed_before += fell.institution == row.name && fell.time < plan.at;
    }
    for (const auto& metric : experiment.metrics) {
      if (metric.name == kDebtRank) continue;
      const auto difference = paired_difference(metric.name, twins, failed);
      if (difference.seeds > 0) row.metrics[metric.name] = difference;
    }
    if (row.seeds > 0) rows.push_back(std::move(row));
  }
  return rows;
}

double key_of(const Row& row, const std::string& by) {
  if (by == "loss_bn") return mean_of(row.loss_bn);
  if (by == "further_defaults") return mean_of(row.further_defaults);
  if (by == "open_claims_bn") return mean_of(row.open_claims_bn);
  if (by == "shortfall_bn") return mean_of(row.shortfall_bn);
  if (by == kDebtRank) return mean_of(row.debt_rank);
  const auto metric = row.metrics.find(by);
  return metric == row.metrics.end() ? 0.0 : std::abs(metric->second.mean);
}

Json row_json(const Row& row, std::size_t rank) {
  Json j = {{"rank", rank}, {"institution", row.name}, {"kind", row.kind}, {"seeds", row.seeds}, {"failed_before", row.failed_before}};
  const auto both = [](const std::vector<double>& values) -> Json {
    const auto s = results::summarize(values);
    return {{"mean", s.mean}, {"se", s.se ? Json(*s.se) : Json(nullptr)}};
  };
  j["loss_bn"] = both(row.loss_bn);
  j["creditor_loss_bn"] = both(row.creditor_loss_bn);
  j["house_loss_bn"] = both(row.house_loss_bn);
  j["open_claims_bn"] = both(row.open_claims_bn);
  j["further_defaults"] = both(row.further_defaults);
  j["shortfall_bn"] = both(row.shortfall_bn);
  j["debt_rank"] = row.debt_rank.empty() ? Json(nullptr) : Json(mean_of(row.debt_rank));
  j["fell"] = Json::object();
  for (const auto& [name, seeds] : row.fell) j["fell"][name] = seeds;
  j["metrics"] = Json::object();
  for (const auto& [name, d] : row.metrics) {
    const auto beyond = d.beyond_two_se();
    j["metrics"][name] = {{"twin_mean", d.base_mean}, {"failed_mean", d.other_mean}, {"difference", d.mean}, {"se", d.se ? Json(*d.se) : Json(nullptr)}, {"beyond_two_se", beyond ? Json(*beyond) : Json(nullptr)}};
  }
  return j;
}

void print_rows(const std::vector<Row>& rows, const Options& o) {
  const auto with_se = [](const std::vector<double>& values) {
    const auto s = results::summarize(values);
    return fmt::format("{:.2f} ({})", s.mean, s.se ? fmt::format("{:.2f}", *s.se) : "-");
  };
  const auto difference = [](const Row& row, const std::string& name) -> std::string {
    const auto found = row.metrics.find(name);
    if (found == row.metrics.end()) return "-";
    const auto& d = found->second;
    return fmt::format("{:+.2f} ({})", d.mean, d.se ? fmt::format("{:.2f}", *d.se) : "-");
  };
  fmt::print("{:>4} {:<28} {:<22} {:>5} {:>14} {:>16} {:>16} {:>16} {:>16} {:>16} {:>16} {:>9}\n", "rank", "institution", "kind", "seeds", "defaults", "loss, $bn", "open, $bn", "short, $bn", "10y depth, $bn", "10y, bp", "SOFR max, bp", "DebtRank");
  for (std::size_t k = 0; k < rows.size() && k < static_cast<std::size_t>(o.top); ++k) {
    const Row& row = rows[k];
    fmt::print("{:>4} {:<28} {:<22} {:>5} {:>14} {:>16} {:>16} {:>16} {:>16} {:>16} {:>16} {:>9}\n", k + 1, row.name, row.kind, row.seeds, with_se(row.further_defaults), with_se(row.loss_bn), with_se(row.open_claims_bn), with_se(row.shortfall_bn),
               difference(row, "after_depth_10y_mean_bn"), difference(row, "after_yield_10y_change_bp"), difference(row, "after_sofr_minus_iorb_max_bp"), row.debt_rank.empty() ? "-" : fmt::format("{:.4f}", mean_of(row.debt_rank)));
  }
  if (rows.size() > static_cast<std::size_t>(o.top)) fmt::print("and {} more (--top, --json)\n", rows.size() - static_cast<std::size_t>(o.top));
}

int knockout(const Options& o) {
  auto experiment = assemble::assemble(assemble::load_run_with(o.config, o.configs.with, o.configs.load()), o.configs.load());
  const Plan plan = plan_of(o, experiment);
  experiment.metrics = metrics_after(experiment, plan.at);
  const bool known = o.by == "loss_bn" || o.by == "further_defaults" || o.by == "open_claims_bn" || o.by == "shortfall_bn" || std::any_of(experiment.metrics.begin(), experiment.metrics.end(), [&](const auto& m) { return m.name == o.by; });
  if (!known) throw BadInput(fmt::format("--by {}: expected further_defaults, loss_bn, open_claims_bn, shortfall_bn, debt_rank or a metric of this command (--json lists them)", o.by));
  const metrics::Collapse collapse = assemble::collapse_of("reference/collapse", o.configs.load());
  const auto& days = experiment.spec.world.days;

  std::vector<Variant> variants = {{kTwin, o.config, o.configs, &experiment}};
  sweep::Forks forks{&experiment, plan.at, {{kTwin, {}}}};
  for (const auto who : plan.who) {
    const std::string& name = experiment.spec.world.institutions[who.v].name;
    variants.push_back({name, o.config, o.configs, &experiment});
    forks.branches.push_back({name, [who, at = plan.at](const loop::Spec& spec, loop::State& state) { loop::schedule_failure(spec, state, {at, who}); }});
  }
  std::unique_ptr<results::ResultStore> store;
  std::map<std::string, KeptRuns> of;
  for (const auto& variant : variants) of[variant.name];
  if (!o.out.empty()) {
    const std::string at = base::to_string(plan.at).substr(0, 16);
    results::Manifest manifest;
    manifest.plan = manifest.event = fmt::format("{}, knockout at {}", o.config, at);
    manifest.version = version();
    manifest.config = experiment.effective_text;
    manifest.config_digest = base::to_hex(experiment.config_digest);
    base::Digest digest = experiment.config_digest;
    digest.add(base::name_key("knockout"));
    digest.add(static_cast<std::uint64_t>(plan.at.ns));
    manifest.plan_digest = base::to_hex(digest);
    for (const auto& i : experiment.spec.world.institutions) ++manifest.population[world::to_string(i.kind)];
    store = open_results(o.out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
    of = kept_in(o.out, variants, {1, o.seeds});
  }
  sweep::Wanted wanted;
  std::size_t total = 0;
  for (int s = 1; s <= o.seeds; ++s) {
    auto& names = wanted[static_cast<std::uint64_t>(s)];
    for (const auto& variant : variants) {
      if (!of[variant.name].contains(static_cast<std::uint64_t>(s))) names.insert(variant.name);
    }
    total += names.size();
  }

  std::map<std::uint64_t, std::map<std::string, double>> ranks;
  std::size_t made = 0, failed = 0;
  bool broken_invariant = false;
  double cpu_seconds = 0;
  sweep::Options options;
  options.threads = o.threads;
  Progress progress("knockout", total);
  const double shared_cpu_seconds = sweep::run_forks(
      forks, wanted, options, [&](std::uint64_t seed, const loop::State& state) { ranks[seed] = debt_ranks_of(experiment.spec, state); },
      [&](sweep::Ended&& ended) {
        progress.step(++made);
        cpu_seconds += ended.timing.cpu_seconds;
        const auto& job = ended.job;
        if (!ended.error.empty()) {
          ++failed;
          broken_invariant |= ended.broken_invariant;
          fmt::print(stderr, "\n{} fails at {}: {}\n", job.variant, base::to_string(plan.at), ended.error);
          if (store) store->save_failure({job.variant, 0, job.seed}, ended.error, ended.timing);
          return;
        }
        const auto day = metrics::first_collapse(collapse, ended.result.series, {days[experiment.calm_from], days[experiment.calm_to]}, {base::date_of(plan.at), days.back()});
        ended.result.metrics[sweep::kCollapseShare] = day ? 1 : 0;
        if (const auto rank = ranks[job.seed].find(job.variant); rank != ranks[job.seed].end()) ended.result.metrics[kDebtRank] = rank->second;
        KeptRun kept = {ended.result.digest, ended.result.events, ended.result.orders, ended.result.trades, ended.timing.cpu_seconds, ended.result.metrics, ended.result.defaults, ended.result.default_steps};
        if (store) {
          metrics::RunResult small;  // what the ranking is made of
          small.seed = ended.result.seed;
          small.digest = ended.result.digest;
          small.events = ended.result.events;
          small.orders = ended.result.orders;
          small.trades = ended.result.trades;
          small.metrics = std::move(ended.result.metrics);
          small.defaults = std::move(ended.result.defaults);
          small.default_steps = std::move(ended.result.default_steps);
          store->save(small, job.variant, 0, ended.timing);
        }
        of[job.variant][job.seed] = std::move(kept);
      },
      stop_requested());
  progress.finish();

  auto rows = rows_of(variants, plan, experiment, of);
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    const double x = key_of(a, o.by), y = key_of(b, o.by);
    if (x != y) return x > y;
    const double p = mean_of(a.loss_bn) + mean_of(a.open_claims_bn), q = mean_of(b.loss_bn) + mean_of(b.open_claims_bn);
    return p != q ? p > q : a.name < b.name;
  });
  const std::string at = base::to_string(plan.at).substr(0, 16);
  if (o.json) {
    Json j;
    j["config"] = o.config;
    j["version"] = version();
    j["config_digest"] = base::to_hex(experiment.config_digest);
    j["digest"] = base::to_hex(ensemble_digest(of.at(kTwin)));
    j["at"] = at;
    j["by"] = o.by;
    j["seeds"] = of.at(kTwin).size();
    j["failed"] = failed;
    j["made"] = made;
    j["cpu_seconds"] = cpu_seconds;
    j["shared_cpu_seconds"] = shared_cpu_seconds;
    j["caveat"] = kUnproven;
    j["ranking"] = Json::array();
    for (std::size_t k = 0; k < rows.size(); ++k) j["ranking"].push_back(row_json(rows[k], k + 1));
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("{}, {} institutions made to fail at {}, one a run, against the same seed without; seeds 1 to {}; s.e. in brackets; ranked by {}\n\n", o.config, plan.who.size(), at, o.seeds, o.by);
    print_rows(rows, o);
    fmt::print("\n{} runs made, {:.1f} s of CPU and {:.1f} s for what they share, digest of the twins {}\n", made, cpu_seconds, shared_cpu_seconds, base::to_hex(ensemble_digest(of.at(kTwin))));
    if (!o.out.empty()) fmt::print("results {}\n", o.out);
  }
  if (broken_invariant) return kBrokenInvariant;
  if (stop_requested()) return kInterrupted;
  return failed > 0 ? kFailed : kGood;
}

}  // namespace

void add_knockout(CLI::App& app, int& code) {
  auto* o = new Options;  // lives as long as the program: CLI11 keeps references
  auto* command = app.add_subcommand("knockout", "make one institution after the other fail, and rank them by what it does to the others");
  command->footer("Example: haven knockout replays/april_2025 --at 2025-04-04 --kind basis_fund --kind primary_dealer --seeds 4\n"
                  "Each seed is run once up to the moment; from there on the twin and one run an institution. Defaults are those of others; losses those of\n"
                  "creditors and clearing houses, read off the traces; open are claims on estates that the run did not live to clear; differences are run less twin. Without --out nothing is written; with it, the same command resumes.");
  command->add_option("config", o->config, "name of a built-in config, or a path")->required();
  command->add_option("--at", o->at, "New York time of the failure, YYYY-MM-DD (its 09:00) or YYYY-MM-DD HH:MM; default: the first scored day");
  command->add_option("--kind", o->kinds, "all institutions of this kind; may be repeated. Default: everybody who can fail but households, customers and noise")->allow_extra_args(false);
  command->add_option("--institution", o->institutions, "this institution; may be repeated")->allow_extra_args(false);
  command->add_option("--by", o->by, "what is ranked by: further_defaults, loss_bn, open_claims_bn, shortfall_bn, debt_rank, or the size of a metric's difference")->capture_default_str();
  command->add_option("--top", o->top, "rows printed")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--seeds", o->seeds, "number of seeds, 1..N")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--out", o->out, "result file (SQLite); institutions are its variants");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--json", o->json, "one JSON object on standard output");
  add_config_options(*command, o->configs);
  add_with_option(*command, o->configs);
  command->callback([o, &code] { code = knockout(*o); });
}

}  // namespace haven::cli
