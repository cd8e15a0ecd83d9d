#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <thread>

#include "engine/base/check.h"
#include "tests/results/sample_runs.h"
#include "tools/results/database.h"
#include "tools/results/result_file.h"
#include "tools/results/result_store.h"
#include "tools/results/schema.h"

namespace haven::results {
namespace {

template <class Action>
std::optional<Fault> fault_of(Action action) {
  try {
    action();
  } catch (const StoreError& error) {
    return error.fault();
  }
  return std::nullopt;
}

std::int64_t count(const ResultFile& file, const std::string& table) {
  Statement s(file.database(), "SELECT count(*) FROM " + table);
  s.step();
  return s.integer(0);
}

TEST_CASE("what a run leaves behind comes back from the file, name by name and bit by bit", "[results]") {
  const TemporaryFolder folder;
  const metrics::RunResult run = sample_run(3);
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    store.save(run, "model", 0, {1.5, 2.5});
  }
  const ResultFile file(folder / "r.sqlite");
  CHECK(file.manifest().plan == "april-2025");
  CHECK(file.manifest().config == "plan: 'april-2025'\n");
  CHECK(file.manifest().population.at("dealer") == 24);

  const auto runs = file.runs();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].key == RunKey{"model", 0, 3});
  CHECK(runs[0].digest == base::to_hex(run.digest));
  CHECK(runs[0].events == 1003);
  CHECK(runs[0].trades == 103);
  CHECK(file.metric("yield_10y_change_bp").at(3) == 31.0);

  const auto series = file.series("yield_10y_pct").at(3);
  CHECK(series.times == run.series[0].times);
  CHECK(series.values == run.series[0].values);
  CHECK(file.series("empty_series_bp").at(3).times.empty());
  Statement points(file.database(), "SELECT points FROM series WHERE name='yield_10y_pct'");
  REQUIRE(points.step());
  CHECK(points.integer(0) == 9);

  Statement flow(file.database(),
                 "SELECT day, seller_kind, buyer_kind, sector, face_bn FROM flows ORDER BY seller_kind");
  REQUIRE(flow.step());
  CHECK(flow.text(0) == "2025-04-07");
  CHECK(flow.text(1) == "basis_fund");
  CHECK(flow.text(2) == "dealer");
  CHECK(flow.real(4) == 4.5);

  Statement use(file.database(), "SELECT firm, rule, headroom_bn, binding FROM constraints");
  REQUIRE(use.step());
  CHECK(use.text(0) == "Dealer \"A\", NY");
  CHECK(use.real(2) == 9.5);
  CHECK(use.integer(3) == 1);

  Statement shadow(file.database(), "SELECT rule, \"constraint\", use, headroom_bn, binding FROM shadow_rules");
  REQUIRE(shadow.step());
  CHECK(shadow.text(0) == "rules/other");
  CHECK(shadow.text(1) == "bank supplementary_leverage");
  CHECK(shadow.real(2) == 1.1);
  CHECK(shadow.real(3) == run.shadows[0].headroom_bn);
  CHECK(shadow.integer(4) == 1);

  Statement fault(file.database(), "SELECT time, institution, cause FROM defaults");
  REQUIRE(fault.step());
  CHECK(fault.text(0) == "2025-04-07 09:00:00");
  CHECK(fault.text(2) == run.defaults[0].cause);
  for (const char* table : {"liquidity_needs", "positions", "repo", "collateral_edges", "institutions", "shadow_rules", "timings"}) {
    CHECK(count(file, table) == 1);
  }
  Statement edge(file.database(), "SELECT owner, depth, cash_bn FROM collateral_edges");
  REQUIRE(edge.step());
  CHECK(edge.text(0) == "fund 1");
  CHECK(edge.integer(1) == 0);
  CHECK(edge.real(2) == run.collateral[0].cash_bn);
  Statement institution(file.database(), "SELECT institution, kind, equity_bn FROM institutions");
  REQUIRE(institution.step());
  CHECK(institution.text(0) == "fund 1");
  CHECK(institution.text(1) == "basis_fund");
  CHECK(institution.real(2) == run.institutions[0].equity_bn);
}

