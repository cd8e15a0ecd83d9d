#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/cli/output_place.h"
#include "tools/cli/paired_difference.h"
#include "tools/cli/study_cast.h"

namespace haven::cli {
namespace {

struct Options {
  std::string plan, out, markdown;
  ConfigOptions configs;
  int first_seed = 1, seeds = 8, threads = 0;
  bool force = false;
};

void count_rows_inside(const std::vector<assemble::Moment>& moments, KeptRuns& runs) {
  for (auto& [seed, run] : runs) {
    int inside = 0;
    for (const auto& row : score(moments, values_of({{seed, run}}), {})) inside += row.flag == "outcome" && row.inside;
    run.metrics[kRowsInside] = inside;
  }
}

struct Finding {
  PairedDifference difference;
  bool met = false;
};

Finding find(const assemble::Proof& proof, const PairedRuns& runs, int seeds) {
  Finding finding;
  finding.difference = paired_difference(proof.metric, runs.of.at(variant_name(proof.scenario)), runs.of.at(variant_name(changed(proof))));
  const auto& d = finding.difference;
  switch (proof.expect) {
    case assemble::Expect::lower: finding.met = d.beyond_two_se().value_or(false) && d.mean < 0; break;
    case assemble::Expect::higher: finding.met = d.beyond_two_se().value_or(false) && d.mean > 0; break;
    case assemble::Expect::finite: finding.met = d.seeds == static_cast<std::size_t>(seeds) && std::isfinite(d.mean); break;
    case assemble::Expect::same: finding.met = d.seeds > 0 && std::abs(d.mean) <= proof.within * std::abs(d.base_mean); break;
  }
  return finding;
}

std::string word(const assemble::Proof& proof) {
  switch (proof.expect) {
    case assemble::Expect::lower: return "lower";
    case assemble::Expect::higher: return "higher";
    case assemble::Expect::finite: return "finite";
    case assemble::Expect::same: break;
  }
  return fmt::format("within {:.0f}%", 100 * proof.within);
}

std::string scorecard_markdown(const std::vector<results::ScorecardRow>& rows) {
  const auto number = [](const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : std::string("-"); };
  std::string text = "| metric | observed | band | flag | null | model | s.e. | inside |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  int outcomes = 0, inside = 0, null_too = 0;
  for (const auto& row : rows) {
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", row.metric, number(row.observed), band(row), row.flag, number(row.null_mean), number(row.model_mean),
                        number(row.model_se), verdict(row));
    if (!row.scores()) continue;
    ++outcomes;
    inside += row.inside;
    null_too += row.inside && row.null_inside();
  }
  return text + fmt::format("\n{} of {} outcome rows are inside their band; of these {} are inside in the null as well and are no evidence.\n", inside, outcomes, null_too);
}

std::string section_markdown(const assemble::StudyPlan& plan, assemble::Section section, const PairedRuns& runs, int seeds) {
  std::string text = "| change | scenario | metric | expected | base | changed | difference | s.e. | median | seeds | met | why |\n"
                     "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const auto& proof : plan.proofs) {
    if (proof.section != section) continue;
    const auto [d, met] = find(proof, runs, seeds);
    const std::string scenario = proof.scenario.empty() ? "-" : "`" + variant_name(proof.scenario) + "`";
    const std::string numbers = d.seeds == 0 ? "- | - | - | - | -"
                                             : fmt::format("{:.3f} | {:.3f} | {:+.3f} | {} | {:+.3f}", d.base_mean, d.other_mean, d.mean, d.se ? fmt::format("{:.3f}", *d.se) : "-", d.median);
    text += fmt::format("| `{}` | {} | `{}` | {} | {} | {} | {} | {} |\n", variant_name({proof.with}), scenario, proof.metric, word(proof), numbers, d.seeds, met ? "yes" : "**no**", proof.why);
  }
  return text;
}

std::string markdown(const assemble::StudyPlan& plan, const Options& o, const std::vector<results::ScorecardRow>& rows, const PairedRuns& runs) {
  std::string text;
  for (const auto& paragraph : plan.preface) text += paragraph + "\n\n";
  text += fmt::format("Written by `haven study {} --first-seed {} --seeds {}`; haven {}, {} seeds, digest of the base `{}`. Differences are changed less base, seed by seed with the\n"
                      "same random numbers; *met* asks for the expected direction by more than two standard errors, *finite* for a value in every seed, *within* for a mean that near to the base's.\n\n",
                      o.plan, o.first_seed, o.seeds, version(), runs.of.at("base").size(), base::to_hex(ensemble_digest(runs.of.at("base"))));
  if (!rows.empty()) text += "## Scorecard\n\n" + scorecard_markdown(rows) + "\n";
  constexpr std::pair<assemble::Section, const char*> kSections[] = {
      {assemble::Section::scrambled, "Scrambled"}, {assemble::Section::doubled, "Doubled"}, {assemble::Section::removed, "Removed"}, {assemble::Section::compared, "Compared"}};
  for (const auto& [section, title] : kSections) {
    const bool any = std::any_of(plan.proofs.begin(), plan.proofs.end(), [&](const auto& proof) { return proof.section == section; });
    if (any) text += fmt::format("## {}\n\n{}\n", title, section_markdown(plan, section, runs, o.seeds));
  }
  text.pop_back();
  return text;
}

