#include "tools/cli/ensemble_command.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <deque>
#include <filesystem>

#include "tools/assemble/overlay.h"
#include "tools/assemble/posterior.h"
#include "tools/cli/collateral_network.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_runs.h"
#include "tools/cli/shadow_rules.h"
#include "tools/report/report.h"
#include "tools/results/summary.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

/// What makes runs another plan's although the config is the same: a planted fault, that nobody watched, other rules watched.
std::string beside_the_config(const EnsembleOptions& o) {
  std::string words;
  if (o.leak_day >= 0) words += fmt::format(", {} dollars leaked on day {}", o.leak_dollars, o.leak_day);
  if (o.tick_day >= 0) words += fmt::format(", a tick planted on day {}", o.tick_day);
  if (o.no_metrics) words += ", not watched";
  for (const auto& rule : o.shadows) words += ", shadow rule " + rule;
  return words;
}

results::Manifest manifest_of(const EnsembleOptions& o, const assemble::Experiment& experiment, const std::optional<assemble::Posterior>& posterior) {
  std::string words = beside_the_config(o);
  if (posterior) words += fmt::format(", parameters drawn from {} {}", posterior->name(), base::to_hex(posterior->digest()));
  results::Manifest manifest;
  manifest.plan = o.plan + words;
  manifest.event = o.event + words;
  manifest.version = version();
  manifest.config = experiment.effective_text;
  manifest.config_digest = base::to_hex(experiment.config_digest);
  base::Digest plan = experiment.config_digest;
  for (const char c : words) plan.add(static_cast<std::uint64_t>(c));
  manifest.plan_digest = base::to_hex(plan);
  for (const auto& i : experiment.spec.world.institutions) ++manifest.population[world::to_string(i.kind)];
  return manifest;
}

/// Gives every seed its own experiment of the variant, kept in `kept`.
void draw_parameters(Variant& variant, const assemble::Posterior& posterior, SeedRange seeds, const std::vector<metrics::ShadowRule>& shadows, std::deque<assemble::Experiment>& kept) {
  const auto options = variant.configs.load();
  const auto run = assemble::load_run_with(variant.config, variant.configs.with, options);
  for (int s = seeds.first; s < seeds.first + seeds.count; ++s) {
    const auto seed = static_cast<std::uint64_t>(s);
    kept.push_back(assemble::assemble(posterior.drawn(run, seed), options));
    kept.back().shadows = shadows;
    variant.draws[seed] = {&kept.back(), posterior.values(seed)};
  }
}

void print_json(const EnsembleOptions& o, const assemble::Experiment& experiment, const PairedRuns& runs, const Values& values,
                const std::vector<results::ScorecardRow>& rows) {
  const KeptRuns& model = runs.of.at("model");
  const KeptRun total = runs.total();
  Json j;
  j["config"] = o.config;
  j["version"] = version();
  j["config_digest"] = base::to_hex(experiment.config_digest);
  j["digest"] = base::to_hex(ensemble_digest(model));
  j["seeds"] = model.size();
  j["failed"] = runs.failed;
  j["made"] = runs.made;
  j["events"] = total.events;
  j["orders"] = total.orders;
  j["trades"] = total.trades;
  j["cpu_seconds"] = total.cpu_seconds;
  j["events_per_second"] = total.cpu_seconds > 0 ? static_cast<double>(total.events) / total.cpu_seconds : 0.0;
  j["metrics"] = Json::object();
  for (const auto& [name, list] : values) j["metrics"][name] = summary_json(list);
  if (!o.shadows.empty()) j["shadow_rules"] = shadow_json(shadow_summaries(model));
  if (!experiment.moments.empty()) j["scorecard"] = scorecard_json(rows);
  j["defaults"] = Json::array();
  for (const auto& [seed, run] : model) {
    for (const auto& d : run.defaults) {
      Json row = {{"seed", seed}, {"time", base::to_string(d.time)}, {"institution", d.institution}, {"kind", d.kind}, {"shortfall_bn", d.shortfall_bn}, {"cause", d.cause}};
      row["steps"] = Json::array();
      for (const auto& s : run.default_steps) {
        if (s.institution == d.institution) row["steps"].push_back({{"time", base::to_string(s.time)}, {"account", s.account}, {"item", s.item}, {"counterparty", s.counterparty}, {"amount_bn", s.amount_bn}});
      }
      j["defaults"].push_back(std::move(row));
    }
  }
  j["fails"] = Json::array();
  for (const auto& [seed, run] : model) {
    for (const auto& f : run.fails) {
      j["fails"].push_back({{"seed", seed}, {"day", base::to_string(f.day)}, {"since", base::to_string(f.since)}, {"kind", f.kind}, {"failing", f.failing}, {"owed_to", f.owed_to},
                            {"security", f.security}, {"face_bn", f.face_bn}, {"fails", f.fails}, {"cause", f.cause}, {"upstream", f.upstream}, {"cause_bn", f.cause_bn}});
    }
  }
  fmt::print("{}\n", j.dump(2));
}

