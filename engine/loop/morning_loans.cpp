#include "engine/loop/funding_morning.h"

namespace haven::loop {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;

namespace {

// Draws of one tenor that a loan's age may come from: one a segment.
constexpr std::size_t kSegmentDraws = 16;

}  // namespace

base::Date Morning::business_day(base::Date date) const {
  const auto& days = spec.world.days;
  if (date > days.back()) return std::max(date, spec.world.settle.back());
  return *std::lower_bound(days.begin(), days.end(), date);
}

base::Date Morning::business_days_from_today(std::int32_t count) const {
  const std::size_t day = static_cast<std::size_t>(state.world.day) + static_cast<std::size_t>(count);
  return day < spec.world.days.size() ? spec.world.days[day] : spec.world.settle.back();
}

Money Morning::borrow(InstitutionId lender, InstitutionId borrower, Segment segment, Money cash, double rate_bp, double haircut, funding::Reuse reuse, const Term* term) {
  Money raised;
  const std::int32_t haircut_hbp = hbp(haircut * 1e4);
  const base::Date end = term ? term->end : tomorrow;
  for (std::uint16_t s = 0; s < world::kSecurities && raised < cash; ++s) {
    const SecurityId security{s};
    const Face available = w().collateral.available(w().contracts, borrower, security, end);
    const Face usable{available.v / kFaceGrain.v * kFaceGrain.v};
    if (usable.v <= 0) continue;
    const Money per_million = scratch.per_million[s];
    if (per_million.v <= 0) continue;  // in a market that has lost its prices
    const Face wanted = funding::face_to_raise(cash - raised, per_million, haircut_hbp, kFaceGrain);
    const Face face = std::min(wanted, usable);
    const Money worth = std::min(funding::cash_against(funding::value_of(face, per_million), haircut_hbp), cash - raised);
    if (worth.v <= 0) continue;
    funding::RepoTerms terms;
    terms.lender = lender;
    terms.borrower = borrower;
    terms.segment = segment;
    terms.reuse = reuse;
    terms.security = security;
    terms.face = face;
    terms.cash = worth;
    terms.rate_hbp = hbp(rate_bp);
    terms.haircut_hbp = haircut_hbp;
    terms.start = today;
    terms.end = end;
    if (term) {
      terms.notice_days = term->tenor->notice_days;
      terms.substitution = term->tenor->substitution;
    }
    const auto opened = funding::open_repo(w().ledger, w().contracts, w().collateral, terms, w().journal, now());
    if (!opened.id.valid()) continue;
    raised += worth;
    if (end == tomorrow) scratch.trades.push_back({segment, terms.rate_hbp, worth});
    else term_dealt_.add(base::to_bn(worth), terms.rate_hbp * 0.01);
  }
  return raised;
}

Money Morning::borrowed_beyond_tomorrow(InstitutionId id) {
  Money sum;
  w().contracts.for_each_borrowed(id, [&](funding::ContractId, const funding::Contract& c) {
    if (c.end > tomorrow && c.segment != Segment::securities_lending) sum += c.cash;
  });
  return sum;
}

std::vector<Money> Morning::wanted_at_term(InstitutionId id, Money need) {
  const auto& list = tenors(id);
  std::vector<Money> wanted(list.size());
  if (list.empty() || need.v <= 0) return wanted;
  double share = 0, weight = 0;
  const auto weight_of = [&](const RepoTenor& t) { return state.world.day == 0 ? t.share : t.share / t.days; };
  for (const RepoTenor& t : list) share += t.share, weight += weight_of(t);
  if (weight <= 0) return wanted;
  const double running_bn = base::to_bn(borrowed_beyond_tomorrow(id));
  const double all_bn = base::to_bn(w().contracts.borrowed(id) + need);
  const double more_bn = std::min(base::to_bn(need), std::max(0.0, share * all_bn - running_bn));
  for (std::size_t k = 0; k < list.size(); ++k) wanted[k] = grains(more_bn * weight_of(list[k]) / weight);
  return wanted;
}

Money Morning::borrow_at_term(InstitutionId lender, InstitutionId borrower, Segment segment, Money part, double rate_bp, double haircut, funding::Reuse reuse, std::vector<Money>& wanted) {
  Money raised;
  const auto& list = tenors(borrower);
  for (std::size_t k = 0; k < list.size(); ++k) {
    const Money cash = std::min(wanted[k], part - raised);
    if (cash.v <= 0) continue;
    std::int32_t days = list[k].days;
    if (state.world.day == 0) {
      base::Draws draws{state.seed, base::mix(spec.world.institutions[borrower.v].name_key ^ spec.world.institutions[lender.v].name_key), 0, static_cast<std::uint32_t>(kSegmentDraws * k) + static_cast<std::uint32_t>(segment)};
      days = 1 + static_cast<std::int32_t>(draws.below(base::Purpose::network, static_cast<std::uint32_t>(days)));
    }
    const Term term{std::max(tomorrow, business_day(base::Date{today.v + days})), &list[k]};
    const Money got = borrow(lender, borrower, segment, cash, rate_bp + list[k].spread_bp, haircut, reuse, term.end == tomorrow ? nullptr : &term);
    wanted[k] -= got;
    raised += got;
  }
  return raised;
}

void Morning::call_back(InstitutionId lender) {
  if (w().ledger.cash(lender).v >= 0) return;
  scratch.ending.clear();
  w().contracts.for_each_lent(lender, [&](funding::ContractId id, const funding::Contract& c) {
    if (c.end > tomorrow && c.notice_days >= 0 && c.standing == funding::Standing::open) scratch.ending.push_back(id);
  });
  Money short_by = -w().ledger.cash(lender);
  for (const funding::ContractId id : scratch.ending) {
    if (short_by.v <= 0) break;
    const funding::Contract& c = w().contracts[id];
    const Money cash = c.cash;
    if (c.notice_days == 0) {
      funding::close_repo(w().ledger, w().contracts, w().collateral, id, w().journal, now());
    } else if (const base::Date end = business_days_from_today(c.notice_days); end < c.end) {
      w().contracts.set_end(id, end);
    }
    short_by -= cash;
  }
}

void Morning::open_network() {
  if (state.world.day != 0) return;
  std::vector<double> borrowed(spec.world.institutions.size()), paid(borrowed.size());
  for (const OpeningLoan& loan : spec.opening_network) {
    funding::RepoTerms terms = loan.terms;
    if (!lives(terms.borrower) || !lives(terms.lender)) continue;
    terms.start = today;
    terms.end = tomorrow;
    if (loan.cash_follows) terms.cash = funding::cash_against(funding::value_of(terms.face, scratch.per_million[terms.security.v]), terms.haircut_hbp);
    if (!funding::open_repo_of(w().ledger, w().contracts, w().collateral, terms, loan.chain, w().journal, now()).id.valid()) continue;
    scratch.trades.push_back({terms.segment, terms.rate_hbp, terms.cash});
    const double bn = base::to_bn(terms.cash);
    opened_[static_cast<std::size_t>(terms.segment)].add(bn, terms.rate_hbp * 0.01);
    borrowed[terms.borrower.v] += bn;
    paid[terms.borrower.v] += bn * (terms.rate_hbp * 1e-4 - (terms.segment == Segment::nccbr ? 0.01 * kBilateralBp : 0.0));
  }
  for (std::size_t i = 0; i < borrowed.size(); ++i) {
    if (borrowed[i] > 0 && !spec.openings[i].financiers.empty()) w().accounts[i].financing_pct = paid[i] / borrowed[i];
  }
}

}  // namespace haven::loop
