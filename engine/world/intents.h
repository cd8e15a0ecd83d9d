// What an agent wants to do, written into a buffer the loop owns and applies in order.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/time.h"
#include "engine/base/units.h"

namespace haven::world {

enum class IntentKind : std::uint8_t {
  limit,       ///< rest in a book (post-only: never takes)
  immediate,   ///< take what is there up to the limit price, the rest is gone
  cancel,      ///< cancel the resting order in quote slot `slot`
  request,     ///< request for quote to dealers: security or spreadover package, face in lots
  wake         ///< wake me at `time` with `slot` as reason
};

/// One wish. Which fields count depends on the kind.
struct Intent {
  IntentKind kind = IntentKind::wake;
  base::Side side = base::Side::buy;
  std::uint8_t basket = 0;        ///< request: 1 when `book` is a SecurityId of a basket or bills, 0 when it is a book
  std::uint8_t dealers = 0;       ///< request: how many dealers are asked
  std::uint16_t book = 0;         ///< book index, or SecurityId of a basket
  std::uint16_t slot = 0;         ///< the agent's own quote slot, or wake reason
  base::Price limit;              ///< limit, immediate
  double limit_bp = 0;            ///< request: worst acceptable yield (or spread), bp
  std::int64_t lots = 0;
  base::Time time;                ///< wake
};

/// Invariant: cleared by the loop before each agent runs; never reallocates after warm-up.
class Intents {
 public:
  void reserve(std::size_t n) { list_.reserve(n); }
  void clear() { list_.clear(); }
  const std::vector<Intent>& list() const { return list_; }

  void limit(std::size_t book, base::Side side, base::Price price, std::int64_t lots, std::size_t slot) {
    add(IntentKind::limit, book, side, lots, slot).limit = price;
  }
  void immediate(std::size_t book, base::Side side, base::Price price, std::int64_t lots) {
    add(IntentKind::immediate, book, side, lots, 0).limit = price;
  }
  void cancel(std::size_t book, base::Side side, std::size_t slot) { add(IntentKind::cancel, book, side, 0, slot); }
  /// Ask `dealers` dealers for `lots` of an off-the-run basket or bills; nothing trades beyond `limit_bp`.
  void request_basket(std::size_t security, base::Side side, std::int64_t lots, double limit_bp, std::uint8_t dealers) {
    Intent& i = add(IntentKind::request, security, side, lots, 0);
    i.basket = 1;
    i.limit_bp = limit_bp;
    i.dealers = dealers;
  }
  /// Ask `dealers` dealers for a block in an instrument that also has a book.
  void request_book(std::size_t book, base::Side side, std::int64_t lots, double limit_bp, std::uint8_t dealers) {
    Intent& i = add(IntentKind::request, book, side, lots, 0);
    i.limit_bp = limit_bp;
    i.dealers = dealers;
  }
  void wake(base::Time at, std::size_t reason) {
    Intent& i = add(IntentKind::wake, 0, base::Side::buy, 0, reason);
    i.time = at;
  }

 private:
  Intent& add(IntentKind kind, std::size_t book, base::Side side, std::int64_t lots, std::size_t slot) {
    Intent& i = list_.emplace_back();
    i.kind = kind;
    i.book = static_cast<std::uint16_t>(book);
    i.side = side;
    i.lots = lots;
    i.slot = static_cast<std::uint16_t>(slot);
    return i;
  }
  std::vector<Intent> list_;
};

}  // namespace haven::world
