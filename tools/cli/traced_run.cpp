#include "tools/cli/traced_run.h"

#include <fmt/format.h>

#include <optional>

#include "engine/loop/advance.h"
#include "engine/metrics/recorder.h"
#include "tools/cli/command.h"
#include "tools/cli/output_place.h"
#include "tools/cli/recording_file.h"

namespace haven::cli {
namespace {

using metrics::Recorded;
using metrics::Recorder;

struct Stopped {};

Recorder::Settings settings_of(const TraceOptions& o, const world::WorldSpec& spec) {
  Recorder::Settings settings;
  settings.levels = static_cast<std::size_t>(o.levels);
  settings.every = {static_cast<std::int64_t>(o.minutes * 60e9)};
  if (o.only.empty()) return settings;
  settings.books.reset();
  settings.securities.reset();
  for (const std::string& name : o.only) {
    bool known = false;
    for (std::size_t k = 0; k < spec.books.size(); ++k) {
      if (spec.books[k].name == name) settings.books.set(k), known = true;
    }
    for (std::size_t s = 0; s < spec.securities.size(); ++s) {
      if (spec.securities[s].name == name) settings.securities.set(s), known = true;
    }
    if (known) continue;
    std::string names;
    for (const auto& book : spec.books) names += " " + book.name;
    for (const auto& security : spec.securities) {
      if (security.kind != world::SecurityKind::on_the_run) names += " " + security.name;
    }
    throw BadInput(fmt::format("--record-only {}: expected one of{}", name, names));
  }
  return settings;
}

/// A file that stays as far as it came when the disk is full.
class Trace {
 public:
  explicit Trace(const std::string& path) : file_(path) {}
  template <class T>
  void write(std::span<const T> records) {
    if (stop_requested()) throw Stopped{};
    write(std::string_view(reinterpret_cast<const char*>(records.data()), records.size_bytes()));
  }
  void write(std::string_view bytes) {
    for_user([&] { file_.write(bytes); });
  }
  void finish() {
    for_user([&] { file_.finish(); });
  }

 private:
  template <class F>
  void for_user(F&& write) {
    try {
      write();
    } catch (const std::runtime_error& error) {
      throw BadInput(fmt::format("{}; what was written before stands in {}", error.what(), file_.place()));
    }
  }

  UnfinishedFile file_;
};

}  // namespace

void add_trace_options(CLI::App& app, TraceOptions& o) {
  app.add_option("--tape", o.tape, "write every applied order, trade, posting and default of the first seed (docs/determinism.md)")->group("Traces");
  auto* record = app.add_option("--record", o.record, "write orders, trades, quotes and depth of the first seed's market (docs/recording.md)")->group("Traces");
  app.add_option("--record-only", o.only, "a book or security to record, by name; may be repeated")->allow_extra_args(false)->needs(record)->group("Traces");
  app.add_option("--record-levels", o.levels, "price levels of a snapshot of a book")->capture_default_str()->check(CLI::Range(1, 255))->needs(record)->group("Traces");
  app.add_option("--record-minutes", o.minutes, "time between snapshots")->capture_default_str()->check(CLI::Range(0.001, 1e6))->needs(record)->group("Traces");
}

void require_traceable(const TraceOptions& o, const world::WorldSpec& spec) {
  for (const auto& place : {o.tape, o.record}) {
    if (!place.empty()) require_writable(place);
  }
  if (o.any() && o.tape == o.record) throw BadInput(fmt::format("{}: --tape and --record need two files", o.tape));
  settings_of(o, spec);
}

bool write_traces(const assemble::Experiment& experiment, std::uint64_t seed, const loop::Plant& plant, const std::string& config, const TraceOptions& o) {
  const loop::Spec& spec = experiment.spec;
  std::vector<base::Record> tape;
  std::optional<Trace> tape_file, record_file;
  std::optional<Recorder> recorder;
  metrics::Probes probes(spec.world, metrics::Probes::Watching::off);
  try {
    if (!o.tape.empty()) tape_file.emplace(o.tape);
    if (!o.record.empty()) {
      record_file.emplace(o.record);
      const auto settings = settings_of(o, spec.world);
      record_file->write(recording_header(experiment, seed, config, settings));
      recorder.emplace(settings, [&](std::span<const Recorded> records) { record_file->write(records); });
      probes.attach(*recorder);
    }
    loop::State state = loop::initial_state(spec, seed, tape_file ? &tape : nullptr);
    // Evening by evening, so that a tape in memory is a day's.
    while (state.finished == 0) {
      const auto tomorrow = static_cast<std::size_t>(state.world.day) + 1;
      loop::advance(spec, state, probes, plant, tomorrow < spec.world.days.size() ? base::midnight(spec.world.days[tomorrow]) - base::hours(6) : base::Time{});
      if (tape_file) tape_file->write(std::span<const base::Record>(tape));
      tape.clear();
    }
    if (recorder) recorder->end(state.world.now, state.world.journal.digest());
    for (auto* file : {&tape_file, &record_file}) {
      if (*file) (*file)->finish();
    }
  } catch (const Stopped&) {
    return false;
  }
  return true;
}

}  // namespace haven::cli
