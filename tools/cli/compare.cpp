#include <fmt/format.h>

#include <cstdio>
#include <deque>

#include "tools/assemble/overlay.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_difference.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string config, out;
  ConfigOptions configs;  ///< `with`: each is an alternative of its own
  int seeds = 8, threads = 0;
  bool json = false, force = false;
};

std::string or_dash(const std::optional<double>& x) { return x ? fmt::format("{:.3f}", *x) : "-"; }

void print_alternative(const std::string& name, const assemble::Experiment& base, const KeptRuns& base_runs, const KeptRuns& other_runs) {
  fmt::print("\n{}\n{:<42} {:>22} {:>22} {:>22} {:>9} {:>5}  {}\n", name, "metric", "base mean (median)", "other mean (median)", "difference (median)", "s.e.", "seeds", "beyond 2 s.e.");
  for (const auto& metric : base.metrics) {
    const auto d = paired_difference(metric.name, base_runs, other_runs);
    if (d.seeds == 0) {
      fmt::print("{:<42} no value under both\n", metric.name);
      continue;
    }
    const auto beyond = d.beyond_two_se();
    fmt::print("{:<42} {:>22} {:>22} {:>22} {:>9} {:>5}  {}\n", metric.name, fmt::format("{:.3f} ({:.3f})", d.base_mean, d.base_median), fmt::format("{:.3f} ({:.3f})", d.other_mean, d.other_median),
               fmt::format("{:.3f} ({:.3f})", d.mean, d.median), or_dash(d.se), d.seeds, !beyond ? "-" : *beyond ? "yes" : "no");
  }
}

Json alternative_json(const std::string& name, const assemble::Experiment& base, const assemble::Experiment& other, const KeptRuns& base_runs, const KeptRuns& other_runs) {
  Json j;
  j["with"] = name;
  j["config_digest"] = base::to_hex(other.config_digest);
  j["digest"] = base::to_hex(ensemble_digest(other_runs));
  j["metrics"] = Json::object();
  for (const auto& metric : base.metrics) {
    const auto d = paired_difference(metric.name, base_runs, other_runs);
    if (d.seeds == 0) continue;
    const auto beyond = d.beyond_two_se();
    j["metrics"][metric.name] = {{"base_mean", d.base_mean}, {"base_median", d.base_median}, {"other_mean", d.other_mean}, {"other_median", d.other_median},
                                 {"difference", d.mean}, {"difference_median", d.median}, {"se", d.se ? Json(*d.se) : Json(nullptr)}, {"seeds", d.seeds},
                                 {"beyond_two_se", beyond ? Json(*beyond) : Json(nullptr)}};
  }
  return j;
}

int compare(const Options& o) {
  std::vector<Variant> variants = {{"base", o.config, {o.configs.configs_dir, o.configs.sets, {}}, nullptr}};
  for (const auto& with : o.configs.with) variants.push_back({with, o.config, {o.configs.configs_dir, o.configs.sets, {with}}, nullptr});
  std::deque<assemble::Experiment> experiments;
  base::Digest plan;
  for (auto& variant : variants) {
    for (const auto& other : variants) {
      if (&other != &variant && other.name == variant.name) throw BadInput("--with " + variant.name + ": named twice");
    }
    experiments.push_back(assembled(variant));
    variant.experiment = &experiments.back();
    plan.add(experiments.back().config_digest.a);
    plan.add(experiments.back().config_digest.b);
  }
  std::unique_ptr<results::ResultStore> store;
  if (!o.out.empty()) {
    results::Manifest manifest;
    manifest.plan = manifest.event = fmt::format("{} against {}", o.config, fmt::join(o.configs.with, ", "));
    manifest.version = version();
    manifest.config = experiments.front().effective_text;
    manifest.config_digest = base::to_hex(experiments.front().config_digest);
    manifest.plan_digest = base::to_hex(plan);
    for (const auto& i : experiments.front().spec.world.institutions) ++manifest.population[world::to_string(i.kind)];
    store = open_results(o.out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  }
  sweep::Options options;
  options.threads = o.threads;
  const PairedRuns runs = run_paired("compare", variants, {1, o.seeds}, options, store.get(), o.out);

  const KeptRuns& base_runs = runs.of.at("base");
  if (o.json) {
    Json j;
    j["config"] = o.config;
    j["version"] = version();
    j["config_digest"] = base::to_hex(experiments.front().config_digest);
    j["digest"] = base::to_hex(ensemble_digest(base_runs));
    j["seeds"] = base_runs.size();
    j["failed"] = runs.failed;
    j["made"] = runs.made;
    j["cpu_seconds"] = runs.total().cpu_seconds;
    j["comparisons"] = Json::array();
    for (std::size_t v = 1; v < variants.size(); ++v) j["comparisons"].push_back(alternative_json(variants[v].name, experiments.front(), experiments[v], base_runs, runs.of.at(variants[v].name)));
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("base {}\n", o.config);
    for (std::size_t v = 1; v < variants.size(); ++v) print_alternative(variants[v].name, experiments.front(), base_runs, runs.of.at(variants[v].name));
    fmt::print("\n{} runs made, {:.1f} s of CPU in all, digest of the base {}\n", runs.made, runs.total().cpu_seconds, base::to_hex(ensemble_digest(base_runs)));
    if (!o.out.empty()) fmt::print("results {}\n", o.out);
  }
  if (runs.broken_invariant) return kBrokenInvariant;
  if (stop_requested()) return kInterrupted;
  return runs.failed > 0 ? kFailed : kGood;
}

}  // namespace

void add_compare(CLI::App& app, int& code) {
  auto* o = new Options;  // lives as long as the program: CLI11 keeps references
  auto* command = app.add_subcommand("compare", "run a config and others laid over it with the same random numbers, and print paired differences");
  command->footer("Example: haven compare replays/april_2025 --with rules/eslr_2025_final --with rules/eslr_2014_exclusion --seeds 8\n"
                  "Every --with is an alternative of its own: a leverage regime, or a run config laid over CONFIG. A difference is other less base,\n"
                  "seed by seed. Without --out nothing is written; with it, the same command resumes.");
  command->add_option("config", o->config, "name of a built-in config, or a path")->required();
  command->add_option("--with", o->configs.with, "an alternative; may be repeated")->required();
  command->add_option("--seeds", o->seeds, "number of seeds, 1..N")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--out", o->out, "result file (SQLite); the alternatives are its variants");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--json", o->json, "one JSON object on standard output");
  add_config_options(*command, o->configs);
  command->callback([o, &code] { code = compare(*o); });
}

}  // namespace haven::cli
