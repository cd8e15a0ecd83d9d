// A core-periphery funding network: funds borrow from prime brokers, dealers borrow from cash lenders, dealers deal
// with each other. It says who funds whom and in what proportion; the simulator's institutions decide how much.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "networks/snapshot.h"

namespace haven::networks {

/// What the generator must know. Names are stable and key the draws: the network does not depend on the order in which
/// institutions are listed, and another institution never moves the draws of those already there.
struct FundingSpec {
  std::vector<std::string> dealers;
  std::vector<std::string> funds;
  std::vector<std::string> lenders;
  std::uint64_t seed = 0;
  /// What all funds finance together, in the caller's unit (1/10,000 dollar for base::Money). Positive.
  std::int64_t total_of_funds = 0;
  /// The largest `top_funds` hold `top_share` of the total, exactly in every seed (the spread of sizes is solved for).
  /// Requires top_funds / funds < top_share < 1 when there are more funds than top_funds.
  /// The largest 50 hedge funds held 85% of gross Treasury exposure in early 2020 (read): Banegas, Monin, Petrasek
  /// (2021), "Sizing hedge funds' Treasury market activities and holdings", FEDS Notes, 6 October 2021.
  std::uint32_t top_funds = 50;
  double top_share = 0.85;
  /// Prime brokers a fund: two, or three with this probability (the mix is chosen).
  double three_prime_brokers_probability = 0.5;
  /// Cash lenders a dealer, at most as many as there are. Chosen.
  std::uint32_t lenders_per_dealer = 10;
  /// Spread of log size over dealers and over lenders. Chosen: the largest of 24 dealers is about five times the median.
  double dealer_size_sigma = 0.8;
  double lender_size_sigma = 1.0;
};

enum class RelationKind : std::uint8_t { prime_brokerage, cash_lending, interdealer };

/// `borrower` gives collateral and receives cash from `provider`. Nodes: dealers, then funds, then lenders, each as listed.
struct Relation {
  NodeIndex borrower = 0;
  NodeIndex provider = 0;
  RelationKind kind = RelationKind::prime_brokerage;
  std::uint32_t weight_ppm = 0;  // share of the borrower's need of this kind; adds up to 1,000,000 per borrower and kind
  bool operator==(const Relation&) const = default;
};

struct FundingNetwork {
  std::vector<Node> nodes;
  std::vector<std::int64_t> fund_size;    // by node; 0 for others; adds up to total_of_funds
  std::vector<double> dealer_weight;      // by node, positive for dealers: attraction to clients
  std::vector<Relation> relations;        // by borrower, then kind, then provider
};

/// Requires at least two dealers (three where three prime brokers are possible), unique names, and one lender or more.
/// Draws: purpose `network`, under the institution's name and the names of each pair.
FundingNetwork generate_funding_network(const FundingSpec& spec);

/// Log-normal sizes whose largest `top` hold `top_share`, adding up to `total`, by position in `names`. With `top` or fewer
/// names the spread is that of `names` drawn at sigma 1.
std::vector<std::int64_t> concentrated_sizes(const std::vector<std::string>& names, std::uint64_t seed, std::int64_t total,
                                             std::uint32_t top, double top_share);

/// The relations as a snapshot: a fund's size by its prime brokers' weights, a dealer's client book (what its funds borrow)
/// by its lenders' weights, interdealer links with that book by weight. Chains unknown: contracts make them.
Snapshot relations_snapshot(const FundingNetwork& network, Unit unit);

}  // namespace haven::networks
