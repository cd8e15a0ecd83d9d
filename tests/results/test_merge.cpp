#include <catch2/catch.hpp>

#include "tests/results/sample_runs.h"
#include "tools/results/export_csv.h"
#include "tools/results/merge.h"
#include "tools/results/result_store.h"

namespace haven::results {
namespace {

TEST_CASE("a merge takes every table of every run, also where files number their names differently", "[results][merge]") {
  const TemporaryFolder folder;
  const auto save = [&](const std::string& name, const std::vector<std::uint64_t>& seeds) {
    ResultStore store(folder / name, sample_manifest());
    for (const auto seed : seeds) {
      auto run = sample_run(seed);
      if (seed == 3) run.metrics["a_metric_of_this_seed_alone_bp"] = 1;
      store.save(run);
    }
  };
  save("one.sqlite", {1, 2, 3});
  save("a.sqlite", {3});
  save("b.sqlite", {1, 2});
  merge_results({folder / "a.sqlite", folder / "b.sqlite"}, folder / "joined.sqlite", [](const ResultFile&) {});
  const ResultFile joined(folder / "joined.sqlite");
  Statement table(joined.database(), "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'raw%'");
  while (table.step()) {
    INFO(table.text(0));
    Statement count(joined.database(), "SELECT count(DISTINCT run) FROM " + table.text(0));
    count.step();
    CHECK(count.integer(0) == 3);
  }
  Statement timings(joined.database(), "SELECT count(*) FROM timings");
  timings.step();
  CHECK(timings.integer(0) == 3);
  export_csv(ResultFile(folder / "one.sqlite"), folder / "one");
  export_csv(joined, folder / "joined");
  CHECK(read_folder(folder / "joined") == read_folder(folder / "one"));
}

TEST_CASE("of files that share some runs, every run is taken once, with its own rows", "[results][merge]") {
  const TemporaryFolder folder;
  const auto save = [&](const std::string& name, const std::vector<std::uint64_t>& seeds) {
    ResultStore store(folder / name, sample_manifest());
    for (const auto seed : seeds) store.save(sample_run(seed));
  };
  save("one.sqlite", {1, 2, 3, 4});
  save("a.sqlite", {2, 1});
  save("b.sqlite", {1, 3, 2, 4});
  merge_results({folder / "a.sqlite", folder / "b.sqlite"}, folder / "joined.sqlite", [](const ResultFile&) {});
  const ResultFile joined(folder / "joined.sqlite");
  Statement table(joined.database(), "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'raw%'");
  while (table.step()) {
    INFO(table.text(0));
    Statement of_nobody(joined.database(), "SELECT count(*) FROM " + table.text(0) + " WHERE run NOT IN (SELECT run FROM runs)");
    of_nobody.step();
    CHECK(of_nobody.integer(0) == 0);
  }
  export_csv(ResultFile(folder / "one.sqlite"), folder / "one");
  export_csv(joined, folder / "joined");
  CHECK(read_folder(folder / "joined") == read_folder(folder / "one"));
}

}  // namespace
}  // namespace haven::results
