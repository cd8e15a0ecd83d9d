// No institution reads the future: not by its types, and not by what it does.
#include <catch2/catch.hpp>
#include <concepts>

#include "engine/world/view.h"
#include "tests/loop/short_run.h"

using namespace haven;
using namespace haven::tests;

namespace {

/// Any of the ways in which a window on the world could lead to the scenario, to the day's coming steps, to the queue,
/// or to another institution's books and mind.
template <class V>
concept Leaks = requires(const V& v) { v.scenario(); } || requires(const V& v) { v.path(); } || requires(const V& v) { v.news(); } ||
                requires(const V& v) { v.steps(); } || requires(const V& v) { v.queue(); } || requires(const V& v) { v.state(); } ||
                requires(const V& v) { v.world(); } || requires(const V& v) { v.population(); } || requires(const V& v) { v.ledger(); } ||
                requires(const V& v) { v.accounts(); } || requires(const V& v, base::InstitutionId id) { v.account(id); } ||
                requires(const V& v, base::InstitutionId id) { v.cash_bn(id); } ||
                requires(const V& v, base::InstitutionId id) { v.holding_lots(id, 0); } ||
                requires(const V& v) { v.spec().scenario; } || requires(const V& v) { v.spec().path; } || requires(const V& v) { v.spec().news; } ||
                requires(const V& v) { v.spec().flows; } || requires(const V& v) { v.spec().openings; } || requires(const V& v) { v.outside().path; } ||
                requires(const V& v) { v.spec().first_scored_day; } || requires(const V& v) { v.spec().calm_to; };

struct LeakyView : world::View {
  const scenario::ScenarioSpec& scenario() const;
};
struct LeakySpecView {
  const loop::Spec& spec() const;
};

static_assert(Leaks<LeakyView>, "the concept sees a leak");
static_assert(Leaks<LeakySpecView>, "the concept sees a leak through the spec");
static_assert(!Leaks<world::View>, "a view leads to the future or to another institution");
static_assert(std::same_as<decltype(std::declval<const world::View&>().spec()), const world::WorldSpec&>);
static_assert(std::same_as<decltype(std::declval<const world::View&>().outside()), const world::PublicState&>);
static_assert(!std::convertible_to<const world::WorldSpec&, const loop::Spec&>);

/// The state just before `at`.
loop::State before(const assemble::Experiment& experiment, base::Time at) {
  loop::State state = loop::initial_state(experiment.spec, 1);
  advance_to(experiment.spec, state, at);
  return state;
}

}  // namespace

TEST_CASE("another outside path on the last day leaves every earlier day as it was, to the last byte of the state", "[loop][future]") {
  const auto& plain = plain_short_run();
  const auto other = short_run({"scenario.day[3].two_year_pct=4.60", "scenario.day[3].uncertainty=60", "scenario.day[3].equity_index=5000",
                                "scenario.news[name=doubt].confidence_step=0.9", "scenario.news[name=doubt].policy_share=0.7"});
  const base::Time last_session = moment(plain.spec, 2, 18);
  loop::State x = before(plain, last_session), y = before(other, last_session);
  REQUIRE(x.world.trades > 0);
  CHECK(x.queue.top().time == last_session);
  CHECK(x.world.journal.digest() == y.world.journal.digest());
  CHECK((loop::save(x) == loop::save(y)));
  advance_to(plain.spec, x);
  advance_to(other.spec, y);
  CHECK(finished(x) == plain_whole());
  CHECK(finished(y).digest != plain_whole().digest);
}

TEST_CASE("news moves nothing before its minute, and an auction and a flow nothing before their day", "[loop][future]") {
  const auto& plain = plain_short_run();
  const auto& spec = plain.spec;
  struct Change {
    const char* set;
    base::Time known;
  };
  const Change change = GENERATE_COPY(values<Change>({{"scenario.news[name=doubt].confidence_step=0.9", moment(spec, 3, 13, 30)},
                                                      {"scenario.auction[name=ten_year].offered_bn=60", moment(spec, 2, 13)},
                                                      {"scenario.flow[name=sales].sell_bn_per_day=40", moment(spec, 0, 18)}}));
  INFO(change.set);
  const auto other = short_run({change.set});
  loop::State y = before(other, change.known);
  CHECK(y.world.journal.digest() == before(plain, change.known).world.journal.digest());
  advance_to(other.spec, y);
  CHECK(finished(y).digest != plain_whole().digest);
}

TEST_CASE("the day from which a run is scored changes nothing that anybody does", "[loop][future]") {
  const auto other = short_run({"calendar.scored_from=2025-01-07"});
  REQUIRE(other.first_scored_day == plain_short_run().first_scored_day - 1);
  CHECK(run_whole(other.spec) == plain_whole());
}

TEST_CASE("a run that goes on for longer begins in the same way", "[loop][future]") {
  const auto& short_one = two_day_run();
  assemble::LoadOptions options;
  options.sets = {"calendar.from=2025-01-06", "calendar.scored_from=2025-01-07", "calendar.to=2025-01-10", "calendar.burn_in_days=0"};
  const auto longer = assemble::assemble("baseline/2025q1", options);
  const base::Time end = moment(short_one.spec, 1, 16, 59);
  CHECK(before(short_one, end).world.journal.digest() == before(longer, end).world.journal.digest());
}
