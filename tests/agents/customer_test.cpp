// Customers' requests (docs/model.md, "Customers").
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

// The second morning of the short run at ten; one customer asks, nobody answers.
struct Asking {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  agents::customer::Parameters p = spec.population.customer;
  agents::customer::Customer& customer;
  world::Intents out;

  Asking() : customer((advance_to(spec, state, moment(spec, 1, 10)), state.population.customer.front())) {
    customer.program.clear();
    customer.parents = {};
  }
  // The request of one look, or an empty intent.
  world::Intent look() {
    out.clear();
    agents::customer::wake({spec.world, state.world, customer.self}, p, customer, out);
    for (const auto& intent : out.list()) {
      if (intent.kind == world::IntentKind::request) return intent;
    }
    return {};
  }
};

}  // namespace

TEST_CASE("customers ask for each bond as often as makes its volume, in requests whose risk goes with the root of risk a lot", "[customer]") {
  Asking a;
  std::array<int, world::kSecurities> asked{};
  int requests = 0;
  for (int i = 0; i < 6000; ++i) {
    const world::Intent request = a.look();
    a.customer.program.clear();
    if (request.lots == 0) continue;
    ++requests;
    ++asked[request.book];
  }
  REQUIRE(requests > 5000);
  const auto expected = [](const world::Security& s) { return s.customer_volume_bn * std::sqrt(s.ten_year_equivalent); };
  double all = 0;
  for (const auto& s : a.spec.world.securities) all += expected(s);
  for (std::size_t s = 0; s < world::kSecurities; ++s) {
    CHECK(static_cast<double>(asked[s]) / requests == Approx(expected(a.spec.world.securities[s]) / all).margin(0.02));
  }
}

TEST_CASE("a customer never asks to sell more than it holds, and what found no dealer is asked for again", "[customer]") {
  Asking a;
  int again = 0;
  std::array<std::int64_t, world::kSecurities> open{};
  for (int i = 0; i < 2000; ++i) {
    const world::Intent request = a.look();
    if (request.lots == 0) continue;
    const std::int64_t signed_lots = base::sign(request.side) * request.lots;
    CHECK(signed_lots >= -a.state.world.ledger.position(a.customer.self, base::SecurityId{request.book}).v / 100'000);
    again += open[request.book] != 0 && signed_lots != 0;
    CHECK(signed_lots == a.customer.program.cash[request.book]);
    open[request.book] = signed_lots;
  }
  CHECK(again > 100);
}

TEST_CASE("no request is larger than half of what the portfolio held of the bond, to buy or to sell", "[customer]") {
  Asking a;
  a.p.request_bn = 100;
  int buys = 0, sells = 0;
  for (int i = 0; i < 500; ++i) {
    const world::Intent request = a.look();
    a.customer.program.clear();
    if (request.lots == 0) continue;
    CHECK(request.lots <= a.customer.start_lots[request.book] / 2);
    (request.side == base::Side::buy ? buys : sells) += request.lots == a.customer.start_lots[request.book] / 2;
  }
  CHECK(buys > 50);
  CHECK(sells > 50);
}

TEST_CASE("a customer deals no further from the market than its tolerance", "[customer]") {
  Asking a;
  a.p.tolerance_bp = 1.5;
  for (int i = 0; i < 200; ++i) {
    const world::Intent request = a.look();
    if (request.lots == 0) continue;
    const double mid_bp = a.state.world.prices(a.spec.world).yield_bp[request.book];
    CHECK(request.limit_bp - mid_bp == Approx(request.side == base::Side::buy ? -1.5 : 1.5).margin(1e-9));
  }
}

TEST_CASE("a customer that holds more than its portfolio's weight sells it back, one that holds less buys", "[customer]") {
  const auto bought_share = [](std::int64_t start_over_held_pct) {
    Asking a;
    a.p.parent_share = 0;
    a.customer.started = 1;
    for (std::size_t s = 0; s < world::kSecurities; ++s) {
      a.customer.start_lots[s] = a.state.world.ledger.position(a.customer.self, base::SecurityId{static_cast<std::uint16_t>(s)}).v / 100'000 * start_over_held_pct / 100;
    }
    int requests = 0, buys = 0;
    for (int i = 0; i < 3000; ++i) {
      const world::Intent request = a.look();
      a.customer.program.clear();
      if (request.lots == 0) continue;
      ++requests;
      buys += request.side == base::Side::buy;
    }
    return static_cast<double>(buys) / requests;
  };
  const double neutral = bought_share(100);
  CHECK(neutral == Approx(0.5).margin(0.03));
  // With signs that alternate (correlation m) a lean of l leaves 0.4 l / (1 - m): 0.22 for l = 1 and 0.11 for l = -1/2 at fidelity 10.
  CHECK(bought_share(50) < neutral - 0.1);
  CHECK(bought_share(200) > neutral + 0.07);
}

}  // namespace haven::tests
