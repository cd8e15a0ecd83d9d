// What a recording says of a run, and that a run does not notice it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "engine/base/allocations.h"
#include "engine/metrics/recorder.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;
using metrics::Recorded;
using metrics::RecordedKind;
using metrics::Recorder;

namespace {

struct Recording {
  std::vector<Recorded> records;
  std::size_t most_at_once = 0;
  Finished finished;
};

Recording record(const loop::Spec& spec, const Recorder::Settings& settings, metrics::Probes::Watching watching = metrics::Probes::Watching::off) {
  Recording recording;
  Recorder recorder(settings, [&](std::span<const Recorded> some) {
    recording.records.insert(recording.records.end(), some.begin(), some.end());
    recording.most_at_once = std::max(recording.most_at_once, some.size());
  });
  metrics::Probes probes(spec.world, watching);
  probes.attach(recorder);
  loop::State state = loop::initial_state(spec, 1);
  loop::advance(spec, state, probes);
  recorder.end(state.world.now, state.world.journal.digest());
  recording.finished = finished(state);
  return recording;
}

const Recording& plain() {
  static const Recording recording = record(plain_short_run().spec, {});
  return recording;
}

std::size_t count(const Recording& recording, RecordedKind kind) {
  return static_cast<std::size_t>(std::count_if(recording.records.begin(), recording.records.end(), [&](const Recorded& r) { return r.kind == static_cast<std::uint8_t>(kind); }));
}

}  // namespace

TEST_CASE("a recorded run has the digest of one that is not, watched or not", "[loop][recorder]") {
  CHECK(plain().finished == plain_whole());
  CHECK(record(plain_short_run().spec, {}, metrics::Probes::Watching::on).finished == plain_whole());
}

TEST_CASE("a recording holds every order, cancel and trade of the tape, in its order", "[loop][recorder]") {
  std::vector<base::Record> tape;
  run_whole(plain_short_run().spec, {.tape = &tape});
  const auto& institutions = plain_short_run().spec.world.institutions;
  struct Seen {
    std::int64_t time, lots;
    std::uint64_t kind, who;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> on_tape, recorded;
  for (const auto& r : tape) {
    const auto kind = static_cast<base::RecordKind>(r.kind);
    if (kind == base::RecordKind::order) on_tape.push_back({static_cast<std::int64_t>(r.time), static_cast<std::int64_t>(r.c), 1, r.a});
    if (kind == base::RecordKind::cancel) on_tape.push_back({static_cast<std::int64_t>(r.time), 0, 2, r.a});
  }
  for (const auto& r : plain().records) {
    const auto kind = static_cast<RecordedKind>(r.kind);
    if (kind == RecordedKind::order) recorded.push_back({r.time_ns, r.lots, 1, institutions[r.who].name_key});
    if (kind == RecordedKind::cancel && r.type == 0) recorded.push_back({r.time_ns, 0, 2, institutions[r.who].name_key});
  }
  CHECK((recorded == on_tape));
  CHECK(count(plain(), RecordedKind::trade) > 100);
  CHECK(count(plain(), RecordedKind::request) > 10);
  // Auctions are the Treasury's sale, at no venue.
  std::uint64_t awards = 0;
  for (const auto& r : tape) awards += r.kind == static_cast<std::uint64_t>(base::RecordKind::auction);
  CHECK(count(plain(), RecordedKind::trade) + count(plain(), RecordedKind::request) <= plain_whole().trades);
  CHECK(plain_whole().trades - count(plain(), RecordedKind::trade) - count(plain(), RecordedKind::request) < 200 * (awards + 1));
}

TEST_CASE("a recording ends with the run's digest, and its times never go back", "[loop][recorder]") {
  const auto& records = plain().records;
  CHECK(records.back().kind == static_cast<std::uint8_t>(RecordedKind::end));
  CHECK((base::Digest{static_cast<std::uint64_t>(records.back().lots), static_cast<std::uint64_t>(records.back().ask_lots)} == plain_whole().digest));
  CHECK(std::is_sorted(records.begin(), records.end(), [](const Recorded& a, const Recorded& b) { return a.time_ns < b.time_ns; }));
}

TEST_CASE("snapshots come at whole intervals, of books that have seen an order since, with at most the levels asked for", "[loop][recorder]") {
  Recorder::Settings settings;
  settings.levels = 3;
  settings.every = base::minutes(30);
  const auto recording = record(plain_short_run().spec, settings);
  std::size_t levels = 0, deep = 0;
  std::array<bool, world::kBooks> touched{};
  for (const Recorded& r : recording.records) {
    const auto kind = static_cast<RecordedKind>(r.kind);
    if (kind == RecordedKind::order || kind == RecordedKind::cancel) touched[r.book] = true;
    if (kind != RecordedKind::level) continue;
    ++levels;
    deep += r.type == 3;
    CHECK(r.time_ns % settings.every.ns == 0);
    CHECK(r.type <= 3);
    if (r.type == 1) {
      CHECK(touched[r.book]);
      touched[r.book] = false;
    }
  }
  CHECK(levels > 100);
  CHECK(deep > 10);
  CHECK(recording.finished == plain_whole());
}

TEST_CASE("a recording of one instrument holds what the whole one says of it", "[loop][recorder]") {
  Recorder::Settings settings;
  settings.books.reset();
  settings.books.set(world::kTenYearNode);
  settings.securities.reset();
  const auto one = record(plain_short_run().spec, settings);
  std::vector<Recorded> of_whole;
  std::map<std::uint32_t, std::uint32_t> number{{0, 0}};
  for (Recorded r : plain().records) {
    const auto kind = static_cast<RecordedKind>(r.kind);
    if (kind != RecordedKind::end && (r.book != world::kTenYearNode || (kind == RecordedKind::request && r.type == 0))) continue;
    if (kind == RecordedKind::order) number[r.order] = static_cast<std::uint32_t>(number.size());
    r.order = number.at(r.order);
    of_whole.push_back(r);
  }
  CHECK(of_whole.size() > 1000);
  CHECK((one.records == of_whole));
}

TEST_CASE("a recording hands on some thousand records at a time, however long the run", "[loop][recorder]") {
  CHECK(plain().records.size() > 3 * plain().most_at_once);
  CHECK(plain().most_at_once <= 4096);
}

TEST_CASE("recording allocates nothing in a trading day once its books have been as full as they get", "[loop][recorder]") {
  const loop::Spec& spec = plain_short_run().spec;
  std::uint64_t written = 0;
  Recorder recorder({}, [&](std::span<const Recorded> some) { written += some.size(); });
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  probes.attach(recorder);
  loop::State state = loop::initial_state(spec, 1);
  loop::advance(spec, state, probes, {}, moment(spec, 2, 9));
  const base::AllocationCount set_up;
  loop::advance(spec, state, probes, {}, moment(spec, 2, 9));  // no event: the call's own scratch
  const std::uint64_t of_a_call = set_up.so_far();
  const auto before = written;
  const base::AllocationCount allocated;
  loop::advance(spec, state, probes, {}, moment(spec, 2, 12));
  CHECK(allocated.so_far() - of_a_call == 0);
  CHECK(written > before);
}
