// Order-message files: reading, checking, writing, and driving the product's own order book with them.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace haven::cli {

/// The user's file is wrong. what() names the file, the record (counted from 1, and its byte), what was found and what
/// was expected.
class BookStreamError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One message, as it lies in the file (16 bytes, little endian).
struct BookRecord {
  enum Type : std::uint8_t { add = 0, cancel = 1, marketable = 2 };
  std::uint32_t id = 0;  // add, marketable: ascending from 1, at most the number of records; cancel: of a live order
  std::int32_t price_ticks = 0;
  std::uint32_t quantity = 0;  // 1..2^31 - 1
  std::uint8_t type = add;
  std::uint8_t side = 0;  // 0 buy, 1 sell
  std::uint16_t pad = 0;
  bool operator==(const BookRecord&) const = default;
};
static_assert(sizeof(BookRecord) == 16);

/// An order-message file: a header of 32 bytes (char magic[8] = "LOBSTRM1"; u64 n; u64 prefill; u32 max_tick; u32
/// version = 1), then n records. The first `prefill` records build the book and are not timed.
struct BookStream {
  std::uint64_t prefill = 0;
  std::uint32_t max_tick = 0;  // prices are 1..max_tick
  std::vector<BookRecord> records;
  bool operator==(const BookStream&) const = default;
};

/// Reads and checks all that can be checked without matching. Throws BookStreamError.
BookStream read_book_stream(const std::string& path);

/// Writes the file. Throws BookStreamError when it cannot be written. Does not check the records.
void write_book_stream(const std::string& path, const BookStream& stream);

/// Counts over the whole stream, prefill included.
struct BookStreamResult {
  std::uint64_t messages = 0;
  std::uint64_t timed_messages = 0;  // those after the prefill
  double ns_per_message = 0.0;       // CPU time of one thread per timed message, median over the repeats; 0 when none
  std::uint64_t trades = 0;          // fills
  std::uint64_t traded_quantity = 0;
  std::uint64_t price_quantity_sum = 0;  // sum of price x quantity over the fills
  std::uint64_t live_orders = 0;         // resting at the end
};

/// Drives one book a repeat through the stream; the first of them, which also finds a cancel of an order that is not
/// live and a price_quantity_sum past 64 bits, is not timed. `source` names the stream in errors.
/// Requires repeat >= 1. Throws BookStreamError.
BookStreamResult run_book_stream(const BookStream& stream, int repeat, const std::string& source);
BookStreamResult run_book_stream(const std::string& path, int repeat);

/// A made-up stream for tests and benchmarks, which keeps about `live_orders` orders resting.
struct StreamPlan {
  std::uint64_t seed = 1;
  std::uint32_t live_orders = 10'000;
  std::uint64_t messages = 1'000'000;  // after the prefill of `live_orders` orders
  std::uint32_t half_width_ticks =
      1'000;  // orders rest within this distance of a slowly moving middle, more of them near it
  std::uint32_t marketable_percent = 10;  // of messages; the others are adds and cancels in equal numbers
};

/// The same plan gives the same stream on every machine. Requires live_orders >= 2, half_width_ticks in 2..2^28,
/// marketable_percent <= 50.
BookStream make_book_stream(const StreamPlan& plan);

}  // namespace haven::cli
