// A run whose first morning's repo comes from a file.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/metrics/collateral_network.h"
#include "tests/loop/short_run.h"
#include "tools/assemble/opening_network.h"

using namespace haven;
using namespace haven::tests;

namespace {

constexpr const char* kHead =
    "<graphml>\n"
    "<key id='u' for='graph' attr.name='unit' attr.type='string'/>\n"
    "<key id='a' for='edge' attr.name='amount' attr.type='long'/>\n"
    "<key id='g' for='edge' attr.name='segment' attr.type='string'/>\n"
    "<key id='o' for='edge' attr.name='owner' attr.type='string'/>\n"
    "<key id='d' for='edge' attr.name='depth' attr.type='int'/>\n"
    "<key id='i' for='edge' attr.name='instrument' attr.type='string'/>\n"
    "<key id='s' for='edge' attr.name='security' attr.type='int'/>\n"
    "<key id='h' for='edge' attr.name='haircut_pct' attr.type='double'/>\n"
    "<key id='r' for='edge' attr.name='rate_pct' attr.type='double'/>\n"
    "<key id='c' for='edge' attr.name='cash_bn' attr.type='double'/>\n"
    "<graph edgedefault='directed'><data key='u'>face</data>\n";

struct Names {
  std::string fund, dealer, other_dealer, lender;
};

/// Of the short run: the smallest basis fund with a billion of the ten-year's basket, the largest dealers that do not finance it, a money fund.
Names names(const loop::Spec& spec) {
  const auto& all = spec.world.institutions;
  constexpr std::size_t kOffTy = world::kNodes + 2;
  std::size_t fund = all.size(), dealer = all.size(), other = all.size();
  Names n;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool larger_than_needed = fund != all.size() && spec.openings[i].scale >= spec.openings[fund].scale;
    if (all[i].kind == world::Kind::basis_fund && spec.openings[i].holding_bn[kOffTy] >= 1 && !larger_than_needed) fund = i;
    if (all[i].kind == world::Kind::government_money_fund && n.lender.empty()) n.lender = all[i].name;
  }
  REQUIRE(fund != all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& has = spec.openings[fund].financiers;
    if (all[i].kind != world::Kind::primary_dealer || std::find(has.begin(), has.end(), all[i].index_in_kind) != has.end()) continue;
    if (dealer == all.size() || spec.openings[i].scale > spec.openings[dealer].scale) other = std::exchange(dealer, i);
    else if (other == all.size() || spec.openings[i].scale > spec.openings[other].scale) other = i;
  }
  n.fund = all[fund].name;
  n.dealer = all[dealer].name;
  n.other_dealer = all[other].name;
  return n;
}

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('&', at)) != std::string::npos; at += 5) text.replace(at, 1, "&amp;");
  return text;
}

base::InstitutionId id_of(const loop::Spec& spec, const std::string& name) {
  const auto& all = spec.world.institutions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == name; });
  REQUIRE(found != all.end());
  return {static_cast<std::uint32_t>(found - all.begin())};
}

std::string nodes(const std::vector<std::string>& list) {
  std::string text;
  for (const auto& name : list) text += "<node id=\"" + escaped(name) + "\"/>";
  return text + "\n";
}

std::string edge(const std::string& from, const std::string& to, const std::string& amount, const std::string& more = "") {
  return "<edge source=\"" + escaped(from) + "\" target=\"" + escaped(to) + "\"><data key='a'>" + amount + "</data>" + more + "</edge>\n";
}

std::string data(const std::string& key, const std::string& value) { return "<data key='" + key + "'>" + escaped(value) + "</data>"; }

std::string faults_of(const std::string& text) {
  loop::Spec spec = plain_short_run().spec;
  std::string all;
  for (const auto& fault : assemble::read_opening_network(text, "net.graphml", spec)) all += assemble::to_string(fault) + "\n";
  return all;
}

}  // namespace

