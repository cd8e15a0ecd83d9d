#include "tools/results/result_store.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "engine/base/check.h"
#include "tools/results/database.h"
#include "tools/results/file_lock.h"
#include "tools/results/result_file.h"
#include "tools/results/schema.h"

namespace haven::results {

namespace {

enum class Existing { nothing, result };

/// Refuses what is not ours before SQLite or the lock touches it.
Existing look_at(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists(path, error)) return Existing::nothing;
  if (!fs::is_regular_file(path, error)) {
    throw StoreError(Fault::not_a_result, fmt::format("{}: not a result file of haven (not a regular file)", path));
  }
  if (fs::file_size(path, error) == 0) return Existing::nothing;
  char magic[16] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  if (std::memcmp(magic, "SQLite format 3", sizeof magic) != 0) {
    throw StoreError(Fault::not_a_result, fmt::format("{}: not a result file of haven", path));
  }
  return Existing::result;
}

void drop_everything(Database& database) {
  std::vector<std::string> drops;
  {
    Statement list(database, "SELECT type, name FROM sqlite_master WHERE type IN ('view','table') ORDER BY type DESC");
    while (list.step()) drops.push_back(fmt::format("DROP {} \"{}\"", list.text(0), list.text(1)));
  }
  for (const std::string& drop : drops) database.execute(drop);
}

void create(Database& database, const Manifest& manifest) {
  database.execute(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kFormat));
  database.execute(schema_sql());
  Statement row(database, "INSERT INTO manifest VALUES(?,?)");
  row.run("format", std::to_string(kFormat));
  row.run("plan", manifest.plan);
  row.run("event", manifest.event);
  row.run("command", manifest.command);
  row.run("version", manifest.version);
  row.run("config", manifest.config);
  row.run("config_digest", manifest.config_digest);
  row.run("plan_digest", manifest.plan_digest);
  Statement kind(database, "INSERT INTO population VALUES(?,?)");
  for (const auto& [name, count] : manifest.population) kind.run(name, count);
}

/// Why the file's runs cannot be continued under `manifest`; throws it.
void require_same(const std::string& path, const Manifest& held, const Manifest& manifest) {
  if (held.plan_digest != manifest.plan_digest) {
    throw StoreError(Fault::other_plan,
                     fmt::format("{}: holds runs of the plan '{}' (digest {}), not of '{}' (digest {}); choose another "
                                 "--out, or --force to replace it",
                                 path, held.plan, held.plan_digest, manifest.plan, manifest.plan_digest));
  }
  if (held.version != manifest.version) {
    throw StoreError(Fault::other_version,
                     fmt::format("{}: holds runs of haven {}, this is haven {}; choose another --out, or --force to "
                                 "replace it",
                                 path, held.version, manifest.version));
  }
}

}  // namespace

struct ResultStore::Impl {
  explicit Impl(const std::string& path) : lock(path), database(path, Access::write) {}

  mutable std::mutex mutex;
  FileLock lock;
  Database database;
  std::map<std::string, std::int64_t> ids;  // of `names`; emptied when a transaction fails

  struct Statements {
    explicit Statements(const Database& d)
        : find_name(d, "SELECT id FROM names WHERE name=?"),
          new_name(d, "INSERT INTO names(name) VALUES(?)"),
          find_run(d, "SELECT run, status, digest FROM runs WHERE variant=? AND point=? AND seed=?"),
          drop_run(d, "DELETE FROM runs WHERE run=?"),
          drop_timing(d, "DELETE FROM timings WHERE run=?"),
          run(d,
              "INSERT INTO runs(variant, point, seed, status, error, digest, events, orders, trades) "
              "VALUES(?,?,?,?,?,?,?,?,?)"),
          timing(d, "INSERT INTO timings VALUES(?,?,?)"),
          metric(d, "INSERT INTO raw_metrics VALUES(?,?,?)"),
          series(d, "INSERT INTO raw_series VALUES(?,?,?)"),
          flow(d, "INSERT INTO raw_flows VALUES(?,?,?,?,?,?,?)"),
          constraint(d, "INSERT INTO raw_constraints VALUES(?,?,?,?,?,?,?,?,?)"),
          shadow(d, "INSERT INTO raw_shadow_rules VALUES(?,?,?,?,?,?,?,?,?)"),
          need(d, "INSERT INTO raw_liquidity_needs VALUES(?,?,?,?,?,?)"),
          position(d, "INSERT INTO raw_positions VALUES(?,?,?,?,?,?,?)"),
          repo(d, "INSERT INTO raw_repo VALUES(?,?,?,?,?,?,?)"),
          edge(d, "INSERT INTO raw_collateral_edges VALUES(?,?,?,?,?,?,?,?,?,?)"),
          institution(d, "INSERT INTO raw_institutions VALUES(?,?,?,?,?,?)"),
          fault(d, "INSERT INTO raw_defaults VALUES(?,?,?,?,?,?)"),
          default_step(d, "INSERT INTO raw_default_steps VALUES(?,?,?,?,?,?,?,?)"),
          fail(d, "INSERT INTO raw_fails VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"),
          point(d, "INSERT OR IGNORE INTO points VALUES(?,?,?,?,?)"),
          outcomes(d) {}
    Statement find_name, new_name, find_run, drop_run, drop_timing, run, timing, metric, series, flow, constraint, shadow, need,
        position, repo, edge, institution, fault, default_step, fail, point;
    OutcomeReader outcomes;
  };
  std::unique_ptr<Statements> statements;  // prepared once the tables exist
  std::vector<std::byte> buffer;

