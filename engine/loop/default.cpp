#include "engine/loop/default.h"

#include <algorithm>
#include <cstdlib>

namespace haven::loop {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;
using world::kContracts;
using world::Kind;
using world::kNodes;

namespace {

// To the nearest million.
std::string bn(Money m) {
  const std::int64_t million = (m.v + (m.v >= 0 ? 5'000'000'000 : -5'000'000'000)) / 10'000'000'000;
  std::string digits = std::to_string(std::llabs(million));
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  digits.insert(digits.size() - 3, 1, '.');
  if (million < 0) digits.insert(0, 1, '-');
  return digits;
}

}  // namespace

void trade_values(const world::WorldSpec& spec, const world::World& w, std::vector<Money>& out) {
  out.resize(world::kSecurities);
  for (std::size_t s = 0; s < world::kSecurities; ++s) out[s] = {static_cast<std::int64_t>(w.security_dirty(spec, s) * 1e4 * base::kMoneyPerDollar + 0.5)};
}

void collateral_values(const world::WorldSpec& spec, const world::World& w, std::vector<Money>& out) {
  trade_values(spec, w, out);
  for (std::size_t s = 0; s < world::kSecurities; ++s) out[s] += w.coupon_due[s];
}

void DefaultDesk::values_now() {
  collateral_values(spec.world, state.world, scratch.per_million);
  trade_values(spec.world, state.world, scratch.trade_per_million);
}
std::int32_t DefaultDesk::reference_hbp() const { return loop::reference_hbp(spec); }

bool DefaultDesk::can_default(InstitutionId id) const { return world::can_default(spec.world.institutions[id.v].kind); }

base::Time DefaultDesk::window_end(double hours) const {
  const base::Time start = world::next_close_out_slice(market.view(spec.world.fed), base::minutes(1));
  const base::Time day_end = base::midnight(base::date_of(start)) + base::hours(17);
  return std::min(start + base::Duration{static_cast<std::int64_t>(hours * 3.6e12)}, day_end);
}

void DefaultDesk::step(InstitutionId who, const char* account, const char* item, InstitutionId other, Money amount) {
  probes.default_step(state.world, who, account, item, other, amount);
}

void DefaultDesk::add_claim(Estate& estate, InstitutionId creditor, Money amount, const char* item) {
  if (amount.v == 0) return;
  estate.claims.push_back({creditor, 0, amount});
  step(estate.who, "claims", item, creditor, amount);
}

void DefaultDesk::declare(InstitutionId who, const Trigger& trigger) {
  auto& w = state.world;
  auto& account = w.accounts[who.v];
  HAVEN_CHECK(can_default(who) && lives(who), w.ledger.name(who) + " cannot default now");
  account.defaulted = 1;
  w.journal.record(base::RecordKind::default_event, w.now, spec.world.institutions[who.v].name_key, static_cast<std::uint64_t>(trigger.cause), trigger.short_by.v);
  const auto name = [&](InstitutionId id) { return spec.world.institutions[id.v].name; };
  std::string cause;
  switch (trigger.cause) {
    case Trigger::Cause::margin_call:
      cause = std::string("priced ") + (base::time_of_day(w.now) < base::hours(12) ? "15:00 of the day before" : "12:00") + ": call of " + name(trigger.house) + " due now: variation " + bn(trigger.variation) +
              ", initial margin " + bn(trigger.initial) + "; cash " + bn(trigger.cash);
      step(who, "trigger", "variation margin called", trigger.house, trigger.variation);
      step(who, "trigger", "initial margin called", trigger.house, trigger.initial);
      break;
    case Trigger::Cause::overdraft:
      cause = "close of payments: cash " + bn(trigger.cash);
      break;
    case Trigger::Cause::capital:
      cause = "equity at the 17:00 mark " + bn(-trigger.short_by) + ", opening " + bn(base::money_from_bn(account.start_equity_bn)) + ": its financiers terminate; cash " + bn(trigger.cash);
      step(who, "trigger", "equity at the mark", who, -trigger.short_by);
      break;
    case Trigger::Cause::clearing:
      cause = "payments of estates were cleared and it cannot pay what it owes them; cash " + bn(trigger.cash);
      break;
    case Trigger::Cause::scenario:
      cause = "made to fail by the scenario; cash " + bn(trigger.cash);
      break;
  }
  const auto& line = w.credit.line(who);
  if (line.limit.v > 0) cause += "; line of " + name(line.provider) + ": " + bn(trigger.line) + " of " + bn(line.limit) + " left";
  if (const Money refused = base::money_from_bn(account.declined_bn); refused >= base::dollars(1'000'000)) {
    cause += "; refused " + bn(refused) + " this morning" + (account.refused_by != who ? ", most by " + name(account.refused_by) : "");
    step(who, "trigger", "financing refused this morning", account.refused_by, refused);
  }
  if (const Money uncovered = base::money_from_bn(account.unsecured_bn); uncovered >= base::dollars(2'000'000)) {
    cause += "; no free collateral for " + bn(uncovered) + " this morning";
    step(who, "trigger", "no free collateral this morning", who, uncovered);
  }
  if (trigger.cause != Trigger::Cause::scenario) cause += "; short " + bn(trigger.short_by) + " bn";
  step(who, "trigger", "cash", who, trigger.cash);
  step(who, "trigger", "line left", line.provider, trigger.line);
  if (trigger.cause != Trigger::Cause::scenario) step(who, "trigger", "short by", who, trigger.short_by);
  w.funding.defaults_seen += 1;
  probes.default_of(w, who, cause, base::to_bn(trigger.short_by));

  market.cancel_all(who);
  values_now();
  const auto index = static_cast<std::uint32_t>(state.estates.size());
  state.estates.emplace_back();
  state.estates.back().who = who;
  state.estates.back().since = w.now;
  state.estates.back().cash = w.ledger.cash(who);
  step(who, "estate", "cash at default", who, w.ledger.cash(who));
  if (const Money overdraft = -w.ledger.cash(who); overdraft.v > 0) {
    // Its settlement bank has already paid for it.
    InstitutionId bank = w.credit.line(who).provider;
    if (bank == who || !lives(bank)) bank = spec.world.fed;
    w.ledger.pay(bank, who, overdraft, ledger::Reason::credit, w.journal, w.now);
    step(who, "estate", "overdraft taken over by its settlement bank", bank, overdraft);
    add_claim(state.estates.back(), bank, overdraft, "overdraft");
  }
  // What it was selling for itself as a lender to an earlier defaulter is worth its market value.
  for (Liquidation& l : state.liquidations) {
    if (!l.done && l.seller == who && state.estates[l.estate].who != who) finish(l);
  }
  novate_trades(who, index);
  to_house(who, index);
  close_repo_book(who, index);
  const InstitutionId lender = w.credit.line(who).provider;
  add_claim(state.estates[index], lender, w.credit.terminate(who, reference_hbp(), base::date_of(w.now)), "drawn on the committed line");
  w.credit.withdraw(who);
  sell_own(who, index);
  schedule_slice();
}

// Whoever guarantees its settlement steps into its trades.
void DefaultDesk::novate_trades(InstitutionId who, std::uint32_t estate) {
  auto& w = state.world;
  const auto& pool = state.population.primary_dealer;
  bool sponsored = false;
  InstitutionId taker = who;
  for (const std::uint32_t k : spec.openings[who.v].financiers) {
    if (pool.empty() || !lives(pool[k % pool.size()].self)) continue;
    taker = pool[k % pool.size()].self;
    sponsored = true;
    break;
  }
  double largest = 0;
  for (const auto& dealer : pool) {
    if (sponsored || !lives(dealer.self) || dealer.scale <= largest) continue;
    largest = dealer.scale;
    taker = dealer.self;
  }
  if (taker == who) taker = spec.world.fed;
  const Money worth = w.ledger.take_over_trades(who, taker, scratch.trade_per_million, w.journal, w.now);
  if (worth.v == 0) return;
  if (sponsored) return add_claim(state.estates[estate], taker, -worth, "trades performed by the sponsor");
  // Awarded at the market: FICC makes up the difference, and has or owes it.
  const std::uint32_t ficc = spec.world.institutions[spec.world.ficc.v].index_in_kind;
  w.ledger.pay(taker, spec.world.ficc, worth, ledger::Reason::default_loss, w.journal, w.now);
  step(who, "FICC", "difference on trades awarded at the market", taker, -worth);
  state.house_accounts.push_back({estate, ficc, {}, -worth});
  state.population.central_counterparty[ficc].managing = 1;
}

// Futures and swaps pass to their houses at the last mark, and with them the margin and what was called and not paid.
void DefaultDesk::to_house(InstitutionId who, std::uint32_t estate) {
  auto& w = state.world;
  auto& account = w.accounts[who.v];
  scratch.due.clear();
  state.calls.take_all_of(who, scratch.due);
  for (const InstitutionId id : {spec.world.cme, spec.world.lch}) {
    auto& house = state.population.central_counterparty[spec.world.institutions[id.v].index_in_kind];
    const auto& p = spec.population.central_counterparty;
    Money uncollected, uncollected_initial;
    for (const funding::MarginCall& call : scratch.due) {
      if (call.house != id) continue;
      (static_cast<ledger::Reason>(call.reason) == ledger::Reason::initial_margin ? uncollected_initial : uncollected) += call.amount;
    }
    Money& posted = id == spec.world.cme ? account.futures_margin : account.swap_margin;
    const Money margin = posted - uncollected_initial;
    posted = {};
    Money& fund = account.default_fund[spec.world.institutions[id.v].index_in_kind];
    std::int64_t positions = 0;
    const auto take = [&](std::size_t slot, std::int64_t lots, auto&& move) {
      if (lots != 0) move();
      positions += std::llabs(lots);
      w.accounts[id.v].carried[slot] += account.carried[slot];
      account.carried[slot] = {};
    };
    if (id == spec.world.cme) {
      for (std::uint16_t c = 0; c < spec.world.contracts.size(); ++c) {
        const std::int64_t lots = w.ledger.futures(who, ledger::FuturesId{c});
        take(world::carried_futures(c), lots, [&] { w.ledger.trade_futures(lots > 0 ? id : who, lots > 0 ? who : id, ledger::FuturesId{c}, std::llabs(lots), w.journal, w.now); });
        house.program.futures[c] -= lots;
      }
    } else {
      for (std::uint16_t t = 0; t < kNodes; ++t) {
        const std::int64_t lots = w.ledger.swaps(who, ledger::TenorId{t});
        take(world::carried_swap(t), lots, [&] { w.ledger.trade_swap(lots > 0 ? id : who, lots > 0 ? who : id, ledger::TenorId{t}, std::llabs(lots), w.journal, w.now); });
        house.program.packages[t] -= lots;
      }
    }
    if (positions == 0 && margin.v == 0 && uncollected.v == 0 && fund.v == 0) continue;
    const char* name = id == spec.world.cme ? "CME" : "LCH";
    step(who, name, "margin held", id, margin);
    if (fund.v != 0) step(who, name, "its own default-fund contribution", id, fund);
    step(who, name, "calls not met", id, uncollected);
    state.house_accounts.push_back({estate, spec.world.institutions[id.v].index_in_kind, margin + fund, uncollected});
    fund = {};
    house.until = window_end(p.close_out_hours);
    base::Time first_slice = world::next_close_out_slice(market.view(id), base::minutes(static_cast<std::int64_t>(p.slice_minutes)));
    if (spec.close_out.auction && positions != 0) {
      if (house.auction <= w.now) {
        house.auction = world::next_close_out_slice(market.view(id), base::Duration{static_cast<std::int64_t>(spec.close_out.auction->notice_minutes * 6e10)});
        market.schedule(EventKind::default_auction, house.auction, spec.world.institutions[id.v].index_in_kind);
      }
      first_slice = house.auction;
    }
    if (house.managing == 0) {
      house.slice = first_slice;
      market.wake(id, first_slice, 0);
    }
    house.managing = 1;
  }
  // What it had posted at FICC stands first against what its trades cost FICC.
  Money posted = account.ficc_margin;
  account.ficc_margin = {};
  for (const funding::MarginCall& call : scratch.due) posted -= call.house == spec.world.ficc ? call.amount : Money{};
  if (posted.v != 0) {
    const std::uint32_t ficc = spec.world.institutions[spec.world.ficc.v].index_in_kind;
    step(who, "FICC", "margin held", spec.world.ficc, posted);
    auto found = std::find_if(state.house_accounts.begin(), state.house_accounts.end(), [&](const HouseAccount& a) { return a.estate == estate && a.house == ficc; });
    if (found == state.house_accounts.end()) found = state.house_accounts.insert(found, {estate, ficc, {}, {}});
    found->margin += posted;
    state.population.central_counterparty[ficc].managing = 1;
  }
  account.call_due = {};
}

void DefaultDesk::close_repo_book(InstitutionId who, std::uint32_t estate) {
  auto& w = state.world;
  const base::Date today = base::date_of(w.now);
  const auto interest_due = [&](const funding::Contract& c) {
    const base::Date until = std::min(today, c.end);
    return until <= c.start ? Money{} : funding::interest(c.cash, c.rate_hbp, until.v - c.start.v);
  };
  // As borrower: each lender keeps what it holds and sells it. The estate is new: nobody sold anything of it before.
  const auto first_sale = static_cast<std::ptrdiff_t>(state.liquidations.size());
  scratch.ending.clear();
  w.contracts.for_each_borrowed(who, [&](funding::ContractId id, const funding::Contract&) { scratch.ending.push_back(id); });
  for (const funding::ContractId id : scratch.ending) {
    const funding::Contract c = w.contracts[id];
    const Face kept = w.collateral.seize(w.ledger, w.contracts, id, w.journal, w.now);
    const Money debt = c.cash + interest_due(c);
    w.contracts.set_cash(id, {});
    w.contracts.close(id, w.ledger, w.journal, w.now);
    auto found = std::find_if(state.liquidations.begin() + first_sale, state.liquidations.end(), [&](const Liquidation& l) { return l.seller == c.lender; });
    if (found == state.liquidations.end()) {
      Liquidation l;
      l.seller = c.lender;
      l.estate = estate;
      l.until = window_end(spec.close_out.hours);
      found = state.liquidations.insert(state.liquidations.end(), l);
    }
    found->debt += debt;
    found->program.cash[c.security.v] -= kept.v / 100'000;
    found->proceeds += funding::value_of(kept, w.coupon_due[c.security.v]);  // comes to the owner before a sale of today settles
  }
  const std::size_t count = state.liquidations.size();
  for (auto k = static_cast<std::size_t>(first_sale); k < count; ++k) {
    step(who, "repo", "owed to the lender, who keeps the collateral", state.liquidations[k].seller, state.liquidations[k].debt);
  }
  // A lender that is an estate itself takes the collateral at the market and sells it for its own creditors.
  for (auto k = static_cast<std::size_t>(first_sale); k < count; ++k) {
    if (lives(state.liquidations[k].seller)) continue;
    Liquidation own;
    own.seller = state.liquidations[k].seller;
    own.estate = static_cast<std::uint32_t>(std::find_if(state.estates.begin(), state.estates.end(), [&](const Estate& e) { return e.who == own.seller; }) - state.estates.begin());
    own.until = window_end(spec.close_out.hours);
    own.program = state.liquidations[k].program;
    finish(state.liquidations[k]);
    state.liquidations.push_back(own);
  }
  // As lender: a loan whose collateral it still has runs to its end, at most to tomorrow, so that the borrower has a morning to find the money
  // elsewhere. From the others it returns what it has free against cash; what it passed on is lost to the borrower, who keeps the cash.
  scratch.ending.clear();
  std::vector<funding::ContractId> running_on;
  const base::Date next_day = spec.world.settle[static_cast<std::size_t>(w.day)];
  std::array<Face, world::kSecurities> room{};
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    room[s] = w.collateral.available(w.contracts, who, SecurityId{s}, today) - std::max(Face{}, w.ledger.position(who, SecurityId{s}));
  }
  w.contracts.for_each_lent(who, [&](funding::ContractId id, const funding::Contract& c) {
    const bool passed_on = c.reuse == funding::Reuse::permitted && room[c.security.v] < c.delivered;
    if (c.end <= today || c.segment == funding::Segment::securities_lending || passed_on) return scratch.ending.push_back(id);
    if (c.reuse == funding::Reuse::permitted) room[c.security.v] -= c.delivered;
    if (c.end > next_day) running_on.push_back(id);
  });
  for (const funding::ContractId id : running_on) w.contracts.set_end(id, next_day);
  for (const funding::ContractId id : scratch.ending) {
    const InstitutionId borrower = w.contracts[id].borrower;
    const auto closed = funding::close_repo(w.ledger, w.contracts, w.collateral, id, w.journal, w.now);
    step(who, "estate", "repaid against its collateral", borrower, closed.principal + closed.interest);
    if (!w.contracts.lives(id)) continue;
    const funding::Contract c = w.contracts[id];
    const Face lost = w.collateral.seize(w.ledger, w.contracts, id, w.journal, w.now);
    const Money owed = c.cash + interest_due(c);
    w.contracts.set_cash(id, {});
    w.contracts.close(id, w.ledger, w.journal, w.now);
    add_claim(state.estates[estate], c.borrower, funding::value_of(lost, scratch.per_million[c.security.v]) - owed, "collateral it did not return, less the loan");
  }
}

void DefaultDesk::sell_own(InstitutionId who, std::uint32_t estate) {
  auto& w = state.world;
  Liquidation own;
  own.seller = who;
  own.estate = estate;
  own.until = window_end(spec.close_out.hours);
  Money worth;
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    const Face face = w.ledger.position(who, SecurityId{s});
    own.program.cash[s] = -face.v / 100'000;
    worth += funding::value_of(face, scratch.per_million[s]);
  }
  own.done = worth.v == 0;
  if (!own.done) step(who, "estate", "free securities to sell, at market", who, worth);
  state.liquidations.push_back(own);
}

}  // namespace haven::loop
