// How intents become trades: books, requests for quote, and what a trade does to ledger, public data and minds.
#pragma once

#include "engine/loop/advance.h"

namespace haven::loop {

/// The pieces a run works with; references into the caller's state. Lives as long as one call of advance().
class Market {
 public:
  Market(const Spec& spec, State& state, metrics::Probes& probes);

  /// Applies what `who` wrote, in order. May wake others later; runs no other agent now except dealers asked to quote.
  void apply(base::InstitutionId who, const world::Intents& intents);
  void wake(base::InstitutionId who, base::Time at, std::uint16_t reason);
  /// Takes every resting order of `who` out of the books.
  void cancel_all(base::InstitutionId who);
  /// Takes everybody's resting orders out of one book.
  void close_book(std::size_t book);
  /// Sends one slice of a liquidation; what trades goes to its program and proceeds instead of its seller's own.
  void liquidate(Liquidation& liquidation, const world::Slicing& how);
  void schedule(EventKind kind, base::Time at, std::uint32_t payload = 0);
  /// A work-up's moment has come: it goes public, asks around, or ends. `payload` is its event's.
  void work_up(std::uint32_t payload);
  world::View view(base::InstitutionId who) const { return {spec_.world, state_.world, who}; }

  /// What fast traders take from volatility, one for all of them.
  agents::principal_trading_firm::Readings& readings() { return readings_; }

  /// Dealers' streams in the off-the-run baskets become the public composite.
  void refresh_baskets();
  /// Cash trade of `lots` at a clean price; settlement T+1 with accrued interest.
  void trade_security(base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots, double clean_points);
  /// The same for the issue date of the security's next auction.
  void trade_when_issued(base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots, double clean_points);
  /// What the Treasury sells at an auction, for the issue date if it is traded when-issued; `of_program` of it the buyer's program had still to buy.
  void award(base::InstitutionId buyer, std::size_t security, std::int64_t lots, double clean_points, std::int64_t of_program);
  /// The first trade of the ten-year note from now on is made one tick dearer, to see the digest notice.
  void plant_tick() { planted_tick_ = 1; }

 private:
  void settle_trade(base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots, double dirty_points, base::Date day);
  void submit(base::InstitutionId who, const world::Intent& intent);
  markets::SubmitResult to_book(base::InstitutionId who, const world::Intent& intent);
  void request(base::InstitutionId who, const world::Intent& intent);
  void on_trade(base::InstitutionId taker, const world::Intent& intent, const markets::Fill& fill);
  void trade_book(std::size_t book, base::InstitutionId buyer, base::InstitutionId seller, base::Price price, std::int64_t lots);
  bool has_work_ups(std::size_t book) const { return book < world::kNodes && !state_.work_ups.empty(); }
  /// An immediate order while a work-up is on: what is left of it for the book, lots.
  std::int64_t meet_work_up(base::InstitutionId who, const world::Intent& intent);
  /// After an order that took in the book: its last price opens a work-up.
  void open_work_up(base::InstitutionId taker, const world::Intent& intent);
  void end_work_up(std::size_t book);
  /// Somewhere in the book there is a better price than the work-up's.
  bool outbid(std::size_t book) const;
  /// Standing interest takes what is displayed at its price.
  void take_displayed(std::size_t book);
  std::int64_t take_displayed(std::size_t book, base::InstitutionId who, base::Side side, std::int64_t lots);
  void ask_to_join(std::size_t book, base::InstitutionId who);
  void ask_everybody(std::size_t book);
  std::int64_t joins(std::size_t book, base::InstitutionId who);
  /// Whoever acts speaks anew: what it asked for in a work-up before does not stand beside what it does now.
  void speak_anew(base::InstitutionId who);
  void worked_up(std::size_t book, const markets::WorkedUp& met);
  /// The minds that asked for lots in a work-up hear that they have them.
  void credit(const markets::Interest& interest, std::int64_t lots);
  void schedule_work_up(std::size_t book);
  /// The price of a calendar spread's nearer leg: its market's, on its grid.
  std::int64_t leg_ticks(std::size_t contract) const;
  void fast_trader_traded(base::InstitutionId who, std::size_t book, base::Side side, base::Price price, std::int64_t lots);
  void executed(base::InstitutionId who, std::size_t book, base::Side side, base::Price price, std::int64_t lots);
  void executed_cash(base::InstitutionId who, std::size_t security, base::Side side, std::int64_t lots);
  void refresh(std::size_t book);
  /// False when nothing rested there.
  bool cancel(base::InstitutionId who, std::size_t book, std::size_t slot);
  void maker_filled(base::InstitutionId maker, std::size_t book, base::Side side, std::uint32_t slot, base::Price price, std::int64_t lots);
  void quote_rejected(base::InstitutionId who, std::size_t book, base::Side side, std::uint32_t slot, std::int64_t lots);
  bool lives(base::InstitutionId who) const { return state_.world.accounts[who.v].defaulted == 0; }
  world::Program* program_of(base::InstitutionId who);
  markets::OrderHandle& handle(base::InstitutionId who, std::size_t book, std::size_t slot) {
    return state_.handles[state_.handle_offset[who.v] + book * state_.handle_slots[who.v] + slot];
  }

  const Spec& spec_;
  State& state_;
  metrics::Probes& probes_;
  /// A dealer that would deal with the client, in the order in which they were asked.
  struct Offer {
    std::uint32_t dealer = 0;
    agents::primary_dealer::Answer answer;
    double yield_bp = 0;  ///< the answer's best, until told
    bool told = false;
  };
  std::vector<Offer> offers_;                ///< scratch of request
  world::Intents slice_;                     ///< of a liquidation
  world::Intents follow_up_;                 ///< hedges that answer a client's own trade
  struct Filled {
    base::InstitutionId maker;
    base::Price price;
  };
  std::vector<Filled> fills_;                ///< of the last order in a book with work-ups
  std::vector<std::uint32_t> by_speed_;      ///< principal trading firms, the fastest first; only with work-ups
  agents::principal_trading_firm::Readings readings_;
  std::vector<double> bids_, asks_;          ///< scratch of refresh_baskets, by dealer
  std::int32_t planted_tick_ = 0;
  Liquidation* liquidating_ = nullptr;       ///< while its slice is applied
};

/// The book slots in which an institution of this kind may rest orders at once.
std::uint16_t handle_slots_of(world::Kind kind);

}  // namespace haven::loop
