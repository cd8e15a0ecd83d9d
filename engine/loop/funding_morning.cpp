#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "agents/primary_dealer/repo_bids.h"
#include "engine/funding/recall.h"
#include "engine/loop/specials.h"

namespace haven::loop {
namespace {

using base::Face;
using base::InstitutionId;
using base::Money;
using base::SecurityId;
using funding::Segment;
using world::Kind;

// Contracts are made in multiples of $1m, collateral in multiples of $100,000.
constexpr Money kGrain = base::dollars(1'000'000);
constexpr Face kFaceGrain{100'000};
// What a client pays for bilateral repo over the rate that it is quoted.
constexpr double kBilateralBp = 2.0;

Money grains(double bn) { return {static_cast<std::int64_t>(std::max(0.0, bn) * 1e3) * kGrain.v}; }
std::int32_t hbp(double bp) { return static_cast<std::int32_t>(std::floor(bp * 100.0 + 0.5)); }

struct Morning {
  const Spec& spec;
  State& state;
  Market& market;
  metrics::Probes& probes;
  PhaseScratch& scratch;
  base::Date today, tomorrow;
  // Somebody may have a loan that runs on.
  bool beyond_tomorrow_ = !spec.specials.empty() || std::any_of(spec.term_repo.begin(), spec.term_repo.end(), [](const auto& list) { return !list.empty(); });

  world::World& w() { return state.world; }
  base::Time now() { return state.world.now; }

  bool lives(InstitutionId id) { return w().accounts[id.v].defaulted == 0; }
  // What it must have in hand beyond its own buffer: the calls that it knows, and its loan back.
  double known_needs_bn(InstitutionId id) {
    return base::to_bn(std::max(Money{}, w().accounts[id.v].call_due) + w().credit.owed(id, reference_hbp(spec), today));
  }

  // The business day on or after `date`; beyond the run's own days, the date itself.
  base::Date business_day(base::Date date) const {
    const auto& days = spec.world.days;
    if (date > days.back()) return std::max(date, spec.world.settle.back());
    return *std::lower_bound(days.begin(), days.end(), date);
  }
  base::Date business_days_from_today(std::int32_t count) const {
    const std::size_t day = static_cast<std::size_t>(state.world.day) + static_cast<std::size_t>(count);
    return day < spec.world.days.size() ? spec.world.days[day] : spec.world.settle.back();
  }
  const std::vector<RepoTenor>& tenors(InstitutionId id) const { return spec.term_repo[static_cast<std::size_t>(spec.world.institutions[id.v].kind)]; }

  // How a loan beyond tomorrow ends.
  struct Term {
    base::Date end;
    const RepoTenor* tenor;
  };

  // Raises up to `cash` from `lender` against the borrower's collateral, security by security; overnight unless it is given a term.
  // Returns what was raised.
  Money borrow(InstitutionId lender, InstitutionId borrower, Segment segment, Money cash, double rate_bp, double haircut, funding::Reuse reuse, const Term* term = nullptr) {
    Money raised;
    const std::int32_t haircut_hbp = hbp(haircut * 1e4);
    const base::Date end = term ? term->end : tomorrow;
    for (std::uint16_t s = 0; s < world::kSecurities && raised < cash; ++s) {
      const SecurityId security{s};
      const Face available = w().collateral.available(w().contracts, borrower, security, end);
      const Face usable{available.v / kFaceGrain.v * kFaceGrain.v};
      if (usable.v <= 0) continue;
      const Money per_million = scratch.per_million[s];
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

  // --- beyond tomorrow --------------------------------------------------------------------------------------------------

  // Cash that `id` has borrowed until a day after tomorrow.
  Money borrowed_beyond_tomorrow(InstitutionId id) {
    Money sum;
    w().contracts.for_each_borrowed(id, [&](funding::ContractId, const funding::Contract& c) {
      if (c.end > tomorrow && c.segment != Segment::securities_lending) sum += c.cash;
    });
    return sum;
  }

  // What `id`, which needs `need` more, wants of it in each of its tenors: the share of all its repo that the tenor has, less what runs already.
  // New loans of a tenor are to all new ones as its share over its days, so that ends lie evenly; on the first morning as its share.
  std::vector<Money> wanted_at_term(InstitutionId id, Money need) {
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

  // Borrows at term what is wanted of `part`; the rest is for tomorrow. On the first morning loans are of every age.
  Money borrow_at_term(InstitutionId lender, InstitutionId borrower, Segment segment, Money part, double rate_bp, double haircut, funding::Reuse reuse, std::vector<Money>& wanted) {
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
  static constexpr std::size_t kSegmentDraws = 16;
  std::vector<funding::RepoTrade> special_trades_{};

  // Loans that run on are marked to this morning's prices: principal goes back to value less haircut, in cash, and interest so far is paid.
  void remark_loans() {
    scratch.ending.clear();
    w().contracts.for_each([&](funding::ContractId id, const funding::Contract& c) {
      if (c.end > today && c.standing == funding::Standing::open && !(c.segment == Segment::securities_lending && c.borrower == spec.world.fed)) scratch.ending.push_back(id);
    });
    for (const funding::ContractId id : scratch.ending) {
      funding::remark_repo(w().ledger, w().contracts, id, scratch.per_million[w().contracts[id].security.v], w().journal, now());
    }
  }

  // Who owes a delivery today and has pledged the security beyond today wants it back.
  void recall_for_deliveries() {
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

  // A lender whose own investors took more than it has ends loans that it may end, the newest first.
  void call_back(InstitutionId lender) {
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

  void settle() {
    collateral_values(spec.world, w(), scratch.per_million);
    scratch.fails.clear();
    scratch.maturities.close_all(w().ledger, w().contracts, w().collateral, today, scratch.fails, w().journal, now());
    double failed_returns_bn = 0;
    for (const funding::Fail& fail : scratch.fails) failed_returns_bn += base::to_bn(fail.face);
    std::swap(scratch.fails, scratch.failed_returns);
    if (beyond_tomorrow_) remark_loans();
    // A coupon belongs to who held before today's settlements: they were priced without it.
    pay_coupons();
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

  // Who must deliver a single issue, or return one, borrows it from its owners. Returns whether anybody got some.
  bool specials() {
    std::vector<funding::Fail> missing = scratch.fails;
    for (const funding::Fail& fail : scratch.failed_returns) {
      if (w().contracts.lives(fail.contract) && w().contracts[fail.contract].segment == Segment::securities_lending) missing.push_back(fail);
    }
    return trade_specials(spec, state, probes, missing, scratch.per_million, special_trades_);
  }

  // Who lent an issue against cash and is no dealer lends that cash to the same dealer against general collateral: it earns the difference.
  void reinvest_specials() {
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

  // Who has been short and failing for long enough is bought in: the security is bought for it from dealers, at the market.
  void buy_in() {
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

  // A short that has been bought back returns what it borrowed.
  void return_borrowed_securities() {
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

  void pay_coupons() {
    const base::Date yesterday = state.world.day > 0 ? spec.world.days[static_cast<std::size_t>(state.world.day - 1)] : today;
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
      const Money per_million = coupon_between(spec.world.securities[s], yesterday, today);
      if (per_million.v != 0) w().ledger.pay_coupon(spec.world.treasury, SecurityId{s}, per_million, w().journal, now());
    }
  }

  // Taxes and deposits drawn that everybody knows of before repo is made.
  void payments() {
    for (const scenario::Payment& payment : spec.scenario.payments) {
      if (payment.day == today && base::midnight(today) + payment.time_of_day == now()) make_payment(spec, state, payment);
    }
  }

  void investors() {
    auto& p = state.population;
    const auto flow = [&](auto& funds, const auto& parameters) {
      for (auto& fund : funds) {
        if (!lives(fund.self)) continue;
        const double bn = agents::money_fund::investor_flow_bn(market.view(fund.self), parameters, fund);
        const Money amount = grains(std::abs(bn) * parameters.repo_share);
        if (amount.v == 0) continue;
        w().ledger.receive_from_outside(fund.self, bn > 0 ? amount : -amount, ledger::OutsideFlowId{1}, w().journal, now());
        if (beyond_tomorrow_) call_back(fund.self);
      }
    };
    flow(p.government_money_fund, spec.population.government_money_fund);
    flow(p.prime_money_fund, spec.population.prime_money_fund);
  }

  // What the config's opening network says is there already. Who has failed since takes no part, nor does what was to be passed on from it.
  void open_network() {
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

  // A client's financing from its prime brokers. Returns what was refused, $bn.
  double finance_client(InstitutionId client, double buffer_bn) {
    const Opening& opening = spec.openings[client.v];
    auto& account = w().accounts[client.v];
    auto& pool = state.population.primary_dealer;
    const double need = std::max(0.0, buffer_bn + known_needs_bn(client) - base::to_bn(w().ledger.cash(client)));
    account.refused_by = client;
    account.declined_bn = account.unsecured_bn = 0;
    account.haircut = std::max(0, state.haircuts[client.v].in_force_hbp) * 1e-6;
    if (need <= 0 || opening.financiers.empty() || pool.empty()) return account.refused_bn = 0;
    double left = need, paid = 0, sum = 0, most_refused = 0;
    std::vector<Money> at_term = wanted_at_term(client, grains(need));
    for (int round = 0; round < 2 && left > 1e-3; ++round) {
      for (std::size_t i = 0; i < opening.financiers.size() && left > 1e-3; ++i) {
        auto& dealer = pool[opening.financiers[i] % pool.size()];
        if (!lives(dealer.self)) continue;
        const double already = base::to_bn(w().contracts.lent(dealer.self));
        const auto quote = agents::primary_dealer::repo_quote(market.view(dealer.self), spec.population.primary_dealer, dealer, already);
        // What others do not take it is asked for as well; one that cuts its clients back takes no more than its own.
        if (round == 1 && quote.rolled_share < 1.0) continue;
        const double share = round == 0 ? need / static_cast<double>(opening.financiers.size()) : left;
        const double granted = std::min({share * quote.rolled_share, left, std::max(0.0, quote.most_bn)});
        if (std::min(share, left) - granted > most_refused) {
          most_refused = std::min(share, left) - granted;
          account.refused_by = dealer.self;
        }
        const Money cleared = grains(granted * dealer.cleared_share);
        const Money bilateral = grains(granted) - cleared;
        const auto deal = [&](Segment segment, Money cash, double rate_bp) {
          const Money term = borrow_at_term(dealer.self, client, segment, cash, rate_bp, account.haircut, funding::Reuse::permitted, at_term);
          return term + borrow(dealer.self, client, segment, cash - term, rate_bp, account.haircut, funding::Reuse::permitted);
        };
        Money got = deal(Segment::sponsored, cleared, 100.0 * quote.rate_pct);
        got += deal(Segment::nccbr, bilateral, 100.0 * quote.rate_pct + kBilateralBp);
        const double bn = base::to_bn(got);
        left -= bn;
        sum += bn;
        paid += bn * quote.rate_pct;
      }
    }
    if (sum > 0) account.financing_pct = paid / sum;
    account.refused_bn = left > 0.01 * need ? left : 0.0;
    account.declined_bn = std::min(left, most_refused);
    account.unsecured_bn = left - account.declined_bn;
    return account.refused_bn;
  }

  struct Tally {
    double volume_bn = 0, weighted = 0, refused_bn = 0;
    void add(double bn, double rate_bp) {
      volume_bn += bn;
      weighted += bn * rate_bp;
    }
    double rate_pct() const { return volume_bn > 0 ? weighted / volume_bn * 0.01 : 0.0; }
  };
  Tally term_dealt_{};                              // this morning's loans beyond tomorrow
  std::array<Tally, funding::kSegments> opened_{};  // of the opening network
  const Tally& opened(Segment segment) const { return opened_[static_cast<std::size_t>(segment)]; }

  void clients() {
    Tally tally;
    const auto finance = [&](InstitutionId id, double buffer_bn) {
      if (!lives(id)) return;
      const double refused = finance_client(id, buffer_bn);
      tally.refused_bn += refused;
    };
    auto& p = state.population;
    const auto position_bn = [&](InstitutionId id) {
      double sum = 0;
      for (std::uint16_t s = 0; s < world::kSecurities; ++s) sum += std::abs(base::to_bn(w().ledger.position(id, SecurityId{s})));
      return sum;
    };
    for (auto& fund : p.basis_fund) finance(fund.self, spec.population.basis_fund.buffer * position_bn(fund.self));
    for (auto& firm : p.principal_trading_firm) finance(firm.self, spec.population.principal_trading_firm.cash_buffer_bn * firm.scale);
    for (auto& fund : p.swap_spread_fund) finance(fund.self, spec.population.swap_spread_fund.buffer * position_bn(fund.self));
    for (const auto& t : scratch.trades) {
      if (t.segment == Segment::nccbr || t.segment == Segment::sponsored) tally.add(base::to_bn(t.cash), t.rate_hbp * 0.01);
    }
    w().funding.bilateral_pct = tally.rate_pct();
    if (beyond_tomorrow_) {
      w().contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
        if (c.end > tomorrow && (c.segment == Segment::nccbr || c.segment == Segment::sponsored)) tally.add(base::to_bn(c.cash), c.rate_hbp * 0.01);
      });
    }
    probes.repo(w(), "client", tally.volume_bn, tally.rate_pct(), 0, tally.refused_bn);
    w().funding.refused_bn = tally.refused_bn;
  }

  double need_bn(InstitutionId id) {
    if (!lives(id)) return 0;
    return std::max(0.0, spec.operating_cash_bn * spec.openings[id.v].scale + known_needs_bn(id) - base::to_bn(w().ledger.cash(id)));
  }

  // Dealers outside the core raise part of their cash from core dealers, who raise it again: one more link in the chain.
  void between_dealers() {
    auto& pool = state.population.primary_dealer;
    std::vector<std::size_t>& core = core_;
    core.clear();
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (spec.openings[pool[i].self.v].core && lives(pool[i].self)) core.push_back(i);
    }
    if (core.empty()) return;
    const double guess = w().funding.dvp_pct > 0 ? w().funding.dvp_pct : spec.world.rates.iorb_pct - 0.03;
    Tally tally;
    for (std::size_t i = 0; i < pool.size(); ++i) {
      if (spec.openings[pool[i].self.v].core) continue;
      const double wanted = spec.interdealer_share * need_bn(pool[i].self);
      for (int k = 0; k < 2; ++k) {
        const std::size_t lender = core[(i + static_cast<std::size_t>(k)) % core.size()];
        const double passed = agents::primary_dealer::passed_on(market.view(pool[lender].self), spec.population.primary_dealer);
        const Money got = borrow(pool[lender].self, pool[i].self, Segment::dvp, grains(passed * wanted / 2), 100.0 * guess, 0.0, funding::Reuse::permitted);
        tally.add(base::to_bn(got), 100.0 * guess);
      }
    }
  }
  std::vector<std::size_t> core_{};

  // What a dollar costs the borrower over its rate, relative to DVP.
  double cost_bp(Segment segment) const {
    return segment == Segment::tri_party ? spec.tri_party_cost_bp : segment == Segment::gcf ? spec.gcf_cost_bp : 0.0;
  }

  void collect_supply(world::RepoVenue venue, Segment segment) {
    auto& p = state.population;
    const auto offers = [&](auto& lenders, const auto& parameters) {
      for (auto& lender : lenders) {
        if (!lives(lender.self)) continue;
        scratch.steps.clear();
        offer(market.view(lender.self), parameters, lender, venue, scratch.steps);
        const auto name = spec.world.institutions[lender.self.v].name_key;
        for (const world::CashStep& step : scratch.steps) {
          scratch.supply.push_back({lender.self, hbp(step.rate_bp + cost_bp(segment)), grains(step.cash_bn), name, segment});
        }
      }
    };
    offers(p.government_money_fund, spec.population.government_money_fund);
    offers(p.prime_money_fund, spec.population.prime_money_fund);
    offers(p.home_loan_bank, spec.population.home_loan_bank);
    offers(p.bank, spec.population.bank);
    offers(p.custody_bank, spec.population.custody_bank);
  }

  void collect_demand() {
    auto& dealers = state.population.primary_dealer;
    double size = 0;
    for (const auto& dealer : dealers) size += lives(dealer.self) ? dealer.scale : 0.0;
    for (const auto& dealer : dealers) {
      scratch.steps.clear();
      const double facility_bn = spec.population.central_bank.standing_repo_cap_bn * dealer.scale / std::max(1e-9, size);
      agents::primary_dealer::repo_bids(market.view(dealer.self), spec.population.primary_dealer, need_bn(dealer.self), facility_bn, scratch.steps);
      const auto name = spec.world.institutions[dealer.self.v].name_key;
      for (const world::CashStep& step : scratch.steps) scratch.demand.push_back({dealer.self, hbp(step.rate_bp), grains(step.cash_bn), name});
    }
  }

  // All segments at once: a dealer needs dollars, whichever segment they come from (docs/decisions/0014).
  void dealers() {
    scratch.supply.clear();
    scratch.demand.clear();
    collect_supply(world::RepoVenue::tri_party, Segment::tri_party);
    collect_supply(world::RepoVenue::dvp, Segment::dvp);
    collect_supply(world::RepoVenue::gcf, Segment::gcf);
    collect_demand();
    std::vector<std::vector<Money>> at_term;
    if (!spec.term_repo[static_cast<std::size_t>(Kind::primary_dealer)].empty()) {
      at_term.resize(spec.world.institutions.size());
      for (const auto& dealer : state.population.primary_dealer) at_term[dealer.self.v] = wanted_at_term(dealer.self, grains(need_bn(dealer.self)));
    }
    scratch.auction.clear(scratch.supply, scratch.demand, kGrain);
    Tally tri_party = opened(Segment::tri_party), dvp = opened(Segment::dvp), gcf = opened(Segment::gcf);
    if (scratch.auction.rate_hbp()) {
      scratch.matches.clear();
      scratch.auction.match(scratch.matches);
      for (const funding::RepoMatch& m : scratch.matches) {
        const double rate_bp = *scratch.auction.rate_hbp() * 0.01 - cost_bp(m.segment);
        const bool agent = m.segment == Segment::tri_party;
        const double haircut = agent ? spec.tri_party_haircut : 0.0;
        const funding::Reuse reuse = agent ? funding::Reuse::forbidden : funding::Reuse::permitted;
        Money got;
        if (agent && !at_term.empty()) got = borrow_at_term(m.lender, m.borrower, m.segment, m.cash, rate_bp, haircut, reuse, at_term[m.borrower.v]);
        got += borrow(m.lender, m.borrower, m.segment, m.cash - got, rate_bp, haircut, reuse);
        (agent ? tri_party : m.segment == Segment::gcf ? gcf : dvp).add(base::to_bn(got), rate_bp);
      }
    }
    probes.repo(w(), "tri_party", tri_party.volume_bn, tri_party.rate_pct(), 100.0 * spec.tri_party_haircut, 0);
    probes.repo(w(), "dvp", dvp.volume_bn, dvp.rate_pct(), 0, 0);
    probes.repo(w(), "gcf", gcf.volume_bn, gcf.rate_pct(), 0, 0);
    auto& f = w().funding;
    if (tri_party.volume_bn > 0) f.tri_party_pct = tri_party.rate_pct();
    if (dvp.volume_bn > 0) f.dvp_pct = dvp.rate_pct();
    if (gcf.volume_bn > 0) f.gcf_pct = gcf.rate_pct();
  }

  void facilities() {
    auto& p = state.population;
    Tally standing = opened(Segment::standing_repo), reverse = opened(Segment::on_rrp);
    double left = spec.population.central_bank.standing_repo_cap_bn - standing.volume_bn;
    for (auto& dealer : p.primary_dealer) {
      const double need = std::min(left, need_bn(dealer.self));
      if (need <= 0.001) continue;
      const Money got = borrow(spec.world.fed, dealer.self, Segment::standing_repo, grains(need), 100.0 * spec.world.rates.standing_repo_pct, spec.tri_party_haircut, funding::Reuse::forbidden);
      left -= base::to_bn(got);
      standing.add(base::to_bn(got), 100.0 * spec.world.rates.standing_repo_pct);
    }
    const auto park = [&](auto& funds) {
      for (auto& fund : funds) {
        if (!lives(fund.self)) continue;
        const double cash = std::min(spec.population.central_bank.on_rrp_cap_bn, base::to_bn(w().ledger.cash(fund.self)));
        if (cash <= 0.001) continue;
        const Money got = borrow(fund.self, spec.world.fed, Segment::on_rrp, grains(cash), 100.0 * spec.world.rates.on_rrp_pct, 0.0, funding::Reuse::forbidden);
        reverse.add(base::to_bn(got), 100.0 * spec.world.rates.on_rrp_pct);
      }
    };
    park(p.government_money_fund);
    park(p.prime_money_fund);
    probes.repo(w(), "standing_repo", standing.volume_bn, standing.rate_pct(), 100.0 * spec.tri_party_haircut, 0);
    probes.repo(w(), "on_rrp", reverse.volume_bn, spec.world.rates.on_rrp_pct, 0, 0);
  }

  void make_repo() {
    scratch.trades.assign(special_trades_.begin(), special_trades_.end());
    open_network();
    clients();
    between_dealers();
    dealers();
    facilities();
    auto& f = w().funding;
    const auto sofr = funding::secured_overnight_rate(scratch.trades, hbp(spec.world.sofr_trim * 1e4));
    if (sofr) f.sofr_pct = funding::published_bp(sofr->median_hbp) * 0.01;
    double refused_bn = 0;
    for (const auto& dealer : state.population.primary_dealer) refused_bn += need_bn(dealer.self);
    probes.secured_rate(w(), sofr, refused_bn);
    if (beyond_tomorrow_) probes.repo(w(), "term", term_dealt_.volume_bn, term_dealt_.rate_pct(), 0, 0);
  }
};

}  // namespace

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

void funding_morning(const Spec& spec, State& state, Market& market, metrics::Probes& probes, PhaseScratch& scratch) {
  const auto day = static_cast<std::size_t>(state.world.day);
  scratch.per_million.resize(world::kSecurities);
  Morning morning{spec, state, market, probes, scratch, spec.world.days[day], spec.world.settle[day]};
  morning.settle();
  morning.payments();
  morning.investors();
  morning.make_repo();
  repay_lines(spec, state);
  for (std::uint32_t i = 0; i < spec.world.institutions.size(); ++i) {
    state.world.accounts[i].repo_borrowed = state.world.contracts.borrowed(InstitutionId{i});
  }
  update_leverage(spec, state);
}

void update_leverage(const Spec& spec, State& state) {
  auto& w = state.world;
  const auto exposure = [&](InstitutionId id, double cleared_netting) {
    // Reverse repo counts gross where it cannot be netted; cleared trades face one counterparty and mostly net.
    const double bilateral = base::to_bn(w.contracts.lent(id, Segment::nccbr));
    const double cleared = base::to_bn(w.contracts.lent(id, Segment::sponsored)) + base::to_bn(w.contracts.lent(id, Segment::dvp)) + base::to_bn(w.contracts.lent(id, Segment::gcf));
    return bilateral + (1.0 - cleared_netting) * cleared;
  };
  const auto update = [&](InstitutionId id) {
    auto& account = w.accounts[id.v];
    account.leverage_exposure_bn = exposure(id, 0.8);
    double inventory = 0;
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) inventory += std::abs(base::to_bn(w.ledger.position(id, SecurityId{s})));
    if (!state.leverage_started[id.v]) {
      state.leverage_started[id.v] = 1;
      state.opening_exposure_bn[id.v] = account.leverage_exposure_bn + inventory;
    }
    account.leverage_capacity_bn = state.opening_exposure_bn[id.v] + spec.terms(id.v, w.day).leverage_headroom_bn;
  };
  for (const auto& dealer : state.population.primary_dealer) update(dealer.self);
  for (const auto& custodian : state.population.custody_bank) update(custodian.self);
}

}  // namespace haven::loop
