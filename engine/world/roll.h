// Rolling: who holds a contract moves it into the contract's next month before anybody can be made to take delivery.
#pragma once

#include "engine/world/intents.h"
#include "engine/world/view.h"

namespace haven::world {

/// Minutes in which positions are still to be rolled, the clients' looks of today and of the days that are left before the first
/// intention day; from that day on today's alone. 0: it is not time, or the contract has no next.
double minutes_to_roll(const View& view, std::size_t contract);

/// What a position of `lots` has to roll at one of the looks that come every `look_minutes`, lots of the calendar spread to buy (a
/// short buys back the nearer contract). Rounded to `multiple`; everything at the last look.
std::int64_t lots_to_roll(std::int64_t lots, double look_minutes, double minutes_left, std::int64_t multiple);

/// Sends what one's own positions have to roll now to the calendar spreads' books, within the contract's tolerance of their mids.
/// For who looks every `look_minutes`.
void roll_futures(const View& view, double look_minutes, Intents& out);

}  // namespace haven::world
