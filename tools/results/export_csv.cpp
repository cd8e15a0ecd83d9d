#include "tools/results/export_csv.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

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
    {"fails", "SELECT * FROM fails ORDER BY variant, point, seed, place"},
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

void append_number(std::string& line, std::int64_t value) {
  const fmt::format_int digits(value);
  line.append(digits.data(), digits.size());
}

void append_number(std::string& line, double value) {
  char digits[32];  // the longest is -2.2250738585072014e-308
  line.append(digits, fmt::format_to(digits, FMT_COMPILE("{}"), value));
}

void append_cell(std::string& line, const Statement& row, int column) {
  switch (row.column_type(column)) {
    case SQLITE_INTEGER:
      append_number(line, row.integer(column));
      break;
    case SQLITE_FLOAT:
      append_number(line, row.real(column));
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
  /// Where the next line goes; it must end before flush() or close().
  std::string& text() { return text_; }
  /// Sends what there is to the file when it is much.
  void flush() {
    if (text_.size() < kMuch) return;
    send();
  }
  void close() {
    send();
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
  void send() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    require(static_cast<bool>(out_));
    text_.clear();
  }
  static constexpr std::size_t kMuch = 1 << 18;
  std::string path_, unfinished_, text_;
  std::ofstream out_;
};

void export_table(const ResultFile& file, const std::filesystem::path& folder, const Table& table) {
  CsvFile csv(folder / fmt::format("{}.csv", table.name));
  Statement row(file.database(), table.sql);
  std::string& text = csv.text();
  for (int i = 0; i < row.columns(); ++i) {
    if (i > 0) text += ',';
    text += row.column_name(i);
  }
  text += '\n';
  while (row.step()) {
    for (int i = 0; i < row.columns(); ++i) {
      if (i > 0) text += ',';
      append_cell(text, row, i);
    }
    text += '\n';
    csv.flush();
  }
  csv.close();
}

/// "variant,point,seed," of a statement's first columns.
void set_run(std::string& prefix, const Statement& row) {
  prefix.clear();
  for (int i = 0; i < 3; ++i) {
    append_cell(prefix, row, i);
    prefix += ',';
  }
}

/// The table with by far the most rows, so no join and no sort by the database.
void export_metrics(const ResultFile& file, const std::filesystem::path& folder) {
  struct Name {
    std::int64_t id = 0;
    std::string text;
  };
  std::vector<Name> names;  // in the order of rows
  std::vector<std::size_t> place;  // in `names`, by id
  Statement name(file.database(), "SELECT id, name FROM names ORDER BY name");
  while (name.step()) {
    std::string text;
    append_text(text, name.text(1));
    names.push_back({name.integer(0), text + ","});
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    place.resize(std::max(place.size(), static_cast<std::size_t>(names[i].id) + 1));
    place[static_cast<std::size_t>(names[i].id)] = i;
  }
  CsvFile csv(folder / "metrics.csv");
  std::string& text = csv.text();
  text += "variant,point,seed,metric,value\n";
  Statement run(file.database(), "SELECT variant, point, seed, run FROM runs ORDER BY variant, point, seed"), metric(file.database(), "SELECT metric, value FROM raw_metrics WHERE run=?");
  std::string prefix;
  std::vector<std::pair<std::size_t, double>> rows;
  while (run.step()) {
    set_run(prefix, run);
    rows.clear();
    metric.bind(run.integer(3));
    while (metric.step()) rows.emplace_back(place[static_cast<std::size_t>(metric.integer(0))], metric.real(1));
    std::sort(rows.begin(), rows.end());
    for (const auto& [at, value] : rows) {
      text += prefix;
      text += names[at].text;
      append_number(text, value);
      text += '\n';
    }
    csv.flush();
  }
  csv.close();
}

void export_series(const ResultFile& file, const std::filesystem::path& folder) {
  CsvFile csv(folder / "series.csv");
  std::string& text = csv.text();
  text += "variant,point,seed,name,time_ns,time,value\n";
  Statement row(file.database(),
                "SELECT variant, point, seed, name, data FROM series ORDER BY variant, point, seed, name");
  std::string prefix;
  while (row.step()) {
    set_run(prefix, row);
    append_cell(prefix, row, 3);
    prefix += ',';
    const metrics::Series series = decode_series(row.text(3), row.blob(4));
    for (std::size_t i = 0; i < series.times.size(); ++i) {
      text += prefix;
      append_number(text, series.times[i].ns);
      text += ',';
      text += base::to_string(series.times[i]);
      text += ',';
      append_number(text, series.values[i]);
      text += '\n';
    }
    csv.flush();
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
  export_metrics(file, folder);
  export_series(file, folder);
}

}  // namespace haven::results