TEST_CASE("points, scorecard, observed values, attribution, edge and layout come back as they were put", "[results]") {
  const TemporaryFolder folder;
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    for (int again = 0; again < 2; ++again) {
      const PointRow low{0, {{"leverage", 20, ""}, {"rule", 1, "final"}}}, high{1, {{"leverage", 40, ""}, {"rule", 0, "old"}}};
      std::vector<ResultStore::EndedRun> runs(2);
      runs[0].point = &low;
      runs[1].key.point = 1;
      runs[1].point = &high;
      store.save_all(runs);
      store.put_frontier({{1, "leverage", "collapse_share", 0.5, 33.5, 31, 36, 0.95, "found"}, {0, "leverage", "collapse_share", 0.5, std::nullopt, 20, 40, 0.95, "always_below"}});
      store.put_sensitivity({{"yield_10y_change_bp", "leverage", "total", 0.5, 0.25, 0.75}});
      store.put_scorecard(
          {{"yield_10y_change_bp", 28, 18, 38, "outcome", std::nullopt, 30.5, 1.25, true, "F", "computed"}});
      store.put_observed({{"yield_10y_pct", base::make_date(2025, 4, 11), 4.48, "Treasury", "read"}});
      store.put_attribution({{"yield_10y_change_bp", "end", "fundamental", 20, 1}});
      store.put_edge({{"fund_leverage", 20, 35, 31, 39}});
      store.put_collateral_nodes({{"fund 1", "basis_fund", 0.5, -0.25}});
    }
  }
  const ResultFile file(folder / "r.sqlite");
  REQUIRE(file.points().size() == 2);
  CHECK(file.points()[1].axes[1].label == "old");
  REQUIRE(file.frontier().size() == 2);
  CHECK_FALSE(file.frontier()[0].threshold.has_value());
  CHECK(file.frontier()[1].threshold == 33.5);
  REQUIRE(file.sensitivity().size() == 1);
  CHECK(file.sensitivity()[0].high == 0.75);
  REQUIRE(file.scorecard().size() == 1);
  CHECK_FALSE(file.scorecard()[0].null_mean.has_value());
  CHECK(file.scorecard()[0].model_mean == 30.5);
  CHECK(file.scorecard()[0].inside);
  REQUIRE(file.observed().size() == 1);
  CHECK(file.observed()[0].day == base::make_date(2025, 4, 11));
  CHECK(file.attribution().at(0).share == 20);
  CHECK(file.edge().at(0).high == 39);
  CHECK(file.collateral_nodes().at(0).y == -0.25);
}

TEST_CASE("a resumed file knows which runs it has, and saving one of them again changes nothing", "[results]") {
  const TemporaryFolder folder;
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    store.save(sample_run(1));
    store.save(sample_run(1), "null");
    store.save_failure({"model", 2, 7}, "no price after 10:15");
  }
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    const auto finished = store.finished();
    CHECK(finished == std::map<RunKey, RunStatus>{{{"model", 0, 1}, RunStatus::done},
                                                  {{"model", 2, 7}, RunStatus::failed},
                                                  {{"null", 0, 1}, RunStatus::done}});
    store.save(sample_run(1));
    store.save(sample_run(2));
    store.save_failure({"model", 0, 2}, "must not hide a finished run");
    store.save(sample_run(7), "model", 2);
  }
  const ResultFile file(folder / "r.sqlite");
  CHECK(file.runs().size() == 4);
  for (const RunRow& row : file.runs()) CHECK(row.status == RunStatus::done);
  CHECK(count(file, "flows") == 8);
  CHECK(count(file, "timings") == 4);
}

TEST_CASE("a failed run is a row with its error, and statistics pass over it", "[results]") {
  const TemporaryFolder folder;
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    store.save(sample_run(1));
    store.save_failure({"model", 0, 2}, "ledger: cash off by 0.0001");
  }
  const ResultFile file(folder / "r.sqlite");
  REQUIRE(file.runs().size() == 2);
  CHECK(file.runs()[1].error == "ledger: cash off by 0.0001");
  CHECK(file.summarize("yield_10y_change_bp").n == 1);
}

