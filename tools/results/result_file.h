// Reading a result file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/metrics/run_result.h"
#include "tools/results/database.h"
#include "tools/results/rows.h"
#include "tools/results/store_error.h"
#include "tools/results/summary.h"

namespace haven::results {

/// The runs over whose seeds a statistic is taken.
struct Slice {
  std::string variant = "model";
  std::int64_t point = 0;
};

/// Throws StoreError: not_a_result without haven's application id, other_format when it has another number.
void require_format(const Database& database);
Manifest read_manifest(const Database& database);
/// Reads what a file has of a point, again and again. Invariants: belongs to one Database that outlives it.
class OutcomeReader {
 public:
  explicit OutcomeReader(const Database& database);
  /// Seeds first..last of a slice, with these metrics.
  Outcomes read(const Slice& slice, std::uint64_t first, std::uint64_t last, const std::vector<std::string>& metrics);

 private:
  Statement runs_, value_;
};
/// Sorted by variant, point, seed.
std::vector<RunRow> read_runs(const Database& database);

/// A result file opened for reading. May be one that a writer is still filling: each call sees whole runs only.
/// Invariants: has this format.
class ResultFile {
 public:
  /// Throws StoreError (missing, unreadable, not_a_result, other_format).
  explicit ResultFile(const std::string& path);

  const Manifest& manifest() const { return manifest_; }
  const std::string& path() const { return database_.path(); }
  /// For queries over the tables and views of docs/results.md.
  const Database& database() const { return database_; }

  std::vector<RunRow> runs() const { return read_runs(database_); }
  std::vector<PointRow> points() const;
  std::vector<ScorecardRow> scorecard() const;
  std::vector<ObservedRow> observed() const;
  std::vector<AttributionRow> attribution() const;
  std::vector<EdgeRow> edge() const;
  std::vector<FrontierRow> frontier() const;
  std::vector<SensitivityRow> sensitivity() const;
  /// Empty unless the file is a calibration that ended.
  CalibrationRows calibration() const;
  std::vector<CollateralNodeRow> collateral_nodes() const;

  /// One value a finished run of the slice that has the metric, by seed.
  std::map<std::uint64_t, double> metric(const std::string& name, const Slice& slice = {}) const;
  /// Over the seeds of the slice. A metric that no run has gives n = 0.
  Summary summarize(const std::string& metric_name, const Slice& slice = {}) const;
  /// Every metric of the slice.
  std::map<std::string, Summary> summarize_all(const Slice& slice = {}) const;

  /// Sorted names of the series that any run of the slice has.
  std::vector<std::string> series_names(const Slice& slice = {}) const;
  /// One series a seed, by seed.
  std::map<std::uint64_t, metrics::Series> series(const std::string& name, const Slice& slice = {}) const;
  /// Quantiles over the seeds of the slice.
  Band band(const std::string& name, const Slice& slice = {}) const;

  /// Hash of the sorted (seed, digest) pairs of the slice's finished runs, 32 hexadecimal digits.
  std::string ensemble_digest(const Slice& slice = {}) const;

 private:
  Database database_;
  Manifest manifest_;
};

}  // namespace haven::results
