#include "engine/regulation/firm.h"

namespace haven::regulation {
namespace {

using base::Money;

void check_position(const CapitalPosition& position, const std::string& path, std::vector<RuleFault>& out) {
  const auto above_zero = [&](Money amount, const char* field) {
    if (amount <= Money{0}) out.push_back({path + field, "must be above 0"});
  };
  above_zero(position.tier1, "tier1_bn");
  above_zero(position.leverage_exposure, "leverage_exposure_bn");
  if (position.average_assets) above_zero(*position.average_assets, "average_assets_bn");
  if (position.risk_weighted_assets) above_zero(*position.risk_weighted_assets, "risk_weighted_assets_bn");
}

}  // namespace

std::vector<RuleFault> faults(const BankingGroup& group) {
  std::vector<RuleFault> out;
  if (group.name.empty()) out.push_back({"name", "a firm needs a name"});
  check_position(group.holding_company, "", out);
  if (group.bank) check_position(*group.bank, "bank.", out);
  const auto not_negative = [&out](Ratio ratio, const char* field) {
    if (ratio < Ratio{0}) out.push_back({field, "must not be negative"});
  };
  not_negative(group.method_1, "method_1_surcharge_pct");
  not_negative(group.method_2, "method_2_surcharge_pct");
  not_negative(group.stress_capital_buffer, "stress_capital_buffer_pct");
  not_negative(group.desk_share, "desk_share_pct");
  if (group.desk_share.v > kRatioOne) out.push_back({"desk_share_pct", "must not be above 100"});
  if (group.reserves < Money{0}) out.push_back({"reserves_bn", "must not be negative"});
  if (group.treasuries < Money{0}) out.push_back({"treasuries_bn", "must not be negative"});
  if (group.reserves + group.treasuries >= group.holding_company.leverage_exposure) {
    out.push_back({"treasuries_bn", "with reserves_bn must be less than the exposure that they are part of"});
  }
  return out;
}

}  // namespace haven::regulation
