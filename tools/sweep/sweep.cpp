#include "tools/sweep/sweep.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "tools/sweep/row_writer.h"

namespace haven::sweep {

namespace {

/// A point some of whose seeds are under way.
struct OpenPoint {
  std::shared_ptr<const results::PointRow> row;
  Run run;
  results::Outcomes outcomes;
  int last_wanted = 0;  ///< seeds up to this one are wanted now
  int next_seed = 1;    ///< those below were handed out or were there
  int under_way = 0;
};

struct Task {
  std::list<OpenPoint>::iterator point;
  Run run;
  int seed = 0;
};

/// Why the result cannot be a row; "" when it can.
std::string not_finite(const metrics::RunResult& result) {
  for (const auto& [name, value] : result.metrics) {
    if (!std::isfinite(value)) return "metric " + name + " is not a finite number";
  }
  for (const auto& series : result.series) {
    for (const double value : series.values) {
      if (!std::isfinite(value)) return "series " + series.name + " has a value that is not a finite number";
    }
  }
  return "";
}

/// Points and seeds to make. `adaptive`: the plan's seed rule decides how many of a span's seeds are wanted.
struct Work {
  std::int64_t spans = 0, runs = 0;  ///< runs: when not adaptive
  bool adaptive = false;
  std::function<plan::SeedSpan(std::int64_t)> span;
  std::function<results::PointRow(std::int64_t point)> point;
};

/// Hands out runs and takes back their outcomes. Invariants: every open point has a seed under way or one to hand out,
/// so there are never more of them than threads, whatever the size of the plan.
class Scheduler {
 public:
  Scheduler(const plan::Plan& plan, const Work& work, const Model& model, results::ResultStore& store, RowWriter& writer, const SweepOptions& options,
            const std::atomic<bool>& stop)
      : plan_(plan), work_(work), model_(model), store_(store), writer_(writer), options_(options), stop_(stop) {
    standing_.points = work.spans;
    standing_.runs_expected = work.adaptive ? work.spans * plan.seeds.first : work.runs;
  }

  /// A run to make now, if there is one. `more` is set when there may be another one right away.
  std::optional<Task> next(bool& more) {
    const std::lock_guard lock(mutex_);
    more = false;
    while (!stop_ && !broken_) {
      for (auto p = open_.begin(); p != open_.end(); ++p) {
        if (!has_next(*p)) continue;
        ++p->under_way;
        more = true;
        return Task{p, p->run, p->next_seed++};
      }
      if (next_span_ == work_.spans) return std::nullopt;
      open(work_.span(next_span_++));
    }
    return std::nullopt;
  }

  /// Takes the outcome of a run and sends its row to the writer.
  void take(const Task& task, RunEnd&& end) {
    results::Outcome outcome;
    if (end.error.empty()) {
      keep_only(plan_, end.result);
      end.error = not_finite(end.result);
    }
    if (end.error.empty()) {
      outcome.emplace();
      for (const std::string& name : rule_metrics_) {
        if (const auto found = end.result.metrics.find(name); found != end.result.metrics.end()) outcome->insert(*found);
      }
      end.result.seed = static_cast<std::uint64_t>(task.seed);
    }
    const bool bad = end.broken_invariant;
    const bool written = writer_.write({{"model", task.point->row->point, static_cast<std::uint64_t>(task.seed)}, std::move(end), task.point->row});
    const std::lock_guard lock(mutex_);
    if (!written) broken_ = true;
    ++standing_.made;
    standing_.failed += !outcome;
    standing_.broken_invariant |= bad;
    ++standing_.runs_there;
    task.point->outcomes[static_cast<std::uint64_t>(task.seed)] = std::move(outcome);
    --task.point->under_way;
    settle(task.point);
    if (options_.on_progress) options_.on_progress(standing_);
  }

  Standing standing() const { return standing_; }

 private:
  void open(const plan::SeedSpan& span) {
    OpenPoint point;
    point.outcomes = store_.outcomes("model", span.point, static_cast<std::uint64_t>(span.first), static_cast<std::uint64_t>(span.last), rule_metrics_);
    point.next_seed = span.first;
    point.last_wanted = work_.adaptive ? plan::seeds_wanted(plan_.seeds, point.outcomes).seeds : span.last;
    standing_.runs_there += static_cast<std::int64_t>(point.outcomes.size());
    const auto p = open_.insert(open_.end(), std::move(point));
    if (!has_next(*p)) {
      settle(p);
      return;
    }
    p->row = std::make_shared<const results::PointRow>(work_.point(span.point));
    try {
      p->run = model_(*p->row);
    } catch (const std::exception& error) {
      p->run = [what = std::string(error.what())](std::uint64_t) {
        RunEnd end;
        end.error = what;
        return end;
      };
    }
  }

  /// Whether a seed is to be handed out; next_seed is it, past those that were there.
  static bool has_next(OpenPoint& p) {
    while (p.next_seed <= p.last_wanted && p.outcomes.contains(static_cast<std::uint64_t>(p.next_seed))) ++p.next_seed;
    return p.next_seed <= p.last_wanted;
  }

