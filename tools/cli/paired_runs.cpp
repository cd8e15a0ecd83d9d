#include "tools/cli/paired_runs.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "tools/assemble/overlay.h"
#include "tools/cli/checkpoint_file.h"
#include "tools/results/result_file.h"
#include "tools/results/summary.h"
#include "tools/sweep/forks.h"

namespace haven::cli {
namespace {

/// A word as a shell reads it back.
std::string quoted(const std::string& word) {
  if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@") == std::string::npos && !word.empty()) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

bool within(const results::RunKey& key, SeedRange seeds) {
  return key.seed >= static_cast<std::uint64_t>(seeds.first) && key.seed < static_cast<std::uint64_t>(seeds.first) + static_cast<std::uint64_t>(seeds.count);
}

/// r.sqlite -> r.seed-2.checkpoint, r.null.seed-2.checkpoint; without a result file in the working directory.
std::string checkpoint_path(const std::string& out, const Variant& variant, std::uint64_t seed) {
  const std::string stem = out.empty() ? "haven" : std::filesystem::path(out).replace_extension().string();
  return fmt::format("{}{}.seed-{}.checkpoint", stem, variant.name == "model" ? "" : "." + variant.name, seed);
}

void tell_failure(const sweep::Ended& ended, const Variant& variant, const loop::Plant& plant, const std::string& checkpoint) {
  const std::string command = reproducing_command(variant, ended.job.seed, plant);
  fmt::print(stderr, "\n{}\nreproduce: {}\n", ended.error, command);
  if (checkpoint.empty()) return;
  try {
    const auto& experiment = variant.experiment_of(ended.job.seed);
    const auto state = state_before(experiment, ended.job.seed, ended.reached, plant);
    save_checkpoint(checkpoint, experiment, state);
    fmt::print(stderr, "checkpoint: {} stands just before {}; go on from it: {} --from {}\n", checkpoint, base::to_string(ended.reached), command, quoted(checkpoint));
  } catch (const std::exception& error) {
    fmt::print(stderr, "no checkpoint: {}\n", error.what());
  }
}

}  // namespace

assemble::Experiment assembled(const Variant& v) {
  const auto options = v.configs.load();
  return assemble::assemble(assemble::load_run_with(v.config, v.configs.with, options), options);
}

Variant null_twin(const Variant& model) {
  Variant null = model;
  null.name = "null";
  null.experiment = nullptr;
  const auto run = assemble::load_run_with(model.config, model.configs.with, model.configs.load());
  std::string frozen = "frozen=[\"all_feedbacks\"";
  for (const auto& channel : run->frozen()) frozen += ", \"" + channel + "\"";
  null.configs.sets.push_back(frozen + "]");
  return null;
}

std::map<std::string, KeptRuns> kept_in(const std::string& path, const std::vector<Variant>& variants, SeedRange seeds) {
  std::map<std::string, KeptRuns> of;
  const results::ResultFile file(path);
  for (const auto& variant : variants) {
    KeptRuns& runs = of[variant.name];
    for (const auto& row : file.runs()) {
      if (row.key.variant != variant.name || row.status != results::RunStatus::done || !within(row.key, seeds)) continue;
      runs[row.key.seed] = {base::digest_from_hex(row.digest), row.events, row.orders, row.trades, 0, {}, {}, {}, {}, {}};
    }
    for (const auto& metric : variant.experiment->metrics) {
      for (const auto& [seed, value] : file.metric(metric.name, {variant.name, 0})) {
        if (const auto run = runs.find(seed); run != runs.end()) run->second.metrics[metric.name] = value;
      }
    }
    results::Statement fell(file.database(), "SELECT seed, time_ns, institution, kind, cause, shortfall_bn FROM defaults WHERE variant=? AND point=0 ORDER BY seed, time_ns, institution");
    fell.bind(variant.name);
    while (fell.step()) {
      if (const auto run = runs.find(static_cast<std::uint64_t>(fell.integer(0))); run != runs.end()) {
        run->second.defaults.push_back({base::Time{fell.integer(1)}, fell.text(2), fell.text(3), fell.text(4), fell.real(5)});
      }
    }
    results::Statement step(file.database(), "SELECT seed, time_ns, institution, account, item, counterparty, amount_bn FROM default_steps WHERE variant=? AND point=0 ORDER BY seed, place");
    step.bind(variant.name);
    while (step.step()) {
      if (const auto run = runs.find(static_cast<std::uint64_t>(step.integer(0))); run != runs.end()) {
        run->second.default_steps.push_back({base::Time{step.integer(1)}, step.text(2), step.text(3), step.text(4), step.text(5), step.real(6)});
      }
    }
    results::Statement shadow(file.database(), "SELECT seed, rule, firm, kind, \"constraint\", use, headroom_bn, binding FROM shadow_rules WHERE variant=? AND point=0");
    shadow.bind(variant.name);
    while (shadow.step()) {
      if (const auto run = runs.find(static_cast<std::uint64_t>(shadow.integer(0))); run != runs.end()) {
        run->second.shadows.push_back({{}, shadow.text(1), shadow.text(2), shadow.text(3), shadow.text(4), shadow.real(5), shadow.real(6), shadow.integer(7) != 0});
      }
    }
    results::Statement fail(file.database(), "SELECT seed, day, since, kind, failing, owed_to, security, face_bn, fails, cause, upstream, cause_bn FROM fails WHERE variant=? AND point=0 ORDER BY seed, place");
    fail.bind(variant.name);
    while (fail.step()) {
      if (const auto run = runs.find(static_cast<std::uint64_t>(fail.integer(0))); run != runs.end()) {
        const auto day = [&](int column) {
          base::Date date;
          base::parse_date(fail.text(column), date);
          return date;
        };
        run->second.fails.push_back({day(1), day(2), fail.text(3), fail.text(4), fail.text(5), fail.text(6), fail.real(7), fail.integer(8), fail.text(9), fail.text(10), fail.real(11)});
      }
    }
    results::Statement cpu(file.database(), "SELECT seed, cpu_seconds FROM timings JOIN runs USING(run) WHERE variant=? AND point=0");
    cpu.bind(variant.name);
    while (cpu.step()) {
      if (const auto run = runs.find(static_cast<std::uint64_t>(cpu.integer(0))); run != runs.end()) run->second.cpu_seconds = cpu.real(1);
    }
  }
  return of;
}

KeptRun PairedRuns::total() const {
  KeptRun sum;
  sum.cpu_seconds = shared_cpu_seconds;
  for (const auto& [variant, runs] : of) {
    for (const auto& [seed, run] : runs) {
      sum.events += run.events;
      sum.orders += run.orders;
      sum.trades += run.trades;
      sum.cpu_seconds += run.cpu_seconds;
    }
  }
  return sum;
}

PairedRuns run_paired(const std::string& title, const std::vector<Variant>& variants, SeedRange seeds, const sweep::Options& options,
                      results::ResultStore* store, const std::string& out) {
  PairedRuns all;
  if (store != nullptr) all.of = kept_in(out, variants, seeds);
  for (const auto& variant : variants) {
    for (auto& [seed, run] : all.of[variant.name]) {
      if (!variant.draws.empty()) run.metrics.insert(variant.draws.at(seed).values.begin(), variant.draws.at(seed).values.end());
    }
  }
  std::vector<sweep::Job> jobs;
  sweep::Forks forks{variants.front().experiment, {}, {{variants.front().name, {}, nullptr}}};
  for (const auto& variant : variants) {
    if (variant.forks_at.ns == 0) continue;
    forks.at = variant.forks_at;
    forks.branches.push_back({variant.name, {}, variant.experiment});
  }
  sweep::Wanted wanted;
  std::size_t to_make = 0;
  for (int s = 0; s < seeds.count; ++s) {
    const auto seed = static_cast<std::uint64_t>(seeds.first + s);
    const auto missing = [&](const Variant& variant) { return !all.of[variant.name].contains(seed); };
    for (const auto& variant : variants) {
      if (missing(variant) && variant.forks_at.ns != 0) wanted[seed].insert(variant.name);
    }
    for (const auto& variant : variants) {
      if (!missing(variant)) continue;
      ++to_make;
      if (variant.forks_at.ns != 0) continue;
      if (&variant == &variants.front() && wanted.contains(seed)) wanted[seed].insert(variant.name);
      else jobs.push_back({&variant.experiment_of(seed), variant.name, 0, seed});
    }
  }
  const auto variant_of = [&](const sweep::Job& job) -> const Variant& {
    for (const auto& variant : variants) {
      if (variant.name == job.variant) return variant;
    }
    return variants.front();
  };

  Progress progress(title, to_make);
  const auto on_end = [&](sweep::Ended&& ended) {
    progress.step(++all.made);
    const auto& job = ended.job;
    if (!ended.error.empty()) {
      const Variant& variant = variant_of(job);
      const bool first_broken = ended.broken_invariant && !all.broken_invariant;
      ++all.failed;
      all.broken_invariant |= ended.broken_invariant;
      tell_failure(ended, variant, options.plant, first_broken ? checkpoint_path(out, variant, job.seed) : "");
      if (store != nullptr) store->save_failure({job.variant, 0, job.seed}, ended.error, ended.timing);
      return;
    }
    if (const auto& draws = variant_of(job).draws; !draws.empty()) {
      for (const auto& [name, value] : draws.at(job.seed).values) ended.result.metrics[name] = value;
    }
    if (store != nullptr) store->save(ended.result, job.variant, 0, ended.timing);
    if (job.variant == variants.front().name && job.seed == static_cast<std::uint64_t>(seeds.first)) {
      all.network = std::move(ended.result.collateral);
      all.on_network = std::move(ended.result.institutions);
    }
    all.of[job.variant][job.seed] = {ended.result.digest, ended.result.events, ended.result.orders, ended.result.trades, ended.timing.cpu_seconds, std::move(ended.result.metrics), std::move(ended.result.defaults), std::move(ended.result.default_steps), std::move(ended.result.shadows), std::move(ended.result.fails)};
  };
  sweep::run_all(jobs, options, on_end, stop_requested());
  all.shared_cpu_seconds = sweep::run_forks(forks, wanted, options, [](std::uint64_t, const loop::State&) {}, on_end, stop_requested());
  progress.finish();
  return all;
}

Values values_of(const KeptRuns& runs) {
  Values values;
  for (const auto& [seed, run] : runs) {
    for (const auto& [name, value] : run.metrics) values[name].push_back(value);
  }
  return values;
}

base::Digest ensemble_digest(const KeptRuns& runs) {
  base::Digest digest;
  for (const auto& [seed, run] : runs) {
    digest.add(seed);
    digest.add(run.digest.a);
    digest.add(run.digest.b);
  }
  return digest;
}

nlohmann::ordered_json summary_json(const std::vector<double>& values) {
  const auto s = results::summarize(values);
  nlohmann::ordered_json j;
  j["mean"] = s.mean;
  j["se"] = s.se ? nlohmann::ordered_json(*s.se) : nlohmann::ordered_json(nullptr);
  j["p05"] = s.p05;
  j["p50"] = s.p50;
  j["p95"] = s.p95;
  return j;
}

std::string reproducing_command(const Variant& variant, std::uint64_t seed, const loop::Plant& plant) {
  std::string command = fmt::format("haven run {} --seed {}", quoted(variant.config), seed);
  if (!variant.configs.configs_dir.empty()) command += " --configs " + quoted(variant.configs.configs_dir);
  for (const auto& overlay : variant.configs.with) command += " --with " + quoted(overlay);
  if (!variant.parameters.empty()) command += " --parameters " + quoted(variant.parameters);
  for (const auto& set : variant.configs.sets) command += " --set " + quoted(set);
  if (plant.day >= 0) command += fmt::format(" --plant-leak {} --plant-leak-day {}", static_cast<double>(plant.leak.v) / base::kMoneyPerDollar, plant.day);
  if (plant.tick_day >= 0) command += fmt::format(" --plant-tick-day {}", plant.tick_day);
  return command;
}

}  // namespace haven::cli
