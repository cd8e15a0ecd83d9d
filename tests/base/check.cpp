#include "engine/base/check.h"

#include <catch2/catch.hpp>

using haven::base::CheckFailure;

TEST_CASE("a check that holds does not evaluate its detail", "[check]") {
  int evaluated = 0;
  HAVEN_CHECK(1 + 1 == 2, (++evaluated, "never"));
  CHECK(evaluated == 0);
}

TEST_CASE("a check that fails says where, from the root of the project, and what", "[check]") {
  try {
    HAVEN_CHECK(2 + 2 == 5, "cash is off by 1");
    FAIL("the check passed");
  } catch (const CheckFailure& failure) {
    const std::string what = failure.what();
    INFO(what);
    CHECK(what.starts_with("tests/base/check.cpp:"));
    CHECK(what.ends_with(": 2 + 2 == 5: cash is off by 1"));
  }
}
