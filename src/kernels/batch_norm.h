#pragma once

#include "kernels/isa.h"

namespace convoy::kernels {

/// The passes of batch norm over one sample of pixels x channels values (a feature vector is one pixel),
///
///     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta     by channel.
///
/// All arrays not said to be pixels x channels hold one number a channel. No output may overlap an input.
struct BatchNormKernels {
  /// Assigns the sample's mean and m2, the sum of the squared distances from it. Two passes, the second one corrected
  /// for the rounding of the first (Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance", 1.7).
  /// `pivot` (channels) is scratch.
  void (*moments)(double* mean, double* m2, float* pivot, const float* x, int pixels, int channels);

  /// Assigns y = (x - mean) * scale + shift, pixels x channels.
  void (*normalize)(float* y, const float* x, const float* mean, const float* scale, const float* shift, int pixels,
                    int channels);

  /// Assigns the sums over pixels of dy and of dy * (x - mean).
  void (*gradient_sums)(double* dy_sum, double* dy_x_sum, const float* dy, const float* x, const float* mean,
                        int pixels, int channels);

  /// Assigns dx = dy * scale + (x - mean) * slope + offset, pixels x channels.
  void (*input_gradient)(float* dx, const float* dy, const float* x, const float* scale, const float* mean,
                         const float* slope, const float* offset, int pixels, int channels);

  /// Assigns dx = dy * scale, pixels x channels: the gradient where the statistics are constants.
  void (*frozen_input_gradient)(float* dx, const float* dy, const float* scale, int pixels, int channels);
};
inline const BatchNormKernels& batch_norm() { return for_this_cpu<BatchNormKernels>(); }

/// The coefficients in float that normalise one channel. A mean of 1e4 beside a deviation of 1e-2 would cancel in
/// x * scale + shift, so x - mean is taken first, and what `mean` loses to rounding is kept in `mean_rest`.
struct ChannelAffine {
  float mean;           ///< the float nearest to the mean
  float mean_rest;      ///< the mean minus that
  float inv_deviation;  ///< 1 / sqrt(variance + epsilon)
  float scale;          ///< gamma * inv_deviation
  float shift;          ///< y = (x - mean) * scale + shift
};
/// The coefficients of a channel with this mean and variance.
ChannelAffine channel_affine(double mean, double variance, double epsilon, float gamma, float beta);

/// One channel's gradients of gamma and beta, and the coefficients of dx.
struct ChannelGradient {
  double d_gamma;
  double d_beta;
  float slope;  ///< dx = dy * scale + (x - mean) * slope + offset
  float offset;
};
/// The gradients of a channel; `dy_sum` and `dy_x_sum` are the results of gradient_sums over all its `count` values.
ChannelGradient channel_gradient(const ChannelAffine& affine, double dy_sum, double dy_x_sum, double count);

/// Merges the moments of more_count further values into `mean` and `m2`, the moments of `count` values, for each
/// channel (Chan's pairwise update, section 1.5 of the report above).
void merge_moments(double* mean, double* m2, double count, const double* more_mean, const double* more_m2,
                   double more_count, int channels);

}  // namespace convoy::kernels
