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
  /// Sends one slice of a liquidation; what trades goes to its program and proceeds instead of its seller's own.
  void liquidate(Liquidation& liquidation, const world::Slicing& how);
  void schedule(EventKind kind, base::Time at, std::uint32_t payload = 0);
  world::View view(base::InstitutionId who) const { return {spec_.world, state_.world, who}; }

  /// Dealers' streams in the off-the-run baskets become the public composite.
  void refresh_baskets();
  /// Cash trade of `lots` at a clean price; settlement T+1 with accrued interest.
  void trade_security(base::InstitutionId buyer, base::InstitutionId seller, std::size_t security, std::int64_t lots, double clean_points);
  /// What the Treasury sells at an auction; `of_program` of it the buyer's program had still to buy.
  void award(base::InstitutionId buyer, std::size_t security, std::int64_t lots, double clean_points, std::int64_t of_program);
  /// The first trade of the ten-year note from now on is made one tick dearer, to see the digest notice.
  void plant_tick() { planted_tick_ = 1; }

 private:
  void submit(base::InstitutionId who, const world::Intent& intent);
  void request(base::InstitutionId who, const world::Intent& intent);
  void on_trade(base::InstitutionId taker, const world::Intent& intent, const markets::Fill& fill);
  void trade_book(std::size_t book, base::InstitutionId buyer, base::InstitutionId seller, base::Price price, std::int64_t lots);
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
  std::vector<double> bids_, asks_;          ///< scratch of refresh_baskets, by dealer
  std::int32_t planted_tick_ = 0;
  Liquidation* liquidating_ = nullptr;       ///< while its slice is applied
};

/// The book slots in which an institution of this kind may rest orders at once.
std::uint16_t handle_slots_of(world::Kind kind);

}  // namespace haven::loop
