// The sweep as a machine: which rows it leaves, whatever happens on the way.
#include <catch2/catch.hpp>

#include <atomic>
#include <cmath>
#include <mutex>

#include "tests/sweep/test_models.h"
#include "tools/results/merge.h"
#include "tools/sweep/cost.h"
#include "tools/sweep/holes.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

const std::atomic<bool> kNoStop{false};

Function wavy() {
  return [](const std::vector<double>& x, std::uint64_t seed) { return Metrics{{"y", x[0] + (1 + x[0]) * own_noise(x, seed)}, {"other", 1}}; };
}

plan::Plan adaptive() {
  plan::Plan plan = grid(9, 3);
  plan.seeds.step = 2;
  plan.seeds.most = 40;
  plan.seeds.precision = plan::Precision{"y", 0.8};
  plan.keep.needed = {"y"};
  return plan;
}

Standing sweep_into(const std::string& file, const plan::Plan& plan, const Model& model, SweepOptions options = {}, const std::atomic<bool>& stop = kNoStop) {
  results::ResultStore store(file, manifest());
  return run_sweep(plan, model, store, options, stop);
}

}  // namespace

TEST_CASE("rows do not depend on the number of threads", "[sweep]") {
  for (const auto& plan : {grid(9, 5), adaptive()}) {
    const Folder folder;
    std::string first;
    for (const int threads : {1, 2, 3, 8}) {
      const std::string file = folder / (std::to_string(threads) + ".sqlite");
      SweepOptions options;
      options.threads = threads;
      const auto standing = sweep_into(file, plan, model_of(wavy()), options);
      CHECK(standing.points_complete == 9);
      CHECK(standing.made == standing.runs_there);
      CHECK(find_holes(plan, results::ResultFile(file)).missing == 0);
      const auto text = exported(folder, file);
      if (first.empty()) first = text;
      CHECK((text == first));
    }
    CHECK(first.find("model,8,3,done") != std::string::npos);
    CHECK(first.find("\n8,x,8,\n") != std::string::npos);
  }
}

TEST_CASE("a sweep that is stopped over and over and taken up again leaves the rows of one that was not", "[sweep][resume]") {
  for (const auto& plan : {grid(9, 5), adaptive()}) {
    const Folder folder;
    sweep_into(folder / "whole.sqlite", plan, model_of(wavy()));
    const auto whole = exported(folder, folder / "whole.sqlite");
    std::int64_t made = 0;
    int attempt = 0;
    for (; attempt < 1000; ++attempt) {
      std::atomic<bool> stop{false};
      SweepOptions options;
      options.threads = 1 + attempt % 3;
      options.on_progress = [&](const Standing& s) { stop = s.made >= 1 + attempt % 4; };
      const auto standing = sweep_into(folder / "pieces.sqlite", plan, model_of(wavy()), options, stop);
      made += standing.made;
      if (standing.points_complete == 9) break;
    }
    CHECK(attempt >= 5);
    CHECK((exported(folder, folder / "pieces.sqlite") == whole));
    const auto runs = results::ResultFile(folder / "whole.sqlite").runs().size();
    CHECK(made == static_cast<std::int64_t>(runs));  // nothing was made twice
  }
}

TEST_CASE("noisier points get more seeds, and no more than it takes", "[sweep][adaptive]") {
  const Folder folder;
  const auto plan = adaptive();
  sweep_into(folder / "r.sqlite", plan, model_of(wavy()));
  const results::ResultFile file(folder / "r.sqlite");
  const auto calm = file.summarize("y", {"model", 0}), noisy = file.summarize("y", {"model", 8});
  CHECK(calm.n < 6);
  CHECK(noisy.n == 40);
  CHECK(calm.se.value() <= 0.8);
}

TEST_CASE("a seed means the same draws at every point", "[sweep]") {
  const Folder folder;
  sweep_into(folder / "r.sqlite", grid(4, 6), model_of([](const std::vector<double>& x, std::uint64_t seed) { return Metrics{{"y", x[0] + noise(seed)}}; }));
  const results::ResultFile file(folder / "r.sqlite");
  const auto first = file.metric("y", {"model", 0}), last = file.metric("y", {"model", 3});
  for (const auto& [seed, y] : first) CHECK(last.at(seed) - y == Approx(3));
}

