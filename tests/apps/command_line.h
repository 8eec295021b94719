#pragma once

#include <doctest/doctest.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/digits.h"
#include "support/process.h"

namespace convoy::test {

inline Finished convoy_run(const std::vector<std::string>& arguments) { return run(CONVOY_BINARY, arguments); }

inline bool is_one_line(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n') == 1 && text.back() == '\n';
}

/// One of MNIST's test images as a PNG.
inline void write_digit(const std::filesystem::path& file, int number) {
  const Dataset& digits = mnist().test;
  const auto* pixels = digits.storage().bytes.data() + static_cast<std::size_t>(digits.index(number)) * 784;
  REQUIRE(stbi_write_png(file.c_str(), 28, 28, 1, pixels, 28) != 0);
}

}  // namespace convoy::test
