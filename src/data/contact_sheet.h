#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/picture.h"
#include "data/resize.h"

namespace convoy {

/// A table of images of one size, with labels before the rows and headings above the columns.
struct ContactSheet {
  struct Row {
    std::string label;
    std::vector<std::vector<std::uint8_t>> images;  ///< height x width x channels each
  };

  ImageSize size;
  int channels;                       ///< 1 (grey) or 3
  std::vector<std::string> headings;  ///< of the columns; may be empty
  std::vector<Row> rows;
};

/// Draws the table; small images are enlarged, large ones made smaller.
Picture draw(const ContactSheet& sheet);

}  // namespace convoy