  std::int64_t id(const std::string& name) {
    const auto known = ids.find(name);
    if (known != ids.end()) return known->second;
    Statement& find = statements->find_name;
    find.bind(name);
    std::int64_t found = 0;
    if (find.step()) {
      found = find.integer(0);
    } else {
      statements->new_name.run(name);
      found = database.last_row();
    }
    find.reset();
    ids.emplace(name, found);
    return found;
  }

  /// The stored row of a key, if any: its number, status and digest.
  struct Stored {
    std::int64_t run = 0;
    RunStatus status = RunStatus::done;
    std::string digest;
  };
  std::optional<Stored> find(const RunKey& key) {
    Statement& find = statements->find_run;
    find.bind(key.variant, key.point, key.seed);
    std::optional<Stored> stored;
    if (find.step()) {
      stored = Stored{find.integer(0), find.text(1) == "failed" ? RunStatus::failed : RunStatus::done, find.text(2)};
    }
    find.reset();
    return stored;
  }

  void drop(std::int64_t run) {
    statements->drop_run.run(run);
    statements->drop_timing.run(run);
  }

  /// `write` inside one transaction, under the lock.
  template <class Write>
  void transact(Write write) {
    const std::lock_guard guard(mutex);
    try {
      Transaction transaction(database);
      write();
      transaction.commit();
    } catch (...) {
      ids.clear();
      throw;
    }
  }

  void insert(std::int64_t run, const metrics::RunResult& r);
  /// Both inside a transaction.
  void save(const RunKey& key, const metrics::RunResult& result, const Timing& timing);
  void save_failure(const RunKey& key, const std::string& error, const Timing& timing);
  void save_point(const PointRow& row) {
    int place = 0;
    for (const AxisValue& axis : row.axes) statements->point.run(row.point, place++, axis.axis, axis.value, axis.label);
  }
};

void ResultStore::Impl::insert(std::int64_t run, const metrics::RunResult& r) {
  Statements& s = *statements;
  for (const auto& [name, value] : r.metrics) {
    HAVEN_CHECK(std::isfinite(value), "metric " + name + " is not a finite number");
    s.metric.run(run, id(name), value);
  }
  for (const metrics::Series& series : r.series) {
    for (const double value : series.values)
      HAVEN_CHECK(std::isfinite(value), "series " + series.name + " is not finite");
    encode_series(series, buffer);
    s.series.run(run, id(series.name), std::span<const std::byte>(buffer));
  }
  for (const auto& f : r.flows) {
    s.flow.run(run, f.day.v, id(f.seller_kind), id(f.buyer_kind), id(f.sector), f.face_bn, f.ten_year_equivalent_bn);
  }
  for (const auto& c : r.constraints) {
    s.constraint.run(run, c.day.v, id(c.firm), id(c.kind), id(c.rule), c.use, c.headroom_bn, c.shadow_price_bp,
                     c.binding ? 1 : 0);
  }
  for (const auto& x : r.shadows) {
    s.shadow.run(run, x.day.v, id(x.rule), id(x.firm), id(x.kind), id(x.constraint), x.use, x.headroom_bn, x.binding ? 1 : 0);
  }
  for (const auto& n : r.liquidity_needs) {
    s.need.run(run, n.day.v, id(n.kind), n.variation_margin_bn, n.initial_margin_bn, n.haircut_bn);
  }
  for (const auto& p : r.positions) {
    s.position.run(run, p.day.v, id(p.kind), id(p.book), id(p.sector), p.face_bn, p.ten_year_equivalent_bn);
  }
  for (const auto& p : r.repo)
    s.repo.run(run, p.day.v, id(p.segment), p.volume_bn, p.rate_pct, p.haircut_pct, p.refused_bn);
  for (const auto& e : r.collateral) {
    s.edge.run(run, e.day.v, id(e.from), id(e.to), id(e.segment), id(e.security), e.face_bn, id(e.owner), static_cast<std::int64_t>(e.depth), e.cash_bn);
  }
  for (const auto& i : r.institutions) s.institution.run(run, i.day.v, id(i.name), id(i.kind), i.equity_bn, i.cash_bn);
  for (const auto& d : r.defaults) {
    s.fault.run(run, d.time.ns, id(d.institution), id(d.kind), d.cause, d.shortfall_bn);
  }
  std::int64_t place = 0;
  for (const auto& d : r.default_steps) {
    s.default_step.run(run, place++, d.time.ns, id(d.institution), id(d.account), id(d.item), id(d.counterparty), d.amount_bn);
  }
  place = 0;
  for (const auto& f : r.fails) {
    s.fail.run(run, place++, f.day.v, f.since.v, id(f.kind), id(f.failing), id(f.owed_to), id(f.security), f.face_bn, f.fails, id(f.cause), id(f.upstream), f.cause_bn);
  }
}

