// The recording of a market: orders, cancels, trades, quotes and snapshots of the books, record by record as they happen.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/digest.h"
#include "engine/markets/order_book.h"
#include "engine/world/world.h"

namespace haven::metrics {

/// What a record tells; docs/recording.md says what each column holds for each of them.
enum class RecordedKind : std::uint8_t { order = 1, cancel, trade, quote, level, request, end, work_up };

/// One record, as it lies in a file (little endian). A column that a kind does not name is 0. Prices are ticks of the book's grid.
struct Recorded {
  std::int64_t time_ns = 0;   ///< since 2000-01-01 00:00, New York's clock
  std::uint32_t order = 0;    ///< number of an order in this recording, from 1 (modulo 2^32)
  std::uint32_t who = 0;      ///< institution
  std::uint32_t other = 0;    ///< its counterparty
  std::int32_t price = 0;     ///< of a quote or level: the bid
  std::int32_t ask = 0;
  std::uint8_t kind = 0;      ///< RecordedKind
  std::uint8_t book = 0;      ///< book; of a request for a security: the security
  std::uint8_t side = 0;      ///< 0 buy, 1 sell; of a trade: the taker's, of a request the client's
  std::uint8_t type = 0;      ///< order: markets::OrderType; cancel: 1 by self-trade prevention; level: its number from 1; request: 1 for a package
  std::int64_t lots = 0;      ///< of a quote or level: displayed at the bid, 0 for an empty side
  std::int64_t ask_lots = 0;
  bool operator==(const Recorded&) const = default;
};
static_assert(sizeof(Recorded) == 48);

/// Sees the books and writes down. Attached to the probes of one run from its beginning, it never draws, schedules or changes anything.
///
/// Invariants: memory does not grow with the run, only with the orders resting at once. A `quote` is written when the best prices or
/// the lots displayed there have changed, after the trades that changed them. The state of a book follows from its records alone:
/// an order's own trades and self-cancels come after it and before the next order of its book.
class Recorder {
 public:
  struct Settings {
    std::size_t levels = 5;                    ///< of a snapshot, 1..255
    base::Duration every = base::minutes(5);   ///< between snapshots of a book that has seen an order since; > 0
    std::bitset<world::kMostBooks> books = std::bitset<world::kMostBooks>{}.set();
    std::bitset<world::kSecurities> securities = std::bitset<world::kSecurities>{}.set();  ///< whose trades by request are written
  };
  /// Receives the records in order, some thousands at a time. What it throws ends the run.
  using Write = std::function<void(std::span<const Recorded>)>;

  Recorder(const Settings& settings, Write write);

  /// Before anything happens at `now`: snapshots whose moment has come, stamped with that moment.
  void advance_to(const world::World& w, base::Time now);
  /// An order on its way into a book; its trades follow.
  void order(base::Time now, std::size_t book, const markets::NewOrder& order);
  void trade(base::Time now, std::size_t book, base::InstitutionId taker, base::Side side, const markets::Fill& fill, base::Price price);
  void self_cancel(base::Time now, std::size_t book, base::InstitutionId who, base::Side side, const markets::SelfCancel& gone);
  /// What is left of the book's last order rests under this handle; the default handle when nothing rests.
  void rests(std::size_t book, markets::OrderHandle handle);
  /// Before a cancel; nothing when no order rests there.
  void cancel(base::Time now, std::size_t book, const std::optional<markets::OrderView>& resting);
  /// After whatever may have moved a book's best prices.
  void quote(base::Time now, std::size_t book, const markets::OrderBook& resting);
  /// A trade by request: of a security at its clean price on instruments::kQuote, or of a package on its book's grid.
  void request_security(base::Time now, std::size_t security, base::InstitutionId client, base::InstitutionId dealer, base::Side side, base::Price clean, std::int64_t lots);
  void request_package(base::Time now, std::size_t book, base::InstitutionId client, base::InstitutionId dealer, base::Side side, base::Price price, std::int64_t lots);
  /// A trade in a work-up between two who display nothing. `taker` is on the side of the order that opened it.
  void work_up(base::Time now, std::size_t book, base::InstitutionId taker, base::InstitutionId other, base::Side side, base::Price price, std::int64_t lots);
  /// The last record: the run has ended with this digest (its halves in `lots` and `ask_lots`). Hands everything on.
  void end(base::Time now, const base::Digest& digest);

 private:
  Recorded& add(RecordedKind kind, base::Time now, std::size_t book);
  void flush();
  void snapshot(std::size_t k, const markets::OrderBook& book, base::Time at);
  std::uint32_t& number_of(std::size_t book, markets::OrderHandle handle);

  Settings settings_;
  Write write_;
  std::vector<Recorded> waiting_;
  base::Time next_snapshot_;
  std::uint32_t orders_ = 0;
  struct Book {
    std::uint32_t last_order = 0;
    bool touched = false;               ///< since its last snapshot
    std::vector<std::uint32_t> number;  ///< of the order in each slot
    Recorded quote;                     ///< as last written
  };
  std::array<Book, world::kMostBooks> books_;
};

}  // namespace haven::metrics
