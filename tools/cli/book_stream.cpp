#include "tools/cli/book_stream.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>

#include "engine/base/check.h"
#include "engine/base/random.h"
#include "engine/markets/order_book.h"

namespace haven::cli {
namespace {

constexpr char kMagic[] = "LOBSTRM1";
constexpr std::size_t kMagicBytes = 8;
constexpr std::uint32_t kVersion = 1;

struct Header {
  char magic[kMagicBytes];
  std::uint64_t n;
  std::uint64_t prefill;
  std::uint32_t max_tick;
  std::uint32_t version;
};
static_assert(sizeof(Header) == 32);

[[noreturn]] void refuse(const std::string& source, const std::string& what) {
  throw BookStreamError(source + ": " + what);
}

[[noreturn]] void refuse_record(const std::string& source, std::size_t i, std::size_t n, const std::string& what) {
  refuse(source, fmt::format("record {} of {} (byte {}): {}", i + 1, n, sizeof(Header) + i * sizeof(BookRecord), what));
}

/// Everything about the records that does not take a book to know.
void check_records(const BookStream& stream, const std::string& source) {
  const std::size_t n = stream.records.size();
  std::uint32_t last_id = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const BookRecord& r = stream.records[i];
    if (r.type > BookRecord::marketable)
      refuse_record(source, i, n, fmt::format("type {}, expected 0, 1 or 2", r.type));
    if (r.side > 1) refuse_record(source, i, n, fmt::format("side {}, expected 0 or 1", r.side));
    if (r.type == BookRecord::cancel) {
      if (r.id == 0 || r.id > last_id) refuse_record(source, i, n, fmt::format("cancel of the unknown id {}", r.id));
      continue;
    }
    if (last_id == 0 && r.id != 1)
      refuse_record(source, i, n, fmt::format("id {}, expected 1 for the first order", r.id));
    if (r.id <= last_id)
      refuse_record(source, i, n, fmt::format("id {}, expected more than {}: ids ascend", r.id, last_id));
    if (r.id > n) refuse_record(source, i, n, fmt::format("id {}, expected at most the number of records", r.id));
    if (r.price_ticks < 1 || static_cast<std::uint32_t>(r.price_ticks) > stream.max_tick)
      refuse_record(source, i, n, fmt::format("price {}, expected 1..{}", r.price_ticks, stream.max_tick));
    if (r.quantity == 0) refuse_record(source, i, n, "quantity 0, expected at least 1");
    if (r.quantity > std::numeric_limits<std::int32_t>::max())
      refuse_record(
          source, i, n,
          fmt::format("quantity {}, expected at most {}", r.quantity, std::numeric_limits<std::int32_t>::max()));
    last_id = r.id;
  }
}

struct Totals {
  std::uint64_t trades = 0;
  std::uint64_t quantity = 0;
  std::uint64_t price_quantity = 0;
  bool overflow = false;
};

/// A book and the handles of the stream's orders, by id. Every order is its own owner: the format has no owners, so
/// there are no self-trades.
class Replay {
 public:
  Replay(std::size_t n, const markets::OrderBook& book) : book_(book), handles_(n + 1) {}

  /// Applies one message. False when it cancels an order that is not live.
  bool apply(const BookRecord& r) {
    if (r.type == BookRecord::cancel) return book_.cancel(handles_[r.id]) != 0;
    const markets::NewOrder order{
        {r.id}, r.id, static_cast<base::Side>(r.side), markets::OrderType::limit, {r.price_ticks}, r.quantity, 0};
    const auto on_fill = [this](const markets::Fill& fill) {
      ++totals_.trades;
      const std::uint64_t lots = static_cast<std::uint64_t>(fill.lots);
      totals_.quantity += lots;
      totals_.overflow |= __builtin_add_overflow(
          totals_.price_quantity, lots * static_cast<std::uint64_t>(fill.price.v), &totals_.price_quantity);
    };
    handles_[r.id] = book_.submit(order, on_fill).handle;
    return true;
  }

  /// Applies records [begin, end) of a stream that is known to be good. The messages are known ahead, so what a cancel
  /// will touch is asked for early: first the handle, then the order. (For an order on its way in that is the next
  /// empty handle and slot 0: harmless, and cheaper than a branch on the type.)
  [[gnu::flatten]] void run(const std::vector<BookRecord>& records, std::size_t begin, std::size_t end) {
    constexpr std::size_t kAhead = 8;
    std::size_t i = begin;
    for (; i + 2 * kAhead < end; ++i) {
      __builtin_prefetch(&handles_[records[i + 2 * kAhead].id]);
      book_.prefetch(handles_[records[i + kAhead].id]);
      apply(records[i]);
    }
    for (; i < end; ++i) apply(records[i]);
  }

