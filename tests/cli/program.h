// The program as a user meets it: arguments in, exit code and two streams out, files in a folder of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace haven::cli::test {

struct Outcome {
  int code = -1;  ///< exit code; 128 + signal when a signal ended it
  std::string out, err;
};

/// A folder in which the program runs; gone with its owner.
class Desk {
 public:
  Desk();
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  std::string operator/(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;
  /// Names of all files and folders below, sorted. The streams of the program are kept elsewhere.
  std::vector<std::string> files() const;

  /// Runs the program here and waits for it.
  Outcome haven(const std::vector<std::string>& arguments) const;
  /// The same where no file may grow beyond `bytes`, as on a full disk.
  Outcome haven_with_room(const std::vector<std::string>& arguments, std::size_t bytes) const;
  /// Starts it without waiting.
  pid_t start(const std::vector<std::string>& arguments) const;
  Outcome wait(pid_t program) const;

 private:
  std::filesystem::path root_, folder_;
};

/// Two trading days of the baseline with a reference of its own: `run short` makes a model and a null run a seed.
/// Written as short.textproto and observed.textproto. One moment is inside its band whatever happens, one never is.
void write_short_config(const Desk& desk);
/// The first three lines of a config of two trading days; what is wrong comes on line 4.
/// Without `reference` the baseline's stands.
std::string short_lines(const std::optional<std::string>& reference = "");

/// What `haven export` writes of a result file, all tables in one text. Requires that it exports.
std::string tables(const Desk& desk, const std::string& file);
/// Runs that stand in a result file; 0 while there is none.
std::size_t rows(const Desk& desk, const std::string& file);

bool has(const std::string& text, const std::string& part);

}  // namespace haven::cli::test