ResultStore::ResultStore(const std::string& path, const Manifest& manifest, OtherPlan other) {
  Existing existing = look_at(path);
  impl_ = std::make_unique<Impl>(path);
  existing = look_at(path);  // again, now that nobody else writes
  Database& database = impl_->database;
  database.execute("PRAGMA synchronous=NORMAL");
  if (existing == Existing::result) {
    // A killed creator can leave a file whose first transaction SQLite has just undone: empty, and ours to fill.
    Statement tables(database, "SELECT count(*) FROM sqlite_master");
    tables.step();
    if (tables.integer(0) == 0) existing = Existing::nothing;
  }
  if (existing == Existing::nothing) {
    try {
      Transaction transaction(database);
      create(database, manifest);
      transaction.commit();
    } catch (...) {
      std::error_code ignored;
      if (std::filesystem::file_size(path, ignored) == 0) std::filesystem::remove(path, ignored);
      throw;
    }
  } else {
    try {
      require_format(database);
      require_same(path, read_manifest(database), manifest);
    } catch (const StoreError& error) {
      if (other == OtherPlan::refuse || error.fault() == Fault::not_a_result) throw;
      Transaction transaction(database);
      drop_everything(database);
      create(database, manifest);
      transaction.commit();
    }
    // Proves now, not after the first run, that the file can be written.
    Transaction transaction(database);
    Statement update(database, "UPDATE manifest SET value=? WHERE key=?");
    update.run(manifest.config, "config");
    update.run(manifest.config_digest, "config_digest");
    transaction.commit();
  }
  impl_->statements = std::make_unique<Impl::Statements>(database);
}

ResultStore::~ResultStore() {
  if (impl_) impl_->statements.reset();
}

std::map<RunKey, RunStatus> ResultStore::finished() const {
  const std::lock_guard guard(impl_->mutex);
  std::map<RunKey, RunStatus> runs;
  for (const RunRow& row : read_runs(impl_->database)) runs.emplace(row.key, row.status);
  return runs;
}

void ResultStore::Impl::save(const RunKey& key, const metrics::RunResult& result, const Timing& timing) {
  const std::string digest = base::to_hex(result.digest);
  if (const auto stored = find(key)) {
    if (stored->status == RunStatus::failed) {
      drop(stored->run);
    } else if (stored->digest == digest) {
      return;
    } else {
      throw StoreError(Fault::conflict, fmt::format("{}: variant {}, point {}, seed {} is there with digest {}, and now came out as {}",
                                                    database.path(), key.variant, key.point, key.seed, stored->digest, digest));
    }
  }
  statements->run.run(key.variant, key.point, key.seed, "done", "", digest, result.events, result.orders, result.trades);
  const std::int64_t run = database.last_row();
  statements->timing.run(run, timing.cpu_seconds, timing.wall_seconds);
  insert(run, result);
}

void ResultStore::Impl::save_failure(const RunKey& key, const std::string& error, const Timing& timing) {
  if (const auto stored = find(key)) {
    if (stored->status == RunStatus::done) return;
    drop(stored->run);
  }
  statements->run.run(key.variant, key.point, key.seed, "failed", error, "", 0, 0, 0);
  statements->timing.run(database.last_row(), timing.cpu_seconds, timing.wall_seconds);
}

void ResultStore::save(const metrics::RunResult& result, const std::string& variant, std::int64_t point,
                       const Timing& timing) {
  impl_->transact([&] { impl_->save({variant, point, result.seed}, result, timing); });
}

void ResultStore::save_failure(const RunKey& key, const std::string& error, const Timing& timing) {
  impl_->transact([&] { impl_->save_failure(key, error, timing); });
}

void ResultStore::save_all(const std::vector<EndedRun>& runs) {
  impl_->transact([&] {
    for (const EndedRun& run : runs) {
      if (run.point != nullptr) impl_->save_point(*run.point);
      if (run.result != nullptr) impl_->save(run.key, *run.result, run.timing);
      else impl_->save_failure(run.key, run.error, run.timing);
    }
  });
}

