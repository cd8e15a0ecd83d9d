// Probes: they look at the world and write down. They never draw, schedule or change anything.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/funding/repo_auction.h"
#include "engine/metrics/fail_trace.h"
#include "engine/metrics/metric.h"
#include "engine/metrics/microstructure.h"
#include "engine/metrics/parent_impact.h"
#include "engine/metrics/run_result.h"
#include "engine/metrics/shadow_rule.h"
#include "engine/world/world.h"

namespace haven::metrics {

class Recorder;

/// Daily averages of one book.
struct BookDay {
  double spread_sum = 0, depth_sum = 0, variance_sum = 0;  ///< over the same samples
  int samples = 0;
  double high_bp = 0, low_bp = 0;
  double flow_flow = 0, flow_move = 0;   ///< of five-minute moves on signed flow
  double last_bp = 0;
  std::int64_t last_signed = 0;
};

/// A day's refusals and requests by clients.
struct RequestDay {
  std::int64_t asked = 0, declined_leverage = 0, declined_var = 0, unfilled = 0;
  double hit_spread_bp = 0;
};

/// Invariant: with watching off every call returns at once, so that a run's digest cannot depend on it.
class Probes {
 public:
  enum class Watching : std::uint8_t { off, on };
  /// `shadows` outlive the probes.
  Probes(const world::WorldSpec& spec, Watching watching, std::span<const ShadowRule> shadows = {});

  /// From the run's beginning on `recorder` hears of every order, watched or not. It outlives the run.
  void attach(Recorder& recorder) { recorder_ = &recorder; }
  /// nullptr when nothing is recorded.
  Recorder* recorder() const { return recorder_; }

  void trade_cash(const world::World& w, base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots);
  void trade_futures(const world::World& w, base::InstitutionId buyer, base::InstitutionId seller, std::size_t contract, std::int64_t lots);
  void trade_package(const world::World& w, base::InstitutionId buyer, base::InstitutionId seller, std::size_t tenor, std::int64_t lots);
  /// An order that took liquidity in a book, and each of its fills.
  void took(std::size_t book, base::Side side);
  void filled(base::InstitutionId taker, base::InstitutionId maker, std::size_t book, std::int64_t lots);
  /// Lots of a book that traded in a work-up, after the order that opened it; `filled` hears of them too.
  void worked_up(std::size_t book, std::int64_t lots);
  /// A trader that splits parent orders acted.
  void worked_parents(const world::World& w, const WorkedParents& parents);
  void request(int asked, int declined_leverage, int declined_var, bool filled, double gap_bp);
  void sample(const world::World& w);
  void close(const world::World& w);
  /// What was open at the end of a contract's last trading day.
  void delivered(const world::World& w, std::size_t contract, std::int64_t lots);
  /// `use`: per dealer, its use of leverage and of value-at-risk, and its cost of balance sheet.
  void dealer(const world::World& w, base::InstitutionId id, double use_leverage, double use_var, double cost_bp, const std::string& constraint);
  /// The morning's secured overnight rate, if there was one, and what dealers needed and got neither in repo nor at a facility.
  void secured_rate(const world::World& w, const std::optional<funding::OvernightRate>& rate, double refused_bn);
  void repo(const world::World& w, const std::string& segment, double volume_bn, double rate_pct, double haircut_pct, double refused_bn);
  void liquidity_need(const world::World& w, base::InstitutionId id, double variation_bn, double initial_bn, double haircut_bn);
  void fast_traders_out(double share);
  void auction(const world::World& w, std::size_t security, double tail_bp, double cover, double dealers_pct);
  void fail(const world::World& w, double face_bn);
  /// What failed to be returned and delivered this morning (FailTrace::morning).
  void fails(const world::World& w, std::span<const funding::Fail> returns, std::span<const funding::Fail> deliveries);
  void default_of(const world::World& w, base::InstitutionId id, const std::string& cause, double shortfall_bn);
  /// One step of a default's trace (DefaultStepRow).
  void default_step(const world::World& w, base::InstitutionId id, const std::string& account, const std::string& item, base::InstitutionId other, base::Money amount);
  void day_end(const world::World& w);

  /// Everything seen, metrics evaluated. Calm days are calm_from..calm_to.
  RunResult take(const world::World& w, std::uint64_t seed, const std::vector<Metric>& metrics, std::size_t calm_from, std::size_t calm_to);

 private:
  bool on() const { return watching_ == Watching::on; }
  void listings_close(const world::World& w);
  void listings_day_end(const world::World& w);
  void day_value(const std::string& name, const world::World& w, double value);
  /// Sectors of a flow: securities, then contracts, then swap packages.
  static constexpr std::size_t kSectors = world::kSecurities + world::kContracts + world::kNodes;
  void flow(base::InstitutionId buyer, base::InstitutionId seller, std::size_t sector, std::int64_t lots);

  const world::WorldSpec* spec_;
  Watching watching_;
  Recorder* recorder_ = nullptr;
  std::span<const ShadowRule> shadows_;
  Daily daily_;
  std::array<BookDay, world::kMostBooks> books_{};  ///< a contract's with its lead's numbers; beyond kBooks its next's and the calendar spread's own
  Microstructure microstructure_;
  ParentImpact parent_impact_;
  RequestDay requests_;
  double use_leverage_sum_ = 0, use_var_sum_ = 0, cost_sum_ = 0, use_leverage_max_ = 0;
  int dealers_ = 0;
  double basket_spread_sum_ = 0, fast_out_sum_ = 0;
  int basket_samples_ = 0, fast_samples_ = 0;
  struct Delivery {
    std::optional<std::size_t> candidate;  ///< the cheapest at the last close
    int switches = 0;
  };
  std::array<Delivery, world::kListings> deliveries_{};
  std::array<std::size_t, world::kContracts> lead_{};   ///< at the last day's end
  double repo_refused_bn_ = 0, failed_bn_ = 0;
  FailTrace fail_trace_;
  std::array<std::array<double, 4>, world::kKinds> needs_{};
  std::vector<std::int64_t> flow_lots_;  ///< by seller kind, buyer kind, sector
  std::array<Series, world::kBooks> yields_;
  RunResult result_;
};

}  // namespace haven::metrics
