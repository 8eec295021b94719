#pragma once

#include <filesystem>
#include <string_view>

#include "data/byte_order.h"

namespace convoy {

enum class ImageFormat {
  png,
  jpeg,
  bmp,
  other_image,  ///< an image that convoy does not read
  no_image      ///< known to be something else, or not known
};

/// The kind of a file by its first bytes, whatever its name.
struct FileKind {
  ImageFormat format;
  std::string_view name;  ///< "a GIF image"; empty where it is not known
};

/// The kind of a file that begins with these bytes.
FileKind kind_of(ByteSpan bytes);

/// Whether the file's name has the ending of an image format, one that convoy reads or another common one.
bool named_as_image(const std::filesystem::path& file);

/// Whether a regular file is an image of any format, by the ending of its name or by its first bytes, which it reads.
/// (One with such a name but other bytes is damaged or no image; reading it reports that.)
bool is_image_file(const std::filesystem::path& file);

}  // namespace convoy
