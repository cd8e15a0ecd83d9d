#include "tools/assemble/moments.h"

#include <algorithm>
#include <tuple>

namespace haven::assemble {
namespace {

base::Date date(const std::string& text) {
  base::Date d;
  HAVEN_CHECK(base::parse_date(text, d), "the loader let the date " + text + " through");
  return d;
}

std::pair<std::string, std::string> origin(const google::protobuf::RepeatedPtrField<config::Provenance>& list) {
  std::string text, tag;
  for (const auto& p : list) {
    text += (text.empty() ? "" : "; ") + p.text();
    if (tag.empty() && p.has_tag()) tag = config::Tag_Name(p.tag());
  }
  return {text, tag};
}

// What `m`, at `path` of `config`, computes, without the days.
template <class M>
metrics::Metric metric_of(const M& m, const std::string& path, const LoadedConfig& config, std::vector<Fault>& faults) {
  const auto statistic = metrics::parse_statistic(m.statistic());
  if (!statistic) faults.push_back(config.fault(path + ".statistic", "\"" + m.statistic() + "\"", metrics::statistic_words()));
  const auto needed = statistic ? metrics::other_series(*statistic) : 0, given = static_cast<std::size_t>(m.against_size());
  const bool one_or_more = needed == metrics::kOneOrMore;
  if (statistic && (one_or_more ? given == 0 : given != needed)) {
    faults.push_back(config.fault(path + ".against", std::to_string(given) + " other series",
                                  m.statistic() + " with " + (one_or_more ? "one or more" : std::to_string(needed))));
  }
  return {m.name(), m.series(), statistic.value_or(metrics::Statistic::change), {}, {}, {m.against().begin(), m.against().end()}};
}

// Over the scored window. A change is counted from the last close before it.
void set_window(metrics::Metric& metric, const Experiment& e) {
  const bool from_before = metric.statistic == metrics::Statistic::change || metric.statistic == metrics::Statistic::change_pct;
  const auto& days = e.spec.world.days;
  metric.from = days[e.first_scored_day - (from_before ? 1 : 0)];
  metric.to = days.back();
}

std::string path_of(const config::Moment& m) { return "moment[name=" + m.name() + "]"; }

Moment moment_of(const config::Moment& m, const LoadedConfig& reference, std::vector<Fault>& faults) {
  Moment moment;
  moment.metric = metric_of(m, path_of(m), reference, faults);
  if (m.has_observed()) moment.observed = m.observed();
  if (m.has_low()) moment.low = m.low();
  if (m.has_high()) moment.high = m.high();
  if (m.has_low() != m.has_high() || (m.has_low() && m.low() > m.high())) faults.push_back(reference.fault(path_of(m) + ".low", "half a band, or one upside down", "low and high, low first"));
  if (m.has_line() != (moment.metric.statistic == metrics::Statistic::line_residual)) faults.push_back(reference.fault(path_of(m) + ".line", m.has_line() ? "a line for the statistic " + m.statistic() : "no line", "a line with line_residual, and only there"));
  moment.flag = m.flag() == config::Moment::INPUT ? Flag::input : m.flag() == config::Moment::IMPLIED ? Flag::implied : Flag::outcome;
  std::tie(moment.source, moment.tag) = origin(m.source());
  return moment;
}

}  // namespace

metrics::Line line_of(const Located<config::Line>& line) {
  if (line->rises_size() + line->falls_size() == 0) throw ConfigError({line.fault("", "no series", "at least one that rises or falls with illiquidity")});
  return {{{line->rises().begin(), line->rises().end()}, {line->falls().begin(), line->falls().end()}, line->volatility()}, line->constant(), line->slope(), line->residual_sd()};
}

void read_moments(const Located<config::Reference>& reference, const LineOf& lines, Experiment& e, std::vector<Fault>& faults) {
  const auto& days = e.spec.world.days;
  for (const auto& m : reference->moment()) {
    Moment moment = moment_of(m, reference, faults);
    if (m.has_line()) moment.metric.line = lines(path_of(m) + ".line", m.line());
    set_window(moment.metric, e);
    if (m.has_from()) moment.metric.from = date(m.from());
    if (m.has_to()) moment.metric.to = date(m.to());
    for (const base::Date d : {moment.metric.from, moment.metric.to}) {
      if (!std::binary_search(days.begin(), days.end(), d)) faults.push_back(reference.fault(path_of(m), base::to_string(d), "a trading day of the run"));
    }
    e.metrics.push_back(moment.metric);
    e.moments.push_back(moment);
  }
  for (const auto& o : reference->observed()) {
    const auto [source, tag] = origin(o.source());
    for (const auto& point : o.point()) e.observed.push_back({o.name(), date(point.date()), point.value(), source, tag});
  }
}

void read_window_metrics(const Located<config::MetricList>& list, Experiment& e, std::vector<Fault>& faults) {
  for (const auto& m : list->metric()) {
    const std::string path = "metric[name=" + m.name() + "]";
    const bool taken = std::any_of(e.metrics.begin(), e.metrics.end(), [&](const auto& other) { return other.name == m.name(); });
    if (taken) faults.push_back(list.fault(path, "\"" + m.name() + "\", a name of the reference too", "another name"));
    auto metric = metric_of(m, path, list, faults);
    set_window(metric, e);
    e.metrics.push_back(std::move(metric));
  }
}

void check(const Located<config::Reference>& reference) {
  std::vector<Fault> faults;
  for (const auto& m : reference->moment()) moment_of(m, reference, faults);
  if (!faults.empty()) throw ConfigError(std::move(faults));
}

void check(const Located<config::MetricList>& list) {
  std::vector<Fault> faults;
  for (const auto& m : list->metric()) metric_of(m, "metric[name=" + m.name() + "]", list, faults);
  if (!faults.empty()) throw ConfigError(std::move(faults));
}

}  // namespace haven::assemble
