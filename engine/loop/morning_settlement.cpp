#include "engine/loop/funding_morning.h"

#include <utility>

#include "engine/funding/recall.h"

namespace haven::loop {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;
using world::Kind;

void Morning::settle() {
  collateral_values(spec.world, w(), scratch.per_million);
  scratch.fails.clear();
  scratch.maturities.close_all(w().ledger, w().contracts, w().collateral, today, scratch.fails, w().journal, now());
  double failed_returns_bn = 0;
  for (const funding::Fail& fail : scratch.fails) failed_returns_bn += base::to_bn(fail.face);
  std::swap(scratch.fails, scratch.failed_returns);
  if (beyond_tomorrow_) remark_loans();
  // A coupon belongs to who held before today's settlements: they were priced without it.
  pay_coupons();
  redeem();
  w().ledger.settle(today, spec.world.ficc, scratch.per_million, w().journal, now());
  if (beyond_tomorrow_) recall_for_deliveries();
  scratch.fails.clear();
  scratch.deliveries.deliver_all(w().ledger, w().contracts, w().collateral, spec.world.ficc, scratch.fails, w().journal, now());
  if (!spec.specials.empty() && specials()) {
    scratch.failed_returns.clear();
    scratch.maturities.close_all(w().ledger, w().contracts, w().collateral, today, scratch.failed_returns, w().journal, now());
    failed_returns_bn = 0;
    for (const funding::Fail& fail : scratch.failed_returns) failed_returns_bn += base::to_bn(fail.face);
    scratch.fails.clear();
    scratch.deliveries.deliver_all(w().ledger, w().contracts, w().collateral, spec.world.ficc, scratch.fails, w().journal, now());
  }
  // Who is short borrows from the central bank's portfolio, for cash, and delivers.
  bool borrowed = false;
  for (const funding::Fail& fail : scratch.fails) {
    if (fail.failing == spec.world.fed) continue;
    const Face lendable = std::min(w().collateral.available(w().contracts, spec.world.fed, fail.security, tomorrow), fail.face);
    if (lendable.v <= 0) continue;
    funding::RepoTerms terms;
    terms.lender = fail.failing;
    terms.borrower = spec.world.fed;
    terms.segment = Segment::securities_lending;
    terms.reuse = funding::Reuse::permitted;
    terms.security = fail.security;
    terms.face = lendable;
    terms.cash = funding::value_of(lendable, scratch.per_million[fail.security.v]);
    terms.rate_hbp = hbp(100.0 * spec.world.rates.on_rrp_pct - spec.population.central_bank.lending_fee_bp);
    terms.start = today;
    terms.end = base::Date{today.v + 365};  // open until returned; no run's own end reaches into its days
    borrowed |= funding::open_repo(w().ledger, w().contracts, w().collateral, terms, w().journal, now()).id.valid();
  }
  if (borrowed) {
    scratch.fails.clear();
    scratch.deliveries.deliver_all(w().ledger, w().contracts, w().collateral, spec.world.ficc, scratch.fails, w().journal, now());
  }
  auto& fails_bn = w().funding.fails_bn;
  fails_bn = failed_returns_bn;
  for (const funding::Fail& fail : scratch.fails) {
    fails_bn += base::to_bn(fail.face);
    probes.fail(w(), base::to_bn(fail.face));
    const Money charge = funding::fails_charge(fail.value, hbp(100.0 * spec.world.rates.target_lower_pct), 1);
    if (charge.v > 0) w().ledger.pay(fail.failing, spec.world.ficc, charge, ledger::Reason::fails_charge, w().journal, now());
  }
  probes.fails(w(), scratch.failed_returns, scratch.fails);
  return_borrowed_securities();
  if (!spec.specials.empty()) reinvest_specials();
  if (spec.buy_in_days > 0) buy_in();
}

void Morning::remark_loans() {
  scratch.ending.clear();
  w().contracts.for_each([&](funding::ContractId id, const funding::Contract& c) {
    if (c.end > today && c.standing == funding::Standing::open && !(c.segment == Segment::securities_lending && c.borrower == spec.world.fed)) scratch.ending.push_back(id);
  });
  for (const funding::ContractId id : scratch.ending) {
    funding::remark_repo(w().ledger, w().contracts, id, scratch.per_million[w().contracts[id].security.v], w().journal, now());
  }
}

void Morning::pay_coupons() {
  const base::Date yesterday = state.world.day > 0 ? spec.world.days[static_cast<std::size_t>(state.world.day - 1)] : today;
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    const Money per_million = coupon_between(spec.world.securities[s], yesterday, today);
    if (per_million.v != 0) w().ledger.pay_coupon(spec.world.treasury, SecurityId{s}, per_million, w().journal, now());
  }
}

void Morning::redeem() {
  for (const scenario::Auction& auction : spec.scenario.auctions) {
    if (auction.settles != today || auction.maturing_bn == 0) continue;
    for (const InstitutionId id : w().ledger.in_name_order()) {
      const Money principal = maturing(spec, auction, id);
      if (principal.v == 0) continue;
      w().ledger.pay(spec.world.treasury, id, principal, ledger::Reason::redemption, w().journal, now());
      w().accounts[id.v].maturing -= principal;
      if (!lives(id)) probes.default_step(w(), id, "estate", "principal that matured", spec.world.treasury, principal);
    }
  }
}

