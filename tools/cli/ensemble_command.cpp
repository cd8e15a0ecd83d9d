#include "tools/cli/ensemble_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/loop/advance.h"
#include "tools/cli/collateral_layout.h"
#include "tools/report/report.h"
#include "tools/results/result_file.h"
#include "tools/results/result_store.h"
#include "tools/results/summary.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Metrics by name over seeds; absent values are left out.
std::map<std::string, std::vector<double>> collect(const std::map<std::uint64_t, metrics::RunResult>& runs) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& [seed, run] : runs) {
    for (const auto& [name, value] : run.metrics) values[name].push_back(value);
  }
  return values;
}

base::Digest ensemble_digest(const std::map<std::uint64_t, metrics::RunResult>& runs) {
  base::Digest digest;
  for (const auto& [seed, run] : runs) {
    digest.add(seed);
    digest.add(run.digest.a);
    digest.add(run.digest.b);
  }
  return digest;
}

const char* name_of(assemble::Flag flag) { return flag == assemble::Flag::input ? "input" : flag == assemble::Flag::implied ? "implied" : "outcome"; }

std::vector<results::ScorecardRow> score(const assemble::Experiment& e, const std::map<std::string, std::vector<double>>& model,
                                         const std::map<std::string, std::vector<double>>& null_runs) {
  std::vector<results::ScorecardRow> rows;
  for (const auto& moment : e.moments) {
    results::ScorecardRow row;
    row.metric = moment.metric.name;
    row.observed = moment.observed.value_or(0);
    row.low = moment.low.value_or(0);
    row.high = moment.high.value_or(0);
    row.flag = name_of(moment.flag);
    row.source = moment.source;
    row.tag = moment.tag;
    if (const auto found = model.find(row.metric); found != model.end()) {
      const auto s = results::summarize(found->second);
      row.model_mean = s.mean;
      row.model_se = s.se;
      row.inside = moment.low && s.mean >= *moment.low && s.mean <= *moment.high;
    }
    if (const auto found = null_runs.find(row.metric); found != null_runs.end()) row.null_mean = results::summarize(found->second).mean;
    rows.push_back(row);
  }
  return rows;
}

std::string number(const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "-"; }

void print_scorecard(const std::vector<results::ScorecardRow>& rows, std::size_t seeds) {
  if (rows.empty()) return;
  fmt::print("{:<36} {:>9} {:>17} {:>8} {:>9} {:>9} {:>7}  {}\n", "metric", "observed", "band", "flag", "null", "model", "s.e.", "inside");
  int outcomes = 0, inside = 0, null_too = 0;
  for (const auto& row : rows) {
    const bool null_inside = row.null_mean && *row.null_mean >= row.low && *row.null_mean <= row.high;
    fmt::print("{:<36} {:>9.2f} {:>17} {:>8} {:>9} {:>9} {:>7}  {}\n", row.metric, row.observed, fmt::format("[{:g}, {:g}]", row.low, row.high), row.flag,
               number(row.null_mean), number(row.model_mean), number(row.model_se), row.inside ? (null_inside ? "yes (null too)" : "yes") : "no");
    if (row.flag != "outcome") continue;
    ++outcomes;
    inside += row.inside;
    null_too += row.inside && null_inside;
  }
  fmt::print("{} of {} outcome rows inside their band over {} seeds; of these {} are inside in the null as well and are no evidence\n", inside, outcomes, seeds, null_too);
}

Json summary_json(const std::vector<double>& values) {
  const auto s = results::summarize(values);
  Json j;
  j["mean"] = s.mean;
  j["se"] = s.se ? Json(*s.se) : Json(nullptr);
  j["p05"] = s.p05;
  j["p50"] = s.p50;
  j["p95"] = s.p95;
  return j;
}

void write_tape(const assemble::Experiment& experiment, std::uint64_t seed, const loop::Plant& plant, const std::string& path) {
  std::vector<base::Record> tape;
  loop::State state = loop::initial_state(experiment.spec, seed, &tape);
  metrics::Probes probes(experiment.spec.world, metrics::Probes::Watching::off);
  loop::advance(experiment.spec, state, probes, plant);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(tape.data()), static_cast<std::streamsize>(tape.size() * sizeof(base::Record)));
  if (!file) throw BadInput(path + ": cannot be written");
}

}  // namespace

