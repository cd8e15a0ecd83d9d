#include "engine/metrics/microstructure.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/math.h"

namespace haven::metrics {
namespace {

using world::kNodes;
using world::kOutrightBooks;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kTyBook = kNodes + 2;
constexpr double kTail = 0.05;
constexpr std::size_t kLevels = 3;

}  // namespace

double decay_exponent(const std::vector<double>& lags, const std::vector<double>& correlations) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < lags.size(); ++i) {
    if (!(correlations[i] > 0)) continue;
    const double x = base::log(lags[i]), y = base::log(correlations[i]);
    n += 1;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  if (n < 3) return kNone;
  return -(n * sxy - sx * sy) / (n * sxx - sx * sx);
}

double hill_index(std::vector<double> values, double share) {
  std::erase_if(values, [](double x) { return !(x > 0); });
  const auto tail = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  if (tail < 10) return kNone;
  const auto threshold = values.begin() + static_cast<std::ptrdiff_t>(tail);
  std::nth_element(values.begin(), threshold, values.end(), std::greater<>());
  double sum = 0;
  for (auto at = values.begin(); at != threshold; ++at) sum += base::log(*at / *threshold);
  return sum > 0 ? static_cast<double>(tail) / sum : kNone;
}

Microstructure::Microstructure(const world::WorldSpec& spec) : spec_(&spec) {
  for (std::uint32_t i = 0; i < spec.institutions.size(); ++i) {
    fast_.push_back(spec.institutions[i].kind == world::Kind::principal_trading_firm);
    if (fast_.back() != 0) fast_ids_.push_back(i);
  }
  last_duration_.assign(fast_ids_.size(), kNone);
}

void Microstructure::took(std::size_t book, base::Side side) {
  if (book >= kOutrightBooks) return;
  Signs& s = signs_[book];
  const auto sign = static_cast<std::int8_t>(base::sign(side));
  for (std::size_t k = 0; k < kLags; ++k) {
    const std::uint64_t lag = std::uint64_t{1} << k;
    if (s.seen >= lag) s.products[k] += sign * s.last[(s.seen - lag) % kLongestLag];
  }
  s.last[s.seen % kLongestLag] = sign;
  s.sum += sign;
  ++s.seen;
}

void Microstructure::filled(base::InstitutionId taker, base::InstitutionId maker, std::size_t book, std::int64_t lots) {
  if (book >= kNodes) return;
  fills_ += 2.0 * static_cast<double>(lots);
  fast_fills_ += static_cast<double>(lots) * (fast_[taker.v] + fast_[maker.v]);
}

void Microstructure::traded_cash(base::InstitutionId buyer, base::InstitutionId seller, std::size_t, std::int64_t lots) {
  cash_ += 2.0 * static_cast<double>(lots);
  fast_cash_ += static_cast<double>(lots) * (fast_[buyer.v] + fast_[seller.v]);
}

void Microstructure::sample(const world::World& w) {
  const auto time_of_day = base::time_of_day(w.now);
  if (time_of_day < base::hours(7) || time_of_day > base::hours(16)) return;
  for (std::size_t k = 0; k < kOutrightBooks; ++k) {
    const std::size_t book = w.lead_book(k);
    const auto& md = w.books_data[book];
    BookDay& b = books_[k];
    if (md.has_bid && md.has_ask) {
      ++b.samples;
      b.one_tick += md.ask.v - md.bid.v <= 1;
      for (const base::Side side : {base::Side::buy, base::Side::sell}) {
        const double top = static_cast<double>(w.books[book].best_lots(side));
        b.top += 0.5 * top;
        b.behind += 0.5 * (static_cast<double>(w.books[book].depth_lots(side, 4)) - top) / 3.0;
      }
      if (k == world::kTenYearNode) {
        for (const base::Side side : {base::Side::buy, base::Side::sell}) {
          std::size_t level = 0;
          base::Price at = w.books[k].best(side);
          w.books[k].for_each_order(side, [&](const markets::OrderView& order) {
            if (order.price != at) {
              at = order.price;
              ++level;
            }
            if (level >= kLevels) return;
            b.quoted += static_cast<double>(order.shown);
            if (fast_[order.owner.v] != 0) b.fast += static_cast<double>(order.shown);
          });
        }
      }
    }
    const double y = world::yield_of_ticks(spec_->books[book], md.mid_ticks);
    if (k == world::kTenYearNode || k == kTyBook) {
      if (last_bp_[k] != 0) moves_bp_[k == kTyBook].push_back(std::abs(y - last_bp_[k]));
      last_bp_[k] = y;
    }
  }
  for (std::size_t i = 0; i < fast_ids_.size(); ++i) {
    const base::InstitutionId id{fast_ids_[i]};
    double x = 0;
    for (std::size_t s = 0; s < kNodes; ++s) x += base::to_bn(w.ledger.position(id, base::SecurityId{static_cast<std::uint16_t>(s)})) * spec_->books[s].ten_year_equivalent;
    for (std::size_t c = 0; c < (spec_->rolls() ? world::kListings : world::kContracts); ++c) x += static_cast<double>(w.ledger.futures(id, ledger::FuturesId{static_cast<std::uint16_t>(c)})) * 1e-4 * spec_->books[world::book_of_listing(c)].ten_year_equivalent;
    if (!std::isnan(last_duration_[i])) {
      now_last_ += x * last_duration_[i];
      last_last_ += last_duration_[i] * last_duration_[i];
    }
    last_duration_[i] = x;
  }
  const std::int64_t volume = w.books_data[w.lead_book(kTyBook)].volume_lots;
  if (time_of_day > base::hours(8) && time_of_day <= base::hours(10)) peak_lots_ += volume - last_volume_;
  if (time_of_day > base::hours(11) && time_of_day <= base::hours(13)) noon_lots_ += volume - last_volume_;
  if (time_of_day > base::hours(13) && time_of_day <= base::hours(15)) peak_lots_ += volume - last_volume_;
  last_volume_ = volume;
}