TEST_CASE("the same run with another digest is refused as a conflict and the first one stays", "[results]") {
  const TemporaryFolder folder;
  ResultStore store(folder / "r.sqlite", sample_manifest());
  store.save(sample_run(1));
  metrics::RunResult other = sample_run(1);
  other.digest.add(std::uint64_t{1});
  CHECK(fault_of([&] { store.save(other); }) == Fault::conflict);
  CHECK(ResultFile(folder / "r.sqlite").runs().at(0).digest == base::to_hex(sample_run(1).digest));
}

TEST_CASE("another plan's file, another version's and another format's are refused unharmed", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  { ResultStore(path, sample_manifest()).save(sample_run(1)); }
  const std::string before = read_all(path);

  CHECK(fault_of([&] { ResultStore(path, sample_manifest("march-2020")); }) == Fault::other_plan);
  Manifest later = sample_manifest();
  later.version = "0.2.0";
  CHECK(fault_of([&] { ResultStore(path, later); }) == Fault::other_version);
  CHECK(read_all(path) == before);

  { Database(path, Access::write).execute("PRAGMA user_version=99"); }
  const std::string changed = read_all(path);
  CHECK(fault_of([&] { ResultStore(path, sample_manifest()); }) == Fault::other_format);
  CHECK(fault_of([&] { ResultFile{path}; }) == Fault::other_format);
  CHECK(read_all(path) == changed);
}

TEST_CASE("force replaces another plan's or format's file, and continues one of the same plan", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  { ResultStore(path, sample_manifest()).save(sample_run(1)); }
  { CHECK(ResultStore(path, sample_manifest(), OtherPlan::replace).finished().size() == 1); }
  {
    ResultStore store(path, sample_manifest("march-2020"), OtherPlan::replace);
    CHECK(store.finished().empty());
    store.save(sample_run(5));
  }
  CHECK(ResultFile(path).manifest().plan == "march-2020");
  { Database(path, Access::write).execute("PRAGMA user_version=99"); }
  { CHECK(ResultStore(path, sample_manifest(), OtherPlan::replace).finished().empty()); }
  CHECK(ResultFile(path).manifest().plan == "april-2025");
}

TEST_CASE("what haven did not write is never opened for writing, not even with force", "[results]") {
  const TemporaryFolder folder;
  const std::string text = folder / "thesis.txt";
  std::ofstream(text) << "my only copy";
  const std::string foreign = folder / "foreign.sqlite";
  { Database(foreign, Access::write).execute("CREATE TABLE mine(x); INSERT INTO mine VALUES(1)"); }
  const std::string before = read_folder(folder / "");
  for (const std::string& path : {text, foreign, folder / ""}) {
    CHECK(fault_of([&] { ResultStore(path, sample_manifest(), OtherPlan::replace); }) == Fault::not_a_result);
  }
  CHECK(fault_of([&] { ResultFile{text}; }) == Fault::not_a_result);
  CHECK(read_folder(folder / "") == before);
}

TEST_CASE("a path that cannot be written or read says so and leaves nothing behind", "[results]") {
  const TemporaryFolder folder;
  CHECK(fault_of([&] { ResultStore(folder / "no/such/r.sqlite", sample_manifest()); }) == Fault::cannot_write);
  CHECK(fault_of([&] { ResultFile{folder / "r.sqlite"}; }) == Fault::missing);
  CHECK(read_folder(folder / "").empty());
}

TEST_CASE("a second writer of the same file is turned away while the first one works", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  {
    ResultStore first(path, sample_manifest());
    CHECK(fault_of([&] { ResultStore(path, sample_manifest()); }) == Fault::in_use);
    first.save(sample_run(1));
    CHECK(ResultFile(path).runs().size() == 1);
  }
  ResultStore second(path, sample_manifest());
  CHECK(second.finished().size() == 1);
}

