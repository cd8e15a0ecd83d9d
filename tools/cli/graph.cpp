#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <tuple>

#include "engine/metrics/collateral_network.h"
#include "networks/dot.h"
#include "networks/graphml.h"
#include "tools/assemble/assemble.h"
#include "tools/assemble/overlay.h"
#include "tools/cli/checkpoint_file.h"
#include "tools/cli/moment.h"
#include "tools/cli/network_measures.h"
#include "tools/cli/output_place.h"
#include "tools/results/result_file.h"

namespace haven::cli {
namespace {

struct Options {
  std::string source, at, format, out, variant = "model";
  std::int64_t point = 0;
  std::optional<std::uint64_t> seed;
  ConfigOptions configs;
  bool json = false, by_security = false;
};

/// Columns of edges that a run's opening network reads, by row.
struct Terms {
  std::vector<std::string> instrument, haircut_pct, rate_pct;
};

enum class Source { result, graphml, config };

/// Looks at the beginning of the file; what is no file is the name of a config.
Source kind_of(const std::string& source) {
  std::ifstream file(source, std::ios::binary);
  std::string begin(64, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  if (begin.starts_with("SQLite format 3")) return Source::result;
  if (begin.starts_with("\xef\xbb\xbf")) begin.erase(0, 3);
  const auto first = begin.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && begin[first] == '<') return Source::graphml;
  if (source.ends_with(".sqlite")) return Source::result;
  return source.ends_with(".graphml") ? Source::graphml : Source::config;
}

GraphSubject from_result(const Options& o) {
  const results::ResultFile file(o.source);
  GraphSubject subject;
  subject.of_run = true;
  results::Statement seeds(file.database(), "SELECT DISTINCT seed FROM collateral_edges WHERE variant=? AND point=? ORDER BY seed");
  seeds.bind(o.variant, o.point);
  while (seeds.step()) {
    const auto seed = static_cast<std::uint64_t>(seeds.integer(0));
    if (!subject.seed && (!o.seed || *o.seed == seed)) subject.seed = seed;
  }
  if (!subject.seed) throw BadInput(fmt::format("{}: keeps no collateral network of variant {}, point {}{}", o.source, o.variant, o.point, o.seed ? fmt::format(", seed {}", *o.seed) : ""));
  const auto seed = static_cast<std::int64_t>(*subject.seed);
  // A day's network is that of its 17:00.
  std::vector<std::string> days;
  results::Statement day(file.database(), "SELECT DISTINCT day FROM collateral_edges WHERE variant=? AND point=? AND seed=? ORDER BY day");
  day.bind(o.variant, o.point, seed);
  while (day.step()) days.push_back(day.text(0));
  std::string shown = days.back();
  if (!o.at.empty()) {
    const Moment at = day_or_moment_of("--at", o.at);
    shown.clear();
    for (const auto& d : days) {
      base::Date date;
      base::parse_date(d, date);
      if (at.time ? base::midnight(date) + base::hours(17) <= *at.time : date <= at.day) shown = d;
    }
    if (shown.empty()) throw BadInput(fmt::format("--at {}: found a moment before the first network that {} keeps, expected 17:00 of {} to {} or later", o.at, o.source, days.front(), days.back()));
  }
  std::vector<metrics::CollateralEdgeRow> edges;
  results::Statement edge(file.database(), "SELECT giver, receiver, segment, security, face_bn, owner, depth, cash_bn FROM collateral_edges WHERE variant=? AND point=? AND seed=? AND day=? "
                                           "ORDER BY giver, receiver, segment, owner, depth");
  edge.bind(o.variant, o.point, seed, shown);
  while (edge.step()) edges.push_back({{}, edge.text(0), edge.text(1), edge.text(2), edge.text(3), edge.real(4), edge.text(5), static_cast<int>(edge.integer(6)), edge.real(7)});
  std::vector<metrics::InstitutionRow> institutions;
  results::Statement who(file.database(), "SELECT institution, kind, equity_bn, cash_bn FROM institutions WHERE variant=? AND point=? AND seed=? AND day=? ORDER BY institution");
  who.bind(o.variant, o.point, seed, shown);
  while (who.step()) institutions.push_back({{}, who.text(0), who.text(1), who.real(2), who.real(3)});
  subject.network = collateral_network(edges, institutions);
  subject.moment = shown + " 17:00";
  return subject;
}

GraphSubject from_config(const Options& o, Terms& terms) {
  const auto experiment = assemble::assemble(assemble::load_run_with(o.source, o.configs.with, o.configs.load()), o.configs.load());
  const auto& days = experiment.spec.world.days;
  GraphSubject subject;
  subject.of_run = true;
  subject.seed = o.seed.value_or(1);
  // A day's network is that of its 17:00, after everything that happens then.
  Moment at;
  at.day = days.back();
  if (!o.at.empty()) at = day_or_moment_of("--at", o.at);
  const base::Time moment = at.time.value_or(base::midnight(at.day) + base::hours(17));
  if (moment < base::midnight(days.front()) || moment > base::midnight(days.back()) + base::hours(17)) {
    throw BadInput(fmt::format("--at {}: found a moment outside the run, expected one from {} to 17:00 of {}", o.at, base::to_string(days.front()), base::to_string(days.back())));
  }
  const loop::State state = state_before(experiment, *subject.seed, at.time ? moment : moment + base::Duration{1}, {});
  auto edges = metrics::collateral_edges(experiment.spec.world, state.world, o.by_security ? metrics::BySecurity::apart : metrics::BySecurity::together);
  const auto by_name = [](const auto& e) { return std::tie(e.from, e.to, e.segment, e.owner, e.depth, e.security); };
  std::sort(edges.begin(), edges.end(), [&](const auto& a, const auto& b) { return by_name(a) < by_name(b); });
  std::vector<std::string> securities;
  for (const auto& security : experiment.spec.world.securities) securities.push_back(security.name);
  subject.network = collateral_network(edges, metrics::institutions_on(edges, experiment.spec.world, state.world), securities);
  for (const std::size_t row : subject.network.row) {
    const auto& edge = edges[row];
    if (o.by_security) terms.instrument.push_back(edge.security);
    if (o.by_security) terms.haircut_pct.push_back(fmt::format("{}", edge.haircut_pct));
    if (o.by_security) terms.rate_pct.push_back(fmt::format("{}", edge.rate_pct));
  }
  subject.moment = base::to_string(moment).substr(0, 16);
  return subject;
}

GraphSubject from_graphml(const Options& o) {
  if (!o.at.empty()) throw BadInput("--at: " + o.source + " is one network, of no moment");
  std::ifstream in(o.source);
  if (!in) throw BadInput(o.source + ": cannot be opened");
  GraphSubject subject;
  try {
    subject.network.collateral = networks::read_graphml(in, o.source);
  } catch (const networks::FileError& error) {
    throw BadInput(error.what());
  }
  return subject;
}

std::string graphml(const GraphSubject& subject, const NetworkMeasures& m, const Terms& terms) {
  const auto& graph = subject.network.collateral;
  std::vector<networks::Column> nodes = {{"core", "boolean", {}}, {"passed_on", "long", {}}};
  std::vector<networks::Column> edges;
  for (networks::NodeIndex n = 0; n < graph.node_count(); ++n) {
    nodes[0].values.emplace_back(m.in_core[n] ? "true" : "false");
    nodes[1].values.push_back(std::to_string(m.flow[n].passed_on));
  }
  if (subject.of_run) {
    nodes.push_back({"kind", "string", subject.network.kind});
    nodes.push_back({"equity_bn", "double", {}});
    nodes.push_back({"debt_rank", "double", {}});
    for (networks::NodeIndex n = 0; n < graph.node_count(); ++n) {
      nodes[3].values.push_back(fmt::format("{}", subject.network.equity_bn[n]));
      nodes[4].values.push_back(fmt::format("{}", m.debt_rank[n]));
    }
    edges.push_back({"cash_bn", "double", {}});
    subject.network.loans.for_each_edge([&](networks::NodeIndex, networks::NodeIndex, const networks::Leg& leg) {
      edges[0].values.push_back(fmt::format("{}", static_cast<double>(leg.amount) / (1e9 * base::kMoneyPerDollar)));
    });
  }
  if (!terms.instrument.empty()) {
    edges.push_back({"instrument", "string", terms.instrument});
    edges.push_back({"haircut_pct", "double", terms.haircut_pct});
    edges.push_back({"rate_pct", "double", terms.rate_pct});
  }
  std::ostringstream text;
  networks::write_graphml(graph, text, nodes, edges);
  return text.str();
}

int graph(const Options& o) {
  if (!o.out.empty()) require_writable(o.out);
  GraphSubject subject;
  Terms terms;
  if (o.by_security && kind_of(o.source) != Source::config) throw BadInput("--by-security: needs a config; " + o.source + " has what it has");
  write_for_user([&] {
    switch (kind_of(o.source)) {
      case Source::result: subject = from_result(o); break;
      case Source::graphml: subject = from_graphml(o); break;
      case Source::config: subject = from_config(o, terms); break;
    }
  });
  subject.source = o.source;
  const NetworkMeasures measures = measure(subject.network, subject.of_run);
  std::string text;
  if (o.json || o.format == "json") {
    text = graph_json(subject, measures).dump(2) + "\n";
  } else if (o.format == "graphml") {
    text = graphml(subject, measures, terms);
  } else if (o.format == "dot") {
    std::ostringstream dot;
    networks::write_dot(subject.network.collateral, dot);
    text = dot.str();
  } else {
    text = graph_text(subject, measures);
  }
  if (o.out.empty()) {
    fmt::print("{}", text);
  } else {
    write_file(o.out, text);
    fmt::print("{}\n", o.out);
  }
  return kGood;
}

}  // namespace

void add_graph(CLI::App& app, int& code) {
  auto* o = new Options;  // lives as long as the program: CLI11 keeps references
  auto* command = app.add_subcommand("graph", "the collateral network at a moment: measures, GraphML, Graphviz or JSON");
  command->footer("Example: haven graph april_2025.sqlite --at 2025-04-09\n"
                  "         haven graph april_2025.sqlite --at 2025-04-09 --format graphml -o network.graphml\n"
                  "         haven graph replays/april_2025 --seed 3 --at '2025-04-09 10:00' --format json\n"
                  "         haven graph network.graphml\n"
                  "A result file keeps the network of every day's 17:00: --at takes the last one up to that moment. A config is run up to the\n"
                  "moment itself. Amounts are face (of a GraphML file: its unit).");
  command->add_option("source", o->source, "result file, GraphML file, or a config")->required();
  command->add_option("--at", o->at, "New York time, YYYY-MM-DD (its 17:00) or YYYY-MM-DD HH:MM; default: the last day");
  command->add_option("--format", o->format, "graphml, dot or json; default: a summary to read")->check(CLI::IsMember({"graphml", "dot", "json"}));
  command->add_flag("--json", o->json, "the same as --format json");
  command->add_flag("--by-security", o->by_security, "of a config: an edge a security, in GraphML with its terms: a run's funding.opening_network");
  command->add_option("--seed", o->seed, "of a result file: default its first; of a config: default 1")->check(CLI::Range(1, 1000000000));
  command->add_option("--variant", o->variant, "of a result file")->capture_default_str();
  command->add_option("--point", o->point, "of a sweep's result file")->capture_default_str()->check(CLI::Range(0, 1000000000));
  command->add_option("-o,--out", o->out, "file to write; default: standard output");
  add_config_options(*command, o->configs);
  add_with_option(*command, o->configs);
  command->callback([o, &code] { code = graph(*o); });
}

}  // namespace haven::cli