  /// Closes the point, or has it wait for the seeds that it wants next.
  void settle(std::list<OpenPoint>::iterator p) {
    if (p->under_way > 0 || has_next(*p)) return;
    if (work_.adaptive) {
      const plan::Wanted wanted = plan::seeds_wanted(plan_.seeds, p->outcomes);
      if (!wanted.complete) {
        p->last_wanted = wanted.seeds;
        return;
      }
      seeds_of_complete_ += wanted.seeds;
    }
    ++standing_.points_complete;
    if (work_.adaptive) standing_.runs_expected = seeds_of_complete_ + (work_.spans - standing_.points_complete) * seeds_of_complete_ / standing_.points_complete;
    open_.erase(p);
  }

  const plan::Plan& plan_;
  const Work& work_;
  const Model& model_;
  results::ResultStore& store_;
  RowWriter& writer_;
  const SweepOptions& options_;
  const std::atomic<bool>& stop_;
  const std::vector<std::string> rule_metrics_ = plan_.seeds.metrics();
  std::mutex mutex_;
  std::int64_t next_span_ = 0, seeds_of_complete_ = 0;
  std::list<OpenPoint> open_;
  Standing standing_;
  bool broken_ = false;  ///< rows cannot be written any more
};

/// As many chains of runs as threads: a chain ends when there is nothing to do for it, and begins again when a batch of
/// seeds has opened another.
class Chains {
 public:
  Chains(Scheduler& scheduler, int threads) : scheduler_(scheduler), threads_(threads), arena_(threads) {}

  void run() {
    arena_.execute([&] {
      start_one();
      group_.wait();
    });
  }

 private:
  void start_one() {
    if (active_.fetch_add(1) >= threads_) {
      --active_;
      return;
    }
    group_.run([this] { chain(); });
  }

  void chain() {
    for (;;) {
      bool more = false;
      auto task = scheduler_.next(more);
      if (!task) break;
      if (more) start_one();
      scheduler_.take(*task, task->run(static_cast<std::uint64_t>(task->seed)));
    }
    --active_;
  }

  Scheduler& scheduler_;
  const int threads_;
  tbb::task_arena arena_;
  tbb::task_group group_;
  std::atomic<int> active_{0};
};

Standing run(const plan::Plan& plan, const Work& work, const Model& model, results::ResultStore& store, const SweepOptions& options, const std::atomic<bool>& stop) {
  const int threads = options.threads > 0 ? options.threads : static_cast<int>(tbb::info::default_concurrency());
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  RowWriter writer(store);
  Scheduler scheduler(plan, work, model, store, writer, options, stop);
  Chains(scheduler, threads).run();
  writer.finish();
  return scheduler.standing();
}

}  // namespace

void keep_only(const plan::Plan& plan, metrics::RunResult& result) {
  std::erase_if(result.metrics, [&](const auto& metric) { return !plan.keeps_metric(metric.first); });
  if (!plan.keep.series) result.series.clear();
  if (!plan.keep.flows) result.flows.clear();
  if (!plan.keep.constraints) result.constraints.clear();
  if (!plan.keep.liquidity_needs) result.liquidity_needs.clear();
  if (!plan.keep.positions) result.positions.clear();
  if (!plan.keep.repo) result.repo.clear();
  if (!plan.keep.collateral) result.collateral.clear();
  if (!plan.keep.defaults) {
    result.defaults.clear();
    result.default_steps.clear();
    result.fails.clear();
  }
}

Standing run_sweep(const plan::Plan& plan, const Model& model, results::ResultStore& store, const SweepOptions& options, const std::atomic<bool>& stop) {
  const plan::Share share = plan::share_of(plan, options.shard);
  const Work work{plan::spans(plan, share), share.size(), share.points, [&](std::int64_t i) { return plan::span(plan, share, i); },
                  [&](std::int64_t point) { return plan.design.point(point); }};
  return run(plan, work, model, store, options, stop);
}

Standing run_point(const plan::Plan& plan, const results::PointRow& point, int first, int last, const Model& model, results::ResultStore& store,
                   const SweepOptions& options, const std::atomic<bool>& stop) {
  return run_points(plan, {point}, first, last, model, store, options, stop);
}

Standing run_points(const plan::Plan& plan, const std::vector<results::PointRow>& points, int first, int last, const Model& model, results::ResultStore& store,
                    const SweepOptions& options, const std::atomic<bool>& stop) {
  const auto row_of = [&](std::int64_t point) { return *std::find_if(points.begin(), points.end(), [&](const auto& row) { return row.point == point; }); };
  const auto spans = static_cast<std::int64_t>(points.size());
  const Work work{spans, spans * (last - first + 1), false, [&](std::int64_t i) { return plan::SeedSpan{points[static_cast<std::size_t>(i)].point, first, last}; }, row_of};
  return run(plan, work, model, store, options, stop);
}

}  // namespace haven::sweep
