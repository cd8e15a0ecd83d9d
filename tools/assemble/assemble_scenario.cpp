#include "tools/assemble/assembler.h"

#include <cstdio>

namespace haven::assemble {

using world::Kind;
using world::kNodes;

std::optional<base::Time> Assembler::moment(const std::string& path, const std::string& day, const std::string& time) {
  int hour = 0, minute = 0, used = 0;
  if (std::sscanf(time.c_str(), "%2d:%2d%n", &hour, &minute, &used) != 2 || used != static_cast<int>(time.size()) || hour > 23 || minute > 59) {
    fault(path + ".time", "\"" + time + "\"", "HH:MM, New York");
    return std::nullopt;
  }
  return base::midnight(date(day)) + base::minutes(hour * 60 + minute);
}

bool Assembler::in_session(base::Time at) {
  return std::any_of(world().days.begin(), world().days.end(), [&](base::Date d) { return at >= base::midnight(d) - base::hours(6) && at < base::midnight(d) + base::hours(17); });
}

std::optional<base::Time> Assembler::session_moment(const std::string& path, const std::string& day, const std::string& time) {
  const auto at = moment(path, day, time);
  if (at && !in_session(*at)) fault(path + ".date", day + " " + time, "a moment inside a session of the calendar, 18:00 of the evening before to 17:00");
  return at;
}

void Assembler::synthetic() {
  const auto& from = run_->scenario().synthetic();
  auto& to = spec().scenario.synthetic;
  to = {from.uncertainty_multiple() * world().start_uncertainty, from.uncertainty_half_life_days(), from.uncertainty_sigma(),
        from.news_multiple() * (from.has_policy_sigma_bp() ? from.policy_sigma_bp() : world().covariance.policy_sigma_bp), {}};
  for (const auto& r : from.release()) {
    const auto at = moment("scenario.synthetic.release[name=" + r.name() + "]", r.date(), r.time());
    if (at && in_session(*at)) to.releases.push_back({*at, to.policy_sigma_bp * base::sqrt(r.variance()), r.intensity()});
  }
  std::stable_sort(to.releases.begin(), to.releases.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
}

void Assembler::failures() {
  for (const auto& f : run_->scenario().failure()) {
    const std::string path = "scenario.failure[name=" + f.name() + "]";
    const auto& all = world().institutions;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& i) { return i.name == f.institution() && world::can_default(i.kind); });
    const auto at = session_moment(path, f.date(), f.time());
    if (found == all.end()) fault(path + ".institution", "\"" + f.institution() + "\"", "an institution of this run that can fail: no clearing house, central bank or Treasury");
    else if (at) spec().scenario.failures.push_back({*at, {static_cast<std::uint32_t>(found - all.begin())}});
  }
}

