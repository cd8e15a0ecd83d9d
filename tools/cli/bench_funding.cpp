#include "tools/cli/bench_funding.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <vector>

#include "engine/base/allocations.h"
#include "engine/base/random.h"
#include "engine/funding/repo.h"
#include "engine/loop/advance.h"
#include "networks/clearing.h"

namespace haven::cli {
namespace {

using base::InstitutionId;
using Json = nlohmann::ordered_json;

double thread_cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return 1e9 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return x[x.size() / 2];
}

constexpr std::uint32_t kClients = 800, kDealers = 100, kLenders = 100, kInstitutions = kClients + kDealers + kLenders;
constexpr std::uint16_t kIssues = 12;
constexpr std::size_t kLive = 100'000;
constexpr std::int64_t kFace = 1'000'000;

/// Clients pledge their own to dealers, dealers pass on what they received to lenders. Every contract is of one face.
class Repos {
 public:
  Repos() : books_(shape()), contracts_(kInstitutions + 2, kLive + 1), collateral_(kInstitutions + 2, kIssues, 4 * kLive) {
    for (std::uint32_t i = 0; i < kClients; ++i) {
      for (std::uint16_t s = 0; s < kIssues; ++s) collateral_.issue(books_, {i}, {s}, {kFace * 1000}, journal_, now_);
    }
    live_.reserve(kLive);
    while (live_.size() < kLive) open();
  }

  /// One closed, one opened: two events.
  void turn() {
    const std::size_t at = below(static_cast<std::uint32_t>(live_.size()));
    // What a dealer has passed on it cannot give back: it goes on living, as with a client that rolls its loan.
    const funding::ContractId id = live_[at];
    if (funding::close_repo(books_, contracts_, collateral_, id, journal_, now_).shortage.v > 0) {
      ++short_;
      return;
    }
    live_[at] = live_.back();
    live_.pop_back();
    open();
  }
  std::uint64_t shortages() const { return short_; }

  /// The network of now, as rows.
  void rows(std::vector<networks::EdgeRow>& out) {
    out.clear();
    collateral_.for_each_pledge([&](funding::LotIndex lot) {
      const funding::Lot& pledge = collateral_[lot];
      const funding::ChainOf chain = collateral_.chain_of(pledge.parent);
      out.push_back({collateral_[pledge.parent].holder.v, pledge.holder.v, pledge.face.v, chain.owner.v, pledge.security, networks::Segment::bilateral,
                     static_cast<std::uint8_t>(chain.depth)});
    });
  }

 private:
  static ledger::LedgerShape shape() {
    ledger::LedgerShape shape;
    for (std::uint32_t i = 0; i < kInstitutions; ++i) shape.institutions.push_back(fmt::format("institution {}", i));
    shape.institutions.insert(shape.institutions.end(), {"rounding", "outside"});
    shape.rounding = {kInstitutions};
    shape.outside = {kInstitutions + 1};
    for (std::uint16_t s = 0; s < kIssues; ++s) shape.securities.push_back(fmt::format("issue {}", s));
    return shape;
  }
  std::uint32_t below(std::uint32_t n) { return draws_.below(base::Purpose::test, n); }

  void open() {
    for (;;) {
      const bool passed_on = below(3) == 0;
      funding::RepoTerms terms;
      terms.borrower = {passed_on ? kClients + below(kDealers) : below(kClients)};
      terms.lender = {passed_on ? kClients + kDealers + below(kLenders) : kClients + below(kDealers)};
      terms.security = {static_cast<std::uint16_t>(below(kIssues))};
      terms.face = {kFace};
      terms.cash = base::dollars(kFace);
      terms.start = base::date_of(now_);
      terms.end = {terms.start.v + 1};
      const auto opened = funding::open_repo(books_, contracts_, collateral_, terms, journal_, now_);
      if (!opened.id.valid()) continue;
      live_.push_back(opened.id);
      return;
    }
  }

  base::Time now_ = base::midnight(base::make_date(2025, 4, 2)) + base::hours(8);
  base::Journal journal_;
  base::Draws draws_{1, base::name_key("repos"), 0, 0};
  ledger::Ledger books_;
  funding::Contracts contracts_;
  funding::Collateral collateral_;
  std::vector<funding::ContractId> live_;
  std::uint64_t short_ = 0;
};

}  // namespace

