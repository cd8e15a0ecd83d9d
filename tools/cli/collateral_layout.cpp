#include "tools/cli/collateral_layout.h"

#include <map>

#include "networks/layout.h"

namespace haven::cli {

std::vector<results::CollateralNodeRow> collateral_layout(const std::vector<metrics::CollateralEdgeRow>& rows, const world::WorldSpec& world) {
  if (rows.empty()) return {};
  std::map<std::string, std::string> kinds;
  for (const auto& i : world.institutions) kinds[i.name] = world::to_string(i.kind);
  std::map<std::string, networks::NodeIndex> index;
  std::vector<networks::Node> nodes;
  std::vector<networks::EdgeRow> edges;
  const auto node = [&](const std::string& name) {
    const auto [at, fresh] = index.try_emplace(name, static_cast<networks::NodeIndex>(nodes.size()));
    if (fresh) nodes.push_back({name, networks::Role::other});
    return at->second;
  };
  const base::Date last = rows.back().day;
  for (const auto& row : rows) {
    if (row.day != last || row.from == row.to) continue;
    networks::EdgeRow edge;
    edge.from = node(row.from);
    edge.to = node(row.to);
    edge.amount = static_cast<std::int64_t>(row.face_bn * 1e9);
    edges.push_back(edge);
  }
  const networks::Snapshot snapshot(networks::Unit::face, nodes, edges);
  const auto points = networks::layout(snapshot);
  std::vector<results::CollateralNodeRow> out;
  for (std::size_t i = 0; i < nodes.size(); ++i) out.push_back({nodes[i].name, kinds[nodes[i].name], points[i].x, points[i].y});
  return out;
}

}  // namespace haven::cli
