// Order-message files: what is refused and where, and that the numbers are those of an independent matcher.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/markets/naive_book.h"
#include "tools/cli/book_stream.h"

using namespace haven;
using cli::BookRecord;
using cli::BookStream;
using cli::BookStreamError;
using cli::BookStreamResult;

namespace {

/// A file that is gone with its owner.
struct TemporaryFile {
  std::string path =
      (std::filesystem::temp_directory_path() / ("haven_book_stream_" + std::to_string(getpid()) + ".bin")).string();
  ~TemporaryFile() { std::filesystem::remove(path); }
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
  std::string read() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

/// What the error of running these records says; empty when there is none.
std::string error_of(const BookStream& stream) {
  TemporaryFile file;
  cli::write_book_stream(file.path, stream);
  try {
    cli::run_book_stream(file.path, 1);
  } catch (const BookStreamError& e) {
    const std::string what = e.what();
    CHECK(what.find(file.path) == 0);
    return what;
  }
  return {};
}

std::string error_of_bytes(const std::string& bytes) {
  TemporaryFile file;
  file.write(bytes);
  try {
    cli::read_book_stream(file.path);
  } catch (const BookStreamError& e) {
    return e.what();
  }
  return {};
}

BookRecord add(std::uint32_t id, std::uint8_t side, std::int32_t price, std::uint32_t quantity) {
  return {id, price, quantity, BookRecord::add, side, 0};
}
BookRecord cancel(std::uint32_t id) { return {id, 0, 0, BookRecord::cancel, 0, 0}; }
BookRecord take(std::uint32_t id, std::uint8_t side, std::int32_t price, std::uint32_t quantity) {
  return {id, price, quantity, BookRecord::marketable, side, 0};
}

BookStream small() {
  return {2,
          200,
          {add(1, 1, 101, 5), add(2, 1, 100, 5), add(3, 0, 99, 7), take(4, 0, 101, 8), cancel(3), take(5, 1, 50, 1)}};
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("a stream worked out by hand gives its trades, quantity, sum and live orders", "[book_stream]") {
  TemporaryFile file;
  cli::write_book_stream(file.path, small());
  const BookStreamResult r = cli::run_book_stream(file.path, 3);
  CHECK(r.messages == 6);
  CHECK(r.timed_messages == 4);
  CHECK(r.trades == 2);  // 5 at 100, 3 at 101; the last order finds no bid and rests
  CHECK(r.traded_quantity == 8);
  CHECK(r.price_quantity_sum == 803);
  CHECK(r.live_orders == 2);  // 2 left of order 1, and order 5
  CHECK(r.ns_per_message > 0);
}

TEST_CASE("a stream is 32 bytes of header and 16 a record, as documented", "[book_stream]") {
  TemporaryFile file;
  cli::write_book_stream(file.path, {1, 0x01020304, {{0x11121314, -2, 0x21222324, 2, 1, 0}}});
  const std::string expected(
      "LOBSTRM1\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\4\3\2\1\1\0\0\0\x14\x13\x12\x11\xfe\xff\xff\xff\x24\x23\x22\x21\2\1\0"
      "\0",
      48);
  CHECK(file.read() == expected);
}

TEST_CASE("a stream read back is the one written, also an empty one", "[book_stream]") {
  TemporaryFile file;
  for (const BookStream& stream : {small(), BookStream{0, 5, {}}}) {
    cli::write_book_stream(file.path, stream);
    CHECK(cli::read_book_stream(file.path) == stream);
  }
  CHECK(cli::run_book_stream(file.path, 2).messages == 0);
}

TEST_CASE("a fault in a record is refused with the record's number, found and expected", "[book_stream]") {
  CHECK(error_of(small()).empty());
  BookStream s = small();
  s.records[3].type = 3;
  CHECK_THAT(error_of(s), Contains("record 4 of 6 (byte 80): type 3, expected 0, 1 or 2"));
  s = small();
  s.records[1].side = 2;
  CHECK_THAT(error_of(s), Contains("record 2 of 6 (byte 48): side 2, expected 0 or 1"));
  for (const std::int32_t price : {0, -1, 201}) {
    s = small();
    s.records[3].price_ticks = price;
    CHECK_THAT(error_of(s),
               Contains("record 4 of 6") && Contains("price " + std::to_string(price) + ", expected 1..200"));
  }
  s = small();
  s.records[5].quantity = 0;
  CHECK_THAT(error_of(s), Contains("record 6 of 6") && Contains("quantity 0"));
  s = small();
  s.records[5].quantity = 0x80000000U;
  CHECK_THAT(error_of(s), Contains("record 6 of 6") && Contains("quantity 2147483648, expected at most 2147483647"));
  s = small();
  s.records[4].id = 9;
  CHECK_THAT(error_of(s), Contains("record 5 of 6") && Contains("cancel of the unknown id 9"));
  s.records[4].id = 0;
  CHECK_THAT(error_of(s), Contains("record 5 of 6") && Contains("cancel of the unknown id 0"));
  s.records[4].id = 5;  // known only later
  CHECK_THAT(error_of(s), Contains("record 5 of 6") && Contains("cancel of the unknown id 5"));
  s.records[4].id = 2;  // filled by record 4
  CHECK_THAT(error_of(s), Contains("record 5 of 6") && Contains("cancel of id 2, which is not live"));
  s = small();
  s.records.push_back(cancel(3));
  CHECK_THAT(error_of(s), Contains("record 7 of 7") && Contains("cancel of id 3, which is not live"));
}

TEST_CASE("ids that do not ascend from 1 are refused", "[book_stream]") {
  BookStream s = small();
  s.records[0].id = 2;
  CHECK_THAT(error_of(s), Contains("record 1 of 6") && Contains("id 2, expected 1"));
  s = small();
  s.records[2].id = 2;
  CHECK_THAT(error_of(s), Contains("record 3 of 6") && Contains("id 2, expected more than 2"));
  s = small();
  s.records[5].id = 4'000'000'000U;
  CHECK_THAT(error_of(s),
             Contains("record 6 of 6") && Contains("id 4000000000, expected at most the number of records"));
  s = small();
  s.records[5].id = 6;  // a gap is none of our business
  CHECK(error_of(s).empty());
}

TEST_CASE("a sum of price x quantity past 64 bits is refused, not wrapped", "[book_stream]") {
  constexpr std::uint32_t most = 2147483647;
  BookStream s{0, most, {}};
  for (std::uint32_t i = 0; i < 5; ++i) {
    s.records.push_back(add(2 * i + 1, 0, static_cast<std::int32_t>(most), most));
    s.records.push_back(take(2 * i + 2, 1, 1, most));
  }
  // Each trade adds (2^31 - 1)^2, so the fifth is past 2^64.
  CHECK_THAT(error_of(s), Contains("record 10 of 10") && Contains("does not fit 64 bits"));
  s.records.resize(8);
  CHECK(error_of(s).empty());
}

TEST_CASE("a damaged header or length is refused", "[book_stream]") {
  TemporaryFile file;
  cli::write_book_stream(file.path, small());
  const std::string good = file.read();
  CHECK(error_of_bytes(good).empty());
  CHECK_THAT(error_of_bytes(""), Contains("length 0 bytes"));
  CHECK_THAT(error_of_bytes(good.substr(0, 31)), Contains("length 31 bytes"));
  std::string bad = good;
  bad[7] = '2';
  CHECK_THAT(error_of_bytes(bad), Contains("magic is not LOBSTRM1"));
  bad = good;
  bad[28] = 2;
  CHECK_THAT(error_of_bytes(bad), Contains("version 2, expected 1"));
  bad = good;
  bad[16] = 7;
  CHECK_THAT(error_of_bytes(bad), Contains("prefill 7"));
  CHECK_THAT(error_of_bytes(good.substr(0, good.size() - 1)), Contains("record 6: length 127 bytes"));
  CHECK_THAT(error_of_bytes(good + std::string(16, '\0')), Contains("record 7: length 144 bytes"));
  bad = good;
  bad[15] = 0x10;  // n = 2^60 + 6, whose length in bytes is 6 records' again, modulo 2^64
  CHECK_THAT(error_of_bytes(bad), Contains("length 128 bytes"));
  CHECK_THROWS_AS(cli::read_book_stream(file.path + ".none"), BookStreamError);
}

TEST_CASE("generated streams give the same numbers as an independent matcher", "[book_stream][property]") {
  for (const std::uint32_t live : {30U, 1'000U}) {
    for (const std::uint32_t half_width : {5U, 300U, 100'000'000U}) {
      cli::StreamPlan plan;
      plan.seed = live + half_width;
      plan.live_orders = live;
      plan.messages = 20'000;
      plan.half_width_ticks = half_width;
      const BookStream stream = cli::make_book_stream(plan);
      const BookStreamResult r = cli::run_book_stream(stream, 1, "generated");

      markets::naive::Book naive;
      std::uint64_t trades = 0, quantity = 0, sum = 0;
      for (const BookRecord& m : stream.records) {
        if (m.type == BookRecord::cancel) {
          REQUIRE(naive.cancel(m.id) > 0);
          continue;
        }
        const auto out = naive.submit(
            {{m.id}, m.id, static_cast<base::Side>(m.side), markets::OrderType::limit, {m.price_ticks}, m.quantity, 0});
        trades += out.trades.size();
        for (const auto& t : out.trades) {
          quantity += static_cast<std::uint64_t>(t.lots);
          sum += static_cast<std::uint64_t>(t.lots * t.price);
        }
      }
      CHECK(r.messages == stream.records.size());
      CHECK(r.trades == trades);
      CHECK(r.traded_quantity == quantity);
      CHECK(r.price_quantity_sum == sum);
      CHECK(r.live_orders == naive.queue.size());
      CHECK(trades > 500);
      CHECK(r.live_orders > live * 6 / 10);
      CHECK(r.live_orders < live * 14 / 10 + 20);
    }
  }
}

TEST_CASE("the same plan gives the same stream, another seed another", "[book_stream]") {
  cli::StreamPlan plan;
  plan.live_orders = 100;
  plan.messages = 1'000;
  const BookStream stream = cli::make_book_stream(plan);
  CHECK(cli::make_book_stream(plan) == stream);
  CHECK(stream.prefill == 100);
  CHECK(stream.records.size() == 1'100);
  plan.seed = 2;
  CHECK_FALSE(cli::make_book_stream(plan) == stream);
}
