#include "tools/assemble/assemble.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <variant>

#include <Eigen/Cholesky>
#include <fmt/format.h>

#include "engine/base/random.h"
#include "engine/instruments/calendar.h"
#include "engine/instruments/dates.h"
#include "engine/instruments/futures.h"
#include "engine/instruments/swap.h"
#include "engine/regulation/capacity.h"
#include "tools/assemble/config_digest.h"
#include "tools/assemble/find_config.h"
#include "tools/assemble/moments.h"
#include "tools/assemble/named_by.h"
#include "tools/assemble/opening_network.h"
#include "tools/assemble/population.h"

namespace haven::assemble {
namespace {

using world::Kind;
using world::kBaskets;
using world::kContracts;
using world::kNodes;
using world::kOutrightBooks;

constexpr std::array<const char*, kNodes> kTenorNames = {"2y", "3y", "5y", "7y", "10y", "30y"};

class Assembler {
 public:
  Assembler(const Located<config::Run>& run, const LoadOptions& options) : run_(run), options_(options) {}

  Experiment build() {
    calendar();
    market();
    institutions();
    rest();
    leverage();
    scenario();
    funding();
    stop_on_faults();
    opening_network();
    stop_on_faults();
    reference();
    stop_on_faults();
    base::Digest digest = config_digest(run_.message());
    for (const auto& part : digests_) {
      digest.add(part.a);
      digest.add(part.b);
    }
    experiment_.config_digest = digest;
    experiment_.effective_text = effective_text(run_);
    return std::move(experiment_);
  }

 private:
  loop::Spec& spec() { return experiment_.spec; }
  world::WorldSpec& world() { return experiment_.spec.world; }

  void fault(const std::string& path, const std::string& found, const std::string& expected) { faults_.push_back(run_.fault(path, found, expected)); }
  void stop_on_faults() {
    if (!faults_.empty()) throw ConfigError(std::move(faults_));
  }

  base::Date date(const std::string& text) {
    base::Date d;
    HAVEN_CHECK(base::parse_date(text, d), "the loader let the date " + text + " through");
    return d;
  }
  base::Date trading_day(const std::string& path, const std::string& text) {
    const base::Date d = date(text);
    if (!std::binary_search(world().days.begin(), world().days.end(), d)) {
      fault(path, text + ", no trading day of this run", "a New York business day from " + base::to_string(world().days.front()) + " to " + base::to_string(world().days.back()));
    }
    return d;
  }

  // A date between the first and the last trading day.
  base::Date inside(const std::string& path, const std::string& text) {
    const base::Date d = date(text);
    if (d < world().days.front() || d > world().days.back()) {
      fault(path, text + ", outside the calendar", "a date from " + base::to_string(world().days.front()) + " to " + base::to_string(world().days.back()));
    }
    return d;
  }

  void calendar() {
    const auto& c = run_->calendar();
    const base::Date from = date(c.from()), scored = date(c.scored_from()), to = date(c.to());
    spec().name = run_->name();
    if (!(from < scored && scored <= to)) {
      fault("calendar.scored_from", c.from() + " .. " + c.scored_from() + " .. " + c.to(), "dates in that order, with warm-up before the first scored day");
      stop_on_faults();
    }
    // Two calendar days and a fortnight of holidays a business day are more than enough.
    calendar_ = instruments::government_bond_calendar(base::Date{from.v - 2 * c.extra_calm_days() - 14}, base::Date{to.v + 400});
    const auto& business_days = calendar_.business_days();
    const auto extra = static_cast<std::ptrdiff_t>(c.extra_calm_days());
    for (auto d = std::lower_bound(business_days.begin(), business_days.end(), from) - extra; d != business_days.end() && *d <= to; ++d) {
      world().days.push_back(*d);
      world().settle.push_back(calendar_.next_business_day(*d));
    }
    if (world().days.empty() || world().days.size() > 65000) {
      fault("calendar.from", std::to_string(world().days.size()) + " trading days", "1 to 65000");
      stop_on_faults();
    }
    trading_day("calendar.scored_from", c.scored_from());
    trading_day("calendar.to", c.to());
    stop_on_faults();
    const auto first_scored = std::lower_bound(world().days.begin(), world().days.end(), scored) - world().days.begin();
    experiment_.first_scored_day = static_cast<std::size_t>(first_scored);
    experiment_.calm_from = static_cast<std::size_t>(c.extra_calm_days() + c.burn_in_days());
    experiment_.calm_to = static_cast<std::size_t>(first_scored) - 1;
    if (experiment_.calm_from > experiment_.calm_to) fault("calendar.burn_in_days", std::to_string(c.burn_in_days()) + " days", "fewer than the warm-up's " + std::to_string(first_scored - c.extra_calm_days()));
    stop_on_faults();
  }

  std::size_t tenor(const std::string& name) const {
    return static_cast<std::size_t>(std::find(kTenorNames.begin(), kTenorNames.end(), name) - kTenorNames.begin());
  }

  // Where a maturity lies between nodes, linear in years, flat outside.
  static world::Nodes weights(double years) {
    world::Nodes w{};
    if (years <= world::kNodeYears.front()) {
      w.front() = 1;
      return w;
    }
    for (std::size_t n = 1; n < kNodes; ++n) {
      if (years > world::kNodeYears[n]) continue;
      const double right = (years - world::kNodeYears[n - 1]) / (world::kNodeYears[n] - world::kNodeYears[n - 1]);
      w[n - 1] = 1.0 - right;
      w[n] = right;
      return w;
    }
    w.back() = 1;
    return w;
  }

  instruments::Bond bond(const std::string& path, double coupon_pct, const std::string& maturity, int years) {
    const auto coupon = instruments::CouponRate{static_cast<std::int32_t>(std::lround(coupon_pct * 1000.0))};
    const instruments::Bond b = instruments::bond_of_term(coupon, years, date(maturity));
    if (!instruments::is_regular(b) || b.maturity <= world().settle.back()) fault(path + ".maturity", maturity, "the 15th or last day of a month after the run's end");
    return b;
  }

