// Counts heap allocations, for the tests and benchmarks that promise none. Only a binary that links haven_allocations
// counts; it then replaces the global operator new.
#pragma once

#include <cstdint>

namespace haven::base {

/// Calls of any global operator new on this thread since it started.
std::uint64_t allocations_on_this_thread();

/// Allocations on this thread since construction.
class AllocationCount {
 public:
  std::uint64_t so_far() const { return allocations_on_this_thread() - start_; }

 private:
  std::uint64_t start_ = allocations_on_this_thread();
};

}  // namespace haven::base
