#include <fmt/format.h>

#include <cstdio>
#include <deque>

#include "tools/assemble/overlay.h"
#include "tools/assemble/positions.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_difference.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string config, out;
  ConfigOptions configs;  ///< `with`: each is an alternative of its own
  std::string positions, from = "fork";
  int seeds = 8, threads = 0;
  bool json = false, force = false;
};

/// Two variants, by index: what is compared, and with what.
struct Comparison {
  std::string with, positions;  ///< positions: "" for what is no leverage regime
  std::size_t base = 0, other = 0;
  std::string title() const { return positions.empty() ? with : with + ", positions " + positions; }
};

struct Comparisons {
  std::vector<Variant> variants;
  std::vector<Comparison> all;
};

std::string setting_text(const assemble::Setting& setting) { return setting.path + "=" + setting.value; }

/// The base, the base after more calm days when that is asked for, and every alternative, a regime with each kind of positions.
Comparisons comparisons_of(const Options& o, const config::Run& base) {
  const auto with_positions = [&](Variant variant, config::Positions positions, const std::string& rule) {
    config::Run run = base;
    run.set_rule(rule);
    for (const auto& setting : assemble::positions_settings(positions, run, base.rule(), {})) variant.configs.sets.push_back(setting_text(setting));
    return variant;
  };
  std::vector<config::Positions> kinds;
  for (const auto kind : {config::FROZEN, config::RE_EQUILIBRATED}) {
    if (o.positions.empty() || o.positions == assemble::to_string(kind)) kinds.push_back(kind);
  }
  Comparisons c;
  const Variant plain = {"base", o.config, {o.configs.configs_dir, o.configs.sets, {}}, nullptr};
  c.variants.push_back(plain);
  std::size_t settled = 0;  // index of the base after more calm days; 0: none yet
  for (const auto& with : o.configs.with) {
    for (const auto& other : c.all) {
      if (other.with == with) throw BadInput("--with " + with + ": named twice");
    }
    Variant variant = {with, o.config, {o.configs.configs_dir, o.configs.sets, {with}}, nullptr};
    if (!assemble::is_rule(with, o.configs.load())) {
      if (!o.positions.empty()) throw BadInput("--positions with --with " + with + ": a leverage regime has positions frozen or re-equilibrated, a run config laid over CONFIG holds from the start");
      c.all.push_back({with, "", 0, c.variants.size()});
      c.variants.push_back(variant);
      continue;
    }
    for (const auto kind : kinds) {
      if (kind == config::RE_EQUILIBRATED && settled == 0) {
        settled = c.variants.size();
        c.variants.push_back(with_positions(plain, kind, base.rule()));
        c.variants.back().name = "base, re-equilibrated";
      }
      c.all.push_back({with, assemble::to_string(kind), kind == config::FROZEN ? 0 : settled, c.variants.size()});
      c.variants.push_back(with_positions(variant, kind, with));
      c.variants.back().name = c.all.back().title();
    }
  }
  return c;
}

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

Json alternative_json(const Comparison& comparison, const assemble::Experiment& base, const assemble::Experiment& other, const KeptRuns& base_runs, const KeptRuns& other_runs) {
  Json j;
  j["with"] = comparison.with;
  j["positions"] = comparison.positions.empty() ? Json(nullptr) : Json(comparison.positions);
  j["config_digest"] = base::to_hex(other.config_digest);
  j["base_digest"] = base::to_hex(ensemble_digest(base_runs));
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
  const auto load = o.configs.load();
  const config::Run base = *assemble::load_run_with(o.config, {}, load);
  auto [variants, comparisons] = comparisons_of(o, base);
  std::deque<assemble::Experiment> experiments;
  base::Digest plan;
  for (auto& variant : variants) {
    experiments.push_back(assembled(variant));
    variant.experiment = &experiments.back();
    const auto& spec = experiments.back().spec;
    if (o.from == "fork" && spec.rule_change) variant.forks_at = base::midnight(spec.world.days[static_cast<std::size_t>(spec.rule_change->day)]) - base::hours(6);
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
    for (const auto& c : comparisons) j["comparisons"].push_back(alternative_json(c, experiments.front(), experiments[c.other], runs.of.at(variants[c.base].name), runs.of.at(variants[c.other].name)));
    fmt::print("{}\n", j.dump(2));
  } else {
    fmt::print("base {}\n", o.config);
    for (const auto& c : comparisons) print_alternative(c.title(), experiments.front(), runs.of.at(variants[c.base].name), runs.of.at(variants[c.other].name));
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
                  "Every --with is an alternative of its own: a leverage regime, or a run config laid over CONFIG. A regime is compared twice: with\n"
                  "positions frozen (it begins with the first scored day) and re-equilibrated (base and regime after calendar.re_equilibration_days\n"
                  "more calm days each). A difference is other less base, seed by seed. Without --out nothing is written; with it, the same command resumes.");
  command->add_option("config", o->config, "name of a built-in config, or a path")->required();
  command->add_option("--with", o->configs.with, "an alternative; may be repeated")->required();
  command->add_option("--positions", o->positions, "of a leverage regime: only frozen, or only re-equilibrated")->check(CLI::IsMember({"frozen", "re-equilibrated"}));
  command->add_option("--from", o->from, "frozen positions by a copy of the base's warm-up (fork) or by the same warm-up again (start): the same numbers")->capture_default_str()->check(CLI::IsMember({"fork", "start"}));
  command->add_option("--seeds", o->seeds, "number of seeds, 1..N")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--out", o->out, "result file (SQLite); the alternatives are its variants");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--json", o->json, "one JSON object on standard output");
  add_config_options(*command, o->configs);
  command->callback([o, &code] { code = compare(*o); });
}

}  // namespace haven::cli