  void market() {
    const auto& m = run_->market();
    auto& w = world();
    w.fidelity = m.fidelity();
    if (m.has_work_up()) w.work_up = {base::Duration{std::llround(m.work_up().private_s() * 1e9)}, base::Duration{std::llround(m.work_up().public_s() * 1e9)}};
    w.start_uncertainty = m.calm_uncertainty();
    w.swap_sigma_bp = m.swap_sigma_bp();
    w.covariance.policy_sigma_bp = m.policy_sigma_bp();
    w.rates = {m.rates().iorb_pct(), m.rates().on_rrp_pct(), m.rates().standing_repo_pct(), m.rates().target_lower_pct(), m.rates().overnight_overdraft_pct()};
    const auto& b = m.beliefs();
    w.beliefs.fear_coefficient_bp = b.fear_coefficient_bp();
    w.beliefs.fear_threshold = b.fear_threshold();
    w.beliefs.confidence_premium_bp = b.confidence_premium_bp();
    w.beliefs.treasury_specific_share = b.treasury_specific_share();
    w.beliefs.pass_through = b.pass_through();
    w.beliefs.fiscal_premium_bp = b.fiscal_premium_bp();
    for (std::size_t a = 0; a < kNodes; ++a) w.covariance.correlation[a][a] = 1;
    for (int i = 0; i < m.correlation_size(); ++i) {
      const auto& c = m.correlation(i);
      const std::size_t x = tenor(c.of()), y = tenor(c.with());
      if (x == kNodes || y == kNodes || x == y) {
        fault("market.correlation[" + std::to_string(i) + "]", c.of() + " with " + c.with(), "two different tenors of 2y, 3y, 5y, 7y, 10y, 30y");
        continue;
      }
      w.covariance.correlation[x][y] = w.covariance.correlation[y][x] = c.value();
    }
    w.books.resize(world::kBooks);
    w.securities.resize(world::kSecurities);
    w.contracts.resize(kContracts);
    const base::Date settle = w.settle.front();
    std::vector<instruments::ParPoint> swaps;
    for (std::size_t n = 0; n < kNodes; ++n) {
      const config::Tenor* found = nullptr;
      for (const auto& t : m.tenor()) {
        if (t.name() == kTenorNames[n]) found = &t;
      }
      if (found == nullptr) {
        fault("market", std::string("no tenor ") + kTenorNames[n], "all of 2y, 3y, 5y, 7y, 10y, 30y");
        continue;
      }
      swaps.push_back({found->years(), found->yield_pct() * 100.0 + found->swap_spread_bp()});
    }
    stop_on_faults();
    const auto curve = instruments::bootstrap(swaps);
    for (std::size_t n = 0; n < kNodes; ++n) {
      const config::Tenor& t = *std::find_if(m.tenor().begin(), m.tenor().end(), [&](const auto& x) { return x.name() == kTenorNames[n]; });
      const std::string path = std::string("market.tenor[name=") + kTenorNames[n] + "]";
      w.start_yield_bp[n] = t.yield_pct() * 100.0;
      w.start_swap_spread_bp[n] = t.swap_spread_bp();
      w.covariance.sigma_bp[n] = t.sigma_bp();
      w.beliefs.policy_loading[n] = t.policy_loading();
      w.beliefs.premium_loading[n] = t.premium_loading();
      const auto issue = bond(path, t.coupon_pct(), t.maturity(), t.years());
      if (!faults_.empty()) continue;
      auto& s = w.securities[n];
      s.name = t.name();
      s.kind = world::SecurityKind::on_the_run;
      s.bond = issue;
      s.weight[n] = 1;
      s.anchor = instruments::anchor_bond(issue, settle, w.start_yield_bp[n]);
      s.dv01_per_lot = s.anchor.dv01_points_per_bp * 1000.0;
      auto& book = w.books[n];
      book.name = t.name();
      book.kind = world::BookKind::cash;
      book.index = static_cast<std::uint16_t>(n);
      book.grid = {instruments::PriceKind::points, t.ticks_per_point()};
      book.weight = s.weight;
      book.anchor = s.anchor;
      book.dv01_per_lot = s.dv01_per_lot;
      auto& package = w.books[kOutrightBooks + n];
      package.name = "swap_" + t.name();
      package.kind = world::BookKind::spreadover;
      package.index = static_cast<std::uint16_t>(n);
      package.grid = instruments::kSpreadover;
      package.weight = s.weight;
      package.dv01_per_lot = instruments::swap_dv01_dollars_per_lot(curve, t.years());
      book.calm_volume_bn = t.noise_bn();
      s.customer_volume_bn = t.customer_bn();
      package.calm_volume_bn = t.spreadover_noise_bn();
    }
    world::split_off_policy(w.covariance, w.beliefs.policy_loading);
    using Matrix = Eigen::Matrix<double, kNodes, kNodes, Eigen::RowMajor>;
    if (Eigen::LLT<Matrix>(Eigen::Map<const Matrix>(w.covariance.learned[0].data())).info() != Eigen::Success) {
      fault("market.policy_sigma_bp", std::to_string(m.policy_sigma_bp()), "so much that sigma_bp and correlation leave a covariance beside policy news");
    }
    stop_on_faults();
    for (int i = 0; i < m.basket_size(); ++i) {
      const auto& basket = m.basket(i);
      const std::string path = "market.basket[name=" + basket.name() + "]";
      std::size_t c = 0;
      while (c < kContracts && instruments::spec(static_cast<instruments::Contract>(c)).name != basket.contract()) ++c;
      if (c == kContracts || !w.contracts[c].name.empty()) {
        fault(path + ".contract", basket.contract(), "each of TU, FV, TY, UXY, US, UB once");
        continue;
      }
      const auto& contract = instruments::spec(static_cast<instruments::Contract>(c));
      int year = 0, month = 0;
      if (std::sscanf(basket.delivery_month().c_str(), "%4d-%2d", &year, &month) != 2 || month % 3 != 0 || month < 1 || month > 12) {
        fault(path + ".delivery_month", basket.delivery_month(), "YYYY-MM with month 03, 06, 09 or 12");
        continue;
      }
      const instruments::DeliveryMonth delivery{year, month};
      const int term = contract.name == "TU" || contract.name == "FV" ? 5 : contract.name == "US" || contract.name == "UB" ? 30 : 10;
      const auto issue = bond(path, basket.coupon_pct(), basket.maturity(), term);
      if (!faults_.empty()) continue;
      if (!instruments::deliverable(contract, issue, delivery)) {
        fault(path + ".maturity", basket.maturity(), "a bond deliverable into " + basket.contract() + " in " + basket.delivery_month());
        continue;
      }
      const double years = static_cast<double>(issue.maturity.v - settle.v) / 365.25;
      const std::size_t id = kNodes + c;
      auto& s = w.securities[id];
      s.name = basket.name();
      s.kind = world::SecurityKind::off_the_run;
      s.bond = issue;
      s.weight = weights(years);
      s.spread_bp = basket.spread_bp();
      s.customer_volume_bn = basket.customer_bn();
      double y = s.spread_bp;
      for (std::size_t n = 0; n < kNodes; ++n) y += s.weight[n] * w.start_yield_bp[n];
      s.anchor = instruments::anchor_bond(issue, settle, y);
      s.dv01_per_lot = s.anchor.dv01_points_per_bp * 1000.0;
      auto& k = w.contracts[c];
      k.name = basket.contract();
      k.basket = static_cast<std::uint16_t>(id);
      const auto factor = instruments::conversion_factor(contract, issue.coupon, issue.maturity, delivery);
      k.conversion_factor = instruments::to_double(factor);
      k.delivery = instruments::last_delivery(calendar_, contract, delivery);
      const double clean = s.anchor.anchor_price_points;
      const instruments::Deliverable deliverable{issue, factor};
      const double future = instruments::theoretical_futures_points(deliverable, clean, {settle, k.delivery, w.rates.iorb_pct * 100.0}) - basket.net_basis_points() / k.conversion_factor;
      if (basket.deliverable_size() > 0) k.candidates.push_back({basket.name(), deliverable, s.weight, s.spread_bp});
      for (const auto& d : basket.deliverable()) {
        const std::string at = path + ".deliverable[name=" + d.name() + "]";
        const auto other = bond(at, d.coupon_pct(), d.maturity(), term);
        if (!faults_.empty()) continue;
        if (!instruments::deliverable(contract, other, delivery)) {
          fault(at + ".maturity", d.maturity(), "a bond deliverable into " + basket.contract() + " in " + basket.delivery_month());
          continue;
        }
        const double years_left = static_cast<double>(other.maturity.v - settle.v) / 365.25;
        k.candidates.push_back({d.name(), {other, instruments::conversion_factor(contract, other.coupon, other.maturity, delivery)}, weights(years_left), d.spread_bp()});
      }
      auto& book = w.books[kNodes + c];
      book.name = basket.contract();
      book.kind = world::BookKind::futures;
      book.index = static_cast<std::uint16_t>(c);
      book.grid = contract.grid;
      book.lot_multiple = contract.lots;
      book.weight = s.weight;
      book.anchor = instruments::anchor_future_at_price(deliverable, k.delivery, future);
      book.dv01_per_lot = book.anchor.dv01_points_per_bp * 1000.0;
      double curve_yield = 0;
      for (std::size_t n = 0; n < kNodes; ++n) curve_yield += book.weight[n] * w.start_yield_bp[n];
      book.spread_bp = book.anchor.anchor_yield_bp - curve_yield;
      book.calm_volume_bn = basket.noise_bn();
    }
    if (m.basket_size() != static_cast<int>(kBaskets)) fault("market", std::to_string(m.basket_size()) + " baskets", "six, one a contract");
    stop_on_faults();
    auto& bills = w.securities[world::kSecurities - 1];
    bills.name = "bills";
    bills.kind = world::SecurityKind::bill;
    // A quarter-year bill moves with the short rate alone, which is the policy's: no node.
    bills.anchor = {100.0 - 0.25 * w.rates.iorb_pct, 0.0, 0.0025, 1e-9};
    bills.dv01_per_lot = bills.anchor.dv01_points_per_bp * 1000.0;
    const double ten = w.books[world::kTenYearNode].dv01_per_lot;
    for (auto& book : w.books) book.ten_year_equivalent = book.dv01_per_lot / ten;
    for (auto& s : w.securities) s.ten_year_equivalent = s.dv01_per_lot / ten;
    for (int i = 0; i < run_->frozen_size(); ++i) {
      const std::string& name = run_->frozen(i);
      bool known = false;
      for (std::size_t c = 0; c < world::kChannels; ++c) {
        if (name == world::to_string(static_cast<world::Channel>(c)) || name == "all_feedbacks") {
          known = true;
          if (name != "all_feedbacks" || c != static_cast<std::size_t>(world::Channel::fundamental)) w.frozen.set(c);
        }
      }
      if (!known) fault("frozen[" + std::to_string(i) + "]", "\"" + name + "\"", "a channel: basis_unwind, swap_spread_unwind, dealer_leverage, dealer_var, fast_trader_withdrawal, margin_procyclicality, haircut_procyclicality, fund_redemption, foreign_selling, collateral_chain, fiscal_premium, fundamental, or all_feedbacks");
    }
  }

