#pragma once

namespace convoy::kernels {

/// The mean and inverse deviation of values that are normalised together. A mean of 1e4 beside a deviation of 1e-2
/// would cancel in float, so what `mean` loses to rounding is kept in `mean_rest`: x' = ((x - mean) - mean_rest) *
/// inv_deviation.
struct Normal {
  float mean;           ///< the float nearest to the mean
  float mean_rest;      ///< the mean minus that
  float inv_deviation;  ///< 1 / sqrt(variance + epsilon)
};

/// Normalisation of the rows of a rows x width matrix, each by its own mean and variance,
///
///     y = gamma * x' + beta     by column.
///
/// Arrays not said to be otherwise are rows x width; `normals` has one entry a row. No output may overlap an input.
struct LayerNormKernels {
  /// Assigns y and normals; gamma and beta have one number a column.
  void (*forward)(float* y, Normal* normals, const float* x, const float* gamma, const float* beta, double epsilon,
                  int rows, int width);
  /// Assigns d_gamma and d_beta, one number a column.
  void (*parameter_gradients)(double* d_gamma, double* d_beta, const float* dy, const float* x, const Normal* normals,
                              int rows, int width);
  /// Assigns dx.
  void (*input_gradient)(float* dx, const float* dy, const float* x, const Normal* normals, const float* gamma,
                         int rows, int width);
};

}  // namespace convoy::kernels