Outcomes ResultStore::outcomes(const std::string& variant, std::int64_t point, std::uint64_t first, std::uint64_t last,
                               const std::vector<std::string>& metrics) const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->statements->outcomes.read({variant, point}, first, last, metrics);
}

std::vector<AxisValue> ResultStore::coordinates(std::int64_t point) const {
  const std::lock_guard guard(impl_->mutex);
  std::vector<AxisValue> axes;
  Statement row(impl_->database, "SELECT axis, value, label FROM points WHERE point=? ORDER BY place");
  row.bind(point);
  while (row.step()) axes.push_back({row.text(0), row.real(1), row.text(2)});
  return axes;
}

void ResultStore::forget_failures() {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM timings WHERE run IN (SELECT run FROM runs WHERE status='failed')");
    impl_->database.execute("DELETE FROM runs WHERE status='failed'");
  });
}

void ResultStore::put_scorecard(const std::vector<ScorecardRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM scorecard");
    Statement insert(impl_->database, "INSERT INTO scorecard VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
    int place = 0;
    for (const ScorecardRow& r : rows) {
      insert.run(place++, r.metric, r.observed, r.low, r.high, r.flag, r.null_mean, r.model_mean, r.model_se,
                 r.inside ? 1 : 0, r.source, r.tag);
    }
  });
}

void ResultStore::put_observed(const std::vector<ObservedRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM observed");
    Statement insert(impl_->database, "INSERT INTO observed VALUES(?,?,?,?,?)");
    for (const ObservedRow& r : rows) insert.run(r.series, base::to_string(r.day), r.value, r.source, r.tag);
  });
}

void ResultStore::put_attribution(const std::vector<AttributionRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM attribution");
    Statement insert(impl_->database, "INSERT INTO attribution VALUES(?,?,?,?,?)");
    for (const AttributionRow& r : rows) insert.run(r.metric, r.moment, r.channel, r.share, r.se);
  });
}

void ResultStore::put_edge(const std::vector<EdgeRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM edge");
    Statement insert(impl_->database, "INSERT INTO edge VALUES(?,?,?,?,?)");
    for (const EdgeRow& r : rows) insert.run(r.axis, r.today, r.threshold, r.low, r.high);
  });
}

void ResultStore::put_frontier(const std::vector<FrontierRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM frontier");
    Statement insert(impl_->database, "INSERT INTO frontier VALUES(?,?,?,?,?,?,?,?,?)");
    for (const FrontierRow& r : rows) insert.run(r.point, r.axis, r.metric, r.level, r.threshold, r.low, r.high, r.confidence, r.outcome);
  });
}

void ResultStore::put_sensitivity(const std::vector<SensitivityRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM sensitivity");
    Statement insert(impl_->database, "INSERT INTO sensitivity VALUES(?,?,?,?,?,?)");
    for (const SensitivityRow& r : rows) insert.run(r.metric, r.axis, r.index, r.value, r.low, r.high);
  });
}

void ResultStore::put_calibration(const CalibrationRows& rows) {
  impl_->transact([&] {
    for (const char* table : {"calibration_steps", "calibration_targets", "calibration_parameters", "calibration_directions"}) impl_->database.execute(std::string("DELETE FROM ") + table);
    Statement step(impl_->database, "INSERT INTO calibration_steps VALUES(?,?,?,?)");
    for (const auto& r : rows.steps) step.run(r.point, r.generation, r.loss, r.best);
    Statement target(impl_->database, "INSERT INTO calibration_targets VALUES(?,?,?,?,?,?,?,?,?)");
    for (const auto& r : rows.targets) target.run(r.metric, r.value, r.scale, r.side, r.model_mean, r.model_se, r.deviation, r.source, r.tag);
    Statement parameter(impl_->database, "INSERT INTO calibration_parameters VALUES(?,?,?,?,?,?,?,?,?,?)");
    for (const auto& r : rows.parameters) parameter.run(r.parameter, r.path, r.unit, r.low, r.high, r.start, r.value, r.minus_se, r.plus_se, static_cast<std::int32_t>(r.pinned_down));
    Statement direction(impl_->database, "INSERT INTO calibration_directions VALUES(?,?,?,?)");
    for (const auto& r : rows.directions) direction.run(r.direction, r.information, r.parameter, r.weight);
  });
}

void ResultStore::put_collateral_nodes(const std::vector<CollateralNodeRow>& rows) {
  impl_->transact([&] {
    impl_->database.execute("DELETE FROM collateral_nodes");
    Statement insert(impl_->database, "INSERT INTO collateral_nodes VALUES(?,?,?,?)");
    for (const CollateralNodeRow& r : rows) insert.run(r.name, r.kind, r.x, r.y);
  });
}

}  // namespace haven::results