  struct Group {
    Kind kind;
    std::string name;
    std::vector<std::size_t> members;
  };

  std::size_t add(const std::string& path, const std::string& name, Kind kind) {
    for (const auto& i : world().institutions) {
      if (i.name == name) fault(path, "a second institution \"" + name + "\"", "names that differ");
    }
    world().institutions.push_back({name, kind, count_[static_cast<std::size_t>(kind)]++, base::name_key(name)});
    spec().openings.emplace_back();
    return world().institutions.size() - 1;
  }

  Kind decide(const config::Population& p, const std::string& path) {
    auto& q = spec().population;
    switch (p.decides_case()) {
      case config::Population::kPrimaryDealer: fill(q.primary_dealer, p.primary_dealer(), run_, path + ".primary_dealer"); return Kind::primary_dealer;
      case config::Population::kCustodyBank: fill(q.custody_bank, p.custody_bank(), run_, path + ".custody_bank"); return Kind::custody_bank;
      case config::Population::kBank: fill(q.bank, p.bank(), run_, path + ".bank"); return Kind::bank;
      case config::Population::kBasisFund: fill(q.basis_fund, p.basis_fund(), run_, path + ".basis_fund"); return Kind::basis_fund;
      case config::Population::kSwapSpreadFund: fill(q.swap_spread_fund, p.swap_spread_fund(), run_, path + ".swap_spread_fund"); return Kind::swap_spread_fund;
      case config::Population::kPrincipalTradingFirm: fill(q.principal_trading_firm, p.principal_trading_firm(), run_, path + ".principal_trading_firm"); return Kind::principal_trading_firm;
      case config::Population::kGovernmentMoneyFund: fill(q.government_money_fund, p.government_money_fund(), run_, path + ".government_money_fund"); return Kind::government_money_fund;
      case config::Population::kPrimeMoneyFund: fill(q.prime_money_fund, p.prime_money_fund(), run_, path + ".prime_money_fund"); return Kind::prime_money_fund;
      case config::Population::kHomeLoanBank: fill(q.home_loan_bank, p.home_loan_bank(), run_, path + ".home_loan_bank"); return Kind::home_loan_bank;
      case config::Population::kForeignOfficial: fill(q.foreign_official, p.foreign_official(), run_, path + ".foreign_official"); return Kind::foreign_official;
      case config::Population::kForeignPrivate: fill(q.foreign_private, p.foreign_private(), run_, path + ".foreign_private"); return Kind::foreign_private;
      case config::Population::kAssetManager: fill(q.asset_manager, p.asset_manager(), run_, path + ".asset_manager"); return Kind::asset_manager;
      case config::Population::kBondFund: fill(q.bond_fund, p.bond_fund(), run_, path + ".bond_fund"); return Kind::bond_fund;
      case config::Population::kLiabilityInvestor: fill(q.liability_investor, p.liability_investor(), run_, path + ".liability_investor"); return Kind::liability_investor;
      case config::Population::kMortgageHedger: fill(q.mortgage_hedger, p.mortgage_hedger(), run_, path + ".mortgage_hedger"); return Kind::mortgage_hedger;
      case config::Population::kHousehold: fill(q.household, p.household(), run_, path + ".household"); return Kind::household;
      case config::Population::kCustomer: fill(q.customer, p.customer(), run_, path + ".customer"); return Kind::customer;
      case config::Population::kNoise:
        fill(q.noise, p.noise(), run_, path + ".noise");
        return Kind::noise;
      case config::Population::kCentralCounterparty: fill(q.central_counterparty, p.central_counterparty(), run_, path + ".central_counterparty"); return Kind::central_counterparty;
      case config::Population::kCentralBank: fill(q.central_bank, p.central_bank(), run_, path + ".central_bank"); return Kind::central_bank;
      case config::Population::kTreasury: return Kind::treasury;
      case config::Population::DECIDES_NOT_SET: break;
    }
    fault(path, "a population that does not say how it decides", "one of primary_dealer {}, basis_fund {}, ...");
    return Kind::outside;
  }

