#include "tools/cli/collateral_network.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "engine/metrics/collateral_network.h"
#include "networks/contagion.h"
#include "networks/layout.h"

namespace haven::cli {
namespace {

networks::Role role_of(const std::string& kind) {
  using networks::Role;
  static const std::map<std::string, Role> roles = {
      {"primary_dealer", Role::dealer},           {"basis_fund", Role::fund},          {"swap_spread_fund", Role::fund},
      {"principal_trading_firm", Role::fund},     {"bank", Role::bank},                {"custody_bank", Role::bank},
      {"government_money_fund", Role::cash_lender}, {"prime_money_fund", Role::cash_lender}, {"home_loan_bank", Role::cash_lender},
      {"central_counterparty", Role::clearing_house}, {"central_bank", Role::central_bank}};
  const auto found = roles.find(kind);
  return found == roles.end() ? Role::other : found->second;
}

networks::Segment segment_of(const std::string& name) {
  if (name == "nccbr") return networks::Segment::bilateral;
  if (name == "on_rrp" || name == "standing_repo") return networks::Segment::facility;
  return networks::segment_from_text(name).value_or(networks::Segment::payment);
}

std::int64_t whole(double bn, double unit) { return static_cast<std::int64_t>(std::floor(bn * unit + 0.5)); }

}  // namespace

CollateralNetwork collateral_network(const std::vector<metrics::CollateralEdgeRow>& edges, const std::vector<metrics::InstitutionRow>& institutions,
                                     const std::vector<std::string>& securities) {
  CollateralNetwork network;
  std::map<std::string, const metrics::InstitutionRow*> known;
  for (const auto& row : institutions) known[row.name] = &row;
  std::map<std::string, networks::NodeIndex> index;
  std::vector<networks::Node> nodes;
  const auto node = [&](const std::string& name) {
    const auto [at, fresh] = index.try_emplace(name, static_cast<networks::NodeIndex>(nodes.size()));
    if (fresh) {
      const auto row = known.find(name);
      network.kind.push_back(row == known.end() ? "" : row->second->kind);
      network.equity_bn.push_back(row == known.end() ? 0.0 : row->second->equity_bn);
      network.equity.push_back(whole(std::max(0.0, network.equity_bn.back()), 1e9 * base::kMoneyPerDollar));
      nodes.push_back({name, role_of(network.kind.back())});
    }
    return at->second;
  };
  std::vector<networks::EdgeRow> collateral, loans;
  for (const auto& row : edges) {
    networks::EdgeRow edge;
    edge.from = node(row.from);
    edge.to = node(row.to);
    edge.amount = whole(row.face_bn, 1e9);
    edge.owner = node(row.owner);
    edge.segment = segment_of(row.segment);
    edge.depth = static_cast<std::uint8_t>(std::min(row.depth, 255));
    const auto security = std::find(securities.begin(), securities.end(), row.security);
    if (security != securities.end()) edge.security.v = static_cast<std::uint16_t>(security - securities.begin());
    collateral.push_back(edge);
    edge.amount = whole(row.cash_bn, 1e9 * base::kMoneyPerDollar);
    edge.owner = networks::kUnknownOwner;
    edge.depth = 0;
    loans.push_back(edge);
  }
  for (std::size_t i = 0; i < collateral.size(); ++i) network.row.push_back(i);
  std::stable_sort(network.row.begin(), network.row.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(collateral[a].from, collateral[a].to) < std::pair(collateral[b].from, collateral[b].to);
  });
  network.collateral = networks::Snapshot(networks::Unit::face, nodes, collateral);
  network.loans = networks::Snapshot(networks::Unit::money, nodes, loans);
  return network;
}

CollateralNetwork collateral_network(const world::WorldSpec& spec, const world::World& world) {
  const auto edges = metrics::collateral_edges(spec, world);
  return collateral_network(edges, metrics::institutions_on(edges, spec, world));
}

std::vector<double> debt_ranks(const CollateralNetwork& network) {
  std::map<std::pair<networks::NodeIndex, networks::NodeIndex>, std::int64_t> owed;
  network.loans.for_each_edge([&](networks::NodeIndex from, networks::NodeIndex to, const networks::Leg& leg) { owed[{from, to}] += leg.amount; });
  std::vector<networks::EdgeRow> exposures;
  for (const auto& [pair, amount] : owed) {
    networks::EdgeRow edge;
    edge.from = pair.first;
    edge.to = pair.second;
    edge.amount = amount;
    exposures.push_back(edge);
  }
  return networks::debt_rank_of_each(networks::Snapshot(networks::Unit::money, network.loans.nodes(), exposures), network.equity);
}

std::vector<results::CollateralNodeRow> collateral_layout(const std::vector<metrics::CollateralEdgeRow>& edges, const std::vector<metrics::InstitutionRow>& institutions) {
  if (edges.empty()) return {};
  const base::Date last = edges.back().day;
  std::vector<metrics::CollateralEdgeRow> of_last;
  std::vector<metrics::InstitutionRow> who;
  std::copy_if(edges.begin(), edges.end(), std::back_inserter(of_last), [&](const auto& row) { return row.day == last; });
  std::copy_if(institutions.begin(), institutions.end(), std::back_inserter(who), [&](const auto& row) { return row.day == last; });
  const CollateralNetwork network = collateral_network(of_last, who);
  const auto points = networks::layout(network.collateral);
  std::vector<results::CollateralNodeRow> out;
  for (networks::NodeIndex i = 0; i < network.collateral.node_count(); ++i) out.push_back({network.collateral.node(i).name, network.kind[i], points[i].x, points[i].y});
  return out;
}

}  // namespace haven::cli
