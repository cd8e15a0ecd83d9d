// When-issued trading: a bond that is to be auctioned, between its announcement and its issue date (docs/decisions/0030).
#pragma once

#include "engine/loop/market.h"

namespace haven::loop {

/// 11:00: the announcements of the day. A bond announced with an issue date has an open book from now on, which begins where the on-the-run's is.
void announce_auctions(const Spec& spec, State& state);
/// At the session's opening: the books of bonds that are issued today close. What was traded in them settles with the morning's trades.
void close_when_issued(const Spec& spec, State& state, Market& market);

}  // namespace haven::loop
