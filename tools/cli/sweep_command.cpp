#include "tools/cli/sweep_command.h"

#include <fmt/format.h>
#include <tbb/info.h>

#include <charconv>
#include <filesystem>

#include "tools/cli/output_place.h"
#include "tools/report/report.h"
#include "tools/sweep/cost.h"
#include "tools/sweep/market_model.h"

namespace haven::cli {
namespace {

constexpr std::int64_t kMostShards = 1'000'000;
/// A page draws every point; beyond this many it would be neither small nor readable.
constexpr std::int64_t kMostPointsOnPage = 20'000;

bool read_whole(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::string time_text(double seconds) { return seconds < 120 ? fmt::format("{:.1f} s", seconds) : seconds < 7200 ? fmt::format("{:.1f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600); }

}  // namespace

void add_sweep_options(CLI::App& app, SweepCommand& o) {
  app.add_option("plan", o.plan, "name or path of a sweep config")->required();
  app.add_option("--out", o.out, "result file");
  app.add_option("--threads", o.threads, "runs at once; 0: all processors")->capture_default_str()->check(CLI::Range(0, 1024));
  app.add_option("--seeds", o.seeds, "seeds a point instead of the plan's")->check(CLI::Range(1, 1000000));
  app.add_option("--shard", o.shard, "I/N: only the I-th of N equal shares, into a file of its own (haven merge joins them)");
  app.add_flag("--dry-run", o.dry_run, "print points, runs, time and disk, from one run made for that");
  app.add_flag("--retry-failed", o.retry_failed, "make failed runs again");
  app.add_flag("--force", o.force, "replace a result file of another plan");
  app.add_flag("--no-report", o.no_report, "write no page");
  app.add_flag("--json", o.json, "one JSON object on standard output");
  add_config_options(app, o.configs);
}

assemble::SweepPlan load_plan(const SweepCommand& o) {
  std::vector<std::string> settings;
  if (o.seeds > 0) settings.push_back(fmt::format("seeds={}", o.seeds));
  return assemble::SweepPlan(o.plan, o.configs.load(), settings);
}

results::Manifest manifest_of(const assemble::SweepPlan& plan) {
  results::Manifest manifest;
  manifest.plan = plan.plan().name;
  manifest.event = plan.plan().title;
  manifest.version = version();
  manifest.config = plan.effective_text();
  manifest.config_digest = base::to_hex(plan.digest());
  manifest.plan_digest = base::to_hex(plan.resumable_digest());
  return manifest;
}

plan::Shard parse_shard(const std::string& text) {
  plan::Shard shard;
  if (text.empty()) return shard;
  const std::size_t slash = text.find('/');
  const bool numbers = slash != std::string::npos && read_whole(std::string_view(text).substr(0, slash), shard.number) && read_whole(std::string_view(text).substr(slash + 1), shard.of);
  if (!numbers || shard.number < 1 || shard.of < shard.number || shard.of > kMostShards) {
    throw BadInput(fmt::format("--shard: found \"{}\", expected I/N with I from 1 to N and N at most {}", text, kMostShards));
  }
  return shard;
}

std::string default_out(const std::string& plan, const plan::Shard& shard) {
  return shard.of == 1 ? plan + ".sqlite" : fmt::format("{}.{:06}-of-{:06}.sqlite", plan, shard.number, shard.of);
}

sweep::Standing make_runs(const SweepCommand& o, const assemble::SweepPlan& plan, const plan::Shard& shard, const std::string& path) {
  const auto store = open_results(path, manifest_of(plan), o.force ? results::OtherPlan::replace : results::OtherPlan::refuse);
  if (o.retry_failed) store->forget_failures();
  Progress progress(plan.plan().name, 0);
  sweep::SweepOptions options;
  options.threads = o.threads;
  options.shard = shard;
  options.on_progress = [&](const sweep::Standing& s) {
    progress.begin_at(static_cast<std::size_t>(s.runs_there - s.made));
    progress.step(static_cast<std::size_t>(s.runs_there), static_cast<std::size_t>(std::max(s.runs_expected, s.runs_there)));
  };
  const auto standing = sweep::run_sweep(plan.plan(), sweep::market_model(plan), *store, options, stop_requested());
  progress.finish();
  return standing;
}

void print_cost(const SweepCommand& o, const assemble::SweepPlan& plan, const plan::Shard& shard) {
  const auto cost = sweep::measured_cost(plan.plan(), sweep::market_model(plan), manifest_of(plan));
  const auto share = plan::share_of(plan.plan(), shard);
  const std::int64_t points = plan::spans(plan.plan(), share);
  const std::int64_t fewest = share.points ? points * plan.plan().seeds.first : share.size(), most = share.points ? points * plan.plan().seeds.most : share.size();
  const double threads = o.threads > 0 ? o.threads : tbb::info::default_concurrency();
  const auto seconds = [&](std::int64_t runs) { return (cost.prepare_seconds * static_cast<double>(points) + cost.run_seconds * static_cast<double>(runs)) / threads; };
  const auto between = [](const std::string& low, const std::string& high) { return low == high ? low : low + " to " + high; };
  const auto megabytes = [&](std::int64_t runs) { return fmt::format("{:.1f} MB", 1e-6 * cost.bytes_a_run * static_cast<double>(runs)); };
  fmt::print("{} points, {} runs; a run takes {:.2f} s of CPU here and {:.1f} kB on disk, a point {:.3f} s to prepare\n", points, between(std::to_string(fewest), std::to_string(most)), cost.run_seconds,
             1e-3 * cost.bytes_a_run, cost.prepare_seconds);
  fmt::print("{} on {} threads, {}\n", between(time_text(seconds(fewest)), time_text(seconds(most))), threads, between(megabytes(fewest), megabytes(most)));
}

void write_sweep_report(const assemble::SweepPlan& plan, const std::string& path) {
  const std::int64_t points = plan.plan().design.points();
  if (points > kMostPointsOnPage) {
    fmt::print(stderr, "no page: it would draw {} points, and draws at most {}\n", points, kMostPointsOnPage);
    return;
  }
  report::write_report(path, std::filesystem::path(path).replace_extension(".html").string());
}

int exit_code(const sweep::Standing& standing) {
  if (stop_requested()) return kInterrupted;
  return standing.broken_invariant ? kBrokenInvariant : kGood;
}

}  // namespace haven::cli