void print_text(const EnsembleOptions& o, const assemble::Experiment& experiment, const PairedRuns& runs, const Values& values,
                const std::vector<results::ScorecardRow>& rows, const std::string& page) {
  const KeptRuns& model = runs.of.at("model");
  const KeptRun total = runs.total();
  print_scorecard(rows, model.size());
  if (experiment.moments.empty()) {
    for (const auto& [name, list] : values) {
      const auto s = results::summarize(list);
      fmt::print("{:<44} {:>12.3f} {:>10}\n", name, s.mean, s.se ? fmt::format("{:.3f}", *s.se) : "-");
    }
  }
  print_shadows(shadow_summaries(model));
  fmt::print("{} runs, {} seeds in all: {} events, {} orders, {} trades, {:.1f} s of CPU, {:.2f} million events/s, digest {}\n", runs.made, model.size(),
             total.events, total.orders, total.trades, total.cpu_seconds,
             total.cpu_seconds > 0 ? 1e-6 * static_cast<double>(total.events) / total.cpu_seconds : 0.0, base::to_hex(ensemble_digest(model)));
  if (!o.out.empty()) fmt::print("results {}\n", o.out);
  if (!page.empty() && std::filesystem::exists(page)) fmt::print("report {}\n", page);
}

}  // namespace

loop::Plant EnsembleOptions::plant() const {
  loop::Plant plant;
  if (leak_day >= 0) {
    plant.day = leak_day;
    plant.leak = {static_cast<std::int64_t>(leak_dollars * base::kMoneyPerDollar + (leak_dollars < 0 ? -0.5 : 0.5))};
  }
  plant.tick_day = tick_day;
  return plant;
}

