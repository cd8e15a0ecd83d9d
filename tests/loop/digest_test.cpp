// A run is a function of its config and its seed; its digest says so, and can be recomputed.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;
using namespace haven::tests;
using metrics::Probes;

namespace {

// As docs/determinism.md defines it, written again here.
base::Digest recompute(const std::vector<base::Record>& tape) {
  const auto rotate = [](std::uint64_t x, int n) { return x << n | x >> (64 - n); };
  std::uint64_t a = 0x243f6a8885a308d3, b = 0x13198a2e03707344;
  for (const base::Record& r : tape) {
    for (const std::uint64_t w : {r.kind, r.time, r.a, r.b, r.c}) {
      a = rotate((a ^ w) * 0x9e3779b97f4a7c15, 29);
      b = rotate((b + w) * 0xc2b2ae3d27d4eb4f, 31) ^ a;
    }
  }
  return {a, b};
}

loop::Plant dearer_tick(std::int32_t day) {
  loop::Plant plant;
  plant.tick_day = day;
  return plant;
}

bool same(const base::Record& x, const base::Record& y) { return x.kind == y.kind && x.time == y.time && x.a == y.a && x.b == y.b && x.c == y.c; }

std::map<std::uint64_t, base::Digest> digests_on(int threads) {
  std::vector<sweep::Job> jobs;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) jobs.push_back({&two_day_run(), "model", 0, seed});
  sweep::Options options;
  options.threads = threads;
  std::map<std::uint64_t, base::Digest> digests;
  const std::atomic<bool> stop{false};
  sweep::run_all(jobs, options, [&](sweep::Ended&& ended) {
    CHECK(ended.error.empty());
    digests[ended.job.seed] = ended.result.digest;
  }, stop);
  return digests;
}

}  // namespace

TEST_CASE("a config and a seed give one digest, another seed gives another", "[loop]") {
  CHECK(run_whole(plain_short_run().spec) == plain_whole());
  CHECK(run_whole(short_run().spec) == plain_whole());
  CHECK(run_whole(plain_short_run().spec, {.seed = 2}).digest != plain_whole().digest);
  CHECK(plain_whole().trades > 0);
}

TEST_CASE("an ensemble gives every seed its digest on one, two and three threads", "[loop]") {
  const auto on_one = digests_on(1);
  REQUIRE(on_one.size() == 4);
  CHECK(on_one.at(1) == run_whole(two_day_run().spec).digest);
  CHECK(on_one.at(1) != on_one.at(2));
  CHECK(digests_on(2) == on_one);
  CHECK(digests_on(3) == on_one);
}

TEST_CASE("watching a run and taping it change nothing in it", "[loop]") {
  CHECK(run_whole(plain_short_run().spec, {.watching = Probes::Watching::on}) == plain_whole());
  std::vector<base::Record> tape;
  CHECK(run_whole(plain_short_run().spec, {.tape = &tape}) == plain_whole());
}

TEST_CASE("the digest recomputed from the tape is the run's, and the tape holds every kind of business", "[loop]") {
  std::vector<base::Record> tape;
  const auto whole = run_whole(plain_short_run().spec, {.tape = &tape});
  CHECK(recompute(tape) == whole.digest);
  std::set<std::uint64_t> kinds;
  for (const auto& record : tape) kinds.insert(record.kind);
  using base::RecordKind;
  for (const auto kind : {RecordKind::order, RecordKind::cancel, RecordKind::trade, RecordKind::quote_trade, RecordKind::posting, RecordKind::security,
                          RecordKind::repo_open, RecordKind::repo_close, RecordKind::auction}) {
    INFO("record kind " << static_cast<int>(kind));
    CHECK(kinds.contains(static_cast<std::uint64_t>(kind)));
  }
  tape[tape.size() / 2].c ^= 1;
  CHECK(recompute(tape) != whole.digest);
}

TEST_CASE("one ten-year trade a tick dearer changes the digest from that trade on, and the money that settles it", "[loop]") {
  std::vector<base::Record> plain, planted;
  run_whole(plain_short_run().spec, {.tape = &plain});
  const auto whole = run_whole(plain_short_run().spec, {.plant = dearer_tick(1), .tape = &planted});
  CHECK(whole.digest != plain_whole().digest);

  const auto [before, after] = std::mismatch(plain.begin(), plain.end(), planted.begin(), planted.end(), same);
  REQUIRE(before != plain.end());
  REQUIRE(after != planted.end());
  CHECK(after->kind == static_cast<std::uint64_t>(base::RecordKind::trade));
  CHECK(base::Time{static_cast<std::int64_t>(after->time)} >= moment(plain_short_run().spec, 0, 17));
  CHECK(after->time == before->time);
  CHECK(after->a == before->a);
  CHECK(after->b == before->b);
  CHECK(static_cast<std::int64_t>(after->c) >> 24 == (static_cast<std::int64_t>(before->c) >> 24) + 1);

  // The dearer price is paid when the trade settles.
  const auto [settled, other] = std::mismatch(before + 1, plain.end(), after + 1, planted.end(), same);
  REQUIRE(settled != plain.end());
  REQUIRE(other != planted.end());
  CHECK(settled->time > before->time);
}

// A planted fault that does nothing proves nothing.
TEST_CASE("a tick planted on the first day changes the digest as well", "[loop]") {
  CHECK(run_whole(two_day_run().spec, {.plant = dearer_tick(0)}).digest != run_whole(two_day_run().spec).digest);
}
