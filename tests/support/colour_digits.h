#pragma once

#include <filesystem>
#include <random>
#include <string>

#include "support/digits.h"
#include "support/files.h"

namespace convoy::test {

/// One of CIFAR's records, a label and 3 planes of 32x32: a digit of 28x28 in one colour on a ground of another.
inline std::string colour_digit(const std::uint8_t* digit, int label, std::mt19937& random) {
  std::string record(1, static_cast<char>(label));
  const std::size_t left = random() % 5, top = random() % 5;
  const bool light_ground = random() % 2 == 0;
  for (int plane = 0; plane < 3; ++plane) {
    const auto dark = static_cast<int>(random() % 100), light = 255 - static_cast<int>(random() % 100);
    const int ground = light_ground ? light : dark, ink = light_ground ? dark : light;
    std::string pixels(32 * 32, static_cast<char>(ground));
    for (std::size_t y = 0; y < 28; ++y) {
      for (std::size_t x = 0; x < 28; ++x) {
        pixels[(top + y) * 32 + left + x] = static_cast<char>(ground + (ink - ground) * digit[y * 28 + x] / 255);
      }
    }
    record += pixels;
  }
  return record;
}

/// Writes a stand-in for CIFAR-10, which is not bundled, into the folder: coloured digits in its files, size and
/// format, for networks of 32x32x3.
inline void write_colour_digits(const std::filesystem::path& folder, std::size_t train, std::size_t test) {
  std::mt19937 random(1);
  const auto records = [&](const Dataset& digits, std::size_t count) {
    std::string bytes;
    const auto& data = digits.storage();
    for (std::size_t i = 0; i < count; ++i) {
      bytes += colour_digit(data.bytes.data() + i * 784, data.labels[i], random);
    }
    return bytes;
  };
  write(folder / "data_batch_1.bin", records(mnist().train, train));
  write(folder / "test_batch.bin", records(mnist().test, test));
}

}  // namespace convoy::test
