// The steps from a checked run config to an Experiment, and what they share. One file a step:
//   assemble_market.cpp        calendar, curve, bonds, futures, spreadovers
//   assemble_institutions.cpp  who there is, what each holds and owes, who finances whom
//   assemble_leverage.cpp      what the leverage rule leaves each of them
//   assemble_scenario.cpp      the outside world's path, news, flows, auctions, failures
//   assemble_funding.cpp       repo, margin, haircuts, close-out
//   assemble.cpp               their order; opening network and reference
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/instruments/calendar.h"
#include "tools/assemble/assemble.h"
#include "tools/assemble/config_digest.h"
#include "tools/assemble/named_by.h"

namespace haven::assemble {

inline constexpr std::array<const char*, world::kNodes> kTenorNames = {"2y", "3y", "5y", "7y", "10y", "30y"};

/// One run's assembly. Faults are collected, so that a user reads all of them at once; a step that needs what an earlier one could not
/// make stops at them first. Lives for one call of build().
class Assembler {
 public:
  Assembler(const Located<config::Run>& run, const LoadOptions& options) : run_(run), options_(options) {}
  /// Throws ConfigError.
  Experiment build();

 private:
  // --- steps, in their order ---------------------------------------------------------------------------------------------
  void calendar();
  void market();
  void institutions();
  /// Futures and swaps sum to zero: one population takes what the others leave, in whole lots. It also holds the bonds
  /// of populations without members, which are outstanding all the same.
  void rest();
  void leverage();
  void scenario();
  void funding();
  void opening_network();
  void reference();

  // --- for all of them ---------------------------------------------------------------------------------------------------
  loop::Spec& spec() { return experiment_.spec; }
  world::WorldSpec& world() { return experiment_.spec.world; }
  void fault(const std::string& path, const std::string& found, const std::string& expected) { faults_.push_back(run_.fault(path, found, expected)); }
  void stop_on_faults() {
    if (!faults_.empty()) throw ConfigError(std::move(faults_));
  }
  base::Date date(const std::string& text);
  /// A day of the calendar; a fault otherwise.
  base::Date trading_day(const std::string& path, const std::string& text);
  /// A date between the first and the last trading day.
  base::Date inside(const std::string& path, const std::string& text);
  /// Index of a tenor of the curve; kNodes when there is none.
  std::size_t tenor(const std::string& name) const;
  /// Index of a security; SIZE_MAX when there is none.
  std::size_t security(const std::string& name);
  /// Kind of a population of this run; a fault otherwise.
  std::optional<world::Kind> kind_of(const std::string& path, const std::string& name);
  /// Amounts by name, each at the index that `where` gives it; SIZE_MAX is a fault.
  template <class Where>
  void amounts(const google::protobuf::RepeatedPtrField<config::Amount>& list, const std::string& path, Where&& where, std::vector<std::pair<std::size_t, double>>& out) {
    for (int i = 0; i < list.size(); ++i) {
      const std::size_t at = where(list.Get(i).name());
      if (at == SIZE_MAX) {
        fault(path + "[" + std::to_string(i) + "].name", "\"" + list.Get(i).name() + "\"", "a security, contract or tenor of the market");
        continue;
      }
      out.emplace_back(at, list.Get(i).bn());
    }
  }
  /// Another config that the field at `path` names. It is part of the digest.
  template <class M>
  Located<M> part(const std::string& path, const std::string& name) {
    return named_by(run_, path, name, [&] { return plain<M>(name); });
  }
  template <class M>
  Located<M> plain(const std::string& name) {
    LoadOptions without_sets = options_;
    without_sets.sets.clear();
    auto loaded = load<M>(name, without_sets);
    digests_.push_back(config_digest(loaded.message()));
    return loaded;
  }

  // --- market
  void correlations();
  /// Bonds at the nodes of the curve, with their books and spreadovers.
  void on_the_run();
  /// Off-the-run baskets, each with the contract that it goes into.
  void baskets();
  /// One month of a contract, and its book.
  void listing(std::size_t listing, const config::Basket& basket, const std::string& path, const instruments::Bond& issue, instruments::DeliveryMonth month, double net_basis_points);
  /// The months' calendar spread, and when positions are rolled.
  void roll(std::size_t contract, const config::NextMonth& next, const std::string& path);
  /// Of each tenor with an auction that is traded when-issued: that book.
  void when_issued_books();
  std::optional<instruments::DeliveryMonth> delivery_month(const std::string& path, const std::string& text);
  void bills();
  void frozen_channels();
  instruments::Bond bond(const std::string& path, double coupon_pct, const std::string& maturity, int years);

  // --- scenario
  /// A calendar of auctions is wider than a run: those before its first day and after its last one are none of it.
  bool leaves_out(const config::Auction& auction);
  /// The period in which the last of `auctions` is traded before its issue.
  void when_issued(std::vector<scenario::Auction>& auctions, const config::WhenIssued& terms, const std::string& path);

  // --- institutions
  /// Whose the notes and bonds are that mature as auctions settle.
  void maturing_shares();
  struct Group {
    world::Kind kind;
    std::string name;
    std::vector<std::size_t> members;
  };
  /// A population's committed line: who grants it, by name, and to whom.
  struct Line {
    std::string path, from;
    std::vector<std::size_t> members;
  };
  std::size_t add(const std::string& path, const std::string& name, world::Kind kind);
  world::Kind decide(const config::Population& p, const std::string& path);
  /// Clean price at the start and interest accrued when the first day's trades settle.
  double dirty_points(std::size_t s);
  void credit_lines();
  /// A waterfall for each clearing house, and none for others.
  void houses();
  /// Who finances whom: drawn by name, larger dealers more often.
  void prime_brokers();

  // --- leverage
  /// The terms of a regime, from those of the populations themselves.
  std::vector<loop::RuleTerms> terms_under(const regulation::RuleSet& rules, const std::vector<regulation::BankingGroup>& groups);

  // --- scenario
  /// A moment of the New York clock, from fields `date` and `time` under `path`.
  std::optional<base::Time> moment(const std::string& path, const std::string& day, const std::string& time);
  bool in_session(base::Time at);
  /// The same, which has to be in a session of the calendar.
  std::optional<base::Time> session_moment(const std::string& path, const std::string& day, const std::string& time);
  void synthetic();
  void failures();

  // --- funding
  void term_repo();
  void repo_rounds();

  const Located<config::Run>& run_;
  const LoadOptions& options_;
  Experiment experiment_;
  instruments::Calendar calendar_;
  std::vector<Fault> faults_;
  std::vector<base::Digest> digests_;
  std::array<std::uint32_t, world::kKinds> count_{};
  std::vector<Group> groups_;
  std::vector<std::pair<std::size_t, int>> prime_brokers_;
  std::map<std::size_t, double> headroom_scale_;
  std::optional<std::size_t> rest_taker_;
  std::vector<Line> lines_;
  std::array<double, world::kSecurities> unheld_bn_{};  ///< of populations without members
};

}  // namespace haven::assemble
