// Work-up: first refusal, priority, conservation, and how long it lasts.
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "engine/markets/work_up.h"

using namespace haven;
using namespace haven::markets;
using base::InstitutionId;
using base::Side;
using Phase = WorkUp::Phase;

namespace {

constexpr WorkUpRules kRules{base::seconds(4), base::seconds(3)};
constexpr base::Time kOpened{base::hours(10).ns};
constexpr InstitutionId kTaker{1}, kMaker{2}, kOther{3}, kAnother{4};

struct Session {
  WorkUp work_up;
  std::vector<WorkedUp> trades;
  base::Time now = kOpened;

  Session() {
    work_up.open({100}, Side::buy, kTaker, now, kRules);
    work_up.admit(kMaker);
  }
  auto hear() {
    return [this](const WorkedUp& met) { trades.push_back(met); };
  }
  void want(InstitutionId who, Side side, std::int64_t lots) { work_up.want(who, side, lots, now, kRules, hear()); }
  void send(InstitutionId who, Side side, std::int64_t lots) { work_up.send(who, side, lots, now, kRules, hear()); }
  void go_public() { work_up.go_public(now, kRules, hear()); }
};

}  // namespace

TEST_CASE("in the private phase only the two sides of the trade meet, others wait their turn", "[work_up]") {
  Session s;
  s.want(kOther, Side::sell, 10);
  s.want(kTaker, Side::buy, 30);
  CHECK(s.trades.empty());
  s.want(kMaker, Side::sell, 12);
  REQUIRE(s.trades.size() == 1);
  CHECK(s.trades[0].first.owner == kTaker);
  CHECK(s.trades[0].second.owner == kMaker);
  CHECK(s.trades[0].lots == 12);
  CHECK(s.work_up.lots_of(kTaker, Side::buy) == 18);
  s.go_public();
  REQUIRE(s.trades.size() == 2);
  CHECK(s.trades[1].lots == 10);
  CHECK(s.work_up.lots_of(kTaker, Side::buy) == 8);
}

TEST_CASE("who wants less keeps its place in a work-up, who wants more joins the end with it", "[work_up]") {
  Session s;
  s.go_public();
  s.want(kOther, Side::sell, 10);
  s.want(kAnother, Side::sell, 10);
  s.want(kOther, Side::sell, 6);
  s.want(kOther, Side::sell, 9);
  s.want(kTaker, Side::buy, 18);
  REQUIRE(s.trades.size() == 3);
  CHECK((s.trades[0].first.owner == kOther && s.trades[0].lots == 6));
  CHECK((s.trades[1].first.owner == kAnother && s.trades[1].lots == 10));
  CHECK((s.trades[2].first.owner == kOther && s.trades[2].lots == 2));
  s.want(kOther, Side::buy, 5);  // changed its mind: what it still offered is gone
  CHECK(s.work_up.lots_of(kOther, Side::sell) == 0);
  CHECK(s.work_up.lots_of(kOther, Side::buy) == 5);
}

TEST_CASE("a public phase ends when nothing has traded for its length, and a private one with its own", "[work_up]") {
  Session s;
  CHECK(s.work_up.ends_at() == kOpened + base::seconds(4));
  s.now = kOpened + base::seconds(1);
  s.want(kTaker, Side::buy, 5);
  s.want(kMaker, Side::sell, 5);
  CHECK(s.trades.size() == 1);
  CHECK(s.work_up.ends_at() == kOpened + base::seconds(4));
  s.now = kOpened + base::seconds(4);
  s.go_public();
  CHECK(s.work_up.ends_at() == kOpened + base::seconds(7));
  s.now = kOpened + base::seconds(6);
  s.want(kTaker, Side::buy, 5);
  CHECK(s.work_up.ends_at() == kOpened + base::seconds(7));
  s.want(kOther, Side::sell, 1);
  CHECK(s.work_up.ends_at() == kOpened + base::seconds(9));
}