  const markets::OrderBook& book() const { return book_; }
  const Totals& totals() const { return totals_; }

 private:
  markets::OrderBook book_;
  std::vector<markets::OrderHandle> handles_;
  Totals totals_;
};

double cpu_ns() {
  timespec now{};
  HAVEN_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0, "no clock of CPU time");
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

BookStream read_book_stream(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) refuse(path, "cannot be opened");
  const std::streamoff end = file.tellg();
  if (end < 0) refuse(path, "cannot be read");
  const std::uint64_t bytes = static_cast<std::uint64_t>(end);
  file.seekg(0);
  Header header{};
  if (bytes < sizeof header)
    refuse(path, fmt::format("length {} bytes, expected a header of {}", bytes, sizeof header));
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) refuse(path, "cannot be read");
  if (std::memcmp(header.magic, kMagic, kMagicBytes) != 0) refuse(path, fmt::format("magic is not {}", kMagic));
  if (header.version != kVersion) refuse(path, fmt::format("version {}, expected {}", header.version, kVersion));
  const std::uint64_t body = bytes - sizeof header;
  if (body % sizeof(BookRecord) != 0 || header.n != body / sizeof(BookRecord))
    refuse(path, fmt::format("record {}: length {} bytes, expected the header's {} records of {} bytes after {}",
                             std::min(body / sizeof(BookRecord), header.n) + 1, bytes, header.n, sizeof(BookRecord),
                             sizeof header));
  if (header.prefill > header.n)
    refuse(path, fmt::format("prefill {}, expected at most the {} records", header.prefill, header.n));

  BookStream stream{header.prefill, header.max_tick, {}};
  stream.records.resize(header.n);
  if (body > 0 && !file.read(reinterpret_cast<char*>(stream.records.data()), static_cast<std::streamsize>(body)))
    refuse(path, "cannot be read");
  check_records(stream, path);
  return stream;
}

void write_book_stream(const std::string& path, const BookStream& stream) {
  Header header{{}, stream.records.size(), stream.prefill, stream.max_tick, kVersion};
  std::memcpy(header.magic, kMagic, kMagicBytes);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(&header), sizeof header);
  file.write(reinterpret_cast<const char*>(stream.records.data()),
             static_cast<std::streamsize>(stream.records.size() * sizeof(BookRecord)));
  file.close();
  if (!file) refuse(path, "cannot be written");
}

BookStreamResult run_book_stream(const BookStream& stream, int repeat, const std::string& source) {
  HAVEN_CHECK(repeat >= 1, fmt::format("repeat {}", repeat));
  check_records(stream, source);
  const std::size_t n = stream.records.size();
  Replay first(n, markets::OrderBook{});
  std::size_t most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!first.apply(stream.records[i]))
      refuse_record(source, i, n, fmt::format("cancel of id {}, which is not live", stream.records[i].id));
    if (first.totals().overflow) refuse_record(source, i, n, "the sum of price x quantity does not fit 64 bits");
    most = std::max(most, first.book().live_orders());
  }

  std::vector<double> ns;
  for (int k = 0; k < repeat; ++k) {
    markets::OrderBook book;
    book.reserve(most, 0);
    Replay replay(n, book);
    replay.run(stream.records, 0, stream.prefill);
    const double start = cpu_ns();
    replay.run(stream.records, stream.prefill, n);
    ns.push_back(cpu_ns() - start);
    HAVEN_CHECK(
        replay.totals().trades == first.totals().trades && replay.book().live_orders() == first.book().live_orders(),
        "two runs of the same stream differ");
  }
  std::sort(ns.begin(), ns.end());
  const std::size_t half = ns.size() / 2;
  const double median = ns.size() % 2 == 1 ? ns[half] : (ns[half - 1] + ns[half]) / 2;

  BookStreamResult result;
  result.messages = n;
  result.timed_messages = n - stream.prefill;
  result.ns_per_message = result.timed_messages == 0 ? 0.0 : median / static_cast<double>(result.timed_messages);
  result.trades = first.totals().trades;
  result.traded_quantity = first.totals().quantity;
  result.price_quantity_sum = first.totals().price_quantity;
  result.live_orders = first.book().live_orders();
  return result;
}

