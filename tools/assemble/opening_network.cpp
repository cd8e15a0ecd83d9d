#include "tools/assemble/opening_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <sstream>
#include <tuple>
#include <utility>

#include "networks/graphml.h"

namespace haven::assemble {
namespace {

using base::Face;
using base::InstitutionId;
using networks::FileEdge;
using networks::NetworkFile;
using networks::NodeIndex;
using world::Kind;

// $bn of cash on one edge, and percent.
constexpr double kMostCashBn = 100'000, kMostRatePct = 100, kMostHaircutPct = 50;

class Reading {
 public:
  Reading(const NetworkFile& file, const std::string& shown, loop::Spec& spec) : file_(file), shown_(shown), spec_(spec) {}

  std::vector<Fault> read() {
    if (file_.unit != networks::Unit::face) fault(0, "amounts of money", "a network whose unit is face");
    for (NodeIndex n = 0; n < file_.nodes.size(); ++n) institutions_.push_back(institution(n));
    for (const FileEdge& edge : file_.edges) loan(edge);
    if (faults_.empty()) covered();
    if (faults_.empty()) financiers();
    std::stable_sort(spec_.opening_network.begin(), spec_.opening_network.end(), [](const auto& a, const auto& b) { return a.chain.depth < b.chain.depth; });
    return std::move(faults_);
  }

 private:
  void fault(std::uint64_t line, std::string found, std::string expected) {
    Fault& fault = faults_.emplace_back();
    fault.place.file = shown_;
    fault.place.line = static_cast<int>(line);
    fault.found = std::move(found);
    fault.expected = std::move(expected);
  }
  std::string between(const FileEdge& edge) const { return fmt::format("the edge from '{}' to '{}'", file_.nodes[edge.row.from].name, file_.nodes[edge.row.to].name); }

  std::optional<InstitutionId> institution(NodeIndex n) {
    const auto& all = spec_.world.institutions;
    const auto& name = file_.nodes[n].name;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == name; });
    if (found == all.end()) {
      fault(file_.node_lines[n], fmt::format("the node '{}'", name), "an institution of this run");
      return std::nullopt;
    }
    return InstitutionId{static_cast<std::uint32_t>(found - all.begin())};
  }

  bool may_deal(InstitutionId id) const {
    const Kind kind = spec_.world.institutions[id.v].kind;
    return world::can_default(kind) || kind == Kind::central_bank;
  }