TEST_CASE("an opening network is there after the first morning: chains, faces, haircuts, rates and cash", "[loop][opening_network]") {
  loop::Spec spec = plain_short_run().spec;
  const Names n = names(spec);
  const std::string text = std::string(kHead) + nodes({n.fund, n.dealer, n.lender}) +
                           edge(n.dealer, n.lender, "600000000", data("g", "tri_party") + data("i", "off_TY") + data("o", n.fund) + data("d", "1") + data("h", "2") + data("r", "4.31")) +
                           edge(n.fund, n.dealer, "1000000000", data("g", "bilateral") + data("i", "off_TY") + data("o", n.fund) + data("d", "0") + data("h", "1.5") + data("r", "4.4")) + "</graph></graphml>";
  for (const auto& fault : assemble::read_opening_network(text, "net.graphml", spec)) FAIL(assemble::to_string(fault));
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 7, 1));
  auto& w = state.world;
  w.collateral.check(w.ledger, w.contracts);
  const auto fund = id_of(spec, n.fund), dealer = id_of(spec, n.dealer), lender = id_of(spec, n.lender);
  std::size_t found = 0;
  w.contracts.for_each([&](funding::ContractId id, const funding::Contract& c) {
    std::vector<funding::LotIndex> chain;
    w.collateral.chain(w.collateral.first_in_contract(id), chain);
    if (c.borrower == fund && c.lender == dealer && c.face.v == 1'000'000'000) {
      ++found;
      CHECK(c.segment == funding::Segment::nccbr);
      CHECK(c.rate_hbp == 44'000);
      CHECK(c.haircut_hbp == 15'000);
      CHECK(chain.size() == 2);
      const double worth = 0.01 * w.security_dirty(spec.world, c.security.v);
      CHECK(base::to_bn(c.cash) == Approx(worth * 0.985).epsilon(0.003));
    }
    if (c.borrower == dealer && c.lender == lender && c.face.v == 600'000'000) {
      ++found;
      CHECK(c.segment == funding::Segment::tri_party);
      CHECK(c.reuse == funding::Reuse::forbidden);
      CHECK(c.rate_hbp == 43'100);
      CHECK(chain.size() == 3);
      CHECK(w.collateral[chain.back()].holder == fund);
    }
  });
  CHECK(found == 2);
  // The dealer finances the fund from then on, and those who did no more do not.
  advance_to(spec, state, moment(spec, 1, 7, 1));
  double from_dealer = 0, from_others = 0;
  w.contracts.for_each([&](funding::ContractId, const funding::Contract& c) {
    if (c.borrower == fund) (c.lender == dealer ? from_dealer : from_others) += base::to_bn(c.cash);
  });
  CHECK(from_dealer > 1);
  CHECK(from_others == 0);
}

TEST_CASE("a run that opens with the network of another's first morning has its holdings, chains, loans and rates, and the same next morning", "[loop][opening_network]") {
  const loop::Spec& plain = plain_short_run().spec;
  loop::State before = loop::initial_state(plain, 1);
  advance_to(plain, before, moment(plain, 0, 7, 1));
  const auto network = [](const loop::Spec& spec, const loop::State& state) { return metrics::collateral_edges(spec.world, state.world, metrics::BySecurity::apart); };
  const auto exported = network(plain, before);
  REQUIRE(exported.size() > 500);

  loop::Spec spec = plain;
  spec.opening_network.clear();
  std::string text = kHead;
  std::vector<std::string> who;
  for (const auto& row : exported) {
    for (const auto& name : {row.from, row.to, row.owner}) {
      if (std::find(who.begin(), who.end(), name) == who.end()) who.push_back(name);
    }
  }
  text += nodes(who);
  for (const auto& row : exported) {
    const std::string segment = row.segment == "nccbr" ? "bilateral" : row.segment == "on_rrp" || row.segment == "standing_repo" ? "facility" : row.segment;
    text += edge(row.from, row.to, std::to_string(static_cast<std::int64_t>(row.face_bn * 1e9 + 0.5)),
                 data("g", segment) + data("i", row.security) + data("o", row.owner) + data("d", std::to_string(row.depth)) + data("c", std::to_string(row.cash_bn)) +
                     data("h", std::to_string(row.haircut_pct)) + data("r", std::to_string(row.rate_pct)));
  }
  text += "</graph></graphml>";
  for (const auto& fault : assemble::read_opening_network(text, "net.graphml", spec)) FAIL(assemble::to_string(fault));
  loop::State state = loop::initial_state(spec, 1);
  advance_to(spec, state, moment(spec, 0, 7, 1));
  const auto opened = network(spec, state);
  REQUIRE(opened.size() == exported.size());
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const auto &a = exported[i], &b = opened[i];
    if (std::tie(a.from, a.to, a.segment, a.security, a.owner, a.depth) != std::tie(b.from, b.to, b.segment, b.security, b.owner, b.depth)) FAIL(a.from + " to " + a.to + " is not " + b.from + " to " + b.to);
    if (a.face_bn != b.face_bn) FAIL(a.from + " to " + a.to + ": " + std::to_string(a.face_bn) + " is not " + std::to_string(b.face_bn));
    if (std::abs(a.cash_bn - b.cash_bn) > 1e-6) FAIL(a.from + " to " + a.to + ": " + std::to_string(a.cash_bn) + " is not " + std::to_string(b.cash_bn));
  }
  for (std::uint32_t i = 0; i < plain.world.institutions.size(); ++i) {
    for (std::uint16_t s = 0; s < world::kSecurities; ++s) CHECK(state.world.ledger.delivered_position({i}, {s}) == before.world.ledger.delivered_position({i}, {s}));
    CHECK(std::abs(base::to_bn(state.world.ledger.cash({i})) - base::to_bn(before.world.ledger.cash({i}))) < 1e-4);
    CHECK(state.world.accounts[i].financing_pct == Approx(before.world.accounts[i].financing_pct).margin(2e-3));
    CHECK(spec.openings[i].financiers.size() <= plain.openings[i].financiers.size());
  }
  CHECK(state.world.funding.sofr_pct == Approx(before.world.funding.sofr_pct).margin(0.011));
  CHECK(state.world.collateral.measure().multiplier == Approx(before.world.collateral.measure().multiplier));
}

TEST_CASE("an opening network that cannot be is refused with its line", "[loop][opening_network][bad]") {
  const Names n = names(plain_short_run().spec);
  const auto refused = [&](const std::string& rest, const std::string& by) {
    const std::string found = faults_of(std::string(kHead) + nodes({n.fund, n.dealer, n.other_dealer, n.lender, "FICC"}) + rest + "</graph></graphml>");
    INFO(found);
    CHECK_THAT(found, Catch::Contains(by));
  };
  const std::string bare = data("i", "off_TY"), of = bare + data("g", "dvp"), own = data("o", n.fund) + data("d", "0"), passed_on = data("o", n.fund) + data("d", "1");
  refused("<node id='nobody'/>\n", "net.graphml:14: found the node 'nobody', expected an institution of this run");
  refused(edge(n.fund, n.dealer, "1000000000000", of), "net.graphml:14: found '" + n.fund + "' pledging 1000000000000 of off_TY, expected at most the ");
  refused(edge(n.fund, n.dealer, "100", of) + edge(n.fund, n.dealer, "200", of), "net.graphml:15: found the edge from");
  refused(edge(n.fund, n.dealer, "100", data("g", "dvp") + data("i", "11y")), "net.graphml:14: found the edge from '" + n.fund + "' to '" + n.dealer + "' with instrument '11y', expected one of 2y, ");
  refused(edge(n.fund, n.dealer, "100", of + data("s", "3")), "with instrument 'off_TY' and security 3, expected security 8");
  refused(edge(n.fund, n.dealer, "100", data("g", "dvp") + data("s", "13")), "with security 13, expected 0 to 12");
  refused(edge(n.fund, n.dealer, "0", of), "without face");
  refused(edge(n.fund, n.dealer, "100", of + data("h", "51")), "haircut_pct 51, expected 0 to 50");
  refused(edge(n.fund, n.dealer, "100", of + data("c", "-1")), "cash_bn -1, expected 0 to ");
  refused(edge(n.fund, n.dealer, "100", of + data("h", "a tenth")), "declared double, found 'a tenth'");
  refused(edge(n.fund, n.dealer, "100", bare), "in segment payment, expected tri_party");
  refused(edge(n.fund, n.dealer, "100", bare + data("g", "facility")), "in segment facility, expected 'federal_reserve-1' at one of its ends");
  refused(edge(n.fund, "FICC", "100", of), "'FICC' is a central_counterparty");
  refused(edge(n.fund, n.dealer, "100", of + own) + edge(n.dealer, n.lender, "200", of + passed_on), "passes on 200");
  refused(edge(n.fund, n.dealer, "100", bare + data("g", "tri_party") + own) + edge(n.dealer, n.lender, "100", of + passed_on),
          "net.graphml:15: found '" + n.dealer + "' pledging 100 of off_TY that '" + n.fund + "' owns, expected at most the 0 that it received where it may be re-used");
  std::string money = kHead;
  money.replace(money.find("face</data>"), 11, "money</data>");
  CHECK_THAT(faults_of(money + "</graph></graphml>"), Catch::Contains("amounts of money"));
  std::string lying = kHead;
  lying.replace(lying.find("'haircut_pct' attr.type='double'"), 32, "'haircut_pct' attr.type='string'");
  CHECK_THAT(faults_of(lying + "</graph></graphml>"), Catch::Contains("net.graphml:9: ") && Catch::Contains("declares haircut_pct as string, expected double"));
}