TEST_CASE("a run that fails is a row with its error, and the sweep goes on", "[sweep][failure]") {
  const Folder folder;
  const auto plan = grid(4, 3);
  const auto sometimes = model_of([](const std::vector<double>& x, std::uint64_t seed) {
    if (x[0] == 1 && seed == 2) throw std::runtime_error("the lights went out");
    if (x[0] == 2) return Metrics{{"y", seed == 1 ? std::nan("") : 1.0}};
    return Metrics{{"y", 1}};
  });
  const Model model = [&](const results::PointRow& point) -> Run {
    if (point.point == 3) throw std::runtime_error("no such market");
    return sometimes(point);
  };
  const auto standing = sweep_into(folder / "r.sqlite", plan, model);
  CHECK(standing.points_complete == 4);
  CHECK(standing.failed == 5);
  const auto text = exported(folder, folder / "r.sqlite");
  CHECK(text.find("model,1,2,failed,the lights went out,") != std::string::npos);
  CHECK(text.find("model,2,1,failed,metric y is not a finite number,") != std::string::npos);
  CHECK(text.find("model,3,3,failed,no such market,") != std::string::npos);
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("\n3,x,3,\n") != std::string::npos);

  // The rows stand when the sweep is called again, until they are taken out.
  CHECK(sweep_into(folder / "r.sqlite", plan, model).made == 0);
  { results::ResultStore(folder / "r.sqlite", manifest()).forget_failures(); }
  CHECK(sweep_into(folder / "r.sqlite", plan, model).made == 5);
  CHECK((exported(folder, folder / "r.sqlite") == text));
}

TEST_CASE("no more points are open than threads, and points are prepared one at a time", "[sweep][memory]") {
  const Folder folder;
  std::atomic<int> open{0}, most_open{0}, preparing{0}, most_preparing{0};
  const Model model = [&](const results::PointRow&) -> Run {
    most_preparing = std::max(most_preparing.load(), ++preparing);
    const std::shared_ptr<int> token(new int(++open), [&](int* number) {
      --open;
      delete number;
    });
    most_open = std::max(most_open.load(), *token);
    --preparing;
    return [token](std::uint64_t seed) {
      RunEnd end;
      end.result.digest.add(seed);
      end.result.metrics["y"] = static_cast<double>(seed);
      return end;
    };
  };
  SweepOptions options;
  options.threads = 3;
  sweep_into(folder / "r.sqlite", grid(300, 2), model, options);
  CHECK(most_open <= 4);  // one is being opened while its predecessor's last run is handed back
  CHECK(most_preparing == 1);
  CHECK(open == 0);
}

TEST_CASE("a sweep keeps what its plan says and what its own decisions need", "[sweep][keep]") {
  const Folder folder;
  auto plan = adaptive();
  plan.keep.only_metrics = {"other"};
  metrics::RunResult result;
  result.metrics = {{"y", 1}, {"other", 2}, {"third", 3}};
  result.series.resize(1);
  result.defaults.resize(1);
  keep_only(plan, result);
  CHECK(result.metrics == Metrics{{"y", 1}, {"other", 2}});
  CHECK(result.series.empty());
  CHECK(result.defaults.size() == 1);
  plan.keep.metrics = false;
  keep_only(plan, result);
  CHECK(result.metrics == Metrics{{"y", 1}});
}

TEST_CASE("shares made apart and merged are the sweep made in one piece", "[sweep][merge]") {
  for (const auto& plan : {grid(9, 5), adaptive()}) {
    const Folder folder;
    sweep_into(folder / "whole.sqlite", plan, model_of(wavy()));
    std::vector<std::string> files;
    for (std::int64_t i = 1; i <= 4; ++i) {
      SweepOptions options;
      options.shard = {i, 4};
      files.push_back(folder / (std::to_string(i) + ".sqlite"));
      sweep_into(files.back(), plan, model_of(wavy()), options);
    }
    std::swap(files[0], files[2]);
    files.push_back(files[1]);  // a task that ran twice
    results::merge_results(files, folder / "merged.sqlite", [&](const results::ResultFile& file) { CHECK(find_holes(plan, file).missing == 0); });
    CHECK((exported(folder, folder / "merged.sqlite") == exported(folder, folder / "whole.sqlite")));
  }
}

