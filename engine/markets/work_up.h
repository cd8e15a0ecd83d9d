// Work-up: what is traded at one price after a trade in a book.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "engine/base/units.h"

namespace haven::markets {

/// How long the phases last. The private one runs from the trade; the public one ends when it has been quiet for its length.
struct WorkUpRules {
  base::Duration private_phase{};                ///< 0: none
  base::Duration public_phase = base::seconds(3);  ///< > 0
};

/// Somebody's open interest at the work-up's price.
struct Interest {
  base::InstitutionId owner;
  base::Side side = base::Side::buy;
  std::uint8_t sent = 0;  ///< 1: the rest of an order that came while the work-up was on; 0: asked for
  std::int64_t lots = 0;  ///< > 0
  bool operator==(const Interest&) const = default;
  template <class Archive>
  void fields(Archive& archive) { archive(owner, side, sent, lots); }
};

/// Two interests that met, at the work-up's price. `first` had been there before `second`.
struct WorkedUp {
  Interest first, second;  ///< as they stood before
  std::int64_t lots = 0;
};

/// The price and the side are those of the trade that opened it. In the private phase only its two sides' owners, the one who
/// took and those whose orders it took at that price, may meet each other: they have first refusal. What others want by then
/// waits, in the order in which it came. In the public phase everybody's interest meets everybody's. On each side the earlier
/// interest trades first; an owner does not meet itself.
///
/// Knows no book: who displays orders at the price is the venue's affair (loop/work_up.cpp). Callbacks must not call the work-up.
///
/// Invariants: closed, it holds nothing. No two interests of opposite sides and different owners that may meet stand at once.
class WorkUp {
 public:
  enum class Phase : std::uint8_t { closed, private_phase, public_phase };

  void reserve(std::size_t interests, std::size_t parties) {
    interests_.reserve(interests);
    parties_.reserve(parties);
  }

  /// After a trade at `price` that `taker` began. Requires a closed work-up.
  void open(base::Price price, base::Side taker_side, base::InstitutionId taker, base::Time now, const WorkUpRules& rules);
  /// The owner of a resting order that the opening trade filled at the price.
  void admit(base::InstitutionId maker) {
    if (!is_party(maker)) parties_.push_back(maker);
  }
  /// Everybody may join; what waited meets what there is, after `displayed_first` has let it take the book's orders. `on_trade(const WorkedUp&)`.
  template <class OnTrade>
  void go_public(base::Time now, const WorkUpRules& rules, OnTrade&& on_trade, const std::function<void()>& displayed_first = {});
  /// `on_left(const Interest&)` for all that did not trade.
  template <class OnLeft>
  void close(OnLeft&& on_left);

  /// From now on `owner` wants just `lots` more on `side` and nothing on the other: less keeps its place, more joins the end.
  /// Orders that it has sent stay. Requires an open work-up, lots >= 0.
  template <class OnTrade>
  void want(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade);
  /// An order of `owner` joins the end. Requires an open work-up, lots > 0.
  template <class OnTrade>
  void send(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade);
  /// An order of `owner` meets what stands and leaves again. Returns the lots that did not trade. Requires the same.
  template <class OnTrade>
  std::int64_t take(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade);
  /// Takes out all that `owner` has.
  void withdraw(base::InstitutionId owner) {
    std::erase_if(interests_, [&](const Interest& i) { return i.owner == owner; });
  }
  /// The front interest of a side that may trade with anybody traded `lots` elsewhere at the price, by the venue's rules.
  /// Requires front(side), lots <= its lots.
  void traded(base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules);
  /// Displayed orders traded at the price: the public phase's clock starts afresh.
  void restart(base::Time now, const WorkUpRules& rules) {
    if (phase_ == Phase::public_phase) ends_at_ = now + rules.public_phase;
  }

  bool is_open() const { return phase_ != Phase::closed; }
  Phase phase() const { return phase_; }
  base::Price price() const { return price_; }
  base::Side taker_side() const { return taker_side_; }
  base::InstitutionId taker() const { return parties_.front(); }
  /// The taker first.
  const std::vector<base::InstitutionId>& parties() const { return parties_; }
  bool is_party(base::InstitutionId who) const { return std::ranges::find(parties_, who) != parties_.end(); }
  /// When the phase ends, unless something trades before.
  base::Time ends_at() const { return ends_at_; }
  /// Number of this work-up in its book, from 1.
  std::uint32_t number() const { return number_; }
  /// First in line on a side; nullptr when nobody is.
  const Interest* front(base::Side side) const {
    const auto found = std::ranges::find(interests_, side, &Interest::side);
    return found == interests_.end() ? nullptr : &*found;
  }
  std::int64_t lots_of(base::InstitutionId owner, base::Side side) const {
    std::int64_t lots = 0;
    for (const Interest& i : interests_) lots += i.owner == owner && i.side == side ? i.lots : 0;
    return lots;
  }
  const std::vector<Interest>& interests() const { return interests_; }

