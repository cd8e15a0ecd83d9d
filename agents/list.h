// The one list of institution kinds: parameters a population shares, and one vector of institutions a kind.
#pragma once

#include <vector>

#include "agents/asset_manager/asset_manager.h"
#include "agents/bank/bank.h"
#include "agents/basis_fund/basis_fund.h"
#include "agents/bond_fund/bond_fund.h"
#include "agents/central_bank/central_bank.h"
#include "agents/central_counterparty/central_counterparty.h"
#include "agents/custody_bank/custody_bank.h"
#include "agents/customer/customer.h"
#include "agents/foreign_official/foreign_official.h"
#include "agents/foreign_private/foreign_private.h"
#include "agents/home_loan_bank/home_loan_bank.h"
#include "agents/household/household.h"
#include "agents/liability_investor/liability_investor.h"
#include "agents/money_fund/money_fund.h"
#include "agents/mortgage_hedger/mortgage_hedger.h"
#include "agents/noise/noise.h"
#include "agents/primary_dealer/primary_dealer.h"
#include "agents/principal_trading_firm/principal_trading_firm.h"
#include "agents/swap_spread_fund/swap_spread_fund.h"
#include "agents/treasury/treasury.h"

namespace haven::agents {

/// Parameters by kind. Constant during a run.
struct PopulationSpec {
  primary_dealer::Parameters primary_dealer;
  custody_bank::Parameters custody_bank;
  bank::Parameters bank;
  basis_fund::Parameters basis_fund;
  swap_spread_fund::Parameters swap_spread_fund;
  principal_trading_firm::Parameters principal_trading_firm;
  money_fund::Parameters government_money_fund;
  money_fund::Parameters prime_money_fund;
  home_loan_bank::Parameters home_loan_bank;
  foreign_official::Parameters foreign_official;
  foreign_private::Parameters foreign_private;
  asset_manager::Parameters asset_manager;
  bond_fund::Parameters bond_fund;
  liability_investor::Parameters liability_investor;
  mortgage_hedger::Parameters mortgage_hedger;
  household::Parameters household;
  customer::Parameters customer;
  noise::Parameters noise;
  central_counterparty::Parameters central_counterparty;
  central_bank::Parameters central_bank;
  treasury::Parameters treasury;
};

/// The institutions' own states, one vector a kind, in the order of Institution::index_in_kind.
struct Population {
  std::vector<primary_dealer::Dealer> primary_dealer;
  std::vector<custody_bank::Custodian> custody_bank;
  std::vector<bank::Bank> bank;
  std::vector<basis_fund::Fund> basis_fund;
  std::vector<swap_spread_fund::Fund> swap_spread_fund;
  std::vector<principal_trading_firm::Firm> principal_trading_firm;
  std::vector<money_fund::Fund> government_money_fund, prime_money_fund;
  std::vector<home_loan_bank::Lender> home_loan_bank;
  std::vector<foreign_official::Reserve> foreign_official;
  std::vector<foreign_private::Investor> foreign_private;
  std::vector<asset_manager::Manager> asset_manager;
  std::vector<bond_fund::Fund> bond_fund;
  std::vector<liability_investor::Investor> liability_investor;
  std::vector<mortgage_hedger::Hedger> mortgage_hedger;
  std::vector<household::Buyer> household;
  std::vector<customer::Customer> customer;
  std::vector<noise::Trader> noise;
  std::vector<central_counterparty::House> central_counterparty;
  std::vector<central_bank::Desk> central_bank;
  std::vector<treasury::Office> treasury;

  template <class Archive>
  void fields(Archive& archive) {
    archive(primary_dealer, custody_bank, bank, basis_fund, swap_spread_fund, principal_trading_firm, government_money_fund,
            prime_money_fund, home_loan_bank, foreign_official, foreign_private, asset_manager, bond_fund, liability_investor,
            mortgage_hedger, household, customer, noise, central_counterparty, central_bank, treasury);
  }
};

}  // namespace haven::agents
