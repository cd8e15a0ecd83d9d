#include "tools/sweep/row_writer.h"

#include <iterator>
#include <vector>

namespace haven::sweep {

RowWriter::RowWriter(results::ResultStore& store) : store_(store), thread_([this] { run(); }) {}

RowWriter::~RowWriter() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool RowWriter::write(EndedRow&& row) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || waiting_.size() < kMostWaiting; });
  if (failure_) return false;
  waiting_.push_back(std::move(row));
  changed_.notify_all();
  return true;
}

void RowWriter::finish() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return failure_ || (waiting_.empty() && being_written_ == 0); });
  hurry_ = false;
  if (failure_) std::rethrow_exception(failure_);
}

void RowWriter::run() {
  std::unique_lock lock(mutex_);
  auto next = std::chrono::steady_clock::now();
  for (;;) {
    changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
    changed_.wait_until(lock, next, [&] { return closing_ || hurry_ || waiting_.size() >= kMostWaiting; });
    if (waiting_.empty()) return;
    const std::vector<EndedRow> group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    being_written_ = group.size();
    changed_.notify_all();
    lock.unlock();
    std::vector<results::ResultStore::EndedRun> rows;
    for (const EndedRow& row : group) {
      rows.push_back({row.key, row.end.error.empty() ? &row.end.result : nullptr, row.end.error, row.end.timing, row.point.get()});
    }
    std::exception_ptr failure;
    try {
      store_.save_all(rows);
    } catch (...) {
      failure = std::current_exception();
    }
    next = std::chrono::steady_clock::now() + kPause;
    lock.lock();
    being_written_ = 0;
    if (failure) {
      failure_ = failure;
      waiting_.clear();
    }
    changed_.notify_all();
    if (failure_) return;
  }
}

}  // namespace haven::sweep