void add_ensemble_options(CLI::App& app, EnsembleOptions& o) {
  app.add_option("--seeds", o.seeds, "number of seeds, 1..N")->capture_default_str()->check(CLI::Range(1, 1000000));
  app.add_option("--seed", o.first_seed, "this one seed instead of 1..N")->check(CLI::Range(1, 1000000000))->each([&o](const std::string&) { o.seeds = 1; });
  app.add_option("--threads", o.threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  app.add_option("--out", o.out, "result file (SQLite); the report stands beside it as .html");
  app.add_flag("--force", o.force, "replace a result file of another plan");
  app.add_flag("--json", o.json, "one JSON object on standard output");
  app.add_flag("--strict", o.strict, "exit 3 when an outcome is outside its band");
  app.add_flag("--no-metrics", o.no_metrics, "do not watch: digests only");
  app.add_flag("--no-report", o.no_report, "write no page");
  app.add_flag("--no-null", o.no_null, "leave out the null runs (every feedback frozen)");
  app.add_option("--tape", o.tape, "write every applied order, trade, posting and default of the first seed (docs/determinism.md)");
  app.add_option("--plant-leak", o.leak_dollars, "add so many dollars to one account, to see the check catch it")->group("Faults");
  app.add_option("--plant-leak-day", o.leak_day, "trading day of the leak, from 0")->group("Faults");
  app.add_option("--plant-tick-day", o.tick_day, "make one ten-year trade of this day a tick dearer, to see the digest change")->group("Faults");
  add_config_options(app, o.configs);
}

int run_ensemble(const EnsembleOptions& o) {
  const auto loaded = assemble::load<config::Run>(o.config, o.configs.load());
  const assemble::Experiment experiment = assemble::assemble(loaded, o.configs.load());
  const bool with_null = !o.no_null && !o.no_metrics && !experiment.moments.empty();
  std::optional<assemble::Experiment> frozen;
  if (with_null) {
    auto options = o.configs.load();
    frozen = experiment;
    for (std::size_t c = 0; c < world::kChannels; ++c) {
      if (c != static_cast<std::size_t>(world::Channel::fundamental)) frozen->spec.world.frozen.set(c);
    }
  }

  if (!o.tape.empty() && !std::ofstream(o.tape, std::ios::binary)) throw BadInput(o.tape + ": cannot be written");

  sweep::Options options;
  options.threads = o.threads;
  options.watching = o.no_metrics ? metrics::Probes::Watching::off : metrics::Probes::Watching::on;
  if (o.leak_day >= 0) {
    options.plant.day = o.leak_day;
    options.plant.leak = {static_cast<std::int64_t>(o.leak_dollars * base::kMoneyPerDollar + (o.leak_dollars < 0 ? -0.5 : 0.5))};
  }
  options.plant.tick_day = o.tick_day;

  std::unique_ptr<results::ResultStore> store;
  results::Manifest manifest;
  manifest.plan = o.plan;
  manifest.event = o.event;
  manifest.version = version();
  manifest.config = experiment.effective_text;
  manifest.config_digest = base::to_hex(experiment.config_digest);
  manifest.plan_digest = manifest.config_digest;
  for (const auto& i : experiment.spec.world.institutions) ++manifest.population[world::to_string(i.kind)];
  std::map<results::RunKey, results::RunStatus> have;
  if (!o.out.empty()) {
    const auto parent = std::filesystem::path(o.out).parent_path();
    std::error_code ignored;
    if (!parent.empty()) std::filesystem::create_directories(parent, ignored);
    try {
      store = std::make_unique<results::ResultStore>(o.out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
    } catch (const results::StoreError& error) {
      throw BadInput(error.what());  // nothing has run yet: the place to write is the user's to mend
    }
    have = store->finished();
  }

  std::vector<sweep::Job> jobs;
  for (int s = 0; s < o.seeds; ++s) {
    const auto seed = static_cast<std::uint64_t>(o.first_seed + s);
    for (const assemble::Experiment* e : {&experiment, static_cast<const assemble::Experiment*>(frozen ? &*frozen : nullptr)}) {
      if (e == nullptr) continue;
      const std::string variant = e == &experiment ? "model" : "null";
      const auto found = have.find({variant, 0, seed});
      if (found != have.end() && found->second == results::RunStatus::done) continue;
      jobs.push_back({e, variant, 0, seed});
    }
  }

  std::map<std::uint64_t, metrics::RunResult> model, null_runs;
  if (store && jobs.size() < static_cast<std::size_t>(o.seeds) * (with_null ? 2 : 1)) {
    const results::ResultFile file(o.out);
    for (const auto& [key, status] : have) {
      if (status != results::RunStatus::done || key.seed < static_cast<std::uint64_t>(o.first_seed) || key.seed >= static_cast<std::uint64_t>(o.first_seed + o.seeds)) continue;
      (key.variant == "null" ? null_runs : model)[key.seed].seed = key.seed;
    }
    for (const auto& row : file.runs()) {
      auto& runs = row.key.variant == "null" ? null_runs : model;
      const auto found = runs.find(row.key.seed);
      if (found != runs.end() && row.status == results::RunStatus::done) found->second.digest = base::digest_from_hex(row.digest);
    }
    for (const auto& metric : experiment.metrics) {
      for (auto* runs : {&model, &null_runs}) {
        for (const auto& [seed, value] : file.metric(metric.name, {runs == &model ? "model" : "null", 0})) {
          if (const auto found = runs->find(seed); found != runs->end()) found->second.metrics[metric.name] = value;
        }
      }
    }
  }

  std::vector<metrics::CollateralEdgeRow> network;  // of the first seed, for its layout
  Progress progress(o.plan, jobs.size());
  std::size_t done = 0, failed = 0;
  bool broken = false;
  double cpu = 0;
  std::uint64_t events = 0, orders = 0, trades = 0;
  sweep::run_all(jobs, options, [&](sweep::Ended&& ended) {
    progress.step(++done);
    cpu += ended.timing.cpu_seconds;
    if (!ended.error.empty()) {
      ++failed;
      broken |= ended.broken_invariant;
      fmt::print(stderr, "\n{}\nreproduce: haven run {} --seed {}{}{}{}\n", ended.error, o.config, ended.job.seed,
                 ended.job.variant == "null" ? " --set 'frozen=[\"all_feedbacks\"]'" : "",
                 o.configs.sets.empty() ? "" : fmt::format(" --set '{}'", fmt::join(o.configs.sets, "' --set '")),
                 o.leak_day >= 0 ? fmt::format(" --plant-leak {} --plant-leak-day {}", o.leak_dollars, o.leak_day) : "");
      if (store) store->save_failure({ended.job.variant, 0, ended.job.seed}, ended.error, ended.timing);
      return;
    }
    events += ended.result.events;
    orders += ended.result.orders;
    trades += ended.result.trades;
    if (store) store->save(ended.result, ended.job.variant, 0, ended.timing);
    if (ended.job.variant == "model" && ended.job.seed == static_cast<std::uint64_t>(o.first_seed)) network = std::move(ended.result.collateral);
    metrics::RunResult kept;
    kept.seed = ended.result.seed;
    kept.digest = ended.result.digest;
    kept.events = ended.result.events;
    kept.metrics = ended.result.metrics;
    (ended.job.variant == "null" ? null_runs : model)[ended.job.seed] = std::move(kept);
  }, stop_requested());
  progress.finish();

  const auto values = collect(model);
  const auto rows = score(experiment, values, collect(null_runs));
  if (store) {
    store->put_scorecard(rows);
    std::vector<results::ObservedRow> observed;
    for (const auto& p : experiment.observed) observed.push_back({p.series, p.date, p.value, p.source, p.tag});
    store->put_observed(observed);
    if (!network.empty()) store->put_collateral_nodes(collateral_layout(network, experiment.spec.world));
    store.reset();
    if (!o.no_report && !o.no_metrics) report::write_report(o.out, std::filesystem::path(o.out).replace_extension(".html").string());
  }
  if (!o.tape.empty()) write_tape(experiment, static_cast<std::uint64_t>(o.first_seed), options.plant, o.tape);

  bool all_inside = true;
  for (const auto& row : rows) all_inside &= row.flag != "outcome" || row.inside;
  if (o.json) {
    Json j;
    j["config"] = o.config;
    j["version"] = version();
    j["config_digest"] = base::to_hex(experiment.config_digest);
    j["digest"] = base::to_hex(ensemble_digest(model));
    j["seeds"] = model.size();
    j["failed"] = failed;
    j["events"] = events;
    j["orders"] = orders;
    j["trades"] = trades;
    j["cpu_seconds"] = cpu;
    j["events_per_second"] = cpu > 0 ? static_cast<double>(events) / cpu : 0.0;
    j["metrics"] = Json::object();
    for (const auto& [name, list] : values) j["metrics"][name] = summary_json(list);
    if (!experiment.moments.empty()) {
      j["scorecard"] = Json::array();
      for (const auto& row : rows) {
        const auto opt = [](const std::optional<double>& x) { return x ? Json(*x) : Json(nullptr); };
        j["scorecard"].push_back({{"metric", row.metric}, {"observed", row.observed}, {"low", row.low}, {"high", row.high}, {"flag", row.flag},
                                  {"null_mean", opt(row.null_mean)}, {"model_mean", opt(row.model_mean)}, {"model_se", opt(row.model_se)},
                                  {"inside", row.inside}, {"source", row.source}, {"tag", row.tag}});
      }
    }
    fmt::print("{}\n", j.dump(2));
  } else {
    print_scorecard(rows, model.size());
    if (experiment.moments.empty()) {
      for (const auto& [name, list] : values) {
        const auto s = results::summarize(list);
        fmt::print("{:<40} {:>10.3f} {:>9}\n", name, s.mean, number(s.se));
      }
    }
    fmt::print("{} runs, {} events, {:.1f} s of CPU, {:.2f} million events/s, digest {}\n", done, events, cpu, cpu > 0 ? 1e-6 * static_cast<double>(events) / cpu : 0.0, base::to_hex(ensemble_digest(model)));
    if (!o.out.empty()) fmt::print("results {}\n", o.out);
    if (!o.out.empty() && !o.no_report && !o.no_metrics) fmt::print("report {}\n", std::filesystem::path(o.out).replace_extension(".html").string());
  }
  if (broken) return kBrokenInvariant;
  if (stop_requested()) return kInterrupted;
  if (failed > 0) return kFailed;
  return o.strict && !all_inside ? kOutsideBands : kGood;
}

}  // namespace haven::cli
