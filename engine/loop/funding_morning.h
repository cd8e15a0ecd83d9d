// One morning of funding, 07:00: what it works with and its steps. A file a group of steps:
//   funding_morning.cpp     their order; payments, investors, leverage at the end
//   morning_settlement.cpp  what matures and settles, what fails, and who is bought in
//   morning_loans.cpp       how a loan is made: overnight, at term, out of the opening network
//   morning_repo.cpp        who lends to whom: clients, dealers, facilities
//   morning_rounds.cpp      the same in several rounds, where the config has them
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "engine/loop/specials.h"

namespace haven::loop {

// Contracts are made in multiples of $1m, collateral in multiples of $100,000.
inline constexpr base::Money kGrain = base::dollars(1'000'000);
inline constexpr base::Face kFaceGrain{100'000};
// What a client pays for bilateral repo over the rate that it is quoted.
inline constexpr double kBilateralBp = 2.0;

/// Whole grains of cash, none below zero.
inline base::Money grains(double bn) { return {static_cast<std::int64_t>(std::max(0.0, bn) * 1e3) * kGrain.v}; }
inline std::int32_t hbp(double bp) { return static_cast<std::int32_t>(std::floor(bp * 100.0 + 0.5)); }

struct Morning {
  const Spec& spec;
  State& state;
  Market& market;
  metrics::Probes& probes;
  PhaseScratch& scratch;
  base::Date today, tomorrow;
  /// Somebody may have a loan that runs on.
  bool beyond_tomorrow_ = !spec.specials.empty() || std::any_of(spec.term_repo.begin(), spec.term_repo.end(), [](const auto& list) { return !list.empty(); });

  // --- steps, in their order ---------------------------------------------------------------------------------------------
  void settle();
  /// Taxes and deposits drawn that everybody knows of before repo is made.
  void payments();
  void investors();
  void make_repo();
  /// Round number `round` of the config's: what is due by then is offered and bid for; with the last one the morning's repo is made.
  void make_round(std::size_t round);

  // --- for all of them ---------------------------------------------------------------------------------------------------
  world::World& w() { return state.world; }
  base::Time now() { return state.world.now; }
  bool lives(base::InstitutionId id) { return w().accounts[id.v].defaulted == 0; }
  /// What it must have in hand beyond its own buffer: the calls that it knows, and its loan back.
  double known_needs_bn(base::InstitutionId id);
  /// What a dealer lacks: its operating cash and its known needs, less its cash.
  double need_bn(base::InstitutionId id);
  /// The business day on or after `date`; beyond the run's own days, the date itself.
  base::Date business_day(base::Date date) const;
  base::Date business_days_from_today(std::int32_t count) const;

  // --- settlement --------------------------------------------------------------------------------------------------------
  /// Loans that run on are marked to this morning's prices: principal goes back to value less haircut, in cash, and interest so far is paid.
  void remark_loans();
  void pay_coupons();
  /// Principal of what matures as today's awards settle, so that it pays for them.
  void redeem();
  /// Who owes a delivery today and has pledged the security beyond today wants it back.
  void recall_for_deliveries();
  /// Who must deliver a single issue, or return one, borrows it from its owners. Returns whether anybody got some.
  bool specials();
  /// Who lent an issue against cash and is no dealer lends that cash to the same dealer against general collateral: it earns the difference.
  void reinvest_specials();
  /// A short that has been bought back returns what it borrowed.
  void return_borrowed_securities();
  /// Who has been short and failing for long enough is bought in: the security is bought for it from dealers, at the market.
  void buy_in();

  // --- loans -------------------------------------------------------------------------------------------------------------
  const std::vector<RepoTenor>& tenors(base::InstitutionId id) const { return spec.term_repo[static_cast<std::size_t>(spec.world.institutions[id.v].kind)]; }
  /// How a loan beyond tomorrow ends.
  struct Term {
    base::Date end;
    const RepoTenor* tenor;
  };
  /// Raises up to `cash` from `lender` against the borrower's collateral, security by security; overnight unless it is given a term.
  /// Returns what was raised.
  base::Money borrow(base::InstitutionId lender, base::InstitutionId borrower, funding::Segment segment, base::Money cash, double rate_bp, double haircut, funding::Reuse reuse,
                     const Term* term = nullptr);
  /// Cash that `id` has borrowed until a day after tomorrow.
  base::Money borrowed_beyond_tomorrow(base::InstitutionId id);
  /// What `id`, which needs `need` more, wants of it in each of its tenors: the share of all its repo that the tenor has, less what runs already.
  /// New loans of a tenor are to all new ones as its share over its days, so that ends lie evenly; on the first morning as its share.
  std::vector<base::Money> wanted_at_term(base::InstitutionId id, base::Money need);
  /// Borrows at term what is wanted of `part`; the rest is for tomorrow. On the first morning loans are of every age.
  base::Money borrow_at_term(base::InstitutionId lender, base::InstitutionId borrower, funding::Segment segment, base::Money part, double rate_bp, double haircut, funding::Reuse reuse,
                             std::vector<base::Money>& wanted);
  /// A lender whose own investors took more than it has ends loans that it may end, the newest first.
  void call_back(base::InstitutionId lender);
  /// What the config's opening network says is there already. Who has failed since takes no part, nor does what was to be passed on from it.
  void open_network();

  // --- repo --------------------------------------------------------------------------------------------------------------
  /// A client's financing from its prime brokers. Returns what was refused, $bn.
  double finance_client(base::InstitutionId client, double buffer_bn);
  void clients();
  /// Dealers outside the core raise part of their cash from core dealers, who raise it again: one more link in the chain.
  void between_dealers();
  /// What a dollar costs the borrower over its rate, relative to DVP.
  double cost_bp(funding::Segment segment) const;
  /// Asks every lender what it offers there; `f` finds the steps of the one that it is given in the scratch.
  template <class F>
  void each_offer(world::RepoVenue venue, F&& f) {
    const auto offers = [&](auto& lenders, const auto& parameters) {
      for (auto& lender : lenders) {
        if (!lives(lender.self)) continue;
        scratch.steps.clear();
        offer(market.view(lender.self), parameters, lender, venue, scratch.steps);
        f(lender.self);
      }
    };
    auto& p = state.population;
    offers(p.government_money_fund, spec.population.government_money_fund);
    offers(p.prime_money_fund, spec.population.prime_money_fund);
    offers(p.home_loan_bank, spec.population.home_loan_bank);
    offers(p.bank, spec.population.bank);
    offers(p.custody_bank, spec.population.custody_bank);
  }
  void collect_supply(world::RepoVenue venue, funding::Segment segment);
  /// The steps that a dealer bids for what it needs, into scratch; its part of the standing facility goes by size.
  void bids_of(const agents::primary_dealer::Dealer& dealer, double need_bn);
  void collect_demand();
  /// All segments at once: a dealer needs dollars, whichever segment they come from (docs/decisions/0014).
  void dealers();
  void facilities();
  /// The secured overnight rate of the trades in the scratch.
  void publish_rate();

  // --- rounds ------------------------------------------------------------------------------------------------------------
  bool last(std::size_t round) const { return round + 1 == spec.repo_rounds.size(); }
  /// What a dealer still has to find by the end of a round: its share of the day's need, less what it has found.
  double due_bn(base::InstitutionId id, std::size_t round);
  void collect_round_supply(world::RepoVenue venue, funding::Segment segment, std::size_t round);
  void collect_round_demand(std::size_t round);
  /// What each who took part has seen of the round: its rate, and how it fared itself.
  void remember_round();
  /// The morning is over: its rates and volumes out of the loans that it made.
  void tally_rounds();
  base::Money lent_today(base::InstitutionId id, funding::Segment segment);
  base::Money borrowed_today(base::InstitutionId id);
  bool made_today(const funding::Contract& c) const { return c.start == today && c.end == tomorrow; }

  struct Tally {
    double volume_bn = 0, weighted = 0, refused_bn = 0;
    void add(double bn, double rate_bp) {
      volume_bn += bn;
      weighted += bn * rate_bp;
    }
    double rate_pct() const { return volume_bn > 0 ? weighted / volume_bn * 0.01 : 0.0; }
  };
  /// The day's volumes and rates by segment, for the probes and for everybody.
  void tally_segments(const Tally& tri_party, const Tally& dvp, const Tally& gcf);
  const Tally& opened(funding::Segment segment) const { return opened_[static_cast<std::size_t>(segment)]; }
  std::vector<funding::RepoTrade> special_trades_{};
  Tally term_dealt_{};                              ///< this morning's loans beyond tomorrow
  std::array<Tally, funding::kSegments> opened_{};  ///< of the opening network
  std::vector<std::size_t> core_{};                 ///< core dealers that live
};

}  // namespace haven::loop
