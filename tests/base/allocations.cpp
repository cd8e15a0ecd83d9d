#include "engine/base/allocations.h"

#include <catch2/catch.hpp>
#include <memory>
#include <new>
#include <thread>
#include <vector>

using haven::base::AllocationCount;

namespace {

// Behind a pointer that the optimiser cannot see through: it may drop a new and its delete as a pair.
template <class T>
void touch(T* p) { asm volatile("" : : "g"(p) : "memory"); }

struct alignas(64) Line {
  char bytes[64];
};

}  // namespace

TEST_CASE("every form of new counts once", "[allocations]") {
  AllocationCount count;
  CHECK(count.so_far() == 0);
  count = AllocationCount();
  auto* one = new int(1);
  touch(one);
  auto* several = new int[10];
  touch(several);
  auto* line = new Line;
  touch(line);
  auto* quiet = new (std::nothrow) int(2);
  touch(quiet);
  const auto n = count.so_far();
  CHECK(reinterpret_cast<std::uintptr_t>(line) % 64 == 0);
  delete one;
  delete[] several;
  delete line;
  delete quiet;
  CHECK(n == 4);
}

TEST_CASE("a vector that grows counts and one that was reserved does not", "[allocations]") {
  std::vector<int> reserved;
  reserved.reserve(100);
  touch(reserved.data());
  const AllocationCount count;
  for (int i = 0; i < 100; ++i) reserved.push_back(i);
  const auto within = count.so_far();
  reserved.push_back(100);
  touch(reserved.data());
  const auto beyond = count.so_far();
  CHECK(within == 0);
  CHECK(beyond == 1);
}

TEST_CASE("another thread's allocations are its own", "[allocations]") {
  std::uint64_t here = 1, there = 0;
  std::thread thread;
  const AllocationCount count;
  thread = std::thread([&there] {
    const AllocationCount own;
    for (int i = 0; i < 5; ++i) {
      auto* p = new int(i);
      touch(p);
      delete p;
    }
    there = own.so_far();
  });
  thread.join();
  here = count.so_far();
  CHECK(there == 5);
  CHECK(here <= 1);  // the thread's own state
}
