#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/cli/output_place.h"
#include "tools/cli/sweep_command.h"
#include "tools/results/file_lock.h"
#include "tools/results/result_file.h"

namespace haven::cli {
namespace {

namespace fs = std::filesystem;

void print_standing(const SweepCommand& o, const sweep::Standing& s, const std::string& out) {
  if (o.json) {
    nlohmann::ordered_json j;
    j["plan"] = o.plan;
    j["out"] = out;
    j["points"] = s.points;
    j["points_complete"] = s.points_complete;
    j["runs"] = s.runs_there;
    j["made"] = s.made;
    j["failed"] = s.failed;
    fmt::print("{}\n", j.dump(2));
    return;
  }
  fmt::print("{} runs made, {} failed; {} of {} points complete in {}\n", s.made, s.failed, s.points_complete, s.points, out);
}

/// Whether `out` is the whole share already. Throws StoreError when it is something else.
bool is_made(const std::string& out, const assemble::SweepPlan& plan, bool force) {
  std::error_code ignored;
  if (!fs::exists(out, ignored)) return false;
  const auto held = results::ResultFile(out).manifest();
  const auto wanted = manifest_of(plan);
  if (held.config_digest == wanted.config_digest && held.version == wanted.version) return true;
  if (force) return false;
  throw results::StoreError(results::Fault::other_plan, fmt::format("{}: holds a share of '{}' (digest {}, haven {}), not of this plan (digest {}, haven {}); choose another --out, or --force to replace it", out,
                                                                    held.plan, held.config_digest, held.version, wanted.config_digest, wanted.version));
}

/// A share goes into FILE.partial and gets its name when it is whole.
int run_share(const SweepCommand& o, const assemble::SweepPlan& plan, const plan::Shard& shard, const std::string& out) {
  require_writable(out);
  if (is_made(out, plan, o.force)) {
    fmt::print("{} is there already\n", out);
    return kGood;
  }
  const std::string partial = out + ".partial";
  const auto standing = make_runs(o, plan, shard, partial);
  print_standing(o, standing, out);
  if (stop_requested()) return kInterrupted;
  const results::FileLock lock(partial);
  fs::rename(partial, out);
  return exit_code(standing);
}

int run_sweep(const SweepCommand& o) {
  const plan::Shard shard = parse_shard(o.shard);
  const auto plan = load_plan(o);
  if (plan.plan().frontier) throw assemble::ConfigError({plan.config().fault("frontier", "a plan with a frontier", "none: `haven frontier` searches along its axis")});
  if (o.dry_run) {
    print_cost(o, plan, shard);
    return kGood;
  }
  const std::string out = o.out.empty() ? default_out(plan.plan().name, shard) : o.out;
  if (!o.shard.empty()) return run_share(o, plan, shard, out);
  const auto standing = make_runs(o, plan, shard, out);
  if (!o.no_report) write_sweep_report(plan, out);
  print_standing(o, standing, out);
  return exit_code(standing);
}

}  // namespace

void add_sweep(CLI::App& app, int& code) {
  auto* o = new SweepCommand;
  auto* command = app.add_subcommand("sweep", "run a plan: every point of its design, several seeds each; the same command goes on where it stopped");
  command->footer("Example: haven sweep sweeps/leverage_x_eslr --seeds 2\n"
                  "The default --out is NAME.sqlite in this folder, with --shard NAME.I-of-N.sqlite. A run is a row when it ends. docs/sweeps.md");
  add_sweep_options(*command, *o);
  command->callback([o, &code] { code = run_sweep(*o); });
}

}  // namespace haven::cli