void Assembler::scenario() {
  const auto& s = run_->scenario();
  auto& out = spec().scenario;
  out.name = run_->name();
  out.bridge_sigma_bp = s.bridge_sigma_bp();
  const auto row = [&](const config::OutsideDay& d) {
    return scenario::OutsideDay{date(d.date()), d.two_year_pct() * 100.0, d.uncertainty(), d.equity_index(), d.foreign_hedged_bp()};
  };
  if (s.day_size() > 0) {
    if (!s.has_before()) fault("scenario", "days without the close before them", "before { ... }");
    else out.before = row(s.before());
    std::map<base::Date, int> at;
    for (int i = 0; i < s.day_size(); ++i) at[trading_day("scenario.day[" + std::to_string(i) + "].date", s.day(i).date())] = i;
    const base::Date from = date(run_->calendar().from());
    for (const base::Date d : world().days) {
      if (d < from && !at.contains(d)) {  // an extra calm day: the outside world stands still
        out.path.push_back(out.before);
        out.path.back().day = d;
        continue;
      }
      if (!at.contains(d)) {
        fault("scenario", "no day " + base::to_string(d), "a row for every trading day of the calendar");
        break;
      }
      out.path.push_back(row(s.day(at[d])));
    }
  } else if (!s.has_synthetic()) {
    fault("scenario", "neither days nor synthetic", "one of them");
  } else {
    synthetic();
  }
  for (const auto& n : s.news()) {
    const std::string path = "scenario.news[name=" + n.name() + "]";
    const auto at = session_moment(path, n.date(), n.time());
    if (!at) continue;
    out.news.push_back({*at, n.name(), n.policy_share(), n.uncertainty_share(), n.confidence_step(), n.fiscal_step(), n.intensity()});
  }
  failures();
  std::stable_sort(out.news.begin(), out.news.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  const auto shares = [&](const google::protobuf::RepeatedPtrField<config::Amount>& list, const std::string& path, std::array<double, world::kSecurities>& to) {
    std::vector<std::pair<std::size_t, double>> found;
    amounts(list, path, [&](const std::string& x) { return security(x); }, found);
    double sum = 0;
    for (const auto& f : found) sum += f.second;
    if (sum <= 0) return fault(path, "shares that sum to " + std::to_string(sum), "more than zero");
    for (const auto& f : found) to[f.first] += f.second / sum;
  };
  for (const auto& p : s.payment()) {
    const std::string path = "scenario.payment[name=" + p.name() + "]";
    const auto from = kind_of(path + ".from", p.from()), to = kind_of(path + ".to", p.to());
    if (from && to && *from == *to) fault(path + ".to", "\"" + p.to() + "\"", "another population than the one that pays");
    const auto at = session_moment(path, p.date(), p.time());
    if (!from || !to || !at) continue;
    const base::Duration time_of_day = base::time_of_day(*at);
    if (time_of_day < base::hours(7) || time_of_day > base::hours(16) + base::minutes(59)) fault(path + ".time", "\"" + p.time() + "\"", "a time from 07:00 to 16:59");
    out.payments.push_back({trading_day(path + ".date", p.date()), time_of_day, *from, *to, p.bn()});
  }
  for (const auto& f : s.flow()) {
    const std::string path = "scenario.flow[name=" + f.name() + "]";
    scenario::OutsideFlow flow;
    const auto kind = kind_of(path + ".population", f.population());
    if (!kind) continue;
    flow.kind = *kind;
    flow.from = inside(path + ".from", f.from());
    flow.to = inside(path + ".to", f.to());
    if (flow.to < flow.from) fault(path + ".to", f.to() + ", before " + f.from(), "a last day that is not before the first");
    flow.sell_bn_per_day = f.sell_bn_per_day();
    shares(f.share(), path + ".share", flow.security_share);
    out.flows.push_back(flow);
  }
  for (const auto& a : s.auction()) {
    const std::string path = "scenario.auction[name=" + a.name() + "]";
    const std::size_t t = tenor(a.tenor());
    if (t == kNodes) fault(path + ".tenor", "\"" + a.tenor() + "\"", "2y, 3y, 5y, 7y, 10y or 30y");
    if (leaves_out(a)) continue;
    const base::Date day = trading_day(path + ".date", a.date());
    out.auctions.push_back({day, calendar_.next_business_day(day), static_cast<std::uint16_t>(t), a.offered_bn(), a.maturing_bn(), std::nullopt});
    if (a.has_when_issued() && faults_.empty()) when_issued(out.auctions, a.when_issued(), path + ".when_issued");
  }
  for (const auto& p : s.purchase()) {
    scenario::Purchases order;
    const std::string path = "scenario.purchase[name=" + p.name() + "]";
    order.from = inside(path + ".from", p.from());
    order.to = inside(path + ".to", p.to());
    order.bn_per_day = p.bn_per_day();
    shares(p.share(), "scenario.purchase[name=" + p.name() + "].share", order.security_share);
    out.purchases.push_back(order);
  }
}

bool Assembler::leaves_out(const config::Auction& auction) {
  const base::Date day = date(auction.date());
  if (day >= world().days.front() && day <= world().days.back()) return false;
  return !calendar_.covers(day) || calendar_.is_business_day(day);
}

void Assembler::when_issued(std::vector<scenario::Auction>& auctions, const config::WhenIssued& terms, const std::string& path) {
  scenario::Auction& auction = auctions.back();
  const base::Date from = trading_day(path + ".from", terms.from()), settles = date(terms.settles());
  if (from > auction.day) fault(path + ".from", terms.from(), "a day that is not after the auction's, " + base::to_string(auction.day));
  if (settles <= auction.day) fault(path + ".settles", terms.settles(), "a day after the auction's, " + base::to_string(auction.day));
  else if (!calendar_.covers(settles) || !calendar_.is_business_day(settles)) fault(path + ".settles", terms.settles(), "a business day of the run or of the year after it");
  for (const scenario::Auction& other : auctions) {
    if (&other == &auction || other.security != auction.security) continue;
    const base::Date others_from = other.when_issued ? other.when_issued->from : other.day, until = other.when_issued ? other.settles : other.day;
    if (from < until && others_from < settles) fault(path + ".from", terms.from() + " .. " + terms.settles(), "days apart from those of the tenor's other auction, " + base::to_string(others_from) + " to " + base::to_string(until));
  }
  auction.settles = settles;
  auction.when_issued = scenario::WhenIssued{from, terms.dealers_share(), terms.noise_share()};
}

}  // namespace haven::assemble
