#include "engine/metrics/collateral_network.h"

#include <map>
#include <set>
#include <tuple>

namespace haven::metrics {

std::vector<CollateralEdgeRow> collateral_edges(const world::WorldSpec& spec, const world::World& w, BySecurity how) {
  struct Amount {
    base::Face face;
    double cash_bn = 0, rate = 0, haircut = 0;
  };
  // Giver, receiver, segment, owner, depth, security.
  using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint8_t, std::uint32_t, std::size_t, std::uint16_t>;
  std::map<Place, Amount> legs;
  std::vector<funding::LotIndex> chain;
  w.contracts.for_each([&](funding::ContractId id, const funding::Contract& c) {
    const double cash_per_face = c.delivered.v > 0 ? base::to_bn(c.cash) / static_cast<double>(c.delivered.v) : 0.0;
    for (funding::LotIndex lot = w.collateral.first_in_contract(id); lot != funding::kNoLot; lot = w.collateral[lot].next_in_contract) {
      w.collateral.chain(lot, chain);  // the lot, ..., the owner's root
      Amount& leg = legs[{c.borrower.v, c.lender.v, static_cast<std::uint8_t>(c.segment), w.collateral[chain.back()].holder.v, chain.size() - 2,
                          how == BySecurity::apart ? c.security.v : std::uint16_t{0}}];
      const auto face = static_cast<double>(w.collateral[lot].face.v);
      leg.face += w.collateral[lot].face;
      leg.cash_bn += cash_per_face * face;
      leg.rate += c.rate_hbp * face;
      leg.haircut += c.haircut_hbp * face;
    }
  });
  const base::Date day = spec.days[static_cast<std::size_t>(w.day)];
  std::vector<CollateralEdgeRow> rows;
  for (const auto& [place, leg] : legs) {
    if (leg.face.v <= 0) continue;
    const auto& [giver, receiver, segment, owner, depth, security] = place;
    CollateralEdgeRow row;
    row.day = day;
    row.from = spec.institutions[giver].name;
    row.to = spec.institutions[receiver].name;
    row.segment = std::string(funding::name_of(static_cast<funding::Segment>(segment)));
    row.security = how == BySecurity::apart ? spec.securities[security].name : "all";
    row.face_bn = base::to_bn(leg.face);
    row.owner = spec.institutions[owner].name;
    row.depth = static_cast<int>(depth);
    row.cash_bn = leg.cash_bn;
    row.rate_pct = leg.rate / static_cast<double>(leg.face.v) * 1e-4;
    row.haircut_pct = leg.haircut / static_cast<double>(leg.face.v) * 1e-4;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<InstitutionRow> institutions_on(const std::vector<CollateralEdgeRow>& edges, const world::WorldSpec& spec, const world::World& w) {
  std::set<std::string> named;
  for (const auto& edge : edges) named.insert({edge.from, edge.to, edge.owner});
  std::vector<InstitutionRow> rows;
  for (std::uint32_t i = 0; i < spec.institutions.size(); ++i) {
    const auto& institution = spec.institutions[i];
    if (!named.contains(institution.name)) continue;
    const base::InstitutionId id{i};
    rows.push_back({spec.days[static_cast<std::size_t>(w.day)], institution.name, world::to_string(institution.kind), w.equity_bn(spec, id), base::to_bn(w.ledger.cash(id))});
  }
  return rows;
}

}  // namespace haven::metrics