void bench_edges(Json& out) {
  Repos repos;
  constexpr int kTurns = 200'000;
  for (int i = 0; i < kTurns; ++i) repos.turn();
  std::vector<double> ns;
  ns.reserve(5);
  std::uint64_t allocated = 0;
  for (int k = 0; k < 5; ++k) {
    const std::uint64_t short_before = repos.shortages();
    const base::AllocationCount count;
    const double start = thread_cpu_ns();
    for (int i = 0; i < kTurns; ++i) repos.turn();
    // A close that meets a shortage is one event, without an opening.
    ns.push_back((thread_cpu_ns() - start) / static_cast<double>(2 * kTurns - (repos.shortages() - short_before)));
    allocated += count.so_far();
  }
  out["edge_event_ns"] = median(ns);
  out["edge_event_allocations"] = allocated;

  std::vector<networks::EdgeRow> rows;
  std::vector<networks::Node> nodes;
  for (std::uint32_t i = 0; i < kInstitutions; ++i) nodes.push_back({fmt::format("institution {}", i), networks::Role::other});
  std::vector<double> gather, build;
  for (int k = 0; k < 9; ++k) {
    const double start = thread_cpu_ns();
    repos.rows(rows);
    const double gathered = thread_cpu_ns();
    const networks::Snapshot snapshot(networks::Unit::face, nodes, rows);
    const auto edges = static_cast<double>(snapshot.edge_count());
    gather.push_back((gathered - start) / edges);
    build.push_back((thread_cpu_ns() - gathered) / edges);
  }
  out["snapshot_edges"] = rows.size();
  out["snapshot_rows_ns_per_edge"] = median(gather);
  out["snapshot_ns_per_edge"] = median(build);
}

void bench_clearing(Json& out) {
  constexpr std::uint32_t kNodes = 10'000;
  constexpr std::size_t kEdges = 100'000;
  base::Draws draws{1, base::name_key("clearing"), 0, 0};
  const auto below = [&](std::uint32_t n) { return draws.below(base::Purpose::test, n); };
  std::vector<networks::Node> nodes;
  std::vector<std::int64_t> assets;
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    nodes.push_back({fmt::format("node {}", i), networks::Role::other});
    assets.push_back(below(2'500'000'000));
  }
  std::vector<networks::EdgeRow> rows;
  while (rows.size() < kEdges) {
    networks::EdgeRow row;
    row.from = below(kNodes);
    row.to = below(kNodes);
    row.amount = below(1'000'000'000);
    if (row.from != row.to) rows.push_back(row);
  }
  const networks::Snapshot obligations(networks::Unit::money, nodes, rows);
  networks::Clearing clearing(obligations);
  std::vector<double> ms;
  networks::ClearingResult result;
  for (int k = 0; k < 15; ++k) {
    const double start = thread_cpu_ns();
    result = clearing.clear(assets);
    ms.push_back(1e-6 * (thread_cpu_ns() - start));
  }
  out["clearing_ms"] = median(ms);
  out["clearing_defaulted"] = result.defaulted.size();
  out["clearing_rounds"] = result.rounds;
}

void bench_funding_share(const assemble::Experiment& experiment, Json& out) {
  const loop::Spec& spec = experiment.spec;
  std::vector<double> share;
  for (int k = 0; k < 3; ++k) {
    loop::State state = loop::initial_state(spec, 1);
    metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
    double funding = 0;
    const double begin = thread_cpu_ns();
    for (const base::Date day : spec.world.days) {
      for (const auto phase : {base::hours(7), base::hours(8) + base::minutes(30), base::hours(12), base::hours(14) + base::minutes(30), base::hours(15), base::hours(17)}) {
        const base::Time at = base::midnight(day) + phase;
        loop::advance(spec, state, probes, {}, at);
        const double start = thread_cpu_ns();
        loop::advance(spec, state, probes, {}, at + base::Duration{1});
        funding += thread_cpu_ns() - start;
      }
    }
    loop::advance(spec, state, probes);
    share.push_back(funding / (thread_cpu_ns() - begin));
  }
  out["funding_share_of_replay"] = median(share);
}

}  // namespace haven::cli
