#include <algorithm>
#include <cmath>

#include "engine/loop/ficc_margin.h"

namespace haven::loop {
namespace {

using base::Face;
using base::InstitutionId;
using base::SecurityId;
using world::Kind;
using world::kNodes;
using world::kOutrightBooks;

constexpr std::uint32_t kFormat = 7;

ledger::LedgerShape shape_of(const Spec& spec) {
  ledger::LedgerShape shape;
  for (const auto& i : spec.world.institutions) shape.institutions.push_back(i.name);
  shape.rounding = spec.world.residue;
  shape.outside = spec.world.outside;
  for (const auto& s : spec.world.securities) shape.securities.push_back(s.name);
  for (const auto& c : spec.world.contracts) shape.futures.push_back(c.name);
  for (std::size_t n = 0; n < kNodes; ++n) shape.swap_tenors.push_back(spec.world.books[kOutrightBooks + n].name);
  shape.outside_flows = {"money_fund_investors"};
  return shape;
}

// Instruments and rates start at the close before the first day.
void open_books(const Spec& spec, world::World& w) {
  const auto& cov = spec.world.covariance;
  for (std::size_t k = 0; k < spec.world.books.size(); ++k) {
    const auto& book = spec.world.books[k];
    markets::BookRules rules;
    rules.lot = static_cast<std::int32_t>(book.lot_multiple);
    w.books.emplace_back(rules);
    if (book.name.empty()) continue;
    w.books.back().reserve(1024, 16);
    if (book.kind == world::BookKind::calendar) {
      auto& md = w.books_data[k];
      const auto points = [&](std::size_t leg) { return w.books_data[leg].mid_ticks / spec.world.books[leg].grid.ticks_per_unit; };
      w.dollars_per_tick[k] = 1000.0 / book.grid.ticks_per_unit;
      md.mid_ticks = std::floor((points(kNodes + book.index) - points(world::kBooks + book.index)) * book.grid.ticks_per_unit + 0.5);
      continue;
    }
    double variance = 0;
    for (std::size_t a = 0; a < kNodes; ++a) {
      for (std::size_t b = 0; b < kNodes; ++b) variance += book.weight[a] * book.weight[b] * cov.sigma_bp[a] * cov.sigma_bp[b] * cov.correlation[a][b];
    }
    const bool spread = book.kind == world::BookKind::spreadover;
    w.calm_sigma_bp[k] = spread ? spec.world.swap_sigma_bp : base::sqrt(variance);
    w.dollars_per_tick[k] = spread ? book.dv01_per_lot / book.grid.ticks_per_unit : 1000.0 / book.grid.ticks_per_unit;
    double y = book.spread_bp;
    for (std::size_t n = 0; n < kNodes; ++n) y += book.weight[n] * spec.world.start_yield_bp[n];
    if (spread) y = spec.world.start_swap_spread_bp[book.index];
    auto& md = w.books_data[k];
    md.mid_ticks = std::floor(world::ticks_of_yield(book, y) + 0.5);
    md.settlement_ticks = static_cast<std::int64_t>(md.mid_ticks);
    md.variance_bp2 = w.calm_sigma_bp[k] * w.calm_sigma_bp[k];
  }
}

struct Members {
  const Spec& spec;
  State& state;

  template <class Member>
  Member& add(std::vector<Member>& members, std::size_t i) {
    auto& member = members.emplace_back();
    member.self = {static_cast<std::uint32_t>(i)};
    member.draws = {state.seed, spec.world.institutions[i].name_key, 0, 0};
    member.scale = spec.openings[i].scale;
    return member;
  }