BookStreamResult run_book_stream(const std::string& path, int repeat) {
  return run_book_stream(read_book_stream(path), repeat, path);
}

BookStream make_book_stream(const StreamPlan& plan) {
  HAVEN_CHECK(plan.live_orders >= 2 && plan.half_width_ticks >= 2 && plan.half_width_ticks <= (1U << 28) &&
                  plan.marketable_percent <= 50,
              "the plan of a stream is out of range");
  base::Draws draws{plan.seed, base::name_key("book stream"), 0, 0};
  const auto below = [&](std::uint32_t n) {  // a day holds 2^32 draws
    if (draws.index == std::numeric_limits<std::uint32_t>::max()) draws.start_day(draws.day + 1);
    return draws.below(base::Purpose::test, n);
  };
  const std::int64_t width = plan.half_width_ticks;
  std::int64_t middle = 2 * width;
  BookStream stream;
  stream.prefill = plan.live_orders;
  stream.max_tick = static_cast<std::uint32_t>(4 * width);

  // Which ids are live takes a book to know. live holds ids; where[id] is the place in it.
  struct Known {
    markets::OrderHandle handle;
    std::uint32_t place;
  };
  markets::OrderBook book;
  std::vector<std::uint32_t> live;
  std::vector<Known> known(1);
  const auto forget = [&](std::uint32_t id) {
    const std::uint32_t place = known[id].place;
    live[place] = live.back();
    known[live[place]].place = place;
    live.pop_back();
  };
  const auto enter = [&](BookRecord::Type type, std::uint32_t side, std::int64_t price, std::uint32_t quantity) {
    const std::uint32_t id = static_cast<std::uint32_t>(known.size());
    const std::int32_t ticks = static_cast<std::int32_t>(std::clamp<std::int64_t>(price, 1, stream.max_tick));
    stream.records.push_back({id, ticks, quantity, type, static_cast<std::uint8_t>(side), 0});
    const markets::NewOrder order{{id},     id, static_cast<base::Side>(side), markets::OrderType::limit, {ticks},
                                  quantity, 0};
    const markets::SubmitResult result = book.submit(order, [&](const markets::Fill& fill) {
      if (fill.remaining == 0) forget(fill.maker_tag);
    });
    known.push_back({result.handle, static_cast<std::uint32_t>(live.size())});
    if (result.resting > 0) live.push_back(id);
  };
  const auto add = [&] {
    const std::uint32_t side = below(2);
    const std::int64_t at = below(plan.half_width_ticks);
    const std::int64_t distance = 1 + at * below(plan.half_width_ticks) / width;
    std::int64_t price = side == 0 ? middle - distance : middle + distance;
    if (side == 0 && book.has_ask()) price = std::min<std::int64_t>(price, book.best_ask().v - 1);
    if (side == 1 && book.has_bid()) price = std::max<std::int64_t>(price, book.best_bid().v + 1);
    enter(BookRecord::add, side, price, 1 + below(100));
  };
  const auto cancel = [&] {
    const std::uint32_t id = live[below(static_cast<std::uint32_t>(live.size()))];
    const auto order = book.find(known[id].handle);
    stream.records.push_back({id, order->price.v, static_cast<std::uint32_t>(order->shown), BookRecord::cancel,
                              static_cast<std::uint8_t>(order->side), 0});
    book.cancel(known[id].handle);
    forget(id);
  };

  for (std::uint32_t i = 0; i < plan.live_orders; ++i) add();
  for (std::uint64_t i = 0; i < plan.messages; ++i) {
    middle = std::clamp<std::int64_t>(middle + static_cast<std::int64_t>(below(3)) - 1, width + 1, 3 * width);
    if (below(100) < plan.marketable_percent) {
      const std::uint32_t side = below(2);
      const base::Side other = side == 0 ? base::Side::sell : base::Side::buy;
      const std::int64_t best = book.has(other) ? book.best(other).v : middle;
      const std::int64_t through = below(3);
      enter(BookRecord::marketable, side, side == 0 ? best + through : best - through, 1 + below(150));
    } else if (live.size() < 2 || below(2 * plan.live_orders) >= live.size()) {
      add();
    } else {
      cancel();
    }
  }
  return stream;
}

}  // namespace haven::cli
