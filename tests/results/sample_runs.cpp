#include "tests/results/sample_runs.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace haven::results {

metrics::RunResult sample_run(std::uint64_t seed) {
  const double x = static_cast<double>(seed);
  const base::Date day = base::make_date(2025, 4, 7);
  metrics::RunResult r;
  r.seed = seed;
  r.digest.add(seed);
  r.events = 1000 + seed;
  r.orders = 500 + seed;
  r.trades = 100 + seed;
  r.metrics = {{"yield_10y_change_bp", 28 + x}, {"bid_ask_10y_multiple", 2.0 + 0.1 * x}};
  metrics::Series yield{"yield_10y_pct", {}, {}};
  for (int hour = 8; hour < 17; ++hour) {
    yield.times.push_back(base::midnight(day) + base::hours(hour));
    yield.values.push_back(4.0 + 0.01 * hour + 0.1 * x);
  }
  r.series = {yield, {"empty_series_bp", {}, {}}};
  r.flows = {{day, "basis_fund", "dealer", "10y", 1.5 + x, 1.4 + x}, {day, "dealer", "pension", "30y", 0.5, 1.2}};
  r.constraints = {{day, "Dealer \"A\", NY", "dealer", "slr", 0.9, 12.5 - x, 3.25, true}};
  r.shadows = {{day, "rules/other", "Dealer \"A\", NY", "dealer", "bank supplementary_leverage", 1.1, -2.5 - x, true}};
  r.liquidity_needs = {{day, "basis_fund", 1.25, 0.5 + x, 0.125}};
  r.positions = {{day, "basis_fund", "futures", "TY", -100 - x, -98.5}};
  r.repo = {{day, "tri_party", 2500, 4.33, 2.0, 0.0}};
  r.collateral = {{day, "fund 1", "Dealer \"A\", NY", "nccbr", "10y", 3.0 + x, "fund 1", 0, 2.9 + x}};
  r.institutions = {{day, "fund 1", "basis_fund", 0.4 - x, 0.1}};
  r.defaults = {{base::midnight(day) + base::hours(9), "fund 1", "basis_fund",
                 "the 08:30 call of $1.2bn exceeded cash by $0.3bn\nafter the sale", 0.3}};
  r.default_steps = {{base::midnight(day) + base::hours(9), "fund 1", "cash", "margin call", "clearing house", 1.2},
                     {base::midnight(day) + base::hours(9), "fund 1", "cash", "sale", "Dealer \"A\", NY", 0.9 + x}};
  r.fails = {{day, {day.v - 3}, "return", "fund 1", "Dealer \"A\", NY", "10y", 0.25 + x, 1, "not_returned", "fund 2", 0.25 + x}};
  return r;
}

Manifest sample_manifest(const std::string& plan) {
  return {plan,     "April 2025",        "haven replay " + plan, "0.1.0", "plan: '" + plan + "'\n",
          "c0ffee", "digest-of-" + plan, {{"dealer", 24}}};
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "haven-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_all(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string read_folder(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files[entry.path().filename().string()] = read_all(entry.path().string());
  }
  std::string all;
  for (const auto& [name, text] : files) all += fmt::format("== {}\n{}", name, text);
  return all;
}

}  // namespace haven::results