TEST_CASE("a disk that fills up during a save is an error, and the rows saved before stay", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  metrics::RunResult big = sample_run(2);
  big.series[0].times.resize(200'000);
  big.series[0].values.resize(200'000);
  const pid_t child = fork();
  if (child == 0) {
    // A limit on the size of files stands for the full disk: the same failing write, without filling one.
    signal(SIGXFSZ, SIG_IGN);
    int code = 1;
    try {
      ResultStore store(path, sample_manifest());
      store.save(sample_run(1));
      const rlimit limit{400'000, 400'000};
      setrlimit(RLIMIT_FSIZE, &limit);
      if (fault_of([&] { store.save(big); }) == Fault::cannot_write) {
        store.save(sample_run(3));
        code = 0;
      }
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const ResultFile file(path);
  REQUIRE(file.runs().size() == 2);
  CHECK(file.runs()[1].key.seed == 3);
  CHECK(count(file, "series") == 4);
}

TEST_CASE("kill -9 in the middle of an ensemble keeps every run that was reported saved, each whole", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  int pipe_ends[2];
  REQUIRE(pipe(pipe_ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    ResultStore store(path, sample_manifest());
    for (std::uint64_t seed = 1;; ++seed) {
      metrics::RunResult run = sample_run(seed);
      run.series[0].times.resize(50'000);
      run.series[0].values.resize(50'000);
      store.save(run);
      if (write(pipe_ends[1], "x", 1) != 1) _exit(1);
    }
  }
  close(pipe_ends[1]);
  char reported[3];
  for (char& one : reported) REQUIRE(read(pipe_ends[0], &one, 1) == 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(pipe_ends[0]);

  const auto inspect = [](const ResultFile& file) {
    const auto runs = static_cast<std::int64_t>(file.runs().size());
    CHECK(runs >= 3);
    CHECK(count(file, "metrics") == 2 * runs);
    CHECK(count(file, "series WHERE points = 50000") == runs);
    CHECK(count(file, "flows") == 2 * runs);
    CHECK(count(file, "defaults") == runs);
  };
  inspect(ResultFile(path));
  ResultStore resumed(path, sample_manifest());
  resumed.save(sample_run(1'000'000));
  CHECK(resumed.finished().size() >= 4);
}

/// Kills this process at the first row that goes into raw_flows: in the middle of a save.
int die_at_first_flow(sqlite3* handle, char**, const sqlite3_api_routines*) {
  sqlite3_update_hook(
      handle,
      [](void*, int, const char*, const char* table, sqlite3_int64) {
        if (std::string(table) == "raw_flows") kill(getpid(), SIGKILL);
      },
      nullptr);
  return SQLITE_OK;
}

TEST_CASE("kill -9 in the middle of one save leaves nothing of that run", "[results]") {
  const TemporaryFolder folder;
  const std::string path = folder / "r.sqlite";
  { ResultStore(path, sample_manifest()).save(sample_run(1)); }
  const pid_t child = fork();
  if (child == 0) {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(die_at_first_flow));
    ResultStore(path, sample_manifest()).save(sample_run(2));
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  const ResultFile file(path);
  CHECK(file.runs().size() == 1);
  CHECK(count(file, "raw_metrics") == 2);
  CHECK(count(file, "raw_series") == 2);
  CHECK(count(file, "raw_flows") == 2);
}

TEST_CASE("runs saved from several threads at once all arrive, each whole", "[results]") {
  const TemporaryFolder folder;
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&store, t] {
        for (std::uint64_t i = 1; i <= 10; ++i) store.save(sample_run(10 * t + i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const ResultFile file(folder / "r.sqlite");
  CHECK(file.runs().size() == 40);
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CHECK(file.metric("yield_10y_change_bp").at(seed) == 28.0 + static_cast<double>(seed));
  }
}

TEST_CASE("a metric or series that is not a number is our own fault, and nothing of its run is kept", "[results]") {
  const TemporaryFolder folder;
  ResultStore store(folder / "r.sqlite", sample_manifest());
  metrics::RunResult run = sample_run(1);
  run.metrics["depth_10y_change_pct"] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(store.save(run), base::CheckFailure);
  run = sample_run(1);
  run.series[0].values[3] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(store.save(run), base::CheckFailure);
  CHECK(store.finished().empty());
  store.save(sample_run(1));
  CHECK(ResultFile(folder / "r.sqlite").metric("bid_ask_10y_multiple").size() == 1);
}

}  // namespace
}  // namespace haven::results
