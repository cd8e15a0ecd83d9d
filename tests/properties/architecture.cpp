// The table of who may include whom, and the bans that make a run a function of config, seed, version and build image.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/properties/source_rules.h"

using namespace haven::tests;

namespace {

Faults over_project(Faults (*rule)(const SourceFile&)) {
  Faults all;
  for (const SourceFile& file : project_files()) {
    const Faults faults = rule(file);
    all.insert(all.end(), faults.begin(), faults.end());
  }
  return all;
}

SourceFile including(const std::string& path, const std::string& target) {
  return {path, "#pragma once\n#include \"" + target + "\"\n"};
}

}  // namespace

TEST_CASE("the project is where the test looks for it", "[architecture]") {
  const auto files = project_files();
  const auto has = [&files](const std::string& path) {
    return std::any_of(files.begin(), files.end(), [&](const SourceFile& f) { return f.path == path; });
  };
  CHECK(has("engine/base/units.h"));
  CHECK(has("cmake/flags.cmake"));
  CHECK(has("tests/properties/architecture.cpp"));
}

TEST_CASE("every include runs the way the table of folders allows", "[architecture]") {
  CHECK(over_project(include_faults) == Faults{});
}

TEST_CASE("nothing in engine, agents or networks can depend on the machine", "[architecture]") {
  CHECK(over_project(determinism_faults) == Faults{});
}

TEST_CASE("no file names a path of one machine", "[architecture]") { CHECK(over_project(absolute_path_faults) == Faults{}); }

TEST_CASE("every header is included once", "[architecture]") { CHECK(over_project(header_guard_faults) == Faults{}); }

TEST_CASE("an include that runs backwards is seen", "[architecture]") {
  const auto [from, target] = GENERATE(table<std::string, std::string>({
      {"engine/base/a.h", "engine/ledger/ledger.h"},
      {"engine/ledger/a.h", "engine/instruments/bond.h"},
      {"engine/instruments/a.cpp", "engine/ledger/ledger.h"},
      {"engine/markets/a.h", "engine/funding/repo.h"},
      {"engine/funding/a.h", "engine/regulation/rules.h"},
      {"engine/funding/a.h", "engine/world/world.h"},
      {"engine/regulation/a.h", "engine/funding/repo.h"},
      {"engine/world/a.h", "engine/scenario/path.h"},
      {"engine/world/a.h", "networks/snapshot.h"},
      {"engine/scenario/a.h", "engine/metrics/probes.h"},
      {"engine/metrics/a.h", "engine/loop/loop.h"},
      {"engine/metrics/a.h", "agents/list.h"},
      {"engine/loop/a.h", "tools/cli/run.h"},
      {"networks/a.h", "engine/ledger/ledger.h"},
      {"agents/dealer/a.h", "engine/loop/loop.h"},
      {"agents/dealer/a.h", "engine/metrics/probes.h"},
      {"agents/dealer/a.h", "agents/basis_fund/basis_fund.h"},
      {"agents/dealer/a.h", "agents/list.h"},
      {"agents/population.h", "agents/dealer/dealer.h"},
      {"engine/unheard_of/a.h", "engine/base/units.h"},
      {"engine/world/a.h", "world.h"},
      {"engine/world/a.h", "configs/schema/config.pb.h"},
      {"tools/cli/a.cpp", "configs/schema/config.pb.h"},
      {"engine/markets/a.cpp", "ql/time/date.hpp"},
      {"engine/instruments/a.h", "ql/time/date.hpp"},
      {"engine/instruments/a.cpp", "ql/quantlib.hpp"},
  }));
  INFO(from << " includes " << target);
  CHECK(include_faults(including(from, target)).size() == 1);
}

TEST_CASE("an include that runs forwards is allowed", "[architecture]") {
  const auto [from, target] = GENERATE(table<std::string, std::string>({
      {"engine/markets/a.h", "engine/instruments/bond.h"},
      {"engine/funding/a.h", "engine/markets/book.h"},
      {"engine/world/a.h", "engine/regulation/rules.h"},
      {"engine/loop/a.h", "agents/list.h"},
      {"engine/loop/a.h", "agents/dealer/dealer.h"},
      {"agents/list.h", "agents/dealer/dealer.h"},
      {"agents/dealer/a.cpp", "agents/dealer/a.h"},
      {"agents/dealer/a.h", "agents/intent.h"},
      {"agents/dealer/a.h", "engine/world/view.h"},
      {"networks/a.h", "engine/base/units.h"},
      {"tools/cli/a.cpp", "engine/loop/loop.h"},
      {"tools/assemble/a.cpp", "configs/schema/config.pb.h"},
      {"engine/instruments/a.cpp", "ql/time/date.hpp"},
  }));
  INFO(from << " includes " << target);
  CHECK(include_faults(including(from, target)) == Faults{});
}