void add_ensemble_options(CLI::App& app, EnsembleOptions& o) {
  app.add_option("--seeds", o.seeds, "number of seeds, 1..N")->capture_default_str()->check(CLI::Range(1, 1000000));
  auto* first = app.add_option("--first-seed", o.first_seed, "the first of them, when it is not 1")->check(CLI::Range(1, 1000000000));
  app.add_option("--seed", o.first_seed, "this one seed instead of 1..N")->check(CLI::Range(1, 1000000000))->each([&o](const std::string&) { o.seeds = 1; })->excludes(first);
  app.add_option("--threads", o.threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  app.add_option("--out", o.out, "result file (SQLite); the report stands beside it as .html");
  app.add_flag("--force", o.force, "replace a result file of another plan");
  app.add_flag("--json", o.json, "one JSON object on standard output");
  app.add_flag("--strict", o.strict, "exit 3 when an outcome is outside its band");
  app.add_option("--parameters", o.parameters, "draw each seed's parameters from this sample (haven calibrate --posterior); \"posterior\" is the one that comes with the program");
  app.add_option("--shadow", o.shadows, "a leverage regime to measure along the runs without touching them; may be repeated")->allow_extra_args(false);
  app.add_flag("--no-metrics", o.no_metrics, "do not watch: digests only");
  app.add_flag("--no-report", o.no_report, "write no page");
  app.add_flag("--no-null", o.no_null, "leave out the null runs (every feedback frozen)");
  add_trace_options(app, o.traces);
  auto* leak = app.add_option("--plant-leak", o.leak_dollars, "add so many dollars to one account, to see the check catch it")->group("Faults");
  auto* leak_day = app.add_option("--plant-leak-day", o.leak_day, "trading day of the leak, from 0")->group("Faults")->check(CLI::Range(0, 65000));
  leak->needs(leak_day);
  leak_day->needs(leak);
  app.add_option("--plant-tick-day", o.tick_day, "make one ten-year trade of this day a tick dearer, to see the digest change")->group("Faults")->check(CLI::Range(0, 65000));
  add_config_options(app, o.configs);
}

void require_plantable(const EnsembleOptions& o, const assemble::Experiment& experiment) {
  const auto days = static_cast<int>(experiment.spec.world.days.size());
  const auto within = [&](const char* option, int day) {
    if (day >= days) throw BadInput(fmt::format("{} {}: expected 0 to {}, the trading days of this run", option, day, days - 1));
  };
  within("--plant-leak-day", o.leak_day);
  within("--plant-tick-day", o.tick_day);
  const double size = std::abs(o.leak_dollars);
  if (o.leak_day >= 0 && !(size >= 0.0001 && size <= 1e12)) throw BadInput(fmt::format("--plant-leak {}: expected 0.0001 to 1e12 dollars, or as much taken away", o.leak_dollars));
}

int run_ensemble(const EnsembleOptions& o) {
  const auto loaded = assemble::load_run_with(o.config, o.configs.with, o.configs.load());
  assemble::Experiment experiment = assemble::assemble(loaded, o.configs.load());
  require_plantable(o, experiment);
  std::vector<Variant> variants = {{"model", o.config, o.configs, &experiment}};
  variants.front().parameters = o.parameters;
  experiment.shadows = shadow_rules(variants.front(), o.shadows);
  assemble::Experiment frozen;
  if (!o.no_null && !o.no_metrics && !experiment.moments.empty()) {
    variants.push_back(null_twin(variants.front()));
    frozen = assembled(variants.back());
    variants.back().experiment = &frozen;
  }
  std::optional<assemble::Posterior> posterior;
  std::deque<assemble::Experiment> drawn;
  if (!o.parameters.empty()) {
    posterior.emplace(o.parameters, o.configs.load());
    for (auto& variant : variants) draw_parameters(variant, *posterior, {o.first_seed, o.seeds}, variant.experiment->shadows, drawn);
  }
  const std::string page = o.out.empty() || o.no_report || o.no_metrics ? "" : std::filesystem::path(o.out).replace_extension(".html").string();
  for (const auto& place : {o.out, page}) {
    if (!place.empty()) require_writable(place);
  }
  require_traceable(o.traces, experiment.spec.world);
  std::unique_ptr<results::ResultStore> store;
  if (!o.out.empty()) store = open_results(o.out, manifest_of(o, experiment, posterior), o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);

  sweep::Options options;
  options.threads = o.threads;
  options.watching = o.no_metrics ? metrics::Probes::Watching::off : metrics::Probes::Watching::on;
  options.plant = o.plant();
  const PairedRuns runs = run_paired(o.plan, variants, {o.first_seed, o.seeds}, options, store.get(), o.out);

  const Values values = values_of(runs.of.at("model"));
  const auto null_runs = runs.of.find("null");
  const auto rows = score(experiment.moments, values, null_runs == runs.of.end() ? Values{} : values_of(null_runs->second));
  if (store) {
    store->put_scorecard(rows);
    std::vector<results::ObservedRow> observed;
    for (const auto& p : experiment.observed) observed.push_back({p.series, p.date, p.value, p.source, p.tag});
    store->put_observed(observed);
    if (!runs.network.empty()) store->put_collateral_nodes(collateral_layout(runs.network, runs.on_network));
    store.reset();
  }
  bool all_written = true, stopped = false;  // what was found is printed whether or not the page and the traces find room
  std::string no_room;
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      all_written = false;
    }
  };
  if (!page.empty()) attempt([&] { report::write_report(o.out, page); });
  if (o.traces.any() && !runs.broken_invariant) {
    try {
      stopped = !write_traces(variants.front().experiment_of(static_cast<std::uint64_t>(o.first_seed)), static_cast<std::uint64_t>(o.first_seed), options.plant, o.config, o.traces);
    } catch (const BadInput& error) {
      no_room = error.what();
    }
  }
  if (o.json) print_json(o, experiment, runs, values, rows);
  else print_text(o, experiment, runs, values, rows, page);

  if (runs.broken_invariant) return kBrokenInvariant;
  if (stopped || stop_requested()) return kInterrupted;
  if (!no_room.empty()) throw BadInput(no_room);
  if (runs.failed > 0 || !all_written) return kFailed;
  return o.strict && !every_outcome_inside(rows) ? kOutsideBands : kGood;
}

}  // namespace haven::cli
