// The one writer of a sweep's result file: a thread of its own that commits whatever has ended since its last commit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "tools/results/result_store.h"
#include "tools/sweep/model.h"

namespace haven::sweep {

/// A run on its way to the file.
struct EndedRow {
  results::RunKey key;
  RunEnd end;
  std::shared_ptr<const results::PointRow> point;
};

/// A row is committed at once when the last commit is kPause ago or more, so only runs that end in quick succession share a commit.
/// Invariants: at most kMostWaiting rows wait; they are written in the order in which they came; after the first write
/// that failed nothing more is written.
class RowWriter {
 public:
  explicit RowWriter(results::ResultStore& store);
  /// Writes what waits, as far as it can.
  ~RowWriter();
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  /// Waits while too much is waiting. False when writing has failed: the row is dropped, finish() will say why.
  bool write(EndedRow&& row);
  /// Returns when everything is in the file. Throws what the store threw.
  void finish();

 private:
  static constexpr std::size_t kMostWaiting = 256;
  static constexpr std::chrono::milliseconds kPause{50};
  void run();

  results::ResultStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<EndedRow> waiting_;
  std::size_t being_written_ = 0;
  bool closing_ = false, hurry_ = false;  ///< hurry: somebody waits for the rows
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace haven::sweep
