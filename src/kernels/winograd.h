#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// The transforms of Winograd's minimal filtering F(2x2, 3x3) (Lavin & Gray, "Fast algorithms for convolutional neural
/// networks", 2016). A tile of 2x2 outputs follows from 4x4 inputs d and the 3x3 kernel g with 16 multiplications in
/// place of 36:
///
///     y = A^T [(G g G^T) * (B^T d B)] A
///
/// and, by transposition,
///
///     dg = G^T [(A dy A^T) * (B^T d B)] G        dd = B [(G g G^T) * (A dy A^T)] B^T
///
///         | 1  0 -1  0 |        |  1   0   0  |
///     B^T=| 0  1  1  0 |      G=| 1/2 1/2 1/2 |      A^T=| 1  1  1  0 |
///         | 0 -1  1  0 |        | 1/2-1/2 1/2 |          | 0  1 -1 -1 |
///         | 0  1  0 -1 |        |  0   0   1  |
///
/// where * multiplies number by number. Every function works on `count` channels of neighbouring tiles. The 16 numbers
/// of a transformed tile are `plane` floats apart.
struct WinogradKernels {
  /// Assigns B^T d B of tiles that are 2 pixels apart: to is 16 x tiles x to_step; rows are the 4 image rows, with
  /// x_step floats a pixel.
  void (*input)(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows,
                std::ptrdiff_t x_step, int tiles, int count);
  /// Assigns A dy A^T of tiles of 2x2: as above, from 2 rows.
  void (*gradient)(float* to, std::ptrdiff_t plane, std::ptrdiff_t to_step, const float* const* rows,
                   std::ptrdiff_t x_step, int tiles, int count);
  /// Assigns A^T m A + bias, `pixels` pixels (one less than two a tile where the width is odd) of 2 rows of y, of which
  /// either may be null; m is 16 x tiles x m_step, bias may be null.
  void (*output)(float* const* rows, std::ptrdiff_t y_step, const float* m, std::ptrdiff_t plane, std::ptrdiff_t m_step,
                 const float* bias, int pixels, int count);
  /// Adds B m B^T, patches of 4x4 that are 2 pixels apart, the first at column `left` of 4 rows of `width` pixels with
  /// x_step floats each. Rows may be null; columns may lie outside.
  void (*input_gradient)(float* const* rows, std::ptrdiff_t x_step, int width, int left, const float* m,
                         std::ptrdiff_t plane, std::ptrdiff_t m_step, int tiles, int count);
  /// Assigns G g G^T; the 9 numbers of a kernel lie g_plane floats apart.
  void (*kernel)(float* to, std::ptrdiff_t plane, const float* g, std::ptrdiff_t g_plane, int count);
  /// Adds G^T m G to dg.
  void (*kernel_gradient)(float* dg, std::ptrdiff_t dg_plane, const float* m, std::ptrdiff_t plane, int count);
};

}  // namespace convoy::kernels
