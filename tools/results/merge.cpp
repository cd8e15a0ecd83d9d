#include "tools/results/merge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "engine/base/check.h"
#include "tools/results/database.h"
#include "tools/results/file_lock.h"
#include "tools/results/result_store.h"

namespace haven::results {
namespace {

namespace fs = std::filesystem;

/// Removes the unfinished file unless it was given its name.
class Unfinished {
 public:
  explicit Unfinished(std::string path) : path_(std::move(path)) { remove(); }
  ~Unfinished() { remove(); }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  const std::string& path() const { return path_; }
  void name(const std::string& out) const {
    const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool safe = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    std::error_code error;
    if (safe) fs::rename(path_, out, error);
    if (!safe || error) throw StoreError(Fault::cannot_write, out + ": cannot be written");
  }

 private:
  void remove() const {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  std::string path_;
};

void require_same(const std::string& first, const Manifest& a, const std::string& other, const Manifest& b) {
  if (a.plan_digest != b.plan_digest || a.config_digest != b.config_digest) {
    throw StoreError(Fault::other_plan, fmt::format("{}: holds runs of the plan '{}' (digest {}), {} those of '{}' (digest {})", other, b.plan, b.config_digest, first, a.plan, a.config_digest));
  }
  if (a.version != b.version) {
    throw StoreError(Fault::other_version, fmt::format("{}: holds runs of haven {}, {} those of haven {}", other, b.version, first, a.version));
  }
}

struct RunTable {
  const char* name;
  const char* columns;  ///< after `run`; N(x): x is a number of `names`
};
constexpr RunTable kRunTables[] = {
    {"raw_metrics", "N(metric), value"},
    {"raw_series", "N(name), data"},
    {"raw_flows", "day, N(seller), N(buyer), N(sector), face_bn, ten_year_equivalent_bn"},
    {"raw_constraints", "day, N(firm), N(kind), N(rule), use, headroom_bn, shadow_price_bp, binding"},
    {"raw_shadow_rules", "day, N(rule), N(firm), N(kind), N(bound), use, headroom_bn, binding"},
    {"raw_liquidity_needs", "day, N(kind), variation_margin_bn, initial_margin_bn, haircut_bn"},
    {"raw_positions", "day, N(kind), N(book), N(sector), face_bn, ten_year_equivalent_bn"},
    {"raw_repo", "day, N(segment), volume_bn, rate_pct, haircut_pct, refused_bn"},
    {"raw_collateral_edges", "day, N(giver), N(receiver), N(segment), N(security), face_bn, N(owner), depth, cash_bn"},
    {"raw_institutions", "day, N(institution), N(kind), equity_bn, cash_bn"},
    {"raw_defaults", "time_ns, N(institution), N(kind), cause, shortfall_bn"},
    {"raw_default_steps", "place, time_ns, N(institution), N(account), N(item), N(counterparty), amount_bn"},
    {"raw_fails", "place, day, since, N(kind), N(failing), N(owed_to), N(security), face_bn, fails, N(cause), N(upstream), cause_bn"},
};

/// A table added to the schema must be added here: better no merge than one that loses rows.
void require_all_tables(const Database& joined) {
  Statement table(joined, "SELECT name FROM main.sqlite_master WHERE type='table' AND name LIKE 'raw\\_%' ESCAPE '\\'");
  while (table.step()) {
    HAVEN_CHECK(std::any_of(std::begin(kRunTables), std::end(kRunTables), [&](const RunTable& t) { return table.text(0) == t.name; }), "merge does not know the table " + table.text(0));
  }
}

/// "N(x)" as the joined file's number: x itself where the two number their names alike.
std::string with_names(std::string columns, bool alike) {
  for (std::size_t at = 0; (at = columns.find("N(", at)) != std::string::npos;) {
    const std::size_t end = columns.find(')', at);
    const std::string name = columns.substr(at + 2, end - at - 2), number = alike ? name : "(SELECT id FROM temp.same WHERE old=" + name + ")";
    columns.replace(at, end - at + 1, number);
    at += number.size();
  }
  return columns;
}

bool holds(const Database& database, const char* sql) {
  Statement statement(database, sql);
  return statement.step() && statement.integer(0) != 0;
}

void add_part(Database& joined, const std::string& path) {
  Statement(joined, "ATTACH ? AS part").run(path);
  {
    Statement conflict(joined,
                       "SELECT p.variant, p.point, p.seed, m.digest, p.digest FROM part.runs p JOIN main.runs m USING(variant, point, seed) "
                       "WHERE p.status='done' AND m.status='done' AND p.digest<>m.digest ORDER BY 1,2,3 LIMIT 1");
    if (conflict.step()) {
      throw StoreError(Fault::conflict, fmt::format("{}: variant {}, point {}, seed {} has digest {}, in a file before it {}", path, conflict.text(0), conflict.integer(1), conflict.integer(2), conflict.text(4), conflict.text(3)));
    }
  }
  joined.execute(
      "BEGIN;"
      "INSERT OR IGNORE INTO main.names(name) SELECT name FROM part.names ORDER BY id;"
      "CREATE TEMP TABLE same(old INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
      "INSERT INTO temp.same SELECT p.id, m.id FROM part.names p JOIN main.names m USING(name);"
      "DELETE FROM main.timings WHERE run IN (SELECT m.run FROM part.runs p JOIN main.runs m USING(variant, point, seed) WHERE p.status='done' AND m.status='failed');"
      "DELETE FROM main.runs WHERE run IN (SELECT m.run FROM part.runs p JOIN main.runs m USING(variant, point, seed) WHERE p.status='done' AND m.status='failed');"
      "CREATE TEMP TABLE shift AS SELECT coalesce(max(run), 0) AS by FROM main.runs;"
      "INSERT OR IGNORE INTO main.runs SELECT run + (SELECT by FROM shift), variant, point, seed, status, error, digest, events, orders, trades FROM part.runs;"
      "CREATE TEMP TABLE taken(run INTEGER PRIMARY KEY, id INTEGER NOT NULL);"
      "INSERT INTO temp.taken SELECT p.run, m.run FROM main.runs m JOIN part.runs p ON p.run = m.run - (SELECT by FROM shift) WHERE m.run > (SELECT by FROM shift);"
      "INSERT INTO main.timings SELECT id, cpu_seconds, wall_seconds FROM part.timings JOIN temp.taken USING(run);"
      "INSERT OR IGNORE INTO main.points SELECT * FROM part.points;");
  // Most of a merge is these rows, and nearly always they need no look-up: names are numbered alike and every run is taken.
  const bool alike = holds(joined, "SELECT NOT EXISTS(SELECT 1 FROM temp.same WHERE old<>id)");
  const bool all = holds(joined, "SELECT (SELECT count(*) FROM temp.taken) = (SELECT count(*) FROM part.runs)");
  for (const RunTable& table : kRunTables) {
    joined.execute(fmt::format("INSERT INTO main.{0} SELECT {1}, {2} FROM part.{0} {3}", table.name, all ? "run + (SELECT by FROM temp.shift)" : "taken.id", with_names(table.columns, alike),
                               all ? "" : "CROSS JOIN temp.taken USING(run)"));
  }
  joined.execute("DROP TABLE temp.same; DROP TABLE temp.shift; DROP TABLE temp.taken; COMMIT; DETACH part");
}

}  // namespace

void merge_results(const std::vector<std::string>& files, const std::string& out, const std::function<void(const ResultFile&)>& check) {
  const Manifest manifest = ResultFile(files.front()).manifest();
  for (const std::string& file : files) require_same(files.front(), manifest, file, ResultFile(file).manifest());
  const FileLock lock(out);
  const Unfinished unfinished(out + ".unfinished");
  { const ResultStore created(unfinished.path(), manifest); }
  {
    Database joined(unfinished.path(), Access::write);
    // Nobody sees the file before it is whole, so nothing has to be undone.
    // Pages of 16 kB instead of 4: rows come in the order of their keys, and a fifth less time goes into splitting pages.
    joined.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=16384; VACUUM; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY");
    require_all_tables(joined);
    for (const std::string& file : files) add_part(joined, file);
  }
  check(ResultFile(unfinished.path()));
  unfinished.name(out);
}

}  // namespace haven::results
