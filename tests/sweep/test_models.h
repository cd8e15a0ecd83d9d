// Models with known answers, and a plan and a file to sweep them with.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "engine/base/random.h"
#include "tools/plan/plan.h"
#include "tools/results/export_csv.h"
#include "tools/results/result_store.h"
#include "tools/sweep/model.h"
#include "tools/sweep/sweep.h"

namespace haven::sweep::test {

using Metrics = std::map<std::string, double>;
/// Values of the axes in order, and the seed.
using Function = std::function<Metrics(const std::vector<double>& x, std::uint64_t seed)>;

/// A standard normal that depends on the seed alone: common to all points.
inline double noise(std::uint64_t seed) { return base::Draws{seed, base::name_key("noise")}.normal(base::Purpose::test); }
/// One that depends on the point too.
inline double own_noise(const std::vector<double>& x, std::uint64_t seed) {
  base::Digest digest;
  for (const double value : x) digest.add(static_cast<std::uint64_t>(value * 1e9));
  return base::Draws{seed, digest.a}.normal(base::Purpose::test);
}

inline Model model_of(Function function) {
  return [function](const results::PointRow& point) -> Run {
    std::vector<double> x;
    for (const auto& axis : point.axes) x.push_back(axis.value);
    return [function, x](std::uint64_t seed) {
      RunEnd end;
      try {
        end.result.metrics = function(x, seed);
      } catch (const std::exception& error) {
        end.error = error.what();
      }
      for (const double value : x) end.result.digest.add(static_cast<std::uint64_t>(value * 1e9));
      end.result.digest.add(seed);
      end.timing = {0.001, 0.001};
      return end;
    };
  };
}

inline plan::Axis range(const std::string& name, double from, double to) {
  plan::Axis axis;
  axis.name = name;
  axis.from = from;
  axis.to = to;
  return axis;
}

inline plan::Plan grid(int points, int seeds) {
  plan::Plan plan;
  plan.name = "test";
  plan::Axis axis;
  axis.name = "x";
  for (int i = 0; i < points; ++i) axis.levels.push_back({"x", static_cast<double>(i), ""});
  plan.design.axes = {axis};
  plan.seeds.first = plan.seeds.most = plan.seeds.step = seeds;
  return plan;
}

inline results::Manifest manifest(const std::string& plan = "test") {
  results::Manifest m;
  m.plan = m.event = m.config = m.config_digest = m.plan_digest = plan;
  m.version = "0.1.0";
  return m;
}

/// Where files stay in memory, on machines that have such a place: for tests that commit thousands of times.
inline std::filesystem::path memory_folder() {
  const std::filesystem::path shared("/dev/shm");
  return std::filesystem::is_directory(shared) ? shared : std::filesystem::temp_directory_path();
}

class Folder {
 public:
  explicit Folder(const std::filesystem::path& in = std::filesystem::temp_directory_path()) {
    std::string name = (in / "haven-sweep-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// All tables of a result file as one text.
inline std::string exported(const Folder& folder, const std::string& file) {
  results::export_csv(results::ResultFile(file), folder / "csv");
  std::map<std::string, std::string> tables;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "csv")) {
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    tables[entry.path().filename().string()] = text.str();
  }
  std::string all;
  for (const auto& [name, text] : tables) all += "== " + name + "\n" + text;
  return all;
}

}  // namespace haven::sweep::test
