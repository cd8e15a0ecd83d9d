// The queue of future events. Which event comes next is a function of the set of events alone, never of the order in
// which they were scheduled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/check.h"
#include "engine/base/random.h"
#include "engine/base/time.h"

namespace haven::base {

/// One future event of one agent, 32 bytes. (name, sequence) names it: the sequence counts the events the agent has
/// scheduled in this run. kind, detail and payload are the scheduler's own.
struct Event {
  Time time;                   ///< when it is due
  std::uint64_t name = 0;      ///< stable name key of the agent (name_key), which orders ties
  std::uint32_t agent = 0;     ///< index of the agent; orders nothing
  std::uint32_t sequence = 0;  ///< the agent's own count
  std::uint32_t payload = 0;
  std::uint16_t detail = 0;
  std::uint8_t phase = 0;  ///< lower phases of one moment come first
  std::uint8_t kind = 0;

  bool operator==(const Event&) const = default;
};
static_assert(sizeof(Event) == 32);

/// Who goes first among agents with an event at the same time and phase: fresh at every moment and in every seed, so
/// that no name is favoured, and the same whatever order the agents are listed in.
constexpr std::uint64_t tie_key(std::uint64_t seed, Time time, std::uint64_t name) {
  return mix(name ^ mix(static_cast<std::uint64_t>(time.ns) ^ mix(seed)));
}

/// Invariants: pop() gives the least event by (time, phase, tie_key, name, sequence, then what it carries); time never runs backwards, so no
/// event may be pushed before the time of the last one popped. Nothing is allocated below the reserved size.
///
/// A four-ary heap of whole events. Measured at 200, 1,000 and 20,000 pending against a binary heap, heaps of keys
/// with a pool of events, bottom-up descents and an ordered set: it is the best or within the noise of it everywhere,
/// and the simplest. The tie key is computed only between events of one time and phase.
class EventQueue {
 public:
  explicit EventQueue(std::uint64_t seed = 0) : seed_(seed) {}

  void reserve(std::size_t events) { heap_.reserve(events); }
  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  /// Requires !empty().
  const Event& top() const {
    HAVEN_CHECK(!heap_.empty(), "top of an empty event queue");
    return heap_.front();
  }

  void push(const Event& event) {
    HAVEN_CHECK(event.time >= now_, "event at " + to_string(event.time) + " scheduled at " + to_string(now_));
    heap_.push_back(event);
    sift_up(heap_.size() - 1, event);
  }

  /// Requires !empty().
  Event pop() {
    const Event first = top();
    const Event last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
    now_ = first.time;
    return first;
  }

  /// `a` comes before `b` in this queue's order.
  bool before(const Event& a, const Event& b) const {
    if (a.time != b.time) [[likely]] return a.time < b.time;
    return before_at_one_time(a, b);
  }

  /// Reading throws ArchiveError when what was read is not a heap.
  template <class Archive>
  void fields(Archive& archive) {
    archive(seed_, now_, heap_);
    if constexpr (std::is_same_v<Archive, Reader>) {
      for (std::size_t i = 1; i < heap_.size(); ++i) {
        if (before(heap_[i], heap_[(i - 1) / kArity])) throw ArchiveError("checkpoint holds an event queue out of order");
      }
      if (!heap_.empty() && heap_.front().time < now_) throw ArchiveError("checkpoint holds an event in its own past");
    }
  }
  bool operator==(const EventQueue&) const = default;

 private:
  static constexpr std::size_t kArity = 4;

  [[gnu::noinline]] bool before_at_one_time(const Event& a, const Event& b) const {
    if (a.phase != b.phase) return a.phase < b.phase;
    if (a.name != b.name) {
      const std::uint64_t tie_a = tie_key(seed_, a.time, a.name), tie_b = tie_key(seed_, b.time, b.name);
      return tie_a != tie_b ? tie_a < tie_b : a.name < b.name;
    }
    return std::tie(a.sequence, a.kind, a.detail, a.payload) < std::tie(b.sequence, b.kind, b.detail, b.payload);
  }

  void sift_up(std::size_t hole, const Event& event) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!before(event, heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = event;
  }

  void sift_down(const Event& event) {
    const std::size_t n = heap_.size();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * kArity + 1;
      if (first >= n) break;
      const std::size_t end = first + kArity < n ? first + kArity : n;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (before(heap_[child], heap_[least])) least = child;
      }
      if (!before(heap_[least], event)) break;
      heap_[hole] = heap_[least];
      hole = least;
    }
    heap_[hole] = event;
  }

  std::uint64_t seed_;
  Time now_{INT64_MIN};  ///< time of the last event popped
  std::vector<Event> heap_;
};

}  // namespace haven::base
