// State is values: saved, loaded, copied and forked in the middle of a day, it goes on as if nothing had happened.
#include <catch2/catch.hpp>

#include "engine/base/archive.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

// Between phases, at the very start of one, in the night and in the busiest hour.
std::vector<base::Time> moments(const loop::Spec& spec) {
  return {moment(spec, 0, 7), moment(spec, 0, 11, 17), moment(spec, 1, -3), moment(spec, 1, 8, 30), moment(spec, 1, 15), moment(spec, 2, 10), moment(spec, 2, 13, 1), moment(spec, 3, 16, 59)};
}

}  // namespace

TEST_CASE("a run that is saved and loaded again and again gives the digest of one that never stopped", "[loop][checkpoint]") {
  const auto& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  for (const base::Time at : moments(spec)) {
    advance_to(spec, state, at);
    INFO(base::to_string(at));
    REQUIRE_FALSE(state.finished);
    REQUIRE(state.queue.top().time >= at);
    const std::string bytes = loop::save(state);
    state = loop::load(bytes);
    CHECK((loop::save(state) == bytes));  // without printing megabytes
  }
  advance_to(spec, state);
  CHECK(state.finished);
  CHECK(finished(state) == plain_whole());
}

TEST_CASE("two runs that reached the same moment save to the same bytes, also when one was saved and loaded on the way", "[loop][checkpoint]") {
  const auto& spec = plain_short_run().spec;
  const auto bytes = [&](const std::vector<base::Time>& stops) {
    loop::State state = loop::initial_state(spec, 1);
    for (const base::Time at : stops) {
      advance_to(spec, state, at);
      state = loop::load(loop::save(state));
    }
    advance_to(spec, state, moment(spec, 1, 12, 1));
    return loop::save(state);
  };
  const std::string unstopped = bytes({});
  CHECK((bytes({}) == unstopped));
  std::vector<base::Time> stops;
  for (int minute = 4; minute < 60; minute += 5) stops.push_back(moment(spec, 1, 10, minute));
  CHECK((bytes(stops) == unstopped));
}

TEST_CASE("a fork and its original both end as the whole run does, and a fork that is bent leaves its original alone", "[loop][checkpoint]") {
  const auto& spec = plain_short_run().spec;
  loop::State original = loop::initial_state(spec, 1);
  advance_to(spec, original, moment(spec, 2, 11, 17));
  loop::State fork = original;
  advance_to(spec, fork);
  CHECK(finished(fork) == plain_whole());

  loop::State bent = original;
  bent.world.outside.confidence_lost = 0.5;
  advance_to(spec, bent);
  CHECK(finished(bent).digest != plain_whole().digest);

  advance_to(spec, original);
  CHECK(finished(original) == plain_whole());
}

TEST_CASE("a checkpoint that is cut short, too long or of another version is refused", "[loop][checkpoint]") {
  const auto& spec = two_day_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 8));
  std::string bytes = loop::save(state);
  CHECK_NOTHROW(loop::load(bytes));
  CHECK_THROWS_AS(loop::load(bytes.substr(0, bytes.size() - 1)), base::ArchiveError);
  CHECK_THROWS_AS(loop::load(bytes + '\0'), base::ArchiveError);
  CHECK_THROWS_AS(loop::load(""), base::ArchiveError);
  ++bytes[0];
  CHECK_THROWS_WITH(loop::load(bytes), Catch::Contains("format"));
}

TEST_CASE("the state before the first event can be saved and loaded", "[loop][checkpoint]") {
  CHECK_NOTHROW(loop::load(loop::save(loop::initial_state(two_day_run().spec, 1))));
}
