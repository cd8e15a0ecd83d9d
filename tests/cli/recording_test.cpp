// Recorded markets: written while a run goes on, read back, and fed to the order book anew.
#include <signal.h>
#include <time.h>

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "engine/base/digest.h"
#include "engine/metrics/recorder.h"
#include "tests/cli/program.h"

using namespace haven;
using namespace haven::cli::test;
using metrics::Recorded;
using metrics::RecordedKind;

namespace {

using Files = std::vector<std::string>;
using Words = std::vector<std::string>;
using Json = nlohmann::json;

Words recording_run(const Words& more) {
  Words words = {"run", "good.textproto", "--seed", "3", "--no-null", "--no-metrics"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::size_t header_bytes(const std::string& file) { return file.find('\n') + 1; }

std::vector<Recorded> records_of(const std::string& file) {
  const std::size_t begin = header_bytes(file);
  std::vector<Recorded> records((file.size() - begin) / sizeof(Recorded));
  std::memcpy(records.data(), file.data() + begin, records.size() * sizeof(Recorded));
  return records;
}

std::string with(const std::string& file, const std::vector<Recorded>& records) {
  return file.substr(0, header_bytes(file)) + std::string(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Recorded));
}

std::size_t first(const std::vector<Recorded>& records, RecordedKind kind) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].kind == static_cast<std::uint8_t>(kind)) return i;
  }
  return records.size();
}

std::string ensemble_digest(std::uint64_t seed, const std::string& of_run) {
  base::Digest ensemble;
  const base::Digest digest = base::digest_from_hex(of_run);
  for (const std::uint64_t word : {seed, digest.a, digest.b}) ensemble.add(word);
  return base::to_hex(ensemble);
}

}  // namespace

TEST_CASE("the recorded orders give the recorded trades, quotes and depth when the order book gets them anew", "[cli][recording]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto plain = desk.haven(recording_run({"--json"}));
  const auto run = desk.haven(recording_run({"--json", "--record", "market", "--tape", "tape"}));
  REQUIRE(run.code == 0);
  CHECK(desk.files() == Files{"good.textproto", "market", "tape"});
  const Json j = Json::parse(run.out);
  CHECK(j["digest"] == Json::parse(plain.out)["digest"]);

  const auto checked = desk.haven({"book", "market"});
  INFO(checked.err);
  REQUIRE(checked.code == 0);
  const Json found = Json::parse(checked.out);
  CHECK(found["whole"] == true);
  CHECK(ensemble_digest(3, found["digest"]) == j["digest"]);
  CHECK(found["orders"].get<int>() + found["cancels"].get<int>() >= j["orders"].get<int>());
  for (const char* some : {"trades", "quotes", "levels", "requests", "live_orders"}) CHECK(found[some] > 0);

  // The same tape whether or not the market is recorded beside it.
  REQUIRE(desk.haven(recording_run({"--tape", "alone"})).code == 0);
  CHECK((desk.read("alone") == desk.read("tape")));
  // The same recording again.
  REQUIRE(desk.haven(recording_run({"--record", "again"})).code == 0);
  CHECK((desk.read("again") == desk.read("market")));
}

TEST_CASE("a recording that says something else than the book does is refused with the record's number", "[cli][recording][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven(recording_run({"--record", "market", "--record-only", "10y"})).code == 0);
  const std::string file = desk.read("market");
  const auto records = records_of(file);
  const auto refused = [&](const std::string& text, const std::string& by) {
    desk.write("wrong", text);
    const auto run = desk.haven({"book", "wrong"});
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, Catch::StartsWith("wrong: ") && Catch::Contains(by));
  };
  const auto changed = [&](RecordedKind kind, const auto& change) {
    auto wrong = records;
    const std::size_t i = first(records, kind);
    REQUIRE(i < records.size());
    change(wrong[i]);
    return std::pair{with(file, wrong), fmt::format("record {} ", i + 1)};
  };
  const auto is_refused = [&](RecordedKind kind, const auto& change) {
    const auto [text, place] = changed(kind, change);
    refused(text, place);
  };
  is_refused(RecordedKind::trade, [](Recorded& r) { ++r.price; });
  is_refused(RecordedKind::trade, [](Recorded& r) { ++r.lots; });
  is_refused(RecordedKind::trade, [](Recorded& r) { ++r.order; });
  is_refused(RecordedKind::trade, [](Recorded& r) { ++r.other; });
  is_refused(RecordedKind::quote, [](Recorded& r) { ++r.lots; });
  is_refused(RecordedKind::level, [](Recorded& r) { ++r.ask_lots; });
  is_refused(RecordedKind::cancel, [](Recorded& r) { r.order = 4'000'000'000; });
  is_refused(RecordedKind::cancel, [](Recorded& r) { ++r.lots; });
  is_refused(RecordedKind::order, [](Recorded& r) { r.book = 18; });
  is_refused(RecordedKind::order, [](Recorded& r) { r.side = 2; });
  is_refused(RecordedKind::order, [](Recorded& r) { r.type = 5; });
  is_refused(RecordedKind::order, [](Recorded& r) { r.kind = 9; });
  is_refused(RecordedKind::quote, [](Recorded& r) { r.time_ns = 0; });
  auto lost = records;
  lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(first(records, RecordedKind::trade)));
  refused(with(file, lost), fmt::format("record {} ", first(records, RecordedKind::trade) + 1));
  refused(file + "more", "after its last record");
  std::string other = file;
  other.replace(other.find("\"version\":1"), 11, "\"version\":2");
  refused(other, "version 2, expected 1");
  refused(R"({"format":"haven recording",)", "line 1: ");
}