constexpr const char* kBegin = "<!-- haven study: begin -->\n";
constexpr const char* kEnd = "<!-- haven study: end -->\n";

/// The page with its part between the two marks replaced; a new page with nothing else when there is none. Throws
/// BadInput when the file has no marks: it is somebody's own.
std::string page_with(const std::string& path, const std::string& title, const std::string& text) {
  const std::string part = kBegin + text + kEnd;
  if (!std::filesystem::exists(path)) return "# " + title + "\n\n" + part;
  std::ifstream file(path, std::ios::binary);
  const std::string old{std::istreambuf_iterator<char>(file), {}};
  const auto begin = old.find(kBegin), end = old.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos || end < begin) throw BadInput(path + ": found no lines '<!-- haven study: begin -->' and '<!-- haven study: end -->', expected both around what is to be replaced");
  return old.substr(0, begin) + part + old.substr(end + std::string(kEnd).size());
}

int study(const Options& o) {
  const auto plan = assemble::study_plan(o.plan, o.configs.load());
  const StudyCast all = study_cast(plan, o.configs);
  if (!o.markdown.empty()) {
    require_writable(o.markdown);
    page_with(o.markdown, plan.title, "");
  }
  std::unique_ptr<results::ResultStore> store;
  if (!o.out.empty()) {
    results::Manifest manifest;
    manifest.plan = plan.name;
    manifest.event = plan.title;
    manifest.version = version();
    manifest.config = all.experiments.front().effective_text;
    manifest.config_digest = base::to_hex(all.experiments.front().config_digest);
    base::Digest digest;
    for (const auto& experiment : all.experiments) {
      digest.add(experiment.config_digest.a);
      digest.add(experiment.config_digest.b);
    }
    manifest.plan_digest = base::to_hex(digest);
    store = open_results(o.out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  }
  sweep::Options options;
  options.threads = o.threads;
  PairedRuns runs = run_paired(plan.name, all.variants, {o.first_seed, o.seeds}, options, store.get(), o.out);
  for (const auto& variant : all.variants) count_rows_inside(variant.experiment->moments, runs.of[variant.name]);

  const auto rows = score(all.experiments.front().moments, values_of(runs.of.at("base")), values_of(runs.of.at("null")));
  const std::string text = markdown(plan, o, rows, runs);
  if (o.markdown.empty()) fmt::print("{}", text);
  else write_file(o.markdown, page_with(o.markdown, plan.title, text));
  std::size_t met = 0;
  for (const auto& proof : plan.proofs) met += find(proof, runs, o.seeds).met;
  fmt::print(stderr, "{} of {} met, {} runs made, {} failed{}\n", met, plan.proofs.size(), runs.made, runs.failed, o.markdown.empty() ? "" : ", " + o.markdown);
  if (runs.broken_invariant) return kBrokenInvariant;
  if (stop_requested()) return kInterrupted;
  return runs.failed > 0 ? kFailed : kGood;
}

}  // namespace

void add_study(CLI::App& app, int& code) {
  auto* o = new Options;  // lives as long as the program: CLI11 keeps references
  auto* command = app.add_subcommand("study", "lay the changes of a plan over its run and say whether each did what was expected");
  command->footer("Example: haven study studies/april_2025_proofs --seeds 8 --out out/proofs.sqlite --markdown docs/validation.md\n"
                  "Without --out nothing is kept; with it, the same command resumes. A change that did not do what was expected is no failure of the command.");
  command->add_option("plan", o->plan, "name or path of a study config")->required();
  command->add_option("--seeds", o->seeds, "number of seeds")->capture_default_str()->check(CLI::Range(1, 1000000));
  command->add_option("--first-seed", o->first_seed, "the first of them")->capture_default_str()->check(CLI::Range(1, 1000000000));
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--out", o->out, "result file (SQLite); every combination is a variant");
  command->add_option("--markdown", o->markdown, "write the tables here, between the marks of an existing page, instead of to standard output");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  add_config_options(*command, o->configs);
  command->callback([o, &code] { code = study(*o); });
}

}  // namespace haven::cli
