#include "tools/results/result_file.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/check.h"
#include "tools/results/schema.h"

namespace haven::results {

namespace {

std::int64_t pragma(const Database& database, const char* name) {
  Statement statement(database, fmt::format("PRAGMA {}", name));
  statement.step();
  return statement.integer(0);
}

}  // namespace

void require_format(const Database& database) {
  if (pragma(database, "application_id") != kApplicationId) {
    throw StoreError(Fault::not_a_result, fmt::format("{}: not a result file of haven", database.path()));
  }
  const std::int64_t format = pragma(database, "user_version");
  if (format != kFormat) {
    throw StoreError(Fault::other_format,
                     fmt::format("{}: result format {}, this haven reads format {}", database.path(), format, kFormat));
  }
}

Manifest read_manifest(const Database& database) {
  std::map<std::string, std::string> rows;
  Statement statement(database, "SELECT key, value FROM manifest");
  while (statement.step()) rows[statement.text(0)] = statement.text(1);
  Manifest manifest{rows["plan"],   rows["event"],         rows["command"],     rows["version"],
                    rows["config"], rows["config_digest"], rows["plan_digest"], {}};
  Statement kinds(database, "SELECT kind, institutions FROM population");
  while (kinds.step()) manifest.population[kinds.text(0)] = kinds.integer(1);
  return manifest;
}

OutcomeReader::OutcomeReader(const Database& database)
    : runs_(database, "SELECT run, seed, status FROM runs WHERE variant=? AND point=? AND seed BETWEEN ? AND ?"),
      value_(database, "SELECT value FROM raw_metrics WHERE run=? AND metric=(SELECT id FROM names WHERE name=?)") {}

Outcomes OutcomeReader::read(const Slice& slice, std::uint64_t first, std::uint64_t last, const std::vector<std::string>& metrics) {
  Outcomes outcomes;
  std::map<std::int64_t, std::uint64_t> seed_of;  // by run
  runs_.bind(slice.variant, slice.point, first, last);
  while (runs_.step()) {
    const auto seed = static_cast<std::uint64_t>(runs_.integer(1));
    seed_of[runs_.integer(0)] = seed;
    outcomes[seed] = runs_.text(2) == "done" ? Outcome(std::in_place) : std::nullopt;
  }
  runs_.reset();
  for (const std::string& metric : metrics) {
    for (const auto& [run, seed] : seed_of) {
      if (!outcomes[seed]) continue;
      value_.bind(run, metric);
      if (value_.step()) outcomes[seed]->emplace(metric, value_.real(0));
      value_.reset();
    }
  }
  return outcomes;
}

std::vector<RunRow> read_runs(const Database& database) {
  std::vector<RunRow> rows;
  Statement s(database,
              "SELECT variant, point, seed, status, error, digest, events, orders, trades FROM runs "
              "ORDER BY variant, point, seed");
  while (s.step()) {
    rows.push_back({{s.text(0), s.integer(1), static_cast<std::uint64_t>(s.integer(2))},
                    s.text(3) == "failed" ? RunStatus::failed : RunStatus::done,
                    s.text(4),
                    s.text(5),
                    static_cast<std::uint64_t>(s.integer(6)),
                    static_cast<std::uint64_t>(s.integer(7)),
                    static_cast<std::uint64_t>(s.integer(8))});
  }
  return rows;
}

ResultFile::ResultFile(const std::string& path) : database_(path, Access::read) {
  require_format(database_);
  manifest_ = read_manifest(database_);
}

std::vector<PointRow> ResultFile::points() const {
  std::vector<PointRow> rows;
  Statement s(database_, "SELECT point, axis, value, label FROM points ORDER BY point, place");
  while (s.step()) {
    if (rows.empty() || rows.back().point != s.integer(0)) rows.push_back({s.integer(0), {}});
    rows.back().axes.push_back({s.text(1), s.real(2), s.text(3)});
  }
  return rows;
}

std::vector<ScorecardRow> ResultFile::scorecard() const {
  std::vector<ScorecardRow> rows;
  Statement s(database_,
              "SELECT metric, observed, low, high, flag, null_mean, model_mean, model_se, inside, source, tag "
              "FROM scorecard ORDER BY place");
  while (s.step()) {
    rows.push_back({s.text(0), s.real_or_null(1), s.real_or_null(2), s.real_or_null(3), s.text(4), s.real_or_null(5), s.real_or_null(6),
                    s.real_or_null(7), s.integer(8) != 0, s.text(9), s.text(10)});
  }
  return rows;
}

std::vector<ObservedRow> ResultFile::observed() const {
  std::vector<ObservedRow> rows;
  Statement s(database_, "SELECT series, day, value, source, tag FROM observed ORDER BY series, day");
  while (s.step()) {
    base::Date day;
    HAVEN_CHECK(base::parse_date(s.text(1), day), "table observed: not a date: " + s.text(1));
    rows.push_back({s.text(0), day, s.real(2), s.text(3), s.text(4)});
  }
  return rows;
}

std::vector<AttributionRow> ResultFile::attribution() const {
  std::vector<AttributionRow> rows;
  Statement s(database_, "SELECT metric, moment, channel, share, se FROM attribution ORDER BY metric, moment, channel");
  while (s.step()) rows.push_back({s.text(0), s.text(1), s.text(2), s.real(3), s.real(4)});
  return rows;
}

std::vector<EdgeRow> ResultFile::edge() const {
  std::vector<EdgeRow> rows;
  Statement s(database_, "SELECT axis, today, threshold, low, high FROM edge ORDER BY axis");
  while (s.step()) rows.push_back({s.text(0), s.real(1), s.real(2), s.real(3), s.real(4)});
  return rows;
}

std::vector<FrontierRow> ResultFile::frontier() const {
  std::vector<FrontierRow> rows;
  Statement s(database_, "SELECT point, axis, metric, level, threshold, low, high, confidence, outcome FROM frontier ORDER BY point");
  while (s.step()) {
    rows.push_back({s.integer(0), s.text(1), s.text(2), s.real(3), s.real_or_null(4), s.real(5), s.real(6), s.real(7), s.text(8)});
  }
  return rows;
}

CalibrationRows ResultFile::calibration() const {
  CalibrationRows rows;
  Statement step(database_, "SELECT point, generation, loss, best FROM calibration_steps ORDER BY point");
  while (step.step()) rows.steps.push_back({step.integer(0), step.integer(1), step.real(2), step.real(3)});
  Statement target(database_, "SELECT metric, value, scale, side, model_mean, model_se, deviation, source, tag FROM calibration_targets ORDER BY metric");
  while (target.step()) {
    rows.targets.push_back({target.text(0), target.real(1), target.real(2), target.text(3), target.real_or_null(4), target.real_or_null(5), target.real_or_null(6), target.text(7), target.text(8)});
  }
  Statement parameter(database_, "SELECT parameter, path, unit, low, high, start, value, minus_se, plus_se, pinned_down FROM calibration_parameters ORDER BY parameter");
  while (parameter.step()) {
    rows.parameters.push_back({parameter.text(0), parameter.text(1), parameter.text(2), parameter.real(3), parameter.real(4), parameter.real(5), parameter.real(6), parameter.real_or_null(7), parameter.real_or_null(8), parameter.integer(9) != 0});
  }
  Statement direction(database_, "SELECT direction, information, parameter, weight FROM calibration_directions ORDER BY direction, parameter");
  while (direction.step()) rows.directions.push_back({direction.integer(0), direction.real(1), direction.text(2), direction.real(3)});
  return rows;
}

std::vector<SensitivityRow> ResultFile::sensitivity() const {
  std::vector<SensitivityRow> rows;
  Statement s(database_, "SELECT metric, axis, kind, value, low, high FROM sensitivity ORDER BY metric, axis, kind");
  while (s.step()) rows.push_back({s.text(0), s.text(1), s.text(2), s.real(3), s.real(4), s.real(5)});
  return rows;
}

std::vector<CollateralNodeRow> ResultFile::collateral_nodes() const {
  std::vector<CollateralNodeRow> rows;
  Statement s(database_, "SELECT name, kind, x, y FROM collateral_nodes ORDER BY name");
  while (s.step()) rows.push_back({s.text(0), s.text(1), s.real(2), s.real(3)});
  return rows;
}

std::map<std::uint64_t, double> ResultFile::metric(const std::string& name, const Slice& slice) const {
  std::map<std::uint64_t, double> values;
  Statement s(database_, "SELECT seed, value FROM metrics WHERE variant=? AND point=? AND metric=?");
  s.bind(slice.variant, slice.point, name);
  while (s.step()) values[static_cast<std::uint64_t>(s.integer(0))] = s.real(1);
  return values;
}

Summary ResultFile::summarize(const std::string& metric_name, const Slice& slice) const {
  std::vector<double> values;
  for (const auto& [seed, value] : metric(metric_name, slice)) values.push_back(value);
  return results::summarize(std::move(values));
}

std::map<std::string, Summary> ResultFile::summarize_all(const Slice& slice) const {
  std::map<std::string, std::vector<double>> values;
  Statement s(database_, "SELECT metric, value FROM metrics WHERE variant=? AND point=? ORDER BY metric, seed");
  s.bind(slice.variant, slice.point);
  while (s.step()) values[s.text(0)].push_back(s.real(1));
  std::map<std::string, Summary> summaries;
  for (auto& [name, list] : values) summaries[name] = results::summarize(std::move(list));
  return summaries;
}

std::vector<std::string> ResultFile::series_names(const Slice& slice) const {
  std::vector<std::string> names;
  Statement s(database_, "SELECT DISTINCT name FROM series WHERE variant=? AND point=? ORDER BY name");
  s.bind(slice.variant, slice.point);
  while (s.step()) names.push_back(s.text(0));
  return names;
}

std::map<std::uint64_t, metrics::Series> ResultFile::series(const std::string& name, const Slice& slice) const {
  std::map<std::uint64_t, metrics::Series> by_seed;
  Statement s(database_, "SELECT seed, data FROM series WHERE variant=? AND point=? AND name=?");
  s.bind(slice.variant, slice.point, name);
  while (s.step()) by_seed[static_cast<std::uint64_t>(s.integer(0))] = decode_series(name, s.blob(1));
  return by_seed;
}

Band ResultFile::band(const std::string& name, const Slice& slice) const { return results::band(series(name, slice)); }

std::string ResultFile::ensemble_digest(const Slice& slice) const {
  base::Digest digest;
  Statement s(database_, "SELECT seed, digest FROM runs WHERE variant=? AND point=? AND status='done' ORDER BY seed");
  s.bind(slice.variant, slice.point);
  while (s.step()) {
    const std::string hex = s.text(1);
    HAVEN_CHECK(hex.size() == 32, "run digest is not 32 digits: " + hex);
    digest.add(s.integer(0));
    digest.add(static_cast<std::uint64_t>(std::stoull(hex.substr(0, 16), nullptr, 16)));
    digest.add(static_cast<std::uint64_t>(std::stoull(hex.substr(16), nullptr, 16)));
  }
  return base::to_hex(digest);
}

}  // namespace haven::results