  void populate(std::size_t i) {
    const auto& inst = spec.world.institutions[i];
    const Opening& opening = spec.openings[i];
    auto& p = state.population;
    switch (inst.kind) {
      case Kind::primary_dealer: {
        auto& dealer = add(p.primary_dealer, i);
        dealer.cleared_share = opening.cleared_share;
        dealer.hurdle_scale = opening.hurdle_scale;
        break;
      }
      case Kind::custody_bank: add(p.custody_bank, i); break;
      case Kind::bank: {
        auto& bank = add(p.bank, i);
        bank.start_reserves_bn = opening.cash_bn;
        if (opening.floor_share) bank.own_floor_share = *opening.floor_share;
        break;
      }
      case Kind::basis_fund: add(p.basis_fund, i); break;
      case Kind::swap_spread_fund: add(p.swap_spread_fund, i); break;
      case Kind::principal_trading_firm: {
        auto& firm = add(p.principal_trading_firm, i);
        // Firms differ in speed: log-normal, fixed by the name alone.
        base::Draws draws{0, inst.name_key, 0, 0};
        firm.speed = base::exp(0.3 * draws.normal(base::Purpose::heterogeneity));
        break;
      }
      case Kind::government_money_fund:
      case Kind::prime_money_fund: {
        auto& fund = add(inst.kind == Kind::prime_money_fund ? p.prime_money_fund : p.government_money_fund, i);
        fund.assets_bn = fund.start_assets_bn = opening.assets_bn;
        break;
      }
      case Kind::home_loan_bank: add(p.home_loan_bank, i); break;
      case Kind::foreign_official: add(p.foreign_official, i); break;
      case Kind::foreign_private: add(p.foreign_private, i); break;
      case Kind::asset_manager: add(p.asset_manager, i); break;
      case Kind::bond_fund: add(p.bond_fund, i); break;
      case Kind::liability_investor: add(p.liability_investor, i); break;
      case Kind::mortgage_hedger: add(p.mortgage_hedger, i); break;
      case Kind::household: add(p.household, i); break;
      case Kind::customer: add(p.customer, i); break;
      case Kind::noise: {
        auto& members = p.noise;
        add(members, i).book = inst.index_in_kind % world::kBooks;
        break;
      }
      case Kind::central_counterparty: add(p.central_counterparty, i); break;
      case Kind::central_bank: add(p.central_bank, i); break;
      case Kind::treasury: add(p.treasury, i); break;
      case Kind::outside:
      case Kind::residue:
      case Kind::count: return;
    }
  }
};

void open_ledger(const Spec& spec, State& state) {
  world::World& w = state.world;
  w.ledger = ledger::Ledger(shape_of(spec));
  const auto n = static_cast<std::uint32_t>(spec.world.institutions.size());
  w.contracts = funding::Contracts(n, 16384);
  w.collateral = funding::Collateral(n, static_cast<std::uint16_t>(world::kSecurities), 65536);
  w.credit = funding::Credit(n);
  w.accounts.resize(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const Opening& opening = spec.openings[i];
    const InstitutionId id{i};
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) {
      const Face face = opening_face(opening, SecurityId{s});
      if (face.v > 0) w.collateral.issue(w.ledger, id, SecurityId{s}, face, w.journal, w.now);
    }
    if (opening.cash_bn != 0) w.ledger.receive_from_outside(id, base::money_from_bn(opening.cash_bn), ledger::kOpeningFlow, w.journal, w.now);
    w.accounts[i].haircut = opening.haircut;
    w.accounts[i].refused_by = id;
    if (opening.line_bn > 0) w.credit.open_line(id, opening.line_from, base::money_from_bn(opening.line_bn), static_cast<std::int32_t>(std::floor(opening.line_spread_bp * 100.0 + 0.5)));
  }
  // Opening futures and swaps face their clearing house, at the opening price.
  const auto open_cleared = [&](std::size_t slot, const world::Instrument& book, InstitutionId house, std::int64_t ticks, auto&& opening_of, auto&& trade) {
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::int64_t lots = static_cast<std::int64_t>(std::floor(opening_of(spec.openings[i]) * 1e4 / static_cast<double>(book.lot_multiple) + 0.5)) * book.lot_multiple;
      if (lots == 0) continue;
      const InstitutionId id{i};
      trade(lots > 0 ? id : house, lots > 0 ? house : id, lots > 0 ? lots : -lots);
      const base::Money value = world::cleared_value(book, lots, ticks);
      w.accounts[i].carried[slot] += value;
      w.accounts[house.v].carried[slot] -= value;
    }
  };
  for (std::uint16_t c = 0; c < world::kContracts; ++c) {
    const auto& book = spec.world.books[kNodes + c];
    open_cleared(c, book, spec.world.cme, w.books_data[kNodes + c].settlement_ticks, [c](const Opening& o) { return o.futures_bn[c]; },
                 [&](InstitutionId buyer, InstitutionId seller, std::int64_t lots) { w.ledger.trade_futures(buyer, seller, ledger::FuturesId{c}, lots, w.journal, w.now); });
  }
  for (std::uint16_t t = 0; t < kNodes; ++t) {
    const auto& book = spec.world.books[kOutrightBooks + t];
    const double rate = spec.world.start_yield_bp[t] + spec.world.books[t].spread_bp + spec.world.start_swap_spread_bp[t];
    open_cleared(world::carried_swap(t), book, spec.world.lch, static_cast<std::int64_t>(std::floor(rate * book.grid.ticks_per_unit + 0.5)), [t](const Opening& o) { return o.swaps_bn[t]; },
                 [&](InstitutionId buyer, InstitutionId seller, std::int64_t lots) { w.ledger.trade_swap(buyer, seller, ledger::TenorId{t}, lots, w.journal, w.now); });
  }
}