  bool operator==(const WorkUp&) const = default;
  template <class Archive>
  void fields(Archive& archive) { archive(phase_, price_, taker_side_, ends_at_, number_, parties_, interests_); }

 private:
  bool may_meet(const Interest& a, const Interest& b) const {
    return a.side != b.side && a.owner != b.owner && (phase_ == Phase::public_phase || (is_party(a.owner) && is_party(b.owner)));
  }
  /// Lets the interest at `place` meet those before it, earliest first; emptied ones stay until sweep().
  template <class OnTrade>
  void meet(std::size_t place, base::Time now, const WorkUpRules& rules, OnTrade& on_trade);
  void sweep() {
    std::erase_if(interests_, [](const Interest& i) { return i.lots == 0; });
  }

  Phase phase_ = Phase::closed;
  base::Price price_;
  base::Side taker_side_ = base::Side::buy;
  base::Time ends_at_;
  std::uint32_t number_ = 0;
  std::vector<base::InstitutionId> parties_;
  std::vector<Interest> interests_;  ///< in order of arrival, both sides
};

inline void WorkUp::open(base::Price price, base::Side taker_side, base::InstitutionId taker, base::Time now, const WorkUpRules& rules) {
  HAVEN_CHECK(!is_open(), "a work-up was opened within another");
  phase_ = Phase::private_phase;
  price_ = price;
  taker_side_ = taker_side;
  ends_at_ = now + rules.private_phase;
  ++number_;
  parties_.assign(1, taker);
}

template <class OnTrade>
void WorkUp::meet(std::size_t place, base::Time now, const WorkUpRules& rules, OnTrade& on_trade) {
  for (std::size_t i = 0; i < place && interests_[place].lots > 0; ++i) {
    Interest &first = interests_[i], &second = interests_[place];
    if (first.lots == 0 || !may_meet(first, second)) continue;
    const WorkedUp met{first, second, std::min(first.lots, second.lots)};
    first.lots -= met.lots;
    second.lots -= met.lots;
    restart(now, rules);
    on_trade(met);
  }
}

template <class OnTrade>
void WorkUp::go_public(base::Time now, const WorkUpRules& rules, OnTrade&& on_trade, const std::function<void()>& displayed_first) {
  HAVEN_CHECK(phase_ == Phase::private_phase, "only a private phase becomes public");
  phase_ = Phase::public_phase;
  ends_at_ = now + rules.public_phase;
  if (displayed_first) displayed_first();
  for (std::size_t i = 0; i < interests_.size(); ++i) meet(i, now, rules, on_trade);
  sweep();
}

template <class OnLeft>
void WorkUp::close(OnLeft&& on_left) {
  for (const Interest& i : interests_) on_left(i);
  interests_.clear();
  parties_.clear();
  phase_ = Phase::closed;
}

template <class OnTrade>
void WorkUp::want(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade) {
  HAVEN_CHECK(is_open() && lots >= 0, "an interest in no work-up");
  std::int64_t have = 0;
  for (Interest& i : interests_) {
    if (i.owner != owner || i.sent != 0) continue;
    i.lots = i.side == side ? std::min(i.lots, lots - have) : 0;
    have += i.lots;
  }
  sweep();
  if (have == lots) return;
  interests_.push_back({owner, side, 0, lots - have});
  meet(interests_.size() - 1, now, rules, on_trade);
  sweep();
}

template <class OnTrade>
void WorkUp::send(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade) {
  HAVEN_CHECK(is_open() && lots > 0, "an order in no work-up");
  interests_.push_back({owner, side, 1, lots});
  meet(interests_.size() - 1, now, rules, on_trade);
  sweep();
}

template <class OnTrade>
std::int64_t WorkUp::take(base::InstitutionId owner, base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules, OnTrade&& on_trade) {
  HAVEN_CHECK(is_open() && lots > 0, "an order in no work-up");
  interests_.push_back({owner, side, 1, lots});
  meet(interests_.size() - 1, now, rules, on_trade);
  const std::int64_t left = interests_.back().lots;
  interests_.pop_back();
  sweep();
  return left;
}

inline void WorkUp::traded(base::Side side, std::int64_t lots, base::Time now, const WorkUpRules& rules) {
  const auto found = std::ranges::find(interests_, side, &Interest::side);
  HAVEN_CHECK(found != interests_.end() && lots > 0 && lots <= found->lots, "more was worked up than was wanted");
  found->lots -= lots;
  restart(now, rules);
  sweep();
}

}  // namespace haven::markets
