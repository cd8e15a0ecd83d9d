// The book as a value: saved, loaded, copied, and without allocation once warm.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <random>
#include <vector>

#include "engine/base/archive.h"
#include "engine/markets/order_book.h"

namespace {
std::size_t allocations = 0;
void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  if (void* p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)) return p;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(bytes);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

using namespace haven;
using namespace haven::markets;

namespace {

/// Random messages on a book; a hash of all that came back.
struct Traffic {
  std::mt19937_64 random;
  std::vector<OrderHandle> handles = std::vector<OrderHandle>(128);
  std::uint64_t answer = 0;

  void run(OrderBook& book, int messages, std::int32_t width) {
    const auto note = [&](std::uint64_t x) { answer = (answer ^ x) * 0x9e3779b97f4a7c15ULL; };
    const auto on_fill = [&](const Fill& f) {
      note(f.maker_tag), note(static_cast<std::uint64_t>(f.price.v)), note(static_cast<std::uint64_t>(f.lots));
    };
    const auto on_self_cancel = [&](const SelfCancel& c) { note(c.tag); };
    for (int i = 0; i < messages; ++i) {
      const std::uint64_t r = random();
      OrderHandle& handle = handles[r % handles.size()];
      const std::int32_t price = static_cast<std::int32_t>(r >> 8) % width;
      const std::int64_t lots = 1 + static_cast<std::int64_t>(r >> 40) % 20;
      if (book.is_live(handle)) {
        if ((r >> 60) < 10) {
          note(static_cast<std::uint64_t>(book.cancel(handle)));
        } else {
          note(static_cast<std::uint64_t>(book.modify(handle, {price}, lots, on_fill, on_self_cancel).resting));
        }
      } else {
        const NewOrder order{{static_cast<std::uint32_t>(r >> 50) % 9},
                             static_cast<std::uint32_t>(i),
                             static_cast<base::Side>(r >> 63),
                             OrderType::limit,
                             {price},
                             lots,
                             (r >> 61) % 2 == 0 ? 0 : 1};
        handle = book.submit(order, on_fill, on_self_cancel).handle;
        note(handle.slot), note(handle.generation);
      }
    }
  }
};

OrderBook busy_book(Traffic& traffic, std::int32_t width) {
  OrderBook book;
  traffic.run(book, 5'000, width);
  return book;
}

std::string save(OrderBook book) {
  base::Writer writer;
  book.fields(writer);
  return writer.bytes();
}

}  // namespace

TEST_CASE("a saved and loaded book is equal and behaves the same from then on", "[order_book][state]") {
  for (const std::int32_t width : {30, 100'000}) {
    Traffic traffic{std::mt19937_64(7)};
    OrderBook book = busy_book(traffic, width);
    REQUIRE(book.live_orders() > 10);
    const std::string bytes = save(book);
    OrderBook loaded(BookRules{3, 3, 3});
    base::Reader reader(bytes);
    loaded.fields(reader);
    CHECK(reader.finished());
    CHECK(loaded == book);
    CHECK(save(loaded) == bytes);

    Traffic same = traffic;
    traffic.run(book, 20'000, width);
    same.run(loaded, 20'000, width);
    CHECK(traffic.answer == same.answer);
    CHECK(loaded == book);
    CHECK(save(book) != bytes);
  }
}

TEST_CASE("a checkpoint with a damaged byte is refused or is still a whole book", "[order_book][state]") {
  Traffic traffic{std::mt19937_64(9)};
  const std::string bytes = save(busy_book(traffic, 100));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    base::Reader reader(damaged);
    OrderBook book;
    try {
      book.fields(reader);
    } catch (const base::ArchiveError&) {
      ++refused;
      continue;
    }
    Traffic more{std::mt19937_64(1)};
    more.run(book, 50, 100);
    if (const std::string fault = book.fault(); !fault.empty()) FAIL("byte " << at << ": " << fault);
  }
  CHECK(refused > bytes.size() / 4);
}

TEST_CASE("a reserved book allocates nothing", "[order_book][state]") {
  OrderBook book;
  book.reserve(128, 128);
  Traffic traffic{std::mt19937_64(10)};
  const std::size_t before = allocations;
  traffic.run(book, 50'000, 200'000);
  CHECK(allocations == before);
  CHECK(book.live_orders() > 10);
}

TEST_CASE("a book that has been far away gives its pages back", "[order_book][state]") {
  OrderBook book;
  const auto ignore = [](const Fill&) {};
  for (int i = 0; i < 100'000; ++i) {
    const OrderHandle handle =
        book.submit({{1}, 1, base::Side::buy, OrderType::limit, {i * 20'000}, 1, 0}, ignore).handle;
    book.cancel(handle);
  }
  CHECK(save(book).size() < 5'000);
  CHECK(book.fault() == "");
}
