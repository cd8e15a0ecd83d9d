// What the sweep itself costs, without a market: the figures of docs/scaling.md.
//   bench_sweep overhead [RUNS MILLISECONDS THREADS METRICS]   runs that do nothing but take time
//   bench_sweep rows [RUNS SHARDS METRICS FOLDER]              a run is a row and its metrics: make, merge, check, export; in FOLDER, kept, shares are made once
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "tests/sweep/test_models.h"
#include "tools/results/merge.h"
#include "tools/sweep/holes.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

double wall() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double cpu(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double most_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void overhead(int runs, double milliseconds, int threads, int metrics) {
  const Folder folder;
  const Model busy = [&](const results::PointRow&) -> Run {
    return [&](std::uint64_t seed) {
      const double until = cpu(CLOCK_THREAD_CPUTIME_ID) + 1e-3 * milliseconds;
      double x = 0;
      while (cpu(CLOCK_THREAD_CPUTIME_ID) < until) x += 1;
      RunEnd end;
      end.result.digest.add(seed);
      for (int m = 0; m < metrics; ++m) end.result.metrics[fmt::format("metric_{}", m)] = x + m;
      return end;
    };
  };
  results::ResultStore store(folder / "r.sqlite", manifest());
  SweepOptions options;
  options.threads = threads;
  const double wall_before = wall(), cpu_before = cpu(CLOCK_PROCESS_CPUTIME_ID);
  run_sweep(grid(runs / 4, 4), busy, store, options, std::atomic<bool>{false});
  const double spent = cpu(CLOCK_PROCESS_CPUTIME_ID) - cpu_before, simulating = 1e-3 * milliseconds * runs;
  fmt::print("{} runs of {} ms with {} metrics on {} threads: {:.2f} s, {:.2f} s of CPU, {:.1f}% of it outside the runs\n", runs, milliseconds, metrics, threads, wall() - wall_before, spent, 100 * (spent - simulating) / spent);
}

/// "12.3 s (8.1 s of CPU)" since it was made.
class Watch {
 public:
  std::string read() const { return fmt::format("{:.1f} s ({:.1f} s of CPU)", wall() - wall_, cpu(CLOCK_PROCESS_CPUTIME_ID) - cpu_); }

 private:
  double wall_ = wall(), cpu_ = cpu(CLOCK_PROCESS_CPUTIME_ID);
};

void rows(int runs, int shards, int metrics, const std::string& kept) {
  const Folder temporary;
  const auto at = [&](const std::string& name) { return kept.empty() ? temporary / name : kept + "/" + name; };
  const auto plan = grid(runs, 1);
  const auto model = model_of([=](const std::vector<double>& x, std::uint64_t seed) {
    Metrics values;
    for (int m = 0; m < metrics; ++m) values[fmt::format("metric_{}", m)] = (x[0] + static_cast<double>(seed)) / (3 + m);
    return values;
  });
  std::vector<std::string> files;
  const Watch making;
  for (int i = 1; i <= shards; ++i) {
    files.push_back(at(fmt::format("{}.sqlite", i)));
    results::ResultStore store(files.back(), manifest());
    SweepOptions options;
    options.shard = {i, shards};
    run_sweep(plan, model, store, options, std::atomic<bool>{false});
  }
  fmt::print("{} runs of no time with {} metrics in {} shards: made in {}, {:.0f} bytes a run\n", runs, metrics, shards, making.read(), static_cast<double>(std::filesystem::file_size(files[0])) * shards / runs);
  const Watch merging;
  std::string checked;
  results::merge_results(files, at("all.sqlite"), [&](const results::ResultFile& file) {
    const Watch checking;
    if (find_holes(plan, file).missing != 0) std::exit(1);
    checked = checking.read();
  });
  fmt::print("merged in {}, {} of it looking for holes\n", merging.read(), checked);
  const Watch exporting;
  results::export_csv(results::ResultFile(at("all.sqlite")), at("csv"));
  fmt::print("exported in {}; most memory {:.0f} MB\n", exporting.read(), most_memory_mb());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const auto number = [&](int i, double otherwise) { return argc > i ? std::atof(argv[i]) : otherwise; };
  if (what == "overhead") overhead(static_cast<int>(number(2, 10000)), number(3, 5), static_cast<int>(number(4, 2)), static_cast<int>(number(5, 20)));
  else if (what == "rows") rows(static_cast<int>(number(2, 1e6)), static_cast<int>(number(3, 8)), static_cast<int>(number(4, 3)), argc > 5 ? argv[5] : "");
  else fmt::print(stderr, "bench_sweep overhead [RUNS MILLISECONDS THREADS METRICS] | rows [RUNS SHARDS METRICS FOLDER]\n");
}
