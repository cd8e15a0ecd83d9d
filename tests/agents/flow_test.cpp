// What flow leaves in beliefs, and how noise nets (docs/decisions/0006).
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/loop/short_run.h"

namespace haven::tests {
namespace {

constexpr std::size_t kTenYear = world::kTenYearNode;
constexpr std::size_t kTyBook = world::kNodes + 2;

// The second morning of the short run at ten: books are full, nobody else acts while a test looks.
struct Morning {
  const loop::Spec& spec = plain_short_run().spec;
  loop::State state = loop::initial_state(spec, 1);
  Morning() { advance_to(spec, state, moment(spec, 1, 10)); }
  world::View view(base::InstitutionId who) const { return {spec.world, state.world, who}; }
};

// How far a firm's beliefs move for good after others bought 10'000 lots of a bond at once and nothing since.
world::Nodes lasting_moves_bp(double predictable_share, std::size_t bought) {
  Morning m;
  auto& firm = m.state.population.principal_trading_firm.front();
  agents::principal_trading_firm::Readings readings;
  auto p = m.spec.population.principal_trading_firm;
  p.predictable_share = predictable_share;
  p.belief_half_life_min = 1e12;  // the market's mid teaches it nothing here
  p.flow_variance_days = p.usual_flow_days;  // and flow of late counts as the usual
  firm.watched_min = firm.flow_variance = firm.usual_flow_variance = 0;
  firm.flow_rate.fill(0);
  world::Intents out;
  const auto look = [&](double minutes) {
    m.state.world.now = m.state.world.now + base::Duration{static_cast<std::int64_t>(minutes * 6e10)};
    out.clear();
    agents::principal_trading_firm::wake(m.view(firm.self), p, readings, firm, agents::principal_trading_firm::kNews, out);
  };
  look(0.1);  // takes in what came before
  firm.flow_rate.fill(0);
  world::Nodes moves = firm.belief;
  m.state.world.books_data[bought].signed_lots += 10'000;
  for (int i = 0; i < 4000; ++i) look(0.1);
  for (std::size_t n = 0; n < world::kNodes; ++n) moves[n] = firm.belief[n] - moves[n];
  return moves;
}
double lasting_move_bp(double predictable_share) { return lasting_moves_bp(predictable_share, kTenYear)[kTenYear]; }

struct Sides {
  int orders = 0, buys = 0, alternations = 0;
};

Sides noise_orders(Morning& m, std::size_t book, const agents::noise::Parameters& p, const world::WorldSpec& spec, int looks) {
  auto& trader = m.state.population.noise.at(book);
  REQUIRE(trader.book == book);
  agents::noise::forget(trader);
  trader.left_lots = {};
  trader.carried_lots = 0;
  Sides sides;
  bool last = false;
  world::Intents out;
  for (int i = 0; i < looks; ++i) {
    out.clear();
    agents::noise::wake(world::View(spec, m.state.world, trader.self), p, trader, out);
    for (const auto& intent : out.list()) {
      if (intent.kind != world::IntentKind::immediate) continue;
      const bool buys = intent.side == base::Side::buy;
      sides.alternations += sides.orders > 0 && buys != last;
      last = buys;
      ++sides.orders;
      sides.buys += buys;
    }
    trader.carried_lots = 0;
  }
  return sides;
}

}  // namespace

TEST_CASE("of a burst of flow a fast trader's belief keeps just the share that was not foretold", "[principal_trading_firm]") {
  const double all = lasting_move_bp(0.0);
  CHECK(all < -0.1);
  CHECK(lasting_move_bp(0.5) / all == Approx(0.5).margin(0.01));
  CHECK(lasting_move_bp(1.0) / all == Approx(0.0).margin(0.01));
}

TEST_CASE("flow in one bond moves beliefs about another by their covariance, policy news apart", "[principal_trading_firm]") {
  const auto& spec = plain_short_run().spec.world;
  const auto covariance = [&](std::size_t a, std::size_t b) {
    const auto& c = spec.covariance;
    const auto& loading = spec.beliefs.policy_loading;
    return c.sigma_bp[a] * c.sigma_bp[b] * c.correlation[a][b] - c.policy_sigma_bp * c.policy_sigma_bp * loading[a] * loading[b];
  };
  for (const std::size_t bought : {std::size_t{0}, kTenYear}) {
    const world::Nodes moves = lasting_moves_bp(0.0, bought);
    CHECK(moves[bought] < 0);
    for (std::size_t n = 0; n < world::kNodes; ++n) CHECK(moves[n] / moves[bought] == Approx(covariance(n, bought) / covariance(bought, bought)).epsilon(0.02));
  }
}

TEST_CASE("orders that stand for many alternate so often that their net has the variance of many small ones", "[noise]") {
  for (const double fidelity : {1.0, 10.0}) {
    Morning m;
    world::WorldSpec spec = m.spec.world;
    spec.fidelity = fidelity;
    auto p = m.spec.population.noise;
    p.parent_share = 0;
    const Sides s = noise_orders(m, kTenYear, p, spec, 4000);
    REQUIRE(s.orders > 3500);
    // Correlation m of a sign with the last one's: (1 + m)/(1 - m) = 1/fidelity; it alternates with probability (1 - m)/2.
    const double correlation = 1.0 - 2.0 * static_cast<double>(s.alternations) / (s.orders - 1);
    CHECK((1.0 + correlation) / (1.0 - correlation) == Approx(1.0 / fidelity).epsilon(0.15));
  }
}

TEST_CASE("parents buy a future that is cheaper than usual against its bonds and a bond that is cheaper against its future, and sell the dearer", "[noise]") {
  const auto buying_share = [](std::size_t book, std::size_t future, double cheaper_bp) {
    Morning m;
    auto p = m.spec.population.noise;
    p.parent_share = 1e6;  // all orders that can be are slices of parents
    p.parents.mean_bn = 1e-6;  // each a single slice, so that every order is a choice of its own
    auto& trader = m.state.population.noise.at(book);
    const auto view = m.view(trader.self);
    p.usual_gap_minutes = 1e15;
    trader.started = 1;
    trader.start_lots = book == future ? view.futures_lots(future - world::kNodes) : view.holding_lots(book);
    const double future_over_bonds_bp = view.mid_yield_bp(future) - view.curve_bp(m.spec.world.books[future].weight);
    trader.usual_gap_bp = (book == future ? future_over_bonds_bp : -future_over_bonds_bp) - cheaper_bp;
    const Sides s = noise_orders(m, book, p, m.spec.world, 3000);
    REQUIRE(s.orders > 2500);
    return static_cast<double>(s.buys) / s.orders;
  };
  constexpr std::size_t kFiveYear = 2, kFvBook = world::kNodes + 1;
  for (const auto& [book, future] : {std::pair{kTyBook, kTyBook}, std::pair{kFiveYear, kFvBook}}) {
    CHECK(buying_share(book, future, 0.0) == Approx(0.5).margin(0.04));
    CHECK(buying_share(book, future, 5.0) > 0.8);
    CHECK(buying_share(book, future, -5.0) < 0.2);
  }
}

TEST_CASE("self-exciting arrivals come as often as asked, and bunch as a Hawkes process does", "[noise]") {
  const auto counts = [](double share) {
    base::Draws draws{11, base::name_key("arrivals"), 0, 0};
    world::Excess excess;
    constexpr double kRate = 2.0, kWindow = 500.0;  // a minute; minutes, much longer than the half-life
    constexpr int kWindows = 600;
    std::vector<double> count(kWindows, 0.0);
    double minute = 0;
    base::Time now{};
    while (minute < kWindow * kWindows) {
      ++count[static_cast<std::size_t>(minute / kWindow)];
      minute += world::next_arrival_min(draws, {share, 3.0}, kRate, now, excess);
      now = base::Time{} + base::Duration{static_cast<std::int64_t>(minute * 6e10)};
    }
    double mean = 0, variance = 0;
    for (const double n : count) mean += n / kWindows;
    for (const double n : count) variance += (n - mean) * (n - mean) / kWindows;
    return std::pair{mean / (kRate * kWindow), variance / mean};
  };
  // Rate mu / (1 - n) with mu = (1 - n) rate; variance over mean of long windows 1 / (1 - n)^2 (Hawkes 1971).
  for (const double share : {0.0, 0.5, 0.7}) {
    const auto [rate, bunching] = counts(share);
    CHECK(rate == Approx(1.0).epsilon(0.02));
    CHECK(bunching == Approx(1.0 / ((1.0 - share) * (1.0 - share))).epsilon(0.2));
  }
}

}  // namespace haven::tests
