#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/allocations.h"
#include "tools/cli/bench_funding.h"
#include "tools/cli/book_stream.h"
#include "tools/cli/command.h"
#include "tools/sweep/ensemble.h"

#include <chrono>

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

double book_ns(std::uint32_t live_orders) {
  StreamPlan plan;
  plan.live_orders = live_orders;
  plan.messages = 2'000'000;
  return run_book_stream(make_book_stream(plan), 5, "bench").ns_per_message;
}

void replay(const assemble::Experiment& experiment, Json& out) {
  std::vector<double> rate, orders, trades, cost;
  std::uint64_t events = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto ended = sweep::run_one({&experiment, "model", 0, seed}, {});
    if (!ended.error.empty()) throw std::runtime_error(ended.error);
    rate.push_back(static_cast<double>(ended.result.events) / ended.timing.cpu_seconds);
    orders.push_back(static_cast<double>(ended.result.orders) / ended.timing.cpu_seconds);
    trades.push_back(static_cast<double>(ended.result.trades) / ended.timing.cpu_seconds);
    cost.push_back(ended.timing.cpu_seconds);
    events = ended.result.events;
  }
  out["replay_events"] = events;
  out["replay_events_per_second"] = median(rate);
  out["replay_orders_per_second"] = median(orders);
  out["replay_trades_per_second"] = median(trades);
  out["replay_seconds_per_seed"] = median(cost);
}

void allocations(const assemble::Experiment& experiment, Json& out) {
  // One trading morning in the middle of the warm-up, without probes: 09:00 to 11:30.
  const auto& spec = experiment.spec;
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  const base::Time day = base::midnight(spec.world.days.at(spec.world.days.size() / 2));
  loop::advance(spec, state, probes, {}, day + base::hours(9));
  // A call sets up its scratch: what a call without events takes is not the loop's.
  const base::AllocationCount set_up;
  loop::advance(spec, state, probes, {}, day + base::hours(9));
  const std::uint64_t of_a_call = set_up.so_far();
  const auto events = state.world.events;
  const base::AllocationCount count;
  loop::advance(spec, state, probes, {}, day + base::hours(11) + base::minutes(30));
  out["allocations_in_loop"] = count.so_far() - of_a_call;
  out["allocations_events"] = state.world.events - events;
}

double thread_cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e9 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec);
}

struct EventCost {
  std::size_t institutions = 0;
  double early_ns = 0, late_ns = 0, ns = 0;  // of the first half of the days, of the rest, of all
};

EventCost event_cost(const assemble::Experiment& experiment) {
  const auto& spec = experiment.spec;
  loop::State state = loop::initial_state(spec, 1);
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  const double start = thread_cpu_ns();
  loop::advance(spec, state, probes, {}, base::midnight(spec.world.days.at(spec.world.days.size() / 2)));
  const double half = thread_cpu_ns();
  const auto early = static_cast<double>(state.world.events);
  loop::advance(spec, state, probes);
  const double end = thread_cpu_ns();
  const auto all = static_cast<double>(state.world.events);
  return {spec.world.institutions.size(), (half - start) / early, (end - half) / (all - early), (end - start) / all};
}

// The same market with its clients and lenders cut into `more` more institutions. Makers, noise and dealers stay.
assemble::LoadOptions cut_finer(const std::string& config, assemble::LoadOptions options, double more) {
  const auto run = assemble::load_run(config, options);
  std::vector<std::pair<std::string, double>> counts;
  double total = 0;
  for (const char* name : {"banks", "basis_funds", "swap_spread_funds", "government_money_funds", "foreign_official", "foreign_private",
                           "asset_managers", "bond_funds", "liability_investors", "mortgage_hedgers"}) {
    const std::string path = fmt::format("population[name={}].count", name);
    total += counts.emplace_back(path, std::stod(run.describe(path, {}).value)).second;
  }
  for (const auto& [path, count] : counts) options.sets.push_back(fmt::format("{}={:.0f}", path, count * (1.0 + more / total)));
  return options;
}

void scaling(const std::string& config, const assemble::LoadOptions& options, Json& out) {
  const EventCost plain = event_cost(assemble::assemble(config, options));
  out["event_ns"] = plain.ns;
  out["event_cost_second_half_of_days_over_first"] = plain.late_ns / plain.early_ns;
  for (const double institutions : {2'000.0, 15'000.0}) {
    const double more = institutions - static_cast<double>(plain.institutions);
    const EventCost large = event_cost(assemble::assemble(config, cut_finer(config, options, more)));
    const auto name = fmt::format("{:.0f}", institutions);
    out["institutions_" + name] = large.institutions;
    out["event_ns_" + name] = large.ns;
    out["event_cost_" + name + "_over_default"] = large.ns / plain.ns;
  }
}

void ensemble(const assemble::Experiment& experiment, Json& out) {
  const auto wall = [&](int threads) {
    std::vector<sweep::Job> jobs;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) jobs.push_back({&experiment, "model", 0, seed});
    const auto start = std::chrono::steady_clock::now();
    sweep::Options options;
    options.threads = threads;
    sweep::run_all(jobs, options, [](sweep::Ended&&) {}, stop_requested());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  out["ensemble_speedup_2_threads"] = wall(1) / wall(2);
}

}  // namespace

void add_bench(CLI::App& app, int& code) {
  struct Options {
    bool json = false;
    std::string only, config = "replays/april_2025";
    ConfigOptions configs;
  };
  auto* o = new Options;
  auto* command = app.add_subcommand("bench", "measure speed here: CPU time, one core unless it says otherwise");
  command->footer("Example: haven bench --only replay\nNames: book, book_100k, replay, allocations, scaling, ensemble, edges, clearing, funding");
  command->add_flag("--json", o->json, "JSON on standard output");
  command->add_option("--only", o->only, "one of book, book_100k, replay, allocations, scaling, ensemble, edges, clearing, funding")
      ->check(CLI::IsMember({"book", "book_100k", "replay", "allocations", "scaling", "ensemble", "edges", "clearing", "funding"}));
  command->add_option("--config", o->config, "run to measure")->capture_default_str();
  add_config_options(*command, o->configs);
  command->callback([o, &code] {
    Json out = Json::object();
    const auto wanted = [&](const char* name) { return o->only.empty() || o->only == name; };
    if (wanted("book")) out["book_ns_per_message"] = book_ns(10'000);
    if (wanted("book_100k")) out["book_100k_ns_per_message"] = book_ns(100'000);
    if (wanted("edges")) bench_edges(out);
    if (wanted("clearing")) bench_clearing(out);
    if (wanted("scaling")) scaling(o->config, o->configs.load(), out);
    if (wanted("replay") || wanted("allocations") || wanted("ensemble") || wanted("funding")) {
      const auto experiment = assemble::assemble(o->config, o->configs.load());
      if (wanted("replay")) replay(experiment, out);
      if (wanted("allocations")) allocations(experiment, out);
      if (wanted("ensemble")) ensemble(experiment, out);
      if (wanted("funding")) bench_funding_share(experiment, out);
    }
    if (o->json) {
      fmt::print("{}\n", out.dump(2));
    } else {
      for (const auto& [name, value] : out.items()) fmt::print("{:<32} {:>16.3f}\n", name, value.get<double>());
    }
    code = kGood;
  });
}

}  // namespace haven::cli
