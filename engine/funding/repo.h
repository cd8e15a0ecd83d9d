// Both legs of a repo at once: cash in the ledger, collateral in the lots, the contract in the table.
#pragma once

#include <vector>

#include "engine/funding/collateral.h"

namespace haven::funding {

/// Collateral that was due on a day and did not come. A fail is not a default.
struct Fail {
  ContractId contract;  ///< not valid when the fail is of an outright sale at the clearing house
  InstitutionId failing, owed_to;  ///< of a sale: owed_to is the clearing house
  SecurityId security;
  Face face;
  Money value;  ///< principal or settlement value that stands against it: what the fails charge is on
};

struct RepoOpened {
  ContractId id;  ///< not valid when refused
  Face shortage;  ///< collateral the borrower lacks; positive means refused and nothing moved
};
/// Opens a repo for settlement now: collateral to the lender, cash to the borrower. Refused, with nothing moved, when
/// the borrower has too little collateral that it may pledge until the end day.
RepoOpened open_repo(Ledger& ledger, Contracts& contracts, Collateral& collateral, const RepoTerms& terms,
                     Journal& journal, Time now);

/// The same out of nothing but this chain.
RepoOpened open_repo_of(Ledger& ledger, Contracts& contracts, Collateral& collateral, const RepoTerms& terms, const ChainOf& chain,
                        Journal& journal, Time now);

struct RepoClosed {
  Money principal, interest;  ///< paid by the borrower now
  Face shortage;              ///< collateral not returned: the contract lives on as failing
};
/// Ends a contract on date_of(now), at maturity or before: collateral back, principal and interest to the lender.
/// Collateral and cash move against each other: when part of the collateral is not returned, the same part of principal
/// and interest stays unpaid, and interest on it stops at the contract's end. A borrower's cash may go negative here; a
/// caller who wants a default instead looks at the cash first.
RepoClosed close_repo(Ledger& ledger, Contracts& contracts, Collateral& collateral, ContractId id, Journal& journal,
                      Time now);

struct Remark {
  Money cash_to_borrower;  ///< change of principal; negative: the borrower pays
  Money interest;          ///< accrued since the start or last mark, paid by the borrower
};
/// What a re-mark at this price (money per $1m face) moves: principal goes back to value x (1 - haircut), accrued
/// interest is paid. Source: repricing as close-out and reopening, GMRA 2011 paragraph 4(k) (memory, unverified).
Remark remark_amounts(const Contract& contract, Money per_million, Date today);
/// Applies remark_amounts on date_of(now).
Remark remark_repo(Ledger& ledger, Contracts& contracts, ContractId id, Money per_million, Journal& journal, Time now);

/// Ends every contract that ends on or before a day, newest first, so that a chain unwinds from its far end; passes
/// repeat while collateral still comes in, and circles of returns that wait for each other are settled at once
/// (Collateral::return_together). What is left is appended to `fails`. Holds scratch only.
class Maturities {
 public:
  void close_all(Ledger& ledger, Contracts& contracts, Collateral& collateral, Date day, std::vector<Fail>& fails,
                 Journal& journal, Time now);

 private:
  std::vector<ContractId> due_;
  std::vector<Face> before_;
};

/// Delivers what is due at the clearing house (Ledger::settle first): per security, largest deliverer to largest
/// receiver, equal ones by name. What the deliverers lack is appended to `fails` and stays due.
class Deliveries {
 public:
  void deliver_all(Ledger& ledger, const Contracts& contracts, Collateral& collateral, InstitutionId clearing_house,
                   std::vector<Fail>& fails, Journal& journal, Time now);

 private:
  std::vector<InstitutionId> deliverers_, receivers_;  // scratch
};

/// Charge on a fail of this value for `days` at fails_rate_hbp (rates.h), actual/360.
Money fails_charge(Money value, std::int32_t target_lower_bound_hbp, std::int32_t days);

/// Cash that selling levered bonds frees: (haircut + initial margin - slippage) of their value, because the sale repays
/// the repo. It comes with settlement, T+1. Negative when slippage eats it.
Money freed_by_sale(Money value, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t slippage_hbp);

/// No amount of selling, or no limit on holding.
constexpr Money kUnlimited{INT64_MAX};
/// Value of bonds to sell for freed_by_sale to reach `call` (>= 0), rounded up; kUnlimited when selling frees nothing.
Money value_to_sell(Money call, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t slippage_hbp);

/// Largest position value that `capital` carries: capital / (haircut + margin + buffer), rounded down; 0 for capital
/// below 0, kUnlimited when the three sum to zero or less (negative haircuts).
/// Source: Barth and Kahn (2020): at no haircut and 1.7% margin, 59 times capital.
Money max_position(Money capital, std::int32_t haircut_hbp, std::int32_t margin_hbp, std::int32_t buffer_hbp);

}  // namespace haven::funding