  template <class Where>
  void amounts(const google::protobuf::RepeatedPtrField<config::Amount>& list, const std::string& path, Where&& where, std::vector<std::pair<std::size_t, double>>& out) {
    for (int i = 0; i < list.size(); ++i) {
      const std::size_t at = where(list.Get(i).name());
      if (at == SIZE_MAX) {
        fault(path + "[" + std::to_string(i) + "].name", "\"" + list.Get(i).name() + "\"", "a security, contract or tenor of the market");
        continue;
      }
      out.emplace_back(at, list.Get(i).bn());
    }
  }
  std::size_t security(const std::string& name) {
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      if (world().securities[s].name == name) return s;
    }
    return SIZE_MAX;
  }

  // Clean price at the start and interest accrued when the first day's trades settle.
  double dirty_points(std::size_t s) {
    const auto& security = world().securities[s];
    const double accrued = security.kind == world::SecurityKind::bill ? 0.0 : instruments::remaining_flows(security.bond, world().settle.front()).accrued_points;
    return security.anchor.anchor_price_points + accrued;
  }

  void institutions() {
    stop_on_faults();
    // By name, so that a run does not depend on the order in which a config lists them.
    std::vector<const config::Population*> populations;
    for (const auto& p : run_->population()) populations.push_back(&p);
    std::sort(populations.begin(), populations.end(), [](const auto* a, const auto* b) { return a->name() < b->name(); });
    for (const auto* listed : populations) {
      config::Population p = *listed;
      std::sort(p.mutable_member()->begin(), p.mutable_member()->end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
      const std::string path = "population[name=" + p.name() + "]";
      const Kind kind = decide(p, path);
      if (!faults_.empty()) continue;
      Group group{kind, p.name(), {}};
      const int n = p.member_size() + p.count();
      std::vector<std::pair<std::size_t, double>> holdings, futures, swaps;
      amounts(p.holding(), path + ".holding", [&](const std::string& x) { return security(x); }, holdings);
      amounts(p.futures(), path + ".futures", [&](const std::string& x) { for (std::size_t c = 0; c < kContracts; ++c) { if (world().contracts[c].name == x) return c; } return SIZE_MAX; }, futures);
      amounts(p.swap(), path + ".swap", [&](const std::string& x) { const auto t = tenor(x); return t == kNodes ? SIZE_MAX : t; }, swaps);
      if (n == 0) {
        for (const auto& [s, bn] : holdings) unheld_bn_[s] += bn;
        continue;
      }
      std::vector<double> size;
      for (const auto& m : p.member()) {
        group.members.push_back(add(path + ".member[name=" + m.name() + "]", m.name(), kind));
        size.push_back(m.has_size() ? m.size() : 1.0);
      }
      for (int i = 0; i < p.count(); ++i) {
        group.members.push_back(add(path, p.name() + "-" + std::to_string(i + 1), kind));
        size.push_back(p.size_tail() > 0 ? std::pow(static_cast<double>(i + 1), -1.0 / p.size_tail()) : 1.0);
      }
      double sum = 0;
      for (const double s : size) sum += s;
      for (std::size_t i = 0; i < group.members.size(); ++i) {
        auto& o = spec().openings[group.members[i]];
        const double share = size[i] / sum;
        const bool total_is_population = kind != Kind::primary_dealer && kind != Kind::principal_trading_firm && kind != Kind::household;
        // Scale multiplies population totals in the rules of clients, and mean sizes in those of quoting kinds.
        o.scale = total_is_population ? share : share * static_cast<double>(group.members.size());
        if (kind == Kind::household) o.scale = share;
        o.cash_bn = p.cash_bn() * share;
        o.assets_bn = p.assets_bn() * share;
        double value = 0;
        for (const auto& [s, bn] : holdings) {
          // The trader of a bond's book holds that bond.
          const double part = kind != Kind::noise ? share : i % world::kBooks == s ? 1.0 : 0.0;
          o.holding_bn[s] = std::floor(bn * part * 1e4) * 1e-4;
          value += o.holding_bn[s] * dirty_points(s) * 0.01;
        }
        for (const auto& [c, bn] : futures) o.futures_bn[c] += bn * share;
        for (const auto& [t, bn] : swaps) o.swaps_bn[t] += bn * share;
        // A basis fund is short the futures that its baskets would be delivered into.
        for (std::size_t c = 0; kind == Kind::basis_fund && c < kContracts; ++c) o.futures_bn[c] -= o.holding_bn[kNodes + c] * world().contracts[c].conversion_factor;
        if (p.has_capital_bn()) o.cash_bn = p.capital_bn() * share - value;
        const bool named = static_cast<int>(i) < p.member_size();
        const bool no_haircut = static_cast<double>(i % 50) < 50.0 * p.zero_haircut_share();
        o.haircut = 0.01 * (no_haircut ? 0.0 : p.haircut_pct());
        if (named && p.member(static_cast<int>(i)).has_haircut_pct()) o.haircut = 0.01 * p.member(static_cast<int>(i)).haircut_pct();
        o.core = named && p.member(static_cast<int>(i)).core();
        o.cleared_share = p.cleared_share();
        o.leverage_headroom_bn = p.leverage_headroom_bn() * share;
        if (named && p.member(static_cast<int>(i)).has_leverage_headroom_bn()) o.leverage_headroom_bn = p.member(static_cast<int>(i)).leverage_headroom_bn();
        headroom_scale_[group.members[i]] = p.headroom_scale();
        prime_brokers_.push_back({group.members[i], p.prime_brokers()});
        if (p.has_credit_line()) {
          o.line_bn = p.credit_line().bn() * share;
          o.line_spread_bp = p.credit_line().spread_bp();
        }
      }
      if (p.has_credit_line()) lines_.push_back({path + ".credit_line.from", p.credit_line().from(), group.members});
      if (p.takes_rest()) rest_taker_ = group.members.front();
      groups_.push_back(group);
    }
    auto& w = world();
    w.outside = {static_cast<std::uint32_t>(add("", "outside", Kind::outside))};
    w.residue = {static_cast<std::uint32_t>(add("", "residue", Kind::residue))};
    const auto named = [&](Kind kind, const std::string& name, base::InstitutionId& id) {
      for (std::uint32_t i = 0; i < w.institutions.size(); ++i) {
        if (w.institutions[i].kind == kind && (name.empty() || w.institutions[i].name == name)) {
          id = {i};
          return;
        }
      }
      fault("population", "no " + std::string(world::to_string(kind)) + (name.empty() ? "" : " named \"" + name + "\""), "one: it clears, issues or settles");
    };
    named(Kind::central_counterparty, "FICC", w.ficc);
    named(Kind::central_counterparty, "CME", w.cme);
    named(Kind::central_counterparty, "LCH", w.lch);
    named(Kind::central_bank, "", w.fed);
    named(Kind::treasury, "", w.treasury);
    credit_lines();
    houses();
    stop_on_faults();
    // Prime brokers: drawn by name, larger dealers more often.
    std::vector<std::pair<std::uint32_t, double>> dealers;
    for (std::size_t i = 0; i < w.institutions.size(); ++i) {
      if (w.institutions[i].kind == Kind::primary_dealer) dealers.emplace_back(w.institutions[i].index_in_kind, spec().openings[i].scale);
    }
    for (const auto& [id, count] : prime_brokers_) {
      if (count == 0) continue;
      base::Draws draws{0, w.institutions[id].name_key, 0, 0};
      auto pool = dealers;
      for (int k = 0; k < count && !pool.empty(); ++k) {
        double total = 0;
        for (const auto& d : pool) total += d.second;
        double x = draws.uniform(base::Purpose::network) * total;
        std::size_t pick = 0;
        while (pick + 1 < pool.size() && x > pool[pick].second) x -= pool[pick++].second;
        spec().openings[id].financiers.push_back(pool[pick].first);
        pool.erase(pool.begin() + static_cast<std::ptrdiff_t>(pick));
      }
    }
  }

  void credit_lines() {
    const auto& all = world().institutions;
    for (const auto& line : lines_) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == line.from && i.kind != Kind::outside && i.kind != Kind::residue; });
      const auto id = static_cast<std::uint32_t>(found - all.begin());
      if (found == all.end()) {
        fault(line.path, "\"" + line.from + "\"", "an institution of this run");
        continue;
      }
      if (std::find(line.members.begin(), line.members.end(), id) != line.members.end()) fault(line.path, "\"" + line.from + "\", a member of the population itself", "another institution");
      for (const std::size_t i : line.members) spec().openings[i].line_from = {id};
    }
  }

  // A waterfall for each clearing house, and none for others.
  void houses() {
    std::vector<std::string> named, described;
    for (const auto& i : world().institutions) {
      if (i.kind == Kind::central_counterparty) named.push_back(i.name);
    }
    for (const auto& r : spec().population.central_counterparty.resources) described.push_back(r.name);
    std::sort(named.begin(), named.end());
    const auto list = [](const std::vector<std::string>& names) {
      std::string text;
      for (const auto& n : names) text += (text.empty() ? "" : ", ") + n;
      return text.empty() ? std::string("none") : text;
    };
    if (named != described || named.size() != world::kHouses) fault("population", "waterfalls of " + list(described) + " for the clearing houses " + list(named), "CME, FICC and LCH, and a waterfall for each");
  }

  // Futures and swaps sum to zero: one population takes what the others leave, in whole lots. It also holds the bonds
  // of populations without members, which are outstanding all the same.
  void rest() {
    if (!rest_taker_) return fault("population", "no population with takes_rest", "one, so that futures and swaps sum to zero");
    auto& openings = spec().openings;
    const auto whole = [](double bn, double lots) { return std::floor(bn * 1e4 / lots + 0.5) * lots * 1e-4; };
    for (std::size_t s = 0; s < world::kSecurities; ++s) openings[*rest_taker_].holding_bn[s] += std::floor(unheld_bn_[s] * 1e4) * 1e-4;
    for (std::size_t i = 0; i < openings.size(); ++i) {
      for (std::size_t s = 0; s < world::kSecurities; ++s) {
        if (base::InstitutionId{static_cast<std::uint32_t>(i)} != world().fed && world().securities[s].kind != world::SecurityKind::bill) world().private_coupon_debt_bn += openings[i].holding_bn[s];
      }
    }
    for (std::size_t c = 0; c < kContracts; ++c) {
      const auto lots = static_cast<double>(world().books[kNodes + c].lot_multiple);
      double sum = 0;
      for (auto& o : openings) sum += o.futures_bn[c] = whole(o.futures_bn[c], lots);
      openings[*rest_taker_].futures_bn[c] -= sum;
    }
    for (std::size_t t = 0; t < kNodes; ++t) {
      double sum = 0;
      for (auto& o : openings) sum += o.swaps_bn[t] = whole(o.swaps_bn[t], 1);
      openings[*rest_taker_].swaps_bn[t] -= sum;
    }
  }

  template <class M>
  Located<M> part(const std::string& path, const std::string& name) {
    return named_by(run_, path, name, [&] { return plain<M>(name); });
  }
  template <class M>
  Located<M> plain(const std::string& name) {
    LoadOptions without_sets = options_;
    without_sets.sets.clear();
    auto loaded = load<M>(name, without_sets);
    digests_.push_back(config_digest(loaded.message()));
    return loaded;
  }

  /// The terms of a regime, from those of the populations themselves.
  std::vector<loop::RuleTerms> terms_under(const regulation::RuleSet& rules, const std::vector<regulation::BankingGroup>& groups) {
    const base::Date day = world().days[experiment_.first_scored_day];
    const auto requirement_at_5 = regulation::ratio_from_pct(5.0);
    const double floor = regulation::to_pct(rules.haircut_floor.minimum) * 0.01;
    std::vector<loop::RuleTerms> all;
    for (std::size_t i = 0; i < world().institutions.size(); ++i) {
      auto& opening = spec().openings[i];
      loop::RuleTerms terms = opening;
      const auto& inst = world().institutions[i];
      terms.constraint = inst.kind == Kind::primary_dealer ? "home rule or net capital" : "";
      for (const auto& group : groups) {
        const bool dealer = std::find(group.primary_dealers.begin(), group.primary_dealers.end(), inst.name) != group.primary_dealers.end();
        if (!dealer && !(inst.kind == Kind::custody_bank && inst.name == group.name)) continue;
        regulation::Relief relief;
        if (regulation::exclusion_applies(rules.holding_company, day, group.exclusion_notice)) relief.exclusion = regulation::ExclusionState::active;
        relief.netted = regulation::cleared_netting(rules, group, groups);
        const auto constraint = regulation::capacity(rules, group, regulation::BookedIn::broker_dealer, relief);
        opening.parent = group.name;
        terms.constraint = regulation::to_string(constraint.level, constraint.kind);
        terms.leverage_headroom_bn = base::to_bn(regulation::desk_capacity(constraint.capacity, group.desk_share));
        const auto requirement = regulation::requirement(rules.holding_company, group.method_1);
        terms.hurdle_scale = regulation::to_pct(requirement) / regulation::to_pct(requirement_at_5);
      }
      if (const auto scale = headroom_scale_.find(i); scale != headroom_scale_.end()) terms.leverage_headroom_bn *= scale->second;
      if (rules.clearing.scope == regulation::ClearingScope::full) terms.cleared_share = terms.cleared_share > 0 ? 1.0 : 0.0;
      if (!opening.financiers.empty()) terms.haircut = std::max(terms.haircut, floor);
      all.push_back(std::move(terms));
    }
    return all;
  }

  void leverage() {
    const auto firms_config = part<config::Firms>("firms", run_->firms());
    const auto groups = banking_groups(*firms_config);
    const auto terms_of = [&](const std::string& path, const std::string& name) {
      const auto rule_config = part<config::RuleSet>(path, name);
      return terms_under(rule_set(*rule_config, rule_config), groups);
    };
    auto terms = terms_of("rule", run_->rule());
    if (run_->has_warm_up_rule() && run_->warm_up_rule() != run_->rule()) {
      auto before = terms_of("warm_up_rule", run_->warm_up_rule());
      spec().rule_change = {static_cast<std::int32_t>(experiment_.first_scored_day), std::move(terms)};
      terms = std::move(before);
    }
    for (std::size_t i = 0; i < terms.size(); ++i) static_cast<loop::RuleTerms&>(spec().openings[i]) = std::move(terms[i]);
  }

  // A moment of the New York clock, from fields `date` and `time` under `path`.
  std::optional<base::Time> moment(const std::string& path, const std::string& day, const std::string& time) {
    int hour = 0, minute = 0, used = 0;
    if (std::sscanf(time.c_str(), "%2d:%2d%n", &hour, &minute, &used) != 2 || used != static_cast<int>(time.size()) || hour > 23 || minute > 59) {
      fault(path + ".time", "\"" + time + "\"", "HH:MM, New York");
      return std::nullopt;
    }
    return base::midnight(date(day)) + base::minutes(hour * 60 + minute);
  }

  bool in_session(base::Time at) {
    return std::any_of(world().days.begin(), world().days.end(), [&](base::Date d) { return at >= base::midnight(d) - base::hours(6) && at < base::midnight(d) + base::hours(17); });
  }

  // The same, which has to be in a session of the calendar.
  std::optional<base::Time> session_moment(const std::string& path, const std::string& day, const std::string& time) {
    const auto at = moment(path, day, time);
    if (at && !in_session(*at)) fault(path + ".date", day + " " + time, "a moment inside a session of the calendar, 18:00 of the evening before to 17:00");
    return at;
  }

  void synthetic() {
    const auto& from = run_->scenario().synthetic();
    auto& to = spec().scenario.synthetic;
    to = {from.uncertainty_multiple() * world().start_uncertainty, from.uncertainty_half_life_days(), from.uncertainty_sigma(),
          from.news_multiple() * (from.has_policy_sigma_bp() ? from.policy_sigma_bp() : world().covariance.policy_sigma_bp), {}};
    for (const auto& r : from.release()) {
      const auto at = moment("scenario.synthetic.release[name=" + r.name() + "]", r.date(), r.time());
      if (at && in_session(*at)) to.releases.push_back({*at, to.policy_sigma_bp * base::sqrt(r.variance()), r.intensity()});
    }
    std::stable_sort(to.releases.begin(), to.releases.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  }

  void failures() {
    for (const auto& f : run_->scenario().failure()) {
      const std::string path = "scenario.failure[name=" + f.name() + "]";
      const auto& all = world().institutions;
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == f.institution() && world::can_default(i.kind); });
      const auto at = session_moment(path, f.date(), f.time());
      if (found == all.end()) fault(path + ".institution", "\"" + f.institution() + "\"", "an institution of this run that can fail: no clearing house, central bank or Treasury");
      else if (at) spec().scenario.failures.push_back({*at, {static_cast<std::uint32_t>(found - all.begin())}});
    }
  }

  std::optional<Kind> kind_of(const std::string& path, const std::string& name) {
    const auto group = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.name == name; });
    if (group != groups_.end()) return group->kind;
    fault(path, "\"" + name + "\"", "a population of this run");
    return std::nullopt;
  }

  void scenario() {
    const auto& s = run_->scenario();
    auto& out = spec().scenario;
    out.name = run_->name();
    out.bridge_sigma_bp = s.bridge_sigma_bp();
    const auto row = [&](const config::OutsideDay& d) {
      return scenario::OutsideDay{date(d.date()), d.two_year_pct() * 100.0, d.uncertainty(), d.equity_index(), d.foreign_hedged_bp()};
    };
    if (s.day_size() > 0) {
      if (!s.has_before()) fault("scenario", "days without the close before them", "before { ... }");
      else out.before = row(s.before());
      std::map<base::Date, int> at;
      for (int i = 0; i < s.day_size(); ++i) at[trading_day("scenario.day[" + std::to_string(i) + "].date", s.day(i).date())] = i;
      const base::Date from = date(run_->calendar().from());
      for (const base::Date d : world().days) {
        if (d < from && !at.contains(d)) {  // an extra calm day: the outside world stands still
          out.path.push_back(out.before);
          out.path.back().day = d;
          continue;
        }
        if (!at.contains(d)) {
          fault("scenario", "no day " + base::to_string(d), "a row for every trading day of the calendar");
          break;
        }
        out.path.push_back(row(s.day(at[d])));
      }
    } else if (!s.has_synthetic()) {
      fault("scenario", "neither days nor synthetic", "one of them");
    } else {
      synthetic();
    }
    for (const auto& n : s.news()) {
      const std::string path = "scenario.news[name=" + n.name() + "]";
      const auto at = session_moment(path, n.date(), n.time());
      if (!at) continue;
      out.news.push_back({*at, n.name(), n.policy_share(), n.uncertainty_share(), n.confidence_step(), n.fiscal_step(), n.intensity()});
    }
    failures();
    std::stable_sort(out.news.begin(), out.news.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
    const auto shares = [&](const google::protobuf::RepeatedPtrField<config::Amount>& list, const std::string& path, std::array<double, world::kSecurities>& to) {
      std::vector<std::pair<std::size_t, double>> found;
      amounts(list, path, [&](const std::string& x) { return security(x); }, found);
      double sum = 0;
      for (const auto& f : found) sum += f.second;
      if (sum <= 0) return fault(path, "shares that sum to " + std::to_string(sum), "more than zero");
      for (const auto& f : found) to[f.first] += f.second / sum;
    };
    for (const auto& p : s.payment()) {
      const std::string path = "scenario.payment[name=" + p.name() + "]";
      const auto from = kind_of(path + ".from", p.from()), to = kind_of(path + ".to", p.to());
      if (from && to && *from == *to) fault(path + ".to", "\"" + p.to() + "\"", "another population than the one that pays");
      const auto at = session_moment(path, p.date(), p.time());
      if (!from || !to || !at) continue;
      const base::Duration time_of_day = base::time_of_day(*at);
      if (time_of_day < base::hours(7) || time_of_day > base::hours(16) + base::minutes(59)) fault(path + ".time", "\"" + p.time() + "\"", "a time from 07:00 to 16:59");
      out.payments.push_back({trading_day(path + ".date", p.date()), time_of_day, *from, *to, p.bn()});
    }
    for (const auto& f : s.flow()) {
      const std::string path = "scenario.flow[name=" + f.name() + "]";
      scenario::OutsideFlow flow;
      const auto kind = kind_of(path + ".population", f.population());
      if (!kind) continue;
      flow.kind = *kind;
      flow.from = inside(path + ".from", f.from());
      flow.to = inside(path + ".to", f.to());
      if (flow.to < flow.from) fault(path + ".to", f.to() + ", before " + f.from(), "a last day that is not before the first");
      flow.sell_bn_per_day = f.sell_bn_per_day();
      shares(f.share(), path + ".share", flow.security_share);
      out.flows.push_back(flow);
    }
    for (const auto& a : s.auction()) {
      const std::string path = "scenario.auction[name=" + a.name() + "]";
      const std::size_t t = tenor(a.tenor());
      if (t == kNodes) fault(path + ".tenor", "\"" + a.tenor() + "\"", "2y, 3y, 5y, 7y, 10y or 30y");
      out.auctions.push_back({trading_day(path + ".date", a.date()), static_cast<std::uint16_t>(t), a.offered_bn()});
    }
    for (const auto& p : s.purchase()) {
      scenario::Purchases order;
      const std::string path = "scenario.purchase[name=" + p.name() + "]";
      order.from = inside(path + ".from", p.from());
      order.to = inside(path + ".to", p.to());
      order.bn_per_day = p.bn_per_day();
      shares(p.share(), "scenario.purchase[name=" + p.name() + "].share", order.security_share);
      out.purchases.push_back(order);
    }
  }

  void funding() {
    const auto& f = run_->funding();
    auto& s = spec();
    s.interdealer_share = f.interdealer_share();
    s.tri_party_cost_bp = f.tri_party_cost_bp();
    s.gcf_cost_bp = f.gcf_cost_bp();
    s.tri_party_haircut = 0.01 * f.tri_party_haircut_pct();
    s.operating_cash_bn = f.operating_cash_bn();
    world().sofr_trim = f.sofr_trim_share();
    const auto hbp = [](double bp) { return static_cast<std::int32_t>(std::lround(bp * 100.0)); };
    const auto margin = [&](const config::Margin& m) {
      funding::MarginRule r;
      r.k = m.k();
      r.decay = m.decay();
      r.floor_hbp = hbp(m.floor_bp());
      r.step_hbp = static_cast<std::int32_t>(std::lround(m.step_pct() * 1e4));
      r.lag_days = m.lag_days();
      r.add_on_hbp = hbp(m.add_on_bp());
      return r;
    };
    s.futures_margin = margin(f.futures_margin());
    s.swap_margin = margin(f.swap_margin());
    const auto& x = f.close_out();
    s.close_out = {x.hours(), x.slice_minutes(), x.child_bn(), x.tolerance_bp(), x.recovery_alpha(), x.recovery_beta()};
    const auto& h = f.client_haircut();
    s.client_haircut.slope_hbp = hbp(h.slope_bp());
    s.client_haircut.cap_hbp = hbp(h.cap_bp());
    s.client_haircut.floor_hbp = hbp(h.floor_bp());
    s.client_haircut.step_hbp = hbp(h.step_bp());
    s.client_haircut.rise_lag_days = h.rise_lag_days();
    s.client_haircut.fall_lag_days = h.fall_lag_days();
    if (f.has_ficc_margin()) s.ficc_margin = margin(f.ficc_margin());
    s.buy_in_days = f.buy_in_days();
    term_repo();
    for (const auto& l : f.specials().lender()) {
      const std::string path = "funding.specials.lender[name=" + l.name() + "]";
      const auto kind = kind_of(path + ".name", l.name());
      if (l.most_spread_bp() < l.least_spread_bp()) fault(path + ".most_spread_bp", fmt::format("{}", l.most_spread_bp()), "no less than least_spread_bp");
      if (kind && !world::can_default(*kind)) fault(path + ".name", "\"" + l.name() + "\"", "a population of private holders");
      if (kind) s.specials.push_back({*kind, l.lendable_share(), l.least_spread_bp(), l.most_spread_bp()});
    }
  }

  void term_repo() {
    for (const auto& t : run_->funding().term_repo()) {
      const std::string path = "funding.term_repo[name=" + t.name() + "]";
      const auto kind = kind_of(path + ".name", t.name());
      if (!kind) continue;
      if (*kind != Kind::basis_fund && *kind != Kind::swap_spread_fund && *kind != Kind::principal_trading_firm && *kind != Kind::primary_dealer) {
        fault(path + ".name", "\"" + t.name() + "\"", "a population that borrows in repo: basis funds, swap-spread funds, principal trading firms, primary dealers");
        continue;
      }
      double sum = 0;
      for (const auto& tenor : t.tenor()) {
        sum += tenor.share();
        spec().term_repo[static_cast<std::size_t>(*kind)].push_back(
            {tenor.days(), tenor.share(), tenor.spread_bp(), static_cast<std::int8_t>(tenor.has_notice_days() ? tenor.notice_days() : -1), static_cast<std::uint8_t>(tenor.substitution())});
      }
      if (sum > 1.0 + 1e-9) fault(path + ".tenor", fmt::format("shares that sum to {}", sum), "at most 1");
    }
  }

  void opening_network() {
    const std::string path = "funding.opening_network", name = run_->funding().opening_network();
    if (name.empty()) return;
    // Beside the config that names it; for a setting or a text that is no file, in the current folder.
    const Place place = run_.locate(path);
    std::error_code ignored;
    ConfigText from;
    const std::filesystem::path named_in = place.file;
    const bool on_disk = place.line > 0 && std::filesystem::exists(named_in, ignored);
    if (on_disk) from.disk_folder = std::filesystem::weakly_canonical(named_in, ignored).parent_path().string();
    else if (place.line > 0 && place.file.starts_with("configs/")) from.embedded_folder = named_in.parent_path().lexically_relative("configs").string();
    auto found = find_config(name, on_disk || !from.embedded_folder.empty() ? &from : nullptr, {options_.configs_dir, options_.embedded});
    if (const auto* wrong = std::get_if<Misfit>(&found)) return fault(path, wrong->found, "a GraphML file");
    const auto& file = std::get<ConfigText>(found);
    for (auto& wrong : read_opening_network(file.text, file.shown, spec())) faults_.push_back(std::move(wrong));
    base::Digest digest;
    for (const char c : file.text) digest.add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
    digests_.push_back(digest);
  }

  void reference() {
    if (run_->has_reference() && !run_->reference().empty()) {
      const auto reference = part<config::Reference>("reference", run_->reference());
      const auto line = [&](const std::string& path, const std::string& name) { return named_by(reference, path, name, [&] { return line_of(plain<config::Line>(name)); }); };
      read_moments(reference, line, experiment_, faults_);
    }
    if (!run_->metrics().empty()) read_window_metrics(part<config::MetricList>("metrics", run_->metrics()), experiment_, faults_);
  }

  const Located<config::Run>& run_;
  const LoadOptions& options_;
  Experiment experiment_;
  instruments::Calendar calendar_;
  std::vector<Fault> faults_;
  std::vector<base::Digest> digests_;
  std::array<std::uint32_t, world::kKinds> count_{};
  std::vector<Group> groups_;
  std::vector<std::pair<std::size_t, int>> prime_brokers_;
  std::map<std::size_t, double> headroom_scale_;
  std::optional<std::size_t> rest_taker_;
  struct Line {
    std::string path, from;
    std::vector<std::size_t> members;
  };
  std::vector<Line> lines_;
  std::array<double, world::kSecurities> unheld_bn_{};  ///< of populations without members
};

}  // namespace

