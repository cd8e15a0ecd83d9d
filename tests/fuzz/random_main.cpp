// Drives a fuzz target where there is no fuzzer: NAME [INPUTS] [SEED]: so many inputs of random bytes, most of them few distinct ones,
// as messages are. The same seed gives the same inputs.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  const unsigned long inputs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000, seed = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1;
  std::mt19937_64 random(seed);
  std::vector<std::uint8_t> bytes;
  for (unsigned long i = 0; i < inputs; ++i) {
    bytes.resize(random() % 4096);
    const std::uint64_t kinds = i % 2 == 0 ? 256 : 24;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random() % kinds);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::printf("%lu inputs\n", inputs);
  return 0;
}
