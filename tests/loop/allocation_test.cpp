#include <catch2/catch.hpp>

#include "engine/base/allocations.h"
#include "tests/loop/short_run.h"

namespace haven::loop {

TEST_CASE("a trading day allocates nothing between its payments of the morning and noon", "[loop]") {
  const Spec& spec = tests::plain_short_run().spec;
  State state = initial_state(spec, 1);
  tests::advance_to(spec, state, tests::moment(spec, 2, 9));
  const base::AllocationCount set_up;
  tests::advance_to(spec, state, tests::moment(spec, 2, 9));  // no event: the call's own scratch
  const std::uint64_t of_a_call = set_up.so_far();
  const auto events = state.world.events;
  const base::AllocationCount count;
  tests::advance_to(spec, state, tests::moment(spec, 2, 12));
  CHECK(count.so_far() - of_a_call == 0);
  CHECK(state.world.events > events + 1'000);
}

}  // namespace haven::loop
