// The one writer of a result file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/metrics/run_result.h"
#include "tools/results/rows.h"
#include "tools/results/store_error.h"

namespace haven::results {

/// What to do with an existing result file that belongs to another plan or format. `replace` (--force) empties it, in
/// one transaction; a file that haven did not write is refused either way.
enum class OtherPlan { refuse, replace };

/// Writes one SQLite file: a run is one transaction, made when the run ends.
/// Invariants: a run is in the file whole or not at all, whatever stops the process; one ResultStore a file at a time;
/// its functions may be called from any thread, and write one after the other.
/// A call that throws StoreError leaves the file as it was before the call, and the store usable.
class ResultStore {
 public:
  /// Creates `path`, or opens it to resume when it holds runs of the same plan_digest and version; the manifest's config
  /// is then this one (it may ask for more seeds).
  /// Throws StoreError; then nothing has been changed.
  ResultStore(const std::string& path, const Manifest& manifest, OtherPlan other = OtherPlan::refuse);
  ~ResultStore();
  ResultStore(const ResultStore&) = delete;
  ResultStore& operator=(const ResultStore&) = delete;

  /// The runs the file has now: those a resumed command need not repeat.
  std::map<RunKey, RunStatus> finished() const;

  /// Saves a finished run under (variant, point, result.seed). Saving the same digest again changes nothing; a
  /// failed run's row is replaced; another digest is Fault::conflict.
  void save(const metrics::RunResult& result, const std::string& variant = "model", std::int64_t point = 0,
            const Timing& timing = {});
  /// Saves a run that ended in an error. Leaves a finished run of the same key alone.
  void save_failure(const RunKey& key, const std::string& error, const Timing& timing = {});

  /// A run that ended. `result` null: it failed with `error`. Both outlive the call.
  struct EndedRun {
    RunKey key;
    const metrics::RunResult* result = nullptr;
    std::string error;
    Timing timing;
    const PointRow* point = nullptr;  ///< saved with its first run; null where there is no sweep
  };
  /// save() or save_failure() of each, in one transaction.
  void save_all(const std::vector<EndedRun>& runs);

  /// What the file has of seeds first..last of a point, with these metrics.
  Outcomes outcomes(const std::string& variant, std::int64_t point, std::uint64_t first, std::uint64_t last,
                    const std::vector<std::string>& metrics) const;
  /// The coordinates that a point was saved with; none when it was not.
  std::vector<AxisValue> coordinates(std::int64_t point) const;
  /// Takes failed runs out, so that they are made again.
  void forget_failures();

  /// Each replaces the table as a whole.
  void put_scorecard(const std::vector<ScorecardRow>& rows);
  void put_observed(const std::vector<ObservedRow>& rows);
  void put_attribution(const std::vector<AttributionRow>& rows);
  void put_edge(const std::vector<EdgeRow>& rows);
  void put_frontier(const std::vector<FrontierRow>& rows);
  void put_sensitivity(const std::vector<SensitivityRow>& rows);
  void put_calibration(const CalibrationRows& rows);
  void put_collateral_nodes(const std::vector<CollateralNodeRow>& rows);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace haven::results
