// Sensitivity indices against functions whose indices are known.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>

#include "tests/sweep/test_models.h"
#include "tools/sweep/sensitivity.h"

using namespace haven;
using namespace haven::sweep;
using namespace haven::sweep::test;

namespace {

const double kPi = 3.14159265358979323846;

plan::Plan design(plan::Kind kind, std::int64_t size, int axes, double from, double to) {
  plan::Plan plan;
  plan.name = "test";
  plan.design.kind = kind;
  plan.design.size = size;
  for (int a = 0; a < axes; ++a) plan.design.axes.push_back(range(fmt::format("x{}", a + 1), from, to));
  return plan;
}

/// Ishigami and Homma (1990) with a = 7, b = 0.1.
double ishigami(const std::vector<double>& x) { return std::sin(x[0]) + 7 * std::sin(x[1]) * std::sin(x[1]) + 0.1 * x[2] * x[2] * x[2] * x[2] * std::sin(x[0]); }

results::SensitivityRow find(const Sensitivity& s, const std::string& axis, const std::string& index) {
  for (const auto& row : s.rows) {
    if (row.axis == axis && row.index == index) return row;
  }
  FAIL("no " << index << " of " << axis);
  return {};
}

void swept(const Folder& folder, const plan::Plan& plan, const Function& function) {
  results::ResultStore store(folder / "r.sqlite", manifest());
  run_sweep(plan, model_of(function), store, {}, std::atomic<bool>{false});
}

}  // namespace

TEST_CASE("Sobol indices of the Ishigami function come out as known, inside their bootstrap intervals", "[sensitivity]") {
  // V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2; V1 = (1 + b pi^4/5)^2 / 2; V2 = a^2/8; V13 = b^2 pi^8 (1/18 - 1/50).
  const double a = 7, b = 0.1, v1 = 0.5 * std::pow(1 + b * std::pow(kPi, 4) / 5, 2), v2 = a * a / 8, v13 = b * b * std::pow(kPi, 8) * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
  const double first[] = {v1 / v, v2 / v, 0}, total[] = {(v1 + v13) / v, v2 / v, v13 / v};
  CHECK(first[0] == Approx(0.3139).margin(5e-5));  // as published
  const auto plan = design(plan::Kind::saltelli, 2048, 3, -kPi, kPi);
  const Folder folder;
  swept(folder, plan, [](const std::vector<double>& x, std::uint64_t) { return Metrics{{"y", ishigami(x)}}; });
  const auto s = sensitivity(plan, results::ResultFile(folder / "r.sqlite"), "y");
  CHECK(s.rows.size() == 6);
  for (int d = 0; d < 3; ++d) {
    const std::string axis = fmt::format("x{}", d + 1);
    for (const auto& [index, known] : {std::pair{"first", first[d]}, std::pair{"total", total[d]}}) {
      const auto row = find(s, axis, index);
      INFO(axis << " " << index << " " << row.value << " [" << row.low << ", " << row.high << "]");
      CHECK(std::abs(row.value - known) < 0.02);
      CHECK(row.low <= known + 1e-9);
      CHECK(row.high >= known - 1e-9);
    }
  }
}

TEST_CASE("elementary effects of a linear function are its slopes, and those of a product spread", "[sensitivity]") {
  const auto plan = design(plan::Kind::morris, 20, 3, 0, 10);
  const Folder folder;
  swept(folder, plan, [](const std::vector<double>& x, std::uint64_t) { return Metrics{{"linear", 2 * x[0] - 3 * x[1]}, {"product", x[0] * x[1]}}; });
  const results::ResultFile file(folder / "r.sqlite");
  const auto linear = sensitivity(plan, file, "linear");
  CHECK(find(linear, "x1", "mu").value == Approx(20));
  CHECK(find(linear, "x2", "mu").value == Approx(-30));
  CHECK(find(linear, "x2", "mu_star").value == Approx(30));
  CHECK(find(linear, "x2", "sigma").value == Approx(0).margin(1e-6));
  CHECK(find(linear, "x3", "mu_star").value == Approx(0).margin(1e-9));
  CHECK(find(sensitivity(plan, file, "product"), "x1", "sigma").value > 10);
}

TEST_CASE("a failed run spoils its own trajectory or row and nothing else", "[sensitivity][failure]") {
  for (const auto kind : {plan::Kind::morris, plan::Kind::saltelli}) {
    const auto plan = design(kind, 40, 2, 0, 1);
    const Folder folder;
    swept(folder, plan, [](const std::vector<double>& x, std::uint64_t) {
      if (x[0] > 0.9 && x[1] > 0.9) throw std::runtime_error("failed");
      return Metrics{{"y", x[0]}};
    });
    const auto s = sensitivity(plan, results::ResultFile(folder / "r.sqlite"), "y");
    CHECK(s.blocks == 40);
    CHECK(s.whole_blocks < 40);
    CHECK(s.whole_blocks > 10);
    CHECK(find(s, "x1", kind == plan::Kind::morris ? "mu" : "total").value == Approx(1).margin(0.15));
    CHECK(find(s, "x2", kind == plan::Kind::morris ? "mu" : "total").value == Approx(0).margin(1e-9));
  }
}

TEST_CASE("a metric that does not vary, or that nothing has, has no indices", "[sensitivity]") {
  const auto plan = design(plan::Kind::saltelli, 16, 2, 0, 1);
  CHECK(sensitivity_of(plan, std::vector<double>(64, 3.0), "y").rows.empty());
  CHECK(sensitivity_of(plan, std::vector<double>(64, NAN), "y").rows.empty());
  CHECK(sensitivity_of(plan, std::vector<double>(64, NAN), "y").whole_blocks == 0);
}
