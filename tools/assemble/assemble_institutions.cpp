#include "tools/assemble/assembler.h"

#include <cmath>

#include <fmt/format.h>

#include "engine/base/random.h"
#include "engine/instruments/dates.h"
#include "tools/assemble/population.h"

namespace haven::assemble {

using world::Kind;
using world::kContracts;
using world::kNodes;

std::size_t Assembler::add(const std::string& path, const std::string& name, Kind kind) {
  for (const auto& i : world().institutions) {
    if (i.name == name) fault(path, "a second institution \"" + name + "\"", "names that differ");
  }
  world().institutions.push_back({name, kind, count_[static_cast<std::size_t>(kind)]++, base::name_key(name)});
  spec().openings.emplace_back();
  return world().institutions.size() - 1;
}

Kind Assembler::decide(const config::Population& p, const std::string& path) {
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

double Assembler::dirty_points(std::size_t s) {
  const auto& security = world().securities[s];
  const double accrued = security.kind == world::SecurityKind::bill ? 0.0 : instruments::remaining_flows(security.bond, world().settle.front()).accrued_points;
  return security.anchor.anchor_price_points + accrued;
}

void Assembler::institutions() {
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
    double so_far = 0, without_haircut = 0;
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
      // From the largest down, whoever still fits into the share of business without a haircut has none.
      so_far += share;
      const bool no_haircut = without_haircut + share <= p.zero_haircut_share() * so_far + 1e-12;
      if (no_haircut) without_haircut += share;
      o.haircut = 0.01 * (no_haircut ? 0.0 : p.haircut_pct());
      if (named && p.member(static_cast<int>(i)).has_haircut_pct()) o.haircut = 0.01 * p.member(static_cast<int>(i)).haircut_pct();
      o.core = named && p.member(static_cast<int>(i)).core();
      o.cleared_share = p.cleared_share();
      o.leverage_headroom_bn = p.leverage_headroom_bn() * share;
      if (named && p.member(static_cast<int>(i)).has_leverage_headroom_bn()) o.leverage_headroom_bn = p.member(static_cast<int>(i)).leverage_headroom_bn();
      if (named && p.member(static_cast<int>(i)).has_floor_share()) {
        const auto& m = p.member(static_cast<int>(i));
        if (kind != Kind::bank) fault(path + ".member[name=" + m.name() + "].floor_share", fmt::format("{}", m.floor_share()), "a member of a population of banks");
        o.floor_share = m.floor_share();
      }
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
  prime_brokers();
}

void Assembler::prime_brokers() {
  const auto& w = world();
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

void Assembler::credit_lines() {
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

void Assembler::houses() {
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

void Assembler::rest() {
  if (!rest_taker_) return fault("population", "no population with takes_rest", "one, so that futures and swaps sum to zero");
  auto& openings = spec().openings;
  const auto whole = [](double bn, double lots) { return std::floor(bn * 1e4 / lots + 0.5) * lots * 1e-4; };
  for (std::size_t s = 0; s < world::kSecurities; ++s) openings[*rest_taker_].holding_bn[s] += std::floor(unheld_bn_[s] * 1e4) * 1e-4;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      if (base::InstitutionId{static_cast<std::uint32_t>(i)} != world().fed && world().securities[s].kind != world::SecurityKind::bill) world().private_coupon_debt_bn += openings[i].holding_bn[s];
    }
  }
  maturing_shares();
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

// What matures lies with those who replace it: as they need what is auctioned.
void Assembler::maturing_shares() {
  const auto& p = spec().population;
  const auto habit = [&](Kind kind) {
    switch (kind) {
      case Kind::foreign_official: return p.foreign_official.auction.share;
      case Kind::foreign_private: return p.foreign_private.auction.share;
      case Kind::asset_manager: return p.asset_manager.auction.share;
      case Kind::bond_fund: return p.bond_fund.auction.share;
      case Kind::liability_investor: return p.liability_investor.auction.share;
      case Kind::household: return p.household.auction.share;
      default: return 0.0;
    }
  };
  auto& openings = spec().openings;
  double sum = 0;
  for (std::size_t i = 0; i < openings.size(); ++i) {
    double held_bn = 0;
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      if (world().securities[s].kind != world::SecurityKind::bill) held_bn += openings[i].holding_bn[s];
    }
    sum += openings[i].maturing_share = habit(world().institutions[i].kind) * std::max(0.0, held_bn);
  }
  for (auto& opening : openings) opening.maturing_share = sum > 0 ? opening.maturing_share / sum : 0.0;
  for (const auto& a : run_->scenario().auction()) {
    if (sum == 0 && a.maturing_bn() > 0) fault("scenario.auction[name=" + a.name() + "].maturing_bn", std::to_string(a.maturing_bn()), "none: nobody who bids at auctions for what it needs has notes or bonds");
  }
}

}  // namespace haven::assemble
