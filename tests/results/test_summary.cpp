#include <catch2/catch.hpp>

#include "tests/results/sample_runs.h"
#include "tools/results/result_file.h"
#include "tools/results/result_store.h"

namespace haven::results {
namespace {

TEST_CASE("mean, standard error and quantiles of 1..5 are 3, sqrt(2.5/5), and R's type 7", "[results]") {
  const Summary s = summarize({5, 3, 1, 4, 2});
  CHECK(s.n == 5);
  CHECK(s.mean == Approx(3));
  REQUIRE(s.se.has_value());
  CHECK(*s.se == Approx(0.70710678));  // R: sd(1:5)/sqrt(5)
  CHECK(s.p05 == Approx(1.2));         // R: quantile(1:5, .05)
  CHECK(s.p50 == Approx(3));
  CHECK(s.p95 == Approx(4.8));
}

TEST_CASE("one seed has no standard error, and no seed no summary", "[results]") {
  CHECK_FALSE(summarize({7}).se.has_value());
  CHECK(summarize({7}).p95 == 7);
  CHECK(summarize({}).n == 0);
}

TEST_CASE("a band leaves out moments at which fewer than half of the seeds have a value", "[results]") {
  const base::Time t1{100}, t2{200}, t3{300};
  const Band b = band({{1, {"x", {t1, t2}, {1, 10}}}, {2, {"x", {t1, t2}, {3, 20}}}, {3, {"x", {t1, t3}, {2, 5}}}});
  CHECK(b.runs == 3);
  CHECK(b.times == std::vector<base::Time>{t1, t2});
  CHECK(b.seeds == std::vector<std::size_t>{3, 2});
  CHECK(b.p50[0] == Approx(2));
  CHECK(b.p05[0] == Approx(1.1));
  CHECK(b.p50[1] == Approx(15));
  CHECK(b.p75[1] == Approx(17.5));
}

TEST_CASE("statistics keep variants and points apart", "[results]") {
  const TemporaryFolder folder;
  {
    ResultStore store(folder / "r.sqlite", sample_manifest());
    for (std::uint64_t seed = 1; seed <= 3; ++seed) store.save(sample_run(seed));
    store.save(sample_run(10), "null");
    store.save(sample_run(20), "model", 1);
  }
  const ResultFile file(folder / "r.sqlite");
  CHECK(file.summarize("yield_10y_change_bp").mean == Approx(30));
  CHECK(file.summarize("yield_10y_change_bp", {"null", 0}).mean == Approx(38));
  CHECK(file.summarize_all().at("yield_10y_change_bp").n == 3);
  CHECK(file.summarize_all({"model", 1}).at("yield_10y_change_bp").mean == Approx(48));
  CHECK(file.summarize("no_such_metric").n == 0);
  CHECK(file.series_names() == std::vector<std::string>{"empty_series_bp", "yield_10y_pct"});
  CHECK(file.band("yield_10y_pct").p50.at(0) == Approx(4.28));
  CHECK(file.band("empty_series_bp").times.empty());
}

TEST_CASE("the ensemble's digest depends on the runs and not on the order they were saved in", "[results]") {
  const TemporaryFolder folder;
  const auto digest_of = [&](const std::string& name, const std::vector<std::uint64_t>& seeds) {
    {
      ResultStore store(folder / name, sample_manifest());
      for (const std::uint64_t seed : seeds) store.save(sample_run(seed));
    }
    return ResultFile(folder / name).ensemble_digest();
  };
  const std::string forward = digest_of("a", {1, 2, 3});
  CHECK(forward == digest_of("b", {3, 2, 1}));
  CHECK(forward != digest_of("c", {1, 2, 4}));
  CHECK(forward != digest_of("d", {1, 2}));
}

}  // namespace
}  // namespace haven::results
