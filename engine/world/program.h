// A program of trades an institution works through the day in slices: what clients of the market do with a decision.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/random.h"
#include "engine/world/intents.h"
#include "engine/world/view.h"

namespace haven::world {

/// Signed amounts left to trade, lots of $100,000: buys positive. Packages: buying one buys the Treasury and pays fixed.
struct Program {
  std::array<std::int64_t, kSecurities> cash{};
  std::array<std::int64_t, kListings> futures{};
  std::array<std::int64_t, kNodes> packages{};

  /// Nothing is left to do.
  void clear() { *this = Program{}; }
};

/// Clients look, and send, between these minutes of the New York day: 08:00 and 15:40.
constexpr std::int64_t kFirstLookMinute = 8 * 60, kLastLookMinute = 15 * 60 + 40;

/// How slices are sent.
struct Slicing {
  int slices_left = 1;          ///< send 1/slices_left of what is left
  double child_bn = 0.25;       ///< largest single request or order, ten-year equivalents
  std::uint8_t dealers = 3;     ///< asked per request
  double tolerance_bp = 3;      ///< worst yield accepted against the market's mid
  bool may_wait = false;        ///< buys what is to be auctioned for its issue date where that yields no less
};

/// Sends one slice of everything: bonds and packages by request for quote, futures as immediate orders within
/// tolerance. What trades is reported to the program by `executed`; the rest stays.
void send_slices(const View& view, const Program& program, const Slicing& how, Intents& out);

/// Where a contract's next leads, what was left to trade in the contract is traded in the next.
void follow_lead(const View& view, Program& program);

/// A trade of the program's owner. `lots` unsigned.
inline void executed_cash(Program& p, std::size_t security, base::Side side, std::int64_t lots) { p.cash[security] -= base::sign(side) * lots; }
inline void executed_futures(Program& p, std::size_t listing, base::Side side, std::int64_t lots) { p.futures[listing] -= base::sign(side) * lots; }
inline void executed_package(Program& p, std::size_t tenor, base::Side side, std::int64_t lots) { p.packages[tenor] -= base::sign(side) * lots; }

/// Adds `bn` ($bn ten-year equivalents, signed) of a node's duration, split between the on-the-run and the baskets that
/// load on the node. `on_the_run_share` in [0, 1].
void add_duration(const WorldSpec& spec, Program& program, std::size_t node, double bn, double on_the_run_share);
/// Adds `bn` ($bn face, signed) of one security.
inline void add_face(Program& program, std::size_t security, double bn) { program.cash[security] += static_cast<std::int64_t>(bn * 1e4); }

/// What every client of the market carries: its name, its draws, its size relative to its population's mean, and the
/// day's program.
struct Client {
  base::InstitutionId self;
  base::Draws draws;
  double scale = 1;
  Program program;
};

/// Sends one slice and asks for the next look of the day.
void work_program(const View& view, Client& client, int looks, double child_bn, double tolerance_bp, Intents& out);

/// Moments in the New York day at which clients look: `count` looks spread from 08:00 to 15:40.
/// Returns the next look after now, or 08:00 of the next day's session when none is left.
base::Time next_client_look(const View& view, int count, double jitter);
/// Between two of `count` looks.
double minutes_between_looks(int count);
/// When the close-out of a defaulter goes on: `slice` later while New York trades (07:30 to 16:30), else 08:00 of the next
/// session's day.
base::Time next_close_out_slice(const View& view, base::Duration slice);
/// Looks left today, this one included; at least 1.
int client_looks_left(const View& view, int count);

}  // namespace haven::world