void open_margin(const Spec& spec, State& state) {
  auto& w = state.world;
  for (std::size_t c = 0; c < spec.world.contracts.size(); ++c) {
    if (!spec.world.is_listed(c)) continue;
    const std::size_t k = world::book_of_listing(c);
    const auto& book = spec.world.books[k];
    const double points = w.books_data[k].mid_ticks / book.grid.ticks_per_unit;
    const double sigma = w.calm_sigma_bp[k] * book.dv01_per_lot / 1000.0 / points;
    state.futures_margin[c] = funding::calm_margin(spec.futures_margin, sigma);
    state.last_settlement_points[c] = points;
    w.margin_points[c] = state.futures_margin[c].level.in_force_hbp * 1e-6 * points;
  }
  for (std::size_t t = 0; t < kNodes; ++t) {
    const auto& book = spec.world.books[kOutrightBooks + t];
    const double value_per_bp = book.dv01_per_lot / 1e5;
    state.swap_margin[t] = funding::calm_margin(spec.swap_margin, w.calm_sigma_bp[t] * value_per_bp);
    state.last_swap_bp[t] = spec.world.start_yield_bp[t] + spec.world.start_swap_spread_bp[t];
    w.swap_margin_bp[t] = state.swap_margin[t].level.in_force_hbp * 1e-6 / value_per_bp;
  }
  // Positions held at the start are margined, and members' contributions prefunded, at the start.
  for (const base::InstitutionId id : w.ledger.in_name_order()) {
    if (spec.world.institutions[id.v].kind == Kind::central_counterparty) continue;
    const auto required = margin_required(spec.world, w, id);
    const auto post = [&](base::Money& posted, double required_bn, base::InstitutionId house) {
      posted = base::money_from_bn(required_bn);
      w.ledger.pay(id, house, posted, ledger::Reason::initial_margin, w.journal, w.now);
    };
    post(w.accounts[id.v].futures_margin, required.futures_bn, spec.world.cme);
    post(w.accounts[id.v].swap_margin, required.swaps_bn, spec.world.lch);
  }
  const auto& members = state.population.primary_dealer;
  double total = 0;
  for (const auto& dealer : members) total += dealer.scale;
  for (std::size_t h = 0; h < state.population.central_counterparty.size() && total > 0; ++h) {
    for (const auto& dealer : members) {
      base::Money& contribution = w.accounts[dealer.self.v].default_fund[h];
      contribution = base::money_from_bn(spec.population.central_counterparty.resources[h].default_fund_bn * dealer.scale / total);
      w.ledger.pay(dealer.self, state.population.central_counterparty[h].self, contribution, ledger::Reason::default_fund, w.journal, w.now);
    }
  }
  if (spec.ficc_margin) open_ficc_margin(spec, state);
  state.haircuts.resize(spec.openings.size());
  for (std::size_t i = 0; i < spec.openings.size(); ++i) {
    auto& level = state.haircuts[i];
    level.in_force_hbp = level.announced_hbp = static_cast<std::int32_t>(spec.openings[i].haircut * 1e6);
  }
}

}  // namespace

State initial_state(const Spec& spec, std::uint64_t seed, std::vector<base::Record>* tape) {
  State state;
  state.world.journal.attach(tape);
  state.seed = seed;
  state.queue = base::EventQueue(seed);
  state.queue.reserve(4096);
  auto& w = state.world;
  w.now = base::midnight(spec.world.days.front()) - base::hours(7);
  w.outside = state.day_start_public = scenario::initial_public(spec.scenario, spec.world);
  open_books(spec, w);
  open_ledger(spec, state);
  accrue(spec, w);

  const std::size_t n = spec.world.institutions.size();
  state.sequence.assign(n + 1, 0);
  state.handle_offset.assign(n, 0);
  state.handle_slots.assign(n, 0);
  state.leverage_started.assign(n, 0);
  state.opening_exposure_bn.assign(n, 0.0);
  Members members{spec, state};
  std::uint32_t handles = 0;
  for (std::size_t i = 0; i < n; ++i) {
    members.populate(i);
    state.handle_offset[i] = handles;
    state.handle_slots[i] = handle_slots_of(spec.world.institutions[i].kind);
    handles += static_cast<std::uint32_t>(state.handle_slots[i] * spec.world.books.size());
    state.request_draws.push_back({seed, base::mix(spec.world.institutions[i].name_key), 0, 0});
  }
  state.handles.assign(handles, {});
  if (spec.world.work_up) {
    state.work_ups.resize(world::kNodes);
    for (auto& work_up : state.work_ups) work_up.reserve(n, 64);
  }
  open_margin(spec, state);

  base::Event first;
  first.time = base::midnight(spec.world.days.front()) - base::hours(6);
  first.phase = phase_of(EventKind::evening_open);
  first.kind = static_cast<std::uint8_t>(EventKind::evening_open);
  first.name = base::name_key("market");
  first.sequence = state.sequence.back()++;
  state.queue.push(first);
  for (std::uint32_t i = 0; i < n; ++i) {
    auto& account = w.accounts[i];
    for (const auto& auction : spec.scenario.auctions) account.maturing += maturing(spec, auction, {i});
    account.equity_bn = account.start_equity_bn = account.peak_equity_bn = w.equity_bn(spec.world, {i});
  }
  w.ledger.check_conservation();
  return state;
}

std::string save(const State& state) {
  base::Writer writer;
  std::uint32_t format = kFormat;
  writer(format);
  const_cast<State&>(state).fields(writer);  // fields() names members for reading and writing alike; a Writer only reads
  return writer.bytes();
}

State load(const std::string& bytes) {
  base::Reader reader(bytes);
  std::uint32_t format = 0;
  reader(format);
  if (format != kFormat) throw base::ArchiveError("checkpoint format " + std::to_string(format) + ", this program reads " + std::to_string(kFormat));
  State state;
  state.fields(reader);
  if (!reader.finished()) throw base::ArchiveError("checkpoint is longer than its content");
  return state;
}

}  // namespace haven::loop
