// Why a result file cannot be used or written. The user's environment is wrong, not haven.
#pragma once

#include <stdexcept>
#include <string>

namespace haven::results {

enum class Fault {
  missing,        ///< no such file
  unreadable,     ///< the file or its folder cannot be opened
  not_a_result,   ///< a file, but not one that haven wrote
  other_format,   ///< written by a haven whose result format has another number
  other_version,  ///< same plan, but runs of another haven version: they are not comparable
  other_plan,     ///< holds the runs of another plan
  in_use,         ///< another process is writing this file
  cannot_write,   ///< disk full, no permission, I/O error; rows saved before are kept
  conflict,       ///< the same (variant, point, seed) was saved before with another digest
};

/// what() is a whole sentence that names the file. The command line turns it into exit code 2, except cannot_write in
/// the middle of an ensemble, which is 1.
class StoreError : public std::runtime_error {
 public:
  StoreError(Fault fault, const std::string& message) : std::runtime_error(message), fault_(fault) {}
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

}  // namespace haven::results
