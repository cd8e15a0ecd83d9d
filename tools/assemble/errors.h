// The user's file is wrong: what was found where, and what was expected. The command line turns it into exit code 2.
#pragma once

#include <exception>
#include <string>
#include <vector>

namespace haven::assemble {

/// A place in what the user wrote. Lines and columns count characters from 1; line 0 means that `file` is not a file
/// (a `--set` argument, a name on the command line) or that the fault has no line in it.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  bool operator==(const Place&) const = default;
};

/// "file:line:column", "file:line" when the column is 0, or "file" when the line is.
std::string to_string(const Place& place);

/// One thing that is wrong. Reads as a sentence: found `found`, expected `expected`.
struct Fault {
  Place place;
  std::string found;
  std::string expected;
};

/// "file:line:col: found ..., expected ...".
std::string to_string(const Fault& fault);

/// All that is wrong with a config. Thrown before anything was written; nothing of the config can be used.
/// Invariants: at least one fault, in the order in which the files were read.
class ConfigError : public std::exception {
 public:
  /// Requires a fault.
  explicit ConfigError(std::vector<Fault> faults);
  const std::vector<Fault>& faults() const { return faults_; }
  /// One line a fault.
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Fault> faults_;
  std::string text_;
};

}  // namespace haven::assemble
