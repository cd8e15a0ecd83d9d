// Payments that can fail, and what follows when they do: default, close-out, sale, clearing.
#pragma once

#include "engine/loop/phases.h"

namespace haven::loop {

/// Why an institution is in default. Money is what was asked, what it had, and the gap.
struct Trigger {
  enum class Cause : std::uint8_t { margin_call, overdraft, capital, clearing, scenario } cause = Cause::capital;
  base::InstitutionId house;              ///< margin_call: who called
  base::Money variation, initial;         ///< margin_call: net calls of the house due now
  base::Money cash, line;                 ///< what it had, and what its line still gave
  base::Money short_by;                   ///< > 0; 0 when the scenario makes it fail
};

/// The loop's hands for everything in this file.
struct DefaultDesk {
  const Spec& spec;
  State& state;
  Market& market;
  metrics::Probes& probes;
  PhaseScratch& scratch;

  /// Close-out in the same minute (docs/model.md, "Defaults"). Requires a private institution that is not in default.
  void declare(base::InstitutionId who, const Trigger& trigger);
  /// One slice of every sale that is open; asks for the next while there is one.
  void sell_slice();
  /// Clearing house number `house` offers what it took over to its members, once; what they leave it works by orders.
  void hold_auction(std::size_t house);
  /// Ends windows that have run out, and shares the losses of houses that are flat.
  void end_windows();
  /// Clears the estates that have sold and settled everything, together with whom they owe and who owes them.
  void clear_estates();

  bool lives(base::InstitutionId id) const { return state.world.accounts[id.v].defaulted == 0; }
  /// Houses, the central bank, the Treasury and the accounts of the outside world cannot default.
  bool can_default(base::InstitutionId id) const;

 private:
  void to_house(base::InstitutionId who, std::uint32_t estate);
  void novate_trades(base::InstitutionId who, std::uint32_t estate);
  void close_repo_book(base::InstitutionId who, std::uint32_t estate);
  void sell_own(base::InstitutionId who, std::uint32_t estate);
  void finish(Liquidation& liquidation);
  void close_house(std::size_t house);
  /// `whole` over the accounts of a house, by margin; the last takes what rounding leaves.
  template <class F>
  void by_margin(std::size_t house, base::Money whole, F&& f) {
    base::Money margins;
    const HouseAccount* last = nullptr;
    for (const HouseAccount& a : state.house_accounts) {
      if (a.house != house) continue;
      margins += a.margin;
      last = &a;
    }
    base::Money left = whole;
    for (const HouseAccount& a : state.house_accounts) {
      if (a.house != house) continue;
      const base::Money share = &a == last ? left : margins.v > 0 ? base::Money{base::mul_div(whole.v, a.margin.v, margins.v)} : base::Money{};
      left -= share;
      f(a, share);
    }
  }
  void share_loss(std::size_t house, base::InstitutionId who, base::Money loss);
  bool ready(std::uint32_t estate) const;
  base::Time window_end(double hours) const;
  void add_claim(Estate& estate, base::InstitutionId creditor, base::Money amount, const char* item);
  void step(base::InstitutionId who, const char* account, const char* item, base::InstitutionId other, base::Money amount);
  void schedule_slice();
  void values_now();
  std::int32_t reference_hbp() const;
};

}  // namespace haven::loop
