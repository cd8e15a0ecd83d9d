#include <fmt/format.h>

#include <array>
#include <deque>

#include "tools/assemble/overlay.h"
#include "tools/cli/output_place.h"
#include "tools/cli/paired_runs.h"
#include "tools/results/summary.h"

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string config, out;
  ConfigOptions configs;
  int first_seed = 1, seeds = 8, threads = 0;
  bool force = false, json = false;
};

constexpr std::array kBooks = {"TY", "10y"};
/// How much the uncertainty index moves where its effect on impact is measured, over what it does in the config: enough to see it past a day's noise.
constexpr double kStir = 3;

/// What the loop is made of, from the config.
struct Loop {
  std::string firms;             ///< path of the fast traders' block
  double weight = 0;             ///< of realised in quoted volatility, in logarithms
  double implied_elasticity = 0; ///< of implied volatility to the uncertainty index
  double uncertainty_sigma = 0;
};

Loop loop_of(const assemble::Located<config::Run>& run) {
  for (const auto& p : run->population()) {
    if (!p.has_principal_trading_firm()) continue;
    const auto& firm = p.principal_trading_firm();
    if (!run->scenario().has_synthetic() || run->scenario().day_size() > 0) throw assemble::ConfigError({run.fault("scenario", "an outside path", "a synthetic scenario: the loop is measured on quiet days")});
    if (firm.implied_elasticity() <= 0 || run->scenario().synthetic().uncertainty_sigma() <= 0) {
      throw assemble::ConfigError({run.fault("scenario.synthetic", "an uncertainty that does not reach quotes", "uncertainty_sigma and implied_elasticity above 0")});
    }
    return {"population[name=" + p.name() + "].principal_trading_firm", firm.realised_weight(), firm.implied_elasticity(), run->scenario().synthetic().uncertainty_sigma()};
  }
  throw assemble::ConfigError({run.fault("population", "no principal trading firms", "a population whose quotes follow volatility")});
}

/// The config with the loop cut: quotes follow implied volatility alone.
Variant cut(const Options& o, const Loop& loop, const std::string& name, const std::vector<std::string>& more) {
  Variant v{name, o.config, o.configs, nullptr};
  for (const auto& set : {std::string("reference=\"\""), std::string("metrics=\"reference/loop_gain\""), loop.firms + ".realised_weight=0"}) v.configs.sets.push_back(set);
  v.configs.sets.insert(v.configs.sets.end(), more.begin(), more.end());
  return v;
}

struct Gain {
  std::vector<double> flow_share, elasticity, gain;  ///< by seed
};

Gain gain_of(const std::string& book, const Loop& loop, const PairedRuns& runs) {
  Gain gain;
  const std::string sigma = "loop_sigma_" + book + "_bp", slope = "loop_impact_" + book + "_on_uncertainty";
  for (const auto& [seed, open] : runs.of.at("open")) {
    const auto &quiet = runs.of.at("without_news"), &stirred = runs.of.at("stirred");
    if (!quiet.contains(seed) || !stirred.contains(seed)) continue;
    const auto &a = open.metrics, &b = quiet.at(seed).metrics, &c = stirred.at(seed).metrics;
    if (!a.contains(sigma) || !b.contains(sigma) || !c.contains(slope)) continue;
    const double ratio = b.at(sigma) / a.at(sigma);
    gain.flow_share.push_back(ratio * ratio);
    gain.elasticity.push_back(c.at(slope) / loop.implied_elasticity);
    gain.gain.push_back(gain.flow_share.back() * loop.weight * gain.elasticity.back());
  }
  return gain;
}

int loop_gain(const Options& o) {
  const auto run = assemble::load_run_with(o.config, o.configs.with, o.configs.load());
  const Loop loop = loop_of(run);
  std::vector<Variant> variants = {cut(o, loop, "open", {}),
                                   cut(o, loop, "without_news", {"scenario.synthetic.news_multiple=0", "scenario.bridge_sigma_bp=0", "scenario.synthetic.uncertainty_sigma=0"}),
                                   cut(o, loop, "stirred", {fmt::format("scenario.synthetic.uncertainty_sigma={}", kStir * loop.uncertainty_sigma)})};
  std::deque<assemble::Experiment> experiments;
  for (auto& variant : variants) {
    experiments.push_back(assembled(variant));
    variant.experiment = &experiments.back();
  }
  std::unique_ptr<results::ResultStore> store;
  if (!o.out.empty()) {
    results::Manifest manifest;
    manifest.plan = "loop gain of " + run->name();
    manifest.event = manifest.plan;
    manifest.version = version();
    manifest.config = experiments.front().effective_text;
    manifest.config_digest = base::to_hex(experiments.front().config_digest);
    base::Digest digest;
    for (const auto& e : experiments) {
      digest.add(e.config_digest.a);
      digest.add(e.config_digest.b);
    }
    manifest.plan_digest = base::to_hex(digest);
    store = open_results(o.out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  }
  sweep::Options options;
  options.threads = o.threads;
  const PairedRuns runs = run_paired("loop gain", variants, {o.first_seed, o.seeds}, options, store.get(), o.out);

  Json j;
  j["config"] = o.config;
  j["seeds"] = runs.of.at("open").size();
  j["realised_weight"] = loop.weight;
  if (!o.json) fmt::print("{:<6} {:>24} {:>10} {:>24} {:>24}\n", "book", "variance made by flow", "x weight", "x impact's elasticity", "= gain");
  for (const char* book : kBooks) {
    const Gain gain = gain_of(book, loop, runs);
    j["books"].push_back({{"book", book}, {"flow_share", summary_json(gain.flow_share)}, {"impact_elasticity", summary_json(gain.elasticity)}, {"gain", summary_json(gain.gain)}});
    const auto text = [](const std::vector<double>& values) {
      const auto s = results::summarize(values);
      return s.n == 0 ? std::string("-") : fmt::format("{:.3f} +- {}", s.mean, s.se ? fmt::format("{:.3f}", *s.se) : "-");
    };
    if (!o.json) fmt::print("{:<6} {:>24} {:>10.3f} {:>24} {:>24}\n", book, text(gain.flow_share), loop.weight, text(gain.elasticity), text(gain.gain));
  }
  if (o.json) fmt::print("{}\n", j.dump(2));
  else fmt::print("{} seeds; +- one standard error. The loop feeds itself at a gain of 1. docs/calibration.md, loop gain\n", runs.of.at("open").size());
  if (runs.broken_invariant) return kBrokenInvariant;
  if (stop_requested()) return kInterrupted;
  return runs.failed > 0 ? kFailed : kGood;
}

}  // namespace

void add_loop_gain(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("loop-gain", "how near the loop from flow to volatility to quotes to impact is to feeding itself, on quiet days");
  command->footer("Example: haven loop-gain baseline/2025q1 --seeds 8\nThree runs a seed with quotes that follow implied volatility alone: as it is, without news, and with a livelier uncertainty index.\n"
                  "Without --out nothing is kept; with it, the same command resumes.");
  command->add_option("config", o->config, "name of a built-in config, or a path; its outside world is drawn")->required();
  command->add_option("--seeds", o->seeds, "number of seeds")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--first-seed", o->first_seed, "the first of them")->capture_default_str()->check(CLI::Range(1, 1000000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--out", o->out, "result file (SQLite)");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--json", o->json, "one JSON object on standard output");
  add_config_options(*command, o->configs);
  add_with_option(*command, o->configs);
  command->callback([o, &code] { code = loop_gain(*o); });
}

}  // namespace haven::cli
