#include "tools/cli/network_measures.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace haven::cli {
namespace {

using Json = nlohmann::ordered_json;
using networks::NodeIndex;

template <class T>
Json or_null(const std::optional<T>& x) { return x ? Json(*x) : Json(nullptr); }
std::string or_dash(const std::optional<double>& x) { return x ? fmt::format("{:.2f}", *x) : "-"; }

double money_bn(std::int64_t v) { return static_cast<double>(v) / (1e9 * base::kMoneyPerDollar); }

constexpr std::size_t kMostShown = 10;

}  // namespace

double in_bn(const networks::Snapshot& network, std::int64_t amount) {
  return network.unit() == networks::Unit::money ? money_bn(amount) : static_cast<double>(amount) * 1e-9;
}

NetworkMeasures measure(const CollateralNetwork& network, bool of_run) {
  const auto& graph = network.collateral;
  NetworkMeasures m;
  m.reuse = networks::reuse(graph);
  m.dealers = networks::reuse_by(graph, networks::Role::dealer);
  m.core = networks::core_periphery(graph);
  m.flow = networks::node_flows(graph);
  m.in_core.assign(graph.node_count(), 0);
  for (const NodeIndex n : m.core.core) m.in_core[n] = 1;
  m.borrowed.assign(graph.node_count(), 0);
  m.lent.assign(graph.node_count(), 0);
  if (of_run) {
    network.loans.for_each_edge([&](NodeIndex from, NodeIndex to, const networks::Leg& leg) {
      m.borrowed[from] += leg.amount;
      m.lent[to] += leg.amount;
    });
    m.debt_rank = debt_ranks(network);
  }
  m.critical.resize(graph.node_count());
  std::iota(m.critical.begin(), m.critical.end(), NodeIndex{0});
  std::sort(m.critical.begin(), m.critical.end(), [&](NodeIndex a, NodeIndex b) {
    if (of_run && m.debt_rank[a] != m.debt_rank[b]) return m.debt_rank[a] > m.debt_rank[b];
    if (!of_run && m.flow[a].passed_on != m.flow[b].passed_on) return m.flow[a].passed_on > m.flow[b].passed_on;
    return graph.node(a).name < graph.node(b).name;
  });
  return m;
}

Json graph_json(const GraphSubject& subject, const NetworkMeasures& m) {
  const auto& graph = subject.network.collateral;
  Json j;
  j["source"] = subject.source;
  j["at"] = subject.moment.empty() ? Json(nullptr) : Json(subject.moment);
  j["seed"] = subject.seed ? Json(*subject.seed) : Json(nullptr);
  j["unit"] = graph.unit() == networks::Unit::money ? "money" : "face";
  Json& all = j["measures"];
  all["pledged_bn"] = in_bn(graph, m.reuse.pledged);
  all["pledged_by_owners_bn"] = in_bn(graph, m.reuse.own);
  all["mean_chain_length"] = or_null(m.reuse.mean_chain_length());
  all["reuse_rate"] = or_null(m.reuse.reuse_rate());
  all["chain_length_bn"] = Json::array();  // [k]: collateral whose chain is k + 1 legs long
  for (const auto amount : m.reuse.ending_after) all["chain_length_bn"].push_back(in_bn(graph, amount));
  all["dealers"] = {{"collateral_multiplier", or_null(m.dealers.collateral_multiplier())}, {"velocity", or_null(m.dealers.velocity())}, {"reuse_rate", or_null(m.dealers.reuse_rate())}};
  all["core"] = Json::array();
  for (const NodeIndex n : m.core.core) all["core"].push_back(graph.node(n).name);
  all["core_fit"] = or_null(m.core.fit());
  all["linked_pairs"] = m.core.links;
  all["core_errors"] = m.core.errors;
  j["critical"] = Json::array();
  for (const NodeIndex n : m.critical) j["critical"].push_back(graph.node(n).name);
  const auto places = networks::layout(graph);
  j["nodes"] = Json::array();
  for (NodeIndex n = 0; n < graph.node_count(); ++n) {
    Json node = {{"name", graph.node(n).name}, {"role", networks::to_text(graph.node(n).role)}};
    if (subject.of_run) node["kind"] = subject.network.kind[n];
    node["given_bn"] = in_bn(graph, m.flow[n].given);
    node["received_bn"] = in_bn(graph, m.flow[n].received);
    node["passed_on_bn"] = in_bn(graph, m.flow[n].passed_on);
    node["partners"] = m.flow[n].partners;
    node["core"] = m.in_core[n] != 0;
    if (subject.of_run) {
      node["borrowed_bn"] = money_bn(m.borrowed[n]);
      node["lent_bn"] = money_bn(m.lent[n]);
      node["equity_bn"] = subject.network.equity_bn[n];
      node["debt_rank"] = m.debt_rank[n];
    }
    node["x"] = places[n].x;
    node["y"] = places[n].y;
    j["nodes"].push_back(std::move(node));
  }
  std::vector<std::int64_t> cash;
  if (subject.of_run) subject.network.loans.for_each_edge([&](NodeIndex, NodeIndex, const networks::Leg& leg) { cash.push_back(leg.amount); });
  j["edges"] = Json::array();
  std::size_t k = 0;
  graph.for_each_edge([&](NodeIndex from, NodeIndex to, const networks::Leg& leg) {
    Json edge = {{"from", graph.node(from).name}, {"to", graph.node(to).name}, {"segment", networks::to_text(leg.segment)}, {"amount_bn", in_bn(graph, leg.amount)}};
    if (subject.of_run) edge["cash_bn"] = money_bn(cash[k]);
    ++k;
    if (leg.owner != networks::kUnknownOwner) {
      edge["owner"] = graph.node(leg.owner).name;
      edge["depth"] = static_cast<int>(leg.depth);
    }
    j["edges"].push_back(std::move(edge));
  });
  return j;
}

