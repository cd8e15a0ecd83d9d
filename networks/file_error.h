// The first kind of error: a network file of the user's is wrong.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace haven::networks {

/// What is wrong in a file, and where. what() reads "file:line:column: found ..., expected ...". The command line
/// turns it into exit code 2. Lines and columns count from 1; column 0 means the whole line.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, std::uint64_t line, std::uint64_t column, const std::string& message)
      : std::runtime_error(placed(file, line, column, message)), message_(message), line_(line), column_(column) {}
  /// Without the place.
  const std::string& message() const { return message_; }
  std::uint64_t line() const { return line_; }
  std::uint64_t column() const { return column_; }

 private:
  static std::string placed(std::string text, std::uint64_t line, std::uint64_t column, const std::string& message) {
    text.append(1, ':').append(std::to_string(line));
    if (column > 0) text.append(1, ':').append(std::to_string(column));
    return text.append(": ").append(message);
  }
  std::string message_;
  std::uint64_t line_;
  std::uint64_t column_;
};

}  // namespace haven::networks
