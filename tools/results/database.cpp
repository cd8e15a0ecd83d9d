#include "tools/results/database.h"

#include <fmt/format.h>

#include <filesystem>

#include "tools/results/store_error.h"

namespace haven::results {

namespace {

[[noreturn]] void raise(const std::string& path, sqlite3* handle, int code) {
  const std::string detail = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw StoreError(Fault::not_a_result, fmt::format("{}: not a result file of haven ({})", path, detail));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StoreError(Fault::in_use, fmt::format("{}: in use by another process ({})", path, detail));
    case SQLITE_CANTOPEN:
      throw StoreError(Fault::unreadable, fmt::format("{}: cannot be opened ({})", path, detail));
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
      throw StoreError(Fault::cannot_write, fmt::format("{}: cannot be written ({})", path, detail));
    default:
      throw StoreError(Fault::not_a_result, fmt::format("{}: {}", path, detail));
  }
}

}  // namespace

Database::Database(const std::string& path, Access access) : path_(path) {
  if (access == Access::read && !std::filesystem::exists(path)) {
    throw StoreError(Fault::missing, fmt::format("{}: no such file", path));
  }
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (access == Access::write ? SQLITE_OPEN_CREATE : 0);
  int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  if (code == SQLITE_OK) code = sqlite3_extended_result_codes(handle_, 1);
  if (code == SQLITE_OK) code = sqlite3_busy_timeout(handle_, 60'000);
  if (code == SQLITE_OK && access == Access::read) {
    code = sqlite3_exec(handle_, "PRAGMA query_only=ON", nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) {
    try {
      raise(path_, handle_, code);
    } catch (...) {
      sqlite3_close(handle_);
      throw;
    }
  }
}

Database::~Database() { sqlite3_close(handle_); }

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(path_, handle_, code);
}

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &handle_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) raise(database_.path(), database_.handle(), code);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  try {
    raise(database_.path(), database_.handle(), code);
  } catch (...) {
    sqlite3_reset(handle_);
    throw;
  }
}

void Statement::reset() { sqlite3_reset(handle_); }

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return data == nullptr ? std::string()
                         : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::optional<double> Statement::real_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}

std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
  return {data, data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

void Statement::bind_at(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }
void Statement::bind_at(int index, double value) { check(sqlite3_bind_double(handle_, index, value)); }
void Statement::bind_at(int index, const std::string& value) {
  check(sqlite3_bind_text(handle_, index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
}
void Statement::bind_at(int index, const std::optional<double>& value) {
  if (value) {
    bind_at(index, *value);
  } else {
    check(sqlite3_bind_null(handle_, index));
  }
}
void Statement::bind_at(int index, std::span<const std::byte> value) {
  if (value.empty()) {
    check(sqlite3_bind_zeroblob(handle_, index, 0));
  } else {
    check(sqlite3_bind_blob64(handle_, index, value.data(), value.size(), SQLITE_TRANSIENT));
  }
}

Transaction::~Transaction() {
  if (!open_) return;
  // SQLite has already rolled back after some faults; then this fails, and rightly so.
  sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace haven::results
