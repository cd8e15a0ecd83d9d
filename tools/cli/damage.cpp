#include "tools/cli/damage.h"

namespace haven::cli {
namespace {

bool borne_by_house(const std::string& item) {
  return item == "borne by the house's own capital" || item == "borne by a member's default-fund contribution" || item == "assessed on a member" || item == "covered by nobody";
}

void add(const KeptRun& run, double sign, Damage& to) {
  std::set<std::string> cleared;
  for (const auto& step : run.default_steps) {
    if (step.account == "clearing") cleared.insert(step.institution);
  }
  for (const auto& step : run.default_steps) {
    if (step.account == "clearing" && step.item == "lost by the creditor") to.creditor_loss_bn += sign * step.amount_bn;
    if (borne_by_house(step.item)) to.house_loss_bn += sign * step.amount_bn;
    if (step.account == "claims" && step.amount_bn > 0 && !cleared.contains(step.institution)) to.open_claims_bn += sign * step.amount_bn;
  }
}

}  // namespace

Damage damage(const KeptRun& failed, const KeptRun& twin, const std::string& who) {
  Damage d;
  add(failed, 1, d);
  add(twin, -1, d);
  std::set<std::string> anyway;
  for (const auto& fell : twin.defaults) anyway.insert(fell.institution);
  for (const auto& fell : failed.defaults) {
    if (fell.institution == who || anyway.contains(fell.institution)) continue;
    d.further.insert(fell.institution);
    d.shortfall_bn += fell.shortfall_bn;
  }
  return d;
}

}  // namespace haven::cli
