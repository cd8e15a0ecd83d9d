// Every applied order, trade, posting and default passes through here: into the digest always, onto the tape when one
// is attached.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/time.h"

namespace haven::base {

enum class RecordKind : std::uint64_t {
  order = 1, cancel, trade, quote_trade, posting, security, repo_open, repo_close, margin, default_event, news, auction
};

/// One record: five words in this order. Names are stable name keys or grid indices, never positions in a vector that
/// depends on the order of a config.
struct Record {
  std::uint64_t kind, time, a, b, c;
};

/// Invariant: digest() is the hash of every record's five words in order, whether or not a tape is attached.
class Journal {
 public:
  void record(RecordKind kind, Time time, std::uint64_t a, std::uint64_t b, std::int64_t c) {
    const Record r{static_cast<std::uint64_t>(kind), static_cast<std::uint64_t>(time.ns), a, b, static_cast<std::uint64_t>(c)};
    digest_.add(r.kind);
    digest_.add(r.time);
    digest_.add(r.a);
    digest_.add(r.b);
    digest_.add(r.c);
    if (tape_ != nullptr) tape_->push_back(r);
  }
  const Digest& digest() const { return digest_; }
  /// Records from now on are appended to `tape` as well; nullptr detaches. Not part of the saved state.
  void attach(std::vector<Record>* tape) { tape_ = tape; }

  template <class Archive>
  void fields(Archive& archive) { archive(digest_); }

 private:
  Digest digest_;
  std::vector<Record>* tape_ = nullptr;
};

}  // namespace haven::base
