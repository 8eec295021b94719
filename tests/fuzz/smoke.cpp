// Runs a fuzz target without libFuzzer: on its seeds, and on a few thousand damaged copies of them, the same each time.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <vector>

#include "target.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Flips, replaces, cuts, repeats or removes some of the bytes.
Bytes damaged(Bytes bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto run = static_cast<std::ptrdiff_t>(1 + below(std::min<std::size_t>(bytes.size() - at, 64)));
    switch (below(6)) {
      case 0: *place ^= static_cast<std::uint8_t>(1U << below(8)); break;
      case 1: *place = static_cast<std::uint8_t>(below(256)); break;
      case 2: *place = below(2) == 0 ? 0 : 255; break;
      case 3: bytes.resize(at); break;
      case 4: bytes.erase(place, place + run); break;
      default: {
        const Bytes copy(place, place + run);
        bytes.insert(place, copy.begin(), copy.end());
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return EXIT_FAILURE;
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same damage each time
  int runs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const Bytes seed = read(entry.path());
    LLVMFuzzerTestOneInput(seed.data(), seed.size());
    for (int i = 0; i < std::atoi(argv[2]); ++i, ++runs) {
      const Bytes bytes = damaged(seed, random);
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
  }
  std::cout << runs << " damaged inputs\n";
  return runs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