TEST_CASE("a missing share is found as a hole, by its first run", "[sweep][merge]") {
  const Folder folder;
  const auto plan = grid(4, 3);
  SweepOptions options;
  options.shard = {1, 2};
  sweep_into(folder / "1.sqlite", plan, model_of(wavy()), options);
  const auto holes = find_holes(plan, results::ResultFile(folder / "1.sqlite"));
  CHECK(holes.runs == 6);
  CHECK(holes.missing == 6);
  CHECK(holes.first_point == 2);
  CHECK(holes.first_seed == 1);
}

TEST_CASE("holes are counted run by run, and seeds that the plan does not ask for fill none", "[sweep][merge]") {
  const Folder folder;
  {
    results::ResultStore store(folder / "r.sqlite", manifest());
    const auto save = [&](std::int64_t point, std::uint64_t seed) {
      metrics::RunResult run;
      run.seed = seed;
      store.save(run, "model", point);
    };
    for (const std::uint64_t seed : {1, 2, 3, 4}) save(0, seed);
    for (const std::uint64_t seed : {1, 3}) save(1, seed);
    for (const std::uint64_t seed : {3, 4}) save(2, seed);
    store.save(metrics::RunResult{}, "another", 1);
  }
  const auto holes = find_holes(grid(4, 3), results::ResultFile(folder / "r.sqlite"));
  CHECK(holes.runs == 6);
  CHECK(holes.missing == 6);
  CHECK(holes.first_point == 1);
  CHECK(holes.first_seed == 2);
}

TEST_CASE("files that contradict each other, or belong to two plans, are not merged, and nothing is left", "[sweep][merge]") {
  const Folder folder;
  const auto plan = grid(2, 2);
  sweep_into(folder / "a.sqlite", plan, model_of(wavy()));
  const Model other = [](const results::PointRow&) -> Run {
    return [](std::uint64_t) {
      RunEnd end;
      end.result.digest.add(std::uint64_t{99});
      return end;
    };
  };
  sweep_into(folder / "b.sqlite", plan, other);
  { results::ResultStore(folder / "c.sqlite", manifest("another")); }
  const auto fault = [&](const std::string& with) {
    try {
      results::merge_results({folder / "a.sqlite", folder / with}, folder / "out.sqlite", [](const auto&) {});
    } catch (const results::StoreError& error) {
      return error.fault();
    }
    return results::Fault::missing;
  };
  CHECK(fault("b.sqlite") == results::Fault::conflict);
  CHECK(fault("c.sqlite") == results::Fault::other_plan);
  CHECK_THROWS_AS(results::merge_results({folder / "a.sqlite"}, folder / "out.sqlite", [](const auto&) { throw std::runtime_error("no"); }), std::runtime_error);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "")) CHECK(entry.path().extension() != ".unfinished");
  CHECK_FALSE(std::filesystem::exists(folder / "out.sqlite"));
}

TEST_CASE("a finished run takes the place of one that failed elsewhere, in either order", "[sweep][merge]") {
  const Folder folder;
  const auto plan = grid(2, 2);
  sweep_into(folder / "good.sqlite", plan, model_of(wavy()));
  sweep_into(folder / "bad.sqlite", plan, model_of([](const std::vector<double>&, std::uint64_t) -> Metrics { throw std::runtime_error("out of memory"); }));
  const auto good = exported(folder, folder / "good.sqlite");
  for (const bool good_first : {true, false}) {
    std::vector<std::string> files = {folder / "good.sqlite", folder / "bad.sqlite"};
    if (!good_first) std::swap(files[0], files[1]);
    results::merge_results(files, folder / "out.sqlite", [](const auto&) {});
    CHECK((exported(folder, folder / "out.sqlite") == good));
  }
}

TEST_CASE("the cost of a plan is measured on its first run, and leaves no file", "[sweep][cost]") {
  const auto cost = measured_cost(grid(5, 2), model_of(wavy()), manifest());
  CHECK(cost.run_seconds == 0.001);
  CHECK(cost.bytes_a_run > 0);
  CHECK_THROWS_AS(measured_cost(grid(5, 2), model_of([](const std::vector<double>&, std::uint64_t) -> Metrics { throw std::runtime_error("no"); }), manifest()), std::runtime_error);
}
