#pragma once

#include <filesystem>
#include <string>

#include "support/digits.h"
#include "support/files.h"
#include "support/idx_file.h"
#include "support/temporary_folder.h"

namespace convoy::test {

/// Writes the first `samples` images of MNIST's two parts as a data set of its own, which loads in no time.
inline void write_small_idx(const std::filesystem::path& folder, int samples) {
  const auto save = [&](const Dataset& data, const std::string& name) {
    const auto count = static_cast<unsigned>(samples);
    std::string images;
    std::string labels;
    for (int i = 0; i < samples; ++i) {
      const auto* pixels = data.storage().bytes.data() + static_cast<std::size_t>(data.index(i)) * 784;
      images.append(reinterpret_cast<const char*>(pixels), 784);
      labels += static_cast<char>(data.label(i));
    }
    write(folder / (name + "-images-idx3-ubyte"), idx_file({count, 28, 28}, images));
    write(folder / (name + "-labels-idx1-ubyte"), idx_file({count}, labels));
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
