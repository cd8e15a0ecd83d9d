#include "engine/metrics/fail_trace.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace haven::metrics {
namespace {

using base::Face;
using base::InstitutionId;

/// What a fail waits for, by cause and by who could end it.
using Causes = std::map<std::pair<std::string, std::string>, Face>;

struct Told {
  std::string kind, failing, owed_to;
  base::SecurityId security;
  base::Date since;
  Face face;
  Causes causes;
};

/// Of what is gone from `lot`: what was pledged on and is itself failing, or is not due yet.
void pledged_on(const world::WorldSpec& spec, const world::World& w, const funding::Lot& lot, bool also_open, Face& left, Causes& causes) {
  for (funding::LotIndex child = lot.first_child; child != funding::kNoLot && left.v > 0; child = w.collateral[child].next_sibling) {
    const funding::Lot& onward = w.collateral[child];
    const bool failing = w.contracts[onward.contract].standing == funding::Standing::failing;
    if (!failing && !also_open) continue;
    const Face part = std::min(left, onward.face);
    causes[{failing ? "not_returned" : "pledged_on", spec.institutions[onward.holder.v].name}] += part;
    left -= part;
  }
}

Causes of_return(const world::WorldSpec& spec, const world::World& w, const funding::Fail& fail) {
  Causes causes;
  Face left = fail.face, sold;
  for (funding::LotIndex lot = w.collateral.first_in_contract(fail.contract); lot != funding::kNoLot; lot = w.collateral[lot].next_in_contract) {
    pledged_on(spec, w, w.collateral[lot], true, left, causes);
    sold += w.collateral[lot].sold;
  }
  // It sold the collateral and has bought it back, or has not.
  const Face bought = std::min({left, sold, std::max(Face{}, w.ledger.due(fail.failing, fail.security))});
  if (bought.v > 0) causes[{"not_delivered", spec.institutions[spec.ficc.v].name}] += bought;
  left -= bought;
  if (left.v > 0) causes[{"sold_on", ""}] += left;
  return causes;
}

Causes of_delivery(const world::WorldSpec& spec, const world::World& w, const funding::Fail& fail) {
  Causes causes;
  Face left = fail.face;
  w.collateral.for_each_received(fail.failing, fail.security, [&](funding::LotIndex lot) { pledged_on(spec, w, w.collateral[lot], false, left, causes); });
  if (const funding::LotIndex root = w.collateral.root(fail.failing, fail.security); root != funding::kNoLot) pledged_on(spec, w, w.collateral[root], true, left, causes);
  if (left.v > 0) causes[{"sold_short", ""}] += left;
  return causes;
}

}  // namespace

std::vector<FailRow> FailTrace::morning(const world::WorldSpec& spec, const world::World& w, std::span<const funding::Fail> returns, std::span<const funding::Fail> deliveries) {
  const base::Date today = spec.days[static_cast<std::size_t>(w.day)];
  std::map<std::tuple<std::string, std::string, std::string, std::uint16_t, base::Date>, Told> told;
  const auto tell = [&](const char* kind, const funding::Fail& fail, base::Date since, const Causes& causes) {
    const std::string& failing = spec.institutions[fail.failing.v].name;
    const std::string& owed_to = spec.institutions[fail.owed_to.v].name;
    Told& one = told.try_emplace({kind, failing, owed_to, fail.security.v, since}, Told{kind, failing, owed_to, fail.security, since, {}, {}}).first->second;
    one.face += fail.face;
    for (const auto& [cause, face] : causes) one.causes[cause] += face;
  };
  for (const funding::Fail& fail : returns) tell("return", fail, w.contracts[fail.contract].end, of_return(spec, w, fail));
  std::vector<Open> open;
  for (const funding::Fail& fail : deliveries) {
    const auto before = std::find_if(open_.begin(), open_.end(), [&](const Open& o) { return o.failing == fail.failing && o.security == fail.security; });
    open.push_back({fail.failing, fail.security, before == open_.end() ? today : before->since});
    tell("delivery", fail, open.back().since, of_delivery(spec, w, fail));
  }
  open_ = std::move(open);

  std::vector<const Told*> by_size;
  for (const auto& [place, one] : told) by_size.push_back(&one);
  std::stable_sort(by_size.begin(), by_size.end(), [](const Told* a, const Told* b) { return a->face > b->face; });
  std::vector<FailRow> rows;
  const auto row = [&](const Told& one, const std::string& cause, const std::string& upstream, Face face) {
    rows.push_back({today, one.since, one.kind, one.failing, one.owed_to, spec.securities[one.security.v].name, base::to_bn(one.face), 1, cause, upstream, base::to_bn(face)});
  };
  for (std::size_t i = 0; i < std::min(kMost, by_size.size()); ++i) {
    const Told& one = *by_size[i];
    std::vector<std::pair<std::pair<std::string, std::string>, Face>> causes(one.causes.begin(), one.causes.end());
    std::stable_sort(causes.begin(), causes.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    Face rest;
    for (std::size_t c = 0; c < causes.size(); ++c) {
      const auto& [cause, face] = causes[c];
      if (c < kMostCauses) row(one, cause.first, cause.second, face);
      else rest += face;
    }
    if (rest.v > 0) row(one, "others", "", rest);
  }
  std::map<std::pair<std::string, std::uint16_t>, FailRow> others;
  for (std::size_t i = kMost; i < by_size.size(); ++i) {
    const Told& one = *by_size[i];
    FailRow& sum = others.try_emplace({one.kind, one.security.v}, FailRow{today, one.since, one.kind, "others", "", spec.securities[one.security.v].name, 0, 0, "not_told", "", 0}).first->second;
    sum.since = std::min(sum.since, one.since);
    sum.face_bn += base::to_bn(one.face);
    sum.cause_bn = sum.face_bn;
    ++sum.fails;
  }
  for (auto& [place, sum] : others) rows.push_back(std::move(sum));
  return rows;
}

}  // namespace haven::metrics
