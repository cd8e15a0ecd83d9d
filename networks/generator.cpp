#include "networks/generator.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/math.h"
#include "engine/base/random.h"

namespace haven::networks {

namespace {

constexpr std::int64_t kWeightTotal = 1'000'000;

base::Draws draws_of(std::uint64_t seed, std::string_view use, std::string_view a, std::string_view b = {}) {
  std::string key;
  key.append(use).append("|").append(a).append("|").append(b);
  return {seed, base::name_key(key), 0, 0};
}

/// `total` split in proportion to positive `weights`, adding up exactly: rounded down, then one unit each to the largest
/// remainders; ties by name.
std::vector<std::int64_t> split(std::int64_t total, std::span<const double> weights, const std::vector<std::string_view>& names) {
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  double sum = 0.0;
  for (const std::size_t i : order) sum += weights[i];
  std::vector<std::int64_t> parts(weights.size());
  std::vector<double> remainder(weights.size());
  std::int64_t left = total;
  for (const std::size_t i : order) {
    const double exact = static_cast<double>(total) * (weights[i] / sum);
    parts[i] = std::min(static_cast<std::int64_t>(exact), left);
    remainder[i] = exact - static_cast<double>(parts[i]);
    left -= parts[i];
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  const auto n = static_cast<std::int64_t>(order.size());
  for (std::int64_t k = 0; k < n; ++k) parts[order[static_cast<std::size_t>(k)]] += left / n + (k < left % n ? 1 : 0);
  return parts;
}

struct Candidate {
  NodeIndex node;
  double rank;  // exponential over weight: the k smallest are a draw without replacement in proportion to weight
};

/// `count` of the candidates, drawn without replacement in proportion to weight, whatever the listing order.
std::vector<NodeIndex> choose(std::uint64_t seed, std::string_view use, const std::string& chooser, std::span<const NodeIndex> candidates,
                              const std::vector<Node>& nodes, const std::vector<double>& weight, std::uint32_t count) {
  std::vector<Candidate> ranked;
  for (const NodeIndex node : candidates) {
    auto draws = draws_of(seed, use, chooser, nodes[node].name);
    ranked.push_back({node, draws.exponential(base::Purpose::network) / weight[node]});
  }
  std::sort(ranked.begin(), ranked.end(), [&](const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank < b.rank : nodes[a.node].name < nodes[b.node].name;
  });
  std::vector<NodeIndex> chosen;
  for (std::size_t k = 0; k < std::min<std::size_t>(count, ranked.size()); ++k) chosen.push_back(ranked[k].node);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

/// Share of the largest `top` of exp(sigma z), z sorted from largest.
double top_share_at(double sigma, std::span<const double> z, std::uint32_t top) {
  double of_top = 0.0;
  double all = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double size = base::exp(sigma * (z[i] - z[0]));
    all += size;
    if (i < top) of_top += size;
  }
  return of_top / all;
}

}  // namespace

std::vector<std::int64_t> concentrated_sizes(const std::vector<std::string>& names, std::uint64_t seed, std::int64_t total,
                                             std::uint32_t top, double top_share) {
  if (names.empty()) return {};
  HAVEN_CHECK(total > 0, "the total of sizes is positive");
  std::vector<double> z;
  for (const std::string& name : names) z.push_back(draws_of(seed, "size", name).normal(base::Purpose::network));
  std::vector<double> sorted = z;
  std::sort(sorted.begin(), sorted.end(), [](double a, double b) { return a > b; });

  double sigma = 1.0;
  if (names.size() > top) {
    HAVEN_CHECK(top_share > static_cast<double>(top) / static_cast<double>(names.size()) && top_share < 1.0,
                "the largest " + std::to_string(top) + " of " + std::to_string(names.size()) + " cannot hold a share of " + std::to_string(top_share));
    // The share rises with sigma from top/n to 1.
    double low = 0.0;
    double high = 1.0;
    while (top_share_at(high, sorted, top) < top_share && high < 1e6) high *= 2.0;
    for (int k = 0; k < 60; ++k) {
      sigma = 0.5 * (low + high);
      (top_share_at(sigma, sorted, top) < top_share ? low : high) = sigma;
    }
  }
  std::vector<double> weights;
  std::vector<std::string_view> views;
  for (std::size_t i = 0; i < names.size(); ++i) {
    weights.push_back(base::exp(sigma * (z[i] - sorted[0])));
    views.push_back(names[i]);
  }
  return split(total, weights, views);
}

FundingNetwork generate_funding_network(const FundingSpec& spec) {
  HAVEN_CHECK(spec.dealers.size() >= (spec.three_prime_brokers_probability > 0.0 ? 3U : 2U), "too few dealers for two to three prime brokers a fund");
  HAVEN_CHECK(!spec.lenders.empty() && spec.lenders_per_dealer > 0, "dealers need a lender");
  FundingNetwork network;
  std::vector<NodeIndex> dealers;
  std::vector<NodeIndex> lenders;
  const auto add = [&](const std::vector<std::string>& names, Role role, std::vector<NodeIndex>* into) {
    for (const std::string& name : names) {
      if (into != nullptr) into->push_back(static_cast<NodeIndex>(network.nodes.size()));
      network.nodes.push_back({name, role});
    }
  };
  add(spec.dealers, Role::dealer, &dealers);
  add(spec.funds, Role::fund, nullptr);
  add(spec.lenders, Role::cash_lender, &lenders);
  std::set<std::string_view> unique;
  for (const Node& node : network.nodes) HAVEN_CHECK(unique.insert(node.name).second, "two institutions are called " + node.name);

  const std::vector<std::int64_t> sizes = concentrated_sizes(spec.funds, spec.seed, spec.total_of_funds, spec.top_funds, spec.top_share);
  network.fund_size.assign(network.nodes.size(), 0);
  std::copy(sizes.begin(), sizes.end(), network.fund_size.begin() + static_cast<std::ptrdiff_t>(dealers.size()));

  std::vector<double> weight(network.nodes.size(), 0.0);
  const auto draw_weight = [&](NodeIndex node, double sigma) {
    weight[node] = base::exp(sigma * draws_of(spec.seed, "weight", network.nodes[node].name).normal(base::Purpose::network));
  };
  for (const NodeIndex node : dealers) draw_weight(node, spec.dealer_size_sigma);
  for (const NodeIndex node : lenders) draw_weight(node, spec.lender_size_sigma);
  network.dealer_weight.assign(network.nodes.size(), 0.0);
  for (const NodeIndex node : dealers) network.dealer_weight[node] = weight[node];

  // Shares among those chosen: weight times a draw between 1/2 and 3/2 of its own for the pair.
  const auto relate = [&](NodeIndex borrower, RelationKind kind, std::string_view use, const std::vector<NodeIndex>& providers) {
    std::vector<double> attraction;
    std::vector<std::string_view> names;
    for (const NodeIndex provider : providers) {
      auto draws = draws_of(spec.seed, use, network.nodes[borrower].name, network.nodes[provider].name);
      draws.index = 1;  // index 0 decided whether the pair deals at all
      attraction.push_back(weight[provider] * (0.5 + draws.uniform(base::Purpose::network)));
      names.push_back(network.nodes[provider].name);
    }
    const std::vector<std::int64_t> parts = split(kWeightTotal, attraction, names);
    for (std::size_t k = 0; k < providers.size(); ++k) {
      network.relations.push_back({borrower, providers[k], kind, static_cast<std::uint32_t>(parts[k])});
    }
  };
  for (const NodeIndex dealer : dealers) {
    const std::string& name = network.nodes[dealer].name;
    relate(dealer, RelationKind::cash_lending, "lends", choose(spec.seed, "lends", name, lenders, network.nodes, weight, spec.lenders_per_dealer));
    std::vector<NodeIndex> others;
    std::copy_if(dealers.begin(), dealers.end(), std::back_inserter(others), [&](NodeIndex other) { return other != dealer; });
    relate(dealer, RelationKind::interdealer, "core", others);
  }
  for (std::size_t k = 0; k < spec.funds.size(); ++k) {
    const auto fund = static_cast<NodeIndex>(dealers.size() + k);
    const std::string& name = network.nodes[fund].name;
    const double u = draws_of(spec.seed, "prime brokers", name).uniform(base::Purpose::network);
    const std::uint32_t count = u < spec.three_prime_brokers_probability ? 3 : 2;
    relate(fund, RelationKind::prime_brokerage, "prime", choose(spec.seed, "prime", name, dealers, network.nodes, weight, count));
  }
  return network;
}

Snapshot relations_snapshot(const FundingNetwork& network, Unit unit) {
  std::vector<std::int64_t> book(network.nodes.size(), 0);
  const auto part = [](std::int64_t whole, std::uint32_t weight_ppm) { return base::mul_div(whole, weight_ppm, kWeightTotal); };
  for (const Relation& relation : network.relations) {
    if (relation.kind == RelationKind::prime_brokerage) book[relation.provider] += part(network.fund_size[relation.borrower], relation.weight_ppm);
  }
  std::vector<EdgeRow> rows;
  for (const Relation& relation : network.relations) {
    EdgeRow row;
    row.from = relation.borrower;
    row.to = relation.provider;
    switch (relation.kind) {
      case RelationKind::prime_brokerage: row.segment = Segment::bilateral; break;
      case RelationKind::cash_lending: row.segment = Segment::tri_party; break;
      case RelationKind::interdealer: row.segment = Segment::dvp; break;
    }
    row.amount = part(relation.kind == RelationKind::prime_brokerage ? network.fund_size[relation.borrower] : book[relation.borrower], relation.weight_ppm);
    rows.push_back(row);
  }
  return Snapshot(unit, network.nodes, rows);
}

}  // namespace haven::networks
