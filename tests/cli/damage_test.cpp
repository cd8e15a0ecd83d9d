// What a failure did to the others, worked by hand.
#include <catch2/catch.hpp>

#include "tools/cli/damage.h"

using namespace haven;
using namespace haven::cli;

namespace {

void falls(KeptRun& run, const std::string& who, double short_by_bn) { run.defaults.push_back({{}, who, "fund", "", short_by_bn}); }
void step(KeptRun& run, const std::string& who, const std::string& account, const std::string& item, double amount_bn) {
  run.default_steps.push_back({{}, who, account, item, "other", amount_bn});
}

}  // namespace

TEST_CASE("damage is what creditors and houses lose, the cash and the names of further defaulters, less what the twin has of each", "[cli][damage]") {
  KeptRun failed, twin;
  falls(failed, "A", 0);
  falls(failed, "B", 0.4);   // because of A
  falls(failed, "C", 0.7);   // anyway
  falls(twin, "C", 0.5);
  step(failed, "A", "clearing", "owed", 3);
  step(failed, "A", "clearing", "lost by the creditor", 1.25);
  step(failed, "A", "clearing", "lost by the creditor", 0.5);
  step(failed, "A", "CME", "borne by the house's own capital", 0.1);
  step(failed, "A", "CME", "borne by a member's default-fund contribution", 0.2);
  step(failed, "A", "CME", "assessed on a member", 0.3);
  step(failed, "A", "CME", "covered by nobody", 0.4);
  step(failed, "A", "CME", "margin held", 9);
  step(failed, "A", "claims", "overdraft", 2);  // cleared above
  step(failed, "B", "claims", "overdraft", 0.6);  // never cleared
  step(failed, "B", "claims", "its own", -0.2);
  step(failed, "C", "clearing", "lost by the creditor", 0.25);
  step(twin, "C", "clearing", "lost by the creditor", 0.25);
  const Damage d = damage(failed, twin, "A");
  CHECK(d.creditor_loss_bn == Approx(1.75));
  CHECK(d.house_loss_bn == Approx(1.0));
  CHECK(d.loss_bn() == Approx(2.75));
  CHECK(d.open_claims_bn == Approx(0.6));
  CHECK(d.shortfall_bn == Approx(0.4));
  CHECK(d.further == std::set<std::string>{"B"});
}

TEST_CASE("one that was in default anyway does no damage", "[cli][damage]") {
  KeptRun run;
  falls(run, "A", 0.4);
  falls(run, "B", 0.1);
  step(run, "A", "clearing", "lost by the creditor", 1);
  const Damage d = damage(run, run, "A");
  CHECK(d.loss_bn() == 0);
  CHECK(d.open_claims_bn == 0);
  CHECK(d.further.empty());
}
