#include "tools/results/schema.h"

#include <bit>
#include <cstring>

#include "engine/base/check.h"

namespace haven::results {

static_assert(std::endian::native == std::endian::little);

const std::string& schema_sql() {
  static const std::string sql = R"sql(
CREATE TABLE manifest(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE population(kind TEXT PRIMARY KEY, institutions INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE runs(run INTEGER PRIMARY KEY, variant TEXT NOT NULL, point INTEGER NOT NULL, seed INTEGER NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('done','failed')), error TEXT NOT NULL, digest TEXT NOT NULL,
  events INTEGER NOT NULL, orders INTEGER NOT NULL, trades INTEGER NOT NULL, UNIQUE(variant, point, seed));
CREATE TABLE timings(run INTEGER PRIMARY KEY, cpu_seconds REAL NOT NULL, wall_seconds REAL NOT NULL);

CREATE TABLE raw_metrics(run INTEGER NOT NULL, metric INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY(run, metric)) WITHOUT ROWID;
CREATE TABLE raw_series(run INTEGER NOT NULL, name INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(run, name));
CREATE TABLE raw_flows(run INTEGER NOT NULL, day INTEGER NOT NULL, seller INTEGER NOT NULL, buyer INTEGER NOT NULL,
  sector INTEGER NOT NULL, face_bn REAL NOT NULL, ten_year_equivalent_bn REAL NOT NULL);
CREATE TABLE raw_constraints(run INTEGER NOT NULL, day INTEGER NOT NULL, firm INTEGER NOT NULL, kind INTEGER NOT NULL,
  rule INTEGER NOT NULL, use REAL NOT NULL, headroom_bn REAL NOT NULL, shadow_price_bp REAL NOT NULL,
  binding INTEGER NOT NULL);
CREATE TABLE raw_shadow_rules(run INTEGER NOT NULL, day INTEGER NOT NULL, rule INTEGER NOT NULL, firm INTEGER NOT NULL,
  kind INTEGER NOT NULL, bound INTEGER NOT NULL, use REAL NOT NULL, headroom_bn REAL NOT NULL, binding INTEGER NOT NULL);
CREATE TABLE raw_liquidity_needs(run INTEGER NOT NULL, day INTEGER NOT NULL, kind INTEGER NOT NULL,
  variation_margin_bn REAL NOT NULL, initial_margin_bn REAL NOT NULL, haircut_bn REAL NOT NULL);
CREATE TABLE raw_positions(run INTEGER NOT NULL, day INTEGER NOT NULL, kind INTEGER NOT NULL, book INTEGER NOT NULL,
  sector INTEGER NOT NULL, face_bn REAL NOT NULL, ten_year_equivalent_bn REAL NOT NULL);
CREATE TABLE raw_repo(run INTEGER NOT NULL, day INTEGER NOT NULL, segment INTEGER NOT NULL, volume_bn REAL NOT NULL,
  rate_pct REAL NOT NULL, haircut_pct REAL NOT NULL, refused_bn REAL NOT NULL);
CREATE TABLE raw_collateral_edges(run INTEGER NOT NULL, day INTEGER NOT NULL, giver INTEGER NOT NULL,
  receiver INTEGER NOT NULL, segment INTEGER NOT NULL, security INTEGER NOT NULL, face_bn REAL NOT NULL,
  owner INTEGER NOT NULL, depth INTEGER NOT NULL, cash_bn REAL NOT NULL);
CREATE TABLE raw_institutions(run INTEGER NOT NULL, day INTEGER NOT NULL, institution INTEGER NOT NULL, kind INTEGER NOT NULL,
  equity_bn REAL NOT NULL, cash_bn REAL NOT NULL);
CREATE TABLE raw_defaults(run INTEGER NOT NULL, time_ns INTEGER NOT NULL, institution INTEGER NOT NULL,
  kind INTEGER NOT NULL, cause TEXT NOT NULL, shortfall_bn REAL NOT NULL);
CREATE TABLE raw_default_steps(run INTEGER NOT NULL, place INTEGER NOT NULL, time_ns INTEGER NOT NULL,
  institution INTEGER NOT NULL, account INTEGER NOT NULL, item INTEGER NOT NULL, counterparty INTEGER NOT NULL,
  amount_bn REAL NOT NULL);
CREATE TABLE raw_fails(run INTEGER NOT NULL, place INTEGER NOT NULL, day INTEGER NOT NULL, since INTEGER NOT NULL,
  kind INTEGER NOT NULL, failing INTEGER NOT NULL, owed_to INTEGER NOT NULL, security INTEGER NOT NULL, face_bn REAL NOT NULL,
  fails INTEGER NOT NULL, cause INTEGER NOT NULL, upstream INTEGER NOT NULL, cause_bn REAL NOT NULL);

CREATE TABLE points(point INTEGER NOT NULL, place INTEGER NOT NULL, axis TEXT NOT NULL, value REAL NOT NULL,
  label TEXT NOT NULL, PRIMARY KEY(point, place)) WITHOUT ROWID;
CREATE TABLE scorecard(place INTEGER PRIMARY KEY, metric TEXT NOT NULL, observed REAL, low REAL, high REAL,
  flag TEXT NOT NULL, null_mean REAL, model_mean REAL, model_se REAL, inside INTEGER NOT NULL,
  source TEXT NOT NULL, tag TEXT NOT NULL);
CREATE TABLE observed(series TEXT NOT NULL, day TEXT NOT NULL, value REAL NOT NULL, source TEXT NOT NULL,
  tag TEXT NOT NULL);
CREATE TABLE attribution(metric TEXT NOT NULL, moment TEXT NOT NULL, channel TEXT NOT NULL, share REAL NOT NULL,
  se REAL NOT NULL);
CREATE TABLE edge(axis TEXT NOT NULL, today REAL NOT NULL, threshold REAL NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL);
CREATE TABLE frontier(point INTEGER PRIMARY KEY, axis TEXT NOT NULL, metric TEXT NOT NULL, level REAL NOT NULL,
  threshold REAL, low REAL NOT NULL, high REAL NOT NULL, confidence REAL NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE sensitivity(metric TEXT NOT NULL, axis TEXT NOT NULL, kind TEXT NOT NULL, value REAL NOT NULL,
  low REAL NOT NULL, high REAL NOT NULL, PRIMARY KEY(metric, axis, kind)) WITHOUT ROWID;
CREATE TABLE calibration_steps(point INTEGER PRIMARY KEY, generation INTEGER NOT NULL, loss REAL NOT NULL,
  best REAL NOT NULL);
CREATE TABLE calibration_targets(metric TEXT PRIMARY KEY, value REAL NOT NULL, scale REAL NOT NULL, side TEXT NOT NULL,
  model_mean REAL, model_se REAL, deviation REAL, source TEXT NOT NULL, tag TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE calibration_parameters(parameter TEXT PRIMARY KEY, path TEXT NOT NULL, unit TEXT NOT NULL, low REAL NOT NULL,
  high REAL NOT NULL, start REAL NOT NULL, value REAL NOT NULL, minus_se REAL, plus_se REAL,
  pinned_down INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE calibration_directions(direction INTEGER NOT NULL, information REAL NOT NULL, parameter TEXT NOT NULL,
  weight REAL NOT NULL, PRIMARY KEY(direction, parameter)) WITHOUT ROWID;
CREATE TABLE collateral_nodes(name TEXT NOT NULL, kind TEXT NOT NULL, x REAL NOT NULL, y REAL NOT NULL);

CREATE VIEW metrics AS SELECT variant, point, seed, m.name AS metric, value
  FROM raw_metrics JOIN runs USING(run) JOIN names m ON m.id = metric;
CREATE VIEW series AS SELECT variant, point, seed, s.name AS name, length(data) / 16 AS points, data
  FROM raw_series r JOIN runs USING(run) JOIN names s ON s.id = r.name;
CREATE VIEW flows AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, a.name AS seller_kind,
  b.name AS buyer_kind, s.name AS sector, face_bn, ten_year_equivalent_bn
  FROM raw_flows JOIN runs USING(run) JOIN names a ON a.id = seller JOIN names b ON b.id = buyer
  JOIN names s ON s.id = sector;
CREATE VIEW constraints AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, f.name AS firm,
  k.name AS kind, u.name AS rule, use, headroom_bn, shadow_price_bp, binding
  FROM raw_constraints c JOIN runs USING(run) JOIN names f ON f.id = firm JOIN names k ON k.id = c.kind
  JOIN names u ON u.id = rule;
CREATE VIEW shadow_rules AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, u.name AS rule,
  f.name AS firm, k.name AS kind, b.name AS "constraint", use, headroom_bn, binding
  FROM raw_shadow_rules s JOIN runs USING(run) JOIN names u ON u.id = s.rule JOIN names f ON f.id = s.firm
  JOIN names k ON k.id = s.kind JOIN names b ON b.id = s.bound;
CREATE VIEW liquidity_needs AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, k.name AS kind,
  variation_margin_bn, initial_margin_bn, haircut_bn
  FROM raw_liquidity_needs l JOIN runs USING(run) JOIN names k ON k.id = l.kind;
CREATE VIEW positions AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, k.name AS kind,
  b.name AS book, s.name AS sector, face_bn, ten_year_equivalent_bn
  FROM raw_positions p JOIN runs USING(run) JOIN names k ON k.id = p.kind JOIN names b ON b.id = book
  JOIN names s ON s.id = sector;
CREATE VIEW repo AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day, s.name AS segment,
  volume_bn, rate_pct, haircut_pct, refused_bn
  FROM raw_repo r JOIN runs USING(run) JOIN names s ON s.id = r.segment;
CREATE VIEW collateral_edges AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day,
  g.name AS giver, t.name AS receiver, s.name AS segment, c.name AS security, face_bn, o.name AS owner, depth, cash_bn
  FROM raw_collateral_edges e JOIN runs USING(run) JOIN names g ON g.id = giver JOIN names t ON t.id = receiver
  JOIN names s ON s.id = e.segment JOIN names c ON c.id = e.security JOIN names o ON o.id = e.owner;
CREATE VIEW institutions AS SELECT variant, point, seed, date('2000-01-01', day || ' days') AS day,
  n.name AS institution, k.name AS kind, equity_bn, cash_bn
  FROM raw_institutions i JOIN runs USING(run) JOIN names n ON n.id = i.institution JOIN names k ON k.id = i.kind;
CREATE VIEW defaults AS SELECT variant, point, seed, time_ns,
  datetime('2000-01-01', (time_ns / 1000000000) || ' seconds') AS time, i.name AS institution, k.name AS kind,
  shortfall_bn, cause
  FROM raw_defaults d JOIN runs USING(run) JOIN names i ON i.id = institution JOIN names k ON k.id = d.kind;
CREATE VIEW default_steps AS SELECT variant, point, seed, place, time_ns,
  datetime('2000-01-01', (time_ns / 1000000000) || ' seconds') AS time, i.name AS institution, a.name AS account,
  t.name AS item, c.name AS counterparty, amount_bn
  FROM raw_default_steps d JOIN runs USING(run) JOIN names i ON i.id = institution JOIN names a ON a.id = account
  JOIN names t ON t.id = item JOIN names c ON c.id = counterparty;
CREATE VIEW fails AS SELECT variant, point, seed, place, date('2000-01-01', day || ' days') AS day,
  date('2000-01-01', since || ' days') AS since, k.name AS kind, f.name AS failing, o.name AS owed_to, s.name AS security,
  face_bn, fails, c.name AS cause, u.name AS upstream, cause_bn
  FROM raw_fails r JOIN runs USING(run) JOIN names k ON k.id = r.kind JOIN names f ON f.id = failing JOIN names o ON o.id = owed_to
  JOIN names s ON s.id = r.security JOIN names c ON c.id = r.cause JOIN names u ON u.id = r.upstream;
)sql";
  return sql;
}

void encode_series(const metrics::Series& series, std::vector<std::byte>& out) {
  HAVEN_CHECK(series.times.size() == series.values.size(),
              "series " + series.name + ": times and values differ in number");
  static_assert(sizeof(base::Time) == 8);
  const std::size_t half = series.times.size() * 8;
  out.resize(2 * half);
  if (half == 0) return;
  std::memcpy(out.data(), series.times.data(), half);
  std::memcpy(out.data() + half, series.values.data(), half);
}

metrics::Series decode_series(const std::string& name, std::span<const std::byte> blob) {
  HAVEN_CHECK(blob.size() % 16 == 0, "series " + name + ": its blob is no whole number of points");
  const std::size_t half = blob.size() / 2;
  metrics::Series series{name, std::vector<base::Time>(half / 8), std::vector<double>(half / 8)};
  if (half == 0) return series;
  std::memcpy(series.times.data(), blob.data(), half);
  std::memcpy(series.values.data(), blob.data() + half, half);
  return series;
}

}  // namespace haven::results
