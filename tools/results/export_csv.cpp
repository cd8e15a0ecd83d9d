#include "tools/results/export_csv.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/results/schema.h"

namespace haven::results {

namespace {

struct Table {
  const char* name;
  const char* sql;
};

constexpr Table kTables[] = {
    {"manifest", "SELECT key, value FROM manifest WHERE key <> 'command' ORDER BY key"},
    {"population", "SELECT kind, institutions FROM population ORDER BY kind"},
    {"runs",
     "SELECT variant, point, seed, status, error, digest, events, orders, trades FROM runs "
     "ORDER BY variant, point, seed"},
    {"points", "SELECT point, axis, value, label FROM points ORDER BY point, place"},
    // Run by run in the order of their index, so that only one run's metrics are sorted at a time.
    {"metrics",
     "SELECT variant, point, seed, m.name AS metric, value FROM runs CROSS JOIN raw_metrics USING(run) "
     "CROSS JOIN names m ON m.id = metric ORDER BY variant, point, seed, m.name"},
    {"flows",
     "SELECT * FROM flows ORDER BY variant, point, seed, day, seller_kind, buyer_kind, sector, face_bn, "
     "ten_year_equivalent_bn"},
    {"constraints",
     "SELECT * FROM constraints ORDER BY variant, point, seed, day, firm, rule, kind, use, headroom_bn, "
     "shadow_price_bp, binding"},
    {"shadow_rules", "SELECT * FROM shadow_rules ORDER BY variant, point, seed, day, rule, firm"},
    {"liquidity_needs",
     "SELECT * FROM liquidity_needs ORDER BY variant, point, seed, day, kind, variation_margin_bn, initial_margin_bn, "
     "haircut_bn"},
    {"positions",
     "SELECT * FROM positions ORDER BY variant, point, seed, day, kind, book, sector, face_bn, "
     "ten_year_equivalent_bn"},
    {"repo",
     "SELECT * FROM repo ORDER BY variant, point, seed, day, segment, volume_bn, rate_pct, haircut_pct, refused_bn"},
    {"collateral_edges",
     "SELECT * FROM collateral_edges ORDER BY variant, point, seed, day, giver, receiver, segment, security, owner, depth, face_bn, cash_bn"},
    {"institutions", "SELECT * FROM institutions ORDER BY variant, point, seed, day, institution"},
    {"defaults",
     "SELECT * FROM defaults ORDER BY variant, point, seed, time_ns, institution, kind, shortfall_bn, cause"},
    {"default_steps", "SELECT * FROM default_steps ORDER BY variant, point, seed, place"},
    {"scorecard",
     "SELECT metric, observed, low, high, flag, null_mean, model_mean, model_se, inside, source, tag FROM scorecard "
     "ORDER BY place"},
    {"observed", "SELECT series, day, value, source, tag FROM observed ORDER BY series, day, value"},
    {"attribution", "SELECT metric, moment, channel, share, se FROM attribution ORDER BY metric, moment, channel"},
    {"edge", "SELECT axis, today, threshold, low, high FROM edge ORDER BY axis, threshold"},
    {"frontier", "SELECT point, axis, metric, level, threshold, low, high, confidence, outcome FROM frontier ORDER BY point"},
    {"sensitivity", "SELECT metric, axis, kind, value, low, high FROM sensitivity ORDER BY metric, axis, kind"},
    {"calibration_steps", "SELECT point, generation, loss, best FROM calibration_steps ORDER BY point"},
    {"calibration_targets", "SELECT metric, value, scale, side, model_mean, model_se, deviation, source, tag FROM calibration_targets ORDER BY metric"},
    {"calibration_parameters", "SELECT parameter, path, unit, low, high, start, value, minus_se, plus_se, pinned_down FROM calibration_parameters ORDER BY parameter"},
    {"calibration_directions", "SELECT direction, information, parameter, weight FROM calibration_directions ORDER BY direction, parameter"},
    {"collateral_nodes", "SELECT name, kind, x, y FROM collateral_nodes ORDER BY name"},
};

void append_text(std::string& line, const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void append_cell(std::string& line, const Statement& row, int column) {
  switch (row.column_type(column)) {
    case SQLITE_INTEGER:
      fmt::format_to(std::back_inserter(line), "{}", row.integer(column));
      break;
    case SQLITE_FLOAT:
      fmt::format_to(std::back_inserter(line), "{}", row.real(column));
      break;
    case SQLITE_NULL:
      break;
    default:
      append_text(line, row.text(column));
  }
}

/// One table's file. Invariant: stands under its own name only when it is whole.
class CsvFile {
 public:
  explicit CsvFile(const std::filesystem::path& path)
      : path_(path.string()), unfinished_(path_ + ".unfinished"), out_(unfinished_, std::ios::binary) {
    require(static_cast<bool>(out_));
  }
  ~CsvFile() {
    std::error_code ignored;
    std::filesystem::remove(unfinished_, ignored);
  }
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;
  void write(const std::string& text) { out_ << text; }
  void close() {
    out_.close();
    require(static_cast<bool>(out_));
    std::error_code error;
    std::filesystem::rename(unfinished_, path_, error);
    require(!error);
  }

 private:
  void require(bool good) const {
    if (!good) throw StoreError(Fault::cannot_write, fmt::format("{}: cannot be written", path_));
  }
  std::string path_, unfinished_;
  std::ofstream out_;
};

void export_table(const ResultFile& file, const std::filesystem::path& folder, const Table& table) {
  CsvFile csv(folder / fmt::format("{}.csv", table.name));
  Statement row(file.database(), table.sql);
  std::string line;
  for (int i = 0; i < row.columns(); ++i) {
    if (i > 0) line += ',';
    line += row.column_name(i);
  }
  csv.write(line + "\n");
  while (row.step()) {
    line.clear();
    for (int i = 0; i < row.columns(); ++i) {
      if (i > 0) line += ',';
      append_cell(line, row, i);
    }
    csv.write(line += '\n');
  }
  csv.close();
}

void export_series(const ResultFile& file, const std::filesystem::path& folder) {
  CsvFile csv(folder / "series.csv");
  csv.write("variant,point,seed,name,time_ns,time,value\n");
  Statement row(file.database(),
                "SELECT variant, point, seed, name, data FROM series ORDER BY variant, point, seed, name");
  std::string prefix, line;
  while (row.step()) {
    prefix.clear();
    for (int i = 0; i < 4; ++i) {
      append_cell(prefix, row, i);
      prefix += ',';
    }
    const metrics::Series series = decode_series(row.text(3), row.blob(4));
    line.clear();
    for (std::size_t i = 0; i < series.times.size(); ++i) {
      fmt::format_to(std::back_inserter(line), "{}{},{},{}\n", prefix, series.times[i].ns,
                     base::to_string(series.times[i]), series.values[i]);
    }
    csv.write(line);
  }
  csv.close();
}

}  // namespace

void export_csv(const ResultFile& file, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw StoreError(Fault::cannot_write, fmt::format("{}: cannot be made a folder ({})", folder, error.message()));
  }
  for (const Table& table : kTables) export_table(file, folder, table);
  export_series(file, folder);
}

}  // namespace haven::results