TEST_CASE("an order that takes in a work-up leaves nothing behind, one that is sent does and is told what did not trade", "[work_up]") {
  Session s;
  s.go_public();
  s.want(kMaker, Side::sell, 7);
  CHECK(s.work_up.take(kOther, Side::buy, 10, s.now, kRules, s.hear()) == 3);
  CHECK(s.work_up.interests().empty());
  s.send(kOther, Side::buy, 10);
  std::vector<Interest> left;
  s.work_up.close([&](const Interest& i) { left.push_back(i); });
  CHECK((left == std::vector<Interest>{{kOther, Side::buy, 1, 10}}));
  CHECK(!s.work_up.is_open());
  CHECK(s.work_up.interests().empty());
}

TEST_CASE("over random work-ups nothing is lost, nobody meets itself, and the earlier trades first", "[work_up]") {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int round = 0; round < 2'000; ++round) {
    WorkUp u;
    u.open({static_cast<std::int32_t>(below(1000))}, below(2) == 0 ? Side::buy : Side::sell, {0}, kOpened, kRules);
    u.admit({1});
    std::map<std::uint32_t, std::int64_t> entered, traded, gone;
    std::vector<Interest> before;  // as they stood before the message that is worked on, with those it added
    const auto check_trade = [&](const WorkedUp& met) {
      REQUIRE(met.first.owner != met.second.owner);
      REQUIRE(met.first.side != met.second.side);
      REQUIRE(met.lots == std::min(met.first.lots, met.second.lots));
      if (u.phase() == Phase::private_phase) REQUIRE((met.first.owner.v < 2 && met.second.owner.v < 2));
      // Of all that could have met the second, none stood before the first.
      for (Interest& i : before) {
        const bool could = i.lots > 0 && i.side != met.second.side && i.owner != met.second.owner && (u.phase() == Phase::public_phase || (i.owner.v < 2 && met.second.owner.v < 2));
        if (!could) continue;
        REQUIRE(i == met.first);
        i.lots -= met.lots;
        break;
      }
      for (auto at = before.rbegin(); at != before.rend(); ++at) {
        if (*at == met.second) {
          at->lots -= met.lots;
          break;
        }
      }
      traded[met.first.owner.v] += met.lots;
      traded[met.second.owner.v] += met.lots;
    };
    for (int step = 0; step < 60; ++step) {
      const InstitutionId who{static_cast<std::uint32_t>(below(5))};
      const Side side = below(2) == 0 ? Side::buy : Side::sell;
      const auto lots = static_cast<std::int64_t>(1 + below(20));
      const auto asked = [&](Side s) {
        std::int64_t sum = 0;
        for (const Interest& i : u.interests()) sum += i.owner == who && i.sent == 0 && i.side == s ? i.lots : 0;
        return sum;
      };
      before = u.interests();
      switch (below(5)) {
        case 0:
          before.push_back({who, side, 1, lots});
          entered[who.v] += lots;
          u.send(who, side, lots, kOpened, kRules, check_trade);
          break;
        case 1: {
          before.push_back({who, side, 1, lots});
          entered[who.v] += lots;
          gone[who.v] += u.take(who, side, lots, kOpened, kRules, check_trade);
          break;
        }
        case 2:
          if (u.phase() == Phase::private_phase && below(6) == 0) {
            u.go_public(kOpened, kRules, [&](const WorkedUp& met) {
              traded[met.first.owner.v] += met.lots;
              traded[met.second.owner.v] += met.lots;
            });
          }
          break;
        default: {
          const std::int64_t have = asked(side), other = asked(base::opposite(side));
          gone[who.v] += other + std::max<std::int64_t>(0, have - lots);
          entered[who.v] += std::max<std::int64_t>(0, lots - have);
          std::erase_if(before, [&](const Interest& i) { return i.owner == who && i.sent == 0 && i.side != side; });
          if (lots > have) before.push_back({who, side, 0, lots - have});
          u.want(who, side, lots, kOpened, kRules, check_trade);
          break;
        }
      }
      for (std::uint32_t i = 0; i < 5; ++i) {
        REQUIRE(entered[i] == traded[i] + gone[i] + u.lots_of({i}, Side::buy) + u.lots_of({i}, Side::sell));
      }
      if (u.phase() == Phase::public_phase) {
        for (const Interest& a : u.interests()) {
          for (const Interest& b : u.interests()) REQUIRE((a.side == b.side || a.owner == b.owner));
        }
      }
    }
  }
}