void Morning::recall_for_deliveries() {
  const funding::RecallTerms terms{scratch.per_million, today, tomorrow, [this](std::int32_t n) { return business_days_from_today(n); }, kFaceGrain};
  funding::Recalled recalled;
  for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
    for (const InstitutionId id : w().ledger.in_name_order()) {
      const Face owed = -w().ledger.due(id, SecurityId{s});
      if (owed.v <= 0 || !lives(id)) continue;
      recalled += funding::recall(w().ledger, w().contracts, w().collateral, id, SecurityId{s}, owed, terms, w().journal, now());
    }
  }
  probes.repo(w(), "recalled", base::to_bn(recalled.terminated), 0, 0, base::to_bn(recalled.notified));
  probes.repo(w(), "substituted", base::to_bn(recalled.substituted), 0, 0, 0);
}

bool Morning::specials() {
  std::vector<funding::Fail> missing = scratch.fails;
  for (const funding::Fail& fail : scratch.failed_returns) {
    if (w().contracts.lives(fail.contract) && w().contracts[fail.contract].segment == Segment::securities_lending) missing.push_back(fail);
  }
  return trade_specials(spec, state, probes, missing, scratch.per_million, special_trades_);
}

void Morning::reinvest_specials() {
  const double general_pct = w().funding.tri_party_pct > 0 ? w().funding.tri_party_pct : spec.world.rates.iorb_pct;
  std::vector<funding::ContractId> lent;
  w().contracts.for_each([&](funding::ContractId id, const funding::Contract& c) {
    if (c.segment == Segment::securities_lending && c.borrower != spec.world.fed && spec.world.institutions[c.borrower.v].kind != Kind::primary_dealer) lent.push_back(id);
  });
  for (const funding::ContractId id : lent) {
    const funding::Contract c = w().contracts[id];
    if (lives(c.borrower) && lives(c.lender)) borrow(c.borrower, c.lender, Segment::tri_party, c.cash, 100.0 * general_pct, spec.tri_party_haircut, funding::Reuse::forbidden);
  }
}

void Morning::return_borrowed_securities() {
  scratch.maturing.clear();
  const auto collect = [&](funding::ContractId id, const funding::Contract& c) {
    if (c.segment == Segment::securities_lending && c.standing == funding::Standing::open) scratch.maturing.push_back(id);
  };
  if (spec.specials.empty()) w().contracts.for_each_borrowed(spec.world.fed, collect);
  else w().contracts.for_each(collect);
  for (const funding::ContractId id : scratch.maturing) {
    const funding::Contract& c = w().contracts[id];
    if (w().collateral.available(w().contracts, c.lender, c.security, today) >= c.delivered) {
      funding::close_repo(w().ledger, w().contracts, w().collateral, id, w().journal, now());
    }
  }
}

void Morning::buy_in() {
  std::vector<ShortSince> still;
  double bought_bn = 0;
  for (const funding::Fail& fail : scratch.fails) {
    const auto before = std::find_if(state.shorts.begin(), state.shorts.end(), [&](const ShortSince& x) { return x.who == fail.failing && x.security == fail.security; });
    still.push_back({fail.failing, fail.security, static_cast<std::uint16_t>(before == state.shorts.end() ? 1 : std::min(before->mornings + 1, 60'000))});
    const Face is_short = std::min(fail.face, -w().ledger.position(fail.failing, fail.security));
    if (still.back().mornings < spec.buy_in_days || is_short.v <= 0 || !lives(fail.failing)) continue;
    const std::int64_t lots = (is_short.v + kFaceGrain.v - 1) / kFaceGrain.v;
    const double limit_bp = w().security_yield_bp(spec.world, fail.security.v) - spec.close_out.tolerance_bp;
    world::Intents intents;
    if (spec.world.securities[fail.security.v].kind == world::SecurityKind::on_the_run) intents.request_book(fail.security.v, base::Side::buy, lots, limit_bp, 5);
    else intents.request_basket(fail.security.v, base::Side::buy, lots, limit_bp, 5);
    const Face had = w().ledger.position(fail.failing, fail.security);
    market.apply(fail.failing, intents);
    bought_bn += base::to_bn(w().ledger.position(fail.failing, fail.security) - had);
  }
  state.shorts = std::move(still);
  probes.repo(w(), "bought_in", bought_bn, 0, 0, 0);
}

Money coupon_between(const world::Security& security, base::Date after, base::Date until) {
  if (security.kind == world::SecurityKind::bill) return {};
  const auto period = instruments::coupon_period(security.bond, until);
  return period.start > after && period.start <= until ? instruments::coupon_payment(security.bond, Face{1'000'000}) : Money{};
}

void accrue(const Spec& spec, world::World& w) {
  const auto day = static_cast<std::size_t>(w.day);
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    const auto& security = spec.world.securities[s];
    w.accrued_points[s] = security.kind == world::SecurityKind::bill ? 0.0 : instruments::remaining_flows(security.bond, spec.world.settle[day]).accrued_points;
    w.coupon_due[s] = coupon_between(security, spec.world.days[day], spec.world.settle[day]);
  }
}

}  // namespace haven::loop
