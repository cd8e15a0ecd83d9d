#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/results/sample_runs.h"
#include "tools/results/export_csv.h"
#include "tools/results/result_store.h"

namespace haven::results {
namespace {

void save_in_order(const std::string& path, const std::vector<std::uint64_t>& seeds, const std::string& command) {
  Manifest manifest = sample_manifest();
  manifest.command = command;
  ResultStore store(path, manifest);
  for (const std::uint64_t seed : seeds) {
    store.save(sample_run(seed), "model", 0, {static_cast<double>(seeds.front()), 1});
    store.save(sample_run(seed), "null", 0, {2, static_cast<double>(seeds.back())});
  }
}

TEST_CASE("equal runs export equal bytes, whatever the order they were saved in and the time they took", "[results]") {
  const TemporaryFolder folder;
  save_in_order(folder / "a.sqlite", {1, 2, 3}, "haven replay april-2025 --threads 1");
  save_in_order(folder / "b.sqlite", {3, 1, 2}, "haven replay april-2025 --threads 2");
  export_csv(ResultFile(folder / "a.sqlite"), folder / "a");
  export_csv(ResultFile(folder / "b.sqlite"), folder / "b");
  const std::string a = read_folder(folder / "a");
  CHECK(a == read_folder(folder / "b"));
  CHECK(a.find("== series.csv") != std::string::npos);
  CHECK(a.find("cpu_seconds") == std::string::npos);
  CHECK(a.find("model,0,2,yield_10y_change_bp,30\n") != std::string::npos);
  CHECK(a.find("\"Dealer \"\"A\"\", NY\"") != std::string::npos);
}

TEST_CASE("one changed value changes the export", "[results]") {
  const TemporaryFolder folder;
  for (const std::string name : {"a", "b"}) {
    {
      ResultStore store(folder / (name + ".sqlite"), sample_manifest());
      metrics::RunResult run = sample_run(1);
      if (name == "b") run.series[0].values[4] += 1e-12;
      store.save(run);
    }
    export_csv(ResultFile(folder / (name + ".sqlite")), folder / name);
  }
  CHECK(read_folder(folder / "a") != read_folder(folder / "b"));
}

TEST_CASE("an export into a place that cannot be a folder is refused", "[results]") {
  const TemporaryFolder folder;
  { ResultStore(folder / "r.sqlite", sample_manifest()).save(sample_run(1)); }
  std::ofstream(folder / "file") << "x";
  CHECK_THROWS_AS(export_csv(ResultFile(folder / "r.sqlite"), folder / "file"), StoreError);
}

}  // namespace
}  // namespace haven::results
