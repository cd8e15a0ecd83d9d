// The rules about the source tree that no compiler checks, as functions from one file to its faults.
#pragma once

#include <string>
#include <vector>

namespace haven::tests {

/// One file: its path from the root of the project, with '/', and its text.
struct SourceFile {
  std::string path;
  std::string text;
};

/// "path:line: what is wrong".
using Faults = std::vector<std::string>;

/// `text` with the contents of comments, string and character literals blanked; line breaks stay. The name in an
/// `#include` stays too.
std::string code_only(const std::string& text);

/// Who may include whom: the folders of engine, agents, networks and tools; generated config headers and QuantLib.
Faults include_faults(const SourceFile& file);
/// What would make a result depend on something other than config, seed, version and build image.
Faults determinism_faults(const SourceFile& file);
/// Paths of the machine it was written on, and inputs from outside the project.
Faults absolute_path_faults(const SourceFile& file);
Faults header_guard_faults(const SourceFile& file);

/// Every text file of the project, sorted by path: build trees, results, installed node modules and .git left out.
std::vector<SourceFile> project_files();

}  // namespace haven::tests
