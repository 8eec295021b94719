#include "data/exif.h"

namespace convoy {
namespace {

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::uint32_t short_type = 3;
constexpr std::size_t entry_size = 12;

/// The value of the directory entry at `entry` if it is a valid orientation, else 0.
int orientation_of(ByteSpan tiff, std::size_t entry, ByteOrder order) {
  if (number_at(tiff, entry, 2, order) != orientation_tag) return 0;
  if (number_at(tiff, entry + 2, 2, order) != short_type || number_at(tiff, entry + 4, 4, order) != 1U) return 0;
  const auto value = number_at(tiff, entry + 8, 2, order).value_or(0);
  return value <= 8 ? static_cast<int>(value) : 0;
}

}  // namespace

int exif_orientation(ByteSpan tiff) {
  const bool little = text_at(tiff, 0, "II");
  if (!little && !text_at(tiff, 0, "MM")) return 1;
  const ByteOrder order = little ? ByteOrder::little_endian : ByteOrder::big_endian;
  if (number_at(tiff, 2, 2, order) != 42U) return 1;
  const std::size_t directory = number_at(tiff, 4, 4, order).value_or(0);  // the first, which is of the image itself
  const std::size_t entries = number_at(tiff, directory, 2, order).value_or(0);
  for (std::size_t i = 0; i < entries && directory + 2 + i * entry_size < tiff.size(); ++i) {
    if (const int found = orientation_of(tiff, directory + 2 + i * entry_size, order); found != 0) return found;
  }
  return 1;
}

}  // namespace convoy
