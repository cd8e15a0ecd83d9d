#include "tools/results/merge.h"

#include <fmt/format.h>

#include <filesystem>

#include "tools/assemble/sweep_plan.h"
#include "tools/cli/command.h"
#include "tools/cli/output_place.h"
#include "tools/sweep/holes.h"

namespace haven::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string out;
  bool force = false, allow_holes = false;
};

int merge(const Options& o) {
  std::error_code ignored;
  if (std::filesystem::exists(o.out, ignored) && !o.force) throw BadInput(o.out + ": is there already; choose another --out, or --force to replace it");
  require_writable(o.out);
  std::int64_t missing = 0, runs = 0;
  write_for_user([&] {
    results::merge_results(o.files, o.out, [&](const results::ResultFile& joined) {
      const auto plan = assemble::plan_of_text(o.files.front(), joined.manifest().config);
      const auto holes = sweep::find_holes(plan, joined);
      runs = holes.runs;
      missing = holes.missing;
      if (missing > 0 && !o.allow_holes) {
        throw BadInput(fmt::format("{} runs are missing, the first of point {}, seed {}; is every share among the files? --allow-holes joins what is there, and the same sweep command makes the rest",
                                   missing, holes.first_point, holes.first_seed));
      }
    });
  });
  fmt::print("{} files, {} runs, {} missing in {}\n", o.files.size(), runs, missing, o.out);
  return kGood;
}

}  // namespace

void add_merge(CLI::App& app, int& code) {
  auto* o = new Options;
  auto* command = app.add_subcommand("merge", "join the result files of a plan's shares, and see that nothing is missing or contradicts itself");
  command->footer("Example: haven merge smoke.*-of-*.sqlite --out smoke.sqlite\nThe joined file is the one that `haven sweep` would have written on one machine.");
  command->add_option("files", o->files, "result files of one plan")->required();
  command->add_option("--out", o->out, "result file to write")->required();
  command->add_flag("--force", o->force, "replace an existing file");
  command->add_flag("--allow-holes", o->allow_holes, "join even when runs are missing");
  command->callback([o, &code] { code = merge(*o); });
}

}  // namespace haven::cli
