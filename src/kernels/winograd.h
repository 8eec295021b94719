#pragma once

#include <cstddef>

#include "kernels/isa.h"

namespace convoy::kernels {

/// The transforms of Winograd's minimal filtering F(m x m, 3x3) (Lavin & Gray, "Fast algorithms for convolutional
/// neural networks", 2016). A tile of m x m outputs y follows from n x n inputs d, n = m + 2, and the 3x3 kernel g with
/// n^2 multiplications in place of 9 m^2:
///
///     y = A^T [(G g G^T) * (B^T d B)] A
///
/// and, by transposition,
///
///     dg = G^T [(A dy A^T) * (B^T d B)] G        dd = B [(G g G^T) * (A dy A^T)] B^T
///
/// where * multiplies number by number. F(2x2, 3x3) evaluates polynomials at the points 0, 1, -1 and infinity: 16
/// multiplications in place of 36.
///
///         | 1  0 -1  0 |        |  1   0   0  |
///     B^T=| 0  1  1  0 |      G=| 1/2 1/2 1/2 |      A^T=| 1  1  1  0 |
///         | 0 -1  1  0 |        | 1/2-1/2 1/2 |          | 0  1 -1 -1 |
///         | 0  1  0 -1 |        |  0   0   1  |
///
/// F(4x4, 3x3) at 0, p, -p, q, -q and infinity: 36 in place of 144, with larger factors, which enlarge the rounding
/// errors. At the usual p = 1 and q = 2 they would be 2.3 times as large as at p = 5/8 and q = 3/2, whose powers have
/// few bits as well.
///
///         | p^2 q^2  0     -p^2-q^2  0      1  0 |     | 1/(p^2 q^2)  0       0       |         | 1   0   0    0   |
///         | 0       -p q^2 -q^2      p      1  0 |     | a            a p     a p^2   |         | 1   p   p^2  p^3 |
///     B^T=| 0        p q^2 -q^2     -p      1  0 |   G=| a           -a p     a p^2   |       A=| 1  -p   p^2 -p^3 |
///         | 0       -p^2 q -p^2      q      1  0 |     | b            b q     b q^2   |         | 1   q   q^2  q^3 |
///         | 0        p^2 q -p^2     -q      1  0 |     | b           -b q     b q^2   |         | 1  -q   q^2 -q^3 |
///         | 0      p^2 q^2  0     -p^2-q^2  0  1 |     | 0            0       1       |         | 0   0   0    1   |
///
/// with a = 1 / (2 p^2 (p^2 - q^2)) and b = 1 / (2 q^2 (q^2 - p^2)).
///
/// Every function works on `count` channels of one tile. The n^2 numbers of a transformed tile are `plane` floats
/// apart; `pixels` says where each pixel of the tile lies, row by row.
struct WinogradKernels {
  int outputs;  ///< m
  int inputs;   ///< n
  /// Assigns B^T d B, from n x n pixels.
  void (*input)(float* to, std::ptrdiff_t plane, const float* const* pixels, int count);
  /// Assigns A dy A^T, from m x m pixels.
  void (*gradient)(float* to, std::ptrdiff_t plane, const float* const* pixels, int count);
  /// Assigns A^T products A + bias to m x m pixels; bias may be null.
  void (*output)(float* const* pixels, const float* products, std::ptrdiff_t plane, const float* bias, int count);
  /// Adds B products B^T to n x n pixels.
  void (*input_gradient)(float* const* pixels, const float* products, std::ptrdiff_t plane, int count);
  /// Assigns G g G^T; the 9 numbers of a kernel lie g_plane floats apart.
  void (*kernel)(float* to, std::ptrdiff_t plane, const float* g, std::ptrdiff_t g_plane, int count);
  /// Adds G^T sums G to dg.
  void (*kernel_gradient)(float* dg, std::ptrdiff_t dg_plane, const float* sums, std::ptrdiff_t plane, int count);
};

/// The transforms for each size of tile: a kernel group, see isa.h.
struct WinogradTables {
  WinogradKernels f2;  ///< F(2x2, 3x3)
  WinogradKernels f4;  ///< F(4x4, 3x3)
};

}  // namespace convoy::kernels
