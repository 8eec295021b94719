#include "data/contact_sheet.h"

#include <algorithm>

namespace convoy {
namespace {

constexpr int tile_size = 84;  ///< pixels of the longer side of a tile, or a little less
constexpr int gap = 4;
constexpr int text_size = 2;
constexpr std::size_t longest_label = 16;
constexpr Colour background = {40, 44, 52};
constexpr Colour ink = {230, 230, 230};

/// The sizes from which the places of tiles, labels and headings follow.
struct SheetLayout {
  ImageSize thumbnail;  ///< size of an image after shrinking
  int zoom;             ///< factor by which it is then enlarged
  int left;             ///< width of the labels
  int top;              ///< height of the headings

  int tile_height() const { return thumbnail.height * zoom; }
  int tile_width() const { return thumbnail.width * zoom; }
  int y(std::size_t row) const { return top + gap + static_cast<int>(row) * (tile_height() + gap); }
  int x(std::size_t column) const { return left + gap + static_cast<int>(column) * (tile_width() + gap); }
};

/// The size of an image after shrinking to a tile; that of the image if it is smaller.
ImageSize thumbnail_of(ImageSize size) {
  const int longer = std::max(size.height, size.width);
  if (longer <= tile_size) return size;
  return {std::max(1, size.height * tile_size / longer), std::max(1, size.width * tile_size / longer)};
}

/// Computes the sizes for a sheet.
SheetLayout sheet_layout(const ContactSheet& sheet) {
  std::size_t longest = 0;
  for (const auto& row : sheet.rows) longest = std::max(longest, row.label.size());
  const int letters = static_cast<int>(std::min(longest, longest_label));
  SheetLayout layout{.thumbnail = thumbnail_of(sheet.size), .zoom = 1, .left = 0, .top = 0};
  layout.zoom = tile_size / std::max(layout.thumbnail.height, layout.thumbnail.width);
  layout.left = letters == 0 ? 0 : gap + 4 * text_size * letters;
  layout.top = sheet.headings.empty() ? 0 : gap + Picture::text_height(text_size);
  return layout;
}

/// Draws one image, shrunk or enlarged, with its upper left corner at `top` and `left`.
void draw_tile(Picture& picture, const std::vector<std::uint8_t>& image, const ContactSheet& sheet,
               const SheetLayout& layout, int top, int left) {
  const auto pixels = resize_image(image, sheet.size, layout.thumbnail, sheet.channels);
  const std::uint8_t* pixel = pixels.data();
  for (int y = 0; y < layout.thumbnail.height; ++y) {
    for (int x = 0; x < layout.thumbnail.width; ++x, pixel += sheet.channels) {
      const Colour colour =
          sheet.channels == 1 ? Colour{pixel[0], pixel[0], pixel[0]} : Colour{pixel[0], pixel[1], pixel[2]};
      picture.draw_square(top + y * layout.zoom, left + x * layout.zoom, layout.zoom, colour);
    }
  }
}

}  // namespace

Picture draw(const ContactSheet& sheet) {
  std::size_t columns = sheet.headings.size();
  for (const auto& row : sheet.rows) columns = std::max(columns, row.images.size());
  const SheetLayout layout = sheet_layout(sheet);
  Picture picture(layout.y(sheet.rows.size()), layout.x(columns), background);
  for (std::size_t column = 0; column < sheet.headings.size(); ++column) {
    picture.draw_text(gap, layout.x(column), text_size, sheet.headings[column], ink);
  }
  for (std::size_t i = 0; i < sheet.rows.size(); ++i) {
    const ContactSheet::Row& row = sheet.rows[i];
    const int middle = layout.y(i) + (layout.tile_height() - Picture::text_height(text_size)) / 2;
    picture.draw_text(middle, gap, text_size, row.label.substr(0, longest_label), ink);
    for (std::size_t column = 0; column < row.images.size(); ++column) {
      draw_tile(picture, row.images[column], sheet, layout, layout.y(i), layout.x(column));
    }
  }
  return picture;
}

}  // namespace convoy
