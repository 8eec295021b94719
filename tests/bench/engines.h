#pragma once

#include <memory>
#include <string>

#include "kernels/conv.h"

namespace convoy::kernels {

/// The engine of that name, "F(2x2)" or "F(4x4)", or one of make_conv().
inline std::unique_ptr<const ConvEngine> make_engine(const std::string& name, const ConvShape& shape) {
  std::unique_ptr<const ConvEngine> made;
  if (name == "F(2x2)") made = make_winograd_conv(shape, WinogradTile::f2);
  if (name == "F(4x4)") made = make_winograd_conv(shape, WinogradTile::f4);
  return made ? std::move(made) : make_conv(name, shape);
}

}  // namespace convoy::kernels
