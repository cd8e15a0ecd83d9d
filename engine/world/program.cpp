#include "engine/world/program.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/world/roll.h"

namespace haven::world {
namespace {

std::int64_t slice_of(std::int64_t left, double ten_year_equivalent, const Slicing& how) {
  const auto most = std::max<std::int64_t>(1, static_cast<std::int64_t>(how.child_bn * 1e4 / std::max(0.05, ten_year_equivalent)));
  const std::int64_t share = (std::abs(left) + how.slices_left - 1) / how.slices_left;
  return std::min({share, most, std::abs(left)});
}

base::Side side_of(std::int64_t left) { return left > 0 ? base::Side::buy : base::Side::sell; }

// The worst yield: a buyer takes less yield than the mid, a seller gives more.
double worst_bp(double mid_bp, base::Side side, double tolerance_bp) { return side == base::Side::buy ? mid_bp - tolerance_bp : mid_bp + tolerance_bp; }

// Whether a bond is offered for its issue date at no less yield than for tomorrow.
bool offered_when_issued(const View& view, std::size_t node) {
  const std::size_t book = when_issued_book(node);
  if (!view.when_issued(node).open || !view.book(book).has_ask) return false;
  return !view.book(node).has_ask || view.yield_of_ticks(book, view.book(book).ask.v) >= view.yield_of_ticks(node, view.book(node).ask.v);
}

}  // namespace

void send_slices(const View& view, const Program& program, const Slicing& how, Intents& out) {
  const auto& spec = view.spec();
  for (std::size_t s = 0; s < kSecurities; ++s) {
    const std::int64_t left = program.cash[s];
    if (left == 0) continue;
    const auto& security = spec.securities[s];
    const std::int64_t lots = slice_of(left, security.ten_year_equivalent, how);
    if (how.may_wait && left > 0 && s < kNodes && offered_when_issued(view, s)) {
      const MarketData& md = view.book(when_issued_book(s));
      out.immediate(when_issued_book(s), base::Side::buy, md.ask, std::min(lots, md.ask_lots));
      continue;
    }
    double mid = view.curve_bp(security.weight) + security.spread_bp;
    if (security.kind == SecurityKind::off_the_run && view.basket(s - kNodes).mid_bp != 0) mid = view.basket(s - kNodes).mid_bp;
    out.request_basket(s, side_of(left), lots, worst_bp(mid, side_of(left), how.tolerance_bp), how.dealers);
  }
  for (std::size_t c = 0; c < spec.contracts.size(); ++c) {
    const std::int64_t left = program.futures[c];
    if (c >= kContracts && left == 0) continue;
    const std::size_t book = book_of_listing(c);
    const auto& instrument = spec.books[book];
    const std::int64_t lots = slice_of(left, instrument.ten_year_equivalent, how) / instrument.lot_multiple * instrument.lot_multiple;
    const auto& md = view.book(book);
    if (lots <= 0 || (left > 0 ? !md.has_ask : !md.has_bid)) continue;
    const double limit = view.ticks_of_yield(book, worst_bp(view.mid_yield_bp(book), side_of(left), how.tolerance_bp));
    out.immediate(book, side_of(left), {static_cast<std::int32_t>(std::floor(limit + 0.5))}, lots);
  }
  for (std::size_t n = 0; n < kNodes; ++n) {
    const std::int64_t left = program.packages[n];
    if (left == 0) continue;
    const std::size_t book = kOutrightBooks + n;
    const double mid = view.mid_yield_bp(book);
    const double worst = left > 0 ? mid + how.tolerance_bp : mid - how.tolerance_bp;
    out.request_book(book, side_of(left), slice_of(left, spec.books[book].ten_year_equivalent, how), worst, how.dealers);
  }
}

void add_duration(const WorldSpec& spec, Program& program, std::size_t node, double bn, double on_the_run_share) {
  const auto lots = [&](double part_bn, double ten_year_equivalent) {
    return static_cast<std::int64_t>(part_bn * 1e4 / std::max(0.05, ten_year_equivalent));
  };
  double mass = 0;
  for (std::size_t b = 0; b < kBaskets; ++b) mass += spec.securities[kNodes + b].weight[node];
  const double off_share = mass > 0 ? 1.0 - on_the_run_share : 0.0;
  program.cash[node] += lots(bn * (1.0 - off_share), spec.securities[node].ten_year_equivalent);
  for (std::size_t b = 0; b < kBaskets && mass > 0; ++b) {
    const auto& s = spec.securities[kNodes + b];
    if (s.weight[node] > 0) program.cash[kNodes + b] += lots(bn * off_share * s.weight[node] / mass, s.ten_year_equivalent);
  }
}

void follow_lead(const View& view, Program& program) {
  for (std::size_t c = 0; view.spec().rolls() && c < kContracts; ++c) {
    if (view.lead_listing(c) == c) continue;
    program.futures[kContracts + c] += program.futures[c];
    program.futures[c] = 0;
  }
}

void work_program(const View& view, Client& client, int looks, double child_bn, double tolerance_bp, Intents& out) {
  follow_lead(view, client.program);
  send_slices(view, client.program, {client_looks_left(view, looks), child_bn, 3, tolerance_bp, true}, out);
  roll_futures(view, minutes_between_looks(looks), out);
  const base::Time next = next_client_look(view, looks, client.draws.uniform(base::Purpose::jitter));
  if (next.ns != 0) out.wake(next, 0);
}

double minutes_between_looks(int count) { return static_cast<double>(kLastLookMinute - kFirstLookMinute) / count; }

base::Time next_client_look(const View& view, int count, double jitter) {
  const base::Time midnight = base::midnight(base::date_of(view.now()));
  const double gap = minutes_between_looks(count);
  const double minute = static_cast<double>(base::time_of_day(view.now()).ns) / 6e10;
  const double slot = std::floor((minute - static_cast<double>(kFirstLookMinute)) / gap) + 1.0;
  if (minute < static_cast<double>(kFirstLookMinute)) {
    return midnight + base::Duration{static_cast<std::int64_t>((static_cast<double>(kFirstLookMinute) + gap * jitter) * 6e10)};
  }
  if (slot >= count) return {0};
  return midnight + base::Duration{static_cast<std::int64_t>((static_cast<double>(kFirstLookMinute) + gap * (slot + jitter)) * 6e10)};
}

base::Time next_close_out_slice(const View& view, base::Duration slice) {
  const base::Duration next = base::time_of_day(view.now() + slice);
  if (next >= base::hours(7) + base::minutes(30) && next < base::hours(16) + base::minutes(30)) return view.now() + slice;
  const auto& spec = view.spec();
  for (auto day = static_cast<std::size_t>(view.day()); day < spec.days.size(); ++day) {
    const base::Time morning = base::midnight(spec.days[day]) + base::hours(8);
    if (morning > view.now()) return morning;
  }
  return base::midnight(spec.settle.back()) + base::hours(8);
}

int client_looks_left(const View& view, int count) {
  const double gap = static_cast<double>(kLastLookMinute - kFirstLookMinute) / count;
  const double minute = static_cast<double>(base::time_of_day(view.now()).ns) / 6e10;
  const double passed = std::floor((minute - static_cast<double>(kFirstLookMinute)) / gap);
  return std::clamp(count - static_cast<int>(passed), 1, count);
}

}  // namespace haven::world