  std::optional<double> number(const FileEdge& edge, const char* name, double least, double most) {
    const auto found = edge.more.find(name);
    if (found == edge.more.end()) return std::nullopt;
    const std::string& text = found->second;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most) return value;
    fault(edge.line, fmt::format("{} with {} {}", between(edge), name, text), fmt::format("{} to {}", least, most));
    return std::nullopt;
  }

  std::optional<base::SecurityId> security(const FileEdge& edge) {
    const auto& all = spec_.world.securities;
    const auto named = edge.more.find("instrument");
    if (named == edge.more.end()) {
      if (edge.row.security.v < all.size()) return edge.row.security;
      fault(edge.line, fmt::format("{} with security {}", between(edge), edge.row.security.v), fmt::format("0 to {}, or an instrument by name", all.size() - 1));
      return std::nullopt;
    }
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.name == named->second; });
    if (found == all.end()) {
      std::string names;
      for (const auto& s : all) names += (names.empty() ? "" : ", ") + s.name;
      fault(edge.line, fmt::format("{} with instrument '{}'", between(edge), named->second), "one of " + names);
      return std::nullopt;
    }
    const base::SecurityId id{static_cast<std::uint16_t>(found - all.begin())};
    if (edge.row.security.v != 0 && edge.row.security != id) {
      fault(edge.line, fmt::format("{} with instrument '{}' and security {}", between(edge), named->second, edge.row.security.v), fmt::format("security {}", id.v));
      return std::nullopt;
    }
    return id;
  }

  std::optional<funding::Segment> segment(const FileEdge& edge, InstitutionId lender, InstitutionId borrower) {
    using networks::Segment;
    switch (edge.row.segment) {
      case Segment::tri_party: return funding::Segment::tri_party;
      case Segment::gcf: return funding::Segment::gcf;
      case Segment::dvp: return funding::Segment::dvp;
      case Segment::sponsored: return funding::Segment::sponsored;
      case Segment::bilateral: return funding::Segment::nccbr;
      case Segment::facility:
        if (lender == spec_.world.fed) return funding::Segment::standing_repo;
        if (borrower == spec_.world.fed) return funding::Segment::on_rrp;
        fault(edge.line, between(edge) + " in segment facility", fmt::format("'{}' at one of its ends", spec_.world.institutions[spec_.world.fed.v].name));
        return std::nullopt;
      default:
        fault(edge.line, fmt::format("{} in segment {}", between(edge), networks::to_text(edge.row.segment)), "tri_party, gcf, dvp, sponsored, bilateral or facility");
        return std::nullopt;
    }
  }

  void loan(const FileEdge& edge) {
    const auto borrower = institutions_[edge.row.from], lender = institutions_[edge.row.to];
    const NodeIndex whose = edge.row.owner == networks::kUnknownOwner ? edge.row.from : edge.row.owner;
    const auto owner = institutions_[whose];
    if (edge.row.owner == networks::kUnknownOwner && edge.row.depth != 0) fault(edge.line, fmt::format("{} at depth {} without an owner", between(edge), edge.row.depth), "an owner");
    if (edge.row.amount == 0) fault(edge.line, between(edge) + " without face", "an amount above zero");
    const auto of = security(edge);
    const auto cash_bn = number(edge, "cash_bn", 0, kMostCashBn), haircut_pct = number(edge, "haircut_pct", 0, kMostHaircutPct), rate_pct = number(edge, "rate_pct", -kMostRatePct, kMostRatePct);
    if (!borrower || !lender || !owner || !of) return;
    for (const InstitutionId party : {*borrower, *lender}) {
      if (!may_deal(party)) fault(edge.line, fmt::format("{}: '{}' is a {}", between(edge), spec_.world.institutions[party.v].name, world::to_string(spec_.world.institutions[party.v].kind)), "an institution that lends or borrows");
    }
    const auto where = segment(edge, *lender, *borrower);
    if (!where) return;
    loop::OpeningLoan loan;
    loan.terms.lender = *lender;
    loan.terms.borrower = *borrower;
    loan.terms.segment = *where;
    const bool held = *where == funding::Segment::tri_party || *where == funding::Segment::standing_repo || *where == funding::Segment::on_rrp;
    loan.terms.reuse = held ? funding::Reuse::forbidden : funding::Reuse::permitted;
    loan.terms.security = *of;
    loan.terms.face = {edge.row.amount};
    loan.terms.haircut_hbp = static_cast<std::int32_t>(std::lround(haircut_pct.value_or(0) * 1e4));
    loan.terms.rate_hbp = static_cast<std::int32_t>(std::lround(rate_pct.value_or(spec_.world.rates.iorb_pct) * 1e4));
    loan.cash_follows = !cash_bn;
    if (cash_bn) loan.terms.cash = {std::llround(*cash_bn * 1e9 * static_cast<double>(base::kMoneyPerDollar))};
    loan.chain = {*owner, edge.row.depth};
    spec_.opening_network.push_back(loan);
    lines_.push_back(edge.line);
  }

  // Owners pledge what they hold; others what they received where they may re-use it.
  void covered() {
    using Place = std::tuple<std::uint32_t, std::uint16_t, std::uint32_t, std::uint32_t>;  // holder, security, owner, pledges since the owner
    std::map<Place, Face> there;
    for (std::size_t i = 0; i < spec_.opening_network.size(); ++i) {
      const auto& [terms, chain, follows] = spec_.opening_network[i];
      if (terms.reuse == funding::Reuse::permitted) there[{terms.lender.v, terms.security.v, chain.owner.v, chain.depth + 1}] += terms.face;
      const auto [own, fresh] = there.try_emplace({chain.owner.v, terms.security.v, chain.owner.v, 0});
      if (fresh) own->second = loop::opening_face(spec_.openings[chain.owner.v], terms.security);
    }
    for (std::size_t i = 0; i < spec_.opening_network.size(); ++i) {
      const auto& [terms, chain, follows] = spec_.opening_network[i];
      Face& left = there[{terms.borrower.v, terms.security.v, chain.owner.v, chain.depth}];
      if (terms.face <= left) {
        left -= terms.face;
        continue;
      }
      const auto& borrower = spec_.world.institutions[terms.borrower.v].name;
      const auto& owner = spec_.world.institutions[chain.owner.v].name;
      const auto& name = spec_.world.securities[terms.security.v].name;
      fault(lines_[i], fmt::format("'{}' pledging {} of {}{}", borrower, terms.face.v, name, chain.depth == 0 ? "" : fmt::format(" that '{}' owns", owner)),
            chain.depth == 0 ? fmt::format("at most the {} that it holds and has not pledged", left.v) : fmt::format("at most the {} that it received where it may be re-used and has not passed on", left.v));
    }
  }

  // A client that the file finances keeps those who do: the ones it had in their order, then the others, larger loans first.
  void financiers() {
    std::map<std::uint32_t, std::map<std::uint32_t, Face>> lent;  // by client, by dealer's index
    for (const auto& loan : spec_.opening_network) {
      const auto& lender = spec_.world.institutions[loan.terms.lender.v];
      if (lender.kind == Kind::primary_dealer && !spec_.openings[loan.terms.borrower.v].financiers.empty()) lent[loan.terms.borrower.v][lender.index_in_kind] += loan.terms.face;
    }
    for (const auto& [client, by] : lent) {
      auto& who = spec_.openings[client].financiers;
      std::erase_if(who, [&](std::uint32_t dealer) { return !by.contains(dealer); });
      std::vector<std::pair<std::uint32_t, Face>> more;
      for (const auto& [dealer, face] : by) {
        if (std::find(who.begin(), who.end(), dealer) == who.end()) more.emplace_back(dealer, face);
      }
      std::stable_sort(more.begin(), more.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
      for (const auto& [dealer, face] : more) who.push_back(dealer);
    }
  }

  const NetworkFile& file_;
  const std::string& shown_;
  loop::Spec& spec_;
  std::vector<std::optional<InstitutionId>> institutions_;  // by node
  std::vector<std::uint64_t> lines_;                        // by loan, while in the file's order
  std::vector<Fault> faults_;
};

}  // namespace

std::vector<Fault> read_opening_network(const std::string& text, const std::string& shown, loop::Spec& spec) {
  std::istringstream in(text);
  try {
    const NetworkFile file = networks::read_graphml_file(in, shown);
    return Reading(file, shown, spec).read();
  } catch (const networks::FileError& error) {
    return {{{shown, static_cast<int>(error.line()), static_cast<int>(error.column())}, error.message(), "a network"}};
  }
}

}  // namespace haven::assemble
