// SQLite without its loose ends: handles that close themselves, statements bound in order, errors as StoreError.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haven::results {

enum class Access { read, write };

/// One connection. Invariants: open from construction to destruction; used by one thread at a time.
class Database {
 public:
  /// Access::write creates the file when it does not exist. Access::read never changes rows, but may roll back the
  /// unfinished transaction of a killed writer, as SQLite demands before anything can be read.
  /// Throws StoreError (missing, unreadable).
  Database(const std::string& path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements that return nothing. Throws StoreError.
  void execute(const std::string& sql);
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_); }
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_; }

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// One prepared statement. Parameters are bound in the order they are given; columns are read by index from 0.
/// Invariants: belongs to one Database that outlives it.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Resets, binds all parameters.
  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_at(++index, values), ...);
    return *this;
  }
  /// Binds and runs to the end: for statements without rows.
  template <class... Values>
  void run(const Values&... values) {
    bind(values...);
    while (step()) {
    }
    reset();
  }
  /// Moves to the next row; false after the last. Throws StoreError.
  bool step();
  void reset();

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  double real(int column) const { return sqlite3_column_double(handle_, column); }
  std::string text(int column) const;
  bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::optional<double> real_or_null(int column) const;
  /// Valid until the next step().
  std::span<const std::byte> blob(int column) const;
  int columns() const { return sqlite3_column_count(handle_); }
  std::string column_name(int column) const { return sqlite3_column_name(handle_, column); }
  int column_type(int column) const { return sqlite3_column_type(handle_, column); }

 private:
  void bind_at(int index, std::int64_t value);
  void bind_at(int index, std::uint64_t value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, std::int32_t value) { bind_at(index, static_cast<std::int64_t>(value)); }
  void bind_at(int index, double value);
  void bind_at(int index, const std::string& value);
  void bind_at(int index, const char* value) { bind_at(index, std::string(value)); }
  void bind_at(int index, const std::optional<double>& value);
  void bind_at(int index, std::span<const std::byte> value);
  void check(int code) const;

  const Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// All or nothing: rolls back unless commit() was reached. Invariants: at most one at a time a Database.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace haven::results
