#include "data/components.h"

#include <algorithm>

namespace convoy {
namespace {

/// Adds a pixel to a component and to its box.
void add(Component& component, std::int32_t pixel, ImageSize size) {
  const int y = pixel / size.width;
  const int x = pixel % size.width;
  component.pixels.push_back(pixel);
  component.top = std::min(component.top, y);
  component.bottom = std::max(component.bottom, y);
  component.left = std::min(component.left, x);
  component.right = std::max(component.right, x);
  if (y == 0 || x == 0 || y == size.height - 1 || x == size.width - 1) ++component.on_border;
}

/// Returns the component that contains pixel `first`, and clears its pixels in the mask. Its list of pixels also serves
/// as the queue of the search.
Component take_component(std::vector<std::uint8_t>& mask, std::int32_t first, ImageSize size) {
  Component component{.pixels = {}, .top = size.height, .left = size.width};
  mask[static_cast<std::size_t>(first)] = 0;
  add(component, first, size);
  for (std::size_t next = 0; next < component.pixels.size(); ++next) {
    const int y = component.pixels[next] / size.width;
    const int x = component.pixels[next] % size.width;
    for (int row = std::max(y - 1, 0); row <= std::min(y + 1, size.height - 1); ++row) {
      for (int column = std::max(x - 1, 0); column <= std::min(x + 1, size.width - 1); ++column) {
        const std::int32_t pixel = row * size.width + column;
        if (mask[static_cast<std::size_t>(pixel)] == 0) continue;
        mask[static_cast<std::size_t>(pixel)] = 0;
        add(component, pixel, size);
      }
    }
  }
  return component;
}

}  // namespace

std::vector<Component> components_of(std::vector<std::uint8_t> mask, ImageSize size) {
  std::vector<Component> components;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] != 0) components.push_back(take_component(mask, static_cast<std::int32_t>(i), size));
  }
  return components;
}

}  // namespace convoy