TEST_CASE("a planted tick shows as a trade that the book does not make", "[cli][recording]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven(recording_run({"--record", "market", "--plant-tick-day", "1"})).code == 0);
  const auto run = desk.haven({"book", "market"});
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::Contains("recorded: trades"));
}

TEST_CASE("a recording that ends anywhere is good as far as it goes", "[cli][recording]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  REQUIRE(desk.haven(recording_run({"--record", "market", "--record-only", "TY"})).code == 0);
  const std::string file = desk.read("market");
  const std::size_t begin = header_bytes(file);
  for (const std::size_t kept : {begin, begin + 10, begin + 48 * 1000, begin + 48 * 1000 + 47, file.size() - 48, file.size() - 1}) {
    desk.write("part", file.substr(0, kept));
    const auto run = desk.haven({"book", "part"});
    INFO(kept << ": " << run.err);
    CHECK(run.code == 0);
    const Json found = Json::parse(run.out);
    CHECK(found["whole"] == false);
    CHECK((found["orders"] > 0) == (kept > begin + 48));
  }
}

TEST_CASE("a killed run leaves what it had recorded, and an earlier recording as it was", "[cli][recording]") {
  const Desk desk;
  desk.write("good.textproto", "base: \"baseline/2025q1\"\nname: \"long\"\n");
  desk.write("market", "an earlier one");
  const pid_t program = desk.start(recording_run({"--record", "market"}));
  const auto enough = [&] {
    const auto names = desk.files();
    return std::find(names.begin(), names.end(), "market.unfinished") != names.end() && desk.read("market.unfinished").size() > 1'000'000;
  };
  while (!enough() && kill(program, 0) == 0) {
    const timespec a_moment{0, 5'000'000};
    nanosleep(&a_moment, nullptr);
  }
  kill(program, SIGKILL);
  CHECK(desk.wait(program).code == 128 + SIGKILL);
  CHECK(desk.read("market") == "an earlier one");
  const auto run = desk.haven({"book", "market.unfinished"});
  INFO(run.err);
  CHECK(run.code == 0);
  CHECK(Json::parse(run.out)["orders"] > 1000);
}

TEST_CASE("a full disk ends a recording with exit 2, with the result saved and the records before it readable", "[cli][recording][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  const auto run = desk.haven_with_room({"run", "good.textproto", "--seed", "1", "--no-report", "--no-metrics", "--out", "r.sqlite", "--record", "market"}, 1'000'000);
  CHECK(run.code == 2);
  CHECK_THAT(run.err, Catch::Contains("market: cannot be written; what was written before stands in market.unfinished"));
  CHECK_THAT(run.out, Catch::Contains("digest "));
  CHECK(rows(desk, "r.sqlite") >= 1);
  CHECK(desk.files() == Files{"good.textproto", "market.unfinished", "r.sqlite"});
  const auto checked = desk.haven({"book", "market.unfinished"});
  INFO(checked.err);
  CHECK(checked.code == 0);
}

TEST_CASE("a recording that cannot be written, or of what is not traded, is refused before the run", "[cli][recording][bad]") {
  const Desk desk;
  desk.write("good.textproto", short_lines());
  desk.write("file", "no folder");
  const auto refused = [&](const Words& more, const std::string& by) {
    const auto run = desk.haven(recording_run(more));
    INFO(run.err);
    CHECK(run.code == 2);
    CHECK_THAT(run.err, Catch::Contains(by));
    CHECK(run.out.empty());
    CHECK(desk.files() == Files{"file", "good.textproto"});
  };
  refused({"--record", "file/market"}, "file/market: cannot be written");
  refused({"--record", "market", "--record-only", "11y"}, "--record-only 11y: expected one of 2y");
  refused({"--record", "market", "--record-levels", "0"}, "--record-levels");
  refused({"--record-levels", "3"}, "--record");
  refused({"--record", "market", "--tape", "market"}, "--tape and --record need two files");
}
