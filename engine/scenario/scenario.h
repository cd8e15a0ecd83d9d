// The outside world of a run: what happens whatever the market does. Known to the loop, never to an agent.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/world/public_state.h"
#include "engine/world/spec.h"

namespace haven::scenario {

/// Values at a day's 15:30 close. Changes during the day are spread over its news and the steps between.
struct OutsideDay {
  base::Date day;
  double policy_two_year_bp = 0;   ///< two-year yield as the proxy of expected policy, level
  double uncertainty = 0;          ///< VIX-like index
  double equity_index = 0;         ///< level
  double foreign_hedged_bp = 0;    ///< hedged foreign ten-year yields over Treasuries', change since the start
};

/// A dated public event. policy_share and uncertainty_share: parts of the day's change that come at this moment.
struct News {
  base::Time time;
  std::string label;
  double policy_share = 0, uncertainty_share = 0;
  double confidence_step = 0;      ///< added to confidence lost, result kept in [0, 1]
  double fiscal_step = 0;
  double intensity = 0;            ///< burst of trading, decays over an hour
};

/// A sale (purchase when negative) that an institution kind must make whatever the price, from data.
struct OutsideFlow {
  world::Kind kind = world::Kind::foreign_private;
  base::Date from, to;             ///< business days, both included
  double sell_bn_per_day = 0;      ///< face, whole population
  std::array<double, world::kSecurities> security_share{};  ///< sums to 1
};

/// Trading in the bond of an auction from its announcement to its issue date.
struct WhenIssued {
  base::Date from;
  double dealers_share = 0;        ///< what dealers together usually are awarded
  double noise_share = 0;          ///< of the orders of noise in the tenor
};

/// A Treasury auction: on-the-run line `security`, offered face, at 13:00 of the day. Settles T+1, or on the when-issued's issue date.
struct Auction {
  base::Date day, settles;
  std::uint16_t security = 0;
  double offered_bn = 0;
  double maturing_bn = 0;          ///< older notes and bonds of investors, paid back in cash on the day `settles`
  std::optional<WhenIssued> when_issued;
};

/// Purchases by the central bank; none unless a scenario says so.
struct Purchases {
  base::Date from, to;
  double bn_per_day = 0;
  std::array<double, world::kSecurities> security_share{};
};

/// Cash of one kind to another, shared by size: taxes, deposits drawn.
struct Payment {
  base::Date day;
  base::Duration time_of_day;      ///< at 07:00 it comes before the morning's repo
  world::Kind from = world::Kind::bank, to = world::Kind::treasury;
  double bn = 0;
};

/// An institution that is made to fail.
struct Failure {
  base::Time time;
  base::InstitutionId who;
};

/// A scheduled public release of a synthetic day: when it comes is known, what it says of policy is drawn.
struct Release {
  base::Time time;
  double policy_sigma_bp = 0;
  double intensity = 0;            ///< as News's
};

/// How days without an observed path evolve.
struct Synthetic {
  double uncertainty_mean = 0, uncertainty_half_life_days = 10, uncertainty_sigma = 0;
  double policy_sigma_bp = 0;      ///< daily s.d. of the policy expectation, releases apart
  std::vector<Release> releases;   ///< ascending
};

struct ScenarioSpec {
  std::string name;
  std::vector<OutsideDay> path;    ///< one a trading day, or empty: synthetic
  OutsideDay before;               ///< close before the first day
  Synthetic synthetic;
  double bridge_sigma_bp = 0;      ///< intraday s.d. of the policy expectation around its straight path
  std::vector<News> news;          ///< ascending
  std::vector<OutsideFlow> flows;
  std::vector<Auction> auctions;
  std::vector<Purchases> purchases;
  std::vector<Failure> failures;
  std::vector<Payment> payments;
};

/// One change of the public state.
struct Step {
  base::Time time;
  world::PublicState state;
};

/// The public state's steps of one day, ascending, ending at the day's closing values. `state` is the state before the
/// day. Draws are named "outside", so that they are the same for every rule and population.
void day_steps(const ScenarioSpec& scenario, const world::WorldSpec& spec, std::uint64_t seed, std::int32_t day,
               const world::PublicState& state, std::vector<Step>& out);

/// The public state before the first day.
world::PublicState initial_public(const ScenarioSpec& scenario, const world::WorldSpec& spec);

}  // namespace haven::scenario
