// Everything that changes during a run, as values linked by index: it can be saved, loaded, copied and forked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/event_queue.h"
#include "engine/funding/margin.h"
#include "engine/loop/estates.h"
#include "engine/loop/spec.h"
#include "engine/world/world.h"

namespace haven::loop {

/// What a queue entry does.
enum class EventKind : std::uint8_t {
  agent,             ///< wake agent `agent` for reason `detail`
  outside,           ///< the public state takes step `payload` of the day
  evening_open,      ///< 18:00: a session begins
  funding_morning,   ///< 07:00: repo matures, trades settle, repo is made
  clients_open,      ///< 07:45: clients decide the day's programs
  margin_payment,    ///< 08:30: yesterday's variation margin and calls are paid
  noon_mark,         ///< 12:00: intraday mark at the clearing houses
  intraday_payment,  ///< 14:30: intraday calls are paid
  auction,           ///< 13:00
  settlement_price,  ///< 15:00: futures and swaps settle
  close,             ///< 15:30: securities close
  close_out_slice,   ///< what is sold because of defaults: one slice of everything
  day_end,           ///< 17:00: marks, limits, overdrafts, defaults, clearing of estates
  sample,            ///< five minutes: volatility, streams, probes
  failure,           ///< the scenario makes institution `payload` fail
  payment,           ///< the scenario's payment number `payload` falls due
  work_up,           ///< a work-up's moment: its book in the lowest eight bits of `payload`, its number in the others
  repo_round,        ///< after 07:00: round number `payload` of the morning's repo
  announcement,      ///< 11:00 of days on which an auction that is traded when-issued is announced
  default_auction    ///< clearing house number `payload` auctions what it took over
};

/// Phase order at equal times: outside news, market phases, agents, samples.
constexpr std::uint8_t phase_of(EventKind kind) {
  switch (kind) {
    case EventKind::outside: return 0;
    case EventKind::agent: return 2;
    case EventKind::sample: return 3;
    default: return 1;
  }
}

/// Who has failed to deliver a security on how many mornings in a row.
struct ShortSince {
  base::InstitutionId who;
  base::SecurityId security;
  std::uint16_t mornings = 0;
};

/// Invariant: load(save(state)) == state, and advancing either gives the same digest.
struct State {
  world::World world;
  agents::Population population;
  base::EventQueue queue;
  std::uint64_t seed = 0;
  std::vector<std::uint32_t> sequence;               ///< events scheduled so far, by institution; last: the market itself
  std::vector<std::uint32_t> handle_offset;          ///< first order handle of an institution, 0 slots for those that never rest
  std::vector<std::uint16_t> handle_slots;           ///< slots a book
  std::vector<markets::OrderHandle> handles;
  std::vector<scenario::Step> steps;                 ///< today's changes of the public state
  world::PublicState day_start_public;
  std::vector<base::Draws> request_draws;            ///< whom an institution asks for quotes, by institution
  std::array<funding::MarginState, world::kListings> futures_margin{};
  std::array<funding::MarginState, world::kNodes> swap_margin{}, ficc_margin{};
  std::array<double, world::kListings> last_settlement_points{};
  std::array<double, world::kNodes> last_swap_bp{}, last_ficc_bp{};
  std::vector<funding::LaggedLevel> haircuts;        ///< by institution
  funding::MarginCalls calls;
  std::vector<ShortSince> shorts;                    ///< failing sellers that wait for a buy-in
  std::vector<markets::WorkUp> work_ups;             ///< one a bond's book; empty: there are none
  std::vector<Estate> estates;
  std::vector<Liquidation> liquidations;
  std::vector<HouseAccount> house_accounts;          ///< open ones
  std::uint8_t slice_scheduled = 0;                  ///< a close_out_slice waits in the queue
  std::vector<std::uint8_t> leverage_started;        ///< dealers whose opening exposure was measured
  std::vector<double> opening_exposure_bn;
  std::uint8_t finished = 0;

  template <class Archive>
  void fields(Archive& archive) {
    archive(world, population, queue, seed, sequence, handle_offset, handle_slots, handles, steps, day_start_public, request_draws,
            futures_margin, swap_margin, ficc_margin, last_settlement_points, last_swap_bp, last_ficc_bp, haircuts, calls, shorts, work_ups, estates, liquidations, house_accounts, slice_scheduled,
            leverage_started, opening_exposure_bn, finished);
  }
};

/// The state before the first event. Requires a spec that `haven check` accepts. A `tape` records from the opening on;
/// it stays attached to the returned state.
State initial_state(const Spec& spec, std::uint64_t seed, std::vector<base::Record>* tape = nullptr);

/// The whole state as bytes, with a format version; and back.
/// Throws base::ArchiveError on bytes of another version, or truncated.
std::string save(const State& state);
State load(const std::string& bytes);

}  // namespace haven::loop
