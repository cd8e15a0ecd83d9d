#include "tools/sweep/cost.h"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "tools/results/result_store.h"
#include "tools/sweep/sweep.h"

namespace haven::sweep {
namespace {

namespace fs = std::filesystem;

/// Bytes of a result file with so many copies of a run.
double size_of(const results::Manifest& manifest, const fs::path& path, const metrics::RunResult& result, const results::PointRow& point, std::uint64_t copies) {
  {
    std::vector<metrics::RunResult> results(copies, result);
    std::vector<results::ResultStore::EndedRun> runs(copies);
    for (std::uint64_t i = 0; i < copies; ++i) {
      results[i].seed = i + 1;
      runs[i] = {{"model", 0, i + 1}, &results[i], "", {}, &point};
    }
    results::ResultStore(path.string(), manifest).save_all(runs);
  }
  return static_cast<double>(fs::file_size(path));
}

}  // namespace

Cost measured_cost(const plan::Plan& plan, const Model& model, const results::Manifest& manifest) {
  const auto seconds = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  const results::PointRow point = plan.design.point(0);
  Cost cost;
  const double began = seconds();
  const Run run = model(point);
  cost.prepare_seconds = seconds() - began;
  RunEnd end = run(1);
  if (!end.error.empty()) throw std::runtime_error("the plan's first run fails: " + end.error);
  cost.run_seconds = end.timing.cpu_seconds;
  keep_only(plan, end.result);
  std::string folder = (fs::temp_directory_path() / "haven-cost-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error(folder + ": cannot be made");
  const auto size = [&](std::uint64_t copies) { return size_of(manifest, fs::path(folder) / std::to_string(copies), end.result, point, copies); };
  // A file grows by pages, so enough copies that a page does not matter.
  constexpr double kEnoughBytes = 1 << 18;
  const double one = size(1);
  std::uint64_t copies = 8;
  double grown = 0;
  do {
    copies *= 2;
    grown = size(copies) - one;
  } while (grown < kEnoughBytes && copies < 4096);
  cost.bytes_a_run = grown / static_cast<double>(copies - 1);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return cost;
}

}  // namespace haven::sweep
