#include "engine/base/event_queue.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <tuple>

#include "engine/base/allocations.h"

using namespace haven::base;

namespace {

constexpr std::uint64_t kSeed = 20250409;

/// `n` events of `agents` agents on so few times and phases that most tie.
std::vector<Event> crowded(std::uint64_t stream, std::uint32_t n, std::uint32_t agents) {
  Draws draws{.seed = stream, .name = name_key("crowded")};
  std::vector<Event> events;
  std::vector<std::uint32_t> sequence(agents, 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t agent = draws.below(Purpose::choice, agents);
    events.push_back({.time = Time{} + seconds(draws.below(Purpose::arrival, 8)),
                      .name = name_key("agent_" + std::to_string(agent)),
                      .agent = agent,
                      .sequence = sequence[agent]++,
                      .payload = i,
                      .phase = static_cast<std::uint8_t>(draws.below(Purpose::side, 3))});
  }
  return events;
}

template <class T>
void shuffle(std::vector<T>& values, Draws& draws) {
  for (std::uint32_t i = static_cast<std::uint32_t>(values.size()); i > 1; --i) std::swap(values[i - 1], values[draws.below(Purpose::choice, i)]);
}

std::vector<Event> drain(EventQueue& queue) {
  std::vector<Event> events;
  while (!queue.empty()) events.push_back(queue.pop());
  return events;
}

/// The order in one line, from the sentence in docs/determinism.md.
bool naive_before(const Event& a, const Event& b) {
  return std::tuple(a.time.ns, a.phase, tie_key(kSeed, a.time, a.name), a.name, a.sequence) <
         std::tuple(b.time.ns, b.phase, tie_key(kSeed, b.time, b.name), b.name, b.sequence);
}

}  // namespace

TEST_CASE("the queue pops what a sorted vector would, through thousands of ties", "[event_queue]") {
  for (const std::uint32_t n : {1U, 2U, 3U, 4U, 5U, 6U, 17U, 1000U, 5000U}) {
    const auto events = crowded(n, n, 50);
    EventQueue queue(kSeed);
    for (const Event& event : events) queue.push(event);
    auto sorted = events;
    std::sort(sorted.begin(), sorted.end(), naive_before);
    INFO(n);
    CHECK(queue.size() == n);
    CHECK(drain(queue) == sorted);
  }
}

TEST_CASE("the queue equals a sorted vector when pushes and pops alternate", "[event_queue]") {
  Draws draws{.seed = 5, .name = name_key("alternate")};
  EventQueue queue(kSeed);
  std::vector<Event> naive;
  std::uint32_t sequence = 0;
  Time now{};
  bool equal = true;
  for (int step = 0; step < 20000; ++step) {
    if (naive.empty() || draws.below(Purpose::choice, 100) < 52) {
      const Event event{.time = now + seconds(draws.below(Purpose::arrival, 4)),
                        .name = name_key(std::to_string(draws.below(Purpose::size, 9))),
                        .sequence = sequence++,
                        .phase = static_cast<std::uint8_t>(draws.below(Purpose::side, 2))};
      queue.push(event);
      naive.insert(std::upper_bound(naive.begin(), naive.end(), event, naive_before), event);
    } else {
      equal = equal && queue.top() == naive.front() && queue.pop() == naive.front();
      now = naive.front().time;
      naive.erase(naive.begin());
    }
  }
  CHECK(equal);
  CHECK(drain(queue) == naive);
}

TEST_CASE("the order of events does not depend on the order in which they were scheduled", "[event_queue]") {
  auto events = crowded(1, 400, 30);
  EventQueue first(kSeed);
  for (const Event& event : events) first.push(event);
  const auto expected = drain(first);
  Draws draws{.seed = 1, .name = name_key("shuffle")};
  for (int round = 0; round < 50; ++round) {
    shuffle(events, draws);
    EventQueue queue(kSeed);
    for (const Event& event : events) queue.push(event);
    CHECK(drain(queue) == expected);
  }
}