Experiment assemble(const Located<config::Run>& run, const LoadOptions& options) { return Assembler(run, options).build(); }
LoadedConfig load_run(const std::string& run, const LoadOptions& options) { return load<config::Run>(run, options); }
Experiment assemble(const std::string& run, const LoadOptions& options) { return assemble(load<config::Run>(run, options), options); }

regulation::RuleSet rule_set(const config::RuleSet& m, const LoadedConfig& config) {
  using regulation::ratio_from_pct;
  regulation::RuleSet rules;
  rules.name = m.name();
  rules.title = m.title();
  const auto day = [](const std::string& text) {
    base::Date d;
    HAVEN_CHECK(base::parse_date(text, d), "the loader let the date " + text + " through");
    return d;
  };
  const auto level = [&](const config::RuleSet::LeverageRule& from, regulation::LeverageRule& to, regulation::Level at, const std::string& bank_from) {
    to.name = m.name();
    to.level = at;
    to.minimum = ratio_from_pct(from.minimum_pct());
    to.buffer.kind = from.buffer() == config::RuleSet::LeverageRule::FIXED ? regulation::BufferKind::fixed : regulation::BufferKind::share_of_method_1;
    to.buffer.fixed = ratio_from_pct(from.fixed_buffer_pct());
    to.buffer.share = ratio_from_pct(from.surcharge_share_pct());
    if (from.has_buffer_cap_pct()) to.buffer.cap = ratio_from_pct(from.buffer_cap_pct());
    if (from.has_from()) to.in_force.from = day(from.from());
    if (from.has_to()) to.in_force.to = day(from.to());
    if (from.has_early_adoption_from()) to.early_adoption = day(from.early_adoption_from());
    to.netting = m.repo_netting() == config::RuleSet::GROSS ? regulation::NettingScope::gross
                 : m.repo_netting() == config::RuleSet::LEGAL ? regulation::NettingScope::legal : regulation::NettingScope::all_cleared;
    to.custody = m.custody_deduction() ? regulation::CustodyDeduction::central_bank_deposits : regulation::CustodyDeduction::none;
    if (m.has_exclusion()) {
      const auto& x = m.exclusion();
      to.exclusion.reserves = x.reserves() ? regulation::Treatment::excluded : regulation::Treatment::counted;
      to.exclusion.treasuries = x.treasuries() ? regulation::Treatment::excluded : regulation::Treatment::counted;
      to.exclusion.adoption = at == regulation::Level::bank && x.bank_adoption() == config::RuleSet::Exclusion::OPT_IN ? regulation::Adoption::opt_in : regulation::Adoption::mandatory;
      if (!bank_from.empty()) to.exclusion.during.from = day(bank_from);
      if (x.has_to()) to.exclusion.during.to = day(x.to());
    }
  };
  if (m.has_holding_company()) level(m.holding_company(), rules.holding_company, regulation::Level::holding_company, m.exclusion().holding_company_from());
  if (m.has_bank()) level(m.bank(), rules.bank, regulation::Level::bank, m.exclusion().bank_from());
  rules.tier1_leverage = {ratio_from_pct(m.tier1_leverage().holding_company_pct()), ratio_from_pct(m.tier1_leverage().bank_pct())};
  rules.risk_based.holding_company_minimum = ratio_from_pct(m.risk_based().holding_company_minimum_pct());
  rules.risk_based.bank_requirement = ratio_from_pct(m.risk_based().bank_pct());
  rules.risk_based.added_risk = m.risk_based().added_risk() == config::RuleSet::RiskBasedFloor::OWN_MIX ? regulation::AddedRisk::own_mix : regulation::AddedRisk::fixed_weight;
  rules.risk_based.added_risk_weight = ratio_from_pct(m.risk_based().added_risk_weight_pct());
  rules.haircut_floor.minimum = ratio_from_pct(m.haircut_floor().minimum_pct());
  rules.haircut_floor.basis = m.haircut_floor().basis() == config::RuleSet::HaircutFloor::NET_OF_PACKAGE ? regulation::HaircutBasis::net_of_package : regulation::HaircutBasis::each_trade;
  rules.clearing.scope = m.clearing().scope() == config::RuleSet::Clearing::FULL ? regulation::ClearingScope::full : regulation::ClearingScope::as_observed;
  rules.clearing.cross_margining = m.clearing().cross_margining() == config::RuleSet::Clearing::CUSTOMERS ? regulation::CrossMargining::customers : regulation::CrossMargining::none;
  rules.clearing.untapped_netting = base::money_from_bn(m.clearing().untapped_netting_bn());
  std::vector<Fault> wrong;
  for (const auto& f : regulation::faults(rules)) wrong.push_back(config.fault(f.field, f.message, "a rule that can be used by itself; a partial rule needs a regime as its base"));
  if (!wrong.empty()) throw ConfigError(std::move(wrong));
  return rules;
}