std::string graph_text(const GraphSubject& subject, const NetworkMeasures& m) {
  const auto& graph = subject.network.collateral;
  std::string text = subject.source;
  if (subject.seed) text += fmt::format(", seed {}", *subject.seed);
  if (!subject.moment.empty()) text += ", " + subject.moment;
  text += fmt::format("\n{} institutions, {} legs, {} linked pairs\n", graph.node_count(), graph.edge_count(), m.core.links);
  text += fmt::format("pledged                      {:>10.1f} $bn, of it by owners {:.1f}\n", in_bn(graph, m.reuse.pledged), in_bn(graph, m.reuse.own));
  text += fmt::format("legs a dollar of collateral  {:>10}   (multiplier of the whole network; re-use rate {})\n", or_dash(m.reuse.mean_chain_length()), or_dash(m.reuse.reuse_rate()));
  text += fmt::format("dealers: multiplier          {:>10}   velocity {}, re-use rate {}\n", or_dash(m.dealers.collateral_multiplier()), or_dash(m.dealers.velocity()), or_dash(m.dealers.reuse_rate()));
  for (std::size_t k = 0; k < m.reuse.ending_after.size(); ++k) {
    text += fmt::format("chains of {} leg{:<14} {:>13.1f} $bn\n", k + 1, k == 0 ? "" : "s", in_bn(graph, m.reuse.ending_after[k]));
  }
  text += fmt::format("core and periphery: fit      {:>10}   {} in the core, {} pairs contradict it\n", or_dash(m.core.fit()), m.core.core.size(), m.core.errors);
  text += fmt::format("\n{:<32} {:<22} {:>9} {:>9} {:>9} {:>9} {:>9}\n", subject.of_run ? "by DebtRank" : "by what is passed on", subject.of_run ? "kind" : "role", "given", "received", "passed on", "partners", subject.of_run ? "DebtRank" : "");
  for (std::size_t k = 0; k < std::min(kMostShown, m.critical.size()); ++k) {
    const NodeIndex n = m.critical[k];
    text += fmt::format("{:<32} {:<22} {:>9.1f} {:>9.1f} {:>9.1f} {:>9} {:>9}\n", graph.node(n).name, subject.of_run ? subject.network.kind[n] : std::string(networks::to_text(graph.node(n).role)),
                        in_bn(graph, m.flow[n].given), in_bn(graph, m.flow[n].received), in_bn(graph, m.flow[n].passed_on), m.flow[n].partners,
                        subject.of_run ? fmt::format("{:.4f}", m.debt_rank[n]) : "");
  }
  return text;
}

}  // namespace haven::cli
