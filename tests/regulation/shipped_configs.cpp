#include "tests/regulation/shipped_configs.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "configs/schema/firms.pb.h"
#include "configs/schema/rules.pb.h"

namespace haven::regulation::shipped {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(std::string(HAVEN_SOURCE_DIR) + "/configs/" + path);
  if (!file) throw std::runtime_error("no config " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

template <class Message>
Message parse(const std::string& path) {
  Message message;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowPartialMessage(true);
  if (!parser.ParseFromString(read(path), &message)) throw std::runtime_error("cannot parse " + path);
  return message;
}

config::RuleSet merged(const std::string& name) {
  const auto own = parse<config::RuleSet>("rules/" + name + ".textproto");
  config::RuleSet out;
  for (const auto& base : own.base()) out.MergeFrom(merged(base));
  out.MergeFrom(own);
  return out;
}

base::Money money(double bn) { return base::money_from_bn(bn); }

std::optional<base::Date> date(const std::string& text) {
  base::Date out;
  if (text.empty()) return std::nullopt;
  if (!base::parse_date(text, out)) throw std::runtime_error("not a date: " + text);
  return out;
}

LeverageRule leverage(const config::RuleSet& from, const config::RuleSet::LeverageRule& rule, Level level) {
  LeverageRule out;
  out.name = from.name();
  out.level = level;
  out.minimum = ratio_from_pct(rule.minimum_pct());
  out.buffer.kind = rule.buffer() == config::RuleSet::LeverageRule::FIXED ? BufferKind::fixed : BufferKind::share_of_method_1;
  out.buffer.fixed = ratio_from_pct(rule.fixed_buffer_pct());
  out.buffer.share = ratio_from_pct(rule.surcharge_share_pct());
  if (rule.has_buffer_cap_pct()) out.buffer.cap = ratio_from_pct(rule.buffer_cap_pct());
  out.in_force = {date(rule.from()), date(rule.to())};
  out.early_adoption = date(rule.early_adoption_from());
  const auto& exclusion = from.exclusion();
  out.exclusion.reserves = exclusion.reserves() ? Treatment::excluded : Treatment::counted;
  out.exclusion.treasuries = exclusion.treasuries() ? Treatment::excluded : Treatment::counted;
  const bool at_bank = level == Level::bank;
  out.exclusion.during = {date(at_bank ? exclusion.bank_from() : exclusion.holding_company_from()), date(exclusion.to())};
  if (at_bank && exclusion.bank_adoption() == config::RuleSet::Exclusion::OPT_IN) out.exclusion.adoption = Adoption::opt_in;
  out.netting = from.repo_netting() == config::RuleSet::GROSS   ? NettingScope::gross
                : from.repo_netting() == config::RuleSet::LEGAL ? NettingScope::legal
                                                                : NettingScope::all_cleared;
  out.custody = from.custody_deduction() ? CustodyDeduction::central_bank_deposits : CustodyDeduction::none;
  return out;
}

RuleSet to_rule(const config::RuleSet& from) {
  RuleSet out;
  out.name = from.name();
  out.title = from.title();
  out.holding_company = leverage(from, from.holding_company(), Level::holding_company);
  out.bank = leverage(from, from.bank(), Level::bank);
  out.tier1_leverage = {ratio_from_pct(from.tier1_leverage().holding_company_pct()), ratio_from_pct(from.tier1_leverage().bank_pct())};
  const auto& floor = from.risk_based();
  out.risk_based = {ratio_from_pct(floor.holding_company_minimum_pct()), ratio_from_pct(floor.bank_pct()),
                    floor.added_risk() == config::RuleSet::RiskBasedFloor::OWN_MIX ? AddedRisk::own_mix : AddedRisk::fixed_weight,
                    ratio_from_pct(floor.added_risk_weight_pct())};
  out.haircut_floor = {ratio_from_pct(from.haircut_floor().minimum_pct()),
                       from.haircut_floor().basis() == config::RuleSet::HaircutFloor::NET_OF_PACKAGE ? HaircutBasis::net_of_package : HaircutBasis::each_trade};
  const auto& clearing = from.clearing();
  out.clearing = {clearing.scope() == config::RuleSet::Clearing::FULL ? ClearingScope::full : ClearingScope::as_observed,
                  clearing.cross_margining() == config::RuleSet::Clearing::CUSTOMERS ? CrossMargining::customers : CrossMargining::none,
                  money(clearing.untapped_netting_bn())};
  return out;
}

BankingGroup to_group(const config::BankingGroup& from) {
  BankingGroup out;
  out.name = from.name();
  out.holding_company = {money(from.tier1_bn()), money(from.leverage_exposure_bn()), std::nullopt, std::nullopt};
  if (from.has_average_assets_bn()) out.holding_company.average_assets = money(from.average_assets_bn());
  if (from.has_risk_weighted_assets_bn()) out.holding_company.risk_weighted_assets = money(from.risk_weighted_assets_bn());
  if (from.has_bank()) {
    const auto& bank = from.bank();
    out.bank = CapitalPosition{money(bank.tier1_bn()), money(bank.leverage_exposure_bn()), std::nullopt, std::nullopt};
    if (bank.has_average_assets_bn()) out.bank->average_assets = money(bank.average_assets_bn());
    if (bank.has_risk_weighted_assets_bn()) out.bank->risk_weighted_assets = money(bank.risk_weighted_assets_bn());
  }
  out.method_1 = ratio_from_pct(from.method_1_surcharge_pct());
  out.method_2 = ratio_from_pct(from.method_2_surcharge_pct());
  out.stress_capital_buffer = ratio_from_pct(from.stress_capital_buffer_pct());
  out.reserves = money(from.reserves_bn());
  out.treasuries = money(from.treasuries_bn());
  out.desk_share = ratio_from_pct(from.desk_share_pct());
  out.exclusion_notice = from.exclusion_notice() ? Notice::given : Notice::none;
  out.primary_dealers.assign(from.primary_dealer().begin(), from.primary_dealer().end());
  return out;
}

Baseline load() {
  const auto firms = parse<config::Firms>("baseline/firms_2025q1.textproto");
  if (!firms.IsInitialized()) throw std::runtime_error("firms_2025q1: missing " + firms.InitializationErrorString());
  Baseline out;
  for (const auto& from : firms.group()) out.groups.push_back(to_group(from));
  const auto& price = firms.shadow_price();
  out.shadow_price = {price.required_return_pct(), price.use_sigma_pct() / 100.0, price.penalty_multiple(), price.cap_multiple()};
  for (const auto& from : firms.home_rule()) {
    out.home_rules.push_back({from.name(), ratio_from_pct(from.minimum_pct()), ratio_from_pct(from.buffer_pct()),
                              from.averaging() == config::HomeRule::DAILY_AVERAGE ? Averaging::daily_average : Averaging::quarter_end});
  }
  const auto& net = firms.net_capital();
  out.net_capital.fixed_minimum = base::dollars(static_cast<std::int64_t>(net.fixed_minimum_dollars()));
  out.net_capital.debit_share = ratio_from_pct(net.debit_share_pct());
  out.net_capital.within_category = ratio_from_pct(net.within_category_pct());
  for (const auto& band : net.band()) out.net_capital.bands.push_back({band.below_years(), ratio_from_pct(band.haircut_pct()), band.category()});
  return out;
}

}  // namespace

RuleSet rule(const std::string& name, const std::string& regime) {
  config::RuleSet whole;
  if (!regime.empty()) whole = merged(regime);
  whole.MergeFrom(merged(name));
  if (!whole.IsInitialized()) throw std::runtime_error(name + ": missing " + whole.InitializationErrorString());
  return to_rule(whole);
}

bool is_partial(const std::string& name) { return !merged(name).has_holding_company(); }

std::vector<std::string> rule_names() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(HAVEN_SOURCE_DIR) + "/configs/rules")) {
    if (entry.path().extension() == ".textproto") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

const Baseline& baseline() {
  static const Baseline loaded = load();
  return loaded;
}

const BankingGroup& group(const std::string& name) {
  for (const BankingGroup& candidate : baseline().groups) {
    if (candidate.name == name) return candidate;
  }
  throw std::runtime_error("no firm " + name);
}

}  // namespace haven::regulation::shipped
