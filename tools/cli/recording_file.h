// Files of recorded markets: a line of JSON, then fixed records (docs/recording.md).
#pragma once

#include <cstdint>
#include <string>

#include "engine/metrics/recorder.h"
#include "tools/assemble/assemble.h"

namespace haven::cli {

/// The first line of a recording, with its line feed.
std::string recording_header(const assemble::Experiment& experiment, std::uint64_t seed, const std::string& config, const metrics::Recorder::Settings& settings);

/// Whether the file begins as a recording does. False when it cannot be read.
bool is_recording(const std::string& path);

/// What was found in a recording whose orders, fed anew to the order book, gave the very trades, quotes and snapshots it holds.
struct CheckedRecording {
  std::uint64_t orders = 0, cancels = 0, trades = 0, quotes = 0, levels = 0, requests = 0, work_ups = 0;
  std::uint64_t traded_lots = 0, live_orders = 0;  ///< in books; resting at the end
  std::string digest;                              ///< of the recorded run; "" when the recording ends early
};

/// Feeds every recorded order and cancel to new order books and compares all that follows from them. Reads some thousand records at a
/// time. A part of a record at the end of a recording that ends early is left out.
/// Throws BadInput with the record's number when the file is wrong or the book does something else than the recording says.
CheckedRecording check_recording(const std::string& path);

}  // namespace haven::cli