void Microstructure::day_end(const world::World& w, const std::function<void(const std::string&, double)>& put) {
  for (std::size_t k = 0; k < kOutrightBooks; ++k) {
    const std::string& name = spec_->books[k].name;
    BookDay& b = books_[k];
    if (b.samples > 0) {
      const double n = b.samples;
      put("one_tick_" + name + "_share", b.one_tick / n);
      put("top_" + name + "_bn", b.top / n * 1e-4);
      if (b.top > 0) put("depth_behind_over_top_" + name + "_ratio", b.behind / b.top);
      if (b.quoted > 0) put("fast_traders_depth_" + name + "_share", b.fast / b.quoted);
    }
    b = BookDay{};
    Signs& s = signs_[k];
    if (s.seen > 50 * kLongestLag) {
      std::vector<double> lags, correlations;
      const double mean = static_cast<double>(s.sum) / static_cast<double>(s.seen);
      for (std::size_t i = 0; i < kLags; ++i) {
        const double lag = static_cast<double>(std::uint64_t{1} << i);
        lags.push_back(lag);
        correlations.push_back((static_cast<double>(s.products[i]) / (static_cast<double>(s.seen) - lag) - mean * mean) / (1.0 - mean * mean));
      }
      put("sign_memory_" + name + "_exponent", decay_exponent(lags, correlations));
      put("sign_correlation_" + name + "_lag_1", correlations.front());
    }
  }
  if (spec_->work_up) {
    double worked_up = 0, volume = 0;
    for (std::size_t k = 0; k < kNodes; ++k) {
      const auto lots = static_cast<double>(w.books_data[k].volume_lots);
      if (lots > 0) put("workup_" + spec_->books[k].name + "_share", worked_up_[k] / lots);
      worked_up += worked_up_[k];
      volume += lots;
    }
    if (volume > 0) put("workup_share", worked_up / volume);
    worked_up_ = {};
  }
  put("tail_index_10y", hill_index(moves_bp_[0], kTail));
  put("tail_index_TY", hill_index(moves_bp_[1], kTail));
  if (fills_ > 0) put("fast_traders_book_volume_share", fast_fills_ / fills_);
  if (cash_ > 0) put("fast_traders_cash_volume_share", fast_cash_ / cash_);
  if (const double persistence = last_last_ > 0 ? now_last_ / last_last_ : 0; persistence > 0 && persistence < 1) {
    put("fast_traders_half_life_min", 5.0 * base::log(0.5) / base::log(persistence));
  }
  if (noon_lots_ > 0) put("volume_busy_over_noon_TY_ratio", 0.5 * static_cast<double>(peak_lots_) / static_cast<double>(noon_lots_));
  fast_fills_ = fills_ = fast_cash_ = cash_ = 0;
  noon_lots_ = peak_lots_ = last_volume_ = 0;
  last_bp_.fill(0);
  std::fill(last_duration_.begin(), last_duration_.end(), kNone);
}

}  // namespace haven::metrics
