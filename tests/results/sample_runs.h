// Small runs whose every value differs by seed, and a folder that vanishes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/metrics/run_result.h"
#include "tools/results/rows.h"

namespace haven::results {

/// A run that fills every table of the store.
metrics::RunResult sample_run(std::uint64_t seed);
Manifest sample_manifest(const std::string& plan = "april-2025");

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string read_all(const std::string& path);
/// Every file of a folder in name order, each with its name.
std::string read_folder(const std::string& folder);

}  // namespace haven::results