std::vector<regulation::BankingGroup> banking_groups(const config::Firms& firms) {
  using regulation::ratio_from_pct;
  std::vector<regulation::BankingGroup> groups;
  for (const auto& g : firms.group()) {
    regulation::BankingGroup group;
    group.name = g.name();
    group.holding_company.tier1 = base::money_from_bn(g.tier1_bn());
    group.holding_company.leverage_exposure = base::money_from_bn(g.leverage_exposure_bn());
    if (g.has_average_assets_bn()) group.holding_company.average_assets = base::money_from_bn(g.average_assets_bn());
    if (g.has_risk_weighted_assets_bn()) group.holding_company.risk_weighted_assets = base::money_from_bn(g.risk_weighted_assets_bn());
    if (g.has_bank()) {
      regulation::CapitalPosition bank;
      bank.tier1 = base::money_from_bn(g.bank().tier1_bn());
      bank.leverage_exposure = base::money_from_bn(g.bank().leverage_exposure_bn());
      if (g.bank().has_average_assets_bn()) bank.average_assets = base::money_from_bn(g.bank().average_assets_bn());
      if (g.bank().has_risk_weighted_assets_bn()) bank.risk_weighted_assets = base::money_from_bn(g.bank().risk_weighted_assets_bn());
      group.bank = bank;
    }
    group.method_1 = ratio_from_pct(g.method_1_surcharge_pct());
    group.method_2 = ratio_from_pct(g.method_2_surcharge_pct());
    group.stress_capital_buffer = ratio_from_pct(g.stress_capital_buffer_pct());
    group.reserves = base::money_from_bn(g.reserves_bn());
    group.treasuries = base::money_from_bn(g.treasuries_bn());
    group.desk_share = ratio_from_pct(g.desk_share_pct());
    group.exclusion_notice = g.exclusion_notice() ? regulation::Notice::given : regulation::Notice::none;
    group.primary_dealers.assign(g.primary_dealer().begin(), g.primary_dealer().end());
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace haven::assemble
