#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tools/assemble/embedded.h"
#include "tools/assemble/overlay.h"

namespace haven::assemble::test {
std::span<const EmbeddedFile> embedded_samples();
}

using namespace haven::assemble;
namespace fs = std::filesystem;

namespace {

void check_same(std::span<const EmbeddedFile> embedded, const fs::path& root, const std::string& ending) {
  std::size_t on_disk = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) on_disk += entry.path().extension() == ending;
  CHECK(embedded.size() == on_disk);
  CHECK(std::is_sorted(embedded.begin(), embedded.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const EmbeddedFile& file : embedded) {
    INFO(file.name);
    std::ifstream stream(root / file.name, std::ios::binary);
    CHECK(stream.is_open());
    CHECK(std::string(std::istreambuf_iterator<char>(stream), {}) == file.text);
  }
}

}  // namespace

TEST_CASE("the embedded configs are the files of the configs folder, byte for byte, in order", "[assemble]") {
  check_same(embedded_configs(), HAVEN_CONFIGS, ".textproto");
}

TEST_CASE("a text file is embedded byte for byte, whatever marks it holds", "[assemble]") {
  check_same(test::embedded_samples(), HAVEN_SAMPLES, ".textproto");
  CHECK(test::embedded_samples().size() == 2);
}

TEST_CASE("an overlay of the program does not undo a config on disk that shares its base", "[assemble]") {
  const LoadOptions options{.configs_dir = "", .sets = {}, .embedded = embedded_configs()};
  const auto name = [](const char* config) { return std::string(HAVEN_CONFIGS) + "/" + config; };
  const auto fear = [&](const std::string& run, const std::vector<std::string>& with) {
    const auto loaded = load_run_with(run, with, options);
    for (const auto& news : loaded->scenario().news()) {
      if (news.name() == "tariffs_in_force") return news.confidence_step();
    }
    return 0.0;
  };
  const double doubled = fear("studies/double_confidence", {});
  REQUIRE(doubled > fear("replays/april_2025", {}));
  // large_convexity doubles too; the overlay's own base is the replay, which does not.
  CHECK(fear(name("studies/large_convexity.textproto"), {"studies/without_mortgage_hedgers"}) == doubled);
  CHECK(fear("studies/large_convexity", {name("studies/without_mortgage_hedgers.textproto")}) == doubled);
  CHECK(fear(name("studies/large_convexity.textproto"), {name("studies/without_mortgage_hedgers.textproto")}) == doubled);
}
