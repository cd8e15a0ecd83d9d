// The end of a contract: what is still open on its last trading day is delivered.
#pragma once

#include "engine/loop/market.h"

namespace haven::loop {

/// On the last trading day of a contract that has a next, after the settlement: its book and that of its calendar spread close, and
/// every short delivers the contract's bond at the invoice price of that settlement to a long. Longs and shorts meet in the order of
/// their names; what a short has not got it is short of, as after any other sale. Futures are then zero everywhere and the deliveries
/// settle with the day's trades.
void deliver_futures(const Spec& spec, State& state, Market& market, metrics::Probes& probes);

}  // namespace haven::loop
