#pragma once

#include <filesystem>
#include <string_view>

#include "data/byte_order.h"

namespace convoy {

enum class ImageFormat {
  png,
  jpeg,
  bmp,
  other_image,  ///< that convoy does not read
  no_image      ///< known to be something else, or not known
};

/// What a file is by its first bytes, whatever its name says.
struct FileKind {
  ImageFormat format;
  std::string_view name;  ///< "a GIF image"; empty where it is not known
};

FileKind kind_of(ByteSpan bytes);

/// Whether the file's name has the ending of an image, of a format that convoy reads or another common one.
bool named_as_image(const std::filesystem::path& file);

/// Whether the file is to be read as an image: one by its bytes, be it of a format that convoy reads or not, or one by
/// the ending of its name (then it is damaged or no image after all, which reading it tells).
bool is_image_file(const std::filesystem::path& file);

}  // namespace convoy