TEST_CASE("a source of chance outside the draws is seen", "[architecture]") {
  const std::string line = GENERATE(values<std::string>({
      "std::unordered_map<int, int> m;",
      "std::normal_distribution<> d;",
      "std::shuffle(a, b, g);",
      "std::hash<int>{}(3);",
      "std::random_device r;",
      "std::mt19937_64 g;",
      "int x = rand();",
      "auto t = std::chrono::steady_clock::now();",
      "auto t = std::chrono::system_clock::now();",
      "auto t = std::time(nullptr);",
      "#include <random>",
      "#include <chrono>",
      "double y = std::exp(x);",
      "double y = std::log(x);",
      "double y = std::pow(x, 2);",
      "double y = std::sin(x);",
      "double y = std::cbrt(x);",
      "double y = std::log1pf(x);",
      "double y = exp(x);",
      "return ::tanh (x);",
      "std::map<const Agent*, int> m;",
      "std::set<Agent *> s;",
      "double y = std::reduce(a, b);",
      "#pragma GCC optimize(\"fast-math\")",
  }));
  INFO(line);
  CHECK(determinism_faults({"engine/world/a.cpp", "int before;\n" + line + "\n"}).size() >= 1);
  CHECK(determinism_faults({"agents/dealer/a.h", line}).size() >= 1);
  CHECK(determinism_faults({"networks/a.h", line}).size() >= 1);
  CHECK(determinism_faults({"tools/cli/a.cpp", line}) == Faults{});
}

TEST_CASE("haven's own functions and words in comments and texts are not banned", "[architecture]") {
  const std::string line = GENERATE(values<std::string>({
      "double y = base::exp(x) + haven::base::log(x);",
      "double y = base::sqrt(x);",
      "journal.log(x); journal->log(x);",
      "double expected(int x); int catalog(3);",
      "// std::exp(x) is banned, and rand() too",
      "const char* t = \"std::shuffle(a) // and exp(1)\";",
      "/* std::unordered_map\n std::hash */ int x = 1'000'000;",
      "std::map<std::string, double> m;",
  }));
  INFO(line);
  CHECK(determinism_faults({"engine/world/a.cpp", line}) == Faults{});
}

TEST_CASE("a flag that changes floating point is seen in a build file", "[architecture]") {
  CHECK(determinism_faults({"cmake/flags.cmake", "add_compile_options(-O3 -ffast-math)"}).size() == 1);
  CHECK(determinism_faults({"tests/bench/CMakeLists.txt", "x\ntarget_compile_options(b PRIVATE -march=native)"}).size() == 1);
  CHECK(determinism_faults({"cmake/flags.cmake", "# no -ffast-math\n-ffp-contract=off -march=x86-64-v2"}) == Faults{});
}

TEST_CASE("a path of one machine is seen", "[architecture]") {
  const std::string slash = "/";
  CHECK(absolute_path_faults({"docs/a.md", "see " + slash + "work/main"}).size() == 1);
  CHECK(absolute_path_faults({"configs/a.textproto", "x\npath: \"" + slash + "home/me/data.csv\""}) ==
        Faults{"configs/a.textproto:2: names " + slash + "home/ of one machine"});
  CHECK(absolute_path_faults({"tools/a.sh", "cat .." + slash + "shared/FACTS.md"}).size() == 1);
  CHECK(absolute_path_faults({"docs/a.md", "https://example.org/home/x frame" + slash + "work/ $HOME/work/"}) == Faults{});
}

TEST_CASE("a header without its guard is seen", "[architecture]") {
  CHECK(header_guard_faults({"engine/metrics/a.h", "// #pragma once\nint x;\n"}).size() == 1);
  CHECK(header_guard_faults({"engine/metrics/a.h", "// A header.\n#pragma once\n"}) == Faults{});
}