TEST_CASE("the order of agents does not depend on how they are listed", "[event_queue]") {
  const auto events = crowded(2, 300, 20);
  EventQueue listed(kSeed), reversed(kSeed);
  for (Event event : events) {
    listed.push(event);
    event.agent = 19 - event.agent;
    reversed.push(event);
  }
  const auto a = drain(listed), b = drain(reversed);
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Event& x, const Event& y) {
    return x.name == y.name && x.sequence == y.sequence && x.agent == 19 - y.agent;
  }));
}

TEST_CASE("ties favour no name: each of three agents is first about a third of the time, by seed and by moment", "[event_queue]") {
  const std::uint64_t names[] = {name_key("a"), name_key("b"), name_key("c")};
  for (const bool by_seed : {true, false}) {
    int first[3] = {};
    for (std::uint64_t i = 0; i < 3000; ++i) {
      EventQueue queue(by_seed ? i : kSeed);
      for (std::uint32_t n = 0; n < 3; ++n) queue.push({.time = Time{by_seed ? 0 : static_cast<std::int64_t>(i)}, .name = names[n], .agent = n});
      ++first[queue.top().agent];
    }
    for (const int count : first) CHECK(std::abs(count - 1000) < 130);  // five standard deviations
  }
}

TEST_CASE("an earlier phase of a moment comes before every name, and an agent's own events in its sequence", "[event_queue]") {
  EventQueue queue(kSeed);
  for (std::uint32_t i = 5; i-- > 0;) queue.push({.time = Time{7}, .name = name_key("z"), .sequence = i, .phase = 1});
  queue.push({.time = Time{7}, .name = name_key("y"), .phase = 0});
  queue.push({.time = Time{6}, .name = name_key("x"), .phase = 9});
  CHECK(queue.pop().name == name_key("x"));
  CHECK(queue.pop().name == name_key("y"));
  for (std::uint32_t i = 0; i < 5; ++i) CHECK(queue.pop().sequence == i);
}

TEST_CASE("an event cannot be scheduled in the past, and an empty queue has no next event", "[event_queue]") {
  EventQueue queue;
  CHECK_THROWS_AS(queue.pop(), CheckFailure);
  CHECK_THROWS_AS(queue.top(), CheckFailure);
  queue.push({.time = Time{10}});
  queue.pop();
  CHECK_THROWS_AS(queue.push({.time = Time{9}}), CheckFailure);
  queue.push({.time = Time{10}});
  CHECK(queue.size() == 1);
}

TEST_CASE("a queue saved in the middle of a run pops on as if nothing had happened", "[event_queue]") {
  EventQueue queue(kSeed);
  for (const Event& event : crowded(3, 500, 40)) queue.push(event);
  for (int i = 0; i < 100; ++i) queue.pop();
  Writer writer;
  writer(queue);
  EventQueue loaded;
  Reader reader(writer.bytes());
  reader(loaded);
  CHECK(reader.finished());
  CHECK(loaded == queue);
  CHECK(drain(loaded) == drain(queue));
  CHECK_THROWS_AS(loaded.push({.time = Time{-1}}), CheckFailure);
}

TEST_CASE("a saved queue whose events are out of order is refused", "[event_queue]") {
  EventQueue queue(kSeed);
  queue.push({.time = Time{1}});
  queue.push({.time = Time{2}});
  Writer writer;
  writer(queue);
  std::string bytes = writer.bytes();
  bytes[bytes.size() - 2 * sizeof(Event)] = 3;  // the first event's time
  EventQueue loaded;
  Reader reader(bytes);
  CHECK_THROWS_AS(reader(loaded), ArchiveError);
}

TEST_CASE("a queue allocates nothing below its reserved size", "[event_queue]") {
  const auto events = crowded(4, 1000, 100);
  EventQueue queue(kSeed);
  queue.reserve(events.size());
  const AllocationCount count;
  for (const Event& event : events) queue.push(event);
  for (int i = 0; i < 5000; ++i) {
    Event event = queue.pop();
    event.time = event.time + seconds(1 + i % 7);
    queue.push(event);
  }
  while (!queue.empty()) queue.pop();
  CHECK(count.so_far() == 0);
}
