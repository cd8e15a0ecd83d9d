#include "tools/sweep/ensemble.h"

#include <fmt/format.h>

#include <deque>
#include <filesystem>

#include "tools/cli/command.h"
#include "tools/cli/output_place.h"
#include "tools/report/report.h"
#include "tools/results/result_store.h"
#include "tools/assemble/sweep_plan.h"

namespace haven::cli {
namespace {

struct Options {
  std::string plan, out;
  ConfigOptions configs;
  int threads = 0, seeds = 0;
  bool force = false, dry_run = false, no_report = false;
};

// Points are assembled a few at a time, so that memory does not grow with the plan.
constexpr std::size_t kBatch = 16;

int run_sweep(const Options& o) {
  const auto options = o.configs.load();
  auto plan = assemble::sweep_plan(o.plan, options);
  if (o.seeds > 0) plan.seeds = o.seeds;
  const std::size_t total = plan.points.size() * static_cast<std::size_t>(plan.seeds);
  if (o.dry_run) {
    auto with = options;
    with.sets.insert(with.sets.end(), plan.points.front().sets.begin(), plan.points.front().sets.end());
    const auto first = assemble::assemble(plan.run, with);
    const auto ended = sweep::run_one({&first, "model", 0, 1}, {});
    fmt::print("{} points, {} seeds, {} runs; one run takes {:.2f} s of CPU here, all of them {:.0f} s; about 0.7 MB a run on disk\n", plan.points.size(), plan.seeds, total,
               ended.timing.cpu_seconds, ended.timing.cpu_seconds * static_cast<double>(total));
    return kGood;
  }
  results::Manifest manifest;
  manifest.plan = plan.name;
  manifest.event = plan.title.empty() ? plan.name : plan.title;
  manifest.version = version();
  manifest.config = plan.effective_text;
  manifest.config_digest = manifest.plan_digest = base::to_hex(plan.digest);
  const std::string out = o.out.empty() ? plan.name + ".sqlite" : o.out;
  auto store = open_results(out, manifest, o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  const auto have = store->finished();
  std::vector<results::PointRow> rows;
  for (const auto& point : plan.points) rows.push_back({point.index, point.axes});
  store->put_points(rows);

  Progress progress(plan.name, total);
  std::size_t done = 0, failed = 0, made = 0;
  for (std::size_t begin = 0; begin < plan.points.size() && !stop_requested(); begin += kBatch) {
    std::deque<assemble::Experiment> experiments;
    std::vector<sweep::Job> jobs;
    for (std::size_t i = begin; i < std::min(begin + kBatch, plan.points.size()); ++i) {
      const auto& point = plan.points[i];
      std::vector<std::uint64_t> missing;
      for (int s = 1; s <= plan.seeds; ++s) {
        const auto found = have.find({"model", point.index, static_cast<std::uint64_t>(s)});
        if (found == have.end() || found->second != results::RunStatus::done) missing.push_back(static_cast<std::uint64_t>(s));
        else ++done;
      }
      if (missing.empty()) continue;
      auto with = options;
      with.sets.insert(with.sets.end(), point.sets.begin(), point.sets.end());
      try {
        experiments.push_back(assemble::assemble(plan.run, with));
        for (const auto seed : missing) jobs.push_back({&experiments.back(), "model", point.index, seed});
      } catch (const assemble::ConfigError& error) {
        // A point whose combination cannot be assembled is a result: its rows carry the error.
        for (const auto seed : missing) store->save_failure({"model", point.index, seed}, error.what());
        failed += missing.size();
        done += missing.size();
      }
    }
    progress.step(done);
    sweep::Options ensemble;
    ensemble.threads = o.threads;
    sweep::run_all(jobs, ensemble, [&](sweep::Ended&& ended) {
      progress.step(++done);
      ++made;
      if (ended.error.empty()) {
        store->save(ended.result, "model", ended.job.point, ended.timing);
      } else {
        ++failed;
        store->save_failure({"model", ended.job.point, ended.job.seed}, ended.error, ended.timing);
      }
    }, stop_requested());
  }
  progress.finish();
  store.reset();
  if (!o.no_report) report::write_report(out, std::filesystem::path(out).replace_extension(".html").string());
  fmt::print("{} runs made, {} failed, {} of {} in {}\n", made, failed, done, total, out);
  return stop_requested() ? kInterrupted : kGood;
}

}  // namespace

void add_sweep(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("sweep", "run a plan: every point of its axes, several seeds each; the same command resumes");
  command->footer("Example: haven sweep sweeps/leverage_x_eslr --seeds 2\nThe default --out is PLAN.sqlite in this folder. A run is a row the moment it ends.");
  command->add_option("plan", o->plan, "name or path of a sweep config")->required();
  command->add_option("--out", o->out, "result file");
  command->add_option("--threads", o->threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  command->add_option("--seeds", o->seeds, "seeds a point instead of the plan's")->check(CLI::Range(1, 1000000));
  command->add_flag("--dry-run", o->dry_run, "print points, runs, time from one measured run, and disk");
  command->add_flag("--force", o->force, "replace a result file of another plan");
  command->add_flag("--no-report", o->no_report, "write no page");
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    code = run_sweep(*o);
  });
}

}  // namespace haven::cli
