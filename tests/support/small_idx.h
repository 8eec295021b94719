#pragma once

#include <filesystem>
#include <string>

#include "support/digits.h"
#include "support/files.h"
#include "support/temporary_folder.h"

namespace convoy::test {

/// Writes the first `samples` images of MNIST's two parts as a data set of its own, which loads in no time.
inline void write_small_idx(const std::filesystem::path& folder, int samples) {
  const auto number = [](unsigned value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255U);
    return bytes;
  };
  const auto save = [&](const Dataset& data, const std::string& name) {
    const auto count = static_cast<unsigned>(samples);
    std::string images = number(0x803) + number(count) + number(28) + number(28);
    std::string labels = number(0x801) + number(count);
    for (int i = 0; i < samples; ++i) {
      const auto* pixels = data.storage().bytes.data() + static_cast<std::size_t>(data.index(i)) * 784;
      images.append(reinterpret_cast<const char*>(pixels), 784);
      labels += static_cast<char>(data.label(i));
    }
    write(folder / (name + "-images-idx3-ubyte"), images);
    write(folder / (name + "-labels-idx1-ubyte"), labels);
  };
  std::filesystem::create_directories(folder);
  save(mnist().train, "train");
  save(mnist().test, "t10k");
}

/// Such a data set of two thousand images in each part, written once a test binary.
inline const std::filesystem::path& small_mnist() {
  static const TemporaryFolder folder;
  static const std::filesystem::path path = [] {
    write_small_idx(folder.path() / "data", 2000);
    return folder.path() / "data";
  }();
  return path;
}

}  // namespace convoy::test
