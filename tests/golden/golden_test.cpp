// The short run's digest and a few of its numbers, as they were when last agreed to.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "tests/loop/short_run.h"
#include "tools/sweep/ensemble.h"

using namespace haven;

namespace {

using metrics::Statistic;

/// Of the four days: one of each layer of the market.
std::vector<metrics::Metric> named_numbers(const loop::Spec& spec) {
  const base::Date from = spec.world.days.front(), to = spec.world.days.back();
  return {{"yield_10y_change_bp", "yield_10y_bp", Statistic::change, from, to},
          {"premium_30y_change_bp", "premium_30y_bp", Statistic::change, from, to},
          {"swap_spread_30y_change_bp", "swap_spread_30y_bp", Statistic::change, from, to},
          {"bid_ask_10y_mean_ticks", "bid_ask_10y_ticks", Statistic::mean, from, to},
          {"depth_10y_mean_bn", "depth_10y_bn", Statistic::mean, from, to},
          {"volume_TY_sum_bn", "volume_TY_bn", Statistic::sum, from, to},
          {"sofr_minus_iorb_max_bp", "sofr_minus_iorb_bp", Statistic::maximum, from, to},
          {"repo_dvp_mean_bn", "repo_dvp_bn", Statistic::mean, from, to},
          {"dealer_use_leverage_mean", "dealer_use_leverage_mean", Statistic::mean, from, to},
          {"collateral_multiplier_mean", "collateral_multiplier", Statistic::mean, from, to},
          {"auction_tail_10y_bp", "auction_tail_10y_bp", Statistic::maximum, from, to}};
}

std::string described() {
  assemble::Experiment experiment = tests::plain_short_run();
  experiment.metrics = named_numbers(experiment.spec);
  const auto ended = sweep::run_one({&experiment, "model", 0, 1}, {});
  REQUIRE(ended.error.empty());
  const auto& r = ended.result;
  std::string text = fmt::format("digest {}\nevents {}\norders {}\ntrades {}\n", base::to_hex(r.digest), r.events, r.orders, r.trades);
  for (const auto& metric : experiment.metrics) {
    const auto found = r.metrics.find(metric.name);
    REQUIRE(found != r.metrics.end());
    text += fmt::format("{} {:.10g}\n", metric.name, found->second);
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string golden() {
  std::ifstream file(HAVEN_GOLDEN);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the short run is the one that was agreed to", "[golden]") {
  const std::string now = described();
  const auto expected = lines_of(golden()), found = lines_of(now);
  if (std::getenv("HAVEN_UPDATE_GOLDEN") != nullptr) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::string was = i < expected.size() ? expected[i] : "nothing";
      if (was != found[i]) std::cout << "was " << was << "\nis  " << found[i] << "\n";
    }
    std::ofstream(HAVEN_GOLDEN) << now;
    REQUIRE(golden() == now);
    return;
  }
  INFO("if the change is meant: HAVEN_UPDATE_GOLDEN=1 build/release/tests/golden/test_golden, and say why in the commit (tests/golden/README.md)");
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == expected[i]);
}
